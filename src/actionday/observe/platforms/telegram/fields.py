"""What is taken of a block of messages, as Arrow columns: out of decoded messages, any of them (`plain` is the quick way).

Both ways say the same of a block. Not for: the archive's rows (`columns`), or which messages can be used (`messages`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from msgspec.structs import astuple

from actionday.observe.platforms.telegram.messages import Button, Chat, Message, Usable
from actionday.observe.platforms.telegram.peers import Peers

STRINGS = (
    *("type", "action", "forwarded_from", "edited"),
    *("photo", "file", "media_type", "mime_type"),
)
INTEGERS = ("id", "reply_to_message_id", "edited_unixtime", "photo_file_size", "file_size", "width", "height", "views")
_NAMES = Message.__struct_fields__


@dataclass(frozen=True, slots=True)
class Fields:
    """A block's messages by column: `values` holds `STRINGS`, `INTEGERS` and `duration_seconds`, named as in the export.

    `chat` is the index of a message's chat in `chats`, `opened` those that begin here. `unix` and `wall` are seconds. `author` and `forward_from`
    are subject ids; `elsewhere` is true where a message answers one in another chat.
    """

    chats: Sequence[Chat]
    chat: np.ndarray[Any, np.dtype[np.int32]]
    opened: Sequence[int]
    unix: pa.Array
    wall: pa.Array
    text: pa.Array
    hrefs: pa.Array
    author: pa.Array
    name: pa.Array
    forward_from: pa.Array
    elsewhere: pa.Array
    values: Mapping[str, pa.Array]

    def __len__(self) -> int:
        return len(self.unix)


def fields_of(rows: Usable, peers: Peers) -> Fields:
    """Columns of decoded messages."""
    block = rows.block
    turned = zip(*map(astuple, block.messages), strict=True) if block.messages else ((),) * len(_NAMES)
    cols: dict[str, Sequence[Any]] = dict(zip(_NAMES, turned, strict=True))
    by, name = _authors(cols)
    text, hrefs = _texts(cols["text"])
    kinds = dict.fromkeys(STRINGS, pa.string()) | dict.fromkeys(INTEGERS, pa.int64())
    return Fields(
        chats=block.chats,
        chat=block.chat,
        opened=block.opened,
        unix=rows.unix,
        wall=rows.wall,
        text=text,
        hrefs=with_buttons(hrefs, cols["inline_bot_buttons"]),
        author=pa.array(list(map(peers.__getitem__, by)), pa.string()),
        name=pa.array(name, pa.string()),
        forward_from=pa.array(list(map(peers.__getitem__, cols["forwarded_from_id"])), pa.string()),
        elsewhere=pa.array([peer is not None for peer in cols["reply_to_peer_id"]], pa.bool_()),
        values={
            **{one: pa.array(cols[one], kind) for one, kind in kinds.items()},
            "duration_seconds": pa.array(cols["duration_seconds"], pa.float64()),
        },
    )


def _authors(cols: Mapping[str, Sequence[Any]]) -> tuple[Sequence[str | int | None], Sequence[str | None]]:
    """Who speaks, as the export writes it, and under which name: service messages have an actor instead of an author."""
    by, name = cols["from_id"], cols["from_"]
    if not any(cols["actor_id"]):
        return by, name
    acts = [
        (b, n) if b is not None else (a, an)
        for b, n, a, an in zip(by, name, cols["actor_id"], cols["actor"], strict=True)
    ]
    return [b for b, _ in acts], [n for _, n in acts]


def _texts(column: Sequence[Any]) -> tuple[pa.Array, pa.Array]:
    """Texts, and the targets behind them. A text is a string, or a list of strings and richer pieces."""
    plain = [text if type(text) is not list else _joined(text) for text in column]
    leads = [
        (row, piece.href or f"tg://user?id={piece.user_id}")
        for row, text in enumerate(column)
        if type(text) is list
        for piece in text
        if type(piece) is not str and (piece.href or piece.user_id is not None)
    ]
    counts = np.bincount(np.array([row for row, _ in leads], np.int64), minlength=len(column))
    return pa.array(plain, pa.string()), spread(pa.array([lead for _, lead in leads], pa.string()), counts)


def _joined(pieces: list[Any]) -> str:
    return "".join([piece if type(piece) is str else piece.text for piece in pieces])


def spread(values: pa.Array, counts: np.ndarray[Any, Any]) -> pa.Array:
    """A list column: row i has the next ``counts[i]`` values; null where a row has none."""
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, values, type=pa.list_(pa.string()), mask=pa.array(counts == 0))


def with_buttons(hrefs: pa.Array, buttons: Sequence[list[list[Button]] | None]) -> pa.Array:
    """Add the addresses that buttons open."""
    if not any(buttons):
        return hrefs
    listed = hrefs.to_pylist()
    for i, rows in enumerate(buttons):
        opens = [button.data for row in rows or () for button in row if button.data and "://" in button.data]
        listed[i] = [*(listed[i] or ()), *opens] or None
    return pa.array(listed, pa.list_(pa.string()))
