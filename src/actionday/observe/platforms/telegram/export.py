"""The reader of Telegram Desktop's ``result.json``: one chat, or a whole account with its left chats.

Channels and groups are imported; personal chats, bots, saved messages and replies are not, and each is refused by its
place in the file alone. The export names no handle for a chat, no views and no profile beyond the display name. Basic
groups keep the word `chat` in their native id, since they are numbered apart from channels. Edges that this format
cannot draw are not drawn: a group that became a supergroup stays a service post, since neither message names the other
side's id; a bot that a post came through is named by handle only and stays out.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from actionday.observe.platforms.telegram import chat, examples
from actionday.observe.platforms.telegram.columns import tables_of
from actionday.observe.platforms.telegram.fields import fields_of
from actionday.observe.platforms.telegram.messages import Block, Chat, Message, decode_messages, usable
from actionday.observe.platforms.telegram.notes import KINDS, RANGE_BYTES, note_of
from actionday.observe.platforms.telegram.peers import Peers
from actionday.observe.platforms.telegram.plain import Plain
from actionday.observe.platforms.telegram.salvage import Page, decode, no_collector, raw
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tray import Batch, chunks

_CHAT = re.compile(
    rb'"type"\s*:\s*"(' + "|".join(KINDS).encode() + rb'|personal_chat|bot_chat|saved_messages|replies)"'
)
_MESSAGES = re.compile(rb'"messages"\s*:\s*\[')
_CHATS = re.compile(rb'"(?:left_)?chats"\s*:\s*\{\s*"(?:about|list)"')
_ACCOUNT = re.compile(
    rb'\A\s*\{\s*"about"\s*:\s*"[^"]*"\s*,\s*"(?:personal_information|profile_pictures|stories|contacts)"'
)
_ONE_MESSAGE = re.compile(rb'"(?:date_unixtime|text_entities)"\s*:')
_DATE, _UNIX = re.compile(rb'"date"\s*:\s*"\d{4}-'), re.compile(rb'"date_unixtime"\s*:')


class TelegramExport:
    """Reads and writes Telegram Desktop's machine-readable export; reads what live reading writes beside it (`chat.json`)."""

    name = "telegram_export"
    title = "Telegram Desktop export (result.json)"
    version = 1
    suffixes: tuple[str, ...] = (".json",)

    def recognise(self, head: bytes, name: str) -> Recognised:
        """Judge by the keys that the file opens with. Files older than `date_unixtime` need a zone."""
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return Recognised(0)
        if chat.is_chat(head):
            return Recognised(95, "facts of a Telegram chat, as live reading writes them")
        messages, kind = _MESSAGES.search(head), _CHAT.search(head)
        needs = ("zone",) if _DATE.search(head) and not _UNIX.search(head) else ()
        if _CHATS.search(head) or _ACCOUNT.search(head):
            return Recognised(95, "Telegram Desktop export of an account", needs)
        if messages and kind:
            return Recognised(95, f"Telegram Desktop export of one {kind[1].decode().replace('_', ' ')}", needs)
        if messages and _ONE_MESSAGE.search(head):
            return Recognised(80, "Telegram Desktop export of one chat, its keys reordered", needs)
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """Parts of about 32 MB, found by one scan over the file's brackets."""
        with source.path.open("rb") as file:
            if chat.is_chat(file.read(64)):
                return iter((Part(0, -1, {"facts": True}, source.path.stat().st_size),))
        from actionday.observe.platforms.telegram.plan import Plan  # brings the compiler, which `read` can do without

        return Plan(source.path).parts()

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """One part's messages. Where one cannot be read its neighbours are."""
        if part.note.get("facts"):
            return chat.read(source)
        return chunks(_batches(source, part))

    def examples(self) -> Mapping[str, bytes]:
        """A channel, an account, an old export without unixtimes, a damaged one."""
        return examples.DESKTOP

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `write.write_export`."""
        from actionday.observe.platforms.telegram.write import write_export  # brings a database that readers do without

        return write_export(rows, folder)


def _batches(source: Source, part: Part) -> Iterator[Batch]:
    note = note_of(part)
    chats = [Chat(subject, kind, title) for subject, kind, title in note["chats"]]
    peers = Peers()
    with source.path.open("rb") as file, no_collector():
        plain = Plain(file, chats, peers)
        if note["refused"]:
            quoted = [Refused(where, why, raw(_bytes(file, a, b))) for where, why, a, b in note["refused"]]
            yield Batch({}, quoted)
        for group in _groups(note["ranges"]):
            refused: list[Refused] = []
            rows = plain.fields(group)
            if rows is None:
                rows = fields_of(usable(_block(file, chats, group, refused), source.zone, refused), peers)
            yield Batch(tables_of(rows, source), refused)


def _groups(ranges: list[tuple[int, int, int, bool]]) -> Iterator[list[tuple[int, int, int, bool]]]:
    """Ranges that are decoded together: about `RANGE_BYTES`."""
    group: list[tuple[int, int, int, bool]] = []
    size = 0
    for one in ranges:
        group.append(one)
        size += one[2] - one[1]
        if size >= RANGE_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _block(file: BinaryIO, chats: list[Chat], group: list[tuple[int, int, int, bool]], refused: list[Refused]) -> Block:
    messages: list[Message] = []
    counts, page = [], Page(b'"date_unixtime"')
    for _, start, end, _ in group:
        decoded = decode(page.load(file, start, end), start, decode_messages, refused)
        counts.append(len(decoded))
        messages.extend(decoded)
    chat = np.repeat(np.array([index for index, _, _, _ in group], np.int32), counts)
    return Block(chats, chat, messages, [index for index, _, _, opens in group if opens])


def _bytes(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)
