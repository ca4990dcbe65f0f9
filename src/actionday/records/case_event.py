"""What happens to a case, as dated events about one target; and what comes next and why. Not for: how they follow on each other (`case`)."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from actionday.records.ids import ActorId, EntryId
from actionday.records.permission import Permission
from actionday.records.reading import Reading

FADING = timedelta(days=14)
"""In which the freshness of a case falls to 1/e."""


class CaseStep(StrEnum):
    """What an event says."""

    OPENED = "opened"
    EVIDENCE = "evidence"
    """what is read was frozen"""
    CLAIMED = "claimed"
    GIVEN_BACK = "given_back"
    HANDED_ON = "handed_on"
    ESCALATED = "escalated"
    READ = "read"
    READING_UNDONE = "reading_undone"
    REREAD = "reread"
    """a single reader's second look"""
    THREAT_TO_LIFE = "threat_to_life"
    """Art. 14(5): told to the authority at once"""
    SEALED = "sealed"
    """child abuse: no copies, exports or feeds"""
    CONTESTED = "contested"
    CONTEST_UPHELD = "contest_upheld"
    CONTEST_REJECTED = "contest_rejected"
    CLOSED = "closed"
    """without an answer: gone, expired, a duplicate"""


@dataclass(frozen=True, slots=True)
class Priority:
    """What next and why: confidence × harm × reach × freshness, each in (0, 1]; `seen` is when it was last seen there, in UTC."""

    confidence: float
    harm: float
    reach: float
    seen: datetime

    def __post_init__(self) -> None:
        for name in ("confidence", "harm", "reach"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} {getattr(self, name)} is not above 0 and at most 1")
        if self.seen.tzinfo is None:
            raise ValueError("it needs an aware time")
        object.__setattr__(self, "seen", self.seen.astimezone(UTC))

    def freshness(self, now: datetime) -> float:
        """What is left of it by now, 1 for what was just seen."""
        return math.exp(-max((now - self.seen) / FADING, 0.0))

    def value(self, now: datetime) -> float:
        """The product."""
        return self.confidence * self.harm * self.reach * self.freshness(now)

    @property
    def rank(self) -> float:
        """Orders cases as `value` does, at any moment: all freshness fades at one rate, so the order of two cases never changes."""
        since = datetime(2000, 1, 1, tzinfo=UTC)
        return math.log(self.confidence * self.harm * self.reach) + (self.seen - since) / FADING


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case begins with. `target` is a subject id, a reference (`platform:@handle`) or `url:` and an address.

    `about` is whom an address belongs to (a subject id or a reference), where that shows: a hold on them holds the address, and to forget
    them takes the case. Empty for anything but an address.
    `source` says where the lead came from (pasted, link, known content, report, order …); `readers` how many must read it.
    """

    target: str
    platform: str
    source: str
    priority: Priority
    readers: int = 2
    campaign: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        if self.readers not in (1, 2):
            raise ValueError("a case has one reader or two")
        if not self.target.strip():
            raise ValueError("a case has a target")


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of frozen evidence: what it is called, its SHA-256 in hex and its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One dated fact about one case. `case` is the id of its opening. `why` is in people's words; `at` in UTC.

    `opening` goes with opened, `items` and `digest` (over all items) with evidence, `until` with claimed, `to` (a person) with handed on,
    `reading` with read and reread, `of` (an event) with an undoing, `reference` with contests and threats (a receipt). Raises ValueError.
    """

    id: EntryId
    case: EntryId
    step: CaseStep
    at: datetime
    by: ActorId
    why: str = field(default="", repr=False)
    opening: Opening | None = None
    items: tuple[Item, ...] = ()
    digest: str = ""
    until: datetime | None = None
    to: ActorId | None = None
    reading: Reading | None = None
    of: EntryId | None = None
    reference: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("it needs an aware time")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        if (self.step is CaseStep.OPENED) != (self.id == self.case):
            raise ValueError("a case's id is that of its opening")
        for name, steps in _GOES_WITH.items():
            if bool(getattr(self, name)) != (self.step in steps):
                raise ValueError(f"`{name}` goes with {' and '.join(sorted(steps))}")
        if self.step in _REASONED and not self.why.strip():
            raise ValueError(f"{self.step} needs its reason")


_GOES_WITH: dict[str, frozenset[CaseStep]] = {
    "opening": frozenset({CaseStep.OPENED}),
    "items": frozenset({CaseStep.EVIDENCE}),
    "digest": frozenset({CaseStep.EVIDENCE}),
    "until": frozenset({CaseStep.CLAIMED}),
    "to": frozenset({CaseStep.HANDED_ON}),
    "reading": frozenset({CaseStep.READ, CaseStep.REREAD}),
    "of": frozenset({CaseStep.READING_UNDONE}),
    "reference": frozenset({CaseStep.CONTESTED, CaseStep.THREAT_TO_LIFE}),
}
_REASONED = frozenset(
    {
        CaseStep.ESCALATED,
        CaseStep.SEALED,
        CaseStep.THREAT_TO_LIFE,
        CaseStep.CONTESTED,
        CaseStep.CONTEST_UPHELD,
        CaseStep.CONTEST_REJECTED,
        CaseStep.CLOSED,
    }
)
NEEDS: dict[CaseStep, Permission] = dict.fromkeys(CaseStep, Permission.ASSESS) | dict.fromkeys(
    (CaseStep.OPENED, CaseStep.EVIDENCE, CaseStep.THREAT_TO_LIFE, CaseStep.SEALED, CaseStep.CONTESTED), Permission.ADD
)
"""What whoever takes a step needs. Alarms and contests are for everybody who works here."""
