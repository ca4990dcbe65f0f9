"""The reader of `rooms.export`: one JSON object a line, ``{"msg", "username", "ts", "attachments", "type"}``.

The file holds no ids, neither of messages nor of people nor of the room, so a message's id is derived from its time, its writer, its
words and its place among equals: exports that overlap give the same ids. With "hide users" other people are called ``User_1``,
``User_2`` …, numbered anew in every file: such names are kept apart by file, and the file is flagged.
Which room it is, and whether everybody may read it, is declared. Not for: answers of the REST API (`rest`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from actionday.observe.derived_ids import derived_ids
from actionday.observe.platforms.rocketchat import examples
from actionday.observe.platforms.rocketchat.columns import ATTACHMENT, attached, links, when
from actionday.observe.platforms.rocketchat.workspace import NO_WORKSPACE, PUBLIC, Declared, declared, room_of_name
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular.batch import pieces
from actionday.observe.tabular.jsonshaped import Form, read_shaped
from actionday.observe.timelines import NOTES, PEOPLE, Block, Timelines, framed

SHAPE: dict[str, Any] = {
    **dict.fromkeys(("msg", "username", "ts", "type"), "VARCHAR"),
    "attachments": [ATTACHMENT],
}
HIDDEN = (
    "people are called User_1, User_2 …, as the exporter does where it hides names: who they are is not in the file, and the same "
    "number in another file may be somebody else"
)
NO_ROOM = (
    'which room it is is not told: put room = "<name>" into the mapping file beside it, or name the file after the room'
)
NOTHING = "no message of a Rocket.Chat export in it"
_LINE = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{[^\n]{0,60000}?"(?:msg|username|ts)"\s*:')
_NUMBERED = r"^User_\d{1,9}$"
_NAME = r"^[^\s/:]{1,200}$"


@dataclass(frozen=True, slots=True)
class _Place:
    workspace: str
    room: str
    public: bool

    @property
    def channel(self) -> str:
        return f"rocketchat:channel:{self.workspace}/{self.room}"


class RocketChatExport:
    """Reads and writes the JSON files of `rooms.export`."""

    name = "rocketchat_export"
    title = "Rocket.Chat room export (rooms.export, JSON lines)"
    version = 1
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the keys of a line; an answer of the API has ids besides."""
        first = head[:65_536].split(b"\n", 1)[0]
        keys = all(re.search(rb'"%s"\s*:' % key, first) for key in (b"msg", b"username", b"ts"))
        if keys and _LINE.match(head) and not re.search(rb'"(?:_id|rid)"\s*:', first):
            return Recognised(90, "a room exported by Rocket.Chat", ("mapping",))
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Front to back. A room that is not declared a channel is counted, unless the source names a basis."""
        said = declared(source)
        place = _Place(said.workspace, said.room or room_of_name(source.name), said.kind == PUBLIC)
        fault = said.fault or ("" if place.workspace else NO_WORKSPACE) or ("" if place.room else NO_ROOM)
        if fault:
            yield Chunk(refused=[Refused("mapping", fault)])
        elif not place.public and source.private_basis is None:
            yield _counted(source, said)
        else:
            yield from _room(source, place)

    def examples(self) -> Mapping[str, bytes]:
        """A channel, and one whose people are numbered; each with its mapping."""
        return examples.EXPORT

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """A file a room with its mapping; see `write_export`."""
        from actionday.observe.platforms.rocketchat.write_export import write

        return write(rows, folder)


def _room(source: Source, place: _Place) -> Iterator[Chunk]:
    timelines, numbering, flagged, seen = Timelines(source, unit="line"), "", False, False
    for batch in pieces(read_shaped(source.path, Form("lines"), SHAPE)):
        block, frame = Block(refused=batch.refused), batch.frame
        if len(batch.numbers):
            frame = frame.with_columns(batch.numbers.alias("row"))
            frame = frame.filter(pl.any_horizontal(pl.col("msg", "username", "ts").is_not_null()))
        if frame.height:
            notes, seen = _notes(frame, place), True
            numbering = numbering or _numbering(notes)
            if not flagged and notes["author"].str.contains(_NUMBERED).any():
                flagged = True
                block.refused.append(Refused("file", HIDDEN))
            named = notes.with_columns(pl.col("author").alias("name"), _author(place, numbering).alias("author"))
            block.notes, block.people = named.drop("name"), _people(named)
        yield from timelines.chunks(block)
    if not seen:
        yield Chunk(refused=[Refused("file", NOTHING)])


def _notes(frame: pl.DataFrame, place: _Place) -> pl.DataFrame:
    """Messages, `author` still the bare name. What the server itself says (`type`) is left out."""
    said = frame.filter(pl.col("type").is_null() | (pl.col("type") == ""))
    name = pl.when(pl.col("username").str.contains(_NAME)).then("username")
    notes = framed(
        said.with_columns(when("ts").alias("ts")),
        NOTES,
        row=pl.col("row"),
        author=name,
        channel=pl.lit(place.channel),
        at=pl.col("ts"),
        text=pl.col("msg"),
        hrefs=links("attachments"),
        media=attached("attachments"),
    )
    return notes.with_columns(native=derived_ids(notes.select("author", "text", at=_instant())))


def _instant() -> pl.Expr:
    """Milliseconds, or what stands in their place."""
    milliseconds = pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", strict=False).dt.epoch("ms")
    return pl.coalesce(milliseconds.cast(pl.String), "at")


def _numbering(notes: pl.DataFrame) -> str:
    """What keeps one file's numbers apart from another's: its first time."""
    first = notes["at"].drop_nulls().head(1).to_list()
    return re.sub(r"\D", "", first[0])[:17] if first else ""


def _author(place: _Place, numbering: str) -> pl.Expr:
    base = f"rocketchat:account:{place.workspace}/"
    numbered = pl.concat_str(pl.lit(f"{base}{place.room}/{numbering}/"), "author")
    return (
        pl.when(pl.col("author").str.contains(_NUMBERED))
        .then(numbered)
        .otherwise(pl.concat_str(pl.lit(f"{base}@"), pl.col("author").str.to_lowercase()))
    )


def _people(named: pl.DataFrame) -> pl.DataFrame:
    real = named.filter(pl.col("author").is_not_null() & ~pl.col("name").str.contains(_NUMBERED).fill_null(value=True))
    people = real.select("author", "name").unique(maintain_order=True)
    return framed(people, PEOPLE, subject=pl.col("author"), handle=pl.col("name"))


def _counted(source: Source, said: Declared) -> Chunk:
    """How many messages are passed over; nothing of what they say."""
    count = 0
    for batch in read_shaped(source.path, Form("lines"), {"ts": "VARCHAR"}):
        count += batch.frame.filter(pl.col("ts").is_not_null()).height if len(batch.numbers) else 0
    kind = f"a {said.kind}" if said.kind else 'not declared a channel (kind = "channel" in the mapping file beside it)'
    if not count:
        return Chunk(refused=[Refused("file", NOTHING)])
    return Chunk(refused=[Refused("room", f"{count} messages of a room that is {kind}: not imported")])
