"""What live readers and probers are given to speak to the outside: a target, the wire, the time, credentials.

Nothing here is on by itself: the playbook makes `Outside` only for platforms that the settings allow. Not for: deciding
what to ask (probers, live readers) or how to ask it (wire).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from actionday.records import Clock, Secret, UsageError
from actionday.wire import Budget, Http


@dataclass(frozen=True, slots=True)
class Target:
    """One subject to look at.

    `subject` is the id's text form; `kind` and `native` its parts; `handle` the last known handle. `options` is what the plan
    records of it: `contact` (whether the host itself may be spoken to, where a platform's default is that it may not),
    `identity` (what the last look found in its place), and what a platform needs to find it by id (`access_hash`).
    """

    subject: str
    platform: str
    kind: str
    native: str
    handle: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside as one run sees it. `credential(name, host)` gives a secret or None; `vantage` is who looks from where."""

    http: Http
    clock: Clock
    vantage: str
    credential: Callable[[str, str], Secret | None]
    bases: Mapping[str, str] = field(default_factory=dict)

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
