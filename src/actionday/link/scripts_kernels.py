"""Compiled passes over the bytes of names: characters, plain text, skeletons, hashes of words. Flat arrays only."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

LONGEST = 24
"""Bytes of a skeleton; what follows is cut off."""
SPREAD = 6
"""Bytes that one character may become."""
_CODE_POINTS = 0x110000

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Bytes = NDArray[np.uint8]


@njit(cache=True, nogil=True, inline="always")
def _next(data: Bytes, at: Any) -> tuple[Any, Any]:  # noqa: ANN401 - machine integers, not Python's
    """The character that begins at a byte, and where the next one begins."""
    first = np.int64(data[at])
    if first < 0x80:
        return first, at + 1
    if first < 0xE0:
        return ((first & 0x1F) << 6) | (np.int64(data[at + 1]) & 0x3F), at + 2
    if first < 0xF0:
        low = ((np.int64(data[at + 1]) & 0x3F) << 6) | (np.int64(data[at + 2]) & 0x3F)
        return ((first & 0x0F) << 12) | low, at + 3
    low = ((np.int64(data[at + 1]) & 0x3F) << 12) | ((np.int64(data[at + 2]) & 0x3F) << 6)
    return ((first & 0x07) << 18) | low | (np.int64(data[at + 3]) & 0x3F), at + 4


@njit(cache=True, nogil=True)
def codepoints(starts: Ints, data: Bytes) -> NDArray[np.bool_]:
    """Which characters occur."""
    seen = np.zeros(_CODE_POINTS, np.bool_)
    at, end = starts[0], starts[-1]
    while at < end:
        point, at = _next(data, at)
        seen[point] = True
    return seen


@njit(cache=True, nogil=True)
def _has_latin(data: Bytes, begin: int, end: int) -> bool:
    for at in range(begin, end):
        low = data[at] | 0x20
        if 97 <= low <= 122:
            return True
    return False


@njit(cache=True, nogil=True)
def plain(starts: Ints, data: Bytes, where: Places, rows: Bytes, alike: Bytes) -> tuple[Ints, Bytes]:
    """Rewrite every text by the rows of its characters: by `alike` where it has Latin letters, else by `rows`."""
    n = starts.size - 1
    offsets = np.zeros(n + 1, np.int64)
    out = np.empty((starts[-1] - starts[0]) * rows.shape[1] + 1, np.uint8)
    size = 0
    for i in range(n):
        table = alike if _has_latin(data, starts[i], starts[i + 1]) else rows
        at, begin = starts[i], size
        while at < starts[i + 1]:
            point, at = _next(data, at)
            row = where[point]
            for k in range(rows.shape[1]):
                byte = table[row, k]
                if byte == 0:
                    break
                if byte != 32:
                    out[size] = byte
                    size += 1
                elif size > begin and out[size - 1] != 32:
                    out[size] = 32
                    size += 1
        if size > begin and out[size - 1] == 32:
            size -= 1
        offsets[i + 1] = size
    return offsets, out[:size].copy()


@njit(cache=True, nogil=True)
def word_rows(starts: Ints, data: Bytes) -> tuple[Places, Ints]:
    """Row and hash (FNV-1a, 64 bits) of each word of two bytes or more."""
    row = np.empty(data.size // 2 + 1, np.int32)
    key = np.empty(data.size // 2 + 1, np.int64)
    count = 0
    for i in range(starts.size - 1):
        length, digest = 0, np.uint64(14695981039346656037)
        for at in range(starts[i], starts[i + 1] + 1):
            if at < starts[i + 1] and data[at] != 32:
                digest = (digest ^ np.uint64(data[at])) * np.uint64(1099511628211)
                length += 1
                continue
            if length >= 2:
                row[count], key[count] = i, np.int64(digest)
                count += 1
            length, digest = 0, np.uint64(14695981039346656037)
    return row[:count].copy(), key[:count].copy()


@njit(cache=True, nogil=True)
def row_keys(starts: Ints, data: Bytes) -> Ints:
    """Hash of each row (FNV-1a, 64 bits)."""
    out = np.empty(starts.size - 1, np.int64)
    for i in range(starts.size - 1):
        digest = np.uint64(14695981039346656037)
        for at in range(starts[i], starts[i + 1]):
            digest = (digest ^ np.uint64(data[at])) * np.uint64(1099511628211)
        out[i] = np.int64(digest)
    return out


@njit(cache=True, nogil=True, inline="always")
def _letter(byte: int) -> bool:
    return bool(97 <= byte <= 122)


@njit(cache=True, nogil=True)
def _read_as(byte: int) -> int:
    """The letter that a digit stands for in leetspeak; 0 where it stands for none."""
    for digit, letter in ((48, 111), (49, 105), (51, 101), (52, 97), (53, 115), (54, 103), (55, 116), (56, 98)):
        if byte == digit:
            return letter
    return 0


@njit(cache=True, nogil=True)
def _cut(word: Bytes, size: int) -> tuple[int, int]:
    """A word without the digits at its ends: begin and end. A word of digits only stays whole."""
    begin, end = 0, size
    while begin < end and not _letter(word[begin]):
        begin += 1
    while end > begin and not _letter(word[end - 1]):
        end -= 1
    return (begin, end) if end > begin else (0, size)


@njit(cache=True, nogil=True)
def _is(word: Bytes, begin: int, end: int, affix: Bytes) -> bool:
    if end - begin > affix.size or (end - begin < affix.size and affix[end - begin] != 0):
        return False
    for k in range(end - begin):  # noqa: SIM110 - compiled
        if word[begin + k] != affix[k]:
            return False
    return True


@njit(cache=True, nogil=True)
def _length(affix: Bytes) -> int:
    for k in range(affix.size):
        if affix[k] == 0:
            return k
    return int(affix.size)


@njit(cache=True, nogil=True)
def _unglue(word: Bytes, begin: int, end: int, affixes: Bytes) -> tuple[int, int]:
    """Take affixes of three letters and more off either end, as long as four letters remain."""
    for _ in range(2):
        for row in range(affixes.shape[0]):
            size = _length(affixes[row])
            if size >= 3 and end - begin >= size + 4:
                if _is(word, begin, begin + size, affixes[row]):
                    begin += size
                elif _is(word, end - size, end, affixes[row]):
                    end -= size
    return begin, end


@njit(cache=True, nogil=True)
def _append(word: Bytes, begin: int, end: int, out: Bytes, size: int) -> int:
    """Add a word to a skeleton: leetspeak read, runs of one letter as one."""
    for at in range(begin, end):
        byte = int(word[at])
        if not _letter(byte):
            letter = _read_as(byte)
            byte = letter if letter else byte
        if byte == 108:
            byte = 105  # l, i and 1 look the same
        if size < out.size and not (size and out[size - 1] == byte):
            out[size] = byte
            size += 1
    return size


@njit(cache=True, nogil=True)
def _leave(word: Bytes, size: int, affixes: Bytes) -> bool:
    """Whether a word says nothing of who: an affix in any spelling, or digits."""
    read = np.empty(size, np.uint8)
    digits = True
    for k in range(size):
        byte = np.int64(word[k])
        digits = digits and not _letter(byte)
        letter = 0 if _letter(byte) else _read_as(byte)
        read[k] = letter if letter else byte
    begin, end = _cut(word, size)
    for row in range(affixes.shape[0]):
        if _is(read, 0, size, affixes[row]) or _is(word, begin, end, affixes[row]):
            return True
    return digits


@njit(cache=True, nogil=True)
def skeleton_rows(starts: Ints, data: Bytes, affixes: Bytes) -> Bytes:
    """One row of LONGEST bytes a text; see `scripts.skeletons`."""
    out = np.zeros((starts.size - 1, LONGEST), np.uint8)
    for i in range(starts.size - 1):
        for whole in range(2):  # a second time with everything, where leaving out left fewer than three letters
            out[i, :] = 0
            size, begin = 0, starts[i]
            for at in range(starts[i], starts[i + 1] + 1):
                if at < starts[i + 1] and data[at] != 32:
                    continue
                word = data[begin:at]
                begin = at + 1
                if word.size and (whole or not _leave(word, word.size, affixes)):
                    left, right = _cut(word, word.size)
                    if not whole:
                        left, right = _unglue(word, left, right, affixes)
                    size = _append(word, left, right, out[i], size)
            if size >= 3:
                break
    return out
