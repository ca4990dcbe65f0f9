"""Rates of arriving and ending out of a quarter of weeks: what a forecast goes on from, with what is not known about it.

Pure: one row a subject, as it was known at a moment. Ends are confirmed by several looks, so the last three weeks before that moment are not
settled and no end in them is counted; arrivals are known at once. Weeks of an action day, and the week after, are left out: a
forecast says what comes if nobody acts. Not for: paths (`forecast_paths`), scores (`forecast_scores`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.days import as_days

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
WEEK, SETTLE, WINDOW, FEWEST = 7, 21, 12, 4
"""Days of a week and until ends are settled; weeks that rates rest on at most, and at least."""

BANDS = (0.0, 7.0, 30.0, np.inf)
"""Days since first seen between which the hazard is taken to be constant."""

SIGHT = 28.0
"""Days without any evidence after which a subject without an end counts as lost from sight."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Lives:
    """Subjects as known at a moment, in days since 1970: first seen, last present, end (infinity: none known)."""

    first: Floats
    last: Floats
    end: Floats
    removed: Flags
    residual: Flags  # there when observation began: no arrival, and not young
    lost: Flags  # out of sight without an end

    @classmethod
    def of(cls, cohort: pa.Table, now: float) -> Self:
        """From a cohort as known at `now`. An end that was only inferred from silence is a loss from sight."""
        first, last, miss = (as_days(cohort[name]) for name in ("first_seen", "last_present", "first_miss"))
        event = cohort["event"].fill_null("").to_numpy(zero_copy_only=False).astype(str)
        ended = (event != "") & ~np.isnan(miss)
        blind = cohort["blind"].to_numpy(zero_copy_only=False)
        silent = cohort["basis"].to_numpy(zero_copy_only=False).astype(str) == "inferred"
        lost = ~ended & (blind | silent | (last < now - SIGHT))
        residual = cohort["residual"].to_numpy(zero_copy_only=False)
        return cls(first, last, np.where(ended, np.maximum(miss, first), np.inf), event == "removed", residual, lost)

    def pick(self, rows: Flags) -> "Lives":
        """Some of them."""
        columns = (self.first, self.last, self.end, self.removed, self.residual, self.lost)
        return Lives(*(column[rows] for column in columns))  # type: ignore[arg-type]

    @property
    def until(self) -> Floats:
        """The last moment at which each could still have been seen to end."""
        return np.where(np.isfinite(self.end), self.end, self.last)

    def arrived(self, begin: float, stop: float) -> int:
        """How many were first seen in (begin, stop], apart from those that were there when observation began."""
        return int(((self.first > begin) & (self.first <= stop) & ~self.residual).sum())

    def ended(self, begin: float, stop: float) -> int:
        """How many were first missed in (begin, stop]."""
        return int(((self.end > begin) & (self.end <= stop)).sum())

    def standing(self, at: float) -> Flags:
        """Who had been seen, had not ended and was in sight at a moment."""
        return np.asarray((self.first <= at) & (self.end > at) & ~(self.lost & (self.last <= at)))

    def ages(self, at: float) -> NDArray[np.int64]:
        """How many of the standing are 0, 1, …, 29, and 30 or more days from their first sight."""
        old = int(BANDS[2])
        mine = self.standing(at)
        age = np.where(self.residual, old, np.floor(at - self.first))[mine]
        return np.bincount(np.clip(age, 0, old).astype(np.int64), minlength=old + 1)


@dataclass(frozen=True, slots=True)
class Rates:
    """What the weeks say. Hazards by band and arrivals a day are gamma distributed: `shape` over `exposure`.

    `ends` and `removals` of `exposure.sum()` subject-days; `arrivals` in `days`, among `stood` subject-days. `wobble`: by how much a
    week's ends, and arrivals, vary beyond chance (variance of a factor with mean 1).
    """

    shape: Floats
    exposure: Floats
    ends: int
    removals: int
    arrivals: int
    days: float
    stood: float
    wobble: tuple[float, float]
    stretch: tuple[
        float, float, float
    ]  # quasi-Poisson factors of the variance of ends, of arrivals, and of arrivals a subject
    weeks: int

    def draw_hazards(self, draws: int, random: np.random.Generator) -> Floats:
        """Ends a subject and day: draws x bands."""
        shape = self.shape / self.stretch[0]
        return random.gamma(shape, self.stretch[0] / self.exposure, (draws, len(shape)))

    def draw_arrivals(self, draws: int, random: np.random.Generator) -> Floats:
        """Arrivals a day."""
        return random.gamma((self.arrivals + 0.5) / self.stretch[1], self.stretch[1] / self.days, draws)


def weeks_before(moment: float, spans: Sequence[Span], most: int = WINDOW) -> Floats:
    """When the weeks begin that rates rest on, the newest first, none of them in an action day or the week after it.

    Where the newest action day leaves four weeks since, earlier ones are left out: the day may have changed the rates.
    """
    begin = moment - WEEK * np.arange(1, 2 * most + 9, dtype=np.float64)
    clear = np.ones(len(begin), np.bool_)
    for start, stop in spans:
        clear &= (begin + WEEK <= start) | (begin >= stop + WEEK)
    chosen = begin[clear]
    since = max((stop for _, stop in spans if stop < moment), default=-np.inf)
    fresh = chosen[chosen >= since]
    return (fresh if len(fresh) >= FEWEST else chosen)[:most]


def rates_of(lives: Lives, now: float, spans: Sequence[Span], began: float) -> Rates | None:
    """Rates as known at `now` of an observation that `began`. None where there are too few weeks or nobody was at risk."""
    late = [w for w in weeks_before(now - SETTLE, spans) if w >= began]
    fresh = [w for w in weeks_before(now, spans) if w >= began]
    if min(len(late), len(fresh)) < FEWEST:
        return None
    told = [_week(lives, begin, now - SETTLE) for begin in late]
    exposure, ends = np.array([one[0] for one in told]), np.array([one[1] for one in told])
    total, happened = exposure.sum(axis=0), ends.sum(axis=0)
    if total.sum() < 1:
        return None
    pooled = (happened.sum() + 0.5) / total.sum()
    usual = (happened + 1) / (total + 1 / pooled)  # a band with little exposure leans on the others
    wobble, stretch = _wobble(ends.sum(axis=1).astype(np.float64), exposure @ usual)
    came = np.array([lives.arrived(begin, begin + WEEK) for begin in fresh], np.float64)
    there = np.array([lives.standing(begin).sum() for begin in fresh], np.float64)
    wobbled, stretched = _wobble(came, np.full(len(came), came.mean()))
    each = _wobble(came, came.sum() * there / max(float(there.sum()), 1.0))[1]
    return Rates(
        happened + 1.0,
        total + 1 / pooled,
        int(happened.sum()),
        int(sum(one[2] for one in told)),
        int(came.sum()),
        float(WEEK * len(fresh)),
        float(WEEK * there.sum()),
        (wobble, wobbled),
        (stretch, stretched, each),
        len(late),
    )


def _week(lives: Lives, begin: float, settled: float) -> tuple[Floats, Floats, int]:
    """Subject-days at risk and ends by band, and removals, of the week that begins."""
    stop = min(begin + WEEK, settled)
    happened = (lives.end > begin) & (lives.end <= stop)
    old = np.where(lives.residual, BANDS[2], 0.0)
    until = np.minimum(lives.until, stop)
    exposure, ends = np.zeros(len(BANDS) - 1), np.zeros(len(BANDS) - 1)
    for band, (low, high) in enumerate(pairwise(BANDS)):
        start = np.maximum(lives.first + low - old, np.maximum(lives.first, begin))
        close = np.minimum(lives.first + high - old, until)
        exposure[band] = np.clip(close - start, 0.0, None).sum()
        age = lives.end - lives.first + old
        ends[band] = (happened & (age >= low) & (age < high)).sum()
    return exposure, ends, int((happened & lives.removed).sum())


def _wobble(counts: Floats, expected: Floats) -> tuple[float, float]:
    """Variance of a week's factor by moments, and Pearson's dispersion where it is above 1."""
    n, usual = len(counts), np.maximum(expected, 1e-9)
    spread = float(((counts - expected) ** 2).sum() * n / (n - 1))
    extra = max(0.0, (spread - float(expected.sum())) / float((usual**2).sum()))
    return extra, max(1.0, float(((counts - expected) ** 2 / usual).sum()) / (n - 1))
