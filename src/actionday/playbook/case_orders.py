"""What a door may order of casework: leads to add, a reading, a unit. Values only; the work is in the other files."""

from dataclasses import dataclass
from pathlib import Path

from actionday.records.reading import Confidence, Opinion, Purpose
from actionday.records.unit import UnitKind


@dataclass(frozen=True, slots=True)
class LeadOrder:
    """Leads to add: a list or a table as text, or several of them, where they come from, and for which campaign.

    `confidence` and `harm` are in (0, 1] (None: the usual ones of the source). `gone` opens cases about what is gone already, too;
    `dry` opens nothing and says how each line is read.
    """

    text: str | tuple[str, ...]
    source: str = "pasted"
    campaign: str = ""
    confidence: float | None = None
    harm: float | None = None
    gone: bool = False
    dry: bool = False


@dataclass(frozen=True, slots=True)
class ReadingOrder:
    """One reading as a door hands it over. `again`: a single reader's second look. See `records.reading.Reading`."""

    case: str
    opinion: Opinion
    why: str
    true_purpose: str
    confidence: Confidence = Confidence.MEDIUM
    purposes: tuple[Purpose, ...] = ()
    protected: bool = False
    doubt: bool = False
    ground: str = ""
    quote: str = ""
    translation: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class UnitOrder:
    """What a unit says of itself; `certificate` is a file (PEM or DER). See `records.unit.Unit`."""

    kind: UnitKind
    name: str
    jurisdiction: str
    legal_basis: str
    size: int
    register_entry: str = ""
    certificate: Path | None = None
    contest: str = ""
    content: str = "hash"
    profile: str = "unit"


@dataclass(frozen=True, slots=True)
class Reason:
    """For which case, or for which purpose, somebody looks. One of them is named."""

    case: str = ""
    purpose: str = ""
