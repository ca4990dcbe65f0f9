"""The state events of a room that is written: what it is called, that it is public, who runs it, where it went."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from actionday.observe.platforms.matrix import ids

_OURS = "matrix:channel:"


@dataclass(slots=True)
class Sketch:
    """A room out of staged rows. Times are milliseconds; `speaker` sends the state events, `moves` go elsewhere."""

    room: str
    kind: str | None = None
    title: str | None = None
    topic: str | None = None
    alias: str | None = None
    created: int | None = None
    owners: list[str] = field(default_factory=list)
    admins: list[tuple[str, int, int | None]] = field(default_factory=list)
    moves: list[tuple[str, int, str]] = field(default_factory=list)
    predecessor: str | None = None
    speaker: str = ""


def sketches(rows: Mapping[str, pa.Table], spoken: Mapping[str, str]) -> list[Sketch]:
    """The rooms of staged tables, sorted; `spoken` names a room's authors where nobody else is known."""
    found: defaultdict[str, Sketch] = defaultdict(lambda: Sketch(""))
    for name in spoken:
        found[name].room = name
    for row in _rows(rows, "channels", "subject"):
        one = found[row["room"]]
        one.kind, one.title, one.topic, one.alias = row["kind"], row["title"], row["description"], row["handle"]
        one.created = _ms(row["created_at"])
    _officers(rows, found)
    for row in _rows(rows, "moves", "subject"):
        _move(row, found)
    for name, one in found.items():
        one.room = name
        someone = [*one.owners, *(user for user, *_ in one.admins), spoken.get(name)]
        one.speaker = next(filter(None, someone), f"@room:{name.partition(':')[2] or 'example.org'}")
    return [found[name] for name in sorted(found)]


def _officers(rows: Mapping[str, pa.Table], found: defaultdict[str, Sketch]) -> None:
    for row in _rows(rows, "memberships", "channel"):
        user, since = row["account"].removeprefix("matrix:account:"), _ms(row["from_at"])
        if since is None or not ids.is_account(user):
            continue
        one = found[row["room"]]
        if row["role"] == "owner":
            one.owners.append(user)
            one.created = since if one.created is None else one.created
        elif row["role"] == "admin":
            one.admins.append((user, since, _ms(row["to_at"])))


def _move(row: Mapping[str, Any], found: defaultdict[str, Sketch]) -> None:
    target, at = str(row["target"]).removeprefix(_OURS), _ms(row["at"])
    if row["kind"] != "tombstone" or not ids.is_room(target) or at is None:
        return
    if row["confidence"] == 1.0:
        found[row["room"]].moves.append((target, at, (row["evidence"] or "").rpartition(" ")[2]))
    elif target in found and found[target].created is not None:
        found[target].predecessor = row["room"]


def state_events(room: Sketch) -> Iterator[dict[str, Any]]:
    """The events, in an order in which a server would have sent them."""
    begun = room.created or 0
    if room.created is not None:
        content: dict[str, Any] = {"room_version": "2", "additional_creators": room.owners[1:]}
        if room.kind == "space":
            content["type"] = "m.space"
        if room.predecessor:
            content["predecessor"] = {"room_id": room.predecessor}
        yield _event(room, "m.room.create", begun, content)
    yield _event(room, "m.room.join_rules", begun, {"join_rule": "public"})
    for kind, key, value in (
        ("m.room.name", "name", room.title),
        ("m.room.topic", "topic", room.topic),
        ("m.room.canonical_alias", "alias", room.alias),
    ):
        if value:
            yield _event(room, kind, begun, {key: value})
    for at in sorted({time for _, since, to in room.admins for time in (since, to) if time is not None}):
        users = {user: 100 for user, since, to in room.admins if since <= at and (to is None or at < to)}
        yield _event(room, "m.room.power_levels", at, {"ban": 50, "users": users})
    for target, at, event in room.moves:
        tombstone = _event(room, "m.room.tombstone", at, {"body": "", "replacement_room": target})
        if event.startswith("$"):
            yield tombstone | {"event_id": event}
        else:
            yield {key: value for key, value in tombstone.items() if key != "event_id"}


def _event(room: Sketch, kind: str, at: int, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "room_id": room.room,
        "event_id": f"${kind.rpartition('.')[2]}-{at}",
        "sender": room.speaker,
        "origin_server_ts": at,
        "state_key": "",
        "content": content,
    }


def _rows(rows: Mapping[str, pa.Table], name: str, subject: str) -> Iterator[dict[str, Any]]:
    """The table's rows that are about a Matrix room, with its id as `room`."""
    table = rows.get(name)
    for row in table.to_pylist() if table is not None else ():
        room = str(row[subject]).removeprefix(_OURS)
        if str(row[subject]).startswith(_OURS) and ids.is_room(room):
            yield {**row, "room": room}


def _ms(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1000)
