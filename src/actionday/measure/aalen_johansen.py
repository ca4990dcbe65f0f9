"""Cumulative incidence under competing events: Aalen and Johansen's estimator with its delta-method variance, and Rubin's rules.

Columnar, no loop over subjects. Not for: who counts as returned (`returns_outcomes`), or one event alone (`kaplan_meier`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from actionday.measure.intervals import Interval, none_of

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Incidence:
    """Cumulative incidence by cause at the days on which something happened: `value` and `variance` are (causes, days).

    `limit`: days up to which somebody was followed; nothing is known beyond it, unless everybody had an event before.
    """

    days: Floats
    value: Floats
    variance: Floats
    at_risk: NDArray[np.int64]
    limit: float

    def at(self, t: float, cause: int) -> tuple[float, float] | None:
        """Incidence of a cause (1, 2, …) by day t and its standard error; None beyond what was followed."""
        if t > self.limit:
            return None
        place = int(np.searchsorted(self.days, t, side="right")) - 1
        if place < 0:
            return 0.0, 0.0
        return float(self.value[cause - 1, place]), float(self.variance[cause - 1, place] ** 0.5)


def aalen_johansen(time: Floats, cause: Codes, causes: int = 2) -> Incidence:
    """Estimate from times (days, 0 or more) and causes (0 = censored). An event at the moment of a censoring comes before it.

    The variance is the delta method's (Marubini and Valsecchi 1995, eq. 10.12), F(1 - F)/n without censoring.
    """
    if not len(time):
        none = np.empty((causes, 0))
        return Incidence(np.empty(0), none, none, np.empty(0, np.int64), -1.0)
    order = np.argsort(time, kind="stable")
    days, first = np.unique(time[order], return_index=True)
    sorted_cause = cause[order]
    count = np.stack([np.add.reduceat((sorted_cause == k).astype(float), first) for k in range(1, causes + 1)])
    happened = count.sum(axis=0) > 0
    days, risk, count = days[happened], (len(time) - first)[happened], count[:, happened]
    gone = count.sum(axis=0) / risk
    before = np.concatenate([[1.0], np.cumprod(1 - gone)])[:-1] if len(days) else np.empty(0)
    value = np.cumsum(before * count / risk, axis=1)
    limit = np.inf if len(days) and risk[-1] == count[:, -1].sum() else float(time.max())
    return Incidence(days, value, _variance(value, before, count, risk.astype(float)), risk.astype(np.int64), limit)


def _variance(value: Floats, before: Floats, count: Floats, risk: Floats) -> Floats:
    """The three sums of the delta method, each as running sums, so that all days cost one pass."""
    total = count.sum(axis=0)
    # where everybody left is gone, nothing comes after, and F(t) - F(then) is 0
    left = np.where(risk > total, risk - total, np.inf)
    hazard = total / (risk * left)
    own = before * count / risk**2
    spread = value**2 * np.cumsum(hazard) - 2 * value * np.cumsum(value * hazard, axis=1)
    spread += np.cumsum(value**2 * hazard, axis=1) + np.cumsum(
        before**2 * (risk - count) / risk * count / risk**2, axis=1
    )
    spread -= 2 * (value * np.cumsum(own, axis=1) - np.cumsum(value * own, axis=1))
    return np.maximum(spread, 0.0)


@dataclass(frozen=True, slots=True)
class Pooled:
    """One figure over imputations: its mean, total standard error, and the degrees of freedom that the imputations leave."""

    value: float
    error: float
    freedom: float

    def half(self, level: float) -> float:
        """Half the width of its t interval."""
        quantile = float(stdtrit(min(self.freedom, 1e9), 0.5 + level / 2))
        return quantile * self.error

    def share(self, level: float, n: int) -> Interval:
        """The interval of a probability on the complementary log-log scale; exact while nothing of n happened."""
        value = min(max(self.value, 0.0), 1.0)
        if value <= 0.0:
            return 0.0, 0.0, none_of(n, level)
        if value >= 1.0 or self.error <= 0.0:
            return value, value if value < 1.0 else 1.0 - none_of(n, level), value
        kept = 1.0 - value
        stretch = np.exp(self.half(level) / (kept * abs(np.log(kept))))
        return value, float(1.0 - kept ** (1 / stretch)), float(1.0 - kept**stretch)


def pooled(drawn: Sequence[tuple[float, float]]) -> Pooled:
    """Rubin's rules (1987) over (value, standard error) of each imputation."""
    values, errors = np.array(drawn, np.float64).T
    m, within = len(values), float((errors**2).mean())
    between = float(values.var(ddof=1)) * (1 + 1 / m) if m > 1 else 0.0
    freedom = (m - 1) * (1 + within / between) ** 2 if between > 0 else np.inf
    return Pooled(float(values.mean()), (within + between) ** 0.5, float(freedom))
