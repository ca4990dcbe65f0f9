"""The reader of answers of Rocket.Chat's REST API: messages, rooms, roles and users, an answer a file or a line, and bare messages a line.

Understood: `channels.history`, `channels.messages`, `groups.*` and `im.*` history, `chat.getMessage`, `channels.roles`, `users.list`, `users.info`,
`channels.list`, `rooms.info` and what is shaped like them. Messages of rooms that are not known to be public are counted, unless the
source names a basis; what the server itself says (`t`) is left out, encrypted messages are counted. Not for: `rooms.export` (`export`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.rocketchat import answers, examples
from actionday.observe.platforms.rocketchat.rooms import Rooms, described, survey
from actionday.observe.platforms.rocketchat.shapes import LISTS, REST_SHAPE
from actionday.observe.platforms.rocketchat.workspace import HOST, NO_WORKSPACE, declared
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular.jsonlists import REST, Rows, read_lists
from actionday.observe.timelines import Block, Timelines

NOTHING = "no message, room, role or user of Rocket.Chat in it"
ENCRYPTED = "end-to-end encrypted"
_MESSAGE = re.compile(rb'"rid"\s*:\s*"')
_OTHER = re.compile(rb'"(?:channels?|groups?|ims|rooms?|users?|roles)"\s*:\s*[\[{]\s*\{?\s*"(?:_id|rid)"\s*:')
_HOST = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"workspace"\s*:\s*"(%s)"' % HOST.encode())


class RocketChatApi:
    """Reads and writes answers of the REST API."""

    name = "rocketchat_api"
    title = "Rocket.Chat REST API answers (histories, rooms, roles, users)"
    version = 1
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By `rid` with `u`, or by a workspace that says its name first, as `write` does."""
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not text.startswith((b"{", b"[")):
            return Recognised(0)
        told = _HOST.match(head) is not None
        if _MESSAGE.search(head) and b'"u"' in head and b'"_id"' in head:
            return Recognised(92, "messages of Rocket.Chat's REST API", () if told else ("mapping",))
        if told and (_OTHER.search(head) or b'"messages"' in head):
            return Recognised(92, "answers of Rocket.Chat's REST API")
        if _OTHER.search(head) and re.search(rb'"success"\s*:\s*true', head):
            return Recognised(70, "answers of Rocket.Chat's REST API", ("mapping",))
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part; its note says which rooms are public."""
        rooms = survey(source, declared(source))
        yield Part(note={"kinds": rooms.kinds, "overfull": rooms.overfull}, weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Front to back. Refusals quote nothing, unless a basis is named: what is broken may be private."""
        said = declared(source)
        with source.path.open("rb") as file:
            told = _HOST.match(file.read(4_096))
        workspace = told[1].decode() if told else said.workspace
        if said.fault or not workspace:
            yield Chunk(refused=[Refused("mapping", said.fault or NO_WORKSPACE)])
            return
        rooms = Rooms(dict(part.note.get("kinds", {})), said.public_rooms, bool(part.note.get("overfull")))
        yield from _Walk(source, workspace, rooms).chunks()

    def examples(self) -> Mapping[str, bytes]:
        """A public channel with roles and users, a private group beside it, bare messages a line."""
        return examples.API

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """A file a workspace; see `write_rest`."""
        from actionday.observe.platforms.rocketchat.write_rest import write

        return write(rows, folder)


class _Walk:
    def __init__(self, source: Source, workspace: str, rooms: Rooms) -> None:
        self._source, self._workspace, self._rooms = source, workspace, rooms
        self._open, self._all = rooms.public, source.private_basis is not None
        self._hidden: Counter[tuple[str, str]] = Counter()

    def chunks(self) -> Iterator[Chunk]:
        """Everything in the file's order, then what was passed over."""
        timelines, seen = Timelines(self._source), False
        quiet = () if self._all else (*LISTS, REST)
        for rows in read_lists(self._source.path, LISTS, REST_SHAPE, unquoted=quiet):
            block = Block(refused=rows.refused)
            if rows.frame.width:
                seen = self._messages(rows, block) or seen
                people = answers.users(rows, self._workspace)
                block.people = pl.concat([block.people, people])
                seen = bool(people.height) or seen
                placed = answers.placed(rows, list(described(rows)), self._workspace, self._source, self._shown)
                seen = bool(placed) or seen
                if placed:
                    yield Chunk(placed)
            yield from timelines.chunks(block)
        yield from self._end(seen=seen)

    def _messages(self, rows: Rows, block: Block) -> bool:
        messages = answers.messages(rows)
        if not messages.height:
            return False
        secret = pl.col("t") == "e2e"
        hidden = messages.filter(~self._shown("rid") | secret.fill_null(value=False))
        for rid, encrypted, count in (
            hidden.group_by("rid", secret.fill_null(value=False), maintain_order=True).len().iter_rows()
        ):
            self._hidden[rid, ENCRYPTED if encrypted else self._rooms.why(rid)] += count
        shown = messages.filter(self._shown("rid") & (pl.col("t").is_null() | (pl.col("t") == "")))
        block.notes = answers.notes(shown, self._workspace)
        block.people = answers.writers(shown, self._workspace)
        return True

    def _shown(self, rid: str) -> pl.Expr:
        return pl.lit(value=True) if self._all else pl.col(rid).is_in(self._open)

    def _end(self, *, seen: bool) -> Iterator[Chunk]:
        """One line a room, by number: how many messages, and why."""
        numbers = {rid: n for n, rid in enumerate(dict.fromkeys(rid for rid, _ in self._hidden), 1)}
        told = [
            Refused(f"room {numbers[rid]} of those not read", f"{count} messages of a room that is {why}: not imported")
            for (rid, why), count in self._hidden.items()
        ]
        if self._rooms.overfull:
            told.append(Refused("file", "too many rooms: those beyond the limit count as not public; cut the file"))
        if not seen:
            told.append(Refused("file", NOTHING))
        if told:
            yield Chunk(refused=told)
