"""The reader of a Synapse server's `admin_cmd export-data` folder, and of events kept one a line.

    rooms/ROOM/events            events as servers exchange them, one behind the other without even a line end, and without
                                 their ids, which are computed (`ids.MESSAGE_ID`)
    rooms/ROOM/state/EVENT       the state before a gap, in the same form
    user_data/profile            the user whose data it is: an account, and whether the server locked or deactivated it

`invite_state`, `knock_state`, `devices`, `connections` and `account_data` are that user's private matter and are not read.
Read in matrix-synapse 1.163.2 (`synapse/app/admin_cmd.py`) and tried on its own exports. Not for: the media.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.matrix import cut, examples, profile
from actionday.observe.platforms.matrix.plan import Shape, Survey, parts, sibling_state
from actionday.observe.platforms.matrix.read import read
from actionday.observe.reader import Chunk, Part, Recognised, Source

_TIME, _SENDER = re.compile(rb'"origin_server_ts"\s*:\s*\d'), re.compile(rb'"sender"\s*:\s*"@')
_PLACE = re.compile(rb'"(?:room_id|auth_events)"\s*:')
_STRIPPED = re.compile(rb'\A\s*\{[^{}]*"content"\s*:.*"type"\s*:\s*"m\.room\.', re.DOTALL)
_PRIVATE = ("devices", "connections", "invite_state", "knock_state", "global")
_FILE = 1 << 16


class SynapseExport:
    """Reads Synapse's `export-data` folders, file by file; writes rooms in the same form, with event ids as room version 2 has."""

    name = "synapse_export"
    title = "Synapse export-data folder (events of a Matrix server)"
    version = 2
    suffixes: tuple[str, ...] = ()

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the keys that every event has."""
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return Recognised(0)
        if profile.is_profile(head):
            return Recognised(90, "profile of the user whose data Synapse exported")
        if _TIME.search(head) and _SENDER.search(head) and _PLACE.search(head) and b'"messages"' not in head[:4096]:
            return Recognised(90, "events of a Matrix room")
        if Path(name).name in _PRIVATE and "/" in name:
            return Recognised(0, "private data of the exporting user: not imported")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """Parts of about 32 MB, after one look at the state events, those that stand beside the file too."""
        with source.path.open("rb") as file:
            if profile.is_profile(file.read(_FILE)):
                yield Part(note={"profile": True})
                return
        survey, beside = Survey(), Survey()
        for path in sibling_state(source.path):
            beside.look(cut.stream(path))
        survey.rooms = beside.rooms
        survey.look(cut.stream(source.path))
        yield from parts(survey, source, _SHAPE)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """One part's events, or the profile."""
        if part.note.get("profile"):
            return profile.read(source)
        return read(source, part, _SHAPE)

    def examples(self) -> Mapping[str, bytes]:
        """A public room as a server has it, a private one, events one a line, a profile."""
        return examples.SYNAPSE

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `write.write_synapse`."""
        from actionday.observe.platforms.matrix.write import write_synapse

        return write_synapse(rows, folder)


_SHAPE = Shape(cut.stream)
