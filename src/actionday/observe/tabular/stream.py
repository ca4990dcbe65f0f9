"""One door to all table shapes: sniff a file and stream it in batches. Not for: knowing what the columns mean."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from actionday.observe.reader import CHUNK_ROWS, Refused
from actionday.observe.tabular.batch import Batch, pieces
from actionday.observe.tabular.delimited import read_delimited
from actionday.observe.tabular.jsonrows import read_json
from actionday.observe.tabular.sniff import HEAD, Layout, sniff


def layout_of(path: Path, name: str) -> Layout | None:
    """Sniff a file; for Parquet the footer tells the columns and the first rows the sample."""
    with path.open("rb") as file:
        layout = sniff(file.read(HEAD), name)
    if layout is None or layout.shape != "parquet":
        return layout
    try:
        with path.open("rb") as raw, pq.ParquetFile(raw) as file:
            head = next(file.iter_batches(batch_size=50), None)
            names = tuple(file.schema_arrow.names)
    except (pa.ArrowInvalid, OSError) as error:
        return Layout("parquet", fault=f"not a whole Parquet file: {str(error).splitlines()[0]}")
    sample = {n: [v for v in head[n].to_pylist() if v is not None] for n in names} if head is not None else {}
    return Layout("parquet", names, sample=sample)


def stream(path: Path, layout: Layout, wanted: tuple[str, ...]) -> Iterator[Batch]:
    """Yield batches with the wanted columns that the file has. A fault of the whole file is one refusal, never raised."""
    if layout.fault:
        yield Batch.of_refused([Refused("file", layout.fault)])
    elif layout.shape == "delimited":
        yield from pieces(read_delimited(path, layout, wanted))
    elif layout.shape == "parquet":
        yield from _read_parquet(path, wanted)
    else:
        yield from pieces(read_json(path, layout, wanted))


def _read_parquet(path: Path, wanted: tuple[str, ...]) -> Iterator[Batch]:
    start = 1
    try:
        with path.open("rb") as raw, pq.ParquetFile(raw) as file:
            roots = {name.partition(".")[0] for name in wanted} | set(wanted)
            columns = [name for name in file.schema_arrow.names if name in roots]
            for block in file.iter_batches(batch_size=CHUNK_ROWS, columns=columns):
                numbers = pl.Series("row", np.arange(start, start + block.num_rows, dtype=np.int64))
                start += block.num_rows
                frame = pl.DataFrame(pa.Table.from_batches([block])) if columns else pl.DataFrame(height=len(numbers))
                yield Batch(_with_paths(frame, wanted), numbers)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, pl.exceptions.PolarsError) as error:
        yield Batch.of_refused(
            [Refused(f"after row {start - 1}", f"the rest cannot be read: {str(error).splitlines()[0]}")]
        )


def _with_paths(frame: pl.DataFrame, wanted: tuple[str, ...]) -> pl.DataFrame:
    """Add ``a.b`` columns out of struct columns."""
    for name in wanted:
        root, *path = name.split(".")
        if name in frame.columns or not path or root not in frame.columns:
            continue
        column = frame[root]
        for part in path:
            kind = column.dtype
            if not isinstance(kind, pl.Struct) or part not in {f.name for f in kind.fields}:
                break
            column = column.struct.field(part)
        else:
            frame = frame.with_columns(column.alias(name))
    return frame
