"""The median's interval where looks are frequent and everybody's fall at other hours: a smoothed, model-based bootstrap.

There Turnbull's estimate converges slower than the root of n, and resampling brackets makes its spread too small (about a
twentieth, which costs two points of coverage). Drawing ends from the estimate, smoothed over one gap between looks, and looking
at them again as often as was looked, does not (Sen and Xu 2015). Not for: looks on the same days for all (`turnbull_bootstrap`).
"""

import numpy as np
from numpy.typing import NDArray

from actionday.measure.intervals import Interval, loglog_bounds
from actionday.measure.turnbull import Turnbull, crossing, knots, turnbull
from actionday.measure.turnbull_bootstrap import MOST_DRAWN

Floats = NDArray[np.float64]


def smoothed_median(fit: Turnbull, left: Floats, right: Floats, draws: int, seed: int, level: float = 0.95) -> Interval:
    """The median under even spreading, and the days at which the band passes 1/2; None where it does not.

    `left`, `right`: the brackets (days) that `fit` was made from, infinity where nobody was seen to end.
    """
    random = np.random.default_rng(seed)
    days, survival = knots(fit.left, fit.right, fit.mass)
    n = min(len(left), MOST_DRAWN)
    drawn = np.empty((draws, len(days)))
    for number in range(draws):
        some = np.arange(len(left)) if n == len(left) else random.integers(0, len(left), n)
        again = turnbull(*_looked_at(random, (days, survival), left[some], right[some]))
        drawn[number] = np.interp(days, *knots(again.left, again.right, again.mass))
    error = drawn.std(axis=0, ddof=1) * (n / len(left)) ** 0.5
    low, high = loglog_bounds(survival, error, level)
    first, last = (crossing(days, np.minimum.accumulate(edge)) for edge in (low, high))
    return crossing(days, survival), first, last


def _looked_at(
    random: np.random.Generator, curve: tuple[Floats, Floats], left: Floats, right: Floats
) -> tuple[Floats, Floats]:
    """New brackets: each one's end is drawn and falls between two of its own looks, which go on until somebody's last."""
    ended = np.isfinite(right)
    if not ended.any():
        return left, right
    inner = ended & (left > 0)
    usual = float(np.median((right - left)[inner if inner.any() else ended]))
    gap = np.where(inner, right - left, usual)
    anchor = np.where(ended, right, left)
    stop = np.where(ended, random.choice(left[~ended], len(left)) if (~ended).any() else np.inf, left)
    stop = np.maximum(stop, anchor)
    end = _ends(random, curve, len(left), usual)
    before = np.maximum(anchor + np.floor((np.minimum(end, stop + gap) - anchor) / gap) * gap, 0.0)
    after = before + gap
    missed = np.isfinite(end) & (after <= stop + 1e-9)
    last = np.where(np.isfinite(stop), anchor + np.floor((stop - anchor) / gap) * gap, anchor)
    return np.where(missed, before, np.minimum(before, np.maximum(last, 0.0))), np.where(missed, after, np.inf)


def _ends(random: np.random.Generator, curve: tuple[Floats, Floats], n: int, width: float) -> Floats:
    """Ends drawn from a falling polyline, spread over `width`; infinity beyond what it tells."""
    days, survival = curve
    level = random.random(n)
    end = np.interp(-level, -survival, days) + width * (random.random(n) - 0.5)
    return np.where(level < survival[-1], np.inf, np.abs(end))
