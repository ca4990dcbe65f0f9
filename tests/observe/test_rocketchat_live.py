"""Reading a public channel of Rocket.Chat live, against a stand-in: once only, without joining, patient, nothing private on the disk."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.servers.rocketchat import GROUP, ME, ROOM, SECRET, TOKEN, Workspace, message, second
from tests.wire.served import Said, Served, serving
from tests.wire.test_budget import Time

from actionday.observe import conformance
from actionday.observe.live import Collected
from actionday.observe.outside import Outside
from actionday.observe.platforms.rocketchat import live
from actionday.observe.platforms.rocketchat.live import RocketChatLive
from actionday.observe.platforms.rocketchat.rest import RocketChatApi
from actionday.observe.prober_conformance import target_of
from actionday.observe.reader import Source
from actionday.records import ActiondayError, InputError, Secret, UsageError
from actionday.wire import Budget, HostResting, Http, HttpPolicy, Limits


@pytest.fixture
def workspace() -> Workspace:
    return Workspace([message(n, second(n), "lorem" if n % 2 else "dolor") for n in range(7)])


@pytest.fixture
def served(workspace: Workspace) -> Iterator[Served]:
    with serving(workspace.answer) as server:
        yield server
    assert {asked.method for asked in server.asked} <= {"GET"}, "nothing is joined, sent or marked"


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAGE", 3)


def collect(
    served: Served,
    folder: Path,
    what: str = f"channel:{{}}/{ROOM}",
    cursor: str | None = None,
    token: str | None = TOKEN,
) -> Collected:
    async def run() -> Collected:
        time = Time()
        budget = Budget(time.clock, time.sleep, Limits(apart=0.0))
        secrets = {"rocketchat.token": Secret(token) if token else None, "rocketchat.user_id": Secret(ME)}
        async with Http(budget, time.clock, HttpPolicy(private_addresses=True, timeout=2.0)) as http:
            bases = {f"rocketchat.{served.host}": served.url}
            outside = Outside(http, time.clock, "desk", lambda name, host: secrets[name], bases)
            target = target_of("rocketchat:" + what.format(served.host))
            return await RocketChatLive().collect(target, cursor, folder, outside)

    return asyncio.run(run())


def posts(collected: Collected) -> list[str]:
    """Ids of the messages that the reader reads out of what was written, in the file's order."""
    source = Source(collected.files[0], "answers.jsonl", seen_at=datetime(2024, 6, 1, tzinfo=UTC))
    whole = conformance.check_chunks(RocketChatApi(), source)
    assert not whole.refused
    return whole.tables["posts"]["native"].to_pylist() if "posts" in whole.tables else []


def tables(collected: Collected) -> dict[str, list[dict[str, Any]]]:
    source = Source(collected.files[0], "answers.jsonl", seen_at=datetime(2024, 6, 1, tzinfo=UTC))
    whole = conformance.read_whole(RocketChatApi(), source)
    return {name: table.to_pylist() for name, table in whole.tables.items()}


def names(numbers: range | list[int]) -> list[str]:
    return [f"message{n:06}" for n in numbers]


@pytest.mark.parametrize("what", [f"channel:{{}}/{ROOM}", "channel:{}/lorem"])
def test_a_channel_its_roles_and_its_messages_are_read(served: Served, tmp_path: Path, what: str) -> None:
    collected = collect(served, tmp_path, what)
    assert sorted(posts(collected)) == names(range(7))
    found = tables(collected)
    base = f"rocketchat:account:{served.host}/"
    assert {(row["account"], row["role"]) for row in found["memberships"]} == {
        (f"{base}loremId", "owner"),
        (f"{base}botId", "admin"),
    }
    assert {row["subject"]: row["kind"] for row in found["accounts"]}[f"{base}botId"] == "bot"
    assert found["channels"][0]["title"] == "Lorem"
    assert {row["channel"] for row in found["posts"]} == {f"rocketchat:channel:{served.host}/{ROOM}"}
    written = collected.files[0].read_text()
    assert "s3cret" not in written
    assert TOKEN not in written
    assert RocketChatApi().recognise(written.encode(), "answers.jsonl").certainty > 90


def test_the_next_time_only_what_is_new_is_fetched(served: Served, workspace: Workspace, tmp_path: Path) -> None:
    first = collect(served, tmp_path)
    again = collect(served, tmp_path, cursor=first.cursor)
    assert posts(again) == []
    assert again.cursor == first.cursor
    workspace.messages += [message(7, second(6)), message(8, second(9))]  # one of them at the instant of the last
    workspace.spans.clear()
    third = collect(served, tmp_path, cursor=again.cursor)
    assert sorted(posts(third)) == names([7, 8])
    assert [span["oldest"] for span in workspace.spans] == [second(6)] * len(workspace.spans)


def test_many_messages_of_one_instant_are_all_read_once(served: Served, workspace: Workspace, tmp_path: Path) -> None:
    workspace.messages = [message(n, second(5)) for n in range(11)] + [message(20, second(1)), message(21, second(9))]
    assert sorted(posts(collect(served, tmp_path))) == names([*range(11), 20, 21])


def test_a_message_that_is_deleted_while_pages_turn_hides_none(
    served: Served, workspace: Workspace, tmp_path: Path
) -> None:
    ordinary = workspace._history

    def deleting(query: dict[str, str]) -> Said:
        answer = ordinary(query)
        if len(workspace.spans) == 1:
            workspace.messages.pop()
        return answer

    workspace._history = deleting  # type: ignore[method-assign]
    assert sorted(posts(collect(served, tmp_path))) == names(range(7))


def test_a_walk_that_was_broken_off_is_gone_on_with(served: Served, workspace: Workspace, tmp_path: Path) -> None:
    workspace.rest_after = 2
    first = collect(served, tmp_path)
    assert "left alone" in first.says
    got = posts(first)
    assert len(got) == 5
    workspace.rest_after = None
    workspace.messages.append(message(9, second(30)))
    second_time = collect(served, tmp_path, cursor=first.cursor)
    assert sorted([*got, *posts(second_time)]) == names([*range(7), 9])
    assert posts(collect(served, tmp_path, cursor=second_time.cursor)) == []


def test_a_host_that_wants_rest_at_once_gets_it(served: Served, workspace: Workspace, tmp_path: Path) -> None:
    workspace.rest = [Said(429, b"{}", {"Retry-After": "3600"})]
    with pytest.raises(HostResting):
        collect(served, tmp_path)
    assert len(served.asked) == 1


def test_the_usual_limit_of_a_minute_is_sat_out(served: Served, workspace: Workspace, tmp_path: Path) -> None:
    slow = b'{"success": false, "error": "Error, too many requests. [error-too-many-requests]"}'
    workspace.rest = [Said(429, slow), Said(429, slow, {"Retry-After": "20"}), Said(429, slow)]
    assert sorted(posts(collect(served, tmp_path))) == names(range(7))


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (f"channel:{{}}/{GROUP}", "error-room-not-found"),
        ("channel:{}/nothing", "error-room-not-found"),
        (f"channel:{{}}/{SECRET}", "encrypted"),
        ("account:{}/loremId", "no public messages"),
    ],
)
def test_what_is_not_public_is_not_read(served: Served, tmp_path: Path, what: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        collect(served, tmp_path, what)


def test_an_account_that_may_not_preview_is_told_so(served: Served, workspace: Workspace, tmp_path: Path) -> None:
    workspace.allowed = False
    with pytest.raises(InputError, match="error-not-allowed"):
        collect(served, tmp_path)


def test_roles_that_are_not_shown_cost_only_themselves(served: Served, workspace: Workspace, tmp_path: Path) -> None:
    workspace.roles_shown = False
    collected = collect(served, tmp_path)
    assert "roles are not told" in collected.says
    assert len(posts(collected)) == 7


@pytest.mark.parametrize(("token", "kind"), [("wr0ng", InputError), (None, UsageError)])
def test_without_a_login_nothing_is_read(
    served: Served, tmp_path: Path, token: str | None, kind: type[ActiondayError]
) -> None:
    with pytest.raises(kind, match=r"rocketchat\.token"):
        collect(served, tmp_path, token=token)


@pytest.mark.parametrize(
    "bad",
    [b"", b"[]", b'{"messages": 5, "success": true}', b'{"messages": [{"_id": 5}]}', b'{"messages": ["x"]}', b"<html>"],
)
def test_an_answer_of_another_shape_is_no_history(
    served: Served, workspace: Workspace, tmp_path: Path, bad: bytes
) -> None:
    workspace._history = lambda query: Said(200, bad)  # type: ignore[method-assign]
    with pytest.raises(InputError):
        collect(served, tmp_path)


@pytest.mark.parametrize("cursor", ["", "{", "7", "[]", '{"done": 7}', json.dumps({"at": "x"})])
def test_a_cursor_that_cannot_be_read_begins_anew(served: Served, tmp_path: Path, cursor: str) -> None:
    assert sorted(posts(collect(served, tmp_path, cursor=cursor))) == names(range(7))
