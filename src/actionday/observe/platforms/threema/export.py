"""The reader of chats that Threema's Android app exported: `messages.txt` out of its locked zip.

Shaped on the exporter's source. Every chat is private and end-to-end encrypted, so without an order or consent its messages are counted and
nothing more. In a direct chat the writer stands before texts and not before files; in a group nobody stands there, so a group's posts have
no author. There are no ids: they are derived. Times are wall clocks of the telephone to the minute. iOS writes another form.
Not for: the app's encrypted data backup.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

import polars as pl
import pyarrow as pa

from actionday.observe.derived_ids import derived_ids
from actionday.observe.platforms.threema import lines
from actionday.observe.platforms.threema.declared import Declared, declared
from actionday.observe.platforms.threema.examples import EXAMPLES
from actionday.observe.platforms.threema.rows import placed, posts_of
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.timelines import cut
from actionday.observe.times import NO_ZONE

NOTHING = "no message of an exported Threema chat in it"
WEAK = (
    "a group's export says of nobody who wrote: its posts have no author, and who was in the group is not in the file"
)
AMBIGUOUS = 'whether the day or the month stands first cannot be told: put order = "dmy" or "mdy" into the mapping file beside it'
BOTH = 'dates in two orders: put order = "dmy", "mdy" or "ymd" into the mapping file beside it'
_HEAD = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s{0,8}\[(?:\xe2\x80[\x8e\x8f]|\xd8\x9c)*(?:\d|\xd9[\xa0-\xa9]|\xdb[\xb0-\xb9]){1,4}[^\]\n]{6,70}\] "
)


class Threema:
    """Reads and writes the text of exported chats."""

    name = "threema"
    title = "Threema chat export (Android, messages.txt)"
    version = 1
    suffixes: tuple[str, ...] = (".txt",)

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By its name and a date in brackets; renamed files need to be declared, since other apps write alike."""
        if PurePath(name.replace("!/", "/")).name.casefold() == "messages.txt" and _HEAD.match(head):
            return Recognised(80, "a chat exported by Threema", ("zone", "private_basis"))
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part; its note says what the whole file tells: how many messages, which orders of dates, whether writers are named."""
        count, bare, orders, names = 0, 0, set[str](), set[str]()
        for block in lines.messages(source.path):
            sound = block.filter(pl.col("fault").is_null() | (pl.col("fault") != lines.LOOSE))["said"]
            words = sound.str.replace(lines.DATE, "")
            orders |= lines.order_of(lines.dated(sound))
            writers = lines.writers(words)
            count += len(words)
            bare += words.filter(writers.is_null() & ~words.str.contains(r" ?<[^<>\n]+>$")).len()
            names |= set(writers.drop_nulls().unique().head(3).to_list()) if len(names) < 3 else set()
        direct = 0 < len(names) < 3 and not bare
        note = {"count": count, "orders": sorted(orders), "kind": "direct" if direct else "group"}
        yield Part(note=note, weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Front to back, on a basis only."""
        said, count = declared(source), int(part.note.get("count", 0))
        if not count:
            yield Chunk(refused=[Refused("file", NOTHING)])
        elif source.private_basis is None:
            why = "a private, end-to-end encrypted chat: not imported without an order or consent (--private-basis)"
            yield Chunk(refused=[Refused("chat", f"{count} messages of {why}")])
        elif fault := said.fault or _fault(source, said, part):
            yield Chunk(refused=[Refused("mapping" if said.fault else "file", fault)])
        else:
            yield from _chat(source, said, part)

    def examples(self) -> Mapping[str, bytes]:
        """A direct chat with a file, a place and several lines; a group; each with its mapping."""
        return EXAMPLES

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """A folder a chat; see `write`."""
        from actionday.observe.platforms.threema.write import write

        return write(rows, folder)


def _fault(source: Source, said: Declared, part: Part) -> str:
    orders = part.note.get("orders", [])
    if source.zone is None:
        return NO_ZONE
    if said.order:
        return ""
    return BOTH if len(orders) > 1 else "" if orders else AMBIGUOUS


def _chat(source: Source, said: Declared, part: Part) -> Iterator[Chunk]:
    order = said.order or str(part.note["orders"][0])
    kind = said.kind or str(part.note["kind"])
    group = kind == "group"
    first = placed(said, source) if group else {}
    yield Chunk(first, [Refused("chat", WEAK)] if group else [])
    for block in lines.messages(source.path):
        bad = block.filter(pl.col("fault").is_not_null())
        refused = [Refused(f"message {row}", why, raw[:200]) for row, raw, why in bad.iter_rows()]
        sound = block.filter(pl.col("fault").is_null())
        dates = lines.dated(sound["said"])
        words = sound["said"].str.replace(lines.DATE, "")
        nobody = pl.Series(values=[None], dtype=pl.String).new_from_index(0, len(words))
        writer = nobody if group else lines.writers(words)
        frame = pl.DataFrame(
            {
                "row": sound["row"],
                "wall": lines.walls(dates, order),
                "writer": writer,
                "text": lines.without_writers(words, writer),
            }
        )
        native = derived_ids(frame.select(at="wall", author="writer", text="text"))
        tables, wrong = posts_of(frame.with_columns(native), said, source, group=group)
        yield from cut(tables, refused + wrong)
