r"""Where each event of a file stands, a block of bytes at a time; no object is made per event.

Two shapes. *Stream*: objects one behind the other, with nothing or a line end between them, as Synapse's `export-data`
writes them. There ``}{"a`` begins a new object for certain: inside a JSON string the quote would end it, and no JSON goes
on with a letter then; nor does a line inside one begin with ``{"``. So the search finds its way again after damage. *List*: the elements of Element's `messages`, by the
depth of brackets; structure that is lost there stays lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from actionday.observe.tabular.jsonrows import top_level

BLOCK = 8 << 20
LONGEST = 64 << 20
"""Bytes read at once, and the longest single event."""

TOO_LONG = f"an event longer than {LONGEST >> 20} MiB; the rest of it is not read"
BREAKS_OFF = "the file breaks off: its list of messages is never closed"
_CLOSE, _OPEN, _QUOTE, _LF, _CR = b'}{"\n\r'
_SPACES = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Block:
    """Some neighbouring events: byte slices of the file, the first at byte `at`. `fault` says why nothing more follows."""

    at: int
    data: bytes
    starts: Ints  # ascending; each slice ends where the next one begins
    fault: str = ""

    @property
    def end(self) -> int:
        """The byte behind the last event."""
        return self.at + len(self.data)

    def objects(self) -> pa.Array:
        """The slices as one binary column over the block's own bytes."""
        offsets = np.append(self.starts, len(self.data)).astype(np.int32)
        buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(self.data)]
        return pa.Array.from_buffers(pa.binary(), len(self.starts), buffers)


def stream(path: Path, start: int = 0, end: int = -1) -> Iterator[Block]:
    """Blocks of a stream of objects between two bytes (-1: to the file's end)."""
    rest, at = b"", start
    for more in _reads(path, start, end):
        rest += more
        if at == 0 and rest.startswith(_BOM):
            rest, at = rest[len(_BOM) :], len(_BOM)
        begins = _begins(rest)
        if len(begins):
            last = int(begins[-1])
            yield Block(at, rest[:last], np.append(0, begins[:-1]))
            rest, at = rest[last:], at + last
        elif len(rest) > LONGEST:
            yield Block(at, b"", np.zeros(0, np.int64), TOO_LONG)
            rest, at = b"", at + len(rest)
    if rest.strip(_SPACES):
        yield Block(at, rest, np.zeros(1, np.int64))


def elements(path: Path, start: int, end: int = -1, *, sealed: bool = False) -> Iterator[Block]:
    """Blocks of the elements of a JSON list between two bytes. `start` is behind its opening bracket.

    `sealed`: the range ends behind its last element, where otherwise a closing bracket is waited for.
    """
    rest, at = b"", start
    for more in _reads(path, start, end):
        rest += more
        ends, closed = top_level(rest)
        if len(ends):
            last = int(ends[-1])
            yield Block(at, _blanked(rest, ends)[:last], np.append(0, ends[:-1] + 1))
            rest, at = rest[last + 1 :], at + last + 1
        if closed:
            return
        if len(rest) > LONGEST:
            yield Block(at, b"", np.zeros(0, np.int64), TOO_LONG)
            return
    if sealed and rest.strip(_SPACES):
        yield Block(at, rest, np.zeros(1, np.int64))
    elif not sealed:
        yield Block(at, b"", np.zeros(0, np.int64), BREAKS_OFF)


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


def _begins(buffer: bytes) -> Ints:
    """Where an object begins behind another one; the first object of the buffer is not among them."""
    data = np.frombuffer(buffer, np.uint8)
    opens = np.flatnonzero(data[2:-2] == _OPEN) + 2
    before, after, then = data[opens - 1], data[opens + 1], data[opens + 2]
    glued = (before == _CLOSE) & (after == _QUOTE) & (then >= 97) & (then <= 122)
    closed = (data[opens - 2] == _CLOSE) | (data[opens - 2] == _CR)
    return opens[glued | ((before == _LF) & ((after == _QUOTE) | closed))]
