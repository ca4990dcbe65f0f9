"""How good is a forecast? CRPS against persistence and a season, coverage of its intervals, skill with an interval.

Pure: draws and what came. Rules are proper: nobody gains by being vague or bold (Gneiting and Raftery 2007).
Not for: which weeks are held back (`forecast`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actionday.measure.forecast_rates import SETTLE, WEEK, Lives, Span

Floats = NDArray[np.float64]
YEAR = 52
AROUND = 2
"""Weeks on either side of the same week a year ago that make the seasonal baseline."""

PAST = 26
"""Weeks whose changes from one to the next make up persistence's spread."""


def crps(drawn: NDArray[np.int64] | Floats, came: float) -> float:
    """Continuous ranked probability score of an ensemble, 0 at best, in the outcome's unit.

    E|X - y| - E|X - X'| / 2 over distinct members: the fair version (Ferro 2014), so that a baseline of few members is not
    punished for being small. A single member scores its absolute error.
    """
    x = np.sort(np.asarray(drawn, np.float64))
    m = len(x)
    spread = float(((2 * np.arange(1, m + 1) - m - 1) * x).sum()) / (m * (m - 1)) if m > 1 else 0.0
    return float(np.abs(x - came).mean()) - spread


def pit(drawn: NDArray[np.int64] | Floats, came: float, random: np.random.Generator) -> float:
    """Where among the draws it came, in 0 to 1; even where forecasts are calibrated. Ties are broken at random (Czado and others 2009)."""
    x = np.asarray(drawn, np.float64)
    below, up_to = float((x < came).mean()), float((x <= came).mean())
    return below + float(random.random()) * (up_to - below)


def clear(begin: float, stop: float, spans: Sequence[Span]) -> bool:
    """Whether a stretch holds nothing of an action day or the week after it."""
    return all(stop <= first or begin >= last + WEEK for first, last in spans)


def persistence(lives: Lives, outcome: str, now: float, weeks: int, spans: Sequence[Span]) -> Floats:
    """As it was: the newest stretch that is known at `now`, with the changes from each to the one before as its spread.

    Like the model it leaves action days out. Fewer than two members: nothing is known that could persist.
    """
    length = WEEK * weeks
    last = now if outcome == "arrivals" else now - SETTLE
    stops = last - WEEK * np.arange(PAST, dtype=np.float64)
    past = np.array([_counted(lives, outcome, stop - length, stop) for stop in stops])
    past[[not clear(stop - length, stop, spans) for stop in stops]] = np.nan
    if outcome == "standing":
        return _above_zero(float(lives.standing(now).sum()) + past)
    known = past[~np.isnan(past)]
    return _above_zero(known[0] + past[:-weeks] - past[weeks:]) if len(known) else known


def _above_zero(members: Floats) -> Floats:
    return np.maximum(members[~np.isnan(members)], 0.0)


def _counted(lives: Lives, outcome: str, begin: float, stop: float) -> float:
    """Ends or arrivals in a stretch, or by how much more stood at its end than at its beginning."""
    if outcome == "standing":
        return float(lives.standing(stop).sum()) - float(lives.standing(begin).sum())
    return float(lives.ended(begin, stop) if outcome == "ends" else lives.arrived(begin, stop))


def seasonal(lives: Lives, outcome: str, now: float, weeks: int, began: float, spans: Sequence[Span]) -> Floats:
    """What came in the same weeks of the year before and in the two on either side; empty where that was not observed."""
    begins = [now - WEEK * (YEAR - step) for step in range(-AROUND, AROUND + 1)]
    if begins[0] < began + WEEK:
        return np.empty(0)
    length = WEEK * weeks
    usable = [begin for begin in begins if clear(begin, begin + length, spans)]
    past = np.array([_counted(lives, outcome, begin, begin + length) for begin in usable])
    return _above_zero(past + float(lives.standing(now).sum()) if outcome == "standing" else past)


def came(lives: Lives, outcome: str, now: float, weeks: int) -> float:
    """What did come in the weeks after `now`, as known at the end."""
    stop = now + WEEK * weeks
    return float(lives.standing(stop).sum()) if outcome == "standing" else _counted(lives, outcome, now, stop)


@dataclass(frozen=True, slots=True)
class Skill:
    """1 - CRPS over the baseline's: above zero it beats it. The mean scores stand beside it."""

    value: float
    low: float
    high: float
    own: float
    baseline: float
    n: int


def skill(own: Sequence[float], baseline: Sequence[float], block: int, seed: int, level: float = 0.95) -> Skill | None:
    """Skill over held-back weeks, the oldest first; interval by moving blocks of `block` weeks. None with fewer than eight."""
    a, b = np.asarray(own, np.float64), np.asarray(baseline, np.float64)
    n = len(a)
    if n < 8 or b.sum() <= 0:
        return None
    random = np.random.default_rng(seed)
    pieces = -(-n // block)
    begin = random.integers(0, n - block + 1, (1_999, pieces))
    rows = (begin[:, :, None] + np.arange(block)).reshape(len(begin), -1)[:, :n]
    drawn = 1 - a[rows].sum(axis=1) / np.maximum(b[rows].sum(axis=1), 1e-12)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Skill(float(1 - a.sum() / b.sum()), float(low), float(high), float(a.mean()), float(b.mean()), n)
