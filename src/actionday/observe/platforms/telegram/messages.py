"""Messages of Telegram Desktop exports: what is decoded of them, and which cannot be used.

`text` alone is decoded, not `text_entities`: it says the same in fewer objects, and older exports have nothing else.
Contacts, places, polls and reactions are not imported. Not for: columns (see `columns`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Meta

from actionday.observe.platforms.telegram import clocks
from actionday.observe.reader import Refused

Long = Annotated[int, Meta(ge=-(2**63) + 1, le=2**63 - 1)]
Size = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Pixels = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Rich(msgspec.Struct, gc=False):
    """A piece of text that is more than text: of all kinds only these say where they lead."""

    text: str = ""
    href: str | None = None
    user_id: int | None = None


class Button(msgspec.Struct, gc=False):
    """A button under a message."""

    data: str | None = None


class Message(msgspec.Struct, gc=False):
    """What is read of one message. Numbers may come as strings; a value of any other type refuses the message.

    `forwarded_from` is "" where the key is absent: its presence alone, even with null, makes a forward.
    """

    id: Long
    type: Literal["message", "service", "unsupported"] = "message"
    date: str | None = None
    date_unixtime: Long | None = None
    text: str | list[str | Rich] | None = None
    from_: str | None = msgspec.field(name="from", default=None)
    from_id: str | int | None = None
    actor: str | None = None
    actor_id: str | int | None = None
    action: str | None = None
    forwarded_from: str | None = ""
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
    views: Size | None = None  # of live reading; Telegram Desktop does not export it


_DECODER = msgspec.json.Decoder(list[Message], strict=False)
UNSUPPORTED = "unsupported message: the export says neither when nor what"


def decode_messages(array: bytes | memoryview) -> list[Message]:
    """A ``messages`` array."""
    return _DECODER.decode(array)


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
    chat: np.ndarray[Any, np.dtype[np.int32]]
    messages: Sequence[Message]
    opened: Sequence[int] = ()  # indices of the chats that begin here


@dataclass(frozen=True, slots=True)
class Usable:
    """A block whose messages all have a known type and a time: seconds since the epoch, and the wall clock beside."""

    block: Block
    unix: pa.Array
    wall: pa.Array


def usable(block: Block, zone: str | None, refused: list[Refused]) -> Usable:
    """Sort out what cannot be a row: no content, no time. `zone` places wall clocks where nothing else is given."""
    told = [m.type != "unsupported" for m in block.messages]
    if not all(told):
        block = _refuse(block, told, UNSUPPORTED, refused)
    unix = pa.array([m.date_unixtime for m in block.messages], pa.int64())
    if unix.null_count:
        fault = clocks.zone_fault(zone)
        if fault:
            block = _refuse(block, unix.is_valid().to_pylist(), fault, refused)
            unix = unix.drop_null()
    wall = clocks.walls(pa.array([m.date for m in block.messages], pa.string()))
    if unix.null_count and zone:
        unix = pc.coalesce(unix, clocks.place(wall, zone))
    good = clocks.plausible(unix)
    if not pc.all(good).as_py():
        block = _refuse(block, good.to_pylist(), clocks.NO_TIME, refused)
        unix, wall = unix.filter(good), wall.filter(good)
    return Usable(block, unix, wall)


def _refuse(block: Block, mask: Sequence[bool], reason: str, refused: list[Refused]) -> Block:
    """Drop the messages where `mask` is False and say why."""
    for i, stays in enumerate(mask):
        if not stays:
            position = f"{block.chats[block.chat[i]].subject} message {block.messages[i].id}"
            refused.append(Refused(position, reason, msgspec.json.encode(block.messages[i]).decode()))
    kept = [m for m, stays in zip(block.messages, mask, strict=True) if stays]
    return replace(block, chat=block.chat[np.asarray(mask, bool)], messages=kept)
