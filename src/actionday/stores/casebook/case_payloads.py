"""What entries about cases, holds and the unit commit to, as bytes and back. Passages and reasons are words; all else is facts.

Not for: other entries (`payloads`).
"""

from datetime import UTC, datetime

import msgspec

from actionday.records import Actor, ActorId, EntryId
from actionday.records.case_event import CaseEvent, CaseStep, Item, Opening
from actionday.records.hold import Hold, Lift
from actionday.records.look import Look, LookKind
from actionday.records.reading import Confidence, Opinion, Protection, Purpose, Reading
from actionday.records.unit import Unit
from actionday.stores.casebook.chain import Kind, moment
from actionday.stores.casebook.payloads import ERASED, Draft


class _Read(msgspec.Struct, frozen=True):
    opinion: Opinion
    confidence: Confidence
    purposes: tuple[Purpose, ...]
    protected: bool
    doubt: bool
    ground: str
    policy: str
    evidence: str


class _Event(msgspec.Struct, frozen=True, omit_defaults=True):
    step: CaseStep
    at: str
    opening: Opening | None = None
    items: tuple[Item, ...] = ()
    digest: str = ""
    until: str = ""
    to: str = ""
    reading: _Read | None = None
    event: str = ""
    reference: str = ""


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    by: str
    why: str = ""
    reason: str = ""
    quote: str = ""
    translation: str = ""
    purpose: str = ""


class _Hold(msgspec.Struct, frozen=True):
    target: str
    authority: str
    until: str
    at: str


class _Look(msgspec.Struct, frozen=True):
    what: LookKind
    at: str
    about: str


class _Lift(msgspec.Struct, frozen=True):
    at: str


_EVENTS = msgspec.json.Decoder(_Event)
_SAID = msgspec.json.Decoder(_Said)
_LOOKS = msgspec.json.Decoder(_Look)
_HOLDS = msgspec.json.Decoder(_Hold)
_UNITS = msgspec.json.Decoder(Unit)


def of_case(actor: Actor, event: CaseEvent) -> Draft:
    """An event of a case, to append."""
    reading, said = None, _Said(actor.name, event.why)
    if event.reading is not None:
        one = event.reading
        reading = _Read(
            one.opinion, one.confidence, tuple(sorted(one.protection.purposes)), one.protection.protected, one.protection.doubt,
            one.ground, one.policy, one.evidence,
        )  # fmt: skip
        said = _Said(actor.name, event.why, one.why, one.quote, one.translation, one.protection.true_purpose)
    facts = _Event(
        event.step, moment(event.at), event.opening, event.items, event.digest, "" if event.until is None else moment(event.until),
        event.to or "", reading, event.of or "", event.reference,
    )  # fmt: skip
    opened = event.opening is not None
    told = event.opening
    subjects = () if told is None else (told.target, told.about) if told.about else (told.target,)
    about = None if opened else event.case
    return Draft(event.id, Kind.CASE, msgspec.json.encode(facts), msgspec.json.encode(said), about, subjects)


def to_case(entry: str, of: str | None, actor: str, facts: bytes, words: bytes | None) -> CaseEvent:
    """An event of a case as it was recorded; words that were erased are `[erased]`."""
    told = _EVENTS.decode(facts)
    said = _Said("", ERASED, ERASED, ERASED, ERASED, ERASED) if words is None else _SAID.decode(words)
    reading = None
    if told.reading is not None:
        one = told.reading
        protection = Protection(frozenset(one.purposes), one.protected, one.doubt, said.purpose)
        reading = Reading(
            one.opinion, protection, one.confidence, said.reason, one.ground, one.policy, one.evidence, said.quote, said.translation,
        )  # fmt: skip
    return CaseEvent(
        EntryId(entry), EntryId(of or entry), told.step, _time(told.at), ActorId(actor), said.why, told.opening, told.items, told.digest,
        _time(told.until) if told.until else None, ActorId(told.to) if told.to else None, reading,
        EntryId(told.event) if told.event else None, told.reference,
    )  # fmt: skip


def of_hold(actor: Actor, one: Hold) -> Draft:
    """A hold to append."""
    facts = _Hold(one.target, one.authority, moment(one.until), moment(one.at))
    said = _Said(actor.name, one.why)
    return Draft(one.id, Kind.HOLD, msgspec.json.encode(facts), msgspec.json.encode(said), subjects=(one.target,))


def to_hold(entry: str, actor: str, facts: bytes, words: bytes | None) -> Hold:
    """A hold as it was recorded."""
    told = _HOLDS.decode(facts)
    why = ERASED if words is None else _SAID.decode(words).why
    return Hold(EntryId(entry), told.target, told.authority, _time(told.until), _time(told.at), ActorId(actor), why)


def of_lift(actor: Actor, one: Lift) -> Draft:
    """The end of a hold, to append."""
    said = _Said(actor.name, one.why)
    return Draft(
        one.id, Kind.HOLD_LIFTED, msgspec.json.encode(_Lift(moment(one.at))), msgspec.json.encode(said), one.of
    )


def of_look(actor: Actor, one: Look) -> Draft:
    """A look to append. It is found by whom it was at, and by those whom its case is about."""
    facts = msgspec.json.encode(_Look(one.what, moment(one.at), one.about))
    return Draft(
        one.id, Kind.LOOK_UP, facts, msgspec.json.encode(_Said(actor.name, one.purpose)), one.case, (one.about,)
    )


def to_look(entry: str, of: str | None, actor: str, facts: bytes, words: bytes | None) -> Look:
    """A look as it was recorded."""
    told = _LOOKS.decode(facts)
    why = ERASED if words is None else _SAID.decode(words).why
    case = None if of is None else EntryId(of)
    return Look(EntryId(entry), told.what, _time(told.at), ActorId(actor), told.about, case, why)


def of_unit(actor: Actor, entry: EntryId, one: Unit) -> Draft:
    """What the unit is, to append."""
    facts = msgspec.json.encode(one)
    return Draft(entry, Kind.UNIT, facts, msgspec.json.encode(_Said(actor.name)))


def to_unit(facts: bytes) -> Unit:
    """What the unit is, as it was recorded."""
    return _UNITS.decode(facts)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
