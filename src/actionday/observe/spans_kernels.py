"""Compiled kernels that find where the values of chosen keys lie in JSON objects: eight bytes at a time, nothing decoded.

What is passed over is checked as strictly as what is taken: numbers, words, escapes, commas. A kernel that meets anything it does
not surely understand says so, and a full decoder takes its place. Every buffer ends in a NUL that belongs to no value, with eight
bytes behind it, so that no loop needs to look for the end. Not for: whether the bytes are UTF-8 (`spans` looks).
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from actionday.observe.byte_words import Bytes, after_space, plain_end, word_at

Longs = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Table = tuple[Longs, Words, Longs, Bytes]
"""Slots to keys, what words multiply to slots, and of each key where it lies in the bytes at the end."""

ABSENT, NULL, TEXT, ESCAPED, WHOLE, NUMBER, TRUE, FALSE, OBJECT, ARRAY = range(10)
"""Kinds of value: a string without an escape, one with, a number without a point or exponent, one with."""

_DEEPEST = 60


@njit(cache=True, nogil=True)
def hex_digits(data: Bytes, i: int) -> int:
    """Four hexadecimal digits, or -1."""
    value = 0
    for j in range(i, i + 4):
        c = data[j]
        if 0x30 <= c <= 0x39:
            value = value << 4 | (c - 0x30)
        elif 0x61 <= c | 0x20 <= 0x66:
            value = value << 4 | ((c | 0x20) - 0x57)
        else:
            return -1
    return value


@njit(cache=True, nogil=True)
def escape_end(data: Bytes, i: int) -> int:
    """The byte after the escape whose backslash stands at `i`, or -1. Halves of a pair stand together or not at all."""
    c = data[i + 1]
    if c == 0x75:
        code = hex_digits(data, i + 2)
        if code < 0 or 0xDC00 <= code < 0xE000:
            return -1
        if 0xD800 <= code < 0xDC00:
            if data[i + 6] != 0x5C or data[i + 7] != 0x75 or not 0xDC00 <= hex_digits(data, i + 8) < 0xE000:
                return -1
            return i + 12
        return i + 6
    if c == 0x22 or c == 0x5C or c == 0x2F or c == 0x62 or c == 0x66 or c == 0x6E or c == 0x72 or c == 0x74:  # noqa: PLR1714
        return i + 2
    return -1


@njit(cache=True, nogil=True)
def string_at(data: Bytes, i: int) -> int:
    """Twice the place of the quote that ends the string whose content begins at `i`, one more where it has escapes; or -1."""
    escaped = 0
    while True:
        i = plain_end(data, i)
        if data[i] == 0x22:
            return 2 * i + escaped
        if data[i] != 0x5C:
            return -1
        escaped = 1
        i = escape_end(data, i)
        if i < 0:
            return -1


@njit(cache=True, nogil=True)
def _digits(data: Bytes, i: int) -> int:
    """The first byte from `i` on that is no digit."""
    while 0x30 <= data[i] <= 0x39:
        i += 1
    return i


@njit(cache=True, nogil=True)
def _number(data: Bytes, i: int) -> int:
    """Twice the byte after the number at `i`, one more where it has a point or exponent; or -1."""
    i += data[i] == 0x2D
    first, end = i, _digits(data, i)
    if end == first or (data[first] == 0x30 and end > first + 1):
        return -1
    broken = 0
    if data[end] == 0x2E:
        first, broken = end + 1, 1
        end = _digits(data, first)
        if end == first:
            return -1
    if data[end] | 0x20 == 0x65:
        first, broken = end + 1, 1
        first += data[first] == 0x2B or data[first] == 0x2D
        end = _digits(data, first)
        if end == first:
            return -1
    return 2 * end + broken


@njit(cache=True, nogil=True)
def _literal(data: Bytes, i: int) -> int:
    """The kind of the word at `i`, or -1."""
    if data[i] == 0x6E and data[i + 1] == 0x75 and data[i + 2] == 0x6C and data[i + 3] == 0x6C:
        return NULL
    if data[i] == 0x74 and data[i + 1] == 0x72 and data[i + 2] == 0x75 and data[i + 3] == 0x65:
        return TRUE
    if data[i] == 0x66 and data[i + 1] == 0x61 and data[i + 2] == 0x6C and data[i + 3] == 0x73 and data[i + 4] == 0x65:
        return FALSE
    return -1


@njit(cache=True, nogil=True)
def _scalar(data: Bytes, i: int) -> int:
    """Ten times the byte after the string, number or word at `i`, plus its kind; or -1."""
    c = data[i]
    if c == 0x22:
        found = string_at(data, i + 1)
        return -1 if found < 0 else 10 * ((found >> 1) + 1) + TEXT + (found & 1)
    if c == 0x2D or 0x30 <= c <= 0x39:
        found = _number(data, i)
        return -1 if found < 0 else 10 * (found >> 1) + WHOLE + (found & 1)
    kind = _literal(data, i)
    return -1 if kind < 0 else 10 * (i + 4 + (kind == FALSE)) + kind


@njit(cache=True, nogil=True)
def _colon(data: Bytes, i: int) -> int:
    """Where the value begins of the member whose key's first quote should stand at `i`, or -1."""
    if data[i] != 0x22:
        return -1
    found = string_at(data, i + 1)
    if found < 0:
        return -1
    i = after_space(data, (found >> 1) + 1)
    return after_space(data, i + 1) if data[i] == 0x3A else -1


@njit(cache=True, nogil=True)
def skip(data: Bytes, i: int) -> int:  # noqa: PLR0912 - one loop over one byte after another
    """The byte after the object or array at `i`, or -1."""
    depth, kinds = 0, 0
    while True:
        c = data[i]
        if c == 0x7B or c == 0x5B:  # noqa: PLR1714
            depth += 1
            if depth > _DEEPEST:
                return -1
            kinds = kinds << 1 | (c == 0x7B)
            i = after_space(data, i + 1)
            if data[i] != c + 2:
                if kinds & 1:
                    i = _colon(data, i)
                    if i < 0:
                        return -1
                continue
        else:
            found = _scalar(data, i)
            if found < 0:
                return -1
            i = after_space(data, found // 10)
        while data[i] != 0x2C:
            if data[i] != (0x7D if kinds & 1 else 0x5D):
                return -1
            depth, kinds = depth - 1, kinds >> 1
            if depth == 0:
                return i + 1
            i = after_space(data, i + 1)
        i = after_space(data, i + 1)
        if kinds & 1:
            i = _colon(data, i)
            if i < 0:
                return -1


@njit(cache=True, nogil=True)
def key_words(data: Bytes, start: int, end: int) -> tuple[np.uint64, np.uint64]:
    """The first eight bytes of a key and the last eight, those of a shorter one with zeros behind."""
    length, first = end - start, word_at(data, start)
    if length >= 8:
        return first, word_at(data, end - 8)
    first &= (np.uint64(1) << np.uint64(8 * length)) - np.uint64(1)
    return first, first


@njit(cache=True, nogil=True)
def _which(data: Bytes, start: int, end: int, table: Table) -> int:
    """The number of a key, or -1 where it is none of the table's."""
    slots, words, places, names = table
    first, last = key_words(data, start, end)
    slot = ((first ^ (last * words[1]) ^ np.uint64(end - start)) * words[0]) >> words[2]
    key = slots[slot]
    if key < 0 or end - start != places[key + 1] - places[key]:
        return -1
    for j in range(end - start):
        if data[start + j] != names[places[key] + j]:
            return -1
    return key


@njit(cache=True, nogil=True)
def members(data: Bytes, i: int, table: Table, row: int, out: tuple[Bytes, Longs, Longs]) -> int:  # noqa: PLR0912 - as `skip`
    """Note the values of an object's keys in column `row` of `out`; returns the byte after it, or -1.

    `out` are kinds, beginnings and ends, a line a key; of strings what lies between the quotes. A key that stands there twice is
    declined, since decoders differ about it.
    """
    kinds, starts, ends = out
    if data[i] != 0x7B:
        return -1
    i = after_space(data, i + 1)
    if data[i] == 0x7D:
        return i + 1
    while True:
        if data[i] != 0x22:
            return -1
        stop = plain_end(data, i + 1)
        if data[stop] != 0x22:
            return -1
        key = _which(data, i + 1, stop, table)
        i = after_space(data, stop + 1)
        if data[i] != 0x3A:
            return -1
        start = after_space(data, i + 1)
        if data[start] == 0x7B or data[start] == 0x5B:
            kind, stop = OBJECT if data[start] == 0x7B else ARRAY, skip(data, start)
            i = stop
        else:
            found = _scalar(data, start)
            kind, i = found % 10, found // 10 if found >= 0 else -1
            text = kind == TEXT or kind == ESCAPED  # noqa: PLR1714
            start, stop = start + text, i - text
        if i < 0:
            return -1
        if key >= 0:
            if kinds[key, row] != ABSENT:
                return -1
            kinds[key, row], starts[key, row], ends[key, row] = kind, start, stop
        i = after_space(data, i)
        if data[i] == 0x7D:
            return i + 1
        if data[i] != 0x2C:
            return -1
        i = after_space(data, i + 1)


@njit(cache=True, nogil=True)
def elements(data: Bytes, ranges: Longs, table: Table, out: tuple[Bytes, Longs, Longs], counts: Longs) -> int:
    """Note the objects, commas between, that lie in ranges of bytes (n, 2); how many in each goes to `counts`. Returns how many.

    -1 where anything else lies there, or where there are more of them than columns.
    """
    row = 0
    for n in range(ranges.shape[0]):
        before, end = row, ranges[n, 1]
        i = after_space(data, ranges[n, 0])
        while i < end:
            if row == out[0].shape[1]:
                return -1
            i = members(data, i, table, row, out)
            if i < 0:
                return -1
            row += 1
            i = after_space(data, i)
            if i < end:
                i = after_space(data, i + 1) if data[i] == 0x2C else end
                if i >= end:
                    return -1
        counts[n] = row - before
    return row


@njit(cache=True, nogil=True)
def members_of(data: Bytes, values: tuple[Bytes, Longs, Longs], table: Table, out: tuple[Bytes, Longs, Longs]) -> bool:
    """As `members`, of every value of a column that is an object. False where one is declined, or ends elsewhere than it should."""
    kinds, starts, ends = values
    for row in range(kinds.size):
        if kinds[row] == OBJECT and members(data, starts[row], table, row, out) != ends[row]:
            return False
    return True


@njit(cache=True, nogil=True)
def elements_of(
    data: Bytes, kinds: Bytes, starts: Longs, room: int
) -> tuple[npt.NDArray[np.int32], Bytes, Longs, Longs]:
    """The elements of every value of a column that is a list: where each list's end, and kinds, beginnings and ends.

    `room` is no less than there are. The first is empty where a list is declined.
    """
    offsets, n = np.zeros(kinds.size + 1, np.int32), 0
    found, begins, ends = np.empty(room, np.uint8), np.empty(room, np.int64), np.empty(room, np.int64)
    for row in range(kinds.size):
        i = starts[row]
        if kinds[row] == ARRAY:
            i = after_space(data, i + 1)
            while data[i] != 0x5D:
                if data[i] == 0x7B or data[i] == 0x5B:
                    stop = skip(data, i)
                    found[n], begins[n], ends[n] = OBJECT if data[i] == 0x7B else ARRAY, i, stop
                else:
                    one = _scalar(data, i)
                    kind, stop = one % 10, one // 10 if one >= 0 else -1
                    text = kind == TEXT or kind == ESCAPED  # noqa: PLR1714
                    found[n], begins[n], ends[n] = kind, i + text, stop - text
                if stop < 0:
                    return offsets[:0], found, begins, ends
                n += 1
                i = after_space(data, stop)
                if data[i] == 0x2C:
                    i = after_space(data, i + 1)
        offsets[row + 1] = n
    return offsets, found[:n], begins[:n], ends[:n]
