"""Recorded answers and what must be read out of them: one or more for every rule of the prober, as Synapse 1.163.2 gives them."""

from datetime import UTC, datetime

from actionday.observe.outside import Target
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State
from actionday.wire import matrix as wire

_AT = datetime(2020, 1, 1, tzinfo=UTC)
_BASE = "GET https://matrix.example.org"
_ROOM, _LATER = "!babebi:example.org", "!hashofaroom"


def examples() -> list[ProbeExample]:
    """All of them."""
    return [*_accounts(), *_rooms(), *_aliases()]


def _said(path: str, code: str, marker: str = "", **facts: str) -> Exchange:
    return Exchange(_BASE + path, _AT, code, marker, "", facts)


def _one(name: str, native: str, state: State, *said: Exchange, identity: str | None = None) -> ProbeExample:
    kind = "account" if native.startswith("@") else "channel"
    target = Target(
        f"matrix:{kind}:{native}", "matrix", kind, native, options={"identity": identity} if identity else {}
    )
    return ProbeExample(name, target, Evidence("matrix/1", "test", said), state, f"matrix.{name}")


def _accounts() -> list[ProbeExample]:
    user, up = "@dora:example.org", _said(wire.PROFILE, "200", profile="ba")
    missing, known = _said(wire.PROFILE, "404", "M_UNKNOWN"), _said(wire.ADMIN_USER, "200", deactivated="false")
    flags = {"locked": "false", "suspended": "false", "shadow_banned": "false"}

    def record(**changed: str) -> Exchange:
        return _said(wire.ADMIN_USER, "200", **{"deactivated": "false", **flags, **changed})

    return [
        _one("profile_found", user, State.PRESENT, up),
        _one("profile_missing", user, State.UNKNOWN, missing),
        _one("profile_gone", user, State.CLOSED_UNKNOWN_ACTOR, missing, identity="ba"),
        _one("forbidden", user, State.PRIVATE_OR_PROBER_BLOCKED, _said(wire.PROFILE, "403", "M_FORBIDDEN")),
        _one("prober_blocked", user, State.PRIVATE_OR_PROBER_BLOCKED, _said(wire.PROFILE, "401", "M_USER_LOCKED")),
        _one("not_supported", user, State.UNKNOWN, _said(wire.PROFILE, "404", "M_UNRECOGNIZED")),
        _one("unreachable", user, State.UNREACHABLE, _said(wire.PROFILE, "502", "M_UNKNOWN")),
        _one("nothing_learned", user, State.UNKNOWN, _said(wire.PROFILE, "418")),
        _one("admin_active", user, State.PRESENT, missing, known),
        _one("admin_deactivated", user, State.CLOSED_UNKNOWN_ACTOR, up, record(deactivated="true")),
        _one("admin_locked", user, State.SUSPENDED_REVERSIBLE, up, record(locked="true")),
        _one("admin_suspended", user, State.SUSPENDED_REVERSIBLE, up, record(suspended="true")),
        _one("admin_shadow_banned", user, State.RESTRICTED, up, record(shadow_banned="true")),
        _one("admin_no_such_user", user, State.UNKNOWN, missing, _said(wire.ADMIN_USER, "404", "M_NOT_FOUND")),
    ]


def _rooms() -> list[ProbeExample]:
    up = _said(wire.SUMMARY, "200", room_id=_ROOM, join_rule="public")
    missing, no_tombstone = _said(wire.SUMMARY, "404", "M_NOT_FOUND"), _said(wire.TOMBSTONE, "404", "M_NOT_FOUND")
    not_met, open_door = _said(wire.SUMMARY, "400", "M_UNKNOWN"), _said(wire.ADMIN_BLOCK, "200", block="false")
    gone = _said(wire.ADMIN_ROOM, "404", "M_NOT_FOUND")
    return [
        _one("summary_found", _ROOM, State.PRESENT, up, no_tombstone),
        _one("tombstone", _ROOM, State.MOVED, up, _said(wire.TOMBSTONE, "200", replacement_room=_LATER)),
        _one("summary_missing", _ROOM, State.UNKNOWN, missing),
        _one("room_not_met", _ROOM, State.UNKNOWN, not_met, identity=_ROOM),
        _one("admin_blocked", _ROOM, State.REMOVED_BY_PLATFORM, up, _said(wire.ADMIN_BLOCK, "200", block="true")),
        _one("admin_room_found", _ROOM, State.PRESENT, missing, open_door, _said(wire.ADMIN_ROOM, "200", room_id=_ROOM)),
        _one("admin_room_gone", _ROOM, State.CLOSED_UNKNOWN_ACTOR, not_met, open_door, gone, identity=_ROOM),
        _one("admin_no_such_room", _ROOM, State.UNKNOWN, not_met, open_door, gone),
    ]  # fmt: skip


def _aliases() -> list[ProbeExample]:
    alias, here = "#lobby:example.org", _said(wire.DIRECTORY, "200", room_id=_ROOM)
    there = _said(wire.DIRECTORY, "200", room_id=_LATER)
    private = _said(wire.SUMMARY, "404", "M_NOT_FOUND")
    return [
        _one("alias_found", alias, State.PRESENT, here, private, identity=_ROOM),
        _one("alias_taken", alias, State.RENAMED, there, _said(wire.SUMMARY, "200", room_id=_LATER), identity=_ROOM),
        _one("alias_missing", alias, State.UNKNOWN, _said(wire.DIRECTORY, "404", "M_NOT_FOUND"), identity=_ROOM),
    ]
