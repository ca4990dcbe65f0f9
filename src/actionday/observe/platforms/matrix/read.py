"""One part of a file to chunks: its rooms first, then its events, a block at a time. The same for both exports.

Whoever holds a role keeps their name, so every chunk with posts says who does; the archive takes each such row once.
"""

import gc
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from actionday.observe.platforms.matrix import cut, events, tables
from actionday.observe.platforms.matrix.plan import Shape
from actionday.observe.platforms.matrix.rooms import Room
from actionday.observe.reader import Chunk, Part, Refused, Source


def read(source: Source, part: Part, shape: Shape) -> Iterator[Chunk]:
    """Chunks of one part, as its note tells (see `plan.parts`)."""
    note = part.note
    bad = [Refused(where, why) for where, why in note.get("refused", ())]
    told = tables.of_rooms([Room.of_note(one) for one in note.get("described", ())], source)
    officers = tables.officers([Room.of_note(one) for one in note.get("officers", ())], source)
    lead = told if "described" in note else officers
    for block in shape.blocks(source.path, part.start, part.end) if part.end > part.start else ():
        found, refused = _of_block(block, source, note)
        yield from tables.chunks(tables.together(lead, found), [*bad, *refused])
        lead, bad = officers, []
    if part.end <= part.start:
        yield from tables.chunks(lead, bad)


def _of_block(block: cut.Block, source: Source, note: Mapping[str, Any]) -> tuple[dict[str, pa.Table], list[Refused]]:
    """One block's tables. The cycle collector stands still: it would walk every decoded event, and none is part of a cycle."""
    refused: list[Refused] = []
    was = gc.isenabled()
    gc.disable()
    try:
        return tables.of_events(events.sort(block, note, refused), source, refused), refused
    finally:
        if was:
            gc.enable()
