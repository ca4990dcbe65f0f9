"""The outside as tests have it: loopback, a clock that stands, no waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from actionday.observe.outside import Outside
from actionday.records import FixedClock, Secret
from actionday.wire import Budget, Http, HttpPolicy, Limits

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
T = TypeVar("T")


async def no_wait(seconds: float) -> None:
    """Time is not waited for."""


def with_outside(
    act: Callable[[Outside], Awaitable[T]], bases: Mapping[str, str] | None = None, token: str | None = None
) -> T:
    """Run something that speaks to loopback."""

    async def run() -> T:
        clock = FixedClock(NOW)
        budget = Budget(clock, no_wait, Limits(at_once=4, apart=0.0))
        async with Http(budget, clock, HttpPolicy(private_addresses=True)) as http:
            secret = None if token is None else Secret(token)
            return await act(Outside(http, clock, "desk", lambda name, host: secret, dict(bases or {})))

    return asyncio.run(run())
