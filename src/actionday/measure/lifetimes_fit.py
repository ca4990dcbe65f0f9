"""One sample to one curve: Kaplan and Meier when every end is exact, Turnbull with a bootstrap otherwise.

On the clock of age the curve is conditional on survival to the first age with at least `AT_RISK` under observation.
"""

import zlib
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from actionday.measure.intervals import Interval, none_of
from actionday.measure.kaplan_meier import KaplanMeier, first_age_at_risk, kaplan_meier, kaplan_meier_grid
from actionday.measure.lifetimes_sample import Sample
from actionday.measure.turnbull import turnbull
from actionday.measure.turnbull_bootstrap import Bootstrap, bootstrap

Floats = NDArray[np.float64]

AT_RISK = 20
FEWEST = 5
"""Below this many subjects nothing is estimated; the brief would not print it either."""

GRID_FROM = 100_000
"""Exact times are counted by the hour from this many subjects on."""

ROUND_FROM = 2_000
"""Brackets are rounded outward from this many subjects on, to an hour or an eighth of their median width."""


class Curve(Protocol):
    """What both estimators offer."""

    def survival_at(self, t: float) -> Interval:
        """S(t) with its interval."""
        ...

    def median(self) -> Interval:
        """The median with its interval; None for what is not reached."""
        ...

    def restricted_mean(self, horizon: float) -> tuple[float | None, float | None]:
        """E[min(T, horizon)] and its standard error."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fit needs besides data: `draws` of the bootstrap, `seed`, and the intervals' `level`."""

    level: float
    draws: int
    seed: int

    def seed_for(self, *words: str) -> int:
        """A seed of its own for each sample, whatever else is estimated in the same run."""
        return (self.seed << 32) + zlib.crc32("\x1f".join(words).encode())


@dataclass(frozen=True, slots=True)
class Fitted:
    """A sample and its curve, given survival to `origin`; `curve` is None where there are too few subjects.

    `n`: subjects that may have lived to `origin`.
    """

    sample: Sample
    curve: KaplanMeier | Bootstrap | None
    origin: float
    n: int
    level: float

    @property
    def method(self) -> str:
        """The method's words for an Estimate."""
        if isinstance(self.curve, Bootstrap):
            fit = self.curve.estimate
            state = "converged" if fit.converged else "NOT converged"
            return f"Turnbull, {state} (gap {fit.gap:.0e} after {fit.iterations} iterations), {len(self.curve.draws)} draws"
        return "Kaplan-Meier, Greenwood" if self.curve is not None else "none"

    def survival_at(self, t: float) -> Interval:
        """S(t), given survival to `origin`; while nobody is gone the bound is the exact one for 0 of those followed."""
        if self.curve is None or t <= self.origin > 0:
            return None, None, None
        value, low, high = self.curve.survival_at(t)
        if value is not None and value >= 1.0:
            followed = int(((self.sample.left >= t) & (self.sample.entry <= self.origin)).sum())
            low, high = 1.0 - none_of(followed, self.level), 1.0
        return value, low, high


def fit_sample(sample: Sample, settings: Settings, origin: float | None = None) -> Fitted:
    """Estimate a sample's curve. `origin` (clock of age only): count from this age, not from the sample's own first."""
    label = sample.label
    aged = label.clock == "age"
    if aged and origin is None:
        origin = first_age_at_risk(sample.left, sample.entry, AT_RISK)
    start = origin or 0.0
    counted = int((sample.right > start).sum()) if aged else sample.n
    if counted < FEWEST or (aged and origin is None):
        return Fitted(sample, None, start, counted, settings.level)
    if sample.exact:
        curve: KaplanMeier | Bootstrap = _kaplan_meier(sample, settings.level, start if aged else None)
    else:
        left, right, entry = _rounded(sample, sample.entry if aged else None)
        seed = settings.seed_for(label.clock, label.period, label.by, label.group, f"{start:.6f}")
        curve = bootstrap(turnbull(left, right, entry=entry), settings.draws, seed, settings.level)
        # brackets over the origin: who in them lived to it, the whole sample must say, so condition after the estimate
        curve = curve.given(start) if aged else curve
    return Fitted(sample, curve, start, counted, settings.level)


def _kaplan_meier(sample: Sample, level: float, origin: float | None) -> KaplanMeier:
    gone = np.isfinite(sample.right)
    if origin is None:
        estimate = kaplan_meier_grid if sample.n >= GRID_FROM else kaplan_meier
        return estimate(sample.left, gone, level=level)[0]
    counted = (sample.left > origin) & (sample.entry < sample.left)
    entry = np.maximum(sample.entry[counted], origin)
    curve = kaplan_meier(sample.left[counted], gone[counted], entry=entry, level=level)[0]
    return replace(curve, origin=origin)


def _rounded(sample: Sample, entry: Floats | None) -> tuple[Floats, Floats, Floats | None]:
    if sample.n < ROUND_FROM:
        return sample.left, sample.right, entry
    hours = max(1.0, np.floor(float(np.median(sample.widths)) * 24 / 8))
    ticks = 24 / hours
    exact = sample.left == sample.right
    right = np.ceil(sample.right * ticks) / ticks
    left = np.where(exact, right, np.floor(sample.left * ticks) / ticks)
    return left, right, None if entry is None else np.floor(entry * ticks) / ticks
