"""Where venues and their messages begin and end in a JSON file: one pass over bytes, nothing decoded.

The scanner follows strings and brackets, so a brace inside a string never counts. It is told a shape: venues are
objects at depth `PARENT`, their messages sit in a container (array or object) one level deeper, each message one deeper
still. A Telegram Desktop file is itself one venue (``{"name", "type", "id", "messages": []}``) or holds many under
``chats.list`` and ``left_chats.list``; which of the two shows on the way. It stops at the first byte that cannot stand
where it stands; what to do then is `walk`'s business.

Not for: values. A number or a literal may still be wrong; the decoder says so.
"""

from typing import Any

import numpy as np
from numba import njit

from actionday.observe.byte_words import blanks_within, plain_within

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Longs = np.ndarray[Any, np.dtype[np.int64]]

# Events: (kind, a, b).
OPEN, BOX, CUT, CLOSED, SHUT, ITEM, WRONG = 1, 2, 3, 4, 5, 6, 7
"""Venue opens (its brace, its key or in a Desktop file its depth) · container opens (its bracket, which) · range of messages ends (end, count) ·
container closes (its bracket) · venue closes (its brace) · one message (start, end; only under `ONE_BY_ONE`) · stop (byte, why)."""

# The state between blocks, an int64 array.
DEPTH, IN_TEXT, ESCAPED, LAST, STACK, PARENT, INSIDE, START, KEY, HASH, SHAPE, COUNT, END, FROM, CUT_AT, DONE, BACK = (
    range(17)
)
N_STATE = 17

DESKTOP, DATASET, ONE_BY_ONE = 0, 1, 2
"""Shapes: a Telegram Desktop export, TGDataset, the inside of one container."""

BAD_BYTE, BAD_TEXT, BAD_BRACKET, TOO_DEEP, AFTER_END = 1, 2, 3, 4, 5
REASONS = {
    BAD_BYTE: "a byte that JSON does not allow here",
    BAD_TEXT: "a raw line break or NUL inside a string",
    BAD_BRACKET: "brackets that do not fit",
    TOO_DEEP: "nested more than 60 deep",
    AFTER_END: "bytes after the end of the document",
}
MAX_DEPTH = 60

_SPACE, _QUOTE, _OBJECT, _ARRAY, _OBJECT_END, _ARRAY_END, _COLON, _COMMA = 1, 2, 3, 4, 5, 6, 7, 8


def _classes() -> Bytes:
    table = np.zeros(256, np.uint8)
    for byte in b" \t\r\n0123456789+-.eEtrufalsn":
        table[byte] = _SPACE
    for byte, kind in zip(b'"{[}]:,', range(_QUOTE, _COMMA + 1), strict=True):
        table[byte] = kind
    return table


_CLASS = _classes()
_SEED = 5381


def _hash(key: bytes) -> int:
    value = _SEED
    for byte in key:
        value = (value * 33 + byte) & 0x7FFFFFFF
    return value


KEYS = (b"messages", b"chats", b"left_chats", b"text_messages", b"generic_media")
_MESSAGES, _CHATS, _LEFT, _TEXTS, _MEDIA = (_hash(key) for key in KEYS)


def new_state(shape: int, cut_at: int) -> Longs:
    """The state at a document's first byte; ranges of messages are cut once they are `cut_at` bytes long."""
    state = np.zeros(N_STATE, np.int64)
    state[SHAPE], state[CUT_AT], state[START] = shape, cut_at, -1
    state[PARENT] = 2 if shape == DATASET else 1
    return state


def inside(state: Longs, parent: int, *, array: bool, at: int) -> None:
    """Put the state inside a container of a venue at depth `parent`, where a message may begin, at byte `at`."""
    outside(state, parent)
    depth = parent + 1
    state[DEPTH], state[INSIDE], state[FROM], state[END] = depth, 1, at, at
    state[STACK] = int(state[STACK]) & ~(1 << depth) | (0 if array else 1 << depth)


def outside(state: Longs, depth: int) -> None:
    """Put the state at `depth`, after a complete member. Of the levels above only the list of chats is an array."""
    state[[IN_TEXT, ESCAPED, INSIDE, COUNT, DONE]] = 0
    state[DEPTH], state[LAST], state[START] = depth, _COMMA, -1
    state[STACK] = 0b10110 if state[SHAPE] == DESKTOP else 0b1110


@njit(cache=True, nogil=True)
def _box(state: Longs, depth: int, is_object: bool) -> int:
    """Which container opens at this depth after the key just read: 0 none, 1 messages or texts, 2 media."""
    key = state[HASH]
    if depth != state[PARENT] + 1:
        return 0
    if state[SHAPE] == DESKTOP:
        return 1 if not is_object and key == _MESSAGES else 0
    if not is_object:
        return 0
    return 1 if key == _TEXTS else (2 if key == _MEDIA else 0)


@njit(cache=True, nogil=True)
def _key(buf: Bytes, i: int, stop: int, state: Longs) -> int:
    """Add bytes of a key to the hash; returns where they stop at a quote, a backslash or a raw control character."""
    value = state[HASH]
    for j in range(i, stop):
        c = buf[j]
        if c == 34 or c == 92 or c < 14:  # noqa: PLR1714 - a set would be built a million times
            state[HASH] = value
            return j
        value = (value * 33 + c) & 0x7FFFFFFF
    state[HASH] = value
    return stop


@njit(cache=True, nogil=True)
def _end(buf: Bytes, i: int, stop: int) -> int:
    """The first quote, backslash or byte that breaks a string, or the block's end."""
    i = plain_within(buf, i, stop)
    while i < stop:
        c = buf[i]
        if c == 34 or c == 92 or c < 14:  # noqa: PLR1714 - a set would be built a million times
            return i
        i += 1
    return max(i, stop)


@njit(cache=True, nogil=True)
def _text(buf: Bytes, i: int, stop: int, state: Longs) -> int:
    """Go to the string's end or the block's; returns the next byte to look at, or -1 - byte where the text is broken."""
    escaped, hashing = state[ESCAPED], state[INSIDE] == 0
    while i < stop:
        if escaped:
            escaped = 0
            i += 1
            continue
        i = _key(buf, i, stop, state) if hashing else _end(buf, i, stop)
        if i == stop:
            break
        c = buf[i]
        if c == 34:
            state[IN_TEXT], state[ESCAPED], state[LAST] = 0, 0, _QUOTE
            return i + 1
        if c == 10 or c == 13 or c == 0:  # noqa: PLR1714
            return -1 - i
        escaped = c == 92
        i += 1
    state[ESCAPED] = escaped
    return i


@njit(cache=True, nogil=True)
def _opens(state: Longs, kind: int, at: int, out: Longs, k: int) -> int:
    """A bracket opens. Returns the number of events, or -1 - reason."""
    depth, is_object = state[DEPTH], kind == _OBJECT
    in_object = depth > 0 and (state[STACK] >> depth) & 1 == 1
    if depth == 0 and state[DONE]:
        return -1 - AFTER_END
    if depth > 0 and state[LAST] != _COLON and (in_object or (state[LAST] != _COMMA and state[LAST] != _ARRAY)):
        return -1 - BAD_BRACKET
    depth += 1
    if depth > MAX_DEPTH:
        return -1 - TOO_DEEP
    if not in_object and state[LAST] == _COLON and depth > 1:
        return -1 - BAD_BRACKET
    state[DEPTH], state[LAST] = depth, kind
    bit = 1 << depth
    state[STACK] = state[STACK] | bit if is_object else state[STACK] & ~bit
    if state[INSIDE]:
        if depth == state[PARENT] + 2:
            state[START] = at
        return k
    if state[SHAPE] == DESKTOP and depth == 2 and is_object and (state[HASH] == _CHATS or state[HASH] == _LEFT):
        state[PARENT] = 4
    if depth == state[PARENT] and is_object:
        out[k, 0], out[k, 1], out[k, 2] = OPEN, at, state[KEY] if state[SHAPE] == DATASET else depth
        return k + 1
    which = _box(state, depth, is_object)
    if which and in_object:
        state[INSIDE], state[FROM], state[END], state[COUNT] = 1, at + 1, at + 1, 0
        out[k, 0], out[k, 1], out[k, 2] = BOX, at, which
        return k + 1
    return k


@njit(cache=True, nogil=True)
def _closes(state: Longs, kind: int, at: int, out: Longs, k: int) -> int:
    """A bracket closes. Returns the number of events, or -1 - reason."""
    depth = state[DEPTH]
    if depth == 0 or ((state[STACK] >> depth) & 1 == 1) != (kind == _OBJECT_END):
        return -1 - BAD_BRACKET
    state[DEPTH], state[LAST] = depth - 1, kind
    if state[INSIDE]:
        if depth == state[PARENT] + 2 and state[START] >= 0:
            state[COUNT] += 1
            state[END], state[BACK] = at + 1, state[START]
            if state[SHAPE] == ONE_BY_ONE:
                out[k, 0], out[k, 1], out[k, 2] = ITEM, state[START], at + 1
                k += 1
            elif at + 1 - state[FROM] >= state[CUT_AT]:
                out[k, 0], out[k, 1], out[k, 2] = CUT, at + 1, state[COUNT]
                state[FROM], state[COUNT] = at + 1, 0
                k += 1
            state[START] = -1
        elif depth == state[PARENT] + 1:
            out[k, 0], out[k, 1], out[k, 2] = CUT, at, state[COUNT]
            out[k + 1, 0], out[k + 1, 1], out[k + 1, 2] = CLOSED, at, 0
            state[INSIDE] = 0
            k += 2
        return k
    if depth == state[PARENT]:
        out[k, 0], out[k, 1], out[k, 2] = SHUT, at, 0
        k += 1
    if depth == 2 and state[SHAPE] == DESKTOP:
        state[PARENT] = 1
    if depth == 1:
        state[DONE] = 1
    return k


@njit(cache=True, nogil=True)
def _mark(state: Longs, kind: int, at: int, out: Longs, k: int) -> int:
    """One byte outside of strings that is not blank. Returns the number of events, or -1 - reason."""
    if kind == _QUOTE:
        state[IN_TEXT] = 1
        if state[INSIDE] == 0:
            state[HASH], state[KEY] = _SEED, at
        return k
    if kind >= _COLON:
        state[LAST] = kind
        return k
    if kind == 0:
        return -1 - (AFTER_END if state[DONE] and state[DEPTH] == 0 else BAD_BYTE)
    if kind <= _ARRAY:
        return _opens(state, kind, at, out, k)
    return _closes(state, kind, at, out, k)


@njit(cache=True, nogil=True)
def _message(buf: Bytes, i: int, stop: int, state: Longs) -> int:
    """Go on inside of a message for as long as nothing happens that `_mark` or `_text` must see; returns the next byte.

    They see its last bracket, what cannot stand where it stands, and strings that are broken or go beyond the block.
    It does what they do, with the state in registers: nearly all of a file is messages.
    """
    depth, last, stack, floor = state[DEPTH], state[LAST], state[STACK], state[PARENT] + 2
    while i < stop:
        kind = _CLASS[buf[i]]
        if kind == _SPACE:
            i = blanks_within(buf, i + 1, stop) if buf[i] == 32 else i + 1
            continue
        if kind == _QUOTE:
            end = _end(buf, i + 1, stop)
            while end + 1 < stop and buf[end] == 92:
                end = _end(buf, end + 2, stop)
            if end >= stop or buf[end] != 34:
                break
            i = end
        elif kind == _OBJECT or kind == _ARRAY:  # noqa: PLR1714, SIM109
            fits = last == _COLON if (stack >> depth) & 1 else last == _COMMA or last == _ARRAY  # noqa: PLR1714
            if not fits or depth == MAX_DEPTH:
                break
            depth += 1
            stack = stack | (1 << depth) if kind == _OBJECT else stack & ~(1 << depth)
        elif kind < _COLON:
            if kind == 0 or depth == floor or ((stack >> depth) & 1 == 1) != (kind == _OBJECT_END):
                break
            depth -= 1
        last = kind
        i += 1
    state[DEPTH], state[LAST], state[STACK] = depth, last, stack
    return i


@njit(cache=True, nogil=True)
def scan(buf: Bytes, i: int, base: int, state: Longs, out: Longs) -> tuple[int, int]:
    """Scan ``buf[i:]``; the first byte of `buf` stands at `base` of the file.

    Fills `out` (int64, n x 3) with events and returns (next byte in `buf`, events). It returns early when `out` is full or
    after a `WRONG` event; positions in events are absolute.
    """
    # a typed zero: a literal one would have `_mark` and what it calls compiled twice
    k, room, stop = int(np.int64(0)), out.shape[0] - 3, buf.shape[0]
    while i < stop and k < room:
        if state[IN_TEXT]:
            i = _text(buf, i, stop, state)
            if i < 0:
                i = -1 - i
                out[k, 0], out[k, 1], out[k, 2] = WRONG, base + i, BAD_TEXT
                return i, k + 1
            continue
        if state[INSIDE] and state[DEPTH] >= state[PARENT] + 2:
            i = _message(buf, i, stop, state)
        end = stop
        for j in range(i, stop):
            if _CLASS[buf[j]] != _SPACE:
                end = j
                break
        i = end
        if i == stop:
            break
        result = _mark(state, _CLASS[buf[i]], base + i, out, k)
        if result < 0:
            out[k, 0], out[k, 1], out[k, 2] = WRONG, base + i, -1 - result
            return i, k + 1
        k = result
        i += 1
    return i, k
