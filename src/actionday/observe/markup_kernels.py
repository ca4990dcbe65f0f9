"""Tags out of HTML, one pass over the bytes of a whole column. Not for: what tags mean to links (`markup`)."""

from typing import Any

import numpy as np
from numba import njit

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Longs = np.ndarray[Any, np.dtype[np.int64]]
Ints = np.ndarray[Any, np.dtype[np.int32]]

_MASK = 0x3FFFFFFFFFFF


def _hash(name: str) -> int:
    value = 0
    for byte in name.encode():
        value = (value * 131 + byte) & _MASK
    return value


PARAGRAPHS = np.array(
    [_hash(n) for n in ["p", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"]], np.int64
)
LINES = np.array(
    [_hash(n) for n in ["div", "li", "tr", "section", "article", "header", "footer", "dt", "dd"]], np.int64
)
BREAKS = np.array([_hash(n) for n in ("br", "hr")], np.int64)
CELLS = np.array([_hash(n) for n in ("td", "th")], np.int64)
PRE = _hash("pre")


@njit(cache=True, nogil=True)
def _holds(names: Longs, name: int) -> bool:
    found = False
    for k in range(names.shape[0]):
        found |= names[k] == name
    return found


@njit(cache=True, nogil=True)
def _tag_end(buf: Bytes, i: int, stop: int) -> int:
    """The byte after the tag's ``>``; quotes hide one. A tag that is not closed takes the rest."""
    quote = 0
    while i < stop:
        c = buf[i]
        i += 1
        if quote:
            if c == quote:
                quote = 0
        elif c == 34 or c == 39:  # noqa: PLR1714 - a set would be built a million times
            quote = c
        elif c == 62:
            return i
    return stop


@njit(cache=True, nogil=True)
def _name(buf: Bytes, i: int, stop: int) -> int:
    """The hash of a tag's name, lower-cased."""
    value = 0
    while i < stop:
        c = buf[i]
        if 65 <= c <= 90:
            c += 32
        if not (97 <= c <= 122 or 48 <= c <= 57):
            break
        value = (value * 131 + c) & 0x3FFFFFFFFFFF
        i += 1
    return value


@njit(cache=True, nogil=True)
def _breaks(name: int, closing: bool, tables: tuple[Longs, Longs, Longs, Longs]) -> int:
    """Line breaks that a tag stands for; -1 for a blank."""
    paragraphs, lines, breaks, cells = tables
    if _holds(breaks, name):
        return 1
    if not closing:
        return 0
    if _holds(paragraphs, name):
        return 2
    if _holds(lines, name):
        return 1
    return -1 if _holds(cells, name) else 0


@njit(cache=True, nogil=True)
def strip(
    buf: Bytes, starts: Ints, out: Bytes, ends: Ints, tables: tuple[Longs, Longs, Longs, Longs], pre_name: int
) -> int:
    """Write each text without tags to `out`; `ends[k + 1]` is where the k-th ends. Returns the bytes written.

    Blanks run together to one and vanish beside line breaks, of which at most two stand in a row, except in ``pre``.
    """
    o = 0
    for k in range(starts.shape[0] - 1):
        i, stop, first = starts[k], starts[k + 1], o
        breaks, blank, pre = 0, 0, 0
        while i < stop:
            c = buf[i]
            if c == 60 and i + 1 < stop:
                closing = buf[i + 1] == 47
                n = buf[i + 1] | 32
                if closing or 97 <= n <= 122 or buf[i + 1] == 33 or buf[i + 1] == 63:
                    name = _name(buf, i + 1 + closing, stop)
                    what = _breaks(name, closing, tables)
                    if what > 0:
                        breaks, blank = min(breaks + what, 2), 0
                    elif what < 0:
                        blank = 1
                    if name == pre_name:
                        pre = 0 if closing else 1
                    i = _tag_end(buf, i + 1, stop)
                    continue
            if not pre and (c == 32 or 9 <= c <= 10 or 12 <= c <= 13):
                blank = 1
                i += 1
                continue
            if o > first:
                if breaks:
                    out[o : o + breaks] = 10
                    o += breaks
                elif blank:
                    out[o] = 32
                    o += 1
            breaks, blank = 0, 0
            out[o] = c
            o += 1
            i += 1
        ends[k + 1] = o
    return o
