"""Writes the feed: an entry in the ledger and the line that commits to it, inside the caller's write transaction.

A line holds no name: whom it is about is found through its entry, as long as that was not erased. Not for: who may ask (`sql_publications`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from actionday.records import EntryId, UsageError, new_entry_id
from actionday.records.publication import OUT, Publication, PublicationId, PublicationKind, publication_id
from actionday.stores.casebook.chain import Kind, Part, moment
from actionday.stores.casebook.entry_rows import entries_of
from actionday.stores.casebook.ledger import asked_for
from actionday.stores.casebook.payloads import Draft
from actionday.stores.casebook.tables import LEDGER, PAYLOADS, PUBLICATIONS
from actionday.stores.casebook.turn import Turn


@dataclass(frozen=True, slots=True)
class Announced:
    """What to publish: of which case, and about which item, where it is about one that is out."""

    kind: PublicationKind
    case: EntryId | None = None
    item: PublicationId | None = None


class _Facts(msgspec.Struct, frozen=True):
    publication: str
    kind: PublicationKind
    item: str
    at: str


class _Said(msgspec.Struct, frozen=True):
    by: str


class _Target(msgspec.Struct, frozen=True):
    target: str


class _OpeningOf(msgspec.Struct, frozen=True):
    opening: _Target


_FACTS = msgspec.json.Decoder(_Facts)
_OPENINGS = msgspec.json.Decoder(_OpeningOf)
_TELLING = frozenset(kind.value for kind in OUT)


def announce(turn: Turn, what: Sequence[Announced]) -> list[PublicationId]:
    """Append to ledger and feed. A retraction and an erasure record are about their item alone."""
    now, last = turn.now, _last(turn.connection)
    drafts, lines = [], []
    for one in what:
        last = publication_id(now, turn.means.randomness, last)
        item, entry = one.item or last, new_entry_id("w", turn.means.randomness)
        facts = msgspec.json.encode(_Facts(last, one.kind, item, moment(now)))
        drafts.append(Draft(entry, Kind.PUBLICATION, facts, msgspec.json.encode(_Said(turn.actor.name)), one.case))
        lines.append({"id": last, "kind": one.kind.value, "item": item, "at": moment(now), "entry": entry})
    if lines:
        turn.append(drafts)
        numbers = _numbers(turn.connection, [line["entry"] for line in lines])
        turn.connection.execute(insert(PUBLICATIONS), [line | {"entry": numbers[line["entry"]]} for line in lines])
    return [PublicationId(line["id"]) for line in lines]


def items_of(connection: Connection, case: str) -> list[PublicationId]:
    """Items about a case that are out and were not taken back."""
    return _standing(connection, _lines_of(connection, case))


def items_of_entries(connection: Connection, entries: Sequence[int]) -> list[PublicationId]:
    """Items that entries published, and that were not taken back."""
    query = select(PUBLICATIONS.c.item, PUBLICATIONS.c.kind, PUBLICATIONS.c.entry)
    return _standing(
        connection, [(row.item, row.kind) for row in asked_for(connection, query, PUBLICATIONS.c.entry, entries)]
    )


def kinds_of(connection: Connection, case: str) -> dict[str, PublicationId]:
    """The items about a case that are out, by kind."""
    there = set(items_of(connection, case))
    return {kind: PublicationId(item) for item, kind in _lines_of(connection, case) if item in there}


def page(connection: Connection, after: str | None, limit: int) -> list[Publication]:
    """Lines behind one, oldest first. Raises UsageError for a line that is none of this feed."""
    query = select(PUBLICATIONS, LEDGER.c.of).join(LEDGER, LEDGER.c.seq == PUBLICATIONS.c.entry)
    if after is not None:
        place = connection.execute(select(PUBLICATIONS.c.entry).where(PUBLICATIONS.c.id == after)).scalar()
        if place is None:
            raise UsageError(f"{after} is no line of this feed")
        query = query.where(PUBLICATIONS.c.entry > place)
    rows = connection.execute(query.order_by(PUBLICATIONS.c.entry).limit(limit)).all()
    targets = targets_of(connection, [row.of for row in rows if row.of is not None and row.kind in _TELLING])
    return [_publication(row, targets.get(row.of, "") if row.kind in _TELLING else "") for row in rows]


def targets_of(connection: Connection, cases: Sequence[str]) -> dict[str, str]:
    """The targets of cases, as far as they were not erased."""
    query = select(LEDGER.c.id, PAYLOADS.c.body).join(PAYLOADS, PAYLOADS.c.seq == LEDGER.c.seq)
    query = query.where(LEDGER.c.kind == Kind.CASE.value, PAYLOADS.c.part == Part.FACTS.value)
    rows = asked_for(connection, query, LEDGER.c.id, sorted(set(cases)))
    return {row.id: _OPENINGS.decode(bytes(row.body)).opening.target for row in rows}


def compared(connection: Connection) -> int:
    """Lines that are missing, too many or other than their entries say. Of an entry that was erased only its place is compared."""
    said = {}
    for entry in entries_of(connection, Kind.PUBLICATION):
        facts = _FACTS.decode(entry.facts)
        said[entry.seq] = (facts.publication, facts.kind.value, facts.item, facts.at)
    places = set(connection.execute(select(LEDGER.c.seq).where(LEDGER.c.kind == Kind.PUBLICATION.value)).scalars())
    lines = {row.entry: (row.id, row.kind, row.item, row.at) for row in connection.execute(select(PUBLICATIONS))}
    doubled = len(connection.execute(select(PUBLICATIONS.c.id)).all()) - len(lines)
    other = sum(seq in lines and lines[seq] != what for seq, what in said.items())
    return len(places ^ lines.keys()) + other + doubled


def _lines_of(connection: Connection, case: str) -> list[tuple[str, str]]:
    query = select(PUBLICATIONS.c.item, PUBLICATIONS.c.kind).join(LEDGER, LEDGER.c.seq == PUBLICATIONS.c.entry)
    return [
        (row.item, row.kind)
        for row in connection.execute(query.where(LEDGER.c.of == case).order_by(PUBLICATIONS.c.entry))
    ]


def _publication(row: Any, target: str) -> Publication:  # noqa: ANN401 - a row
    return Publication(
        PublicationId(row.id), PublicationKind(row.kind), PublicationId(row.item), datetime.fromisoformat(row.at).astimezone(UTC),
        row.entry, EntryId(row.of) if target else None, target,
    )  # fmt: skip


def _standing(connection: Connection, lines: Iterable[tuple[str, str]]) -> list[PublicationId]:
    items = list(dict.fromkeys(item for item, kind in lines if PublicationKind(kind) in OUT))
    query = select(PUBLICATIONS.c.item).where(PUBLICATIONS.c.kind.not_in([kind.value for kind in OUT]))
    gone = {row.item for row in asked_for(connection, query, PUBLICATIONS.c.item, items)}
    return [PublicationId(item) for item in items if item not in gone]


def _last(connection: Connection) -> str:
    return connection.execute(select(PUBLICATIONS.c.id).order_by(PUBLICATIONS.c.entry.desc()).limit(1)).scalar() or ""


def _numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    query = select(LEDGER.c.id, LEDGER.c.seq)
    return {row.id: row.seq for row in asked_for(connection, query, LEDGER.c.id, ids)}
