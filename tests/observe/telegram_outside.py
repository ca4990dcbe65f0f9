"""The outside as a look or a reading at the tests' data centre has it: one session, no waiting between turns, a clock that is moved."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from tests.observe.outsides import NOW
from tests.servers.mtproto import API_HASH, API_ID, Telegram

from actionday.observe.outside import Outside
from actionday.records import FixedClock, Secret
from actionday.wire import Budget, Http, HttpPolicy, Limits

T = TypeVar("T")


@dataclass(slots=True)
class Desk:
    """One analyst's desk: the data centre and the pages it is told of, its credentials, its clock, what it waited."""

    server: Telegram | None = None
    pages: str = ""
    credentials: dict[str, str] = field(default_factory=dict)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    waited: list[float] = field(default_factory=list)
    timeout: float = 10.0
    address: str = ""

    @classmethod
    def at(cls, server: Telegram, session: str) -> "Desk":
        """With a session at the data centre."""
        told = {"telegram.session": session, "telegram.api_id": str(API_ID), "telegram.api_hash": API_HASH}
        return cls(server, credentials=told, address=server.address)

    async def sleep(self, seconds: float) -> None:
        """Time passes by the clock alone."""
        self.waited.append(seconds)
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))

    def credential(self, name: str, host: str) -> Secret | None:
        """What is configured."""
        return Secret(self.credentials[name]) if name in self.credentials else None

    @property
    def bases(self) -> Mapping[str, str]:
        """Where the services are."""
        return {"telegram": self.address, "telegram.pages": self.pages}

    def run(self, act: Callable[[Outside], Awaitable[T]]) -> T:
        """Run something with this desk's outside."""

        async def main() -> T:
            budget = Budget(self.clock, self.sleep, Limits(at_once=2, apart=0.0))
            policy = HttpPolicy(private_addresses=True, timeout=self.timeout)
            async with Http(budget, self.clock, policy) as http:
                return await act(Outside(http, self.clock, "desk", self.credential, self.bases))

        return asyncio.run(main())
