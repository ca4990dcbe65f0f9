"""Turns at a host: so many at once, so far apart, and none while the host asked to be left alone.

One budget serves everything that speaks to the outside in a process. A wait that a host asked for (`Retry-After`,
`FLOOD_WAIT`) is honoured in full: short ones are waited out, long ones raise `HostResting`, and the work stays due.
Holds can be saved (`holds`) and given back (`recall`, asked once a host), so that they outlive a restart. Time and sleep come from outside.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from actionday.records import ActiondayError, Clock

Sleep = Callable[[float], Awaitable[None]]


class HostResting(ActiondayError):
    """The host is left alone until a time that is too far off to wait for here: it asked for that, or `why` says what else."""

    def __init__(self, host: str, until: datetime, why: str = "") -> None:
        self.host, self.until, self.why = host, until, why
        super().__init__(
            f"{host} is left alone until {until.isoformat(timespec='seconds')}" + (f": {why}" if why else "")
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """`at_once` turns at a time, starts at least `apart` seconds apart, waits of up to `patience` seconds sat out."""

    at_once: int = 2
    apart: float = 1.0
    patience: float = 60.0


@dataclass(slots=True)
class _Door:
    """One host: who is inside, when the next may start, until when it is shut."""

    inside: asyncio.Semaphore
    limits: Limits
    next_start: datetime | None = None
    shut_until: datetime | None = None
    why: str = ""
    queue: asyncio.Lock = field(default_factory=asyncio.Lock)


class Budget:
    """Turns by host. Use one per process; `of` gives limits by host where the default does not fit."""

    def __init__(
        self,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        limits: Limits = Limits(),
        of: Mapping[str, Limits] | None = None,
        recall: Callable[[str], datetime | None] = lambda host: None,
    ) -> None:
        self._clock, self._sleep, self._default, self._of = clock, sleep, limits, dict(of or {})
        self._recall = recall
        self._doors: dict[str, _Door] = {}
        self.turns: defaultdict[str, int] = defaultdict(int)
        """How many turns each host was given."""

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """One turn at the host: waits for a place, for the distance between starts and for a short rest. Raises HostResting."""
        door = self._door(host)
        async with door.inside:
            async with door.queue:
                await self._rest(host, door)
                now = self._clock.now()
                if door.next_start is not None and door.next_start > now:
                    await self._sleep((door.next_start - now).total_seconds())
                    now = max(self._clock.now(), door.next_start)
                door.next_start = now + timedelta(seconds=door.limits.apart)
            self.turns[host] += 1
            yield

    def hold(self, host: str, until: datetime, why: str = "it asked for that") -> None:
        """Leave the host alone until then. A hold is never shortened."""
        door = self._door(host)
        if door.shut_until is None or door.shut_until < until:
            door.shut_until, door.why = until, why

    def holds(self) -> dict[str, datetime]:
        """Hosts that are still to be left alone, and until when."""
        now = self._clock.now()
        return {
            host: door.shut_until for host, door in self._doors.items() if door.shut_until and door.shut_until > now
        }

    async def _rest(self, host: str, door: _Door) -> None:
        while door.shut_until is not None:
            left = (door.shut_until - self._clock.now()).total_seconds()
            if left <= 0:
                door.shut_until = None
            elif left > door.limits.patience:
                raise HostResting(host, door.shut_until, door.why)
            else:
                await self._sleep(left)

    def _door(self, host: str) -> _Door:
        door = self._doors.get(host)
        if door is None:
            limits = self._of.get(host, self._default)
            door = self._doors[host] = _Door(asyncio.Semaphore(limits.at_once), limits, shut_until=self._recall(host))
        return door
