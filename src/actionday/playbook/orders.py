"""What a door may order: measures by name, a brief of a day. Values only, quick to load; the work is in the other files."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from actionday.records import Campaign, Clock, Judged, Progress, Relation

MEASURES = ("coverage", "activity", "lifetimes", "migration", "returns", "effect", "recipients", "forecast")
ON_REQUEST = ("effect",)
"""Measures that a brief has only where they are asked for."""

APART = ("forecast",)
"""Measures that no brief has: a forecast is read beside its scores, by its own command."""


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
    effects: bool = False  # whether to estimate effects too
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @property
    def measures(self) -> tuple[str, ...]:
        """What the brief measures."""
        return tuple(name for name in MEASURES if name not in APART and (self.effects or name not in ON_REQUEST))

    @property
    def structure(self) -> tuple[str, ...]:
        """What the brief shows of the network besides; strategies take as long as effects and come with them."""
        return ("network", "strategies") if self.effects else ("network",)


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
    draw: str = ""  # the drawn pair that it answers; `a` and `b` may then be empty


@dataclass(frozen=True, slots=True)
class NoneOrder:
    """An answer that a subject has no return among those that were looked at, by ids or handles."""

    subject: str
    among: tuple[str, ...]
    why: str
    sampling: float | None = None
    blind: bool = False
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawOrder:
    """A round of pairs to judge: how many, by whom (empty: whoever acts), which share are controls, and which two people judge."""

    link: LinkOrder
    size: int = 50
    coders: tuple[str, ...] = ()
    controls: float = 0.1
    double: float = 0.2


@dataclass(frozen=True, slots=True)
class StrategyOrder:
    """Which network, and how far to look. `edges`: a file instead of the home. `cost`: by kind, one where not given."""

    clock: Clock
    progress: Progress
    campaign: Campaign | None = None
    edges: Path | None = None
    left_out: tuple[str, ...] = ()
    most: int | None = None
    budget: float | None = None
    cost: Mapping[str, float] = field(default_factory=dict)
    seed: int = 7
