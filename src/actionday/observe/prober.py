"""The prober protocol: is a subject still up?

`look` asks and brings back raw evidence; `judge` reads a state out of evidence and touches nothing, so that recorded evidence
can be judged again by a better rule. A prober reads only: it joins, follows, subscribes to and sends nothing, and it does
not log in where terms forbid. It looks once: spacing, repeating and confirming are the schedule's.
Entry point group: ``actionday.probers``. Not for: reading content (live readers) or export files (readers).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from actionday.observe.outside import Outside, Target
from actionday.records import Evidence, State, Verdict


@dataclass(frozen=True, slots=True)
class ProbeExample:
    """Recorded evidence and what must be read out of it: for conformance, the docs and `judge`'s own tests."""

    name: str
    target: Target
    evidence: Evidence
    state: State
    rule: str


@runtime_checkable
class Prober(Protocol):
    """How to see whether a platform's subjects are still up."""

    name: str  # the entry point's name; usually the platform's
    title: str
    version: int  # raised when the same evidence would give another verdict
    platforms: tuple[str, ...]
    extra: str  # the optional extra it needs, or ""
    credentials: tuple[str, ...]  # names of credentials it cannot do without
    sees: str  # one sentence: what the other side sees of a look

    def host(self, target: Target) -> str:
        """Whose patience a look at the target costs: a host name with port if unusual, or the service's name. Must not raise."""
        ...

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """Ask. Mishaps of the network are evidence, not errors. Raises `wire.HostResting` and UsageError (not configured)."""
        ...

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """Read the evidence. Pure; evidence that says nothing gives `unknown` or `unreachable`, never an error."""
        ...

    def examples(self) -> Sequence[ProbeExample]:
        """At least one for every rule that `judge` knows."""
        ...
