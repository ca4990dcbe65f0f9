"""Writing to the ledger: entries numbered, linked and committed to their payloads, inside the caller's write transaction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, insert, select

from actionday.records import Actor, Clock, UsageError, lookup_hash
from actionday.stores.casebook.chain import GENESIS, SALT_BYTES, Entry, Part, commitment, moment
from actionday.stores.casebook.payloads import Draft
from actionday.stores.casebook.signing import entry_signature
from actionday.stores.casebook.tables import FORGOTTEN, LEDGER, PAYLOAD_SUBJECTS, PAYLOADS

T = TypeVar("T")
PAGE = 5_000
"""Rows that are held at once, and values that are asked for at once."""


@dataclass(frozen=True, slots=True)
class Means:
    """What writing needs from outside: the home's key, the time, random bytes."""

    key: bytes = field(repr=False)
    clock: Clock
    randomness: Callable[[int], bytes]


_NEWEST = select(LEDGER.c.seq, LEDGER.c.hash).order_by(LEDGER.c.seq.desc()).limit(1)


def newest(connection: Connection) -> tuple[int, str]:
    """Number and hash of the newest entry."""
    row = connection.execute(_NEWEST).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def append(
    connection: Connection, means: Means, actor: Actor, drafts: Sequence[Draft], key: bytes | None = None
) -> None:
    """Append entries in order; one whose id is there with the same content is not written again.

    `key` is the actor's, where people are enrolled, and entries are signed then. Raises UsageError for an id that is there with
    other content, a subject that was forgotten, or a signature that is not that key's.
    """
    fresh = _not_there(connection, actor, drafts)
    lookups = {subject: lookup_hash(means.key, subject) for draft in fresh for subject in draft.subjects}
    _refuse_forgotten(connection, lookups)
    seq, previous = newest(connection)
    for chunk in _batched(fresh):
        entries, payloads, subjects = [], [], []
        for draft in chunk:
            seq += 1
            salted = [(part, means.randomness(SALT_BYTES), body) for part, body in draft.parts()]
            entry = _entry(
                seq, draft, previous, {part: commitment(salt, body) for part, salt, body in salted}, means, actor
            )
            if key is not None:
                entry = replace(entry, signature=entry_signature(actor, key, entry.hash))
            previous = entry.hash
            entries.append({column.name: getattr(entry, column.name) for column in LEDGER.c})
            payloads += [{"seq": seq, "part": part.value, "salt": salt, "body": body} for part, salt, body in salted]
            subjects += [{"seq": seq, "subject_hash": lookups[subject]} for subject in set(draft.subjects)]
        for table, rows in ((LEDGER, entries), (PAYLOADS, payloads), (PAYLOAD_SUBJECTS, subjects)):
            if rows:
                connection.execute(insert(table), rows)
    for draft in fresh:
        if draft.of is not None:
            _share_subjects(connection, draft)


def _entry(seq: int, draft: Draft, previous: str, commits: dict[Part, str], means: Means, actor: Actor) -> Entry:
    facts, words = commits[Part.FACTS], commits[Part.WORDS]
    at = moment(means.clock.now())
    entry = Entry(seq, draft.id, draft.kind.value, at, actor.id, draft.of, facts, words, previous, "")
    return replace(entry, hash=entry.digest)


def _not_there(connection: Connection, actor: Actor, drafts: Sequence[Draft]) -> list[Draft]:
    there: dict[str, tuple[str, str, str | None, bytes | None]] = {}
    facts = (PAYLOADS.c.seq == LEDGER.c.seq) & (PAYLOADS.c.part == Part.FACTS.value)
    query = select(LEDGER.c.id, LEDGER.c.kind, LEDGER.c.actor, LEDGER.c.of, PAYLOADS.c.body).join(
        PAYLOADS, facts, isouter=True
    )
    for row in asked_for(connection, query, LEDGER.c.id, [draft.id for draft in drafts]):
        there[row.id] = (row.kind, row.actor, row.of, row.body)
    fresh: dict[str, Draft] = {}
    for draft in drafts:
        if draft.id in there:
            kind, by, of, body = there[draft.id]
            same = (kind, by, of) == (draft.kind.value, actor.id, draft.of) and body in (None, draft.facts)
        else:
            same = fresh.setdefault(draft.id, draft).facts == draft.facts
        if not same:
            raise UsageError(f"{draft.id} is in the casebook already, with other content")
    return list(fresh.values())


def _refuse_forgotten(connection: Connection, lookups: dict[str, str]) -> None:
    query = select(FORGOTTEN.c.subject_hash)
    found = {row.subject_hash for row in asked_for(connection, query, FORGOTTEN.c.subject_hash, list(lookups.values()))}
    count = sum(lookup in found for lookup in lookups.values())
    if count:
        raise UsageError(f"{count} of the subjects were forgotten here, and stay out")


def _share_subjects(connection: Connection, draft: Draft) -> None:
    """An entry about an entry is found by the same subjects."""
    seq = select(LEDGER.c.seq).where(LEDGER.c.id == draft.id).scalar_subquery()
    about = select(LEDGER.c.seq).where(LEDGER.c.id == draft.of).scalar_subquery()
    own = select(PAYLOAD_SUBJECTS.c.subject_hash).where(PAYLOAD_SUBJECTS.c.seq == seq)
    same = PAYLOAD_SUBJECTS.c.seq == about
    rows = select(PAYLOAD_SUBJECTS.c.subject_hash, seq).where(same, PAYLOAD_SUBJECTS.c.subject_hash.not_in(own))
    connection.execute(insert(PAYLOAD_SUBJECTS).from_select(["subject_hash", "seq"], rows))


def asked_for(connection: Connection, query: Select[Any], column: Any, values: Sequence[object]) -> Iterator[Any]:  # noqa: ANN401
    """Rows of a query in which the column has one of the values, however many these are."""
    for chunk in _batched(values):
        yield from connection.execute(query.where(column.in_(list(chunk))))


def _batched(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + PAGE] for start in range(0, len(values), PAGE))
