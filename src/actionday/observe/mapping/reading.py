"""Stream a table through mapping sections into chunks: the loop that every table-like reader shares."""

from collections.abc import Callable, Iterator
from datetime import UTC

import polars as pl
import pyarrow as pa

from actionday.observe.mapping.apply import apply_mapping
from actionday.observe.mapping.rules import Rows
from actionday.observe.reader import Chunk, Refused, Source
from actionday.observe.tabular import Layout, stream

Prepare = Callable[[pl.DataFrame], pl.DataFrame]


def read_mapped(
    source: Source, layout: Layout, sections: tuple[Rows, ...], wanted: tuple[str, ...], prepare: Prepare | None = None
) -> Iterator[Chunk]:
    """Yield a chunk per batch of the file. `prepare` may add columns to a batch before the sections see it.

    Where a section does not map `vantage` or `seen_at`, what `source` declares fills them.
    """
    told = False
    for batch in stream(source.path, layout, wanted):
        chunk = Chunk(refused=batch.refused)
        frame = prepare(batch.frame) if prepare and len(batch.numbers) else batch.frame
        for rows in sections if len(batch.numbers) else ():
            made, refused = apply_mapping(frame, batch.numbers, rows, source.zone)
            chunk.refused.extend(refused)
            if made.num_rows:
                made = _declared(made, rows, source)
                held = chunk.tables.get(rows.table)
                chunk.tables[rows.table] = made if held is None else pa.concat_tables([held, made])
        if chunk.tables or chunk.refused:
            told = True
            yield chunk
    if not told:
        yield Chunk(refused=[Refused("file", "no row in it")])


def _declared(made: pa.Table, rows: Rows, source: Source) -> pa.Table:
    seen = None if source.seen_at is None else source.seen_at.astimezone(UTC)
    for name, value in (("vantage", source.vantage), ("seen_at", seen)):
        if value is not None and name in made.schema.names and name not in rows.columns:
            field = made.schema.field(name)
            place = made.schema.get_field_index(name)
            made = made.set_column(place, field, pa.repeat(pa.scalar(value, field.type), made.num_rows))
    return made
