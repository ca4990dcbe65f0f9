"""Compiled kernels that make columns of values that `spans_kernels` found: strings without escapes, whole numbers.

A column that holds anything else is declined. Not for: finding values.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from actionday.observe.byte_words import Bytes, first_byte, put_word, string_ends, word_at
from actionday.observe.spans_kernels import (
    ESCAPED,
    NULL,
    NUMBER,
    OBJECT,
    TEXT,
    WHOLE,
    Longs,
    escape_end,
    hex_digits,
)


@njit(cache=True, nogil=True)
def _utf8(code: int, out: Bytes, at: int) -> int:
    """A letter's bytes; returns the place behind them."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at], out[at + 1] = 0xC0 | code >> 6, 0x80 | code & 63
        return at + 2
    if code < 0x10000:
        out[at], out[at + 1], out[at + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63
        return at + 3
    out[at], out[at + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 63
    out[at + 2], out[at + 3] = 0x80 | code >> 6 & 63, 0x80 | code & 63
    return at + 4


@njit(cache=True, nogil=True)
def _unescaped(data: Bytes, i: int, out: Bytes, at: int) -> int:
    """What the escape at `i`, known to be sound, stands for; returns the place behind it."""
    c = data[i + 1]
    if c == 0x75:
        code = hex_digits(data, i + 2)
        if 0xD800 <= code < 0xDC00:
            code = 0x10000 + ((code - 0xD800) << 10) + hex_digits(data, i + 8) - 0xDC00
        return _utf8(code, out, at)
    if c == 0x6E:
        c = np.uint8(0x0A)
    elif c == 0x74:
        c = np.uint8(0x09)
    elif c == 0x72:
        c = np.uint8(0x0D)
    elif c == 0x62:
        c = np.uint8(0x08)
    elif c == 0x66:
        c = np.uint8(0x0C)
    out[at] = c
    return at + 1


@njit(cache=True, nogil=True)
def copied(data: Bytes, span: tuple[int, int], escaped: bool, out: Bytes, at: int) -> int:
    """Copy a string that was found; returns the place behind it. `out` has eight bytes more than it needs."""
    i, end = span
    while i < end:
        word = word_at(data, i)
        put_word(out, at, word)
        found = string_ends(word) if escaped else np.uint64(0)
        size = min(first_byte(found) if found else 8, end - i)
        i, at = i + size, at + size
        if found and i < end:
            after = escape_end(data, i)
            at = _unescaped(data, i, out, at)
            i = after
    return at


@njit(cache=True, nogil=True)
def strings(data: Bytes, kinds: Bytes, starts: Longs, ends: Longs) -> tuple[Bytes, npt.NDArray[np.int32], int]:
    """A column of strings end to end, and where each ends: a value that is null or absent is empty; the sum is -1 where
    another kind stands among them, else how many are null.
    """
    size, nulls = 0, 0
    for row in range(kinds.size):
        if kinds[row] == TEXT or kinds[row] == ESCAPED:
            size += ends[row] - starts[row]
        elif kinds[row] <= NULL:
            nulls += 1
        else:
            return np.empty(0, np.uint8), np.empty(0, np.int32), -1
    out, offsets, at = np.empty(size + 8, np.uint8), np.empty(kinds.size + 1, np.int32), 0
    offsets[0] = 0
    for row in range(kinds.size):
        if kinds[row] > NULL:
            at = copied(data, (starts[row], ends[row]), kinds[row] == ESCAPED, out, at)
        offsets[row + 1] = at
    return out[:at], offsets, nulls


@njit(cache=True, nogil=True)
def whole(data: Bytes, kind: int, start: int, end: int) -> int:
    """A whole number of at most 18 digits, or such a number as a string as `str` writes it; else -2**63."""
    none, negative = -(1 << 63), data[start] == 0x2D
    first = start + negative
    if (kind != WHOLE and kind != TEXT) or not 0 < end - first <= 18:  # noqa: PLR1714
        return none
    if data[first] == 0x30 and (end - first > 1 or negative):
        return none
    value = 0
    for j in range(first, end):
        if not 0x30 <= data[j] <= 0x39:
            return none
        value = 10 * value + (data[j] - 0x30)
    return -value if negative else value


@njit(cache=True, nogil=True)
def integers(data: Bytes, kinds: Bytes, starts: Longs, ends: Longs, out: Longs) -> int:
    """A column of whole numbers (0 where null or absent); returns how many are null, -1 where anything else stands there."""
    nulls = 0
    for row in range(kinds.size):
        out[row] = 0
        if kinds[row] <= NULL:
            nulls += 1
            continue
        out[row] = whole(data, kinds[row], starts[row], ends[row])
        if out[row] == -(1 << 63):
            return -1
    return nulls


@njit(cache=True, nogil=True)
def _minified(data: Bytes, span: tuple[int, int], out: Bytes, at: int) -> int:
    """Copy sound JSON without white space and needless escapes; returns the place behind it, or -1.

    Declined are numbers that a writer may write in another way, and control characters, which are escaped in more than one.
    """
    i, end = span
    within, digits = False, 0
    while i < end:
        c = data[i]
        if within and c == 0x5C:
            after = escape_end(data, i)
            kept = data[i + 1] != 0x2F and data[i + 1] != 0x75
            if kept:
                out[at], out[at + 1] = c, data[i + 1]
                at += 2
            else:
                stop = _unescaped(data, i, out, at)
                if out[at] < 0x20 or out[at] == 0x22 or out[at] == 0x5C:
                    return -1
                at = stop
            i = after
            continue
        if c == 0x22:
            within = not within
        if within or c > 0x20:
            out[at] = c
            at += 1
        if not within:
            digits = digits + 1 if 0x30 <= c <= 0x39 else 0
            if (
                digits > 18
                or (0x30 <= data[i - 1] <= 0x39 and (c == 0x2E or c | 0x20 == 0x65))
                or (c == 0x2D and data[i + 1] == 0x30)
            ):
                return -1
        i += 1
    return at


@njit(cache=True, nogil=True)
def _plain_number(data: Bytes, start: int, end: int) -> bool:
    """Whether a number with a point is written as every writer writes it."""
    first = start + (data[start] == 0x2D)
    point = first
    while 0x30 <= data[point] <= 0x39:
        point += 1
    if data[point] != 0x2E or end - first > 16 or (data[first] == 0x30 and data[point + 1] == 0x30):
        return False
    for j in range(point + 1, end):
        if not 0x30 <= data[j] <= 0x39:
            return False
    return data[end - 1] != 0x30 or end == point + 2


@njit(cache=True, nogil=True)
def texts(data: Bytes, kinds: Bytes, starts: Longs, ends: Longs) -> tuple[Bytes, npt.NDArray[np.int32], int]:
    """As `strings`, of values of any kind: numbers and words as they are written, objects and lists as their JSON."""
    size, nulls = 0, 0
    for row in range(kinds.size):
        if kinds[row] > NULL:
            size += ends[row] - starts[row]
        else:
            nulls += 1
    out, offsets, at = np.empty(size + 8, np.uint8), np.empty(kinds.size + 1, np.int32), 0
    offsets[0] = 0
    for row in range(kinds.size):
        kind, start, end = kinds[row], starts[row], ends[row]
        if kind >= OBJECT:
            at = _minified(data, (start, end), out, at)
        elif kind > NULL:
            digits = end - start - (data[start] == 0x2D)
            odd = digits > 18 or (data[start] == 0x2D and data[start + 1] == 0x30)
            if (kind == WHOLE and odd) or (kind == NUMBER and not _plain_number(data, start, end)):
                at = -1
            else:
                at = copied(data, (start, end), kind == ESCAPED, out, at)
        if at < 0:
            return out, offsets, -1
        offsets[row + 1] = at
    return out[:at], offsets, nulls
