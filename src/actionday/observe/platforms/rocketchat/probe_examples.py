"""Evidence of made-up users and rooms, at least one piece for every rule of `verdicts`, with what must be read out of it."""

from datetime import UTC, datetime

from actionday.observe.outside import Target
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State
from actionday.wire import rocketchat as wire

_AT = datetime(2020, 1, 1, tzinfo=UTC)
_HOST = "chat.example.org"
_ACCOUNT, _CHANNEL = f"{_HOST}/loremId", f"{_HOST}/GENERAL"
_USER = Target(f"rocketchat:account:{_ACCOUNT}", "rocketchat", "account", _ACCOUNT, "lorem")
_KNOWN_USER = Target(
    f"rocketchat:account:{_ACCOUNT}", "rocketchat", "account", _ACCOUNT, "lorem", {"identity": "loremId"}
)
_ROOM = Target(f"rocketchat:channel:{_CHANNEL}", "rocketchat", "channel", _CHANNEL, "lorem")
_KNOWN_ROOM = Target(
    f"rocketchat:channel:{_CHANNEL}", "rocketchat", "channel", _CHANNEL, "lorem", {"identity": "GENERAL"}
)
_FOUND = {"id": "loremId", "username": "lorem", "active": "true"}
_NO_ROOM = {"error_type": "error-room-not-found"}
_NO_USER = {"error": "User not found."}


def _example(rule: str, state: State, facts: dict[str, str], code: str, target: Target = _USER) -> ProbeExample:
    path = wire.USER if target.kind == "account" else wire.ROOM
    asked = Exchange(f"GET https://{_HOST}{path}", _AT, code, facts=facts)
    name = f"rocketchat.{rule}"
    return ProbeExample(rule, target, Evidence("rocketchat/1", "lorem", (asked,)), state, name)


EXAMPLES = (
    _example("user_found", State.PRESENT, _FOUND, "200"),
    _example("user_renamed", State.RENAMED, {**_FOUND, "username": "ipsum"}, "200"),
    _example("user_inactive", State.SUSPENDED_REVERSIBLE, {**_FOUND, "active": "false"}, "200"),
    _example("user_not_found", State.UNKNOWN, _NO_USER, "400"),
    _example("user_gone", State.CLOSED_UNKNOWN_ACTOR, _NO_USER, "400", _KNOWN_USER),
    _example("room_found", State.PRESENT, {"id": "GENERAL", "name": "lorem"}, "200", _ROOM),
    _example("room_not_found", State.UNKNOWN, _NO_ROOM, "400", _ROOM),
    _example("room_gone", State.CLOSED_UNKNOWN_ACTOR, _NO_ROOM, "400", _KNOWN_ROOM),
    _example("name_taken_over", State.UNKNOWN, {"id": "other", "name": "lorem"}, "200", _KNOWN_ROOM),
    _example("not_logged_in", State.UNKNOWN, {}, "401"),
    _example("not_allowed", State.PRIVATE_OR_PROBER_BLOCKED, {}, "403"),
    _example("no_answer", State.UNREACHABLE, {}, "503"),
    _example("nothing", State.UNKNOWN, {}, "200"),
)
