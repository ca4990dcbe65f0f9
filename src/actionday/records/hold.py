"""Holds: an authority asks that a target is left alone for a while. Nothing about a held target leaves, by any path.

A hold lies on a target, whether or not there is a case. Not for: preservation, which keeps what a host has to keep.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from actionday.records.ids import ActorId, EntryId


@dataclass(frozen=True, slots=True)
class Hold:
    """A target is held until a time, for an authority that is named. `why` is in people's words. Raises ValueError."""

    id: EntryId
    target: str
    authority: str
    until: datetime
    at: datetime
    by: ActorId
    why: str = field(repr=False)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("it needs aware times")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        object.__setattr__(self, "until", self.until.astimezone(UTC))
        if self.until <= self.at:
            raise ValueError("a hold ends after it begins")
        if not (self.target.strip() and self.authority.strip() and self.why.strip()):
            raise ValueError("a hold names its target, its authority and its reason")


@dataclass(frozen=True, slots=True)
class Lift:
    """Takes a hold back before it ends. `at` is in UTC."""

    id: EntryId
    of: EntryId
    at: datetime
    by: ActorId
    why: str = field(repr=False)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("it needs an aware time")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        if not self.why.strip():
            raise ValueError("a hold is lifted for a reason")


def holding(holds: Iterable[Hold], lifts: Iterable[Lift], now: datetime) -> dict[str, Hold]:
    """The hold that runs longest, by target."""
    lifted = {lift.of for lift in lifts if lift.at <= now}
    running: dict[str, Hold] = {}
    for hold in holds:
        if hold.id not in lifted and hold.at <= now < hold.until:
            other = running.get(hold.target)
            running[hold.target] = hold if other is None or hold.until > other.until else other
    return running
