"""What an import is asked and what it reports. Values only, quick to load; the work is in `ingest`."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from actionday.observe.files import PassedOver


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user declares about the files."""

    format: str | None = None
    mapping: Mapping[str, Any] | None = None
    zone: str | None = None
    vantage: str | None = None
    seen_at: datetime | None = None
    private_basis: str | None = None


@dataclass(slots=True)
class ImportReport:
    """What an import did: by file, and in all."""

    read: list[dict[str, Any]] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    suppressed: int = 0
    matches: dict[str, Any] = field(default_factory=dict)  # with known content; whoever chains the verbs fills it in

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "read": self.read,
            "known": self.known,
            "passed_over": [asdict(item) for item in self.passed_over],
            "rows": dict(sorted(self.rows.items())),
            "quarantined": self.refused,
            "suppressed": self.suppressed,
            **({"matches": self.matches} if self.matches else {}),
        }
