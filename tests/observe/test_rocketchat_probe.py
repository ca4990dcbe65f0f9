"""Looks at users and rooms of a Rocket.Chat workspace, against a stand-in on loopback that answers as the published documents say."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.wire.served import Asked, Said, serving
from tests.wire.test_budget import Time

from actionday.observe.outside import Outside
from actionday.observe.platforms.rocketchat.probe import RocketChatProber
from actionday.observe.prober_conformance import target_of
from actionday.records import Evidence, Secret, State, UsageError, Verdict
from actionday.wire import Budget, HostResting, Http, HttpPolicy, Limits

PROBER = RocketChatProber()
USERS: dict[str, dict[str, Any]] = {
    "loremId": {"_id": "loremId", "username": "lorem", "active": True, "emails": [{"address": "s3cret@example.org"}]},
    "ametId": {"_id": "ametId", "username": "amet", "active": False},
}
ROOM = "rMkYpr4gvJ2yQ5x7a"


def workspace(asked: Asked) -> Said:
    """The stand-in: two users, one channel, one private room."""
    where = urlsplit(asked.path)
    query = {key: values[0] for key, values in parse_qs(where.query).items()}
    if (asked.headers.get("x-auth-token"), asked.headers.get("x-user-id")) != ("t0ken", "me"):
        return Said(401, b'{"status": "error", "message": "You must be logged in to do this."}')
    if where.path == "/api/v1/users.info":
        named = {str(user["username"]): user for user in USERS.values()}
        found = USERS.get(query.get("userId", "")) or named.get(query.get("username", ""))
        return _said(200, user=found, success=True) if found else _said(400, success=False, error="User not found.")
    if where.path == "/api/v1/rooms.info" and query["roomId"] == ROOM:
        return _said(200, room={"_id": ROOM, "name": "lorem", "t": "c"}, success=True)
    if where.path == "/api/v1/rooms.info" and query["roomId"] == ROOM[::-1]:
        return _said(400, success=False, error="not-allowed", errorType="Not Allowed")
    if where.path == "/api/v1/channels.info" and query["roomName"] == "lorem":
        return _said(200, channel={"_id": ROOM, "name": "lorem", "t": "c"}, success=True)
    return _said(400, success=False, error="[error-room-not-found]", errorType="error-room-not-found")


def _said(status: int, **body: object) -> Said:
    return Said(status, json.dumps(body).encode())


async def look(url: str, host: str, subject: str, token: str | None) -> Evidence:
    time = Time()
    budget = Budget(time.clock, time.sleep, Limits(apart=0.0))
    secrets = {"rocketchat.token": Secret(token) if token else None, "rocketchat.user_id": Secret("me")}
    async with Http(budget, time.clock, HttpPolicy(private_addresses=True, timeout=2.0)) as http:
        outside = Outside(
            http,
            time.clock,
            "desk",
            lambda name, of: secrets[name] if of == host else None,
            {f"rocketchat.{host}": url},
        )
        return await PROBER.look(target_of(subject), outside)


def probed(what: str, handle: str | None = None, token: str | None = "t0ken", **options: object) -> Verdict:
    kind, _, native = what.partition(":")
    with serving(workspace) as served:
        subject = f"rocketchat:{kind}:{served.host}/{native}"
        evidence = Evidence.from_json(asyncio.run(look(served.url, served.host, subject, token)).to_json())
    assert "s3cret" not in evidence.to_json()
    assert "t0ken" not in evidence.to_json()
    return PROBER.judge(target_of(subject, handle, **options), evidence)


@pytest.mark.parametrize(
    ("what", "handle", "known", "state", "rule"),
    [
        ("account:loremId", "lorem", None, State.PRESENT, "user_found"),
        ("account:loremId", "ipsum", None, State.RENAMED, "user_renamed"),
        ("account:@lorem", None, None, State.PRESENT, "user_found"),
        ("account:@lorem", None, "otherId", State.UNKNOWN, "name_taken_over"),
        ("account:ametId", None, None, State.SUSPENDED_REVERSIBLE, "user_inactive"),
        ("account:nobodyId", None, None, State.UNKNOWN, "user_not_found"),
        ("account:nobodyId", None, "nobodyId", State.CLOSED_UNKNOWN_ACTOR, "user_gone"),
        ("account:@nobody", None, "nobodyId", State.UNKNOWN, "user_not_found"),
        (f"channel:{ROOM}", None, None, State.PRESENT, "room_found"),
        (f"channel:{ROOM[::-1]}", None, ROOM[::-1], State.PRIVATE_OR_PROBER_BLOCKED, "not_allowed"),
        ("channel:GENERAL", None, None, State.UNKNOWN, "room_not_found"),
        ("channel:GENERAL", None, "GENERAL", State.CLOSED_UNKNOWN_ACTOR, "room_gone"),
        ("channel:lorem", None, ROOM, State.PRESENT, "room_found"),
        ("channel:lorem", None, ROOM[::-1], State.UNKNOWN, "name_taken_over"),
        ("channel:ipsum", None, ROOM, State.UNKNOWN, "room_not_found"),
    ],
)
def test_what_a_workspace_answers(what: str, handle: str | None, known: str | None, state: State, rule: str) -> None:
    options = {"identity": known} if known else {}
    verdict = probed(what, handle, **options)
    assert (verdict.state, verdict.rule) == (state, f"rocketchat.{rule}")


def test_a_login_that_is_refused_says_nothing() -> None:
    assert probed("account:loremId", token="wr0ng").state == State.UNKNOWN


def test_without_an_account_there_nobody_is_asked() -> None:
    with pytest.raises(UsageError, match=r"rocketchat\.token"):
        probed("account:loremId", token=None)


@pytest.mark.parametrize("native", ["loremId", "not a host/x", "chat.example.org/"])
def test_a_subject_without_workspace_is_refused(native: str) -> None:
    with pytest.raises(UsageError, match="names no workspace"):
        asyncio.run(look("http://127.0.0.1:9", "127.0.0.1:9", f"rocketchat:account:{native}", "t0ken"))


def test_a_workspace_that_wants_rest_gets_it() -> None:
    with (
        serving(lambda asked: Said(429, headers={"Retry-After": "3600"})) as served,
        pytest.raises(HostResting, match="left alone"),
    ):
        asyncio.run(look(served.url, served.host, f"rocketchat:account:{served.host}/loremId", "t0ken"))
