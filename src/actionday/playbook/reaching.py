"""The outside as an action gets it: one budget of turns, with the rests that hosts asked for kept over restarts.

Rests are kept under keyed hashes, so that the note names no host. Not for: what is asked (see `looking`, `collecting`).
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version

from actionday.observe.live import LiveReader
from actionday.observe.outside import Outside
from actionday.observe.prober import Prober
from actionday.records import Clock, HomeError, Progress
from actionday.settings import Settings
from actionday.stores.archive.home import Home, pseudonym_key
from actionday.wire import Budget, Http, HttpPolicy, Limits
from actionday.wire.budget import Sleep

_HOLDS = "holds.json"


@dataclass(frozen=True, slots=True)
class Means:
    """What looking and collecting are given from outside: the time, how to wait, where to report, how to treat hosts.

    `probers` and `live` are plugins by name; None: all that are installed.
    """

    clock: Clock
    progress: Progress
    sleep: Sleep = asyncio.sleep
    limits: Limits = field(default_factory=Limits)
    probers: Mapping[str, Prober] | None = None
    live: Mapping[str, LiveReader] | None = None


@asynccontextmanager
async def outside(settings: Settings, home: Home, means: Means) -> AsyncIterator[Outside]:
    """The outside for one round; the rests that hosts asked for are taken over from the last round and kept for the next."""
    key = pseudonym_key(settings.keys_of(home.path))
    held = _read_holds(home)
    budget = Budget(means.clock, means.sleep, means.limits, recall=lambda host: held.get(_host_hash(key, host)))
    agent = settings.agent or f"actionday/{version('actionday')}"
    policy = HttpPolicy(agent=agent, private_addresses=settings.own_network)
    async with Http(budget, means.clock, policy) as http, AsyncExitStack() as closing:
        try:
            yield Outside(http, means.clock, settings.vantage, settings.credentials, settings.bases, closing)
        finally:
            fresh = {_host_hash(key, host): until for host, until in budget.holds().items()}
            _write_holds(home, {**held, **fresh}, means.clock.now())


def _host_hash(key: bytes, host: str) -> str:
    return hmac.new(key, f"host:{host}".encode(), hashlib.sha256).hexdigest()


def _read_holds(home: Home) -> dict[str, datetime]:
    with contextlib.suppress(FileNotFoundError):
        try:
            told = json.loads((home.path / _HOLDS).read_text("utf-8"))
            return {host: datetime.fromisoformat(until) for host, until in told.items()}
        except (ValueError, AttributeError) as error:
            raise HomeError(f"{home.path / _HOLDS} is damaged: {error}; delete it") from error
    return {}


def _write_holds(home: Home, holds: Mapping[str, datetime], now: datetime) -> None:
    still = {host: until.isoformat() for host, until in sorted(holds.items()) if until > now}
    scratch = home.path / f"{_HOLDS}.new"
    scratch.write_text(json.dumps(still, indent=1) + "\n", "utf-8")
    scratch.replace(home.path / _HOLDS)
