"""What live readers and probers are given to speak to the outside: a target, the wire, the time, credentials.

Nothing here is on by itself: the playbook makes `Outside` only for platforms that the settings allow. Not for: deciding
what to ask (probers, live readers) or how to ask it (wire).
"""

from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from actionday.records import Clock, Secret, UsageError
from actionday.wire import Budget, Http


@dataclass(frozen=True, slots=True)
class Target:
    """One subject to look at.

    `subject` is the id's text form; `kind` and `native` its parts; `handle` the last known handle. `options` is what the plan
    records of it: `contact` (the standing decision whether the subject's own host may be spoken to; see `contact`),
    `identity` (what was last found in its place), `server` (another server that is asked about it), and what a platform
    needs to find it by id (`access_hash`).
    """

    subject: str
    platform: str
    kind: str
    native: str
    handle: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def vantage_at(vantage: str, server: str) -> str:
    """The vantage of looks that ask another server about a subject: misses there never add up with misses at its own."""
    return f"{vantage} at {server.lower()}"


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside as one run sees it. `credential(name, host)` gives a secret or None; `vantage` is who looks from where.

    `closing` is left when the run ends: what `keep` was given is closed then. Without it nothing is kept.
    """

    http: Http
    clock: Clock
    vantage: str
    credential: Callable[[str, str], Secret | None]
    bases: Mapping[str, str] = field(default_factory=dict)
    closing: AsyncExitStack | None = None
    _kept: set[Hashable] = field(default_factory=set)

    async def keep(self, name: Hashable, opening: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        """Open something once and leave it open until the run ends, so that looks one after the other share it."""
        if self.closing is None or name in self._kept:
            return
        self._kept.add(name)
        try:
            await self.closing.enter_async_context(opening())
        except BaseException:
            self._kept.discard(name)
            raise

    @property
    def budget(self) -> Budget:
        """The turns that HTTP takes; clients of other protocols take theirs from the same."""
        return self.http.budget

    def need(self, name: str, host: str = "") -> Secret:
        """A credential that must be there. Raises UsageError saying how to give it."""
        secret = self.credential(name, host)
        if secret is None:
            raise UsageError(
                f"{name} is not configured{' for ' + host if host else ''}: set ACTIONDAY_CREDENTIAL_{name.upper().replace('.', '_')}, "
                "or see docs/reference/settings.md"
            )
        return secret

    def base(self, name: str, default: str) -> str:
        """The base URL of a service that has one place (an API); settings may name another, tests a server of their own."""
        return self.bases.get(name, default)
