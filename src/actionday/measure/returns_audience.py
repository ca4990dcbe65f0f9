"""What a return brings back: audience at 1, 7 and 30 days, audience per life and its trend, days lost, lives per line.

All of it is about returns that people confirmed: whoever was not found is in none of these numbers, and the figures say so. The loops
run over judged pairs. Not for: how many return (`returns_figures`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtr

from actionday.measure.days import as_days
from actionday.measure.evidence import snapshots
from actionday.measure.intervals import z_value
from actionday.measure.returns_figures import HORIZONS, Asked
from actionday.measure.returns_imputation import removal
from actionday.measure.returns_outcomes import RETURNED, Outcomes
from actionday.records import Estimate
from actionday.stores.archive.view import View

Floats = NDArray[np.float64]
FEWEST = 5
CONFIRMED = "confirmed returns only: those that nobody found are not in it"
_MEDIAN = "median with the distribution-free interval of order statistics"
_TREND = "seasonal Kendall test with lines as seasons, normal approximation (Hirsch, Slack and Smith 1982)"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Followers or members of one subject by day, ascending."""

    days: Floats
    size: Floats

    def before(self, day: float) -> float:
        """The last known size by that day; NaN where there is none."""
        place = int(np.searchsorted(self.days, day, side="right")) - 1
        return float(self.size[place]) if place >= 0 else np.nan

    def near(self, day: float, within: float) -> float:
        """The known size nearest to a day, at most `within` days from it; NaN where there is none."""
        if not self.days.size:
            return np.nan
        place = int(np.abs(self.days - day).argmin())
        return float(self.size[place]) if abs(self.days[place] - day) <= within else np.nan

    def peak(self) -> float:
        """The largest known size; NaN where there is none."""
        return float(self.size.max()) if self.size.size else np.nan


NO_SIZES = Sizes(np.empty(0), np.empty(0))


def sizes(view: View, subjects: Iterable[str]) -> dict[str, Sizes]:
    """Known sizes of these subjects, from dated profile snapshots."""
    shown = snapshots(view)
    asked = shown.filter(shown.subject.isin(sorted(set(subjects))) & shown["size"].notnull())
    table = view.arrow(asked.group_by("subject", "at").agg(size=asked["size"].max()).order_by(["subject", "at"]))
    names = np.asarray(table["subject"].to_pylist(), object)
    days, size = as_days(table["at"]), table["size"].to_numpy().astype(np.float64)
    out = {}
    for name in dict.fromkeys(names.tolist()):
        mine = names == name
        out[name] = Sizes(days[mine], size[mine])
    return out


def regained(
    some: Outcomes, first: Mapping[str, float], known: Mapping[str, Sizes], asked: Asked
) -> Iterator[Estimate]:
    """audience_regained_1d, _7d, _30d: the return's size so many days after it was first seen over the last size before.

    A size counts for a day when it was seen within half as many days of it, at least one.
    """
    rows = np.flatnonzero(some.links.cause == RETURNED).tolist()
    for days in HORIZONS:
        ratios = []
        for row in rows:
            partner = str(some.links.partner[row])
            begin = first.get(partner, np.nan)
            later = known.get(partner, NO_SIZES).near(begin + days, max(1.0, days / 2))
            ratios.append(later / (known.get(str(some.subject[row]), NO_SIZES).before(some.right[row]) or np.nan))
        method = f"return's audience over the last one before the removal: {_MEDIAN}"
        yield _median(f"audience_regained_{days}d", np.array(ratios), "ratio", method, asked)


def next_life(pairs: Iterable[tuple[str, str]], known: Mapping[str, Sizes], asked: Asked) -> Estimate:
    """audience_next_life: a life's largest audience over that of the life before; below 1 it diminishes."""
    ratios = [known.get(b, NO_SIZES).peak() / (known.get(a, NO_SIZES).peak() or np.nan) for a, b in pairs]
    method = f"a life's largest audience over the life's before it: {_MEDIAN}"
    return _median("audience_next_life", np.array(ratios, np.float64), "ratio", method, asked)


def trend(lines: Iterable[Sequence[str]], known: Mapping[str, Sizes], asked: Asked) -> Estimate:
    """audience_trend_p: do audiences rise or fall from life to life? `lines` are subjects in the order of their lives."""
    score, variance, used = 0.0, 0.0, 0
    for line in lines:
        peaks = np.array([known.get(one, NO_SIZES).peak() for one in line], np.float64)
        peaks = peaks[~np.isnan(peaks)]
        if peaks.size >= 2:
            own, spread = kendall(peaks)
            score, variance, used = score + own, variance + spread, used + 1
    if used < FEWEST or variance <= 0:
        why = f"fewer than {FEWEST} lines with known audiences ({used})" if used < FEWEST else "all audiences are equal"
        return Estimate("audience_trend_p", None, None, None, "p", used, _TREND, asked.level, (why,), asked.group)
    z = (abs(score) - 1) / variance**0.5 if score else 0.0
    p = float(min(1.0, 2 * ndtr(-max(z, 0.0))))
    direction = "falls" if score < 0 else "rises" if score > 0 else "neither rises nor falls"
    said = (f"audience {direction} from life to life", CONFIRMED)
    return Estimate("audience_trend_p", p, None, None, "p", used, _TREND, asked.level, said, asked.group)


def kendall(values: Floats) -> tuple[float, float]:
    """Mann and Kendall's score of a series and its variance without a trend, corrected for ties."""
    n = values.size
    score = float(np.sign(values[None, :] - values[:, None])[np.triu_indices(n, 1)].sum())
    ties = np.unique(values, return_counts=True)[1].astype(np.float64)
    tied = float((ties * (ties - 1) * (2 * ties + 5)).sum())
    return score, (n * (n - 1) * (2 * n + 5) - tied) / 18


def days_lost(some: Outcomes, asked: Asked) -> Estimate:
    """days_lost_median: from a removal to the first sight of the return, over those that returned."""
    rows = some.links.cause == RETURNED
    mine = some.pick(rows)
    random = asked.random("days lost")
    removed = np.stack([removal(random, mine, mine.links) for _ in range(25)]).mean(axis=0) if rows.any() else mine.left
    lost = np.maximum(mine.links.at - removed, 0.0)
    method = f"first sight of the return minus the removal, mean of 25 dates in its bracket: {_MEDIAN}"
    return _median("days_lost_median", lost, "days", method, asked, ("who took longer is more often still away",))


def lives(sizes_of: Sequence[int], asked: Asked) -> Iterator[Estimate]:
    """lines: how many; lives_per_line: mean number of lives, normal interval."""
    count, method = len(sizes_of), "lines of lives that people judged to belong together, completely counted"
    yield Estimate("lines", count, count, count, "lines", count, method, asked.level, (CONFIRMED,), asked.group)
    told = np.array(sizes_of, np.float64)
    name, method = "lives_per_line", "mean number of lives, normal interval"
    if count < FEWEST:
        said = (f"fewer than {FEWEST} lines ({count})",)
        yield Estimate(name, None, None, None, "lives", count, method, asked.level, said, asked.group)
        return
    mean, half = float(told.mean()), z_value(asked.level) * float(told.std(ddof=1)) / count**0.5
    ends = (mean, max(mean - half, 1.0), mean + half)
    yield Estimate(name, *ends, "lives", count, method, asked.level, (CONFIRMED,), asked.group)


def _median(name: str, values: Floats, unit: str, method: str, asked: Asked, said: tuple[str, ...] = ()) -> Estimate:
    told = np.sort(values[np.isfinite(values)])
    n = told.size
    if n < FEWEST:
        why = (f"fewer than {FEWEST} confirmed returns with it ({n})",)
        return Estimate(name, None, None, None, unit, n, method, asked.level, why, asked.group)
    rank = order_rank(n, asked.level)
    low, high = (float(told[rank]), float(told[n - 1 - rank])) if rank is not None else (None, None)
    wide = () if rank is not None else (f"{n} are too few for a {asked.level:.0%} interval",)
    value = float(np.median(told))
    return Estimate(name, value, low, high, unit, n, method, asked.level, (CONFIRMED, *said, *wide), asked.group)


def order_rank(n: int, level: float) -> int | None:
    """The rank (from 0) whose order statistic, with its mirror, covers the median at the level; None where none does."""
    ranks = np.flatnonzero(bdtr(np.arange(n), n, 0.5) <= (1 - level) / 2)
    return int(ranks[-1]) if ranks.size else None
