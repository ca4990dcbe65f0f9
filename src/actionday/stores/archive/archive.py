"""Writing to and reading from the archive: append what is new, number it, hand out views.

Every write is an anti-join: a row whose natural key (`TableSpec.unique`) is in the table already is not written again, so a
repeated or resumed import adds nothing and overlapping exports merge. Delta commits are atomic per table; because writes
are idempotent by key and rows are numbered by (ingest, chunk, position), a run that was killed and repeated ends with the
same rows as one that was not.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from deltalake import ColumnProperties, DeltaTable, WriterProperties, write_deltalake

from actionday.records.errors import HomeError
from actionday.stores.archive.growth import grow
from actionday.stores.archive.home import Home
from actionday.stores.archive.known import Known
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.spill import Spill
from actionday.stores.archive.view import QUERY_MEMORY, View

# The log must not hold values: `forget` could not reach them there.
_CONFIGURATION = {"delta.dataSkippingNumIndexedCols": "0"}
# Hashes neither repeat nor sort: looking for repetition and keeping their extremes would only cost time.
_NOISE = ColumnProperties(dictionary_enabled=False, statistics_enabled="NONE")
_WRITER = WriterProperties(
    compression="ZSTD",
    compression_level=1,
    max_row_group_size=131_072,
    column_properties={"text_sha256": _NOISE},
)
# Nothing but hashes: compressing them costs as much as the whole rest of writing and saves a tenth.
_HASHES_WRITER = WriterProperties(
    compression="UNCOMPRESSED",
    max_row_group_size=32_768,  # these rows are wide, and a row group is held in memory until it is full
    column_properties=dict.fromkeys(("digest", "minhash", "shingles"), _NOISE),
)
_COMPACT_ABOVE = 64  # small files in a table
_FILE_BYTES = 16 << 20  # of a file that was compacted
ROW_BITS_INGEST, ROW_BITS_CHUNK = 40, 20


def row_numbers(ingest: int, chunk: int, count: int) -> pa.Array:
    """Surrogate row keys: ingest * 2**40 + chunk * 2**20 + position. They say nothing about the row's subject."""
    first = (ingest << ROW_BITS_INGEST) + (chunk << ROW_BITS_CHUNK)
    return pa.array(np.arange(first, first + count))


def numbered(name: str, payload: pa.Table, ingest: int, chunk: int) -> pa.Table:
    """A payload table with its `row` and `ingest` columns in front, in the stored schema."""
    columns = [row_numbers(ingest, chunk, len(payload)), pa.repeat(pa.scalar(ingest, pa.int32()), len(payload))]
    spec = TABLES[name]
    columns += [payload[column.name].cast(column.type) for column in spec.columns]
    return pa.table(columns, schema=spec.schema)


def _writer(name: str) -> WriterProperties:
    return _HASHES_WRITER if name == "fingerprints" else _WRITER


class Archive:
    """The tables of one home. Make one inside `home.writing()` to write; reading needs no lock."""

    def __init__(self, home: Home, *, query_memory: int = QUERY_MEMORY) -> None:
        self.home, self.query_memory = home, query_memory
        self._open: dict[str, DeltaTable] = {}
        self._known: dict[str, Known] = {}

    @cached_property
    def _joins(self) -> duckdb.DuckDBPyConnection:
        """Opened once: a connection costs as much as a small anti-join. Cursors of it may be used in several threads."""
        return duckdb.connect(config={"threads": 2, "memory_limit": "512MB", "temp_directory": self._spill.option})

    @cached_property
    def _spill(self) -> Spill:
        return Spill(self.home.spill)

    def _delta(self, name: str) -> DeltaTable:
        table = self._open.get(name)
        if table is None:
            path = self.home.archive / name
            if not DeltaTable.is_deltatable(str(path)):
                DeltaTable.create(str(path), schema=TABLES[name].schema, mode="ignore", configuration=_CONFIGURATION)
            table = self._open[name] = DeltaTable(str(path))
        return table

    def exists(self, name: str) -> bool:
        """Whether anything was ever written to the table."""
        return DeltaTable.is_deltatable(str(self.home.archive / name))

    def versions(self) -> dict[str, int]:
        """The Delta version of every table that exists; a brief records them, so that it can be reproduced."""
        return {name: DeltaTable(str(self.home.archive / name)).version() for name in TABLES if self.exists(name)}

    def files(self, name: str, version: int | None = None) -> list[str]:
        """The table's Parquet files at a version (default: newest). Raises HomeError when they were erased since."""
        if not self.exists(name):
            return []
        files = sorted(DeltaTable(str(self.home.archive / name), version=version).file_uris())
        lost = [file for file in files if not Path(file).exists()]
        if lost:
            raise HomeError(
                f"table {name} at version {version}: {len(lost)} files are gone, erased by `forget` or `retention` since; "
                "the numbers of that version cannot be computed again, by design"
            )
        return files

    def view(self, versions: Mapping[str, int] | None = None) -> View:
        """An Ibis view, of the newest tables or of the given versions (tables not named there are empty)."""
        if versions is None:
            versions = self.versions()
        files = {name: self.files(name, at) for name, at in versions.items()}
        return View.of_files(files, spill=Spill(self.home.spill), memory=self.query_memory)

    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return {name: DeltaTable(str(self.home.archive / name)).count() if self.exists(name) else 0 for name in TABLES}

    def append(self, name: str, rows: pa.Table) -> int:
        """Append the numbered rows whose key is not there yet; the first of equal rows stays. Returns rows written."""
        delta = self._delta(name)
        known = self._known.pop(name, None) or Known(TABLES[name])
        fresh = known.new_rows(rows, delta.file_uris(), self._joins)
        if len(fresh):
            grow(delta, name)
            write_deltalake(delta, fresh, mode="append", writer_properties=_writer(name))
        self._known[name] = known.written()
        return len(fresh)

    def append_bulk(self, name: str, rows: pa.Table) -> None:
        """Append rows that are known to be new (a generator's own), without the anti-join."""
        self._known.pop(name, None)
        write_deltalake(self._delta(name), rows, mode="append", writer_properties=_writer(name))

    def compact(self, names: Iterable[str] = tuple(TABLES)) -> None:
        """Rewrite tables that lie in many small files into fewer; one file at a time, for each is made in memory."""
        for name in names:
            if self.exists(name) and self._small_files(name) > _COMPACT_ABOVE:
                self._delta(name).optimize.compact(
                    target_size=_FILE_BYTES, max_concurrent_tasks=1, writer_properties=_writer(name)
                )

    def _small_files(self, name: str) -> int:
        return sum(Path(file).stat().st_size < _FILE_BYTES // 2 for file in self._delta(name).file_uris())
