"""Columns of the archive from those of a block of messages, a column at a time.

Hidden targets (text links, mentions by name, buttons that open an address) go to `hrefs`. Left null for the pipeline to
fill: `language`, `length`, `text_sha256`, `n_links`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.observe.platforms.telegram import clocks
from actionday.observe.platforms.telegram.fields import Fields
from actionday.observe.reader import Source
from actionday.observe.tray import staged

_BORN = pa.array(["create_channel", "create_group"])
_NOTICE = r"\(.*(?:\.| later)\)$"
"""What stands in place of a path when a file was left out: a sentence in brackets."""
Columns = Mapping[str, pa.Array]


def tables_of(rows: Fields, source: Source) -> dict[str, pa.Table]:
    """Staged tables of a block of messages."""
    chat = pa.array(rows.chat, pa.int32())
    channel = pa.array([one.subject for one in rows.chats], pa.string()).take(chat)
    at = clocks.instants(rows.unix)
    posts = {**_posts(rows, source.zone), "channel": channel, "at": at}
    born = pc.fill_null(pc.is_in(rows.values["action"], _BORN), fill_value=False)
    where = pa.array(np.flatnonzero(born), pa.int64())
    owners = {"account": rows.author, "channel": channel, "from_at": at}
    return {
        "channels": _channels(rows, at, where, source),
        "accounts": _accounts(rows, source),
        "memberships": _owners({key: value.take(where) for key, value in owners.items()}, source),
        "posts": staged("posts", posts, len(rows)),
        "media": _media(rows.values, posts),
    }


def _posts(rows: Fields, zone: str | None) -> dict[str, Any]:
    values, named = rows.values, rows.values["forwarded_from"]
    absent = pc.and_(pc.fill_null(pc.equal(named, ""), fill_value=False), pc.is_null(rows.forward_from))
    has_media = pc.or_(values["photo"].is_valid(), values["file"].is_valid())
    return {
        "native": values["id"].cast(pa.string()),
        "platform": "telegram",
        "author": rows.author,
        "at_offset": clocks.offsets(rows.wall, rows.unix),
        "kind": pc.if_else(pc.equal(values["type"], "service"), "service", pc.if_else(absent, "original", "forward")),
        "forward_from": rows.forward_from,
        "forward_name": pc.if_else(pc.equal(named, ""), pa.scalar(None, pa.string()), named),
        "reply_to": _replies(rows),
        "action": values["action"],
        "edited_at": _edited(values, zone),
        "views": values["views"],
        "text": rows.text,
        "hrefs": rows.hrefs,
        "n_media": has_media.cast(pa.int16()),
    }


def _replies(rows: Fields) -> pa.Array:
    """Replies to messages of the same chat."""
    to = rows.values["reply_to_message_id"]
    return pc.if_else(rows.elsewhere, pa.scalar(None, pa.int64()), to).cast(pa.string())


def _edited(values: Columns, zone: str | None) -> pa.Array:
    unix = values["edited_unixtime"]
    if zone and pc.any(pc.not_equal(values["edited"], "")).as_py() and clocks.zone_fault(zone) is None:
        unix = pc.coalesce(unix, clocks.place(clocks.walls(values["edited"]), zone))
    return clocks.instants(pc.if_else(clocks.plausible(unix), unix, pa.scalar(None, pa.int64())))


def _media(values: Columns, posts: dict[str, Any]) -> pa.Table:
    """One row a message that carries a photo or a file. `name` is its path in the export, null where it was left out."""
    where = pa.array(np.flatnonzero(np.asarray(posts["n_media"])), pa.int64())
    some = {name: column.take(where) for name, column in values.items()}
    is_photo, path = some["photo"].is_valid(), pc.coalesce(some["photo"], some["file"])
    left_out = pc.match_substring_regex(path, _NOTICE)
    columns = {
        "channel": posts["channel"].take(where),
        "post": posts["native"].take(where),
        "at": posts["at"].take(where),
        "platform": "telegram",
        "kind": pc.if_else(is_photo, "photo", pc.coalesce(some["media_type"], pa.scalar("file"))),
        "name": pc.if_else(left_out, pa.scalar(None, pa.string()), path),
        "mime": some["mime_type"],
        "size": pc.if_else(is_photo, some["photo_file_size"], some["file_size"]),
        "width": some["width"],
        "height": some["height"],
        "seconds": some["duration_seconds"],
        "position": 0,
    }
    return staged("media", columns, len(where))


def _accounts(rows: Fields, source: Source) -> pa.Table:
    """People as they are called here, each name once, in the order in which they speak.

    An account that is gone by the time of the export has no name in it, so only a name shows it was there then.
    """
    person = pc.fill_null(pc.match_substring(rows.author, ":account:"), fill_value=False)
    spoke = pa.table({"subject": rows.author, "name": rows.name}).filter(person)
    pairs = spoke.group_by(["subject", "name"], use_threads=False).aggregate([])
    subject, name = pairs["subject"].combine_chunks(), pairs["name"].combine_chunks()
    named, seen = pc.fill_null(pc.not_equal(name, ""), fill_value=False), pa.timestamp("us", tz="UTC")
    columns = {
        "subject": subject,
        "platform": "telegram",
        "native": pc.replace_substring_regex(subject, r"^.*:", ""),
        "kind": "user",
        "display_name": name,
        "seen_at": pc.if_else(named, pa.scalar(source.seen_at, seen), pa.scalar(None, seen)),
        "vantage": source.vantage,
    }
    return staged("accounts", columns, len(pairs))


def _owners(born: dict[str, pa.Array], source: Source) -> pa.Table:
    """Whoever created a chat owns it from then on, where the export names a person."""
    person = pc.fill_null(pc.match_substring(born["account"], ":account:"), fill_value=False)
    columns = {name: column.filter(person) for name, column in born.items()}
    more = {"platform": "telegram", "role": "owner", "seen_at": source.seen_at}
    return staged("memberships", {**columns, **more}, len(columns["account"]))


def _channels(rows: Fields, at: pa.Array, born: pa.Array, source: Source) -> pa.Table:
    """The chats that begin here; creation is known only where the service message about it is among their first."""
    births = {int(rows.chat[i]): i for i in reversed(born.to_pylist())}
    chats = [rows.chats[i] for i in rows.opened]
    columns = {
        "subject": pa.array([chat.subject for chat in chats], pa.string()),
        "platform": "telegram",
        "native": pa.array([chat.subject.rpartition(":")[2] for chat in chats], pa.string()),
        "kind": pa.array([chat.kind for chat in chats], pa.string()),
        "title": pa.array([chat.title for chat in chats], pa.string()),
        "created_at": at.take(pa.array([births.get(i) for i in rows.opened], pa.int64())),
        "seen_at": source.seen_at,
        "vantage": source.vantage,
    }
    return staged("channels", columns, len(chats))
