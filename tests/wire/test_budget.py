"""Turns at a host, on a clock that only sleeping moves."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from actionday.records import FixedClock
from actionday.wire import Budget, HostResting, Limits

START = datetime(2020, 1, 1, tzinfo=UTC)


class Time:
    """A clock and the sleep that moves it."""

    def __init__(self) -> None:
        self.clock = FixedClock(START)
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))
        await asyncio.sleep(0)


def test_starts_are_apart_and_no_more_than_allowed_are_inside() -> None:
    time = Time()
    budget = Budget(time.clock, time.sleep, Limits(at_once=2, apart=3.0))
    inside, most, starts = 0, 0, []

    async def look() -> None:
        nonlocal inside, most
        async with budget.turn("host"):
            starts.append((time.clock.now() - START).total_seconds())
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            inside -= 1

    async def all_of_them() -> None:
        await asyncio.gather(*(look() for _ in range(8)))

    asyncio.run(all_of_them())
    assert starts == [3.0 * n for n in range(8)]
    assert most <= 2
    assert budget.turns["host"] == 8


def test_hosts_do_not_wait_for_each_other() -> None:
    time = Time()
    budget = Budget(time.clock, time.sleep, Limits(apart=100.0))

    async def both() -> None:
        for host in ("a", "b"):
            async with budget.turn(host):
                pass

    asyncio.run(both())
    assert time.slept == []


def test_a_short_rest_is_sat_out_in_full_and_a_long_one_raised() -> None:
    time = Time()
    budget = Budget(time.clock, time.sleep, Limits(apart=0.0, patience=60.0))

    async def run() -> None:
        budget.hold("host", START + timedelta(seconds=45))
        budget.hold("host", START + timedelta(seconds=10))  # never shortened
        async with budget.turn("host"):
            assert time.clock.now() == START + timedelta(seconds=45)
        until = time.clock.now() + timedelta(hours=18)
        budget.hold("host", until)
        with pytest.raises(HostResting) as told:
            async with budget.turn("host"):
                pytest.fail("the host was spoken to")
        assert told.value.until == until
        assert "left alone until" in str(told.value)
        assert "it asked for that" in str(told.value)
        assert budget.holds() == {"host": until}
        time.clock.move_to(until)
        async with budget.turn("host"):
            assert budget.holds() == {}

    asyncio.run(run())


def test_what_else_a_host_is_left_alone_for_is_told() -> None:
    time = Time()
    budget = Budget(time.clock, time.sleep, Limits(apart=0.0, patience=60.0))

    async def run() -> None:
        budget.hold("host", START + timedelta(hours=1), "no stream could be opened (tls)")
        budget.hold("host", START + timedelta(minutes=2))  # never shortened, so what it was for stays too
        with pytest.raises(HostResting, match=r"no stream could be opened \(tls\)"):
            async with budget.turn("host"):
                pytest.fail("the host was spoken to")

    asyncio.run(run())
