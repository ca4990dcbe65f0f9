"""From tables of any length to chunks of a limited one, the same way every time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from actionday.observe.reader import CHUNK_ROWS, Chunk, Refused, staged_schema


@dataclass(slots=True)
class Batch:
    """Staged tables of some messages, and what was refused among them."""

    tables: Mapping[str, pa.Table]
    refused: list[Refused] = field(default_factory=list)


def staged(table: str, columns: Mapping[str, object], rows: int) -> pa.Table:
    """A staged table from some of its columns (Arrow arrays or one scalar for all rows); the rest is null."""
    schema = staged_schema(table)
    arrays = []
    for column in schema:
        value = columns.get(column.name)
        if isinstance(value, (pa.Array, pa.ChunkedArray)):
            arrays.append(value if value.type == column.type else value.cast(column.type))
        elif value is None:
            arrays.append(pa.nulls(rows, column.type))
        else:
            arrays.append(pa.repeat(pa.scalar(value, column.type), rows))
    return pa.Table.from_arrays(arrays, schema=schema)


def chunks(batches: Iterable[Batch]) -> Iterator[Chunk]:
    """Collect batches until the next one would exceed `CHUNK_ROWS` rows of a table. Accounts are distinct per chunk."""
    held: dict[str, list[pa.Table]] = {}
    refused: list[Refused] = []
    for batch in batches:
        fits = all(
            table.num_rows + sum(one.num_rows for one in held.get(name, ())) <= CHUNK_ROWS
            for name, table in batch.tables.items()
        )
        if not fits or len(refused) + len(batch.refused) > CHUNK_ROWS:
            yield from _empty(held, refused)
            held, refused = {}, []
        for name, table in batch.tables.items():
            if table.num_rows:
                held.setdefault(name, []).append(table)
        refused.extend(batch.refused)
    yield from _empty(held, refused)


def _empty(held: dict[str, list[pa.Table]], refused: list[Refused]) -> Iterator[Chunk]:
    tables = {name: pa.concat_tables(parts).combine_chunks() for name, parts in held.items()}
    if "accounts" in tables:
        accounts = tables["accounts"]
        distinct = accounts.group_by(accounts.column_names, use_threads=False).aggregate([])
        tables["accounts"] = distinct.select(accounts.column_names).cast(accounts.schema)
    rows = max([table.num_rows for table in tables.values()], default=0)
    for start in range(0, rows, CHUNK_ROWS):
        piece = {name: table.slice(start, CHUNK_ROWS) for name, table in tables.items() if table.num_rows > start}
        yield Chunk(piece, refused if start == 0 else [])
    if not rows and refused:
        yield Chunk({}, refused)
