"""Staged tables as exports of Element and of Synapse, for the scenario and for tests: posts are encoded by the column.

Carried: rooms (alias, title, topic, creation), owners, admins, members with their display name, explicit moves, and of posts
author, time to the millisecond, text, hidden targets, replies, edits, redactions and one file each. Every room is written as
publicly readable, since what is staged was. Not carried: what is not Matrix's, views, sightings. An edit is sent when it says.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np
import pyarrow as pa

from actionday.observe.platforms.matrix import ids
from actionday.observe.platforms.matrix.write_state import Sketch, sketches, state_events
from actionday.observe.reader import staged_schema

SLICE = 50_000
_NAME_LENGTH = 200


def write_element(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """One ``matrix-N-export.json`` a room."""
    paths = []
    for number, (room, pieces) in enumerate(_rooms(rows), 1):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"matrix-{number:05d}-export.json"
        head = {"room_name": room.title or room.room, "room_creator": room.speaker, "topic": room.topic or ""}
        told = json.dumps({**head, "export_date": "", "exported_by": ""}, indent=2, ensure_ascii=False)
        with path.open("wb") as file:
            file.write(told.removesuffix("\n}").encode() + b',\n  "messages": [\n    ')
            _join(file, pieces, b",\n    ")
            file.write(b"\n  ]\n}")
        paths.append(path)
    return paths


def write_synapse(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """``rooms/ROOM/events`` for each room."""
    paths = []
    for room, pieces in _rooms(rows):
        path = folder / "rooms" / room.room / "events"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            _join(file, pieces, b"")
        paths.append(path)
    return paths


def _connection() -> duckdb.DuckDBPyConnection:
    """A private DuckDB of one thread that loads nothing from outside."""
    return duckdb.connect(
        config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )


def _join(file: BinaryIO, pieces: Iterator[bytes | pa.Array], between: bytes) -> None:
    first = True
    for piece in pieces:
        if isinstance(piece, bytes):
            file.write(piece if first else between + piece)
            first = False
            continue
        for text in piece.to_pylist() if between else ():
            file.write(between + text.encode())
        if not between:
            file.write(_glued(piece))


def _glued(column: pa.Array) -> memoryview:
    """A text column's own bytes, one value behind the other."""
    offsets = np.frombuffer(column.buffers()[1], np.int32)
    return memoryview(column.buffers()[2] or b"")[
        int(offsets[column.offset]) : int(offsets[column.offset + len(column)])
    ]


def _rooms(rows: Mapping[str, pa.Table]) -> Iterator[tuple[Sketch, Iterator[bytes | pa.Array]]]:
    """Each room with its events: state first, then members and posts as they came."""
    with _connection() as con:
        for name in ("posts", "media", "memberships", "accounts"):
            con.register(name, rows.get(name, staged_schema(name).empty_table()))
        con.execute(_POSTS)
        con.execute(_MEMBERS)
        spoken = dict(con.execute("select room, min(sender) from written group by 1").fetchall())
        for room in sketches(rows, spoken):
            if len(room.room) <= _NAME_LENGTH:
                yield room, _events(con, room)


def _events(con: duckdb.DuckDBPyConnection, room: Sketch) -> Iterator[bytes | pa.Array]:
    for event in state_events(room):
        yield json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
    found = con.execute("select json from written where room = ? order by sent, kind, event", [room.room])
    for batch in found.to_arrow_reader(SLICE):
        yield batch.column(0)


def _event(kind: str, event: str, sent: str, content: str, *, more: str = "") -> str:
    """SQL: one event as JSON; keys whose value is null are left out."""
    fields = f"'type', {kind}, 'room_id', room, 'event_id', {event}, 'sender', sender, 'origin_server_ts', {sent}"
    return f"json_merge_patch('{{}}', json_object({fields}, 'content', {content}{more}))"


_IS_OURS = f"regexp_matches(room, '{ids.ROOM}') and regexp_matches(sender, '{ids.ACCOUNT}')"
_ESCAPED = "h"
for _sign, _entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("''", "&#39;")):
    _ESCAPED = f"replace({_ESCAPED}, '{_sign}', '{_entity}')"
_HTML = f"""array_to_string(list_transform(list_filter(hrefs, lambda h: h is not null),
    lambda h: '<a href="' || {_ESCAPED} || '">link</a>'), ' ')"""
_FORMAT = "case when len(hrefs) > 0 then 'org.matrix.custom.html' end"
_BODY = "case when reply is not null and body[1] = '>' then '> ...' || chr(10) || chr(10) || body else body end"
_INFO = (
    "case when file is not null then json_object('mimetype', mime, 'size', size, 'w', width, 'h', height,"
    " 'duration', cast(round(seconds * 1000) as bigint)) end"
)
_NEW = f"json_object('msgtype', 'm.text', 'body', body, 'format', {_FORMAT}, 'formatted_body', {_HTML})"
_RELATES = """case when edited is not null then json_object('rel_type', 'm.replace', 'event_id', native)
    when reply is not null then json_object('m.in_reply_to', json_object('event_id', reply)) end"""
_CONTENT = f"""case when action = 'redacted' then json('{{}}') else json_object(
    'msgtype', case when file = 'sticker' then null else 'm.' || coalesce(nullif(file, 'photo'), if(file is null, 'text', 'image')) end,
    'body', case when edited is not null then '* ' || body when file is not null and body = '' then coalesce(filename, '')
        else {_BODY} end, 'filename', filename, 'info', {_INFO},
    'format', {_FORMAT}, 'formatted_body', nullif({_HTML}, ''), 'm.relates_to', {_RELATES},
    'm.new_content', case when edited is not null then {_NEW} end) end"""
_TYPE = "case when file = 'sticker' then 'm.sticker' else 'm.room.message' end"
_ID = "case when edited is null then native else native || '~' || edited end"
_POSTS = f"""
    create temp table written as with p as (
        select channel[16:] as room, author[16:] as sender, native, epoch_ms("at") as posted, epoch_ms(edited_at) as edited,
            reply_to as reply, action, text as body, hrefs
        from posts where channel like 'matrix:channel:!%' and author like 'matrix:account:@%' and kind = 'original'
            and regexp_matches(native, '{ids.EVENT}')),
    f as (select channel[16:] as room, post as native, any_value(kind) as file, any_value(name) as filename,
            any_value(mime) as mime, any_value(size) as size, any_value(width) as width, any_value(height) as height,
            any_value(seconds) as seconds
        from media where position = 0 and kind in ('photo', 'video', 'audio', 'file', 'sticker') group by all),
    j as (select p.*, file, filename, mime, size, width, height, seconds from p left join f
        on p.room = f.room and p.native = f.native and p.edited is null and p.action is null)
    select room, sender, coalesce(edited, posted) as sent, 1 as kind, {_ID} as event,
        {_event(_TYPE, _ID, "coalesce(edited, posted)", _CONTENT)} as json
    from j where {_IS_OURS}
"""
_MEMBER = "json_object('membership', membership, 'displayname', displayname)"
_MEMBER_ID = "'$member-' || sha256(room || sender || membership || sent)[:40]"
_MEMBERS = f"""
    insert into written with m as (
        select channel[16:] as room, account[16:] as sender, epoch_ms(from_at) as sent, 'join' as membership
        from memberships where role = 'member' and from_at is not null
        union all select channel[16:], account[16:], epoch_ms(to_at), 'leave'
        from memberships where role = 'member' and to_at is not null),
    named as (select subject[16:] as who, max(display_name) as displayname from accounts group by 1),
    j as (select distinct m.*, case when membership = 'join' then displayname end as displayname
        from m left join named on sender = who)
    select room, sender, sent, 0 as kind, {_MEMBER_ID} as event,
        {_event("'m.room.member'", _MEMBER_ID, "sent", _MEMBER, more=", 'state_key', sender")} as json
    from j where {_IS_OURS}
"""
