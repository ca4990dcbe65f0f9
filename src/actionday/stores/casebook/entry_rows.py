"""Entries of one kind with what they commit to, as rows, for those who fold them. Inside the caller's transaction. Not for: what they mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from actionday.stores.casebook.chain import Kind, Part
from actionday.stores.casebook.ledger import PAGE
from actionday.stores.casebook.tables import LEDGER, PAYLOADS

_FACTS, _WORDS = PAYLOADS.alias("facts_of"), PAYLOADS.alias("words_of")
_ANY = (
    select(LEDGER.c.seq, LEDGER.c.id, LEDGER.c.of, LEDGER.c.actor, LEDGER.c.hash, _FACTS.c.body, _WORDS.c.body)
    .join(_FACTS, (_FACTS.c.seq == LEDGER.c.seq) & (_FACTS.c.part == Part.FACTS.value))
    .join(_WORDS, (_WORDS.c.seq == LEDGER.c.seq) & (_WORDS.c.part == Part.WORDS.value), isouter=True)
)
_ENTRIES = _ANY.order_by(LEDGER.c.seq)
# Neither kind nor order is asked of the database here: SQLite would walk along all entries of the kind.
_ABOUT = _ANY.add_columns(LEDGER.c.kind).where(
    or_(LEDGER.c.id == bindparam("identity"), LEDGER.c.of == bindparam("identity"))
)


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry and what it commits to; `words` are None where they were erased."""

    seq: int
    id: str
    of: str | None
    actor: str
    hash: str
    facts: bytes
    words: bytes | None


def entries_about(connection: Connection, kind: Kind, identity: str) -> list[Kept]:
    """Entries of a kind that are the one named, or about it, in order; erased ones are not there."""
    rows = connection.execute(_ABOUT, {"identity": identity}).all()
    return [_kept(row[:-1]) for row in sorted(rows, key=lambda row: row.seq) if row.kind == kind.value]


def entries_of(connection: Connection, kind: Kind) -> Iterator[Kept]:
    """All entries of a kind, in the order of the ledger."""
    last = 0
    query = _ENTRIES.where(LEDGER.c.kind == kind.value).limit(PAGE)
    while rows := connection.execute(query.where(LEDGER.c.seq > last)).all():
        last = rows[-1].seq
        yield from map(_kept, rows)


def newest_of(connection: Connection, kind: Kind) -> Kept | None:
    """The last entry of a kind."""
    query = _ENTRIES.where(LEDGER.c.kind == kind.value).order_by(None).order_by(LEDGER.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _kept(row)


def _kept(row: Any) -> Kept:  # noqa: ANN401 - a row
    seq, identity, of, actor, digest, facts, words = row
    return Kept(seq, identity, of, actor, digest, bytes(facts), None if words is None else bytes(words))
