"""Compiled primitives over bytes, eight at a time: loads and stores wherever bytes lie, ends of strings, white space.

Not for: what the bytes mean (`spans_kernels`, and scanners of their own).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

Bytes = npt.NDArray[np.uint8]

_ONES, _HIGH = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_QUOTES, _SLASHES, _BLANKS = np.uint64(0x2222222222222222), np.uint64(0x5C5C5C5C5C5C5C5C), np.uint64(0x2020202020202020)


@intrinsic
def word_at(_context: Any, data: Any, at: Any) -> Any:  # noqa: ANN401 - Numba's types
    """Eight bytes as a number, wherever they lie. Numba itself has only loads at whole multiples."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(64).as_pointer())
        loaded = builder.load(place)
        loaded.align = 1
        return loaded

    return types.uint64(data, types.int64), build


@intrinsic
def put_word(_context: Any, out: Any, at: Any, word: Any) -> Any:  # noqa: ANN401
    """Eight bytes of a number, wherever they are wanted."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(64).as_pointer())
        builder.store(arguments[2], place).align = 1
        return context.get_dummy_value()

    return types.void(out, types.int64, types.uint64), build


@intrinsic
def first_byte(_context: Any, word: Any) -> Any:  # noqa: ANN401
    """The number of the lowest byte of a word that has a bit set."""

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        zeros = builder.cttz(arguments[0], cgutils.true_bit)
        return builder.lshr(zeros, ir.Constant(ir.IntType(64), 3))

    return types.int64(types.uint64), build


@njit(cache=True, nogil=True)
def string_ends(word: np.uint64) -> np.uint64:
    """The lowest bit set is in the first quote, backslash or control character of a word; 0 where there is none."""
    quote, slash = word ^ _QUOTES, word ^ _SLASHES
    return ((quote - _ONES) & ~quote | (slash - _ONES) & ~slash | (word - _BLANKS) & ~word) & _HIGH


@njit(cache=True, nogil=True)
def plain_end(data: Bytes, i: int) -> int:
    """The first quote, backslash or control character from `i` on."""
    while True:
        found = string_ends(word_at(data, i))
        if found:
            return i + first_byte(found)
        i += 8


@njit(cache=True, nogil=True)
def plain_within(data: Bytes, i: int, stop: int) -> int:
    """As `plain_end`, in a block that may end at `stop` in the midst of a string: what is returned has to be looked at.

    It is the byte sought, or one of the last eight.
    """
    while i + 8 <= stop:
        found = string_ends(word_at(data, i))
        if found:
            return i + first_byte(found)
        i += 8
    return i


@njit(cache=True, nogil=True)
def blanks_within(data: Bytes, i: int, stop: int) -> int:
    """The first byte from `i` on that is no blank, or one of the last eight before `stop`."""
    while i + 8 <= stop:
        other = word_at(data, i) ^ _BLANKS
        if other:
            return i + first_byte(other)
        i += 8
    return i


@njit(cache=True, nogil=True)
def after_space(data: Bytes, i: int) -> int:
    """The first byte from `i` on that is no white space."""
    while True:
        c = data[i]
        if c > 0x20:
            return i
        if c == 0x20:
            other = word_at(data, i) ^ _BLANKS
            i += 8 if other == 0 else first_byte(other)
        elif c == 0x0A or c == 0x0D or c == 0x09:  # noqa: PLR1714 - a set would be built each time
            i += 1
        else:
            return i
