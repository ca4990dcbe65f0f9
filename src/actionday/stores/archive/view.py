"""A read-only view of the archive: Ibis expressions over tables at fixed versions.

Measures take a `View`, so that they run alike on a home, on a brief's recorded versions and on small tables in a test.
Expressions stay dialect-free (no raw SQL), so that another engine can serve them later.
"""

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import ibis
import pyarrow as pa

from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.spill import Spill

QUERY_MEMORY = 2 << 30
"""Bytes that a view's queries may use unless told otherwise; beyond it they spill."""

BATCH = 250_000
"""Rows of a batch of a streamed answer."""


class View:
    """Tables by name, as Ibis expressions on one DuckDB connection."""

    def __init__(
        self,
        connection: Any,  # noqa: ANN401 - ibis ships no types
        tables: Mapping[str, Any],
        spill: Spill | None = None,
    ) -> None:
        self.connection = connection
        self._spill = spill  # lives as long as the view
        self._tables = dict(tables)

    def table(self, name: str) -> Any:  # noqa: ANN401
        """The table as an Ibis expression with the declared schema; empty where nothing was written yet."""
        return self._tables[name]

    def arrow(self, expression: Any) -> pa.Table:  # noqa: ANN401
        """Run an expression and return an Arrow table (times in UTC)."""
        return expression.to_pyarrow()

    def batches(self, expression: Any) -> Iterator[pa.RecordBatch]:  # noqa: ANN401
        """Run an expression and stream its rows, in no order unless it asks for one (times in UTC)."""
        reader = expression.to_pyarrow_batches(chunk_size=BATCH)
        with warnings.catch_warnings():  # Ibis asks DuckDB by a method that DuckDB calls old, with the first batch
            warnings.simplefilter("ignore", DeprecationWarning)
            first = next(reader, None)
        if first is not None:
            yield first
            yield from reader

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> "View":
        """A view over Arrow tables. Columns that are missing are null; `row` and `ingest` are numbered if missing."""
        connection = connect()
        return cls(connection, {name: _register(connection, name, tables.get(name)) for name in TABLES})

    @classmethod
    def of_files(
        cls, files: Mapping[str, list[str]], *, spill: Spill | None = None, memory: int = QUERY_MEMORY
    ) -> "View":
        """A view over Parquet files by table; a table without files is empty. Queries get `memory` bytes, then spill."""
        connection = connect(spill, memory=memory)
        return cls(connection, {name: _read(connection, name, files.get(name) or []) for name in TABLES}, spill)


def connect(spill: Spill | None = None, *, memory: int = QUERY_MEMORY) -> Any:  # noqa: ANN401
    """A DuckDB connection through Ibis: UTC, bounded memory, spilling to `spill`, no extension loaded from outside."""
    options: dict[str, Any] = {
        "TimeZone": "UTC",
        "memory_limit": f"{max(1, memory >> 20)}MiB",
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if spill is not None:
        options["temp_directory"] = spill.option
    connection = ibis.duckdb.connect()
    for key, value in options.items():
        text = f"'{value}'" if isinstance(value, str) else str(value).lower()
        connection.raw_sql(f"SET {key} = {text}")
    return connection


def _read(connection: Any, name: str, files: list[str]) -> Any:  # noqa: ANN401
    """The files as one table with the declared columns: those that older files lack are null there."""
    if not files:
        return _register(connection, name, None)
    stored = connection.read_parquet(files, table_name=name, union_by_name=True)
    lacking = [field for field in TABLES[name].schema if field.name not in stored.columns]
    if not lacking:
        return stored
    nulls = ibis.Schema.from_pyarrow(pa.schema(lacking))
    return stored.mutate(**{column: ibis.null(kind) for column, kind in nulls.items()})


def _register(connection: Any, name: str, table: pa.Table | None) -> Any:  # noqa: ANN401
    # registering reads Arrow in place; create_table would copy it
    connection.con.register(name, _conform(name, table))
    return connection.table(name)


def _conform(name: str, table: pa.Table | None) -> pa.Table:
    schema = TABLES[name].schema
    if table is None:
        return schema.empty_table()
    columns = []
    for field in schema:
        if field.name in table.column_names:
            columns.append(table[field.name].cast(field.type))
        elif field.name == "row":
            columns.append(pa.array(range(len(table)), pa.int64()))
        elif field.name == "ingest":
            columns.append(pa.array([1] * len(table), pa.int32()))
        else:
            columns.append(pa.nulls(len(table), field.type))
    return pa.table(columns, schema=schema)
