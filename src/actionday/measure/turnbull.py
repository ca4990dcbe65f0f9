"""Turnbull's nonparametric maximum likelihood estimate for brackets (last present, first miss], with delayed entry.

What the data determine is the mass of each support region and nothing inside it: `survival_at` gives the value under
even spreading and the two bounds. Convergence is a statement, not a hope: `gap` bounds what the log-likelihood still
lacks, per subject. Sources: Turnbull 1976; Wellner and Zhan 1997; Frydman 1994; Gentleman and Vandal 2002.
Not for: intervals (`turnbull_bootstrap`) and tests (`comparison`).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from actionday.measure.turnbull_kernels import gradient, log_likelihood, solve
from actionday.measure.turnbull_support import Problem, make_problem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOLERANCE = 1e-6
"""Largest gap in log-likelihood per subject at which an estimate counts as converged."""

MOST_ITERATIONS = 3000
NO_MASS = 1e-9


@dataclass(frozen=True, slots=True)
class Turnbull:
    """The estimate. `left`, `right`, `mass`, `unique` (m): the support; mass sums to 1.

    `unique`: this mass is the same in every maximum. `gap`: bound on (maximal - reached log-likelihood) / n;
    `converged`: gap <= TOLERANCE. `n`: sum of weights.
    """

    problem: Problem
    left: Floats
    right: Floats
    mass: Floats
    unique: Flags
    gap: float
    iterations: int
    converged: bool
    log_likelihood: float
    n: float

    @property
    def limit(self) -> float:
        """The end of what is estimated: where a region without right end carries mass; infinity if none does."""
        open_ended = np.isinf(self.right) & (self.mass > NO_MASS)
        return float(self.left[open_ended].min(initial=np.inf))

    def survival_at(self, t: float) -> tuple[float, float, float]:
        """S(t) with mass spread evenly inside regions, and its least and greatest value over all ways to spread it.

        Beyond `limit` nothing is estimated: the value is then NaN and the bounds are wide.
        """
        gone, open_ = self.right <= t, self.left >= t
        least, greatest = float(self.mass[open_].sum()), 1.0 - float(self.mass[gone].sum())
        if t > self.limit:
            return float("nan"), least, greatest
        return float(self.mass @ beyond(self.left, self.right, t)), least, greatest

    def given(self, origin: float) -> "Turnbull":
        """The estimate conditional on T > origin: regions before it dropped, one over it cut (evenly spread)."""
        kept = self.right > origin
        mass = self.mass[kept] * beyond(self.left[kept], self.right[kept], origin)
        left = np.maximum(self.left[kept], origin)
        return replace(self, left=left, right=self.right[kept], mass=mass / mass.sum(), unique=self.unique[kept])

    def median_at(self) -> float | None:
        """The time at which survival under even spreading passes 1/2; None if that lies beyond `limit`."""
        days, survival = knots(self.left, self.right, self.mass)
        return crossing(days, survival)


def turnbull(
    left: Floats,
    right: Floats,
    weight: Floats | None = None,
    entry: Floats | None = None,
    tolerance: float = TOLERANCE,
    most: int = MOST_ITERATIONS,
) -> Turnbull:
    """Estimate from brackets (left, right], exact where left == right, censored where right == inf.

    `weight` counts equal subjects; `entry` is when a subject came under observation (left truncation). Ends within
    `most` iterations; look at `converged`. Raises ValueError on bad input (see `make_problem`).
    """
    return fit(make_problem(left, right, weight, entry), tolerance, most)


def fit(problem: Problem, tolerance: float = TOLERANCE, most: int = MOST_ITERATIONS) -> Turnbull:
    """Maximise the likelihood of a problem, starting from equal masses."""
    m = problem.left.size
    rows = (problem.lo, problem.hi, problem.after, problem.weight)
    cum = np.linspace(0.0, 1.0, m + 1)
    gap, iterations = solve(rows, cum, tolerance, most)
    inside, slope = np.empty(m), np.empty(m)
    gradient(*rows, cum, inside, slope)
    n = float(problem.weight.sum())
    mass = np.diff(cum)
    unique = _identified(problem, cum, mass, slope / n) if problem.truncated else np.ones(m, np.bool_)
    reached = float(log_likelihood(*rows, cum))
    return Turnbull(
        problem, problem.left, problem.right, mass, unique, float(gap), iterations, gap <= tolerance, reached, n
    )


def beyond(left: Floats, right: Floats, t: float) -> Floats:
    """P(T > t) for each region with its mass spread evenly; 1 for a region without right end that begins by t."""
    with np.errstate(divide="ignore", invalid="ignore"):  # exact times and open ends are chosen apart below
        inside = (right - t) / (right - left)
    share = np.where(left >= t, 1.0, np.where(right <= t, 0.0, inside))
    return np.asarray(np.where(np.isinf(right), 1.0, share), np.float64)


def restricted(left: Floats, right: Floats, horizon: float) -> Floats:
    """E[min(T, horizon)] for each region with its mass spread evenly (a region without right end: at its left end on)."""
    low, high = np.minimum(left, horizon), np.minimum(right, horizon)
    width = right - left
    with np.errstate(divide="ignore", invalid="ignore"):
        cut = (high**2 - low**2) / (2 * width) + horizon * (right - high) / width
    whole = np.where(width > 0, cut, low)
    return np.asarray(np.where(np.isinf(right) | (left >= horizon), horizon, whole), np.float64)


def knots(left: Floats, right: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """The polyline of survival: days and S at every finite end of a region with mass; an exact time gives two points."""
    used = mass > NO_MASS
    left, right, after = left[used], right[used], 1.0 - np.cumsum(mass[used])
    before = np.concatenate(([1.0], after[:-1]))
    days, survival = np.stack([left, right], axis=1).ravel(), np.stack([before, after], axis=1).ravel()
    finite = np.isfinite(days)
    return days[finite], np.clip(survival[finite], 0.0, 1.0)


def crossing(days: Floats, survival: Floats, at: float = 0.5) -> float | None:
    """First day at which a falling polyline is at most `at`, interpolated; None if it stays above."""
    reached = np.flatnonzero(survival <= at)
    if reached.size == 0:
        return None
    k = int(reached[0])
    if k == 0 or survival[k - 1] == survival[k] or days[k - 1] == days[k]:
        return float(days[k])
    share = (survival[k - 1] - at) / (survival[k - 1] - survival[k])
    return float(days[k - 1] + share * (days[k] - days[k - 1]))


def _identified(problem: Problem, cum: Floats, mass: Floats, slope: Floats) -> Flags:
    """Which masses every maximum shares: those that no direction of equal likelihood moves (rank condition).

    Without entry times all are (the columns are maximal cliques of an interval graph: Gentleman and Vandal 2002). With
    them, only ratios of probabilities are seen: where no one is at risk, what lies before and after is not linked.
    """
    active = np.flatnonzero((mass > NO_MASS) | (slope > -TOLERANCE))
    k = active.size
    if k < 2:
        return np.ones(mass.size, np.bool_)
    nodes = [np.searchsorted(active, part) for part in (problem.lo, problem.hi, problem.after)]
    lo, hi, after = nodes
    reached = np.concatenate(([0.0], np.cumsum(mass[active])))
    inside, risk = np.maximum(reached[hi] - reached[lo], 1e-12), np.maximum(1.0 - reached[after], 1e-12)
    row = np.arange(lo.size)
    values = np.concatenate([1 / inside, -1 / inside, np.where(after > 0, 1 / risk, 0.0)])
    jacobian = csr_array((values, (np.tile(row, 3), np.concatenate([hi, lo, after]))), shape=(lo.size, k + 1))
    free = (jacobian.T @ jacobian).toarray()[1:-1, 1:-1]  # the first and last node are fixed at 0 and 1
    scale = 1 / np.sqrt(np.maximum(np.diag(free), 1e-30))
    scaled, least = free * scale[:, None] * scale, 1e-9 * k
    if _all_above(scaled, least):
        return np.ones(mass.size, np.bool_)
    size, direction = np.linalg.eigh(scaled)
    null = direction[:, size < least] * scale[:, None]
    moves = np.diff(np.pad(null, ((1, 1), (0, 0))), axis=0)
    unique = np.ones(mass.size, np.bool_)
    unique[active] = np.abs(moves).max(axis=1, initial=0.0) <= 1e-6 * np.abs(moves).max(initial=1e-300)
    return unique


def _all_above(matrix: Floats, least: float) -> bool:
    """Whether every eigenvalue of a symmetric matrix exceeds `least`: less that, it has a Cholesky factor (much the cheaper question)."""
    try:
        np.linalg.cholesky(matrix - least * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        return False
    return True
