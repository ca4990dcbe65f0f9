"""What entries about referrals and partners' lists commit to, as bytes and back. Reasons are words; all else is facts."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from actionday.records import Actor, EntryId
from actionday.records.outgoing import Outgoing
from actionday.records.referral import ReferralEvent, Step
from actionday.stores.casebook.chain import Kind, moment
from actionday.stores.casebook.entry_rows import Kept
from actionday.stores.casebook.payloads import ERASED, Draft


class _Event(msgspec.Struct, frozen=True, omit_defaults=True):
    step: Step
    at: str
    evidence: str = ""
    scope: str = ""
    event: str = ""
    outgoing: Outgoing | None = None


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    by: str
    why: str = ""


class _Moment(msgspec.Struct, frozen=True):
    at: str


class PartnerFacts(msgspec.Struct, frozen=True):
    """What an entry about a partner's list says."""

    campaign: str
    unit: str
    list: str
    marks: tuple[str, ...]
    at: str


_EVENTS = msgspec.json.Decoder(_Event)
_SAID = msgspec.json.Decoder(_Said)
_LISTS = msgspec.json.Decoder(PartnerFacts)


def of_referral(actor: Actor, referral: EntryId, event: ReferralEvent, outgoing: Outgoing | None = None) -> Draft:
    """An event of a referral, to append; with `outgoing` the one that drafts it, which is found by all names of its target."""
    facts = _Event(event.step, moment(event.at), event.evidence, event.scope, event.of or "", outgoing)
    said = msgspec.json.encode(_Said(actor.name, event.reason))
    about = referral if outgoing is None else outgoing.case
    subjects = () if outgoing is None else tuple(one for one in outgoing.names if one != outgoing.target)
    return Draft(EntryId(event.id), Kind.REFERRAL, msgspec.json.encode(facts), said, about, subjects)


def to_referral(entry: Kept) -> tuple[ReferralEvent, Outgoing | None]:
    """An event of a referral as it was recorded; a reason that was erased is `[erased]`."""
    told = _EVENTS.decode(entry.facts)
    why = ERASED if entry.words is None else _SAID.decode(entry.words).why
    at = datetime.fromisoformat(told.at).astimezone(UTC)
    return ReferralEvent(
        entry.id, told.step, at, entry.actor, told.evidence, why, told.scope, told.event or None
    ), told.outgoing  # fmt: skip


def of_release(actor: Actor, entry: EntryId, referral: EntryId, at: datetime, why: str) -> Draft:
    """That a person let a parked referral go, to append."""
    said = msgspec.json.encode(_Said(actor.name, why))
    return Draft(entry, Kind.RELEASED, msgspec.json.encode(_Moment(moment(at))), said, referral)


def of_list(actor: Actor, entry: EntryId, at: datetime, what: tuple[str, str, str], marks: Sequence[str]) -> Draft:
    """A partner's list, to append: campaign, unit, which list."""
    campaign, unit, kind = what
    facts = PartnerFacts(campaign, unit, kind, tuple(marks), moment(at))
    return Draft(entry, Kind.PARTNER_LIST, msgspec.json.encode(facts), msgspec.json.encode(_Said(actor.name)))


def to_list(facts: bytes) -> PartnerFacts:
    """A partner's list as it was recorded."""
    return _LISTS.decode(facts)
