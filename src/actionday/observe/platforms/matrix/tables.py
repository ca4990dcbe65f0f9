"""Staged tables out of picked events and folded rooms. Left null for the pipeline to fill: `language`, `length` and so on.

An edit is another version of the post it names; its `at` is when it was sent, since an edit does not say when the post was.
A policy list's rule is a sighting of what it names, in the state `unknown`: that somebody lists it, and not that it is gone.
"""

import json
import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from actionday.observe import tray
from actionday.observe.platforms.matrix import events, ids
from actionday.observe.platforms.matrix.events import Event
from actionday.observe.platforms.matrix.rooms import Room
from actionday.observe.reader import CHUNK_ROWS, Chunk, Refused, Source, staged_schema
from actionday.records import State


def staged(table: str, columns: Mapping[str, Any], rows: int) -> pa.Table:
    """As `tray.staged`; a column may be a list too."""
    kinds = {field.name: field.type for field in staged_schema(table)}
    arrays = {
        name: pa.array(value, kinds[name]) if isinstance(value, list) else value
        for name, value in columns.items()
        if name in kinds
    }
    return tray.staged(table, arrays, rows)


def chunks(tables: Mapping[str, pa.Table], refused: list[Refused]) -> Iterable[Chunk]:
    """Chunks of limited length; refusals go with the first."""
    filled = {name: table for name, table in tables.items() if table.num_rows}
    rows = max([table.num_rows for table in filled.values()], default=0)
    for start in range(0, rows, CHUNK_ROWS):
        piece = {name: table.slice(start, CHUNK_ROWS) for name, table in filled.items() if table.num_rows > start}
        yield Chunk(piece, refused if start == 0 else [])
    if not rows and refused:
        yield Chunk({}, refused)


def of_events(found: events.Sorted, source: Source, refused: list[Refused]) -> dict[str, pa.Table]:
    """Posts, media, memberships, accounts and sightings out of one block's events."""
    tables = {}
    if found.posts:
        tables["posts"] = _posts(found.posts)
        tables["media"] = _media(found.posts)
    if found.members:
        tables |= _members(found.members, source)
    if found.rules:
        tables["sightings"] = _listed(found.rules, refused)
    return tables


def of_rooms(rooms: Iterable[Room], source: Source) -> dict[str, pa.Table]:
    """Channels, owners and admins, and explicit moves."""
    known = list(rooms)
    shared = {"platform": "matrix", "seen_at": source.seen_at, "vantage": source.vantage}
    profile = {
        "subject": [ids.channel(room.room) for room in known],
        "native": [room.room for room in known],
        "kind": [room.kind for room in known],
        "handle": [room.alias for room in known],
        "title": [room.title for room in known],
        "description": [room.topic for room in known],
        "created_at": [_micros(room.created) for room in known],
    }
    moves = [move for room in known for move in room.moves]
    return {
        "channels": staged("channels", {**shared, **profile}, len(known)),
        **officers(known, source),
        "moves": staged("moves", {"platform": "matrix", **_moves(moves)}, len(moves)),
    }


def officers(rooms: Iterable[Room], source: Source) -> dict[str, pa.Table]:
    """Accounts and memberships of owners and admins."""
    known = list(rooms)
    shared = {"platform": "matrix", "seen_at": source.seen_at, "vantage": source.vantage}
    held: list[tuple[str, str, str, int, int | None]]
    held = [(user, room.room, "owner", since, None) for room in known for user, since in room.owners]
    held += [(user, room.room, "admin", since, to) for room in known for user, since, to in room.admins]
    users = list(dict.fromkeys(user for user, *_ in held))
    return {
        "accounts": staged("accounts", {**shared, **_officers(users)}, len(users)),
        "memberships": staged("memberships", {**shared, **_roles(held)}, len(held)),
    }


def together(some: Mapping[str, pa.Table], more: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Two sets of tables as one; rows of both stand in one table, those of `some` first."""
    both = {name: pa.concat_tables([some[name], more[name]]) for name in some.keys() & more.keys()}
    return {**some, **more, **both}


def _officers(users: list[str]) -> dict[str, Any]:
    return {"subject": [ids.account(user) for user in users], "native": users, "handle": users, "kind": "admin"}


def _roles(held: list[tuple[str, str, str, int, int | None]]) -> dict[str, Any]:
    return {
        "account": [ids.account(user) for user, *_ in held],
        "channel": [ids.channel(room) for _, room, *_ in held],
        "role": [role for *_, role, _, _ in held],
        "from_at": [_micros(since) for *_, since, _ in held],
        "to_at": [_micros(to) for *_, to in held],
    }


def _moves(moves: list[tuple[str, str, int, float, str]]) -> dict[str, Any]:
    return {
        "subject": [ids.channel(subject) for subject, *_ in moves],
        "target": [ids.channel(target) for _, target, *_ in moves],
        "target_platform": "matrix",
        "kind": "tombstone",
        "at": [_micros(at) for _, _, at, _, _ in moves],
        "confidence": [confidence for *_, confidence, _ in moves],
        "evidence": [says for *_, says in moves],
    }


def _micros(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else milliseconds * 1000


def _posts(posts: list[Event]) -> pa.Table:
    rows = zip(*map(_post, posts), strict=True)
    native, text, hrefs, reply, edited, action, files = (list(column) for column in rows)
    sent = pa.array([event.origin_server_ts for event in posts], pa.int64())
    columns = {
        "channel": _subjects("channel", [event.room_id for event in posts]),
        "native": native,
        "platform": "matrix",
        "author": _subjects("account", [event.sender for event in posts]),
        "at": pc.multiply(sent, 1000),
        "kind": "original",
        "reply_to": reply,
        "action": action,
        "edited_at": pc.multiply(pa.array(edited, pa.int64()), 1000),
        "n_media": files,
        "text": text,
        "hrefs": hrefs,
    }
    return staged("posts", columns, len(posts))


def _subjects(kind: str, names: list[Any]) -> pa.Array:
    return pc.binary_join_element_wise(f"matrix:{kind}:", pa.array(names, pa.string()), "")


def _post(event: Event) -> tuple[str | None, str, list[str] | None, str | None, int | None, str | None, int]:
    """Native id, text, hidden targets, what it answers, when it was edited, `redacted`, number of files."""
    content, native, edited, reply = event.content, event.event_id, None, None
    text, html, relation = content.body, content.formatted_body, content.relation
    if text is None:
        return native, "", None, None, None, "redacted", 0
    if relation is not None:
        if relation.rel_type == "m.replace" and ids.is_event(relation.event_id):
            native, edited = relation.event_id, event.origin_server_ts
            new = content.new
            text = new.body if new is not None and new.body is not None else text.removeprefix("* ")
            html = new.formatted_body if new is not None else html
        elif relation.reply is not None and ids.is_event(relation.reply.event_id):
            reply = relation.reply.event_id
            text = _QUOTED.sub("", text) if text.startswith(">") else text
    files = 1 if edited is None and _kind(event) is not None else 0
    if files:  # without one of its own, a file's body is its name
        text = text if content.filename is not None and content.filename != text else ""
    return native, text, _leads(html) if html is not None and "<a " in html else None, reply, edited, None, files


def _leads(html: str) -> list[str] | None:
    """Where the links of a message lead; those in the quotation of what it answers are another message's."""
    return [unescape(found) for found in _HREF.findall(_QUOTATION.sub("", html))] or None


def _kind(event: Event) -> str | None:
    """What file a message carries, if any."""
    return "sticker" if event.type == "m.sticker" else _FILES.get(event.content.msgtype or "")


def _media(posts: list[Event]) -> pa.Table:
    """One row a message that carries a file."""
    carried = [(event, kind) for event in posts if (kind := _kind(event)) and not _replaces(event)]
    carried = [(event, kind) for event, kind in carried if event.content.body is not None]
    infos = [event.content.info if isinstance(event.content.info, dict) else {} for event, _ in carried]
    seconds = [_number(info.get("duration"), _MOST_SIZE) for info in infos]
    columns = {
        "channel": _subjects("channel", [event.room_id for event, _ in carried]),
        "post": [event.event_id for event, _ in carried],
        "platform": "matrix",
        "at": [event.origin_server_ts * 1000 for event, _ in carried],
        "kind": [kind for _, kind in carried],
        "name": [event.content.filename or event.content.body for event, _ in carried],
        "mime": [mime if isinstance(mime := info.get("mimetype"), str) else None for info in infos],
        "size": [_number(info.get("size"), _MOST_SIZE) for info in infos],
        "width": [_number(info.get("w"), _MOST_PIXELS) for info in infos],
        "height": [_number(info.get("h"), _MOST_PIXELS) for info in infos],
        "seconds": [None if value is None else value / 1000 for value in seconds],
        "position": 0,
    }
    return staged("media", columns, len(carried))


def _replaces(event: Event) -> bool:
    relation = event.content.relation
    return relation is not None and relation.rel_type == "m.replace" and ids.is_event(relation.event_id)


def _number(value: object, most: int) -> int | None:
    """A whole number within reason, or None: what clients write there is not to be relied on."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= most
    return int(value) if good else None  # type: ignore[call-overload]


def _members(members: list[Event], source: Source) -> dict[str, pa.Table]:
    """Who joined and who left; a member who changes name or picture joins again by the protocol, and that is no other join."""
    held: list[tuple[str, str | None, int | None, int | None]] = []
    names: dict[tuple[str, str | None], None] = {}
    was: dict[tuple[str | None, str], bool] = {}
    for event in members:
        who, content = event.state_key, event.content
        if content.membership not in _ROLES or who is None or not ids.is_account(who):
            continue
        joined, key = content.membership == "join", (event.room_id, who)
        if joined:
            names[who, content.displayname] = None
        before = event.unsigned.prev_content if event.unsigned is not None else None
        known = was.get(key, before.membership == "join" if before is not None and before.membership else None)
        was[key] = joined
        if known is not joined:
            at = event.origin_server_ts * 1000
            held.append((who, event.room_id, at if joined else None, None if joined else at))
    shared = {"platform": "matrix", "seen_at": source.seen_at, "vantage": source.vantage}
    users = [who for who, _ in names]
    roles = {
        "account": [ids.account(who) for who, *_ in held],
        "channel": _subjects("channel", [room for _, room, *_ in held]),
        "role": "member",
        "from_at": [since for *_, since, _ in held],
        "to_at": [to for *_, to in held],
    }
    profiles = {"subject": _subjects("account", users), "native": users, "handle": users, "kind": "user"}
    named = {**profiles, "display_name": [name for _, name in names]}
    return {
        "memberships": staged("memberships", {**shared, **roles}, len(held)),
        "accounts": staged("accounts", {**shared, **named}, len(users)),
    }


def _listed(rules: list[Event], refused: list[Refused]) -> pa.Table:
    """Policy lists' rules as sightings of what they name. What a rule took back names nothing but in what it replaced."""
    rows = []
    for event in rules:
        before = event.unsigned.prev_content if event.unsigned is not None else None
        entity = event.content.entity or (before.entity if before is not None else None)
        subject = _entity(event.type, entity) if isinstance(entity, str) else None
        if subject is not None:
            rows.append((subject, event, _advice(event.content)))
    if len(rows) < len(rules):
        vague = f"{len(rules) - len(rows)} policy rules"
        refused.append(Refused(vague, "name no single subject: a wildcard, a hash, or nothing"))
    columns = {
        "subject": [subject for subject, *_ in rows],
        "platform": [subject.partition(":")[0] for subject, *_ in rows],
        "at": [event.origin_server_ts * 1000 for _, event, _ in rows],
        "state": State.UNKNOWN.value,
        "basis": "listing",
        "rule": [f"matrix.policy.{advice}" for *_, advice in rows],
        "evidence": [_evidence(event) for _, event, _ in rows],
        "vantage": [event.room_id for _, event, _ in rows],
    }
    return staged("sightings", columns, len(rows))


def _entity(kind: str, entity: str) -> str | None:
    """The subject that a rule names, or None where it names none or many."""
    if "*" in entity or "?" in entity:
        return None
    if kind.endswith(".user"):
        return ids.account(entity) if ids.is_account(entity) else None
    if kind.endswith(".room"):
        return ids.channel(entity) if _PLACE.fullmatch(entity) else None
    return f"website:channel:{entity.lower()}" if _DOMAIN.fullmatch(entity) else None


def _advice(content: events.Content) -> str:
    if content.entity is None:
        return "withdrawn"
    told = content.recommendation or ""
    return "ban" if told.endswith(".ban") else "takedown" if told.endswith("takedown") else "other"


def _evidence(event: Event) -> str:
    """Which rule of which list, and its reason; whom it names is the row's subject, and stands nowhere else."""
    reason = _USER.sub("[account]", event.content.reason[:200]) if event.content.reason else None
    told = {"event": event.event_id, "list": event.room_id, "recommendation": event.content.recommendation}
    return json.dumps({**told, "reason": reason}, ensure_ascii=False, sort_keys=True)


_QUOTED = re.compile(r"\A(?:>[^\n]*\n)+\n?")
_QUOTATION = re.compile(r"<mx-reply>.*</mx-reply>", re.DOTALL)
_HREF = re.compile(r"""<a\s[^>]*?\bhref\s*=\s*["']([^"'<>]+)["']""", re.IGNORECASE)
_FILES = {"m.image": "photo", "m.video": "video", "m.audio": "audio", "m.file": "file"}
_MOST_SIZE, _MOST_PIXELS = 2**63 - 1, 2**31 - 1
_ROLES = frozenset({"join", "leave", "ban"})
_PLACE = re.compile(r"[!#][^\s/]+")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,63}")
_USER = re.compile(r"@[^\s:@]+:\S+")
