"""Messages of TGDataset as columns of the archive.

The published archive writes values as they are or as text (``"False"``, ``"1450995556.0"``, ``"None"``): both are read. A
message stands under its id in ``text_messages``, in ``generic_media`` or in both; it is one post either way. The dataset
holds channels only: a post without an author is the channel's own. It gives bare numbers for those who were forwarded
from: channels are numbered from 1,000,000,000 up and had not passed 2**31 when it was made, so a number in between is read
as a channel and any other as an account (some accounts lie in between, too: such an edge may name a channel wrongly).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.observe.platforms.telegram import clocks
from actionday.observe.reader import Refused, Source
from actionday.observe.tray import staged

ID_BITS = 40
"""Bits of a message id; the channel's index in its part stands above them in a key."""

_FIRST_CHANNEL, _LAST_CHANNEL = 1_000_000_000, 2**31
_PICTURES = (".jpe", ".jpg", ".jpeg", ".png", ".webp")
NO_DATE = "message without a date"
NO_MESSAGE_ID = "message id out of range"

Number = int | float | str | None


class Text(msgspec.Struct, gc=False):
    """One entry of ``text_messages``."""

    date: Number = None
    message: str | None = None
    author: Number = None
    is_forwarded: bool | str | None = None
    forwarded_from_id: Number = None


class File(msgspec.Struct, gc=False):
    """One entry of ``generic_media``."""

    date: Number = None
    title: str | None = None
    extension: str | None = None
    author: Number = None
    is_forwarded: bool | str | None = None
    forwarded_from_id: Number = None


@dataclass(frozen=True, slots=True)
class Entries:
    """Messages of some channels: keys (channel index above `ID_BITS`, id below) and what stands behind them."""

    keys: np.ndarray[Any, np.dtype[np.int64]]
    messages: Sequence[Any]


def number(value: Number) -> float | None:
    """A number, or a text that is one; None for anything else."""
    try:
        read = float(value) if value is not None else None
    except (ValueError, OverflowError):
        return None
    return read if read is not None and abs(read) < 2**53 else None


def whole(value: Number) -> int | None:
    """`number`, cut to an integer."""
    read = number(value)
    return None if read is None else int(read)


def peer(value: Number, channel: int) -> str | None:
    """The subject id behind a bare number, as the module's docstring says; `channel` is the one that it stands in."""
    native = whole(value)
    if native is None or native <= 0:
        return None
    is_channel = native == channel or _FIRST_CHANNEL <= native < _LAST_CHANNEL
    return f"telegram:{'channel' if is_channel else 'account'}:{native}"


def channels_table(channels: Sequence[Sequence[Any]], source: Source) -> pa.Table:
    """CHANNELS rows of a part's channels, as they stand in its note."""
    columns = {
        "subject": pa.array([f"telegram:channel:{one[0]}" for one in channels], pa.string()),
        "platform": "telegram",
        "native": pa.array([str(one[0]) for one in channels], pa.string()),
        "kind": "channel",
        "handle": pa.array([one[1] or None for one in channels], pa.string()),
        "title": pa.array([one[2] for one in channels], pa.string()),
        "description": pa.array([one[3] or None for one in channels], pa.string()),
        "members": pa.array([one[4] for one in channels], pa.int64()),
        "created_at": _instants([one[5] for one in channels]),
        "seen_at": source.seen_at,
        "vantage": source.vantage,
    }
    return staged("channels", columns, len(channels))


def dated(entries: Entries, natives: Sequence[int], refused: list[Refused]) -> tuple[Entries, pa.Array]:
    """The entries that have a usable date, and these dates (UTC)."""
    at = _instants([message.date for message in entries.messages])
    if not at.null_count:
        return entries, at
    for i in np.flatnonzero(np.asarray(at.is_null())).tolist():
        channel, native = divmod(int(entries.keys[i]), 1 << ID_BITS)
        raw = msgspec.json.encode(entries.messages[i]).decode()
        refused.append(Refused(f"telegram:channel:{natives[channel]} message {native}", NO_DATE, raw))
    good = np.asarray(at.is_valid())
    kept = [message for message, stays in zip(entries.messages, good.tolist(), strict=True) if stays]
    return Entries(entries.keys[good], kept), at.drop_null()


def posts_table(entries: Entries, at: pa.Array, natives: Sequence[int], n_media: np.ndarray[Any, Any]) -> pa.Table:
    """POSTS rows of entries with their dates; `n_media` counts each one's files. Authors are read by `authors`."""
    ms, index = entries.messages, (entries.keys >> ID_BITS).tolist()
    forwarded = [m.is_forwarded is True or m.is_forwarded == "True" for m in ms]
    origins = [
        peer(m.forwarded_from_id, natives[c]) if f else None for m, c, f in zip(ms, index, forwarded, strict=True)
    ]
    columns = {
        **_places(entries, natives),
        "author": pa.array(authors(entries, natives), pa.string()),
        "at": at,
        "kind": pc.if_else(pa.array(forwarded, pa.bool_()), "forward", "original"),
        "forward_from": pa.array(origins, pa.string()),
        "text": pa.array([getattr(m, "message", None) or "" for m in ms], pa.string()),
        "n_media": pa.array(n_media.astype(np.int16)),
    }
    columns["native"] = columns.pop("post")
    return staged("posts", columns, len(ms))


def authors(entries: Entries, natives: Sequence[int]) -> list[str]:
    """Who posted: an account where one is named, else the channel."""
    own = [f"telegram:channel:{native}" for native in natives]
    index = (entries.keys >> ID_BITS).tolist()
    named = [None if m.author is None else whole(m.author) for m in entries.messages]
    return [
        own[c] if a is None or a <= 0 or a == natives[c] else f"telegram:account:{a}"
        for a, c in zip(named, index, strict=True)
    ]


def accounts_table(posts: pa.Table, source: Source) -> pa.Table:
    """ACCOUNTS rows of those who posted under their own name; the dataset knows their number and nothing else.

    They have no date: that somebody once posted does not show that the account was there when the dataset was taken.
    """
    people = posts.column("author").filter(pc.match_substring(posts.column("author"), ":account:")).unique()
    native = pc.replace_substring(people, "telegram:account:", "")
    columns = {"subject": people, "platform": "telegram", "native": native, "kind": "user"}
    return staged("accounts", {**columns, "vantage": source.vantage}, len(people))


def media_table(entries: Entries, at: pa.Array, natives: Sequence[int]) -> pa.Table:
    """MEDIA rows: a file under its title, a picture without one."""
    ms = entries.messages
    pictures = [m.title is None and (m.extension or "").lower() in _PICTURES for m in ms]
    columns = {
        **_places(entries, natives),
        "at": at,
        "kind": pc.if_else(pa.array(pictures, pa.bool_()), "photo", "file"),
        "name": pa.array([m.title for m in ms], pa.string()),
        "position": 0,
    }
    return staged("media", columns, len(ms))


def _places(entries: Entries, natives: Sequence[int]) -> dict[str, Any]:
    subjects = pa.array([f"telegram:channel:{native}" for native in natives], pa.string())
    return {
        "channel": subjects.take(pa.array(entries.keys >> ID_BITS)),
        "post": pa.array(entries.keys & ((1 << ID_BITS) - 1)).cast(pa.string()),
        "platform": "telegram",
    }


def _instants(dates: list[Number]) -> pa.Array:
    """Epoch seconds of any spelling as UTC; null where there is none or Telegram's clock could not hold it."""
    try:
        seconds = pa.array(dates, pa.float64())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        seconds = pa.array([number(date) for date in dates], pa.float64())
    good = clocks.plausible(seconds)
    micros = pc.round(pc.multiply(pc.if_else(good, seconds, pa.scalar(None, pa.float64())), 1e6))
    return micros.cast(pa.int64()).cast(pa.timestamp("us", tz="UTC"))
