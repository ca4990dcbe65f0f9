"""What entries about receipts commit to, as bytes and back. Who wrote, what the letter says and people's reasons are words; all else is facts.

Not for: other entries (`payloads`, `case_payloads`).
"""

from datetime import UTC, datetime

import msgspec

from actionday.records import Actor, ActorId, EntryId
from actionday.records.case_event import Item
from actionday.records.order_event import Answered, Asked, Check, Obstacle, OrderEvent, OrderStep, Outcome
from actionday.records.order_fields import NON_DISCLOSURE
from actionday.records.receipt import Original, Receipt, ReceiptKind, ReceivedBy, Signature, Signed
from actionday.stores.casebook.chain import Kind, moment
from actionday.stores.casebook.payloads import ERASED, Draft


class _Signature(msgspec.Struct, frozen=True):
    state: Signed
    covers: str
    certificate: str


class _Letter(msgspec.Struct, frozen=True):
    kind: ReceiptKind
    received: str
    received_by: ReceivedBy
    source: str
    original: Original
    locations: tuple[str, ...]
    signatures: tuple[_Signature, ...]
    unread: tuple[str, ...]
    vouched: str
    cases: tuple[str, ...]
    said: dict[str, str]


_NEEDED = ("authority_name", "reference", NON_DISCLOSURE)
"""What later steps rest on, and so may not go with the words: an institution, a number, a box."""


class _Check(msgspec.Struct, frozen=True):
    asked: Asked
    answer: Answered
    why: str
    call_back: str


class _Event(msgspec.Struct, frozen=True, omit_defaults=True):
    step: OrderStep
    at: str
    letter: _Letter | None = None
    checks: tuple[_Check, ...] = ()
    register: str = ""
    called: str = ""
    items: tuple[Item, ...] = ()
    outcome: Outcome | None = None
    obstacles: tuple[Obstacle, ...] = ()
    until: str = ""
    authority: str = ""
    to: str = ""
    reference: str = ""
    kind: ReceiptKind | None = None
    about: tuple[str, ...] = ()


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    by: str
    why: str = ""
    sender: str = ""
    subject: str = ""
    said: str = ""
    signers: str = ""


_EVENTS = msgspec.json.Decoder(_Event)
_SAID = msgspec.json.Decoder(_Said)
_CLAIMS = msgspec.json.Decoder(dict[str, str])
_NAMES = msgspec.json.Decoder(list[str])


def of_receipt(actor: Actor, event: OrderEvent, subjects: tuple[str, ...] = ()) -> Draft:
    """An event about a receipt, to append."""
    said = _Said(actor.name, event.why)
    if event.letter is not None:
        one = event.letter
        claims, signers = (msgspec.json.encode(value).decode() for value in (dict(one.said), [s.signer for s in one.signatures]))  # fmt: skip
        said = _Said(actor.name, event.why, one.sender, one.subject, claims, signers)
    facts = _Event(
        event.step, moment(event.at), None if event.letter is None else _letter(event.letter),
        tuple(_Check(one.asked, one.answer, one.why, one.call_back) for one in event.checks), event.register, event.called, event.items,
        event.outcome, event.obstacles, "" if event.until is None else moment(event.until), event.authority, event.to, event.reference,
        event.kind, event.about,
    )  # fmt: skip
    of = None if event.step is OrderStep.RECEIVED else event.receipt
    return Draft(event.id, Kind.INTAKE, msgspec.json.encode(facts), msgspec.json.encode(said), of, subjects)


def to_receipt(entry: str, of: str | None, actor: str, facts: bytes, words: bytes | None) -> OrderEvent:
    """An event about a receipt as it was recorded; words that were erased are `[erased]`."""
    told = _EVENTS.decode(facts)
    said = _Said("", ERASED, ERASED, ERASED, "{}", "[]") if words is None else _SAID.decode(words)
    return OrderEvent(
        EntryId(entry), EntryId(of or entry), told.step, _time(told.at), ActorId(actor), said.why,
        None if told.letter is None else _receipt(entry, told.letter, said),
        tuple(Check(one.asked, one.answer, one.why, one.call_back) for one in told.checks), told.register, told.called, told.items,
        told.outcome, told.obstacles, _time(told.until) if told.until else None, told.authority, told.to, told.reference, told.kind, told.about,
    )  # fmt: skip


def _letter(one: Receipt) -> _Letter:
    signatures = tuple(_Signature(s.state, s.covers, s.certificate) for s in one.signatures)
    return _Letter(
        one.kind, moment(one.received), one.received_by, one.source, one.original, one.locations, signatures, one.unread, one.vouched,
        tuple(one.cases), {name: one.said[name] for name in _NEEDED if name in one.said},
    )  # fmt: skip


def _receipt(entry: str, told: _Letter, said: _Said) -> Receipt:
    names = _NAMES.decode(said.signers or "[]")
    signers = [*names, *[ERASED] * (len(told.signatures) - len(names))]
    signatures = tuple(
        Signature(one.state, one.covers, one.certificate, name)
        for one, name in zip(told.signatures, signers, strict=True)
    )
    return Receipt(
        EntryId(entry), told.kind, _time(told.received), told.received_by, told.source, told.original, said.sender, said.subject,
        _CLAIMS.decode(said.said or "{}") | told.said, told.locations, signatures, told.unread, told.vouched, tuple(map(EntryId, told.cases)),
    )  # fmt: skip


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
