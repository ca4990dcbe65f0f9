"""Columns straight from the bytes of JSON objects: which keys are wanted is known, and what is not plain is declined.

A reader tries this first, a block at a time, and decodes a block in full where it is declined (None): the outcome is the
same and the second way slow. Plain is: sound JSON, keys without escapes. A column declines what its type does not
surely hold. Not for: documents (`tabular.jsonlists`), or reasons why something cannot be read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from actionday.observe import spans_kernels as kernels
from actionday.observe import spans_values as values
from actionday.observe.byte_words import Bytes

MARGIN = 16
"""Bytes that a buffer has behind what is read, the first of them NUL."""

_SLOT_BITS = 9
_LEADING = re.compile(rb"[ \t\r\n]*,?")
Longs = kernels.Longs


class Keys:
    """The wanted keys, by number, with a table in which each has a slot of its own."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)

    @cached_property
    def table(self) -> kernels.Table:
        """See `spans_kernels.Table`. Multipliers are tried until no two keys share a slot."""
        encoded = [name.encode() for name in self.names]
        places = np.cumsum([0, *map(len, encoded)])
        hashed = [_words(key) for key in encoded]
        rng = np.random.Generator(np.random.PCG64(len(encoded)))
        shift = 64 - _SLOT_BITS
        while True:
            by, inner = (int(factor) | 1 for factor in rng.integers(0, 1 << 63, 2, dtype=np.uint64))
            found = [((first ^ (last * inner) ^ length) * by % 2**64) >> shift for first, last, length in hashed]
            if len(set(found)) == len(found):
                break
        slots = np.full(1 << _SLOT_BITS, -1, np.int64)
        slots[found] = np.arange(len(found))
        names = np.frombuffer(b"".join(encoded), np.uint8)
        return slots, np.array([by, inner, shift], np.uint64), places.astype(np.int64), names


def _words(key: bytes) -> tuple[int, int, int]:
    first = key[:8].ljust(8, b"\0")
    return int.from_bytes(first, "little"), int.from_bytes(key[-8:] if len(key) >= 8 else first, "little"), len(key)


@dataclass(frozen=True, slots=True)
class Spans:
    """Where the values of each key lie in `data`, an object a column. Arrays are (keys, objects)."""

    names: tuple[str, ...]
    data: Bytes
    kinds: Bytes
    starts: kernels.Longs
    ends: kernels.Longs

    def __len__(self) -> int:
        return int(self.kinds.shape[1])

    def raw(self, name: str, row: int) -> bytes:
        """One value as it stands, a string without its quotes."""
        _, starts, ends = self.of(name)
        return self.data[starts[row] : ends[row]].tobytes()

    def of(self, name: str) -> tuple[Bytes, kernels.Longs, kernels.Longs]:
        """Kinds, beginnings and ends of one key's values."""
        key = self.names.index(name)  # a line of the arrays lies in one piece, however many columns were left over
        return self.kinds[key], self.starts[key], self.ends[key]

    def strings(self, name: str) -> pa.Array | None:
        """A string column, null where the key is null or absent; None where a value is no string, or not UTF-8."""
        kinds, starts, ends = self.of(name)
        data, offsets, nulls = values.strings(self.data, kinds, starts, ends)
        return None if nulls < 0 else string_array(data, offsets, kinds > kernels.NULL if nulls else None)

    def integers(self, name: str) -> pa.Array | None:
        """An int64 column; strings of digits are numbers. None where a value is no whole number of at most 18 digits."""
        kinds, starts, ends = self.of(name)
        out = np.empty(len(self), np.int64)
        nulls = values.integers(self.data, kinds, starts, ends, out)
        return None if nulls < 0 else pa.array(out, mask=kinds <= kernels.NULL if nulls else None)


class Buffer:
    """Room for ranges of a file, used again and again: each with a NUL behind it, as the kernels want it."""

    def __init__(self) -> None:
        self._room = bytearray(1 << 16)
        self._size = 0
        self._ranges: list[tuple[int, int]] = []

    def load(self, file: BinaryIO, ranges: Sequence[tuple[int, int]]) -> None:
        """Read ranges of bytes, each without the comma that it may begin with; less where the file is shorter by now."""
        wanted = sum(end - start for start, end in ranges) + len(ranges) + MARGIN
        if len(self._room) < wanted:
            self._room = bytearray(wanted)
        at, self._ranges = 0, []
        for start, end in ranges:
            file.seek(start)
            size = file.readinto(memoryview(self._room)[at : at + end - start])  # type: ignore[attr-defined]
            self._ranges.append((_after_comma(self._room, at, at + size), at + size))
            self._room[at + size] = 0
            at += size + 1
        self._room[at : at + MARGIN] = bytes(MARGIN)
        self._size = at

    def count(self, word: bytes) -> int:
        """How often a word stands there."""
        return self._room.count(word, 0, self._size)

    def objects(self, keys: Keys, most: int) -> tuple[Spans, Longs] | None:
        """The objects, commas between, that lie in the ranges, at most so many, and how many in each range; None where
        anything is not plain. Good until the next `load`.
        """
        data = np.frombuffer(self._room, np.uint8)
        shape, counts = (len(keys.names), most), np.zeros(len(self._ranges), np.int64)
        kinds, starts, ends = np.zeros(shape, np.uint8), np.empty(shape, np.int64), np.empty(shape, np.int64)
        ranges = np.array(self._ranges, np.int64).reshape(-1, 2)
        rows = kernels.elements(data, ranges, keys.table, (kinds, starts, ends), counts)
        if rows < 0:
            return None
        return Spans(keys.names, data, kinds[:, :rows], starts[:, :rows], ends[:, :rows]), counts


def _after_comma(room: bytearray, start: int, end: int) -> int:
    found = _LEADING.match(room, start, end)
    return found.end() if found else start


def string_array(
    data: Bytes, offsets: npt.NDArray[np.int32], valid: npt.NDArray[np.bool_] | None = None
) -> pa.Array | None:
    """A string column of bytes end to end and where each value begins and ends; None where they are not UTF-8."""
    bits = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    made = pa.Array.from_buffers(pa.string(), len(offsets) - 1, [bits, pa.py_buffer(offsets), pa.py_buffer(data)])
    try:
        made.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return made
