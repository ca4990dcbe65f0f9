"""What an answer to a look at a user or a room says. Error types as the published documents and the server's source name them.

401 is the prober's own login and says nothing. `active: false` was set by an administrator of that server, who can take it back. `rooms.info`
tells a room that one may not see (`not-allowed`) from one that is not there; `channels.info` does not, so a name that is not found says little.
"""

from collections.abc import Mapping

from actionday.observe.outside import Target
from actionday.observe.platforms.rocketchat.client import room_of
from actionday.records import Evidence, Exchange, State, Verdict, handle_reference
from actionday.wire import rocketchat as wire
from actionday.wire.http import FAILURES

NO_ROOM = ("error-room-not-found", "error-invalid-room")
NOT_ALLOWED = {"not-allowed", "error-not-allowed", "error-unauthorized"}
NO_USER = ("error-invalid-user",)
_NO_USER_TEXT = "user not found"
_NOTHING = Verdict(State.UNKNOWN, "rocketchat.nothing", 0.0)


def judge(target: Target, evidence: Evidence) -> Verdict:
    """The last exchange counts."""
    last = evidence.exchanges[-1] if evidence.exchanges else None
    if last is None:
        return _NOTHING
    if last.code == "401":
        return Verdict(State.UNKNOWN, "rocketchat.not_logged_in", 0.0)
    if last.code == "403" or NOT_ALLOWED & set(last.facts.values()):
        return Verdict(State.PRIVATE_OR_PROBER_BLOCKED, "rocketchat.not_allowed", 0.5)
    if last.code in FAILURES or (len(last.code) == 3 and last.code.startswith("5")):
        return Verdict(State.UNREACHABLE, "rocketchat.no_answer", 0.3)
    is_user = last.endpoint.endswith(wire.USER)
    if is_user != (target.kind == "account"):
        return _NOTHING
    if last.code == "200" and last.facts.get("id"):
        return (_user if is_user else _room)(target, last.facts)
    if last.code in ("400", "404"):
        return (_no_user if is_user else _no_room)(target, last)
    return _NOTHING


def _user(target: Target, facts: Mapping[str, str]) -> Verdict:
    native, name, before = facts["id"], facts.get("username", ""), target.options.get("identity")
    if room_of(target).startswith("@"):
        if isinstance(before, str) and before != native:
            return Verdict(State.UNKNOWN, "rocketchat.name_taken_over", 0.6, identity=native)
    elif room_of(target) != native:
        return _NOTHING
    if facts.get("active") == "false":
        return Verdict(State.SUSPENDED_REVERSIBLE, "rocketchat.user_inactive", 0.9, identity=native)
    if target.handle and name and name.casefold() != target.handle.lstrip("@").casefold():
        return Verdict(State.RENAMED, "rocketchat.user_renamed", 0.9, handle_reference("rocketchat", name), native)
    return Verdict(State.PRESENT, "rocketchat.user_found", 0.9, identity=native)


def _room(target: Target, facts: Mapping[str, str]) -> Verdict:
    native, before = facts["id"], target.options.get("identity")
    if isinstance(before, str) and before != native:
        return Verdict(State.UNKNOWN, "rocketchat.name_taken_over", 0.6, identity=native)
    return Verdict(State.PRESENT, "rocketchat.room_found", 0.9, identity=native)


def _no_user(target: Target, last: Exchange) -> Verdict:
    facts = last.facts
    told = facts.get("error_type") in NO_USER or _NO_USER_TEXT in facts.get("error", "").casefold()
    if not told:
        return _NOTHING
    if target.options.get("identity") and not room_of(target).startswith("@"):
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, "rocketchat.user_gone", 0.7)
    return Verdict(State.UNKNOWN, "rocketchat.user_not_found", 0.4)


def _no_room(target: Target, last: Exchange) -> Verdict:
    if last.facts.get("error_type") not in NO_ROOM:
        return _NOTHING
    if last.endpoint.endswith(wire.ROOM) and target.options.get("identity"):
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, "rocketchat.room_gone", 0.5)
    return Verdict(State.UNKNOWN, "rocketchat.room_not_found", 0.3)
