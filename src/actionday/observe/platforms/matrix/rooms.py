"""What a room's state says: may it be read by anybody, who runs it, what is it called, where did it go.

A fold over state events in the order they come; the last one of a kind counts. It is small: a room has few such events, and
members are not among them. Not for: messages and members, which go by the column (`events`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from actionday.observe.platforms.matrix import ids

STATE = (
    "m.room.create",
    "m.room.name",
    "m.room.topic",
    "m.room.canonical_alias",
    "m.room.join_rules",
    "m.room.history_visibility",
    "m.room.encryption",
    "m.room.power_levels",
    "m.room.tombstone",
)
MOST_USERS = 10_000
"""Users of one power level event that are looked at."""

MOST_MOVES = 100
"""Moves of one room that are kept: a room has one tombstone, seldom two."""

LAST_MS = 7_258_118_400_000
"""Times at or beyond 2200 are no times."""

_BAN = 50
_TOMBSTONE, _PREDECESSOR = 1.0, 0.8


class StateEvent(msgspec.Struct, gc=False):
    """A state event as far as it is folded. `room_id` is absent of create events since room version 12."""

    type: str
    sender: str
    origin_server_ts: int
    content: dict[str, Any]
    state_key: str = ""
    room_id: str | None = None
    event_id: str | None = None


@dataclass(slots=True)
class Room:
    """One room so far. Times are milliseconds since the epoch; `admins` is (user, from, to), open where `to` is None."""

    room: str
    join_rule: str | None = None
    visibility: str | None = None
    title: str | None = None
    topic: str | None = None
    alias: str | None = None
    kind: str = "room"
    created: int | None = None
    encrypted: int | None = None
    owners: list[tuple[str, int]] = field(default_factory=list)
    admins: list[tuple[str, int, int | None]] = field(default_factory=list)
    moves: list[tuple[str, str, int, float, str]] = field(default_factory=list)

    @property
    def public(self) -> bool:
        """Whether anybody may read it: everyone may join, or even those outside may read."""
        return self.join_rule == "public" or self.visibility == "world_readable"

    @property
    def secret(self) -> str:
        """Why it may not be imported, in words."""
        if self.join_rule is None and self.visibility is None:
            return "nothing here shows that the room is publicly readable (no join rule, no history visibility)"
        rule, seen = self.join_rule or "not told", self.visibility or "not told"
        return f"the room is not publicly readable (join rule {rule}, history {seen})"

    def take(self, event: StateEvent) -> None:
        """Fold in one event. Content of the wrong type is passed over."""
        if event.state_key or not 0 <= event.origin_server_ts < LAST_MS or not ids.is_account(event.sender):
            return
        _FOLDS[event.type](self, event, event.content)

    def note(self) -> dict[str, Any]:
        """JSON-able, for a part's note."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def of_note(cls, note: Mapping[str, Any]) -> "Room":
        """Back from a note."""
        raw = dict(note)
        for name in ("owners", "admins", "moves"):
            raw[name] = [tuple(item) for item in raw[name]]
        return cls(**raw)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _create(room: Room, event: StateEvent, content: Mapping[str, Any]) -> None:
    room.created = event.origin_server_ts
    room.kind = {"m.space": "space"}.get(str(content.get("type")), "room")
    more = content.get("additional_creators")
    named = [event.sender, *(more if isinstance(more, list) else [])][:MOST_USERS]
    room.owners = [(user, event.origin_server_ts) for user in dict.fromkeys(filter(ids.is_account, named))]
    before = content.get("predecessor")
    former = before.get("room_id") if isinstance(before, Mapping) else None
    if ids.is_room(former) and former != room.room:
        says = f"m.room.create of {room.room} names its predecessor"
        _moved(room, (str(former), room.room, event.origin_server_ts, _PREDECESSOR, says))


def _tombstone(room: Room, event: StateEvent, content: Mapping[str, Any]) -> None:
    target = content.get("replacement_room")
    if ids.is_room(target) and target != room.room:
        says = f"m.room.tombstone {event.event_id or ''}".strip()
        _moved(room, (room.room, str(target), event.origin_server_ts, _TOMBSTONE, says))


def _moved(room: Room, move: tuple[str, str, int, float, str]) -> None:
    if move not in room.moves and len(room.moves) < MOST_MOVES:
        room.moves.append(move)


def _power(room: Room, event: StateEvent, content: Mapping[str, Any]) -> None:
    """Whoever may ban others is an admin from the event that says so to the one that no longer does."""
    needed = _level(content.get("ban"), _BAN)
    users = content.get("users")
    named = list(users.items())[:MOST_USERS] if isinstance(users, dict) else []
    usual = _level(content.get("users_default"), 0)
    now = {user for user, level in named if ids.is_account(user) and _level(level, 0) >= needed > usual}
    at = event.origin_server_ts
    held = {user for user, _, to in room.admins if to is None}
    room.admins = [(u, since, at if to is None and u not in now else to) for u, since, to in room.admins]
    room.admins += [(user, at, None) for user in sorted(now - held)]


def _level(value: object, default: int) -> int:
    """A power level; rooms before version 10 may write it as a text."""
    try:
        return int(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else default
    except ValueError:
        return default


def _setter(name: str, key: str) -> Any:  # noqa: ANN401 - one of the folds below
    def fold(room: Room, _event: StateEvent, content: Mapping[str, Any]) -> None:
        setattr(room, name, _text(content.get(key)))

    return fold


def _encrypt(room: Room, event: StateEvent, _content: Mapping[str, Any]) -> None:
    room.encrypted = event.origin_server_ts if room.encrypted is None else room.encrypted


_FOLDS: dict[str, Any] = {
    "m.room.create": _create,
    "m.room.name": _setter("title", "name"),
    "m.room.topic": _setter("topic", "topic"),
    "m.room.canonical_alias": _setter("alias", "alias"),
    "m.room.join_rules": _setter("join_rule", "join_rule"),
    "m.room.history_visibility": _setter("visibility", "history_visibility"),
    "m.room.encryption": _encrypt,
    "m.room.power_levels": _power,
    "m.room.tombstone": _tombstone,
}
