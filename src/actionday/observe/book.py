"""What an import keeps in mind: ingest numbers, who holds a role, who was forgotten; and the buffer before the archive.

Numbers are a fold of `ingests`: a file that was begun keeps its number, a new one takes the next. Roles are remembered
with the number of the ingest that showed them first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from actionday.observe.minimise import OFFICER_ROLES
from actionday.stores.archive.archive import Archive, numbered
from actionday.stores.archive.schemas import TABLES

_FLUSH_BYTES = 20 << 20
_REMEMBERED = ("ingests", "memberships", "accounts", "erasures")
_FACTS_CHUNK = {"begun": 0, "done": 1}


class Book:
    """Numbers, roles and erasures of one home, as of the start of the run and kept up while it goes on."""

    def __init__(self, archive: Archive) -> None:
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._done: set[int] = set()
        self._begun: set[int] = set()
        self._read: set[int] = set()
        self._officers: dict[str, int] = {}
        self.forgotten: frozenset[str] = frozenset()
        if any(map(archive.exists, _REMEMBERED)):  # a new home needs no view, which takes half a second to set up
            self._remember(archive)
        self._last = max(self._begun, default=0)

    def _remember(self, archive: Archive) -> None:
        view = archive.view()
        ingests = view.arrow(view.table("ingests").select("ingest", "phase", "sha256", "format", "options")).to_pylist()
        self._numbers = {(row["sha256"], row["format"], row["options"]): row["ingest"] for row in ingests}
        self._done = {row["ingest"] for row in ingests if row["phase"] == "done"}
        self._begun = {row["ingest"] for row in ingests}
        memberships, accounts = view.table("memberships"), view.table("accounts")
        ranked = memberships.filter(memberships.role.isin(OFFICER_ROLES)).group_by("account")
        bots = accounts.filter(accounts.kind.isin(("bot", "admin"))).group_by("subject")
        for table, name in ((ranked, "account"), (bots, "subject")):
            source = memberships if name == "account" else accounts
            for row in view.arrow(table.agg(first=source.ingest.min())).to_pylist():
                self.officers({row[name]}, row["first"])
        erased = view.table("erasures")
        hashes = view.arrow(erased.filter(erased.kind.isin(("forget", "name"))).select("subject_hash"))["subject_hash"]
        self.forgotten = frozenset(hashes.to_pylist())

    def number(self, sha256: str, reader: str, options: str) -> tuple[int, bool]:
        """The ingest number of a file read so, and whether it was read to its end already."""
        key = (sha256, reader, options)
        if key not in self._numbers:
            self._last += 1
            self._numbers[key] = self._last
        number = self._numbers[key]
        return number, number in self._done or number in self._read

    def read(self, number: int) -> None:
        """Remember that this run reads the file; the same bytes under another name are not read again."""
        self._read.add(number)

    def has_begun(self, number: int) -> bool:
        """Whether the archive holds the number's `begun` row."""
        return number in self._begun

    def mark(self, number: int, phase: str) -> None:
        """Remember that a phase row is written."""
        (self._begun if phase == "begun" else self._done).add(number)

    def officers(self, accounts: set[str], number: int) -> None:
        """Remember who was shown to hold a role, and by which ingest first."""
        for account in accounts:
            self._officers[account] = min(number, self._officers.get(account, number))

    @property
    def officers_known(self) -> frozenset[str]:
        """Accounts that any file showed to hold a role."""
        return frozenset(self._officers)

    def officers_before(self, number: int) -> frozenset[str]:
        """Accounts that files with lower numbers show to hold a role."""
        return frozenset(account for account, first in self._officers.items() if first < number)


class Buffer:
    """Finished rows on their way to the archive, flushed in order when there are enough of them.

    One flush runs at a time, beside the reading: writing is the archive's and DuckDB's compiled code, which leaves Python free.
    Use as a context manager; leaving it in order writes what is held.
    """

    def __init__(self, archive: Archive, book: Book, flush_rows: int) -> None:
        self._archive, self._book, self._flush_rows = archive, book, flush_rows
        self._tables: dict[str, list[pa.Table]] = {}
        self._facts: dict[str, list[tuple[int, Mapping[str, Any]]]] = {"begun": [], "done": []}
        self._rows = self._bytes = 0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._under_way: Future[None] | None = None
        self.written: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
                self._wait()
        finally:
            self._writer.shutdown(wait=True)

    def begin(self, number: int, facts: Mapping[str, Any]) -> None:
        """A file is about to be read."""
        if not self._book.has_begun(number):
            self._facts["begun"].append((number, facts))

    def done(self, number: int, facts: Mapping[str, Any]) -> None:
        """A file was read to its end."""
        self._facts["done"].append((number, facts))

    def add(
        self, number: int, chunk: int, tables: Mapping[str, pa.Table], path: str, refused: Sequence[Mapping[str, str]]
    ) -> None:
        """Take one finished chunk."""
        everything = dict(tables)
        if refused:
            told = {key: pa.array([one[key] for one in refused], pa.string()) for key in ("position", "reason", "raw")}
            rows = {"path": pa.array([path] * len(refused)), **told}
            everything["quarantine"] = pa.table(rows, schema=TABLES["quarantine"].payload)
        for name, table in everything.items():
            self._tables.setdefault(name, []).append(numbered(name, table, number, chunk))
            self._rows += len(table)
            self._bytes += table.nbytes
        if self._rows >= self._flush_rows or self._bytes >= _FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand what is held to the writer, once it is done with what it was handed before. Raises what that one raised."""
        self._wait()
        tables, self._tables = self._tables, {}
        facts, self._facts = self._facts, {"begun": [], "done": []}
        self._rows = self._bytes = 0
        self._under_way = self._writer.submit(self._write, tables, facts)

    def _wait(self) -> None:
        if self._under_way is not None:
            self._under_way.result()

    def _write(
        self, tables: dict[str, list[pa.Table]], facts: Mapping[str, list[tuple[int, Mapping[str, Any]]]]
    ) -> None:
        """`begun` rows first, then the tables, then the `done` rows of files that are complete."""
        self._write_facts("begun", facts["begun"])
        for name in sorted(tables):
            self.written[name] += self._archive.append(name, pa.concat_tables(tables.pop(name)))
        self._write_facts("done", facts["done"])

    def _write_facts(self, phase: str, facts: list[tuple[int, Mapping[str, Any]]]) -> None:
        if not facts:
            return
        rows = [numbered("ingests", _facts_row(phase, values), number, _FACTS_CHUNK[phase]) for number, values in facts]
        self._archive.append("ingests", pa.concat_tables(rows))
        for number, _ in facts:
            self._book.mark(number, phase)


def _facts_row(phase: str, values: Mapping[str, Any]) -> pa.Table:
    row = {"counts": None, **values, "phase": phase}
    return pa.Table.from_pylist([row], schema=TABLES["ingests"].payload)
