"""Who works here as a whole: the unit that `init` asks for. What it is decides what exists for it.

Only a national authority with a register entry and a certificate has removal orders; a unit of one reads alone, which is
recorded as that and never called four eyes. Not for: single people (`records.person`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class UnitKind(StrEnum):
    """What a unit is."""

    NATIONAL_AUTHORITY = "national_authority"
    """competent under Art. 12 of Regulation (EU) 2021/784"""
    REFERRAL_UNIT = "referral_unit"
    HOST = "host"
    NGO = "ngo"
    RESEARCHER = "researcher"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it described itself. `jurisdiction` is an ISO 3166-1 alpha-2 code or ``EU``; `size` counts people.

    `register_entry` and `certificate` (SHA-256 of the DER form, in hex) are a national authority's; `contest` is the address at which
    content providers contest. `at` is in UTC. Raises ValueError.
    """

    kind: UnitKind
    name: str
    jurisdiction: str
    legal_basis: str
    size: int
    at: datetime
    register_entry: str = ""
    certificate: str = ""
    contest: str = ""

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError("a unit has one person at least")
        if not (self.name.strip() and self.legal_basis.strip()):
            raise ValueError("a unit has a name and a legal basis")
        if len(self.jurisdiction) != 2 or not self.jurisdiction.isalpha() or not self.jurisdiction.isupper():
            raise ValueError(f"jurisdiction {self.jurisdiction!r} is no code of two capital letters")
        if self.certificate and (len(self.certificate) != 64 or set(self.certificate) - set("0123456789abcdef")):
            raise ValueError("a certificate is named by its SHA-256 in hex")
        if self.at.tzinfo is None:
            raise ValueError("it needs an aware time")
        object.__setattr__(self, "at", self.at.astimezone(UTC))

    @property
    def may_order(self) -> bool:
        """Whether removal orders exist here."""
        return self.kind is UnitKind.NATIONAL_AUTHORITY and bool(self.register_entry and self.certificate)

    @property
    def readers(self) -> int:
        """How many people read a case before it is a finding."""
        return 1 if self.size == 1 else 2
