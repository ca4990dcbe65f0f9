"""How a TGDataset file is cut into parts: whole channels, about 32 MB of them together.

A channel is never split, since its texts and its files name the same messages and only together tell how many there are;
`read` still goes through a large one piece by piece. A note holds ``channels`` ([id, handle, title, description, members,
created] each), ``ranges`` ([channel, 1 texts or 2 files, start, end]) and ``refused`` ([position, reason, start, end]).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from actionday.observe.platforms.telegram import scan
from actionday.observe.platforms.telegram.dataset_rows import number, whole
from actionday.observe.platforms.telegram.notes import PART_BYTES
from actionday.observe.platforms.telegram.salvage import FAILURES, RAW_CHARACTERS, plain
from actionday.observe.platforms.telegram.walk import Broken, Piece, Venue, Walk
from actionday.observe.reader import Part

NO_ID = "the channel's own id cannot be read, so nobody knows whose messages these are"
_KEY = re.compile(rb'"(\d{1,18})"')
_MOST = 4096


class Profile(msgspec.Struct):
    """A channel's own keys; values may be text, as in the published archive."""

    username: str | None = None
    title: str | None = None
    description: str | None = None
    n_subscribers: int | float | str | None = None
    creation_date: int | float | str | None = None


_DECODER = msgspec.json.Decoder(Profile)


@dataclass(slots=True)
class _Draft:
    channels: list[list[Any]] = field(default_factory=list)
    ranges: list[tuple[int, int, int, int]] = field(default_factory=list)
    refused: list[tuple[str, str, int, int]] = field(default_factory=list)
    size: int = 0

    def due(self) -> bool:
        return self.size >= PART_BYTES or max(len(self.channels), len(self.refused)) >= _MOST

    def part(self) -> Part:
        note = {"channels": self.channels, "ranges": self.ranges, "refused": self.refused}
        start = min((one[2] for one in self.ranges), default=0)
        return Part(start, max((one[3] for one in self.ranges), default=0), note, self.size)


def dataset_parts(path: Path) -> Iterator[Part]:
    """Parts of one file, in order; the last one says what was refused when nothing else is left."""
    draft, held, seen = _Draft(), list[Piece](), False
    for piece in Walk(path, scan.DATASET).pieces():
        if piece.venue is None:
            _refuse(draft, piece.broken)
            continue
        held.append(piece)
        if piece.shut:
            seen = _add(draft, path, piece.venue, held) or seen
            held = []
        if draft.due():
            yield draft.part()
            draft = _Draft()
    if not seen and not draft.refused:
        draft.refused.append(("byte 0", "no channels of TGDataset found", 0, 0))
    if draft.channels or draft.refused:
        yield draft.part()


def _add(draft: _Draft, path: Path, venue: Venue, pieces: list[Piece]) -> bool:
    """Put a whole channel into the draft; False when it is none."""
    if not (venue.boxes or venue.lost):
        return False
    native = None if venue.lost else _native(path, venue.key)
    if native is None:
        draft.refused.append((f"byte {venue.start}", NO_ID, 0, 0))
    else:
        profile = _profile(venue.header(path), draft, venue.start)
        index = len(draft.channels)
        members, created = whole(profile.n_subscribers), number(profile.creation_date)
        draft.channels.append([native, profile.username, profile.title, profile.description, members, created])
        ranges = [(index, which, start, end) for piece in pieces for which, start, end, _ in piece.ranges]
        draft.ranges.extend(ranges)
        draft.size += sum(end - start for _, _, start, end in ranges)
    for piece in pieces:
        _refuse(draft, piece.broken)
    return True


def _native(path: Path, key: int) -> int | None:
    with path.open("rb") as file:
        file.seek(key)
        found = _KEY.match(file.read(32))
    return int(found[1]) or None if found else None


def _profile(header: bytes, draft: _Draft, start: int) -> Profile:
    try:
        return _DECODER.decode(plain(header))
    except FAILURES as error:
        draft.refused.append((f"byte {start}", f"channel's profile unreadable, its messages kept: {error}"[:300], 0, 0))
        return Profile()


def _refuse(draft: _Draft, broken: list[Broken]) -> None:
    for one in broken:
        reason = f"{one.reason}; {one.end - one.start} bytes not read"
        draft.refused.append((f"byte {one.start}", reason, one.start, min(one.end, one.start + RAW_CHARACTERS)))
