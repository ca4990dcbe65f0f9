"""How a file becomes parts: the state of its rooms is read first, for it says what of the file may be imported at all.

Nothing of a private room goes into a part's note but its id, and how many events of it were passed over.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from actionday.observe.platforms.matrix import cut, events, ids
from actionday.observe.platforms.matrix.rooms import STATE, Room, StateEvent
from actionday.observe.reader import Part, Source

PART_BYTES = 32 << 20
MOST_ROOMS = 10_000
MOST_DESCRIBED = 50
"""Rooms of one file whose officers every part is told; beyond that the first part alone tells them."""

TOO_MANY = f"more than {MOST_ROOMS} rooms in one file: their events are not imported; split the file by room"
NOTHING = "no room is described whole enough to say that it is publicly readable: nothing imported"
ASK = "name the order or consent that covers it (private basis)"
ENCRYPTED = "encrypted: the text is not in the export"
DECRYPTED = f"sent in an encrypted room, and decrypted by the export; {ASK}"

_STATE = re.compile(rb'"m\.room\.(?:' + b"|".join(t.removeprefix("m.room.").encode() for t in STATE) + rb')"')
_HIDDEN = (b'"m.room.encrypted"', b'"m.bad.encrypted"')
_KEY = b'"state_key"'  # which messages have not, so that one search passes over them all
_DECODER = msgspec.json.Decoder(StateEvent)


@dataclass(frozen=True, slots=True)
class Shape:
    """How events stand in a file between two bytes, and whether the export decrypted what was encrypted."""

    blocks: Callable[[Path, int, int], Iterator[cut.Block]]
    decrypted: bool = False


@dataclass(slots=True)
class Survey:
    """What one look over a file's state found."""

    rooms: dict[str, Room] = field(default_factory=dict)
    parts: list[tuple[int, int]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)  # position, reason
    hidden: bool = False  # there may be encrypted events
    overfull: bool = False

    def look(self, blocks: Iterable[cut.Block]) -> None:
        """Fold in the state events of some blocks, and lay the blocks together into parts."""
        for block in blocks:
            if block.fault:
                self.faults.append((f"byte {block.at}", block.fault))
            if not block.data:
                continue
            self.hidden = self.hidden or any(sign in block.data for sign in _HIDDEN)
            for event in _state_of(block):
                self.fold(event)
            if self.parts and self.parts[-1][1] - self.parts[-1][0] < PART_BYTES:
                self.parts[-1] = (self.parts[-1][0], block.end)
            else:
                self.parts.append((block.at, block.end))

    def fold(self, event: StateEvent) -> None:
        """One state event."""
        room = event.room_id
        if not ids.is_room(room) or event.type not in STATE:
            return
        found = self.rooms.get(str(room))
        if found is None:
            if len(self.rooms) >= MOST_ROOMS:
                self.overfull = True
                return
            found = self.rooms[str(room)] = Room(str(room))
        found.take(event)


def _state_of(block: cut.Block) -> Iterator[StateEvent]:
    """The block's state events that are folded: only what has a state key and names one of the kinds is decoded."""
    hit = block.data.find(_KEY)
    while hit >= 0:
        start, end = block.around(hit)
        data = block.data[start:end]
        hit = block.data.find(_KEY, max(end, hit + 1))
        if _STATE.search(data) is None:
            continue
        try:
            event = _DECODER.decode(data)
            if event.type == "m.room.create" and event.room_id is None:
                event.room_id = ids.room_of_create(msgspec.json.decode(data))
        except (*events.FAILURES, UnicodeEncodeError):
            continue  # no state event, or a broken one: `events` refuses it in its turn
        yield event


def parts(survey: Survey, source: Source, shape: Shape) -> Iterator[Part]:
    """The file's parts. The first carries the rooms, and what of them is passed over."""
    basis = source.private_basis is not None
    open_rooms = {name: room for name, room in survey.rooms.items() if basis or room.public}
    described = [room.note() for room in open_rooms.values()]
    note = {
        "rooms": sorted(open_rooms),
        "officers": described if len(described) <= MOST_DESCRIBED else [],  # so that each part knows whose name stays
        "every": basis,
        "encrypted": {} if basis or not shape.decrypted else _since(open_rooms),
        "raw": basis or len(open_rooms) == len(survey.rooms) > 0,  # else what is broken may be a private message
    }
    first: dict[str, Any] = {
        "described": described,
        "refused": [*survey.faults, *([("file", TOO_MANY)] if survey.overfull else [])],
    }
    if not basis or survey.hidden:
        first["refused"] += _passed_over(survey, source, shape, note)
    if not first["refused"] and not open_rooms and not basis:
        first["refused"].append(("file", NOTHING))
    ranges = survey.parts if open_rooms or basis else []
    for number, (start, end) in enumerate(ranges or [(0, 0)]):
        more = first if number == 0 else {}
        yield Part(start, end, {**note, **more}, end - start)


def _since(rooms: dict[str, Room]) -> dict[str, int]:
    return {name: room.encrypted for name, room in rooms.items() if room.encrypted is not None}


def _passed_over(survey: Survey, source: Source, shape: Shape, note: dict[str, Any]) -> list[tuple[str, str]]:
    """One line a room: how many messages are passed over, and why. Counted only where there may be any."""
    closed = [name for name, room in survey.rooms.items() if not (note["every"] or room.public)]
    counted: Counter[tuple[str, str]] = Counter(dict.fromkeys(((name, "private") for name in closed), 0))
    if not (closed or survey.hidden or note["encrypted"] or not survey.rooms):
        return []
    for start, end in survey.parts:
        for block in shape.blocks(source.path, start, end):
            counted.update(events.passed_over(block, note))
    lines = []
    for (room, why), count in sorted(counted.items()):
        known = survey.rooms.get(room, Room(room))
        reason = {"private": f"{known.secret}; {ASK}", "encrypted": ENCRYPTED, "decrypted": DECRYPTED}[why]
        lines.append((f"room {room}", f"{count} messages not imported: {reason}"))
    return lines


def sibling_state(path: Path) -> list[Path]:
    """The files of state that stand beside a room's `events`; links are not followed."""
    folder = path.parent / "state"
    if path.name != "events" or not folder.is_dir() or folder.is_symlink():
        return []
    return [one for one in sorted(folder.iterdir()) if one.is_file() and not one.is_symlink()]
