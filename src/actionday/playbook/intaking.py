"""What a host receives, from the terminal or a program: take in, list, show, and each step of its way. A person takes every step.

Not for: the mailbox (`mailbox`), how a thing goes (`records.order`), or forms (`answering`).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actionday.assess.genuine import Here, examine
from actionday.measure.host_report import measure_host
from actionday.playbook.answering import answer_document, write_document
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.contact_point import contact_point, import_register, register_of
from actionday.playbook.received import found, receipt_named, sealed_of, shown
from actionday.playbook.receiving import Came, desk_of, take_in
from actionday.records import Actor, Clock, EntryId, InputError, Measure, UsageError, new_entry_id
from actionday.records.case_event import Item
from actionday.records.order import Order
from actionday.records.order_event import Answered, Obstacle, OrderEvent, OrderStep, Outcome
from actionday.records.receipt import ReceiptKind, ReceivedBy
from actionday.settings import Settings
from actionday.stores.archive.home import open_home
from actionday.stores.casebook import Casebook


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says with a step: why, under which number it left or came, and what else the step takes (see `OrderEvent`)."""

    why: str = ""
    reference: str = ""
    called: str = ""
    public: Answered = Answered.UNKNOWN
    outcome: Outcome | None = None
    obstacles: tuple[Obstacle, ...] = ()
    until: datetime | None = None
    authority: str = ""
    kind: ReceiptKind | None = None


def take_files(
    settings: Settings, files: Sequence[Path], clock: Clock, received: datetime | None = None
) -> list[dict[str, Any]]:
    """Take files in: mails, PDFs, JSON, form fields. `received` is when the server received them, as whoever brings them says; None: now.

    Raises InputError for a file that cannot be opened; what is in it never matters to that.
    """
    told = []
    with desk_of(settings, clock) as desk:
        for path in files:
            try:
                raw = path.read_bytes()
            except OSError as error:
                raise InputError(str(path), f"cannot be opened: {error.strerror}") from error
            at, by = (received, ReceivedBy.STATED) if received is not None else (clock.now(), ReceivedBy.HANDED_IN)
            known_as = f"file {hashlib.sha256(raw).hexdigest()}"
            number, fresh = take_in(desk, Came(raw, at, by, f"file:{path.name}", known_as))
            order = desk.casebook.receipts.order(desk.actor, number)
            told.append(shown(order, desk.register, desk.point, clock.now()) | {"new": fresh is not None})
    return told


def import_authorities(settings: Settings, path: Path) -> dict[str, Any]:
    """Take over a register of authorities. Returns its date, source and size."""
    register = import_register(open_home(settings.home).path, path)
    return {
        "as_of": register.as_of.isoformat(),
        "source": register.source,
        "authorities": len(register.authorities),
        "sha256": register.digest,
    }


def list_received(settings: Settings, clock: Clock, *, waiting: bool = True) -> list[dict[str, Any]]:
    """Lines of what was received: all, or what waits for somebody, oldest receipt first."""
    open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        return [asdict(line) for line in casebook.receipts.list(actor_of(settings, clock), waiting=waiting)]


def show_received(settings: Settings, asked: str, clock: Clock) -> dict[str, Any]:
    """Everything about one receipt: what it says and lacks, whether it is real, clocks, history. Nothing that lies sealed."""
    home = open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        order = found(casebook, actor_of(settings, clock), asked)
    return shown(order, register_of(home.path), contact_point(home.path), clock.now())


def step_received(settings: Settings, asked: str, step: OrderStep, said: Said, clock: Clock) -> dict[str, Any]:
    """Take one step. Raises UsageError with the reason where it cannot follow, PermissionRefused."""
    home = open_home(settings.home)
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        order = found(casebook, actor, asked)
        if step is OrderStep.DISABLED:
            _must_be_found(casebook, actor, order, clock)
        event = _event(settings, order, actor, (step, said, clock.now()))
        after = casebook.receipts.follow(actor, event)
    return shown(after, register_of(home.path), contact_point(home.path), clock.now())


def preserve(
    settings: Settings, asked: str, files: Sequence[Path], about: Sequence[str], why: str, clock: Clock
) -> dict[str, Any]:
    """Seal content and related data, and say whose they are (Art. 6). Raises as `step_received`, InputError for a file that cannot be read."""
    home = open_home(settings.home)
    if not files:
        raise UsageError("name the files that hold the content and what belongs to it")
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook, sealed_of(settings).writing():
        number = receipt_named(casebook, actor, asked)
        items = tuple(_sealed(settings, path) for path in files)
        event = _made(number, OrderStep.PRESERVED, actor, clock.now(), why=why, items=items, about=tuple(about))
        after = casebook.receipts.follow(actor, event)
    return shown(after, register_of(home.path), contact_point(home.path), clock.now())


def open_sealed(settings: Settings, asked: str, name: str, why: str, out: Path, clock: Clock) -> dict[str, Any]:
    """Write what lies sealed into a new file: an item by its name or hash, or `original`, the letter as it came. The reason goes to the ledger first."""
    open_home(settings.home)
    actor = actor_of(settings, clock)
    if out.exists():
        raise UsageError(f"{out} is there already")
    with casebook_of(settings, clock) as casebook:
        order = found(casebook, actor, asked)
        sha256 = _hash_of(order, name)
        reason = f"{name}: {why}" if why.strip() else ""
        event = _made(order.id, OrderStep.OPENED, actor, clock.now(), why=reason)
        casebook.receipts.follow(actor, event)
    data = sealed_of(settings).get(sha256)
    out.touch(mode=0o600, exist_ok=False)
    out.write_bytes(data)
    return {"receipt": order.id, "file": str(out), "sha256": sha256, "size": len(data)}


@dataclass(frozen=True, slots=True)
class Reply:
    """How something is answered: `sent` records that it left under that reference, `out` is a new file for the form, `why` the decision in words."""

    sent: str = ""
    why: str = ""
    out: Path | None = None
    language: str = "en"


def answer_received(settings: Settings, asked: str, reply: Reply, clock: Clock) -> dict[str, Any]:
    """The answer as it stands: Annex II or III for an order, with its stamps and the mark of each field; else the decision.

    Raises UsageError where there is nothing to answer with, or where who answers was not said (`[host]` in intake.toml).
    """
    home = open_home(settings.home)
    actor, point = actor_of(settings, clock), contact_point(home.path)
    with casebook_of(settings, clock) as casebook:
        order = found(casebook, actor, asked)
        made: dict[str, Any] = {"annex": None, "decision": reply.why}
        if order.is_order and order.doubtful is None:
            if point.host is None:
                raise UsageError("who answers was not said: [host] in intake.toml (docs/guide/one-hour.md)")
            form = answer_document(order, point.host, reply.language, clock.now())
            if reply.out is not None:
                write_document(form, reply.out)
            made = {"annex": "II" if order.disabled is not None else "III", **json.loads(form.to_json())}
        if reply.sent:
            event = _made(order.id, OrderStep.ANSWERED, actor, clock.now(), why=reply.why, reference=reply.sent)
            casebook.receipts.follow(actor, event)
    return {"receipt": order.id, "recorded": bool(reply.sent), **made}


def report_received(settings: Settings, year: int, clock: Clock) -> Measure:
    """Counts of a calendar year (UTC) for the reports of Art. 7 of 2021/784 and Art. 15 and 24 of the DSA."""
    open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        orders = casebook.receipts.every(actor_of(settings, clock))
        unit = casebook.cases.unit()
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    return measure_host(orders, (begin, min(end, clock.now())), None if unit is None else unit.size)


def _event(settings: Settings, order: Order, actor: Actor, what: tuple[OrderStep, Said, datetime]) -> OrderEvent:
    step, said, now = what
    more: dict[str, Any] = {
        name: getattr(said, name)
        for name in ("why", "called", "outcome", "obstacles", "until", "authority", "reference", "kind")
    }
    if step in (OrderStep.REAL, OrderStep.DOUBTFUL):
        known, point = register_of(settings.home), contact_point(settings.home)
        more["checks"] = examine(order.letter, known, Here(point.hosts, said.public), now)
        more["register"] = "" if known is None else f"{known.as_of} {known.digest}"
    return _made(order.id, step, actor, now, **more)


def _made(receipt: EntryId, step: OrderStep, actor: Actor, now: datetime, **more: Any) -> OrderEvent:  # noqa: ANN401
    """A new event. Raises UsageError for what does not go with its step."""
    try:
        return OrderEvent(new_entry_id("o"), receipt, step, now, actor.id, **more)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _must_be_found(casebook: Casebook, actor: Actor, order: Order, clock: Clock) -> None:
    """What no order asks for is disabled on a finding of one's own."""
    if order.is_order:
        return
    cases = [casebook.cases.case(actor, one) for one in order.letter.cases]
    if not any(case.stands(clock.now()) for case in cases):
        raise UsageError(
            f"{order.id}: nobody found a ground in its cases ({', '.join(order.letter.cases)}): assess them first"
        )


def _sealed(settings: Settings, path: Path) -> Item:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be opened: {error.strerror}") from error
    one = sealed_of(settings).put(data)
    return Item(path.name, one.sha256, one.size)


def _hash_of(order: Order, name: str) -> str:
    if name == "original":
        return order.letter.original.sha256
    items = () if order.preserved is None or order.erased is not None else order.preserved.items
    match = [one.sha256 for one in items if name in (one.name, one.sha256)]
    if len(match) != 1:
        raise UsageError(f"{order.id}: {len(match)} sealed items go by {name}; `original` is the letter as it came")
    return match[0]
