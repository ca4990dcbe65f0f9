"""From a file to venues with byte ranges of messages, block by block; after damage, on from the next known landmark.

A landmark is a text that cannot stand inside a JSON string (it has bare quotes): the start of a message, a venue, a
container or a section. What lies between the damage and the landmark is one `Broken`; nothing is guessed into it, and
messages whose venue's own header is lost come under a venue marked `lost`. Memory does not grow with the file.

Not for: decoding messages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from actionday.observe.platforms.telegram import landmarks
from actionday.observe.platforms.telegram import scan as s
from actionday.observe.platforms.telegram.notes import PART_BYTES, RANGE_BYTES

BLOCK = 8 << 20
MAX_MESSAGE = 16 << 20
_TAIL = 4096
_REWINDS = 64 << 20


@dataclass(frozen=True, slots=True)
class Broken:
    """Bytes that belong to no readable message."""

    start: int
    end: int
    reason: str


@dataclass(slots=True)
class Venue:
    """One chat or channel of the file: where it starts, where its key stands (or how deep it is), and the pieces of its own header."""

    start: int
    key: int = 0
    lost: bool = False
    fragments: list[tuple[int, int]] = field(default_factory=list)
    boxes: set[int] = field(default_factory=set)
    closed: bool = False

    def header(self, path: Path) -> bytes:
        """The venue's JSON object with each container of messages replaced by null; as much of it as is there yet."""
        with path.open("rb") as file:
            texts = []
            for start, end in self.fragments:
                file.seek(start)
                texts.append(file.read(min(end - start, 1 << 16)))
        return b"null".join(texts) + (b"" if self.closed else b"null}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some ranges of one venue (which container, start, end, messages), in order, and what was broken near them."""

    venue: Venue | None
    ranges: list[tuple[int, int, int, int]]
    broken: list[Broken]
    shut: bool


class Walk:
    """One walk through one file. `shape` is `scan.DESKTOP` or `scan.DATASET`."""

    def __init__(self, path: Path, shape: int) -> None:
        self._path, self._shape = path, shape
        self._state = s.new_state(shape, RANGE_BYTES)
        self._out = np.empty((1 << 16, 3), np.int64)
        self._venue: Venue | None = None
        self._last: Venue | None = None  # the venue whose messages were read last
        self._which = self._from = self._header_from = 0
        self._ranges: list[tuple[int, int, int, int]] = []
        self._broken: list[Broken] = []
        self._seeking: tuple[int, str] | None = None
        self._searched = self._rewound = 0
        self._resumed = -1
        self._in_list = False

    def pieces(self) -> Iterator[Piece]:
        """Every venue's ranges in file order; the last piece of a venue is marked `shut`."""
        with self._path.open("rb", buffering=0) as file:
            base = 3 if file.read(3) == b"\xef\xbb\xbf" else 0
            file.seek(base)
            room = bytearray(_TAIL + BLOCK)
            while size := file.readinto(memoryview(room)[_TAIL:]):
                # a landmark may lie across blocks: when seeking, the end of the last block is looked at again
                first = max(0, _TAIL - (base - self._searched)) if self._seeking else _TAIL
                yield from self._block(room, first, _TAIL + size, base - _TAIL)
                base += size
                room[:_TAIL] = room[size : size + _TAIL]
                if self._state[s.START] >= 0 and self._state[s.INSIDE] and base - self._state[s.START] > MAX_MESSAGE:
                    self._lose(base, f"a message larger than {MAX_MESSAGE >> 20} MiB")
        yield from self._finish(base)

    def _block(self, data: bytearray, i: int, stop: int, base: int) -> Iterator[Piece]:
        """Scan ``data[i:stop]``; the first byte of `data`, were it wanted, stands at `base`."""
        buf, first = np.frombuffer(data, np.uint8)[:stop], i
        while i < stop:
            if self._seeking:
                found = self._landmark(base + first).search(data, max(first, self._searched - base), stop)
                if not found:
                    self._searched = max(self._searched, base + stop - _TAIL)
                    return
                self._rewound += max(0, i - found.start())
                i = found.start()
                yield from self._resume(found, base)
            i, k = s.scan(buf, i, base, self._state, self._out)
            for kind, a, b in self._out[:k].tolist():
                if kind == s.WRONG:
                    end = int(self._state[s.END])
                    torn = self._state[s.START] < 0 and landmarks.REST_OF_ONE.search(data, max(end - base, 0), a - base)
                    self._lose(a, s.REASONS[b], torn=bool(torn))
                elif self._event(kind, a, b):
                    yield self._piece(shut=kind == s.SHUT)

    def _event(self, kind: int, a: int, b: int) -> bool:
        """Note one event; True when a piece is due."""
        if kind == s.OPEN:
            self._venue, self._header_from = Venue(a, b), a
        elif kind == s.BOX and self._venue:
            self._venue.fragments.append((self._header_from, a))
            self._venue.boxes.add(b)
            self._last, self._in_list = self._venue, self._shape == s.DESKTOP and self._venue.key == 4
            self._which, self._from = b, a + 1
        elif kind == s.CUT:
            self._range(a, b)
            return sum(end - start for _, start, end, _ in self._ranges) >= PART_BYTES
        elif kind == s.CLOSED:
            self._header_from = a + 1
        elif kind == s.SHUT and self._venue:
            self._venue.fragments.append((self._header_from, a + 1))
            self._venue.closed = True
            return True
        return False

    def _range(self, end: int, count: int) -> None:
        if end > self._from:
            self._ranges.append((self._which, self._from, end, count))
        self._from = end

    def _piece(self, *, shut: bool) -> Piece:
        piece = Piece(self._venue, self._ranges, self._broken, shut)
        self._ranges, self._broken = [], []
        if shut:
            self._venue = None
        return piece

    def _lose(self, at: int, reason: str, *, torn: bool = False) -> None:
        """Structure is lost at byte `at`: keep the messages that stood before it, but for the last one if it is `torn`.

        The search for a landmark begins behind the last sound message, since structure may have gone before it showed;
        a file made to be looked through again and again is looked through from `at` on.
        """
        state, start = self._state, at
        begun = state[s.INSIDE] and state[s.START] >= 0
        sound = int(state[s.START] if begun else state[s.END])
        if state[s.INSIDE]:
            start, count = sound, int(state[s.COUNT])
            if torn and count:
                start, count = int(state[s.BACK]), count - 1
            self._range(min(start, int(state[s.END])), count)
        again = self._last is not None and self._rewound < _REWINDS
        self._seeking = (start, reason)
        self._searched = max(sound + 1, self._resumed + 1) if again else at

    def _landmark(self, known: int) -> re.Pattern[bytes]:
        """What to look for; `known` is the first byte at hand.

        A message may follow only where every byte since the last sound one can be looked through for another venue.
        """
        here = self._state[s.INSIDE] or self._state[s.END] >= known
        dataset = self._shape == s.DATASET
        if not self._last or not here:
            return landmarks.BEFORE_CHANNELS if dataset else landmarks.BEFORE_CHATS
        if dataset:
            return landmarks.IN_CHANNELS
        return landmarks.IN_CHATS if self._in_list else landmarks.IN_ONE_CHAT

    def _resume(self, found: re.Match[Any], base: int) -> Iterator[Piece]:
        """Go on at a landmark."""
        assert self._seeking is not None
        (start, reason), self._seeking = self._seeking, None
        state, at = self._state, base + found.start()
        self._resumed = at
        parent = int(state[s.PARENT])
        self._broken.append(Broken(min(start, at), at, reason))
        kind = found.lastgroup
        if kind == "item":
            self._venue = self._last  # its container may have seemed closed
            state[s.PARENT] = parent = self._parent()
            if parent != 1 and found.string.find(b"\0", max(start - base, 0), found.start()) >= 0:
                yield self._piece(shut=True)  # a hole may have swallowed the next venue's header
                self._venue = self._last = Venue(at, lost=True)
            s.inside(state, parent, array=self._shape == s.DESKTOP, at=at)
            self._from = at
        elif kind == "box":
            which = 2 if found.group().startswith(b'"generic') else 1
            if self._venue is None or which in self._venue.boxes:
                yield self._piece(shut=True)
                self._venue, self._header_from = Venue(at, lost=True), at
                state[s.PARENT] = parent = self._parent()
            s.outside(state, parent)
        else:
            if self._venue or self._broken:
                yield self._piece(shut=True)
            in_list = kind == "venue" and self._shape == s.DESKTOP
            state[s.PARENT] = 4 if in_list else (2 if self._shape == s.DATASET else 1)
            s.outside(state, 3 if in_list else 1)

    def _parent(self) -> int:
        """The depth of venues, by where messages were met last."""
        return 2 if self._shape == s.DATASET else (4 if self._in_list else 1)

    def _finish(self, size: int) -> Iterator[Piece]:
        state = self._state
        if self._seeking is None and (state[s.DEPTH] or state[s.IN_TEXT]):
            self._lose(size, "the file breaks off")
        elif self._seeking is None and not state[s.DONE]:
            self._seeking = (0, "the file holds no JSON document")
        if self._seeking:
            self._broken.append(Broken(self._seeking[0], size, self._seeking[1]))
        if self._venue or self._broken:
            yield self._piece(shut=True)
