r"""Where each event of a file stands, a block of bytes at a time; no object is made per event.

Three layouts. *Stream*: objects one behind the other, with nothing or a line end between them, as Synapse's `export-data`
writes them. There ``}{"a`` begins a new object for certain: inside a JSON string the quote would end it, and no JSON goes
on with a letter then; nor does a line inside one begin with ``{"``. *Indented*: elements of Element's `messages` as Element writes
them, each beginning with a brace behind a line end and four blanks, where nothing else does. Both find their way again after
damage. *Compact*: the same list in any other layout, by the depth of brackets; structure that is lost there stays lost.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from actionday.observe.tabular.jsonrows import top_level

BLOCK = 8 << 20
LONGEST = 64 << 20
"""Bytes read at once, and the longest single event."""

TOO_LONG = f"an event longer than {LONGEST >> 20} MiB; the rest of it is not read"
BREAKS_OFF = "the file breaks off: its list of messages is never closed"
_GLUED, _LINE = b'}{"', b"\n{"
_ELEMENT, _SHUT = b"\n    {", b"\n    }"
_FIRST = re.compile(rb"\s*\n    \{(?=\n      \S)")
_HEAD = 4096
_SPACES = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"

Ints = np.ndarray[Any, np.dtype[np.int64]]


class Block:
    """Some neighbouring events: bytes of the file from byte `at` on. `fault` says why nothing more follows."""

    def __init__(
        self, at: int, data: bytes, starts: list[int] | None = None, *, indented: bool = False, fault: str = ""
    ) -> None:
        self.at, self.data, self.fault = at, data, fault
        self._starts, self._indented = starts, indented

    @property
    def starts(self) -> list[int]:
        """Where each event begins, ascending. Looked for when first asked."""
        if self._starts is None:
            self._starts = [0, *_begins(self.data, self._indented)] if self.data else []
        return self._starts

    @property
    def end(self) -> int:
        """The byte behind the last event."""
        return self.at + len(self.data)

    def edges(self) -> Iterator[tuple[int, int]]:
        """Start and end of each event within `data`."""
        starts = self.starts
        ends = [*starts[1:], len(self.data)][: len(starts)]
        if self._indented:
            ends = [self._closed(start, end) for start, end in zip(starts, ends, strict=True)]
        return zip(starts, ends, strict=True)

    def around(self, place: int) -> tuple[int, int]:
        """Start and end of the event that holds a byte."""
        index = bisect_right(self.starts, place) - 1
        start, end = self.starts[index], ([*self.starts[index + 1 : index + 2], len(self.data)])[0]
        return start, self._closed(start, end) if self._indented else end

    def _closed(self, start: int, end: int) -> int:
        """Where an indented element ends: behind its own brace, before the comma or what closes the file."""
        found = self.data.rfind(_SHUT, start, end)
        return found + len(_SHUT) if found >= 0 else end


def stream(path: Path, start: int = 0, end: int = -1) -> Iterator[Block]:
    """Blocks of a stream of objects between two bytes (-1: to the file's end)."""
    return _marked(path, start, end, indented=False)


def elements(path: Path, start: int, end: int = -1, *, sealed: bool = False) -> Iterator[Block]:
    """Blocks of the elements of a JSON list between two bytes. `start` is behind its opening bracket.

    `sealed`: the range is one that ends behind an element and begins with one, as a part does.
    """
    with path.open("rb") as file:
        file.seek(start)
        head = file.read(_HEAD)
    if sealed and head.startswith(b"{\n      "):
        yield from _marked(path, start, end, indented=True)
    elif not sealed and (first := _FIRST.match(head)):
        last = b""
        for block in _marked(path, start + first.end() - 1, end, indented=True):
            yield block
            last = block.data or last
        if b"\n  ]" not in last[-_HEAD:]:
            yield Block(path.stat().st_size, b"", [], fault=BREAKS_OFF)
    else:
        yield from _compact(path, start, end, sealed=sealed)


def _marked(path: Path, start: int, end: int, *, indented: bool) -> Iterator[Block]:
    rest, at = b"", start
    for more in _reads(path, start, end):
        rest += more
        if at == 0 and rest.startswith(_BOM):
            rest, at = rest[len(_BOM) :], len(_BOM)
        if len(more) < BLOCK and len(rest) <= LONGEST:
            break  # the last read: what stands at the end is whole, and needs no block of its own
        last = _last(rest, indented)
        if last > 0:
            yield Block(at, rest[:last], indented=indented)
            rest, at = rest[last:], at + last
        elif len(rest) > LONGEST:
            yield Block(at, b"", [], fault=TOO_LONG)
            rest, at = b"", at + len(rest)
    if rest.strip(_SPACES):
        yield Block(at, rest, indented=indented)


def _compact(path: Path, start: int, end: int, *, sealed: bool) -> Iterator[Block]:
    rest, at = b"", start
    for more in _reads(path, start, end):
        rest += more
        ends, closed = top_level(rest)
        if len(ends):
            last = int(ends[-1])
            yield Block(at, _blanked(rest, ends)[:last], [0, *(ends[:-1] + 1).tolist()])
            rest, at = rest[last + 1 :], at + last + 1
        if closed:
            return
        if len(rest) > LONGEST:
            yield Block(at, b"", [], fault=TOO_LONG)
            return
    if sealed and rest.strip(_SPACES):
        yield Block(at, rest, [0])
    elif not sealed:
        yield Block(at, b"", [], fault=BREAKS_OFF)


def _blanked(buffer: bytes, commas: Ints) -> bytes:
    """The separators become blanks, so that each slice is one JSON text up to the next slice."""
    data = np.frombuffer(buffer, np.uint8).copy()
    data[commas] = 32
    return data.tobytes()


def _reads(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = end - start if end >= 0 else 1 << 62
        while left > 0 and (more := _read(file, min(BLOCK, left))):
            left -= len(more)
            yield more


def _read(file: BinaryIO, size: int) -> bytes:
    return file.read(size)


def _begins(buffer: bytes, indented: bool) -> list[int]:
    """Where an event begins behind another one; the first one of the buffer is not among them."""
    if indented:
        return list(_all(buffer, _ELEMENT))
    found = [at for at in _all(buffer, _GLUED) if _is_begin(buffer, at)]
    lines = [at for at in _all(buffer, _LINE) if _is_begin(buffer, at)]
    return sorted(found + lines) if lines else found


def _all(buffer: bytes, sign: bytes) -> Iterator[int]:
    """Places of the brace in each occurrence."""
    brace = sign.rindex(b"{")
    at = buffer.find(sign)
    while at >= 0:
        yield at + brace
        at = buffer.find(sign, at + 1)


def _last(buffer: bytes, indented: bool) -> int:
    """Where the last event begins, 0 where no other one does."""
    if indented:
        return max(buffer.rfind(_ELEMENT) + len(_ELEMENT) - 1, 0) if _ELEMENT in buffer else 0
    best = 0
    for sign in (_GLUED, _LINE):
        at = buffer.rfind(sign)
        while at + 1 > best and not _is_begin(buffer, at + 1):
            at = buffer.rfind(sign, 0, at)
        best = max(best, at + 1)
    return best


def _is_begin(buffer: bytes, at: int) -> bool:
    """Whether the brace at `at` begins a new object of a stream."""
    if buffer[at - 1 : at] == b"\n":
        return buffer[at + 1 : at + 2] == b'"' or buffer[at - 2 : at - 1] in (b"}", b"\r")
    return b"a" <= buffer[at + 2 : at + 3] <= b"z"
