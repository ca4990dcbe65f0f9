"""Values at chosen paths of JSON objects, as text, straight from their bytes; None where anything is not plain.

The same as DuckDB's `json_extract_string` says of them. Not for: reasons why an object cannot be read (`jsonrows`).
"""

from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from actionday.observe.byte_words import Bytes
from actionday.observe.spans import MARGIN
from actionday.observe.spans_kernels import Longs
from actionday.observe.spans_tree import objects_of

_MOST_BLANKS = 64
_BLANKS = np.zeros(256, bool)
_BLANKS[list(b" \t\r\n")] = True


def values_at(objects: pa.Array, wanted: tuple[str, ...]) -> pl.DataFrame | None:
    """A string column for each name (a key or a dotted path) of objects that stand one behind the other (binary)."""
    shape = _tree(wanted)
    if shape is None or not len(objects):
        return None
    try:
        text = objects.cast(pa.string())
    except pa.ArrowInvalid:
        return None
    _, offsets, held = text.buffers()
    edges = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1].astype(np.int64)
    data = np.concatenate([np.frombuffer(held, np.uint8)[: edges[-1]], np.zeros(MARGIN, np.uint8)])
    places = _trimmed(data, edges[:-1].copy(), edges[1:].copy())
    table = None if places is None else objects_of(data, *places, shape)
    return None if table is None else pl.DataFrame({name: _at(table, name) for name in wanted})


@cache
def _tree(wanted: tuple[str, ...]) -> dict[str, Any] | None:
    """The paths as a shape; None where one is an index or leads through another."""
    tree: dict[str, Any] = {}
    for name in dict.fromkeys(wanted):
        *path, last = name.split(".")
        if "[" in name or '"' in name or "" in (*path, last):
            return None
        inner = tree
        for key in path:
            inner = inner.setdefault(key, {})
            if not isinstance(inner, dict):
                return None
        if last in inner:
            return None
        inner[last] = "VARCHAR"
    return tree or None


def _trimmed(data: Bytes, starts: Longs, ends: Longs) -> tuple[Longs, Longs] | None:
    """The places without white space around; None where there is much of it, or nothing else."""
    for _ in range(_MOST_BLANKS):
        before, after = _BLANKS[data[starts]], _BLANKS[data[ends - 1]]
        if not before.any() and not after.any():
            return starts, ends
        starts, ends = starts + before, ends - after
        if (starts >= ends).any():
            return None
    return None


def _at(table: pa.Table, name: str) -> pa.Array:
    first, *path = name.split(".")
    column = table[first].combine_chunks()
    for key in path:
        column = column.field(key)
    return column
