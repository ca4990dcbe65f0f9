"""A look at somebody: each names a case or a purpose, and is an entry of the ledger. Not for: what was seen, which is not repeated here."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from actionday.records.ids import ActorId, EntryId


class LookKind(StrEnum):
    """What somebody did."""

    SEARCH = "search"
    HANDLE = "handle"
    """looked somebody up by a handle, a name or an id"""
    REIDENTIFIED = "reidentified"
    """asked who is behind a pseudonym"""
    EVIDENCE = "evidence"
    """saw frozen evidence"""
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked, for a case or for a purpose that they state. `about` is whom or what they asked for. `at` is in UTC.

    Raises ValueError where neither is named: nobody looks at people without a reason.
    """

    id: EntryId
    what: LookKind
    at: datetime
    by: ActorId
    about: str = field(repr=False)
    case: EntryId | None = None
    purpose: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("it needs an aware time")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        if self.case is None and not self.purpose.strip():
            raise ValueError("name the case or the purpose for which you look")
        if not self.about.strip():
            raise ValueError("a look is at something")
