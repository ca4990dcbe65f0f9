"""Looking at and reading rooms on Prosody and ejabberd, started here: what each answers to somebody who is not inside."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.observe.xmpp_outside import outside_of
from tests.servers.xmpp import HOST, ROOMS, SERVERS, XmppServer, password
from tests.servers.xmpp_people import logged_in, open_room, trusting

from actionday.observe import conformance
from actionday.observe.live import Collected
from actionday.observe.outside import Target
from actionday.observe.platforms.xmpp.export import XmppExport
from actionday.observe.platforms.xmpp.live import XmppLive
from actionday.observe.platforms.xmpp.probe import XmppProber
from actionday.observe.prober_conformance import target_of
from actionday.observe.reader import Source
from actionday.records import Evidence, InputError, State, UsageError, Verdict
from actionday.wire import HostResting
from actionday.wire.xmpp import Login, stream

PROBER, LIVE = XmppProber(), XmppLive()
TEXTS = [f"ba be {n} &amp <bi>" for n in range(7)]


@pytest.fixture(scope="module", params=sorted(SERVERS))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[XmppServer]:
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as started:
        asyncio.run(_furnish(started))
        yield started


async def _furnish(server: XmppServer) -> None:
    """Rooms of every sort, some of them ended."""
    async with logged_in(server, "alice") as alice:
        await open_room(alice, "open", TEXTS, whois="anyone", roomdesc="du da")
        await open_room(alice, "semi", ["ba"], whois="moderators")
        await open_room(alice, "hidden", ["no"], publicroom=0)
        await open_room(alice, "members", ["no"], membersonly=1)
        await open_room(alice, "locked", ["no"], passwordprotectedroom=1, roomsecret="x")
        await alice.destroy(await open_room(alice, "moved", ["ba"]), f"new@{ROOMS}", "ke ko")
        await alice.destroy(await open_room(alice, "ended", ["ba"]))


def room(name: str) -> Target:
    return target_of(f"xmpp:channel:{name}@{ROOMS}")


def look(server: XmppServer, *targets: Target, bases: dict[str, str] | None = None) -> list[tuple[Evidence, Verdict]]:
    async def looks() -> list[tuple[Evidence, Verdict]]:
        async with outside_of(server, bases=bases) as outside:
            evidence = await asyncio.gather(*(PROBER.look(target, outside) for target in targets))
        return [(one, PROBER.judge(target, one)) for target, one in zip(targets, evidence, strict=True)]

    return asyncio.run(looks())


def collect(server: XmppServer, target: Target, folder: Path, cursor: str | None = None) -> Collected:
    async def collects() -> Collected:
        async with outside_of(server) as outside:
            return await LIVE.collect(target, cursor, folder, outside)

    return asyncio.run(collects())


def read(collected: Collected) -> conformance.Whole:
    (path,) = collected.files
    return conformance.read_whole(XmppExport(), Source(path, path.name))


def test_rooms_that_are_there_answer_whoever_asks(server: XmppServer) -> None:
    names = ("open", "semi", "hidden", "members", "locked")
    looks = look(server, *map(room, names))
    assert [verdict.state for _, verdict in looks] == [State.PRESENT] * len(names)
    first = looks[0][0].exchanges[0]
    assert first.code == "result"
    assert "muc_public" in first.facts["muc"]
    assert len(first.body_sha256) == 64


def test_a_destroyed_room_tells_its_end_on_prosody_and_nothing_on_ejabberd(server: XmppServer) -> None:
    """What the docs say of both, measured."""
    (moved, moved_verdict), (ended, ended_verdict), (never, never_verdict) = look(
        server, room("moved"), room("ended"), room("never")
    )
    if server.kind == "prosody":
        assert (moved.exchanges[0].code, moved.exchanges[0].marker) == ("gone", f"xmpp:new@{ROOMS}?join")
        assert moved.exchanges[0].facts == {"text": "ke ko"}
        assert (moved_verdict.state, moved_verdict.target) == (State.MOVED, f"xmpp:channel:new@{ROOMS}")
        assert moved_verdict.signal == "destroy"
        assert (ended.exchanges[0].code, ended_verdict.state) == ("gone", State.CLOSED_UNKNOWN_ACTOR)
        assert ended_verdict.rule == "xmpp.gone"
    else:
        assert [one.exchanges[0].code for one in (moved, ended)] == ["item-not-found"] * 2
        assert {moved_verdict.rule, ended_verdict.rule} == {"xmpp.no_such_room"}
    assert [one.code for one in never.exchanges] == ["item-not-found", "result"]
    assert (never_verdict.state, never_verdict.rule) == (State.CLOSED_UNKNOWN_ACTOR, "xmpp.no_such_room")
    assert never_verdict.confidence < 0.7


def test_a_host_that_has_no_rooms_says_nothing_of_a_room(server: XmppServer) -> None:
    looks = look(server, target_of(f"xmpp:channel:lo@{HOST}"), target_of("xmpp:channel:lo@nowhere.example"))
    for _, verdict in looks:
        assert verdict.state in (State.UNKNOWN, State.UNREACHABLE, State.PRIVATE_OR_PROBER_BLOCKED)


def test_accounts_are_not_asked_for(server: XmppServer) -> None:
    looks = look(server, target_of(f"xmpp:account:bob@{HOST}"), target_of(f"xmpp:account:nobody@{HOST}"))
    for evidence, verdict in looks:
        assert [one.code for one in evidence.exchanges] == ["not-asked"]
        assert (verdict.state, verdict.rule) == (State.UNKNOWN, "xmpp.account_not_told")


@pytest.mark.parametrize("server", ["ejabberd"], indirect=True)  # Prosody has no such interface
def test_an_operator_asks_the_own_ejabberd(server: XmppServer) -> None:
    bases = {f"xmpp.api@{HOST}": server.api}
    looks = look(server, target_of(f"xmpp:account:bob@{HOST}"), target_of(f"xmpp:account:nobody@{HOST}"), bases=bases)
    assert [verdict.state for _, verdict in looks] == [State.PRESENT, State.CLOSED_UNKNOWN_ACTOR]
    assert looks[0][1].rule == "xmpp.operator_has_account_ban_not_told"  # 23.01 does not know get_ban_details
    assert "bob" not in looks[0][0].to_json()  # the evidence may be kept under a pseudonym


def test_looking_enters_no_room_and_shows_nobody(server: XmppServer, tmp_path: Path) -> None:
    async def watched() -> tuple[list[str], str]:
        async with logged_in(server, "alice") as alice, logged_in(server, "bob") as bob:
            await alice.enter(f"open@{ROOMS}", "Al")
            await bob.enter(f"open@{ROOMS}", "Bo")
            alice.seen.clear()
            bob.seen.clear()
            async with outside_of(server) as outside:
                await PROBER.look(room("open"), outside)
                await LIVE.collect(room("open"), None, tmp_path, outside)
            answer = await bob.ask(f"open@{ROOMS}", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>")
            return [one for one in (*alice.seen, *bob.seen) if "eve" in one], str(answer)

    seen, answer = asyncio.run(watched())
    assert seen == []
    assert 'var="muc#roominfo_occupants"' in answer
    assert "<value>2</value>" in answer


def test_a_public_room_is_read_from_outside(server: XmppServer, tmp_path: Path) -> None:
    collected = collect(server, room("open"), tmp_path)
    whole = read(collected)
    assert whole.refused == []
    posts = [row for row in whole.tables["posts"].to_pylist() if row["kind"] == "original"]
    assert [row["text"] for row in posts] == TEXTS
    assert {row["author"] for row in posts} == {f"xmpp:account:alice@{HOST}"}
    (channel,) = whole.tables["channels"].to_pylist()
    assert (channel["title"], channel["description"]) == ("lo open", "du da")
    assert "does not tell outsiders its owners (forbidden) and admins (forbidden); it was not joined" in collected.says
    if server.kind == "prosody":  # its archive says what the sender was to the room
        (role,) = whole.tables["memberships"].to_pylist()
        assert (role["account"], role["role"]) == (f"xmpp:account:alice@{HOST}", "owner")
    else:
        assert "memberships" not in whole.tables


def test_reading_goes_on_where_it_stopped(server: XmppServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actionday.observe.platforms.xmpp.live._PAGE", 2)
    first = collect(server, room("open"), tmp_path)
    assert len(read(first).tables["posts"]) >= len(TEXTS)
    again = collect(server, room("open"), tmp_path, first.cursor)
    assert "posts" not in read(again).tables
    assert again.cursor == first.cursor

    async def more() -> None:
        async with logged_in(server, "alice") as alice:
            await alice.enter(f"open@{ROOMS}", "Al")
            await alice.say(f"open@{ROOMS}", ["ba new"])

    asyncio.run(more())
    assert read(collect(server, room("open"), tmp_path, first.cursor)).tables["posts"]["text"].to_pylist() == ["ba new"]
    lost = "an-id-that-never-was" if server.kind == "prosody" else "1"  # ejabberd's ids are times
    assert "ba new" in read(collect(server, room("open"), tmp_path, lost)).tables["posts"]["text"].to_pylist()


def test_a_semi_anonymous_room_shows_occupants_only(server: XmppServer, tmp_path: Path) -> None:
    whole = read(collect(server, room("semi"), tmp_path))
    (author,) = {row["author"] for row in whole.tables["posts"].to_pylist() if row["author"]}
    assert author.startswith(f"xmpp:account:semi@{ROOMS}/")
    assert "alice" not in author


@pytest.mark.parametrize("name", ["hidden", "members", "locked"])
def test_a_room_that_is_not_public_is_not_read(server: XmppServer, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="not read"):
        collect(server, room(name), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_room_is_not_read(server: XmppServer, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="only rooms"):
        collect(server, target_of(f"xmpp:account:bob@{HOST}"), tmp_path)
    with pytest.raises(InputError, match=r"no room|answers"):
        collect(server, target_of(f"xmpp:channel:bob@{HOST}"), tmp_path)


def test_a_room_that_is_gone_gives_its_move(server: XmppServer, tmp_path: Path) -> None:
    if server.kind == "prosody":
        collected = collect(server, room("moved"), tmp_path)
        (move,) = read(collected).tables["moves"].to_pylist()
        assert (move["subject"], move["target"]) == (f"xmpp:channel:moved@{ROOMS}", f"xmpp:channel:new@{ROOMS}")
        assert move["evidence"] == "destroyed: ke ko"
        assert collected.says == "the room is gone"
    else:
        with pytest.raises(InputError, match="item-not-found"):
            collect(server, room("moved"), tmp_path)


def test_a_wrong_password_is_told_and_not_shown(server: XmppServer) -> None:
    async def wrong() -> None:
        async with outside_of(server, secret="not-it-at-all") as outside:
            await PROBER.look(room("open"), outside)

    with pytest.raises(UsageError, match=r"xmpp\.password") as told:
        asyncio.run(wrong())
    assert "not-it-at-all" not in str(told.value)


def test_a_certificate_nobody_vouches_for_is_not_trusted(server: XmppServer) -> None:
    async def asked() -> str:
        async with outside_of(server) as outside:
            login = Login(f"eve@{HOST}", outside.need("xmpp.password"), server.address, timeout=10)
            async with stream(login, outside.budget, outside.clock) as xmpp:
                return xmpp.failure

    assert asyncio.run(asked()) in ("tls", "timeout", "protocol")


def test_a_server_that_is_not_there_is_evidence(server: XmppServer) -> None:
    ((evidence, verdict),) = look(replace(server, address="127.0.0.1:1"), room("open"))
    assert evidence.exchanges[0].code == "connect"
    assert verdict.state is State.UNREACHABLE


def test_a_shut_door_is_knocked_at_once(server: XmppServer) -> None:
    async def knocks() -> list[object]:
        async with outside_of(replace(server, address="127.0.0.1:1")) as outside:
            looks = (PROBER.look(room("open"), outside) for _ in range(5))
            return [type(one) for one in await asyncio.gather(*looks, return_exceptions=True)]

    assert asyncio.run(knocks()) == [Evidence] + [HostResting] * 4


def test_looks_share_one_stream_and_take_their_turns(server: XmppServer) -> None:
    async def turns() -> dict[str, int]:
        async with outside_of(server) as outside:
            await asyncio.gather(*(PROBER.look(room("open"), outside) for _ in range(6)))
            return dict(outside.budget.turns)

    assert asyncio.run(turns()) == {HOST: 1, ROOMS: 6}


def test_messages_of_others_do_not_pass_for_the_archive(server: XmppServer, tmp_path: Path) -> None:
    """Anyone may send the observer a message that looks like an archived one of the room."""

    async def forged() -> Collected:
        async with logged_in(server, "bob") as bob, outside_of(server) as outside:
            login = Login(f"eve@{HOST}", outside.need("xmpp.password"), server.address, trusting(server))
            async with stream(login, outside.budget, outside.clock) as xmpp:
                eve = xmpp._client.boundjid.full
                for question in range(1, 4):
                    inside = f"<forwarded xmlns='urn:xmpp:forward:0'><message from='open@{ROOMS}/Al' type='groupchat' xmlns='jabber:client'><body>forged</body></message></forwarded>"
                    result = f"<result xmlns='urn:xmpp:mam:2' queryid='actionday-{question}' id='f{question}'>{inside}</result>"
                    bob.client.send_raw(f"<message to='{eve}'>{result}</message>")
                return await LIVE.collect(room("open"), None, tmp_path, outside)

    collected = asyncio.run(forged())
    assert "forged" not in collected.files[0].read_text()


def test_everybodys_password_is_their_own() -> None:
    assert password("eve") != password("bob")
