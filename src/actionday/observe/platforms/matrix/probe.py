"""Is a Matrix room or account still up, as far as one homeserver says?

Removal is an act of one server: others keep a room that one has purged, so a state here is the state at the server that was asked.
What the API says is little. A summary that is not given may mean a purged room, a private one, or one that the server never met; a
profile that is given may be a deactivated account's (Synapse keeps it), one that is missing may never have been there. Only
Synapse's own records, with an operator's token, say who did what. Tried against Synapse 1.163.2; the table is platforms' B.2.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.matrix import ids
from actionday.observe.platforms.matrix.homeserver import ADMIN, TOKEN, client, servers_of
from actionday.observe.platforms.matrix.probe_examples import examples
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State, Verdict
from actionday.wire import matrix as wire
from actionday.wire.http import FAILURES

_FACTS = {
    wire.SUMMARY: ("room_id", "join_rule", "world_readable", "num_joined_members"),
    wire.DIRECTORY: ("room_id",),
    wire.TOMBSTONE: ("replacement_room",),
    wire.ADMIN_USER: ("deactivated", "erased", "locked", "suspended", "shadow_banned"),
    wire.ADMIN_ROOM: ("room_id", "joined_local_members"),
    wire.ADMIN_BLOCK: ("block",),
}
"""Which fields of an answer are kept, by what was asked. Of a profile only its hash is."""


class MatrixProber:
    """Looks at rooms and accounts through the homeserver that the settings name."""

    name = "matrix"
    title = "Matrix rooms and accounts, as one homeserver sees them"
    version = 1
    platforms = ("matrix",)
    extra = ""
    credentials: tuple[str, ...] = ()
    sees = (
        "Your homeserver. What it does not know it asks of the room's or account's own server, which then sees your "
        "homeserver's name and what was asked, not you. Nobody joins."
    )

    def host(self, target: Target) -> str:
        """All looks go through one homeserver."""
        return "matrix homeserver"

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """Summary and tombstone of a room, what an alias points to, an account's profile; an operator's record where there is a token."""
        asked = await (_account if target.kind == "account" else _room)(target, outside)
        exchanges = tuple(_exchange(one) for one in asked)
        return Evidence(f"{self.name}/{self.version}", outside.vantage, exchanges)

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """The first rule that has something to say."""
        seen = _Seen(target, {_path(one): one for one in evidence.exchanges})
        for rule in (*(_OF_ACCOUNTS if target.kind == "account" else _OF_ROOMS), *_OF_ALL):
            verdict = rule(seen)
            if verdict is not None:
                return verdict
        return Verdict(State.UNKNOWN, "matrix.nothing_learned", 0.0)

    def examples(self) -> Sequence[ProbeExample]:
        """At least one for every rule."""
        return examples()


async def _account(target: Target, outside: Outside) -> list[wire.Asked]:
    asked = [await client(outside, lambda host: outside.credential(TOKEN, host)).profile(target.native)]
    operator = client(outside, lambda host: outside.credential(ADMIN, host))
    if operator.trusted:
        asked.append(await operator.admin_user(target.native))
    return asked


async def _room(target: Target, outside: Outside) -> list[wire.Asked]:
    server, asked, room = client(outside, lambda host: outside.credential(TOKEN, host)), [], target.native
    via = servers_of(target.native, target.handle)
    if room.startswith("#"):
        asked.append(await server.resolve(room))
        said = asked[0].answer.json()
        if not isinstance(said, dict) or not ids.is_room(said.get("room_id")):
            return asked
        room = said["room_id"]
        more = [one for one in said.get("servers") or () if isinstance(one, str)][:5]
        via = list(dict.fromkeys([*via, *more]))
    asked.append(await server.summary(room, via))
    if server.trusted:
        asked.append(await server.tombstone(room))
    operator = client(outside, lambda host: outside.credential(ADMIN, host))
    if operator.trusted:
        asked += [await operator.admin_block(room), await operator.admin_room(room)]
    return asked


def _exchange(asked: wire.Asked) -> Exchange:
    answer = asked.answer
    said = answer.json()
    known: dict[str, Any] = said if isinstance(said, dict) else {}
    path = _path_of(asked.endpoint)
    facts = {key: _plain(known[key]) for key in _FACTS.get(path, ()) if known.get(key) is not None}
    if path == wire.PROFILE and answer.status == 200:
        facts["profile"] = hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]
    marker = str(known.get("errcode") or answer.detail or "")
    return Exchange(asked.endpoint, answer.at, answer.code, marker, answer.sha256, facts)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)[:300]


def _path_of(endpoint: str) -> str:
    found = endpoint.find("/_")
    return endpoint[found:] if found >= 0 else endpoint


def _path(exchange: Exchange) -> str:
    return _path_of(exchange.endpoint)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What there is to judge by: the target and the last answer to each question."""

    target: Target
    answers: Mapping[str, Exchange]

    def code(self, path: str) -> str:
        """The answer's code, "" where it was not asked."""
        return self.answers[path].code if path in self.answers else ""

    def fact(self, path: str, key: str) -> str:
        """A field of a good answer, "" where there is none."""
        return self.answers[path].facts.get(key, "") if self.code(path) == "200" else ""

    def marked(self, path: str, *markers: str) -> bool:
        """Whether the answer carries one of these error codes."""
        return path in self.answers and self.answers[path].marker in markers

    @property
    def identity(self) -> str:
        """What an earlier look found in this place, "" where there was none."""
        return str(self.target.options.get("identity") or "")


Rule = Callable[[_Seen], Verdict | None]


def _operator_on_account(seen: _Seen) -> Verdict | None:
    """Synapse's record of its own user. It tells a deactivation, not whose wish it was."""
    path = wire.ADMIN_USER
    if seen.fact(path, "deactivated") == "true":
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, "matrix.admin_deactivated", 0.95)
    if seen.fact(path, "locked") == "true":
        return Verdict(State.SUSPENDED_REVERSIBLE, "matrix.admin_locked", 0.99)
    if seen.fact(path, "suspended") == "true":
        return Verdict(State.SUSPENDED_REVERSIBLE, "matrix.admin_suspended", 0.99)
    if seen.fact(path, "shadow_banned") == "true":
        return Verdict(State.RESTRICTED, "matrix.admin_shadow_banned", 0.95)
    if seen.fact(path, "deactivated") == "false":
        return Verdict(State.PRESENT, "matrix.admin_active", 0.99)
    if seen.code(path) == "404" and seen.marked(path, "M_NOT_FOUND"):
        return Verdict(State.UNKNOWN, "matrix.admin_no_such_user", 0.9)
    return None


def _profile(seen: _Seen) -> Verdict | None:
    """Synapse serves the profile of a deactivated account too; a missing one was perhaps never set."""
    path = wire.PROFILE
    if seen.code(path) == "200":
        return Verdict(State.PRESENT, "matrix.profile_found", 0.6, identity=seen.fact(path, "profile") or None)
    if seen.code(path) == "404" and not seen.marked(path, "M_UNRECOGNIZED"):
        if seen.identity:
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, "matrix.profile_gone", 0.5)
        return Verdict(State.UNKNOWN, "matrix.profile_missing", 0.3)
    return None


def _tombstone(seen: _Seen) -> Verdict | None:
    room = seen.fact(wire.TOMBSTONE, "replacement_room")
    if not ids.is_room(room):
        return None
    return Verdict(State.MOVED, "matrix.tombstone", 0.99, target=ids.channel(room))


def _operator_on_room(seen: _Seen) -> Verdict | None:
    if seen.fact(wire.ADMIN_BLOCK, "block") == "true":
        return Verdict(State.REMOVED_BY_PLATFORM, "matrix.admin_blocked", 0.95)
    if room := seen.fact(wire.ADMIN_ROOM, "room_id"):
        return Verdict(State.PRESENT, "matrix.admin_room_found", 0.99, identity=room)
    return None


def _alias_taken(seen: _Seen) -> Verdict | None:
    """Another room behind an alias than the last look found is another room, not the same one alive."""
    room = seen.fact(wire.DIRECTORY, "room_id")
    if not ids.is_room(room) or not ids.is_room(seen.identity) or room == seen.identity:
        return None
    return Verdict(State.RENAMED, "matrix.alias_taken", 0.7, target=ids.channel(room), identity=room)


def _summary(seen: _Seen) -> Verdict | None:
    if seen.code(wire.SUMMARY) == "200":
        room = seen.fact(wire.SUMMARY, "room_id") or None
        return Verdict(State.PRESENT, "matrix.summary_found", 0.95, identity=room)
    if room := seen.fact(wire.DIRECTORY, "room_id"):
        return Verdict(State.PRESENT, "matrix.alias_found", 0.6, identity=room)
    return None


def _room_missing(seen: _Seen) -> Verdict | None:
    """Not there, not accessible and never met are one answer; with an operator's token the second is ruled out."""
    path = wire.ADMIN_ROOM
    if seen.code(path) == "404" and seen.marked(path, "M_NOT_FOUND"):
        known = bool(seen.identity)
        state = State.CLOSED_UNKNOWN_ACTOR if known else State.UNKNOWN
        return Verdict(state, "matrix.admin_room_gone" if known else "matrix.admin_no_such_room", 0.6 if known else 0.5)
    if seen.code(wire.SUMMARY) == "404" and seen.marked(wire.SUMMARY, "M_NOT_FOUND"):
        return Verdict(State.UNKNOWN, "matrix.summary_missing", 0.3)
    if seen.code(wire.SUMMARY) == "400" and seen.marked(wire.SUMMARY, "M_UNKNOWN"):
        return Verdict(State.UNKNOWN, "matrix.room_not_met", 0.3)  # Synapse: "Missing via to query remote room"
    if seen.code(wire.DIRECTORY) == "404" and seen.marked(wire.DIRECTORY, "M_NOT_FOUND"):
        return Verdict(State.UNKNOWN, "matrix.alias_missing", 0.3)
    return None


def _barred(seen: _Seen) -> Verdict | None:
    """401 is the prober's own token, 403 a server that will not say."""
    codes = {one.code for one in seen.answers.values()}
    if "401" in codes:
        return Verdict(State.PRIVATE_OR_PROBER_BLOCKED, "matrix.prober_blocked", 0.9)
    if "403" in codes:
        return Verdict(State.PRIVATE_OR_PROBER_BLOCKED, "matrix.forbidden", 0.6)
    return None


def _unsupported(seen: _Seen) -> Verdict | None:
    if any(one.marker == "M_UNRECOGNIZED" for one in seen.answers.values()):
        return Verdict(State.UNKNOWN, "matrix.not_supported", 0.0)
    return None


def _silence(seen: _Seen) -> Verdict | None:
    """Nothing came from the homeserver, or it got nothing from the other one (502, 504)."""
    codes = [one.code for one in seen.answers.values()]
    if codes and all(code in FAILURES or (len(code) == 3 and code.startswith("5")) for code in codes):
        return Verdict(State.UNREACHABLE, "matrix.unreachable", 0.9)
    return None


_OF_ACCOUNTS: tuple[Rule, ...] = (_operator_on_account, _profile)
_OF_ROOMS: tuple[Rule, ...] = (_tombstone, _operator_on_room, _alias_taken, _summary, _room_missing)
_OF_ALL: tuple[Rule, ...] = (_barred, _unsupported, _silence)
