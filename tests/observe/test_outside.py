"""What is kept open for a round: opened once, closed when the round ends, and nothing is kept without a round."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from tests.observe.knocking import settings
from tests.observe.outsides import NOW, with_outside

from actionday.observe.outside import Outside
from actionday.playbook.reaching import Means, outside
from actionday.records import FixedClock, Silent
from actionday.stores.archive.home import HomePolicy, make_home


class Door:
    def __init__(self, *, shut: int = 0) -> None:
        self.said: list[str] = []
        self._shut = shut

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[None]:
        self.said.append("opened")
        if len(self.said) <= self._shut:
            raise ConnectionError("shut")
        await asyncio.sleep(0)
        yield
        self.said.append("closed")


def test_a_round_opens_once_and_closes_at_its_end(tmp_path: Path) -> None:
    home, door = make_home(tmp_path / "home", HomePolicy(), NOW), Door()

    async def run() -> None:
        async with outside(settings(home.path), home, Means(FixedClock(NOW), Silent())) as way:
            await asyncio.gather(*(way.keep("door", door.opening) for _ in range(3)))
            assert door.said == ["opened"]

    asyncio.run(run())
    assert door.said == ["opened", "closed"]


def test_what_could_not_be_opened_is_tried_again(tmp_path: Path) -> None:
    home, door = make_home(tmp_path / "home", HomePolicy(), NOW), Door(shut=1)

    async def run() -> None:
        async with outside(settings(home.path), home, Means(FixedClock(NOW), Silent())) as way:
            with pytest.raises(ConnectionError):
                await way.keep("door", door.opening)
            await way.keep("door", door.opening)

    asyncio.run(run())
    assert door.said == ["opened", "opened", "closed"]


def test_it_is_closed_also_when_the_round_fails() -> None:
    door = Door()

    async def run(way: Outside) -> None:
        async with AsyncExitStack() as closing:
            kept = Outside(way.http, way.clock, way.vantage, way.credential, closing=closing)
            await kept.keep("door", door.opening)
            await way.keep("door", door.opening)  # no round: nothing is kept

    with_outside(run)
    assert door.said == ["opened", "closed"]
