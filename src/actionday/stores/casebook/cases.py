"""What a casebook does with cases and holds, and the values it hands out. One suite runs over both databases.

Every call is one transaction in which nobody else writes, so a case is never given to two people and a hold is never overlooked.
Not for: how a case goes (`records.case`), or what the evidence is (`assess`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from actionday.records import Actor, ActorId, EntryId
from actionday.records.case import Case, Stage
from actionday.records.case_event import CaseEvent, Priority
from actionday.records.hold import Hold, Lift
from actionday.records.look import Look
from actionday.records.unit import Unit


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of one opening: the case, and whether it stood already."""

    case: EntryId
    known: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a list of cases. `priority` says why it stands where it stands; `rank` orders them, then `opened`, the later first; `held`: an authority holds the target now."""

    case: EntryId
    target: str
    platform: str
    campaign: str
    stage: Stage
    rank: float
    opened: int
    claimed_by: str | None
    claimed_until: str | None
    sealed: bool
    held: bool
    events: int
    priority: Priority


@dataclass(frozen=True, slots=True)
class Looked:
    """A look, and whether it was outside of what whoever looked works on.

    `outside`: for no case, or for one on which they never took a step, and no other of its campaign either.
    """

    look: Look
    outside: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """Which cases to list: their stages (none: those that wait), one campaign or all, how many, and after which line."""

    stages: frozenset[Stage] = frozenset()
    campaign: str | None = None
    limit: int = 50
    after: tuple[float, int] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of a list, highest rank first, and where the next page begins; None where there is none."""

    lines: tuple[Standing, ...]
    next: tuple[float, int] | None


class Cases(Protocol):
    """The casework of a casebook. Raises PermissionRefused, and UsageError with the reason where a step cannot follow."""

    def set_up(self, actor: Actor, unit: Unit) -> EntryId:
        """Say what the unit is (permission `set_up`); the last word counts."""
        ...

    def unit(self) -> Unit | None:
        """What the unit is; None where nobody said it yet."""
        ...

    def open(self, actor: Actor, openings: Iterable[CaseEvent]) -> Sequence[Opened]:
        """Open a case for each target that has none which waits, was found, or is undecided (permission `add`)."""
        ...

    def follow(self, actor: Actor, event: CaseEvent) -> Case:
        """Take one step (permission by `records.case_event.NEEDS`). Returns the case as the actor may see it.

        A case that is held, by itself or by whom it belongs to, is claimed by nobody; alarms come through.
        """
        ...

    def next(self, actor: Actor, until: datetime, campaign: str | None = None) -> Case | None:
        """Claim the case that comes next for whoever asks, until a time (permission `assess`).

        One that they have already comes first; one that they read, that somebody else has or that is held is passed over. None: nothing waits.
        """
        ...

    def case(self, actor: Actor, case: EntryId) -> Case:
        """One case as the actor may see it (permission `read`)."""
        ...

    def list(self, actor: Actor, asked: Listing) -> Page:
        """A page of cases (permission `read`)."""
        ...

    def count(self, actor: Actor, campaign: str | None = None) -> Mapping[Stage, int]:
        """How many cases stand at each stage (permission `read`)."""
        ...

    def of_targets(self, actor: Actor, targets: Iterable[str]) -> Mapping[str, Sequence[Standing]]:
        """All cases about targets (permission `add`, or `read`): whether they are known, and whether held."""
        ...

    def held(self, actor: Actor, targets: Iterable[str]) -> frozenset[str]:
        """Which of the targets are held now (permission `add`, or `read`)."""
        ...

    def hold(self, actor: Actor, hold: Hold) -> None:
        """Hold a target (permission `hold`)."""
        ...

    def lift(self, actor: Actor, lift: Lift) -> None:
        """End a hold (permission `hold`)."""
        ...

    def holds(self, actor: Actor, now: datetime) -> Sequence[Hold]:
        """Holds that run (permission `read`)."""
        ...

    def look(self, actor: Actor, look: Look) -> None:
        """Record that somebody looked (permission `read`); before they see anything."""
        ...

    def looks(self, actor: Actor, since: datetime) -> Sequence[Looked]:
        """Looks of everybody else since a time, in the order of the ledger (permission `audit`): nobody audits themselves."""
        ...

    def seen_by(self, who: ActorId, since: datetime) -> int:
        """How many cases somebody looked at since a time: how much they were exposed to."""
        ...

    def rebuild(self, actor: Actor) -> int:
        """Fold every case anew (permission `read`). Returns how many lines were other than what their entries say."""
        ...
