"""How a Telegram Desktop file is cut into parts: about 32 MB of messages each, small chats together, private ones out.

Nothing of a private chat goes into a part's note but its place in the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from actionday.observe.platforms.telegram import scan
from actionday.observe.platforms.telegram.notes import KINDS, PART_BYTES
from actionday.observe.platforms.telegram.peers import venue
from actionday.observe.platforms.telegram.salvage import FAILURES, RAW_CHARACTERS, plain
from actionday.observe.platforms.telegram.walk import Broken, Piece, Venue, Walk
from actionday.observe.reader import Part

PRIVATE = "private chat: not imported"
UNKNOWN_TYPE = "chat of an unknown type, so perhaps a private one: not imported"
NO_HEADER = "the chat's own id or type cannot be read, so nobody knows whose messages these are"
_MOST = 4096
_ID, _TYPE = re.compile(rb'"id"\s*:\s*(\d{1,18})\b'), re.compile(rb'"type"\s*:\s*"(\w+)"')
_PRIVATE_TYPES = ("personal_chat", "bot_chat", "saved_messages", "replies", "verification_codes")


class Header(msgspec.Struct):
    """A chat's own keys."""

    name: str | None = None
    type: str | None = None
    id: int | None = None


_DECODER = msgspec.json.Decoder(Header, strict=False)


def header_of(data: bytes, *, whole: bool) -> Header:
    """A chat's header; `whole` allows the id and type to be picked out of a damaged one."""
    try:
        return _DECODER.decode(plain(data))
    except FAILURES:
        if not whole:
            return Header()
    found, kind = _ID.search(data), _TYPE.search(data)
    return Header(None, kind[1].decode() if kind else None, int(found[1]) if found else None)


@dataclass(slots=True)
class _Draft:
    """The part being filled."""

    chats: list[tuple[str, str, str | None]] = field(default_factory=list)
    ranges: list[tuple[int, int, int, bool]] = field(default_factory=list)
    refused: list[tuple[str, str, int, int]] = field(default_factory=list)
    size: int = 0

    def due(self) -> bool:
        return self.size >= PART_BYTES or max(len(self.chats), len(self.refused), len(self.ranges)) >= _MOST

    def part(self) -> Part:
        note = {"chats": self.chats, "ranges": self.ranges, "refused": self.refused}
        start = self.ranges[0][1] if self.ranges else 0
        end = self.ranges[-1][2] if self.ranges else 0
        return Part(start, end, note, self.size)


@dataclass(slots=True)
class _Open:
    """The venue that is being read: what is known of it, and pieces that wait for its header."""

    venue: Venue
    chat: tuple[str, str, str | None] | None = None
    refuse: str | None = None
    waiting: list[Piece] = field(default_factory=list)
    begun: bool = False


class Plan:
    """Parts of one file, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = _Draft()
        self._open: _Open | None = None
        self._seen = False

    def parts(self) -> Iterator[Part]:
        """The parts; the last one says what was refused when nothing else is left."""
        for piece in Walk(self._path, scan.DESKTOP).pieces():
            for ready in self._take(piece):
                self._add(ready)
                if self._draft.due():
                    yield self._draft.part()
                    self._draft = _Draft()
        if not self._seen and not self._draft.refused:
            self._draft.refused.append(("byte 0", "no chats of a Telegram export found", 0, 0))
        if self._draft.chats or self._draft.refused:
            yield self._draft.part()

    def _take(self, piece: Piece) -> list[Piece]:
        """Pieces whose chat is known by now."""
        found = piece.venue
        if found is None or not (found.boxes or found.lost):
            self._refuse(piece.broken, quote=False)
            return []
        self._seen = True
        if self._open is None or self._open.venue is not found:
            self._open = _Open(found)
        now = self._open
        now.waiting.append(piece)
        if now.chat is None and now.refuse is None:
            self._identify(now, whole=piece.shut)
        if now.chat is None and now.refuse is None:
            return []
        ready, now.waiting = now.waiting, []
        return ready

    def _identify(self, now: _Open, *, whole: bool) -> None:
        head = Header() if now.venue.lost else header_of(now.venue.header(self._path), whole=whole)
        if head.type in KINDS and head.id and 0 < head.id < 1 << 63:
            now.chat = (venue(head.id, head.type), KINDS[head.type], head.name)
        elif head.type in _PRIVATE_TYPES:
            now.refuse = PRIVATE
        elif whole:
            now.refuse = UNKNOWN_TYPE if head.type is not None and head.id else NO_HEADER

    def _add(self, piece: Piece) -> None:
        now, draft = self._open, self._draft
        assert now is not None
        if now.chat is None:
            if not now.begun:
                draft.refused.append((f"byte {now.venue.start}", now.refuse or NO_HEADER, 0, 0))
            now.begun = True
            self._refuse(piece.broken, quote=False)
            return
        if piece.ranges or not now.begun:
            if not draft.chats or draft.chats[-1] != now.chat:
                draft.chats.append(now.chat)
            index = len(draft.chats) - 1
            ranges = piece.ranges or [(1, now.venue.start, now.venue.start, 0)]
            for _, start, end, _ in ranges:
                draft.ranges.append((index, start, end, not now.begun))
                draft.size += end - start
                now.begun = True
        self._refuse(piece.broken, quote=True)

    def _refuse(self, broken: list[Broken], *, quote: bool) -> None:
        for one in broken:
            end = min(one.end, one.start + RAW_CHARACTERS) if quote else one.start
            reason = f"{one.reason}; {one.end - one.start} bytes not read"
            self._draft.refused.append((f"byte {one.start}", reason, one.start, end))
