"""One part of a file to chunks: its rooms first, then its events, a block at a time. The same for both exports."""

from collections.abc import Iterator

from actionday.observe.platforms.matrix import events, tables
from actionday.observe.platforms.matrix.plan import Shape
from actionday.observe.platforms.matrix.rooms import Room
from actionday.observe.reader import Chunk, Part, Refused, Source


def read(source: Source, part: Part, shape: Shape) -> Iterator[Chunk]:
    """Chunks of one part, as its note tells (see `plan.parts`)."""
    note = part.note
    refused = [Refused(where, why) for where, why in note.get("refused", ())]
    rooms = [Room.of_note(one) for one in note.get("described", ())]
    if rooms or refused:
        yield from tables.chunks(tables.of_rooms(rooms, source), refused)
    if part.end <= part.start:
        return
    for block in shape.blocks(source.path, part.start, part.end):
        bad: list[Refused] = []
        yield from tables.chunks(tables.of_events(events.sort(block, note, bad), source, bad), bad)
