"""Referrals over SQLAlchemy: permissions asked, findings and uniqueness looked at, entries appended, lines kept, in one transaction."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from actionday.records import Actor, EntryId, Permission, UsageError, lookup_hash, new_entry_id
from actionday.records.campaign_state import CampaignState
from actionday.records.case import fold_case
from actionday.records.outgoing import Form, Outgoing
from actionday.records.referral import Referral, ReferralEvent, Step
from actionday.stores.casebook import case_rows
from actionday.stores.casebook import referral_rows as rows
from actionday.stores.casebook.databases import Database
from actionday.stores.casebook.ledger import Means
from actionday.stores.casebook.outbox import alone, is_held, keep, own_event, take
from actionday.stores.casebook.people import key_of
from actionday.stores.casebook.referral_payloads import of_list, of_referral, of_release
from actionday.stores.casebook.referrals import (
    Batch,
    Filed,
    PartnerList,
    ReferralLine,
    ReferralListing,
    Sending,
)
from actionday.stores.casebook.sql_campaigns import state_of
from actionday.stores.casebook.turn import Turn

_CONTESTS = frozenset({Step.CONTESTED, Step.CONTEST_UPHELD, Step.CONTEST_REJECTED})
_NOT_TOLD = _CONTESTS | {Step.DRAFTED, Step.APPROVED, Step.QUEUED}
_OURS = frozenset(
    {
        Step.APPROVED,
        Step.QUEUED,
        Step.SENT,
        Step.NOT_SENT,
        Step.IN_DOUBT,
        Step.RECEIVED,
        Step.WITHDRAWN,
        Step.UNDONE,
        Step.SUPPLIED,
    }
)
_AFTER_TAKING = frozenset({Step.SENT, Step.NOT_SENT, Step.RECEIVED, Step.WITHDRAWN})


class SqlReferrals:
    """See `Referrals`. Shares the casebook's database; may be used from several threads."""

    def __init__(self, database: Database, means: Means) -> None:
        self._database, self._means = database, means

    def draft(self, actor: Actor, drafts: Iterable[Outgoing]) -> Sequence[EntryId]:
        """See `Referrals`."""
        with self._turn(actor, Permission.REFER) as turn:
            single = alone(turn.connection)
            campaigns: dict[EntryId, CampaignState] = {}
            made = []
            for what in drafts:
                if what.campaign is not None and what.campaign not in campaigns:
                    campaigns[what.campaign] = state_of(turn.connection, what.campaign)
                _of_finding(turn, what, single)
                _of_campaign(campaigns, what)
                _alone_there(turn, what)
                made.append(_drafted(turn, what))
            return made

    def approve(self, actor: Actor, referrals: Iterable[EntryId]) -> None:
        """See `Referrals`."""
        with self._turn(actor, Permission.APPROVE) as turn:
            single = alone(turn.connection)
            for identity in referrals:
                one = _filed(turn.connection, identity)
                drafter = next(event.by for event in one.state.accepted if event.step is Step.DRAFTED)
                if drafter == actor.id and not single:
                    raise UsageError(f"{identity}: it is approved by somebody else than who drafted it")
                for step in (Step.APPROVED, Step.QUEUED):
                    one = _add(turn, one, own_event(turn, one.state, step))

    def again(self, actor: Actor, referral: EntryId) -> None:
        """See `Referrals`."""
        with self._turn(actor, Permission.REFER) as turn:
            one = _filed(turn.connection, referral)
            _add(turn, one, own_event(turn, one.state, Step.QUEUED))

    def take(self, actor: Actor, sending: Sending, only: Collection[EntryId] | None = None) -> Batch:
        """See `Referrals`."""
        with self._turn(actor, Permission.REFER) as turn:
            return take(turn, sending, only)

    def tell(self, actor: Actor, referral: EntryId, event: ReferralEvent) -> Referral:
        """See `Referrals`."""
        if event.by != actor.id:
            raise UsageError("a step is recorded by the person who takes it")
        if event.at > self._means.clock.now():
            raise UsageError(f"{event.step} lies ahead: {event.at.isoformat()}")
        if event.step in _NOT_TOLD:
            raise UsageError(f"{event.step} is nobody's to tell: it follows from drafting, approving or the case")
        with self._turn(actor, Permission.REFER) as turn:
            one = _filed(turn.connection, referral)
            at = one.state.stage
            if at is not None and not any(told.id == event.id for told in one.state.told):
                if at.step is Step.QUEUED and event.step in (Step.SENT, Step.IN_DOUBT):
                    raise UsageError(f"{referral}: it is taken to be sent first")
                if event.step in _AFTER_TAKING and event.at <= at.at:
                    event = replace(event, at=at.at + timedelta(microseconds=1))
            return _add(turn, one, event).state

    def release(self, actor: Actor, referral: EntryId, why: str) -> None:
        """See `Referrals`."""
        if not why.strip():
            raise UsageError("what a partner's list parked is let go for a reason")
        with self._turn(actor, Permission.APPROVE) as turn:
            one = _filed(turn.connection, referral)
            entry = new_entry_id("x", self._means.randomness)
            turn.append([of_release(actor, entry, one.id, turn.now, why)])
            keep(turn, replace(one, released=True))

    def referral(self, actor: Actor, referral: str) -> Filed:
        """See `Referrals`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return _filed(connection, referral)

    def list(self, actor: Actor, asked: ReferralListing) -> Sequence[ReferralLine]:
        """See `Referrals`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return rows.listed(connection, asked)

    def put_list(self, actor: Actor, campaign: str, unit: str, kind: PartnerList, marks: Iterable[str]) -> int:
        """See `Referrals`."""
        known = sorted(set(marks))
        entry = new_entry_id("y", self._means.randomness)
        with self._turn(actor, Permission.REFER) as turn:
            turn.append([of_list(actor, entry, turn.now, (campaign, unit, kind.value), known)])
            rows.put_list(turn.connection, campaign, unit, kind.value, known)
        return len(known)

    def partner_marks(self, actor: Actor, campaign: str) -> Sequence[tuple[str, PartnerList, str]]:
        """See `Referrals`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            found = rows.partner_lists(connection, campaign)
        return [
            ("" if kind == PartnerList.HELD else unit, PartnerList(kind), mark) for unit, kind, mark in found
        ]  # fmt: skip

    def rebuild(self, actor: Actor) -> int:
        """See `Referrals`."""
        with self._database.writing() as connection:
            key_of(connection, actor, Permission.READ)
            return rows.rebuilt(connection, lambda name: lookup_hash(self._means.key, name))

    @contextmanager
    def _turn(self, actor: Actor, permission: Permission) -> Iterator[Turn]:
        with self._database.writing() as connection:
            yield Turn(connection, self._means, actor, key_of(connection, actor, permission))


def _filed(connection: Connection, referral: str) -> Filed:
    identity = rows.named(connection, referral)
    found = None if identity is None else rows.filed(connection, identity)
    if found is None:
        raise UsageError(f"there is no referral {referral} here")
    return found


def _drafted(turn: Turn, what: Outgoing) -> EntryId:
    identity = new_entry_id("r", turn.means.randomness)
    event = ReferralEvent(identity, Step.DRAFTED, turn.now, turn.actor.id)
    turn.append([of_referral(turn.actor, identity, event, what)])
    keep(turn, Filed(identity, what, Referral().add(event)), new=True)
    return identity


def _add(turn: Turn, one: Filed, event: ReferralEvent) -> Filed:
    """With one more event. A step of our own that cannot follow is refused; what others say is kept and may count later."""
    try:
        after = one.state.add(event)
    except ValueError as error:
        raise UsageError(str(error)) from error
    reason = next((refusal.reason for refusal in after.refused if refusal.event.id == event.id), "")
    if reason and event.step in _OURS:
        raise UsageError(f"{one.id}: {reason}")
    turn.append([of_referral(turn.actor, one.id, event)])
    kept = replace(one, state=after)
    keep(turn, kept)
    return kept


def _alone_there(turn: Turn, what: Outgoing) -> None:
    hashes = [turn.hashed(name) for name in what.names]
    if is_held(turn, what):
        raise UsageError(f"{what.case}: it is held for an authority")
    if there := rows.taken_names(turn.connection, hashes, what.recipient):
        raise UsageError(
            f"{what.case}: {there[0]} is about it already, for {what.recipient}: one referral per target and recipient"
        )
    if rows.named(turn.connection, what.reference) is not None:
        raise UsageError(f"{what.reference} is the reference of another referral")


def _of_finding(turn: Turn, what: Outgoing, single: bool) -> None:
    case = fold_case(case_rows.events_of(turn.connection, what.case))
    if case is None or not case.stands(turn.now):
        raise UsageError(f"{what.case}: only a finding that stands is referred")
    if case.opening.target != what.target:
        raise UsageError(f"{what.case}: a referral is about the target of its case")
    if single and what.form is Form.REFERRAL:
        raise UsageError("a unit of one sends notices and platform reports, no referrals")


def _of_campaign(campaigns: dict[EntryId, CampaignState], what: Outgoing) -> None:
    if what.campaign is None:
        return
    state = campaigns[what.campaign]
    if not state.approved or state.closed:
        raise UsageError(f"{what.campaign}: it was not launched, or is closed")
    if what.case not in state.targets:
        raise UsageError(f"{what.case}: it is no target of {what.campaign}")
    if state.plan.units and not what.marks:
        raise UsageError(f"{what.case}: within a joint campaign a target is compared with partners' lists first")
