"""Columns of the archive from decoded messages: transposed once, then a column at a time.

Hidden targets (text links, mentions by name, buttons that open an address) go to `hrefs`. Left null for the pipeline to
fill: `language`, `length`, `text_sha256`, `n_links`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import astuple

from actionday.observe.platforms.telegram import clocks
from actionday.observe.platforms.telegram.messages import Message, Usable
from actionday.observe.platforms.telegram.peers import Peers
from actionday.observe.reader import Source
from actionday.observe.tray import staged

_FIELDS = Message.__struct_fields__
_BORN = pa.array(["create_channel", "create_group"])
_NOTICE = r"\(.*(?:\.| later)\)$"
"""What stands in place of a path when a file was left out: a sentence in brackets."""

Columns = dict[str, Sequence[Any]]


def tables_of(rows: Usable, source: Source, peers: Peers) -> dict[str, pa.Table]:
    """Staged tables of a block of messages."""
    messages, chats = rows.block.messages, rows.block.chats
    cols: Columns = dict(zip(_FIELDS, zip(*map(astuple, messages), strict=True), strict=True)) if messages else {}
    cols = cols or dict.fromkeys(_FIELDS, ())
    chat = pa.array(rows.block.chat, pa.int32())
    channel = pa.array([one.subject for one in chats], pa.string()).take(chat)
    at = clocks.instants(rows.unix)
    by, name = _authors(cols)
    authors = list(map(peers.__getitem__, by))
    posts = _posts(cols, rows, source.zone, peers)
    posts |= {"channel": channel, "at": at, "author": pa.array(authors, pa.string())}
    born = pc.fill_null(pc.is_in(pa.array(cols["action"], pa.string()), _BORN), fill_value=False)
    where = pa.array(np.flatnonzero(born), pa.int64())
    owners = {"account": posts["author"], "channel": channel, "from_at": at}
    return {
        "channels": _channels(rows, at, where, source),
        "accounts": _accounts(authors, name, source),
        "memberships": _owners({key: value.take(where) for key, value in owners.items()}, source),
        "posts": staged("posts", posts, len(messages)),
        "media": _media(cols, posts),
    }


def _authors(cols: Columns) -> tuple[Sequence[str | int | None], Sequence[str | None]]:
    """Who speaks, as the export writes it, and under which name: service messages have an actor instead of an author."""
    by, name = cols["from_id"], cols["from_"]
    if not any(cols["actor_id"]):
        return by, name
    acts = [
        (b, n) if b is not None else (a, an)
        for b, n, a, an in zip(by, name, cols["actor_id"], cols["actor"], strict=True)
    ]
    return [b for b, _ in acts], [n for _, n in acts]


def _posts(cols: Columns, rows: Usable, zone: str | None, peers: Peers) -> dict[str, Any]:
    kind = pa.array(cols["type"], pa.string())
    named = pa.array(cols["forwarded_from"], pa.string())
    source_id = pa.array(list(map(peers.__getitem__, cols["forwarded_from_id"])), pa.string())
    absent = pc.and_(pc.fill_null(pc.equal(named, ""), fill_value=False), pc.is_null(source_id))
    text, hrefs = _texts(cols["text"])
    if any(cols["inline_bot_buttons"]):
        hrefs = _with_buttons(hrefs, cols["inline_bot_buttons"])
    has_media = pc.or_(_given(cols["photo"]), _given(cols["file"]))
    return {
        "native": pa.array(cols["id"], pa.int64()).cast(pa.string()),
        "platform": "telegram",
        "at_offset": clocks.offsets(rows.wall, rows.unix),
        "kind": pc.if_else(pc.equal(kind, "service"), "service", pc.if_else(absent, "original", "forward")),
        "forward_from": source_id,
        "forward_name": pc.if_else(pc.equal(named, ""), pa.scalar(None, pa.string()), named),
        "reply_to": _replies(cols),
        "action": pa.array(cols["action"], pa.string()),
        "edited_at": _edited(cols, zone),
        "views": pa.array(cols["views"], pa.int64()),
        "text": text,
        "hrefs": hrefs,
        "n_media": has_media.cast(pa.int16()),
    }


def _given(column: Sequence[str | None]) -> pa.Array:
    return pa.array(column, pa.string()).is_valid()


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
    rows = np.array([row for row, _ in leads], np.int64)
    return pa.array(plain, pa.string()), _spread([lead for _, lead in leads], rows, len(column))


def _joined(pieces: list[Any]) -> str:
    return "".join([piece if type(piece) is str else piece.text for piece in pieces])


def _spread(values: list[str], rows: np.ndarray[Any, Any], length: int) -> pa.Array:
    """A list column of `length` rows: ``values[i]`` belongs to row ``rows[i]``, which ascends; null where a row has none."""
    counts = np.bincount(rows, minlength=length)
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    kind = pa.list_(pa.string())
    return pa.ListArray.from_arrays(offsets, pa.array(values, pa.string()), type=kind, mask=pa.array(counts == 0))


def _with_buttons(hrefs: pa.Array, buttons: Sequence[Any]) -> pa.Array:
    """Add the addresses that buttons open."""
    listed = hrefs.to_pylist()
    for i, rows in enumerate(buttons):
        opens = [button.data for row in rows or () for button in row if button.data and "://" in button.data]
        listed[i] = [*(listed[i] or ()), *opens] or None
    return pa.array(listed, pa.list_(pa.string()))


def _replies(cols: Columns) -> pa.Array:
    """Replies to messages of the same chat."""
    to = pa.array(cols["reply_to_message_id"], pa.int64())
    if any(cols["reply_to_peer_id"]):
        to = pc.if_else(pa.array([peer is None for peer in cols["reply_to_peer_id"]]), to, pa.scalar(None, pa.int64()))
    return to.cast(pa.string())


def _edited(cols: Columns, zone: str | None) -> pa.Array:
    unix = pa.array(cols["edited_unixtime"], pa.int64())
    if zone and any(cols["edited"]) and clocks.zone_fault(zone) is None:
        unix = pc.coalesce(unix, clocks.place(clocks.walls(list(cols["edited"])), zone))
    return clocks.instants(pc.if_else(clocks.plausible(unix), unix, pa.scalar(None, pa.int64())))


def _media(cols: Columns, posts: dict[str, Any]) -> pa.Table:
    """One row a message that carries a photo or a file. `name` is its path in the export, null where it was left out."""
    photo, file = pa.array(cols["photo"], pa.string()), pa.array(cols["file"], pa.string())
    is_photo = photo.is_valid()
    where = pa.array(np.flatnonzero(np.asarray(posts["n_media"])), pa.int64())
    path = pc.coalesce(photo, file)
    left_out = pc.match_substring_regex(path, _NOTICE)
    kind = pc.coalesce(pa.array(cols["media_type"], pa.string()), pa.scalar("file"))
    columns = {
        "channel": posts["channel"],
        "post": posts["native"],
        "at": posts["at"],
        "kind": pc.if_else(is_photo, "photo", kind),
        "name": pc.if_else(left_out, pa.scalar(None, pa.string()), path),
        "mime": pa.array(cols["mime_type"], pa.string()),
        "size": pc.if_else(
            is_photo, pa.array(cols["photo_file_size"], pa.int64()), pa.array(cols["file_size"], pa.int64())
        ),
        "width": pa.array(cols["width"], pa.int32()),
        "height": pa.array(cols["height"], pa.int32()),
        "seconds": pa.array(cols["duration_seconds"], pa.float64()),
    }
    taken = {name: column.take(where) for name, column in columns.items()}
    return staged("media", {**taken, "platform": "telegram", "position": 0}, len(where))


def _accounts(authors: list[str | None], names: Sequence[str | None], source: Source) -> pa.Table:
    """Who posted. An account that is gone by the time of the export has no name in it, so only a name shows it was there then."""
    pairs = [pair for pair in dict.fromkeys(zip(authors, names, strict=True)) if pair[0] and ":account:" in pair[0]]
    columns = {
        "subject": pa.array([subject for subject, _ in pairs], pa.string()),
        "platform": "telegram",
        "native": pa.array([subject.rpartition(":")[2] for subject, _ in pairs if subject], pa.string()),
        "kind": "user",
        "display_name": pa.array([name for _, name in pairs], pa.string()),
        "seen_at": pa.array([source.seen_at if name else None for _, name in pairs], pa.timestamp("us", tz="UTC")),
        "vantage": source.vantage,
    }
    return staged("accounts", columns, len(pairs))


def _owners(born: dict[str, pa.Array], source: Source) -> pa.Table:
    """Whoever created a chat owns it from then on, where the export names a person."""
    person = pc.fill_null(pc.match_substring(born["account"], ":account:"), fill_value=False)
    columns = {name: column.filter(person) for name, column in born.items()}
    more = {"platform": "telegram", "role": "owner", "seen_at": source.seen_at}
    return staged("memberships", {**columns, **more}, len(columns["account"]))


def _channels(rows: Usable, at: pa.Array, born: pa.Array, source: Source) -> pa.Table:
    """The chats that begin here; creation is known only where the service message about it is among their first."""
    births = {int(rows.block.chat[i]): i for i in reversed(born.to_pylist())}
    chats = [rows.block.chats[i] for i in rows.block.opened]
    columns = {
        "subject": pa.array([chat.subject for chat in chats], pa.string()),
        "platform": "telegram",
        "native": pa.array([chat.subject.rpartition(":")[2] for chat in chats], pa.string()),
        "kind": pa.array([chat.kind for chat in chats], pa.string()),
        "title": pa.array([chat.title for chat in chats], pa.string()),
        "created_at": at.take(pa.array([births.get(i) for i in rows.block.opened], pa.int64())),
        "seen_at": source.seen_at,
        "vantage": source.vantage,
    }
    return staged("channels", columns, len(chats))
