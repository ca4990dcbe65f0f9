"""What may leave, asked in the transaction that lets it: holds, partners' lists, the finding, the campaign, the second pair of eyes, the ceiling.

Every path out of the casebook goes through `take`. It writes that the referral may have left before anything is sent. Not for: sending.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from actionday.records import EntryId, new_entry_id
from actionday.records.campaign_state import CampaignStage
from actionday.records.case import fold_case
from actionday.records.outgoing import Outgoing
from actionday.records.referral import Referral, ReferralEvent, Step
from actionday.stores.casebook import campaign_rows, case_rows
from actionday.stores.casebook import referral_rows as rows
from actionday.stores.casebook.case_payloads import to_unit
from actionday.stores.casebook.chain import Kind, moment
from actionday.stores.casebook.entry_rows import newest_of
from actionday.stores.casebook.payloads import Draft
from actionday.stores.casebook.referral_payloads import of_referral
from actionday.stores.casebook.referrals import Batch, Filed, Kept, PartnerList, Sending
from actionday.stores.casebook.tables import PARTNER_MARKS, REFERRAL_MARKS, REFERRALS
from actionday.stores.casebook.turn import Turn

_MOMENT = timedelta(microseconds=1)


def take(turn: Turn, sending: Sending, only: Collection[EntryId] | None) -> Batch:
    """Take what may leave, inside the caller's write transaction."""
    room = _room(turn.connection, sending, turn.now)
    taken: list[Filed] = []
    left: list[Kept] = []
    drafts: list[Draft] = []
    full = False
    for identity in _waiting(turn.connection, sending.recipient, only):
        if full := len(taken) >= room:
            break
        one = rows.filed(turn.connection, identity)
        if one is None:
            continue
        if reason := why_stays(turn, one, sending.called.get(one.outgoing.target, ())):
            left.append(Kept(one.id, reason))
            continue
        event = own_event(turn, one.state, Step.IN_DOUBT, "taken to be sent")
        drafts.append(of_referral(turn.actor, one.id, event))
        taken.append(replace(one, state=one.state.add(event)))
    turn.append(drafts)
    for one in taken:
        keep(turn, one)
    return Batch(tuple(taken), tuple(left), full)


def why_stays(turn: Turn, one: Filed, called: Collection[str] = ()) -> str:
    """Why a referral that waits may not leave now; empty where it may. `called`: what else its target is called by now."""
    what, connection, now = one.outgoing, turn.connection, turn.now
    if is_held(turn, what, called):
        return "it is held for an authority"
    listed = _listed(connection, one.id)
    if PartnerList.HELD in listed:
        return "a unit of a joint campaign stops it"
    if PartnerList.REFERRED in listed and not one.released:
        return "parked: a partner referred it already; a person decides"
    case = fold_case(case_rows.events_of(connection, what.case))
    if case is None or not case.stands(now):
        return "its finding does not stand: contested, sealed, overturned, or so new that it can be taken back"
    return _campaign(connection, one) or _eyes(connection, one)


def is_held(turn: Turn, what: Outgoing, called: Collection[str] = ()) -> bool:
    """Whether an authority holds what a referral is about, under any name, or whom it belongs to."""
    at = moment(turn.now)
    names = [turn.hashed(name) for name in {*what.names, *called}]
    return bool(case_rows.held_hashes(turn.connection, names, at)) or case_rows.is_held(turn.connection, what.case, at)


def own_event(turn: Turn, state: Referral, step: Step, evidence: str = "", reason: str = "") -> ReferralEvent:
    """A step of our own, dated behind all that was told so far, so that it follows on it."""
    last = max((event.at for event in state.told), default=None)
    at = turn.now if last is None else max(turn.now, last + _MOMENT)
    return ReferralEvent(new_entry_id("s", turn.means.randomness), step, at, turn.actor.id, evidence, reason)


def keep(turn: Turn, one: Filed, *, new: bool = False) -> None:
    """The lines of a referral that took a step."""
    number = rows.number_of(turn.connection, one.id) if new else 0
    rows.put(turn.connection, rows.lines_of(one, number, turn.hashed), new=new)


def alone(connection: Connection) -> bool:
    """Whether this is a unit of one person."""
    unit = newest_of(connection, Kind.UNIT)
    return unit is not None and to_unit(unit.facts).readers == 1


def _campaign(connection: Connection, one: Filed) -> str:
    what = one.outgoing
    stages = [
        campaign_rows.standing(connection, other) for other in campaign_rows.campaigns_with(connection, what.case)
    ]
    if CampaignStage.PAUSED in stages:
        return "its campaign is paused"
    if what.campaign is None:
        return ""
    stage = campaign_rows.standing(connection, what.campaign)
    if stage is not CampaignStage.LAUNCHED:
        return f"its campaign is {stage or 'not there'}"
    return (
        ""
        if campaign_rows.is_target(connection, what.campaign, what.case)
        else "it is no target of its campaign any more"
    )


def _eyes(connection: Connection, one: Filed) -> str:
    counted = one.state.accepted
    drafted = {event.by for event in counted if event.step is Step.DRAFTED}
    approved = {event.by for event in counted if event.step is Step.APPROVED}
    if approved and (approved - drafted or alone(connection)):
        return ""
    return "nobody else approved it"


def _listed(connection: Connection, referral: str) -> set[str]:
    query = select(PARTNER_MARKS.c.list).join(REFERRAL_MARKS, REFERRAL_MARKS.c.mark == PARTNER_MARKS.c.mark)
    return set(connection.execute(query.where(REFERRAL_MARKS.c.referral == referral)).scalars())


def _waiting(connection: Connection, recipient: str, only: Collection[EntryId] | None) -> Sequence[str]:
    query = select(REFERRALS.c.id).where(REFERRALS.c.recipient == recipient, REFERRALS.c.waiting == 1)
    query = query if only is None else query.where(REFERRALS.c.id.in_(list(only)))
    return connection.execute(query.order_by(REFERRALS.c.drafted)).scalars().all()


def _room(connection: Connection, sending: Sending, now: datetime) -> int:
    room = sending.limit
    for most, length in ((sending.hourly, timedelta(hours=1)), (sending.daily, timedelta(days=1))):
        query = select(func.count()).where(
            REFERRALS.c.recipient == sending.recipient, REFERRALS.c.taken > moment(now - length)
        )
        room = min(room, most - connection.execute(query).scalar_one())
    return max(room, 0)
