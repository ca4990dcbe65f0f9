"""A first walk through a file of API answers: which rooms it describes, and which of them everybody may read.

A room is public where its own description says so (``t: "c"``, and not encrypted) or a person declared it; a description goes before a
declaration. Messages of all other rooms are counted, not read. Not for: messages.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from actionday.observe.platforms.rocketchat.shapes import REST_SHAPE, ROOM, ROOM_KEYS, ROOM_LISTS
from actionday.observe.platforms.rocketchat.workspace import Declared
from actionday.observe.reader import Source
from actionday.observe.tabular.jsonlists import REST, Rows, read_lists

MOST_ROOMS = 50_000
_WORDS = {"p": "private", "d": "direct", "l": "a conversation with visitors", "v": "a voice call"}
_WANTED = {key: REST_SHAPE[key] for key in ROOM_KEYS}


@dataclass(slots=True)
class Rooms:
    """`kinds`: the rooms' `t` by id, "e" where encrypted; `declared` are ids that a person called public."""

    kinds: dict[str, str] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    overfull: bool = False

    @property
    def public(self) -> list[str]:
        """Ids of rooms that everybody may read."""
        said = [rid for rid, kind in self.kinds.items() if kind == "c"]
        return sorted({*said, *(rid for rid in self.declared if rid not in self.kinds)})

    def why(self, rid: str) -> str:
        """Why a room is not read."""
        kind = self.kinds.get(rid, "")
        if kind == "e":
            return "end-to-end encrypted"
        return _WORDS.get(kind, "not told to be public (no description of it in the file, not in public_rooms)")

    def take(self, frame: pl.DataFrame) -> None:
        """Descriptions of rooms."""
        kind = pl.when(pl.col("encrypted").fill_null(value=False)).then(pl.lit("e")).otherwise("t")
        known = frame.filter(pl.col("_id").is_not_null() & pl.col("t").is_not_null()).select("_id", kind)
        for rid, told in known.iter_rows():
            if len(self.kinds) >= MOST_ROOMS and rid not in self.kinds:
                self.overfull = True
            elif self.kinds.get(rid, "c") == "c":  # of two descriptions the private one counts
                self.kinds[rid] = told


def survey(source: Source, said: Declared) -> Rooms:
    """All rooms described in the file. Bounded: what is beyond MOST_ROOMS counts as not told."""
    rooms = Rooms(declared=said.public_rooms)
    lists: dict[str, Any] = {"messages": None, "roles": None, "users": None, "": _WANTED}
    lists |= dict.fromkeys(ROOM_LISTS, ROOM)
    for rows in read_lists(source.path, lists, _WANTED):
        for frame in described(rows):
            rooms.take(frame)
    return rooms


def described(rows: Rows) -> Iterable[pl.DataFrame]:
    """The rooms among some rows."""
    if rows.name in ROOM_LISTS and rows.frame.width:
        yield rows.frame
    elif rows.name in ("", REST) and rows.frame.width:
        for key in ROOM_KEYS:
            yield rows.frame.filter(pl.col(key).is_not_null()).select("row", pl.col(key).struct.unnest())
