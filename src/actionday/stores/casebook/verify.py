"""Walks along the chain and names the first bad entry. Reads in pages, so a chain of any length is walked in little memory.

Found: a changed field, a missing, doubled or reordered entry, an entry cut off behind a noted head, a payload that is not the one
that was committed to, a payload that is gone without an erasure record, and from the first enrolment on an entry without its
actor's signature, or somebody enrolled by who may not. Not found without a noted head: a tail that was cut off, or a chain that
was written anew as a whole (signed: by people who are not yours).
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from actionday.records import ActorId, Enrolment, EntryId, enrolled, fault_in
from actionday.stores.casebook.casebook import ChainReport, Checkpoint, Fault
from actionday.stores.casebook.chain import GENESIS, Entry, Head, Kind, Part, commitment
from actionday.stores.casebook.ledger import PAGE
from actionday.stores.casebook.payloads import to_enrolment, to_gone
from actionday.stores.casebook.signing import is_entry_signature, is_head_signature
from actionday.stores.casebook.tables import CASEBOOK, LEDGER, PAYLOADS


def verify(connection: Connection, noted: Head | None, checkpoint: Checkpoint | None = None) -> ChainReport:
    """Walk along the whole chain, in a read of one moment."""
    casebook = connection.execute(select(CASEBOOK.c.id)).scalar_one()
    walk = _Walk(casebook, noted if checkpoint is None else checkpoint.head, checkpoint)
    for entry, payloads in _entries(connection):
        if not walk.step(entry, payloads):
            break
    return walk.report()


class _Walk:
    """What was seen of the chain so far."""

    def __init__(self, casebook: str, noted: Head | None, checkpoint: Checkpoint | None) -> None:
        self._casebook, self._noted, self._checkpoint = casebook, noted, checkpoint
        self._people: list[Enrolment] = []
        self._signed = 0
        self._seq, self._hash = 0, GENESIS
        self._lacking: set[tuple[int, str]] = set()
        self._erased: set[tuple[int, str]] = set()
        self._fault: Fault | None = None
        if noted is not None and noted.casebook != casebook:
            self._fault = Fault(1, "the noted head is another casebook's")

    def step(self, entry: Entry, payloads: dict[str, tuple[bytes, bytes]]) -> bool:
        """Take one entry. False where it is bad."""
        reason = self._broken(entry) or self._unkept(entry, payloads) or self._unsigned(entry, payloads)
        if reason:
            self._fault = self._fault or Fault(self._seq + 1, reason)
        else:
            self._seq, self._hash = entry.seq, entry.hash
            self._signed += entry.signature is not None
        return self._fault is None

    def report(self) -> ChainReport:
        """What the walk found."""
        fault = self._fault or self._cut_off() or self._unaccounted() or self._badly_signed()
        head = Head(self._casebook, self._seq, self._hash)
        people = len({one.person for one in self._people})
        return ChainReport(self._seq, head, len({seq for seq, _ in self._erased}), fault, people, self._signed)

    def _broken(self, entry: Entry) -> str:
        if entry.seq != self._seq + 1:
            return f"it is missing; the next one there is {entry.seq}"
        if entry.previous != self._hash:
            return "it does not follow the entry before it"
        if entry.digest != entry.hash:
            return "it was changed"
        if entry.seq == 1 and (entry.kind, entry.id) != (Kind.MADE, self._casebook):
            return "it does not begin this casebook"
        if self._noted is not None and entry.seq == self._noted.seq and entry.hash != self._noted.hash:
            return "it is not the entry that the noted head speaks of"
        return ""

    def _unsigned(self, entry: Entry, payloads: dict[str, tuple[bytes, bytes]]) -> str:
        before = enrolled(self._people)
        if entry.kind == Kind.PERSON:
            try:
                said = to_enrolment(entry.id, payloads[Part.FACTS][1], None)
            except (KeyError, ValueError):
                return "it says that it is about a person, and is not"
            if fault := fault_in(before, said, entry.actor):
                return f"it enrols somebody who may not be: {fault}"
            self._people.append(said)
        writer = (before or enrolled(self._people)).get(entry.actor)
        if writer is None:
            return "nobody who is enrolled wrote it" if before else ""
        if not writer.works_here:
            return "who wrote it did not work here any more"
        return "" if is_entry_signature(writer.key, entry.hash, entry.signature) else "it lacks its actor's signature"

    def _badly_signed(self) -> Fault | None:
        one = self._checkpoint
        if one is None:
            return None
        keys = {said.key for said in self._people if said.person == one.actor}
        if any(is_head_signature(key, str(one.head), one.signature) for key in keys):
            return None
        return Fault(one.head.seq, "the checkpoint's signature is nobody's who is enrolled here")

    def _unkept(self, entry: Entry, payloads: dict[str, tuple[bytes, bytes]]) -> str:
        for part, committed in ((Part.FACTS, entry.facts), (Part.WORDS, entry.words)):
            kept = payloads.get(part)
            if kept is None and committed is not None:
                self._lacking.add((entry.seq, part.value))
            elif kept is not None and (committed is None or commitment(*kept) != committed):
                return f"its {part} are not those that it commits to"
        if entry.kind == Kind.ERASURE and Part.FACTS in payloads:
            try:
                self._erased |= to_gone(payloads[Part.FACTS][1]).pairs()
            except ValueError:
                return "it says that it is an erasure record, and is none"
        return ""

    def _cut_off(self) -> Fault | None:
        if self._noted is not None and self._noted.seq > self._seq:
            return Fault(self._seq + 1, f"it is missing; the noted head is entry {self._noted.seq}")
        if not self._seq:
            return Fault(1, "it is missing; the chain is empty")
        return None

    def _unaccounted(self) -> Fault | None:
        silent, there = self._lacking - self._erased, self._erased - self._lacking
        if not silent | there:
            return None
        seq, part = min(silent | there)
        if (seq, part) in silent:
            return Fault(seq, f"its {part} are gone, and no erasure record says so")
        return Fault(seq, f"its {part} are there, and an erasure record says that they went")


def _entries(connection: Connection) -> Iterator[tuple[Entry, dict[str, tuple[bytes, bytes]]]]:
    """Entries in order, each with salt and body of its payloads by part."""
    seq: int | None = None
    while True:
        query = select(LEDGER).order_by(LEDGER.c.seq).limit(PAGE)
        rows = connection.execute(query if seq is None else query.where(LEDGER.c.seq > seq)).all()
        if not rows:
            return
        seq = rows[-1].seq
        payloads = _payloads(connection, rows[0].seq, rows[-1].seq)
        for row in rows:
            yield entry_of(row), payloads.get(row.seq, {})


def _payloads(connection: Connection, first: int, last: int) -> dict[int, dict[str, tuple[bytes, bytes]]]:
    found: dict[int, dict[str, tuple[bytes, bytes]]] = {}
    for row in connection.execute(select(PAYLOADS).where(PAYLOADS.c.seq.between(first, last))):
        found.setdefault(row.seq, {})[row.part] = (_as_bytes(row.salt), _as_bytes(row.body))
    return found


def _as_bytes(cell: bytes | str | int | float | None) -> bytes:
    """A cell's bytes. SQLite holds what it is given: somebody who writes past us may leave text where bytes belong."""
    return bytes(cell) if isinstance(cell, (bytes, bytearray, memoryview)) else str(cell).encode("utf-8", "replace")


def entry_of(row: Any) -> Entry:  # noqa: ANN401 - a row as the database gives it
    """An entry from its row."""
    return Entry(
        row.seq, EntryId(row.id), row.kind, row.at, ActorId(row.actor), row.of, row.facts, row.words, row.previous, row.hash,
        row.signature,
    )  # fmt: skip
