"""The lines of `receipts`: made from a fold, kept with each entry, asked for lists. Inside the caller's transaction.

They hold nothing that the ledger does not say, so they can be made anew. Not for: who may ask (`sql_receipts`).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from actionday.records import EntryId, UsageError
from actionday.records.order import Order, fold_order
from actionday.records.order_event import OrderEvent
from actionday.records.receipt import WAKES, ReceiptKind
from actionday.stores.casebook.chain import Kind, Part, moment
from actionday.stores.casebook.ledger import PAGE, asked_for
from actionday.stores.casebook.receipt_payloads import to_receipt
from actionday.stores.casebook.receipts import Received
from actionday.stores.casebook.tables import LEDGER, PAYLOAD_SUBJECTS, PAYLOADS, RECEIPTS

_FACTS, _WORDS = PAYLOADS.alias("facts_of"), PAYLOADS.alias("words_of")
_ENTRIES = (
    select(LEDGER.c.seq, LEDGER.c.id, LEDGER.c.of, LEDGER.c.actor, _FACTS.c.body, _WORDS.c.body)
    .join(_FACTS, (_FACTS.c.seq == LEDGER.c.seq) & (_FACTS.c.part == Part.FACTS.value))
    .join(_WORDS, (_WORDS.c.seq == LEDGER.c.seq) & (_WORDS.c.part == Part.WORDS.value), isouter=True)
    .where(LEDGER.c.kind == Kind.INTAKE.value)
    .order_by(LEDGER.c.seq)
)


def order_of(connection: Connection, receipt: str) -> Order | None:
    """The fold of a receipt's entries; None where there is none, or it was forgotten."""
    rows = connection.execute(_ENTRIES.where(or_(LEDGER.c.id == receipt, LEDGER.c.of == receipt))).all()
    return fold_order(map(_event, rows))


def every(connection: Connection) -> Iterator[tuple[Order, int]]:
    """The fold of all receipts, in the order of the ledger, with the number of the first entry."""
    events: dict[str, list[OrderEvent]] = {}
    opened: dict[str, int] = {}
    last = 0
    while rows := connection.execute(_ENTRIES.where(LEDGER.c.seq > last).limit(PAGE)).all():
        last = rows[-1].seq
        for row in rows:
            event = _event(row)
            opened.setdefault(event.receipt, row.seq)
            events.setdefault(event.receipt, []).append(event)
    for receipt, told in events.items():
        order = fold_order(told)
        assert order is not None
        yield order, opened[receipt]


def line_of(order: Order, opened: int) -> dict[str, Any]:
    """The line that a receipt has."""
    kept = order.kept_until
    return {
        "id": order.id,
        "opened": opened,
        "kind": order.kind.value,
        "received": moment(order.letter.received),
        "source": order.letter.source,
        "waits_for": order.waits_for,
        "acknowledged": int(order.acknowledged is not None),
        "kept_until": None if kept is None else moment(kept),
        "events": len(order.told),
    }


def put_new(connection: Connection, order: Order) -> None:
    """The line of something that was just received."""
    opened = connection.execute(select(LEDGER.c.seq).where(LEDGER.c.id == order.id)).scalar_one()
    connection.execute(insert(RECEIPTS), [line_of(order, opened)])


def put(connection: Connection, order: Order) -> None:
    """The line after a step."""
    changed = {name: value for name, value in line_of(order, 0).items() if name not in ("id", "opened")}
    connection.execute(update(RECEIPTS).where(RECEIPTS.c.id == order.id).values(**changed))


def lines(connection: Connection, *, waiting: bool) -> list[Received]:
    """All lines, or those that wait, oldest receipt first."""
    query = select(RECEIPTS).order_by(RECEIPTS.c.received, RECEIPTS.c.opened)
    if waiting:
        query = query.where(RECEIPTS.c.waits_for != "")
    return [
        Received(
            EntryId(row.id), ReceiptKind(row.kind), row.received, row.waits_for, bool(row.acknowledged), row.kept_until, row.source,
            row.events,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def unacknowledged(connection: Connection) -> list[str]:
    """Ids of what may be an order and nobody has yet. Kinds that wake nobody may lie there by the thousand, and are asked for at no look."""
    wakes = RECEIPTS.c.kind.in_([kind.value for kind in WAKES])
    query = select(RECEIPTS.c.id).where(RECEIPTS.c.acknowledged == 0, wakes)
    query = query.order_by(RECEIPTS.c.received, RECEIPTS.c.opened)
    return list(connection.execute(query).scalars())


def kept_beyond(connection: Connection, now: datetime, *, over: bool) -> list[str]:
    """Ids of what is preserved: whose time is over, or runs."""
    at = moment(now)
    bound = RECEIPTS.c.kept_until <= at if over else RECEIPTS.c.kept_until > at
    return list(connection.execute(select(RECEIPTS.c.id).where(bound).order_by(RECEIPTS.c.opened)).scalars())


def known_sources(connection: Connection, sources: Sequence[str]) -> set[str]:
    """Which sources have a line."""
    return {row.source for row in asked_for(connection, select(RECEIPTS.c.source), RECEIPTS.c.source, sources)}


def sources_from(connection: Connection, beginning: str) -> list[str]:
    """Sources that begin so."""
    query = select(RECEIPTS.c.source).where(RECEIPTS.c.source.startswith(beginning, autoescape=True))
    return list(connection.execute(query.order_by(RECEIPTS.c.opened)).scalars())


def belong_to(connection: Connection, receipt: str, hashes: Iterable[str]) -> None:
    """All entries about a receipt are about these subjects too, so that `forget` finds them together."""
    query = select(LEDGER.c.seq).where(or_(LEDGER.c.id == receipt, LEDGER.c.of == receipt))
    entries = list(connection.execute(query).scalars())
    for one in hashes:
        there = select(PAYLOAD_SUBJECTS.c.seq).where(PAYLOAD_SUBJECTS.c.subject_hash == one)
        known = set(connection.execute(there).scalars())
        rows = [{"seq": seq, "subject_hash": one} for seq in entries if seq not in known]
        if rows:
            connection.execute(insert(PAYLOAD_SUBJECTS), rows)


def refuse_preserved(connection: Connection, entries: Sequence[int], now: datetime) -> None:
    """Raises UsageError where one of the entries is about something whose preservation runs, and names who may lift that."""
    query = select(LEDGER.c.id, LEDGER.c.of).where(LEDGER.c.kind == Kind.INTAKE.value)
    about = {row.of or row.id for row in asked_for(connection, query, LEDGER.c.seq, entries)}
    if not about:
        return
    for receipt in sorted(about & set(kept_beyond(connection, now, over=False))):
        order = order_of(connection, receipt)
        assert order is not None
        until = order.kept_until
        assert until is not None
        raise UsageError(
            f"it is preserved until {until:%Y-%m-%d} under {receipt} (Art. 6 of 2021/784), and {order.kept_for} may lift that"
        )


def forget_lines(connection: Connection, entries: Sequence[int]) -> None:
    """Take the lines of receipts whose entries were erased."""
    for start in range(0, len(entries), PAGE):
        ids = select(LEDGER.c.id).where(LEDGER.c.seq.in_(list(entries[start : start + PAGE])))
        connection.execute(delete(RECEIPTS).where(RECEIPTS.c.id.in_(ids)))


def rebuilt(connection: Connection) -> int:
    """Make every line anew from the ledger. Returns how many were missing, too many or other than they should be."""
    stored = {row.id: row._asdict() for row in connection.execute(select(RECEIPTS))}
    fresh = {order.id: line_of(order, opened) for order, opened in every(connection)}
    wrong = {one for one in fresh.keys() | stored.keys() if fresh.get(EntryId(one)) != stored.get(one)}
    for one in sorted(wrong):
        connection.execute(delete(RECEIPTS).where(RECEIPTS.c.id == one))
    rows = [fresh[EntryId(one)] for one in sorted(wrong) if one in fresh]
    if rows:
        connection.execute(insert(RECEIPTS), rows)
    return len(wrong)


def _event(row: Any) -> OrderEvent:  # noqa: ANN401 - a row
    _, entry, of, actor, facts, words = row
    return to_receipt(entry, of, actor, bytes(facts), None if words is None else bytes(words))
