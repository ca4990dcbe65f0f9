"""What somebody whom entries are about may ask for: access, correction, erasure. Not for: contests of a finding (`records.case`)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from actionday.records.ids import ActorId, EntryId


class RequestKind(StrEnum):
    """What is asked for."""

    ACCESS = "access"
    CORRECTION = "correction"
    ERASURE = "erasure"


class Proof(StrEnum):
    """How it was shown that whoever asks may ask."""

    CONTROL = "control"
    """they showed that the account or channel is theirs"""
    AUTHORITY = "supervisory_authority"
    """the supervisory authority asks for them"""


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """One request about a subject. `shown` says what proved it, `why` what is asked in their words; `at` in UTC. Raises ValueError."""

    id: EntryId
    kind: RequestKind
    target: str
    proof: Proof
    shown: str = field(repr=False)
    at: datetime
    by: ActorId
    why: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("it needs an aware time")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        if not (self.target.strip() and self.shown.strip()):
            raise ValueError("a request names its subject and what proved that whoever asks may ask")
        if self.kind is RequestKind.CORRECTION and not self.why.strip():
            raise ValueError("a correction says what is wrong")
