"""The reader of the Element client's "Export chat" as JSON: one room, `export.json` where it came in a zip with its files.

The export names no room at its top: the events do. Events of encrypted rooms stand in it decrypted, with no mark, so what was
sent after a room was encrypted counts as encrypted. A room is read only where the export itself shows that it is publicly
readable (its join rule or history visibility is among the events; an export "from the beginning" has them) or where an order or
consent is named. Format: matrix-org/matrix-react-sdk `JSONExport.ts`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pyarrow as pa

from actionday.observe.platforms.matrix import cut, examples
from actionday.observe.platforms.matrix.plan import Shape, Survey, parts
from actionday.observe.platforms.matrix.read import read
from actionday.observe.reader import Chunk, Part, Recognised, Source

HEAD = 1 << 20
NO_LIST = "no list of messages found: not an Element export, or its head is damaged"
_LIST = re.compile(rb'"messages"\s*:\s*\[')
_OURS = re.compile(rb'"(?:exported_by|export_date)"\s*:')


class Header(msgspec.Struct):
    """What stands above the messages. Who exported and when is not kept."""

    room_name: str | None = None
    topic: str | None = None


def _blocks(path: Path, start: int, end: int) -> Iterator[cut.Block]:
    return cut.elements(path, start, end, sealed=True)


_SHAPE = Shape(_blocks, decrypted=True)


class ElementExport:
    """Reads and writes Element's JSON export of one room."""

    name = "element_export"
    title = "Element chat export (JSON)"
    version = 2
    suffixes: tuple[str, ...] = (".json",)

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the keys the file opens with."""
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return Recognised(0)
        listed = _LIST.search(head)
        if listed and _OURS.search(head, 0, listed.start()):
            return Recognised(95, "Element export of one Matrix room")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """Parts of about 32 MB, after one look at the state events."""
        survey = Survey()
        with source.path.open("rb") as file:
            head = file.read(HEAD)
        listed = _LIST.search(head)
        if listed is None:
            survey.faults.append(("byte 0", NO_LIST))
        else:
            survey.look(cut.elements(source.path, listed.end()))
            _name(survey, head[: listed.start()])
        yield from parts(survey, source, _SHAPE)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """One part's events."""
        return read(source, part, _SHAPE)

    def examples(self) -> Mapping[str, bytes]:
        """A public room with edits, replies and files; one whose export begins late; a room that was moved away from."""
        return examples.ELEMENT

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `write.write_element`."""
        from actionday.observe.platforms.matrix.write import write_element

        return write_element(rows, folder)


def _name(survey: Survey, head: bytes) -> None:
    """The export's own name and topic, for the one room whose state events are not all there."""
    if len(survey.rooms) != 1:
        return
    try:
        header = msgspec.json.decode(head.rstrip(b" \t\r\n,") + b"}", type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    (room,) = survey.rooms.values()
    room.title, room.topic = room.title or header.room_name, room.topic or header.topic or None
