"""Designs of a before and after: interrupted time series, regression discontinuity in time, difference in differences.

Pure: arrays in, `Effect` out. All estimators are those of `statsmodels`; here stands only which regressors each design has.
Effects are relative: 0 is none, -0.4 is 40 % less than what the design says there would have been.
Not for: who is in a group, and which days were seen (`effect_series`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from actionday.measure.autocorrelated import Fit, fit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
BANDWIDTH = 14
"""Days on either side that the discontinuity looks at, chosen beforehand."""

FEWEST_UNITS = 5


@dataclass(frozen=True, slots=True)
class Effect:
    """A relative effect with its interval, p and how many days (or channels) it rests on."""

    value: float
    low: float
    high: float
    p: float
    n: int


def interrupted(before: Floats, after: Floats, gap: int) -> Effect | None:
    """Mean effect over the days after: level and slope change against the trend before, errors AR(1).

    `before` and `after` are daily rates (NaN: not seen); `gap` days of the action lie between and belong to neither.
    """
    day, late = _days(before, after, gap)
    own = np.where(late, day - day[late].mean(), 0.0)
    x = np.stack([np.ones(len(day)), day, late.astype(np.float64), own], axis=1)
    return _relative(_padded(before, after, gap), x, gap, len(before), before)


def discontinuity(before: Floats, after: Floats, gap: int, bandwidth: int = BANDWIDTH) -> Effect | None:
    """Jump at the day between two local lines of `bandwidth` days each, errors AR(1)."""
    before, after = before[-bandwidth:], after[:bandwidth]
    day, late = _days(before, after, gap)
    x = np.stack([np.ones(len(day)), day, late.astype(np.float64), np.where(late, day - gap, 0.0)], axis=1)
    return _relative(_padded(before, after, gap), x, gap, len(before), before)


def difference(before: Floats, after: Floats, treated: Flags, days: tuple[int, int]) -> Effect | None:
    """Ratio of ratios of the groups' rates, minus one: Poisson regression with channels as clusters.

    `before`, `after`: posts of each channel in windows of `days` days. None where a group has fewer than five channels
    with posts, or none after.
    """
    active = (before + after) > 0
    before, after, treated = before[active], after[active], treated[active]
    sums = [float(part[group].sum()) for part in (before, after) for group in (treated, ~treated)]
    if min(treated.sum(), (~treated).sum()) < FEWEST_UNITS or min(sums) <= 0:
        return None
    n = len(before)
    own, late = np.tile(treated.astype(np.float64), 2), np.repeat([0.0, 1.0], n)
    x = np.stack([np.ones(2 * n), own, late, own * late], axis=1)
    exposure = np.repeat(np.asarray(days, np.float64), n)
    found = GLM(np.concatenate([before, after]), x, family=Poisson(), exposure=exposure).fit(
        cov_type="cluster", cov_kwds={"groups": np.tile(np.arange(n), 2)}
    )
    free = float(min(treated.sum(), (~treated).sum()) - 1)
    size = float(found.params[3])
    scale = max(float(found.bse[3]), float(np.sqrt(sum(1 / s for s in sums))))
    reach = float(stdtrit(free, 0.975)) * scale
    p = 2 * float(stdtr(free, -abs(size) / scale))
    low, value, high = (float(np.expm1(end)) for end in (size - reach, size, size + reach))
    return Effect(value, low, high, p, n)


def _days(before: Floats, after: Floats, gap: int) -> tuple[Floats, Flags]:
    day = np.arange(-len(before), gap + len(after), dtype=np.float64)
    return day, np.asarray(day >= gap)


def _padded(before: Floats, after: Floats, gap: int) -> Floats:
    return np.concatenate([before, np.full(gap, np.nan), after])


def _relative(y: Floats, x: Floats, gap: int, n_before: int, before: Floats) -> Effect | None:
    usual = float(np.nanmean(before)) if np.any(~np.isnan(before)) else 0.0
    if usual <= 0 or np.isnan(y[n_before + gap :]).all():
        return None
    found: Fit | None = fit(y / usual, x, np.array([0.0, 0.0, 1.0, 0.0]))
    if found is None:
        return None
    return Effect(found.value, found.low, found.high, found.p, found.n + x.shape[1])
