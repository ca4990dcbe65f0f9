"""Kaplan and Meier's estimator with Greenwood's variance and log-log intervals, for exact times, by stratum.

Two paths give the same numbers: `kaplan_meier` for any times (each stratum's gone and censored times are sorted apart
and merged, so no permutation is ever built) and `kaplan_meier_grid` for times on a regular grid (counting, no sort).
Subjects may come under observation late (`entry`): they are at risk at t if entry < t <= time.
Not for: brackets (last present, first miss]; those need `turnbull`.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from actionday.measure.intervals import Interval, z_value
from actionday.measure.kaplan_meier_kernels import merge, scatter, tally, walk

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Groups = NDArray[np.integer[Any]]
T = TypeVar("T")

THREADS_FROM = 100_000
"""Rows from which `kaplan_meier` works on strata in as many threads as there are cores."""


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """One stratum's curve: a right-continuous step function that is 1 before the first of `days`.

    `days` are the distinct times at which someone was gone, ascending. `greenwood` is the sum of d / (n (n - d)), so
    the variance of survival is survival**2 * greenwood. Where survival reaches 0 the log-log scale ends: `low` is 0
    and `high` keeps its last value, an upper bound still. `last` is the end of follow-up: beyond it, and above 0,
    survival is not estimated. `origin`: the age that everyone counted had reached (0 without delayed entry).
    """

    days: Floats
    survival: Floats
    low: Floats
    high: Floats
    greenwood: Floats
    at_risk: Integers
    gone: Integers
    n: int
    last: float
    level: float
    origin: float = 0.0

    def survival_at(self, t: float) -> Interval:
        """S(t) with its log-log interval; all None beyond follow-up. While nobody is gone the bounds equal the value."""
        if t > self.last and not self._dies_out():
            return None, None, None
        step = int(np.searchsorted(self.days, t, side="right")) - 1
        if step < 0:
            return 1.0, 1.0, 1.0
        return float(self.survival[step]), float(self.low[step]), float(self.high[step])

    def median(self) -> Interval:
        """First day with survival at most 1/2, with Brookmeyer and Crowley's interval (log-log); None = not reached."""
        return _first(self.days, self.survival), _first(self.days, self.low), _first(self.days, self.high)

    def restricted_mean(self, horizon: float) -> tuple[float | None, float | None]:
        """E[min(T, horizon)], given survival to `origin`, and its standard error; both None beyond follow-up.

        Variance: sum over steps of (area to the right of the step)**2 * d / (n (n - d)), times m / (m - 1) for the m
        gone until then (Klein and Moeschberger 2003, 4.5).
        """
        if horizon > self.last and not self._dies_out():
            return None, None
        used = self.days < horizon
        edges = np.concatenate(([self.origin], self.days[used], [horizon]))
        areas = np.concatenate(([1.0], self.survival[used])) * np.diff(edges)
        right = areas[::-1].cumsum()[::-1][1:]
        growth = np.diff(np.concatenate(([0.0], self.greenwood[used])))
        gone = int(self.gone[used].sum())
        correction = gone / (gone - 1) if gone > 1 else 1.0
        return self.origin + float(areas.sum()), float(np.sqrt((right**2 * growth).sum() * correction))

    def _dies_out(self) -> bool:
        return bool(self.survival.size) and float(self.survival[-1]) <= 0.0


def kaplan_meier(
    time: Floats, gone: Flags, stratum: Groups | None = None, entry: Floats | None = None, level: float = 0.95
) -> list[KaplanMeier]:
    """Estimate every stratum's curve from exact times.

    `time`: days to the end or to censoring, at least 0 and finite. `gone`: bool, True where the end was seen.
    `stratum`: whole numbers from 0, or None for one stratum. `entry`: days at which a subject came under observation,
    below `time`. Returns one curve for each stratum from 0 to the largest. Raises ValueError on a bad input.
    """
    time, ended, group, strata = _checked(time, gone, stratum)
    starts = np.zeros(2 * strata + 1, np.int64)
    buckets = scatter(time, ended, group, starts)
    entries = _entries(time, entry, group, strata)
    z = z_value(level)

    def one(s: int) -> KaplanMeier:
        a, b, c = starts[2 * s : 2 * s + 3]
        censored, ends = buckets[a:b], buckets[b:c]
        censored.sort()
        ends.sort()
        entries[s].sort()
        out, counts = np.empty((5, ends.size)), np.empty((2, ends.size), np.int64)
        k = merge(censored, ends, entries[s], z, out, counts)
        last = max((float(part[-1]) for part in (censored, ends) if part.size), default=0.0)
        return _curve(out[:, :k], counts[:, :k], int(c - a), last, level)

    return _each(one, strata, time.size)


def kaplan_meier_grid(
    time: Floats, gone: Flags, stratum: Groups | None = None, per_day: int = 24, level: float = 0.95
) -> list[KaplanMeier]:
    """As `kaplan_meier`, for times rounded to the nearest 1 / `per_day` day; far faster where many share a time.

    The table has strata * longest time * per_day cells. Raises ValueError on a bad input, or beyond 2**31 subjects.
    """
    time, ended, group, strata = _checked(time, gone, stratum)
    cells = int(time.max(initial=0.0) * per_day + 0.5) + 1
    table = np.zeros((strata, cells), np.int64)
    tally(time, ended, group, float(per_day), table)
    sizes, steps = (table & 0xFFFFFFFF).sum(axis=1), np.count_nonzero(table >> 32, axis=1)
    # one block for all results: a block a stratum would be fresh pages each time, which cost more than the arithmetic
    ends = np.concatenate(([0], np.cumsum(steps)))
    out, counts = np.empty((5, ends[-1])), np.empty((2, ends[-1]), np.int64)
    days, z, curves = np.arange(cells) / per_day, z_value(level), []
    for s in range(strata):
        walk(table[s], int(sizes[s]), days, z, out, counts, int(ends[s]))
        mine = slice(ends[s], ends[s + 1])
        last = float(days[np.flatnonzero(table[s])[-1]]) if sizes[s] else 0.0
        curves.append(_curve(out[:, mine], counts[:, mine], int(sizes[s]), last, level))
    return curves


def first_age_at_risk(time: Floats, entry: Floats, minimum: int = 20) -> float | None:
    """The first age at which at least `minimum` subjects are under observation (entry <= age < time), or None."""
    ages = np.sort(np.asarray(entry, np.float64))
    at_risk = np.arange(1, ages.size + 1) - np.searchsorted(np.sort(np.asarray(time, np.float64)), ages, side="right")
    enough = np.flatnonzero(at_risk >= minimum)
    return float(ages[enough[0]]) if enough.size else None


def _each(work: Callable[[int], T], pieces: int, rows: int) -> list[T]:
    # the kernels and numpy's sort let go of the interpreter's lock; below this size starting threads costs more
    if rows < THREADS_FROM or pieces == 1:
        return [work(piece) for piece in range(pieces)]
    with ThreadPoolExecutor(min(pieces, os.cpu_count() or 1)) as pool:
        return list(pool.map(work, range(pieces)))


def _curve(out: Floats, counts: Integers, n: int, last: float, level: float) -> KaplanMeier:
    return KaplanMeier(out[0], out[1], out[3], out[4], out[2], counts[0], counts[1], n, last, level)


def _checked(time: Floats, gone: Flags, stratum: Groups | None) -> tuple[Floats, NDArray[np.uint8], Groups, int]:
    time = np.ascontiguousarray(time, np.float64)
    ended = np.ascontiguousarray(gone, np.bool_).view(np.uint8)
    if ended.shape != time.shape or time.ndim != 1:
        raise ValueError("time and gone need one value for each subject")
    low, high = time.min(initial=0.0), time.max(initial=0.0)
    if not (low >= 0.0 and np.isfinite(high)):
        raise ValueError("times are finite and at least 0")
    if stratum is None:
        return time, ended, np.zeros(time.size, np.uint8), 1
    group = np.ascontiguousarray(stratum)
    if group.shape != time.shape or group.dtype.kind not in "iu" or group.min(initial=0) < 0:
        raise ValueError("stratum needs a whole number from 0 for each subject")
    return time, ended, group, int(group.max(initial=0)) + 1


def _entries(time: Floats, entry: Floats | None, group: Groups, strata: int) -> list[Floats]:
    if entry is None:
        return [np.empty(0)] * strata
    entry = np.ascontiguousarray(entry, np.float64)
    if entry.shape != time.shape or not bool((entry < time).all()):
        raise ValueError("entry needs one value below time for each subject")
    return [entry[group == s] for s in range(strata)]


def _first(days: Floats, values: Floats) -> float | None:
    reached = np.flatnonzero(values <= 0.5)
    return float(days[reached[0]]) if reached.size else None
