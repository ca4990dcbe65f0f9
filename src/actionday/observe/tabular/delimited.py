"""Stream CSV and TSV in blocks: bounded memory, broken rows set aside with their number and text, neighbours kept.

Not for: typing cells; every cell comes out as text.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from actionday.observe.reader import Refused
from actionday.observe.tabular.batch import Batch
from actionday.observe.tabular.sniff import HEAD, Layout, unique_names

BLOCK = 2 << 20
"""Bytes parsed at once; a single row may not be longer."""


def read_delimited(path: Path, layout: Layout, wanted: tuple[str, ...] | None = None) -> Iterator[Batch]:
    """Yield batches of text columns, `wanted` ones only (None: all). Row numbers count data rows from 1, broken ones too."""
    with path.open("rb") as file:
        names = _header(file.read(HEAD), layout)
    invalid: list[tuple[int, str, str]] = []

    def set_aside(row: Any) -> str:  # noqa: ANN401 - pyarrow's InvalidRow
        fault = f"{row.actual_columns} cells where the header has {row.expected_columns}"
        if "\n" in row.text:
            fault += "; it runs over several lines: a quote may be open in it"
        invalid.append((row.number - 1 if row.number else 0, fault, row.text[:1000]))
        return "skip"

    options = pa_csv.ReadOptions(
        use_threads=False,  # row numbers are known only when blocks are parsed in order
        block_size=BLOCK,
        column_names=names,
        skip_rows_after_names=1,
        encoding=layout.encoding,
    )
    keep = [n for n in names if wanted is None or n in wanted or n == names[-1]]  # the last tells an open quote
    convert = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.binary()),
        include_columns=keep,
        check_utf8=False,
        strings_can_be_null=False,
    )
    parse = pa_csv.ParseOptions(
        delimiter=layout.delimiter, newlines_in_values=True, invalid_row_handler=set_aside, ignore_empty_lines=True
    )
    yield from _guarded(path, (options, parse, convert), invalid)


def _guarded(path: Path, options: tuple[Any, Any, Any], invalid: list[tuple[int, str, str]]) -> Iterator[Batch]:
    done, next_row = 0, 1
    held: Batch | None = None
    try:
        # the file object, not the path: a name need not be UTF-8
        with path.open("rb") as file, pa_csv.open_csv(file, *options) as reader:
            for block in reader:
                numbers = _numbers(block.num_rows, next_row, [n for n, _, _ in invalid[done:]])
                refused = [Refused(f"row {n}", fault, text) for n, fault, text in invalid[done:]]
                done = len(invalid)
                if block.num_rows:
                    next_row = int(numbers[-1]) + 1
                if held is not None:
                    yield held
                held = _decoded(block, numbers, refused)
    except (pa.ArrowInvalid, UnicodeError) as error:
        if held is not None:
            yield held
        refused = [Refused(f"row {n}", fault, text) for n, fault, text in invalid[done:]]
        yield Batch.of_refused([*refused, Refused(f"after row {next_row - 1}", _breakage(str(error)))])
        return
    if held is not None:
        yield _without_open_quote(held, path)
    if invalid[done:]:
        yield Batch.of_refused([Refused(f"row {n}", fault, text) for n, fault, text in invalid[done:]])


def _without_open_quote(batch: Batch, path: Path) -> Batch:
    """Refuse the last row where its last cell took in the rest of the file, which the parser does without a word."""
    if not batch.frame.height:
        return batch
    cell = batch.frame[-1, -1]
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 64, 0))
        tail = file.read().replace(b"\0", b"").rstrip(b"\r\n")
    if "\n" not in cell.rstrip("\r\n") or tail.endswith(b'"'):
        return batch
    lines = cell.rstrip("\r\n").count("\n")
    fault = f"a quote is opened in its last cell and never closed: the {lines} lines after it went into the cell"
    batch.refused.append(Refused(f"row {batch.numbers[-1]}", fault, cell[:1000]))
    return Batch(batch.frame[:-1], batch.numbers[:-1], batch.refused)


def _breakage(error: str) -> str:
    if "straddling" in error or "quote" in error.lower():
        return f"the rest cannot be read: a quote is opened and never closed, or a row is longer than {BLOCK >> 20} MiB"
    return f"the rest cannot be read: {error.splitlines()[0] if error else 'unknown fault'}"


def _header(head: bytes, layout: Layout) -> list[str]:
    text = head.decode(layout.encoding, "replace").lstrip("\ufeff")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter)
    try:
        return list(unique_names(next(row for row in rows if row)))
    except (csv.Error, StopIteration):  # a cell without end: as the file was looked at
        return list(layout.columns)


def _numbers(count: int, start: int, broken: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The numbers of `count` good rows from `start` on, jumping over the broken ones."""
    candidates = np.arange(start, start + count + len(broken), dtype=np.int64)
    return candidates[~np.isin(candidates, np.array(broken, dtype=np.int64))][:count]


def _decoded(block: pa.RecordBatch, numbers: np.ndarray[Any, np.dtype[np.int64]], refused: list[Refused]) -> Batch:
    """Bytes to text; rows whose bytes are not UTF-8 are refused."""
    try:
        arrays = [column.cast(pa.string()) for column in block.columns]
    except pa.ArrowInvalid:
        return _partly_decoded(block, numbers, refused)
    frame = pl.DataFrame(pa.table(arrays, names=block.schema.names))
    return Batch(frame, pl.Series("row", numbers), refused)


def _partly_decoded(
    block: pa.RecordBatch, numbers: np.ndarray[Any, np.dtype[np.int64]], refused: list[Refused]
) -> Batch:
    """The slow way, taken only by blocks that hold a broken byte: look at each cell of the columns that fail."""
    good = np.ones(block.num_rows, dtype=bool)
    for column in block.columns:
        try:
            column.cast(pa.string())
        except pa.ArrowInvalid:
            good &= np.array([_is_text(cell) for cell in column.to_pylist()], dtype=bool)
    for place in np.flatnonzero(~good):
        cells = [column[int(place)].as_py() or b"" for column in block.columns]
        raw = " | ".join(cell.decode("utf-8", "replace") for cell in cells)
        refused.append(Refused(f"row {numbers[place]}", "not UTF-8", raw))
    kept = block.filter(pa.array(good))
    arrays = [column.cast(pa.string()) for column in kept.columns]
    return Batch(pl.DataFrame(pa.table(arrays, names=block.schema.names)), pl.Series("row", numbers[good]), refused)


def _is_text(cell: bytes | None) -> bool:
    try:
        (cell or b"").decode()
    except UnicodeDecodeError:
        return False
    return True
