"""What a door may order: measures by name, a brief of a day. Values only, quick to load; the work is in the other files."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from actionday.records import Campaign, Clock, Judged, Progress, Relation

MEASURES = ("coverage", "activity", "lifetimes", "migration", "returns", "effect")


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure: over which day, split by what, with which seed."""

    campaign: Campaign | None = None
    by: str = "all"
    seed: int = 7
    versions: Mapping[str, int] | None = None
    casebook: str | None = None  # the head at which judgements are read; None: the newest, "": none


@dataclass(frozen=True, slots=True)
class BriefOrder:
    """A brief to write: of which day, where to, by whom, with names or without."""

    campaign: Campaign
    out: Path
    clock: Clock
    progress: Progress
    seed: int = 7
    by: str = "all"
    marking: str = ""
    identify: str | None = None  # the reason for naming subjects in the annex
    versions: Mapping[str, int] | None = None
    casebook: str | None = None  # as in `Asked`
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))


@dataclass(frozen=True, slots=True)
class LinkOrder:
    """How to link: over which day (None: all that was seen), from which probability on, and who goes by a real name."""

    clock: Clock
    progress: Progress
    campaign: Campaign | None = None
    threshold: float = 0.5
    seed: int = 7
    real_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgingOrder:
    """An answer about a pair as a person gives it: `a` is the one that ended; ids, or handles as ``platform:@handle``."""

    a: str
    b: str
    judged: Judged
    relation: Relation | None
    why: str
    sampling: float | None = None
    blind: bool = False
    shown: tuple[str, ...] = ()
