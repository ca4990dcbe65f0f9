"""Messages of Telegram Desktop exports as columns of the archive.

`text` alone is decoded, not `text_entities`: it says the same in fewer objects, and older exports have nothing else.
Hidden targets (text links, mentions by name, buttons that open an address) go to `hrefs`. Left null for the pipeline to
fill: `language`, `length`, `text_sha256`, `n_links`. Contacts, places, polls and reactions are not imported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, Meta, UnsetType

from actionday.observe.platforms.telegram import clocks
from actionday.observe.platforms.telegram.peers import Peers
from actionday.observe.platforms.telegram.tray import Batch, staged
from actionday.observe.reader import Refused, Source

Long = Annotated[int, Meta(ge=-(2**63) + 1, le=2**63 - 1)]
Size = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Pixels = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_BORN = ("create_channel", "create_group")


class Part(msgspec.Struct, gc=False):
    """A piece of text that is more than text: of all kinds only these say where they lead."""

    text: str = ""
    href: str | None = None
    user_id: int | None = None


class Button(msgspec.Struct, gc=False):
    """A button under a message."""

    type: str = ""
    data: str | None = None


class Message(msgspec.Struct, gc=False):
    """What is read of one message. Numbers may come as strings; a value of any other type refuses the message."""

    id: Long
    type: str = "message"
    date: str | None = None
    date_unixtime: Long | None = None
    text: str | list[str | Part] | None = None
    from_: str | None = msgspec.field(name="from", default=None)
    from_id: str | int | None = None
    actor: str | None = None
    actor_id: str | int | None = None
    action: str | None = None
    forwarded_from: str | None | UnsetType = UNSET
    forwarded_from_id: str | int | None = None
    reply_to_message_id: Long | None = None
    reply_to_peer_id: str | int | None = None
    edited: str | None = None
    edited_unixtime: Long | None = None
    photo: str | None = None
    photo_file_size: Size | None = None
    file: str | None = None
    file_size: Size | None = None
    media_type: str | None = None
    mime_type: str | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    duration_seconds: float | None = None
    inline_bot_buttons: list[list[Button]] | None = None


_DECODER = msgspec.json.Decoder(list[Message], strict=False)


def decode_messages(inside: bytes) -> list[Message]:
    """The inside of a ``messages`` array."""
    return _DECODER.decode(b"[" + inside + b"]")


@dataclass(frozen=True, slots=True)
class Chat:
    """One venue of the export: its subject id, `channel` or `group`, its title."""

    subject: str
    kind: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """Some messages of some chats: `chat[i]` is the index in `chats` of the chat that ``messages[i]`` stands in."""

    chats: Sequence[Chat]
    chat: np.ndarray[tuple[int], np.dtype[np.int32]]
    messages: list[Message]
    opened: Sequence[int] = ()  # indices of the chats that begin here


def batch_of(block: Block, source: Source, peers: Peers) -> Batch:
    """Staged tables of a block. Messages without a kind or a time that is known are refused."""
    refused: list[Refused] = []
    block = _sorts(block, refused)
    block, unix, wall = _timed(block, source.zone, refused)
    ms, n = block.messages, len(block.messages)
    subjects = pa.array([chat.subject for chat in block.chats], pa.string())
    channel = subjects.take(pa.array(block.chat))
    at = clocks.instants(unix)
    author_ids = [m.from_id if m.from_id is not None else m.actor_id for m in ms]
    authors = [peers[value] for value in author_ids]
    media = _media(block, channel, at)
    texts = [
        t if type(t) is str else "".join([p if type(p) is str else p.text for p in t]) if t else ""  # type: ignore[union-attr]
        for t in [m.text for m in ms]
    ]
    forwarded = [m.forwarded_from is not UNSET or m.forwarded_from_id is not None for m in ms]
    posts = {
        "channel": channel,
        "native": pa.array([m.id for m in ms], pa.int64()).cast(pa.string()),
        "platform": "telegram",
        "author": pa.array(authors, pa.string()),
        "at": at,
        "at_offset": clocks.offsets(wall, unix),
        "kind": pa.array(
            ["service" if m.type == "service" else "forward" if f else "original" for m, f in zip(ms, forwarded, strict=True)],
            pa.string(),
        ),
        "forward_from": pa.array([peers[m.forwarded_from_id] for m in ms], pa.string()),
        "forward_name": pa.array([m.forwarded_from or None for m in ms], pa.string()),
        "reply_to": _replies(ms),
        "action": pa.array([m.action for m in ms], pa.string()),
        "edited_at": _edited(ms, source.zone),
        "text": pa.array(texts, pa.string()),
        "n_media": pa.array([1 if m.photo is not None or m.file is not None else 0 for m in ms], pa.int16()),
        "hrefs": pa.array(_hrefs(ms), pa.list_(pa.string())),
    }
    names = [m.from_ if m.from_id is not None else m.actor for m in ms]
    return Batch(
        {
            "channels": _channels(block, at, source),
            "accounts": _accounts(authors, names, source),
            "memberships": _owners(block, authors, channel, at, source),
            "posts": staged("posts", posts, n),
            "media": media,
        },
        refused,
    )


def _keep(block: Block, mask: Sequence[bool]) -> Block:
    kept = [m for m, stays in zip(block.messages, mask, strict=True) if stays]
    return Block(block.chats, block.chat[np.asarray(mask, bool)], kept, block.opened)


def _refuse(block: Block, mask: Sequence[bool], reason: str, refused: list[Refused]) -> Block:
    """Drop the messages where `mask` is False and say why."""
    for i, stays in enumerate(mask):
        if not stays:
            position = f"{block.chats[block.chat[i]].subject} message {block.messages[i].id}"
            refused.append(Refused(position, reason, msgspec.json.encode(block.messages[i]).decode()))
    return _keep(block, mask)


def _sorts(block: Block, refused: list[Refused]) -> Block:
    known = [m.type == "message" or m.type == "service" for m in block.messages]
    if all(known):
        return block
    told = [m.type != "unsupported" for m in block.messages]
    if not all(told):
        block = _refuse(block, told, "unsupported message: the export says neither when nor what", refused)
    return _refuse(block, [m.type in ("message", "service") for m in block.messages], "unknown type of message", refused)


def _timed(block: Block, zone: str | None, refused: list[Refused]) -> tuple[Block, pa.Array, pa.Array]:
    """The block without messages that have no usable time, their seconds since the epoch, their wall clocks."""
    unix = pa.array([m.date_unixtime for m in block.messages], pa.int64())
    if unix.null_count:
        fault = clocks.zone_fault(zone)
        if fault:
            block = _refuse(block, unix.is_valid().to_pylist(), fault, refused)
            unix = unix.drop_null()
    wall = clocks.walls([m.date for m in block.messages])
    if unix.null_count and zone:
        unix = pc.coalesce(unix, clocks.place(wall, zone))
    good = clocks.plausible(unix)
    if not pc.all(good).as_py() and len(good):
        block = _refuse(block, good.to_pylist(), clocks.NO_TIME, refused)
        unix, wall = unix.filter(good), wall.filter(good)
    return block, unix, wall


def _edited(ms: list[Message], zone: str | None) -> pa.Array:
    unix = pa.array([m.edited_unixtime for m in ms], pa.int64())
    texts = [m.edited if m.edited_unixtime is None else None for m in ms]
    if any(texts) and clocks.zone_fault(zone) is None and zone:
        unix = pc.coalesce(unix, clocks.place(clocks.walls(texts), zone))
    return clocks.instants(pc.if_else(clocks.plausible(unix), unix, pa.scalar(None, pa.int64())))


def _replies(ms: list[Message]) -> pa.Array:
    """Replies to messages of the same chat."""
    here = [m.reply_to_message_id if m.reply_to_peer_id is None else None for m in ms]
    return pa.array(here, pa.int64()).cast(pa.string())


def _hrefs(ms: list[Message]) -> list[list[str] | None]:
    hrefs = [
        None
        if type(t) is str or not t
        else [
            p.href or f"tg://user?id={p.user_id}"
            for p in t
            if type(p) is Part and (p.href or p.user_id is not None)
        ]
        or None
        for t in [m.text for m in ms]
    ]
    for i in [i for i, m in enumerate(ms) if m.inline_bot_buttons]:
        opens = [b.data for row in ms[i].inline_bot_buttons or () for b in row if b.data and "://" in b.data]
        hrefs[i] = [*(hrefs[i] or ()), *opens] or None
    return hrefs


def _media(block: Block, channel: pa.Array, at: pa.Array) -> pa.Table:
    """One row a message that carries a photo or a file. `name` is its path in the export, null where it was left out."""
    rows = [i for i, m in enumerate(block.messages) if m.photo is not None or m.file is not None]
    ms = [block.messages[i] for i in rows]
    index = pa.array(rows, pa.int64())
    paths = [m.photo if m.photo is not None else m.file for m in ms]
    sizes = [m.photo_file_size if m.photo is not None else m.file_size for m in ms]
    columns = {
        "channel": channel.take(index),
        "post": pa.array([m.id for m in ms], pa.int64()).cast(pa.string()),
        "platform": "telegram",
        "at": at.take(index),
        "kind": pa.array(["photo" if m.photo is not None else m.media_type or "file" for m in ms], pa.string()),
        "name": pa.array([path if path and not left_out(path) else None for path in paths], pa.string()),
        "mime": pa.array([m.mime_type for m in ms], pa.string()),
        "size": pa.array(sizes, pa.int64()),
        "width": pa.array([m.width for m in ms], pa.int32()),
        "height": pa.array([m.height for m in ms], pa.int32()),
        "seconds": pa.array([m.duration_seconds for m in ms], pa.float64()),
        "position": 0,
    }
    return staged("media", columns, len(rows))


def left_out(path: str) -> bool:
    """Whether a path is a notice in brackets that the file was not exported."""
    return path.endswith((".)", " later)")) and "(" in path


def _accounts(authors: list[str | None], names: list[str | None], source: Source) -> pa.Table:
    pairs = [pair for pair in dict.fromkeys(zip(authors, names, strict=True)) if pair[0] and ":account:" in pair[0]]
    columns = {
        "subject": pa.array([subject for subject, _ in pairs], pa.string()),
        "platform": "telegram",
        "native": pa.array([subject.rpartition(":")[2] for subject, _ in pairs if subject], pa.string()),
        "kind": "user",
        "display_name": pa.array([name for _, name in pairs], pa.string()),
        "seen_at": source.seen_at,
        "vantage": source.vantage,
    }
    return staged("accounts", columns, len(pairs))


def _owners(block: Block, authors: list[str | None], channel: pa.Array, at: pa.Array, source: Source) -> pa.Table:
    """Whoever created a chat owns it from then on, where the export names a person."""
    rows = [i for i, m in enumerate(block.messages) if m.action in _BORN and ":account:" in (authors[i] or "")]
    index = pa.array(rows, pa.int64())
    columns = {
        "account": pa.array([authors[i] for i in rows], pa.string()),
        "channel": channel.take(index),
        "platform": "telegram",
        "role": "owner",
        "from_at": at.take(index),
        "seen_at": source.seen_at,
    }
    return staged("memberships", columns, len(rows))


def _channels(block: Block, at: pa.Array, source: Source) -> pa.Table:
    """The chats that begin here; creation is known only where the service message about it is among their first."""
    born = {int(block.chat[i]): i for i, m in enumerate(block.messages) if m.action in _BORN}
    chats = [block.chats[i] for i in block.opened]
    created = pa.array([born.get(i) for i in block.opened], pa.int64())
    columns = {
        "subject": pa.array([chat.subject for chat in chats], pa.string()),
        "platform": "telegram",
        "native": pa.array([chat.subject.rpartition(":")[2] for chat in chats], pa.string()),
        "kind": pa.array([chat.kind for chat in chats], pa.string()),
        "title": pa.array([chat.title for chat in chats], pa.string()),
        "created_at": at.take(created),
        "seen_at": source.seen_at,
        "vantage": source.vantage,
    }
    return staged("channels", columns, len(chats))
