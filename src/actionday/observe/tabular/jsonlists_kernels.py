"""Where the objects of chosen lists begin and end in a JSON file: one pass over bytes, nothing decoded.

A list is chosen by the hash of its path: keys from the top, ``hash_path("user.posts")``. The scanner follows strings and
brackets, so that a bracket inside a string never counts. Not for: values; whether an object is sound says who decodes it.
"""

from typing import Any

import numpy as np
from numba import njit

from actionday.observe.byte_words import blanks_within, plain_within

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Longs = np.ndarray[Any, np.dtype[np.int64]]

ITEM, ENTER, LEAVE, END, WRONG = 1, 2, 3, 4, 5
"""Events: an object (which list, end, start) · a list's bracket opens (byte, start of its document), closes (byte) · a document
with lists ends (byte) · brackets that do not fit, or nested too deep (byte). A document without lists is an object, of the
list after the last one."""

DEPTH, IN_TEXT, ESCAPED, INSIDE, INSIDE_DEPTH, START, HASH, ODD, DOCUMENT, LISTS, COUNTED = range(11)
N_STATE, DEEPEST = 11, 64
_SEED, _ARRAY, _MASK = 5381, 91, 0x3FFFFFFFFFFF


def new_state(counted: int) -> tuple[Longs, Longs]:
    """The state before a file's first byte, and the path and kind of each open bracket.

    Values that are no objects are counted (`ODD`) in the first `counted` lists.
    """
    state, stack = np.zeros(N_STATE, np.int64), np.zeros((DEEPEST + 1, 2), np.int64)
    state[START] = state[DOCUMENT] = -1
    state[COUNTED] = counted
    return state, stack


def hash_path(path: str) -> int:
    """The hash of a list's path; "" is a list at the top."""
    if not path:
        return _join(0, _ARRAY)
    value = 0
    for key in path.split("."):
        value = _join(value, _hash(key.encode()))
    return value


def _hash(key: bytes) -> int:
    value = _SEED
    for byte in key:
        value = (value * 33 + byte) & _MASK
    return value


def _join(path: int, key: int) -> int:
    return (path * 1_000_003 + key + 1) & _MASK


@njit(cache=True, nogil=True)
def _text(buf: Bytes, i: int, stop: int, state: Longs) -> int:
    """Go to the string's end or the block's; outside of lists it may be a key, and is hashed."""
    escaped, key, hashing = state[ESCAPED], state[HASH], state[INSIDE] == 0
    while i < stop:
        if not hashing and not escaped:
            i = plain_within(buf, i, stop)
            if i >= stop:
                break
        c = buf[i]
        i += 1
        if escaped:
            escaped = 0
        elif c == 92:
            escaped = 1
        elif c == 34:
            state[IN_TEXT] = 0
            break
        if hashing:
            key = (key * 33 + c) & 0x3FFFFFFFFFFF
    state[ESCAPED], state[HASH] = escaped, key
    return i


@njit(cache=True, nogil=True)
def _opens(c: int, at: int, state: Longs, stack: Longs, wanted: Longs, out: Longs, k: int) -> int:
    """A bracket opens. Returns the number of events, or -1 where it may not."""
    depth = state[DEPTH]
    if depth == 64:
        return -1
    name = state[HASH] if depth and stack[depth, 1] else 91
    path = (stack[depth, 0] * 1_000_003 + name + 1) & 0x3FFFFFFFFFFF if depth or c == 91 else 0
    if depth == 0:
        state[DOCUMENT], state[LISTS] = at, 0
    depth += 1
    stack[depth, 0], stack[depth, 1], state[DEPTH] = path, c == 123, depth
    if state[INSIDE]:
        if depth == state[INSIDE_DEPTH] + 1:
            state[START] = at
    elif c == 91:
        for w in range(wanted.shape[0]):
            if wanted[w] == path:
                state[INSIDE], state[INSIDE_DEPTH], state[LISTS] = w + 1, depth, 1
                out[k, 0], out[k, 1], out[k, 2] = 2, at, state[DOCUMENT]
                return k + 1
    return k


@njit(cache=True, nogil=True)
def _closes(c: int, at: int, state: Longs, stack: Longs, lists: int, out: Longs, k: int) -> int:
    """A bracket closes. Returns the number of events, or -1 where it does not fit."""
    depth = state[DEPTH]
    if depth == 0 or (stack[depth, 1] == 1) != (c == 125):
        return -1
    state[DEPTH] = depth - 1
    if state[INSIDE] and depth == state[INSIDE_DEPTH] + 1:
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = 1, state[INSIDE] - 1, at + 1, state[START]
        state[START] = -1
        k += 1
    elif state[INSIDE] and depth == state[INSIDE_DEPTH]:
        state[INSIDE] = 0
        out[k, 0], out[k, 1] = 3, at
        k += 1
    if depth == 1:
        if state[LISTS]:
            out[k, 0], out[k, 1] = 4, at + 1
        else:
            out[k, 0], out[k, 1], out[k, 2], out[k, 3] = 1, lists, at + 1, state[DOCUMENT]
        state[DOCUMENT] = -1
        k += 1
    return k


@njit(cache=True, nogil=True)
def _inside(buf: Bytes, i: int, stop: int, state: Longs, stack: Longs) -> int:
    """Go on inside of an object of a list for as long as nothing happens that others must see; returns the next byte.

    They see its last bracket, brackets that do not fit, and strings that go beyond the block. Nearly all of a file is objects.
    """
    depth, floor = state[DEPTH], state[INSIDE_DEPTH] + 1
    while i < stop:
        c = buf[i]
        if c == 32:
            i = blanks_within(buf, i + 1, stop)
        elif c == 34:
            end = plain_within(buf, i + 1, stop)
            while end < stop and buf[end] != 34:
                end = plain_within(buf, end + 1 + (buf[end] == 92), stop)
            if end >= stop:
                break
            i = end + 1
        elif c == 123 or c == 91:  # noqa: PLR1714 - a set would be built a million times
            if depth == DEEPEST:
                break
            depth += 1
            stack[depth, 1] = c == 123
            i += 1
        elif c == 125 or c == 93:  # noqa: PLR1714
            if depth == floor or (stack[depth, 1] == 1) != (c == 125):
                break
            depth -= 1
            i += 1
        else:
            i += 1
    state[DEPTH] = depth
    return i


@njit(cache=True, nogil=True)
def scan(buf: Bytes, i: int, base: int, state: Longs, stack: Longs, wanted: Longs, out: Longs) -> tuple[int, int]:
    """Scan ``buf[i:]``, whose first byte stands at `base` of the file. Returns (next byte, events in `out` (n x 4))."""
    k, room, stop = 0, out.shape[0] - 2, buf.shape[0]
    while i < stop and k < room:
        if state[IN_TEXT]:
            i = _text(buf, i, stop, state)
            continue
        if state[INSIDE] and state[DEPTH] > state[INSIDE_DEPTH]:
            i = _inside(buf, i, stop, state, stack)
            if i >= stop:
                break
        c = buf[i]
        more = k
        if c == 32:
            i = blanks_within(buf, i + 1, stop)
            continue
        if c == 34:
            state[IN_TEXT], state[HASH] = 1, 5381
        elif c == 123 or c == 91:  # noqa: PLR1714 - a set would be built a million times
            more = _opens(c, base + i, state, stack, wanted, out, k)
        elif c == 125 or c == 93:  # noqa: PLR1714
            more = _closes(c, base + i, state, stack, wanted.shape[0], out, k)
        if more < 0:
            out[k, 0], out[k, 1] = 5, base + i
            return i, k + 1
        if (c > 44 or c == 34) and c < 123 and 0 < state[INSIDE] <= state[COUNTED]:
            state[ODD] += more == k and state[DEPTH] == state[INSIDE_DEPTH]
        k = more
        i += 1
    return i, k
