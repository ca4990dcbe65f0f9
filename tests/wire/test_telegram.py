"""Telegram's protocol on the product's wire: sessions that are shared, unknown, or lost on the way; an extra that is missing."""

import asyncio
import logging
import sys

import pytest
from telethon.crypto import AuthKey
from telethon.sessions import StringSession
from tests.observe.outsides import NOW
from tests.servers.mtproto import API_HASH, API_ID, Telegram, telegram
from tests.servers.telegram_world import DROPPED, World
from tests.wire.test_budget import Time

from actionday.records import FixedClock, Secret, UsageError
from actionday.wire import Budget, Limits
from actionday.wire.telegram import Login, Peer, session


def login(server: Telegram, text: str) -> Login:
    return Login(Secret(text), Secret(str(API_ID)), Secret(API_HASH), server.address, 5.0)


def world() -> World:
    made = World()
    made.open(1300000001, "babebi")
    return made


def test_one_session_serves_everybody_at_the_time() -> None:
    time = Time()
    with telegram(world()) as server:
        text = server.session()
        budget = Budget(time.clock, time.sleep, Limits(at_once=2, apart=0.5))

        async def one() -> str:
            async with session(login(server, text), budget, time.clock) as speaking:
                return (await speaking.channel(Peer(1300000001, 9100000007))).code

        async def main() -> list[str]:
            return list(await asyncio.gather(*(one() for _ in range(6))))

        connections = len([one for one in server.asked if type(one).__name__ == "GetConfigRequest"])
        assert asyncio.run(main()) == ["ok"] * 6
        again = len([one for one in server.asked if type(one).__name__ == "GetConfigRequest"])
        assert again == connections + 1
        assert sum(time.slept) >= 0.5 * 5, "turns are apart"


def test_a_key_that_telegram_does_not_know_is_no_session() -> None:
    made = StringSession()
    made.set_dc(2, "127.0.0.1", 443)
    made.auth_key = AuthKey(bytes(range(256)))
    clock = FixedClock(NOW)

    async def main(server: Telegram) -> None:
        async with session(login(server, made.save()), Budget(clock), clock):
            pass

    with telegram(world()) as server, pytest.raises(UsageError, match="sign in again"):
        asyncio.run(main(server))


def test_a_connection_that_breaks_is_said_and_made_anew() -> None:
    clock = FixedClock(NOW)
    with telegram(world()) as server:
        text = server.session()

        async def main() -> list[str]:
            budget = Budget(clock, limits=Limits(apart=0.0))
            async with session(login(server, text), budget, clock) as speaking:
                server.world.broken["GetChannels"] = DROPPED
                first = await speaking.channel(Peer(1300000001, 9100000007))
                server.world.broken.clear()
            async with session(login(server, text), budget, clock) as speaking:
                second = await speaking.channel(Peer(1300000001, 9100000007))
            return [first.code, second.code]

        assert asyncio.run(main()) == ["connect", "ok"]


class Heard(logging.Handler):
    """Whatever reaches the log of the whole program."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def test_nobody_is_remembered_and_nothing_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    from actionday.wire import telegram as wire

    made, clock, heard = world(), FixedClock(NOW), Heard()
    logging.getLogger("actionday").setLevel(logging.DEBUG)
    with telegram(made) as server:
        text = server.session()
        monkeypatch.setattr(logging.root, "handlers", [heard])
        one = login(server, text)
        client = wire._client(one)

        async def main() -> None:
            async with session(one, Budget(clock, limits=Limits(apart=0.0)), clock) as speaking:
                assert (await speaking.resolve("babebi")).code == "ok"
                assert speaking._client.session._entities == set()

        asyncio.run(main())
    assert client.flood_sleep_threshold == 0
    assert client._no_updates
    logging.getLogger("actionday").setLevel(logging.NOTSET)
    assert not [one for one in heard.records if one.name.startswith(("telethon", "actionday"))]


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "telethon", None)
    clock = FixedClock(NOW)

    async def main() -> None:
        given = Login(Secret("1x"), Secret("1"), Secret("x"))
        async with session(given, Budget(clock), clock):
            pass

    with pytest.raises(UsageError, match=r"actionday\[telegram\]"):
        asyncio.run(main())
