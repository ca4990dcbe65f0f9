"""Objects of a known shape, nested as they are, as Arrow columns straight from their bytes; None where a value is not plain.

What comes out is what DuckDB's `json_transform` makes of the same text: a missing key or a value that cannot be of the type is null,
an object that is none has null for all its members, and asked for as VARCHAR numbers keep their digits, and objects and lists come as
their JSON. Where the two might differ (numbers as words, fractions as whole numbers, a key that stands there twice) nothing is made.
Not for: finding the objects (`tabular.jsonlists`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from actionday.observe import spans_kernels as kernels
from actionday.observe import spans_values
from actionday.observe.byte_words import Bytes
from actionday.observe.spans import Keys, string_array

_LONGEST = 15
"""Digits of a whole number that a float holds exactly."""


class NotPlain(Exception):
    """A value that another decoder has to look at."""


@dataclass(frozen=True, slots=True)
class Values:
    """Values of one key or list: kind, beginning and end of each in `data`. See `spans_kernels`."""

    data: Bytes
    kinds: Bytes
    starts: kernels.Longs
    ends: kernels.Longs

    def valid(self) -> "np.ndarray[Any, np.dtype[np.bool_]] | None":
        """Which are neither null nor absent; None for all."""
        valid = self.kinds > kernels.NULL
        return None if valid.all() else valid


def objects_of(data: Bytes, starts: kernels.Longs, ends: kernels.Longs, shape: Mapping[str, Any]) -> pa.Table | None:
    """Objects that begin and end at these bytes, a column a key of the shape. `data` ends in a NUL and eight bytes more."""
    if not (data[starts] == 0x7B).all():
        return None
    kinds = np.full(len(starts), kernels.OBJECT, np.uint8)
    try:
        columns = _members(Values(data, kinds, starts, ends), shape)
    except NotPlain:
        return None
    return pa.table(columns)


def _members(values: Values, shape: Mapping[str, Any]) -> dict[str, pa.Array]:
    names = tuple(shape)
    size = len(names), len(values.kinds)
    kinds, starts, ends = np.zeros(size, np.uint8), np.empty(size, np.int64), np.empty(size, np.int64)
    found = (values.kinds, values.starts, values.ends)
    if not kernels.members_of(values.data, found, _keys(names).table, (kinds, starts, ends)):
        raise NotPlain
    return {
        name: _column(Values(values.data, kinds[n], starts[n], ends[n]), shape[name]) for n, name in enumerate(names)
    }


@cache
def _keys(names: tuple[str, ...]) -> Keys:
    return Keys(names)


def _column(values: Values, shape: Any) -> pa.Array:  # noqa: ANN401 - a tree
    if isinstance(shape, str):
        return _LEAVES[shape](values)
    if isinstance(shape, list):
        return _list(values, shape[0])
    valid, members = values.valid(), _members(values, shape)
    mask = None if valid is None else pa.array(~valid)
    return pa.StructArray.from_arrays(list(members.values()), names=list(members), mask=mask)


def _list(values: Values, shape: Any) -> pa.Array:  # noqa: ANN401
    lists = values.kinds == kernels.ARRAY
    room = int((values.ends[lists] - values.starts[lists]).sum() // 2)
    offsets, *found = kernels.elements_of(values.data, values.kinds, values.starts, room)
    if not offsets.size:
        raise NotPlain
    inner = _column(Values(values.data, *found), shape)
    mask = None if lists.all() else pa.array(~lists)
    return pa.ListArray.from_arrays(pa.array(offsets), inner, mask=mask)


def _texts(values: Values) -> pa.Array:
    made, offsets, nulls = spans_values.texts(values.data, values.kinds, values.starts, values.ends)
    column = None if nulls < 0 else string_array(made, offsets, values.valid())
    if column is None:
        raise NotPlain
    return column


def _integers(values: Values) -> pa.Array:
    kinds = np.where(values.kinds >= kernels.OBJECT, kernels.NULL, values.kinds).astype(np.uint8)
    out = np.empty(len(kinds), np.int64)
    if spans_values.integers(values.data, kinds, values.starts, values.ends, out) < 0:
        raise NotPlain
    return pa.array(out, mask=kinds <= kernels.NULL)


def _doubles(values: Values) -> pa.Array:
    kinds, out = values.kinds, np.zeros(len(values.kinds))
    whole = kinds == kernels.WHOLE
    if np.any(values.ends[whole] - values.starts[whole] > _LONGEST):
        raise NotPlain
    known = whole | (kinds == kernels.NUMBER)
    if not (known | (kinds <= kernels.NULL) | (kinds >= kernels.OBJECT)).all():
        raise NotPlain
    for row in np.flatnonzero(known).tolist():
        out[row] = float(values.data[values.starts[row] : values.ends[row]].tobytes())
    if not np.isfinite(out).all():
        raise NotPlain
    return pa.array(out, mask=~known)


def _booleans(values: Values) -> pa.Array:
    kinds = values.kinds
    true, false = kinds == kernels.TRUE, kinds == kernels.FALSE
    if not (true | false | (kinds <= kernels.NULL) | (kinds >= kernels.OBJECT)).all():
        raise NotPlain
    return pa.array(true, mask=~(true | false))


_LEAVES: dict[str, Callable[[Values], pa.Array]] = {
    "VARCHAR": _texts,
    "BIGINT": _integers,
    "DOUBLE": _doubles,
    "BOOLEAN": _booleans,
}
