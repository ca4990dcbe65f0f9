"""Compiled kernel for the `text` of Telegram messages: pieces joined, and where they lead, out of the bytes of a whole block.

A text is a string or a list of strings and objects. Not for: what a lead means, or texts in another form (those are declined).
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from actionday.observe.byte_words import Bytes, after_space
from actionday.observe.spans_kernels import ABSENT, ARRAY, ESCAPED, NULL, TEXT, Longs, Table, members, string_at
from actionday.observe.spans_values import copied, whole

RICH = ("text", "href", "user_id")
_BY_ID = np.frombuffer(b"tg://user?id=", np.uint8)


@njit(cache=True, nogil=True)
def _piece(data: Bytes, out: Bytes, at: int, found: tuple[Bytes, Longs, Longs]) -> int:
    """The text of an object found; returns the place behind it, or -1."""
    kind = found[0][0, 0]
    if kind == ABSENT:
        return at
    if kind != TEXT and kind != ESCAPED:  # noqa: PLR1714 - a set would be built each time
        return -1
    return copied(data, (found[1][0, 0], found[2][0, 0]), kind == ESCAPED, out, at)


@njit(cache=True, nogil=True)
def _lead(data: Bytes, out: Bytes, at: int, found: tuple[Bytes, Longs, Longs]) -> int:
    """Where an object leads: its address, else its account; returns the place behind, `at` where it leads nowhere, or -1."""
    kinds, starts, ends = found
    kind, user = kinds[1, 0], kinds[2, 0]
    if (kind > NULL and kind != TEXT and kind != ESCAPED) or (user > NULL and user == ESCAPED):  # noqa: PLR1714
        return -1
    if user > NULL and whole(data, user, starts[2, 0], ends[2, 0]) < 0:
        return -1
    if kind > NULL and ends[1, 0] > starts[1, 0]:
        return copied(data, (starts[1, 0], ends[1, 0]), kind == ESCAPED, out, at)
    if user > NULL:
        for j in range(_BY_ID.size):
            out[at + j] = _BY_ID[j]
        return copied(data, (starts[2, 0], ends[2, 0]), False, out, at + _BY_ID.size)
    return at


@njit(cache=True, nogil=True)
def _pieces(data: Bytes, i: int, table: Table, out: tuple[Bytes, Bytes, Longs], state: Longs) -> int:
    """Join a list's pieces, the list being at `i`; returns how many of them lead somewhere, or -1.

    `out` are texts, leads, and where each lead ends; `state` says where texts and leads stand, and how many leads there are.
    """
    text, leads, edges = out
    found = np.zeros((3, 1), np.uint8), np.zeros((3, 1), np.int64), np.zeros((3, 1), np.int64)
    before, i = state[2], after_space(data, i + 1)
    while data[i] != 0x5D:
        if data[i] == 0x22:
            stop = string_at(data, i + 1)
            state[0] = copied(data, (i + 1, stop >> 1), stop & 1 == 1, text, state[0])
            i = (stop >> 1) + 1
        else:
            for key in range(3):
                found[0][key, 0] = ABSENT
            i = members(data, i, table, 0, found)
            if i < 0:  # no object, or one with an escape in a key
                return -1
            at, led = _piece(data, text, state[0], found), _lead(data, leads, state[1], found)
            if at < 0 or led < 0:
                return -1
            if led > state[1]:
                edges[state[2]] = led
                state[2] += 1
            state[0], state[1] = at, led
        i = after_space(data, i)
        if data[i] == 0x2C:
            i = after_space(data, i + 1)
    return state[2] - before


@njit(cache=True, nogil=True)
def joined_texts(
    data: Bytes, kinds: Bytes, starts: Longs, ends: Longs, table: Table
) -> tuple[Bytes, npt.NDArray[np.int32], Bytes, Longs, npt.NDArray[np.int32]]:
    """Texts end to end and their offsets; leads end to end, where each ends, and how many each text has.

    `table` is that of `RICH`. The offsets are empty where a text is declined.
    """
    n, size = kinds.size, 0
    for row in range(n):
        if kinds[row] > NULL:
            size += ends[row] - starts[row]
    text, offsets, counts = np.empty(size + 8, np.uint8), np.zeros(n + 1, np.int32), np.zeros(n, np.int32)
    # an object that leads anywhere has twelve bytes or more, and one that names an account as many as its lead but one
    leads, edges, state = np.empty(2 * size + 8, np.uint8), np.empty(size // 12 + 1, np.int64), np.zeros(3, np.int64)
    for row in range(n):
        kind = kinds[row]
        if kind == TEXT or kind == ESCAPED:  # noqa: PLR1714, SIM109
            state[0] = copied(data, (starts[row], ends[row]), kind == ESCAPED, text, state[0])
        elif kind > NULL:
            led = _pieces(data, starts[row], table, (text, leads, edges), state) if kind == ARRAY else -1
            if led < 0:
                return text, offsets[:0], leads, edges, counts
            counts[row] = led
        offsets[row + 1] = state[0]
    return text[: state[0]], offsets, leads[: state[1]], edges[: state[2]], counts
