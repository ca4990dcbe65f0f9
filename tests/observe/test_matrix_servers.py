"""Matrix against a Synapse that the tests start: probing, live reading without joining, and Synapse's own export."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.observe.matrix_contract import check_event
from tests.observe.matrix_outside import Recorded, outside_of
from tests.servers.synapse import CLIENT, Synapse, q, synapse

from actionday.observe import conformance
from actionday.observe.conformance import Whole
from actionday.observe.outside import Target
from actionday.observe.platforms.matrix.live import MatrixLive
from actionday.observe.platforms.matrix.probe import MatrixProber
from actionday.observe.platforms.matrix.synapse import SynapseExport
from actionday.observe.prober_conformance import target_of
from actionday.observe.reader import Source
from actionday.records import Evidence, InputError, State, UsageError, Verdict

READABLE = [{"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "world_readable"}}]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    with synapse(tmp_path_factory.mktemp("synapse")) as running:
        yield running


def look(server: Synapse, target: Target, **how: Any) -> tuple[Verdict, Evidence, Recorded]:  # noqa: ANN401 - see outside_of
    async def one() -> tuple[Evidence, Recorded]:
        async with outside_of(server, **how) as (outside, recorded):
            return await MatrixProber().look(target, outside), recorded

    evidence, recorded = asyncio.run(one())
    assert recorded.methods == {"GET"}
    stored = Evidence.from_json(evidence.to_json())
    assert target.native not in evidence.to_json() or target.kind == "channel"
    return MatrixProber().judge(target, stored), evidence, recorded


def room_target(room: str, **options: object) -> Target:
    return replace(target_of(f"matrix:channel:{room}"), options=options)


def test_a_public_room_is_present_with_and_without_a_token(server: Synapse) -> None:
    room = server.room(name="ba be")
    for who in (None, "bob"):
        verdict, evidence, recorded = look(server, room_target(room), who=who)
        assert (verdict.state, verdict.rule, verdict.identity) == (State.PRESENT, "matrix.summary_found", room)
        assert "getRoomSummary" in recorded.operations
        assert evidence.vantage == "desk"


def test_a_room_that_is_private_or_never_was_is_unknown(server: Synapse) -> None:
    private = server.room(preset="private_chat")
    assert look(server, room_target(private))[0].state == State.UNKNOWN
    assert look(server, room_target("!never:localhost"))[0].state == State.UNKNOWN
    assert look(server, room_target("!never"))[0].rule == "matrix.room_not_met"


def test_an_upgraded_room_has_moved(server: Synapse) -> None:
    old = server.room(initial_state=READABLE, room_version="11")
    new = server.call("alice", "POST", f"{CLIENT}/rooms/{q(old)}/upgrade", {"new_version": "12"})["replacement_room"]
    verdict = look(server, room_target(old))[0]
    assert (verdict.state, verdict.rule, verdict.target) == (State.MOVED, "matrix.tombstone", f"matrix:channel:{new}")


def test_an_operators_token_tells_a_removal(server: Synapse) -> None:
    room = server.room()
    assert look(server, room_target(room), admin=True)[0].rule == "matrix.admin_room_found"
    server.call("admin", "DELETE", f"/_synapse/admin/v2/rooms/{q(room)}", {"block": True, "purge": True})
    verdict = look(server, room_target(room), admin=True)[0]
    assert (verdict.state, verdict.rule) == (State.REMOVED_BY_PLATFORM, "matrix.admin_blocked")
    _await_gone(server, room)
    assert look(server, room_target(room))[0].state == State.UNKNOWN, "without the token nobody can tell"
    server.call("admin", "PUT", f"/_synapse/admin/v1/rooms/{q(room)}/block", {"block": False})
    verdict = look(server, room_target(room, identity=room), admin=True)[0]
    assert (verdict.state, verdict.rule) == (State.CLOSED_UNKNOWN_ACTOR, "matrix.admin_room_gone")


def _await_gone(server: Synapse, room: str) -> None:
    """The purge runs beside the request that asks for it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        told = server.call("admin", "GET", f"/_synapse/admin/v2/rooms/{q(room)}/delete_status")["results"]
        if all(one["status"] == "complete" for one in told):
            return
    raise AssertionError("the room was not purged in time")


def test_an_alias_that_leads_elsewhere_is_another_room(server: Synapse) -> None:
    first, second = server.room(room_alias_name="lobby"), server.room()
    alias = "#lobby:localhost"
    verdict = look(server, room_target(alias))[0]
    assert (verdict.state, verdict.identity) == (State.PRESENT, first)
    server.call("alice", "DELETE", f"{CLIENT}/directory/room/{q(alias)}")
    verdict, _, recorded = look(server, room_target(alias, identity=first))
    assert (verdict.state, verdict.rule) == (State.UNKNOWN, "matrix.alias_missing")
    assert recorded.operations == ["getRoomIdByAlias"]
    server.call("alice", "PUT", f"{CLIENT}/directory/room/{q(alias)}", {"room_id": second})
    verdict = look(server, room_target(alias, identity=first))[0]
    assert (verdict.state, verdict.target) == (State.RENAMED, f"matrix:channel:{second}")


def test_accounts_as_their_profile_and_their_operator_tell_them(server: Synapse) -> None:
    erin, dora = target_of("matrix:account:@erin:localhost"), target_of("matrix:account:@dora:localhost")
    verdict, _, recorded = look(server, erin)
    assert (verdict.state, verdict.rule) == (State.PRESENT, "matrix.profile_found")
    assert recorded.operations == ["getUserProfile"]
    assert look(server, erin, admin=True)[0].rule == "matrix.admin_active"
    server.call("admin", "PUT", "/_synapse/admin/v2/users/@erin:localhost", {"locked": True})
    assert look(server, erin, admin=True)[0].rule == "matrix.admin_locked"
    server.call("admin", "PUT", "/_synapse/admin/v2/users/@erin:localhost", {"locked": False})
    server.call("admin", "PUT", "/_synapse/admin/v1/suspend/@erin:localhost", {"suspend": True})
    assert look(server, erin, admin=True)[0].state == State.SUSPENDED_REVERSIBLE
    server.call("admin", "PUT", "/_synapse/admin/v1/suspend/@erin:localhost", {"suspend": False})
    server.call("admin", "POST", "/_synapse/admin/v1/users/@erin:localhost/shadow_ban", {})
    assert look(server, erin, admin=True)[0].rule == "matrix.admin_shadow_banned"
    server.call("admin", "POST", "/_synapse/admin/v1/deactivate/@dora:localhost", {"erase": False})
    assert look(server, dora, admin=True)[0].rule == "matrix.admin_deactivated"
    assert look(server, dora)[0].confidence < 0.7, "the profile of a deactivated account is still served"
    nobody = target_of("matrix:account:@nobody:localhost")
    assert look(server, nobody)[0].rule == "matrix.profile_missing"
    assert look(server, nobody, admin=True)[0].rule == "matrix.admin_no_such_user"


def test_a_token_that_is_no_good_is_the_probers_trouble(server: Synapse) -> None:
    spoiled = replace(server, tokens={**server.tokens, "bob": "spoiled"})
    verdict, evidence, _ = look(spoiled, room_target(server.room()))
    assert (verdict.state, verdict.rule) == (State.PRIVATE_OR_PROBER_BLOCKED, "matrix.prober_blocked")
    assert "spoiled" not in evidence.to_json()


def test_a_homeserver_that_does_not_answer_is_unreachable(server: Synapse) -> None:
    closed = replace(server, base="http://127.0.0.1:9")
    verdict = look(closed, room_target("!any:localhost"))[0]
    assert (verdict.state, verdict.rule) == (State.UNREACHABLE, "matrix.unreachable")


def test_without_a_homeserver_in_the_settings_nobody_is_asked(server: Synapse) -> None:
    with pytest.raises(UsageError, match=r"name yours in actionday\.toml"):
        look(server, room_target("!any:localhost"), base="matrix.example.org")


def collect(server: Synapse, room: str, cursor: str | None, folder: Path) -> tuple[Whole, str | None]:
    async def one() -> tuple[Path, str | None]:
        async with outside_of(server) as (outside, recorded):
            got = await MatrixLive().collect(target_of(f"matrix:channel:{room}"), cursor, folder, outside)
        assert recorded.methods == {"GET"}
        assert "getRoomEvents" in recorded.operations
        return got.files[0], got.cursor

    path, after = asyncio.run(one())
    for line in path.read_text("utf-8").splitlines():
        check_event(json.loads(line))
    return conformance.read_whole(SynapseExport(), Source(path, path.name)), after


def members(server: Synapse, room: str) -> set[str]:
    return set(server.call("alice", "GET", f"{CLIENT}/rooms/{q(room)}/joined_members")["joined"])


def test_a_world_readable_room_is_read_without_joining_and_read_on(server: Synapse, tmp_path: Path) -> None:
    room = server.room(initial_state=READABLE, name="ba be", room_version="11")
    server.call("carol", "POST", f"{CLIENT}/join/{q(room)}", {})
    server.state(
        "alice",
        room,
        "m.policy.rule.user",
        {"entity": "@x:example.org", "recommendation": "m.ban", "reason": "ba"},
        "r1",
    )
    sent = [server.send("alice", room, {"msgtype": "m.text", "body": f"ba {n}"}) for n in range(30)]
    before = members(server, room)
    whole, cursor = collect(server, room, None, tmp_path)
    assert whole.tables["posts"]["native"].to_pylist() == sent
    assert whole.tables["channels"]["title"].to_pylist() == ["ba be"]
    held = {(r["account"], r["role"]) for r in whole.tables["memberships"].to_pylist()}
    assert ("matrix:account:@alice:localhost", "owner") in held
    assert ("matrix:account:@alice:localhost", "admin") in held
    assert ("matrix:account:@carol:localhost", "member") in held
    assert whole.tables["sightings"]["subject"].to_pylist()[0] == "matrix:account:@x:example.org"
    more = server.send("carol", room, {"msgtype": "m.text", "body": "be"})
    again, _ = collect(server, room, cursor, tmp_path)
    assert again.tables["posts"]["native"].to_pylist() == [more]
    assert members(server, room) == before, "reading joined the room"


def test_rooms_that_outsiders_may_not_read_are_left_alone(server: Synapse, tmp_path: Path) -> None:
    shared, mine = server.room(), server.room("bob", preset="private_chat")
    with pytest.raises(InputError, match="does not show it to outsiders"):
        collect(server, shared, None, tmp_path)
    with pytest.raises(InputError, match="not world-readable"):
        collect(server, mine, None, tmp_path)

    async def account() -> None:
        async with outside_of(server) as (outside, _):
            await MatrixLive().collect(target_of("matrix:account:@alice:localhost"), None, tmp_path, outside)

    with pytest.raises(InputError, match="accounts are not read live"):
        asyncio.run(account())


VERSIONS = ("2", "6", "10", "11", "12")


def test_synapses_own_export_has_the_ids_that_its_api_gives(server: Synapse, tmp_path: Path) -> None:
    hidden = server.room("bob", preset="private_chat")
    server.send("bob", hidden, {"msgtype": "m.text", "body": "so su"})
    sent: dict[str, list[tuple[str, str | None]]] = {}
    for version in VERSIONS:
        room = server.room(room_version=version, name="ba")
        server.call("bob", "POST", f"{CLIENT}/join/{q(room)}", {})
        first = server.send("bob", room, {"msgtype": "m.text", "body": 'bá "bé" \u2028 }{"a'})
        reply = {"msgtype": "m.text", "body": "du", "m.relates_to": {"m.in_reply_to": {"event_id": first}}}
        sent[room] = [(first, None), (server.send("bob", room, reply), first)]
    folder = server.export("@bob:localhost", tmp_path / "export")
    for room, known in sent.items():
        path = folder / "rooms" / room / "events"
        assert SynapseExport().recognise(path.read_bytes(), f"rooms/{room}/events").certainty > 80
        posts = conformance.read_whole(SynapseExport(), Source(path, "events")).tables["posts"].to_pylist()
        assert [(one["native"], one["reply_to"]) for one in posts] == known
    private = conformance.read_whole(SynapseExport(), Source(folder / "rooms" / hidden / "events", "events"))
    assert private.rows == 0
    assert private.refused[0].reason.startswith("1 messages not imported: the room is not publicly readable")
    profile = folder / "user_data" / "profile"
    account = conformance.read_whole(SynapseExport(), Source(profile, "user_data/profile"))
    assert account.tables["accounts"]["native"].to_pylist() == ["@bob:localhost"]
