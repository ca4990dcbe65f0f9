"""Do lifetimes differ? Log-rank for exact times only; for brackets a score test with a permutation p-value.

The score of a subject measures how early its bracket lies under the pooled estimate (Sun 1996; Fay and Shaw 2010, eq.
for "logrank1"): it reduces to the log-rank score for exact times. Permuting scores assumes that, were the lifetimes
equal, brackets would be made alike in all groups: unequal probing breaks that, and callers must say so.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc  # not scipy.stats, the same numbers half a second later

from actionday.measure.turnbull import Turnbull

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Groups = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A test's statistic (chi-squared on `freedom` degrees under no difference), its p-value and how it was got.

    `exceeding` of `permutations` had a statistic at least as large (0 of 0 for the log-rank test).
    """

    statistic: float
    freedom: int
    p: float
    method: str
    exceeding: int = 0
    permutations: int = 0


def log_rank(time: Floats, gone: Flags, group: Groups, entry: Floats | None = None) -> Comparison:
    """Mantel's log-rank test between groups 0..k-1 of exact times, with delayed entry (at risk: entry < t <= time).

    Raises ValueError with fewer than two groups at risk at any end.
    """
    time, gone, group = np.asarray(time, np.float64), np.asarray(gone, np.bool_), np.asarray(group)
    days = np.unique(time[gone])
    k = int(group.max(initial=-1)) + 1
    died, risk = np.zeros((k, days.size)), np.zeros((k, days.size))
    for g in range(k):
        mine = group == g
        died[g] = np.bincount(np.searchsorted(days, time[mine & gone]), minlength=days.size)
        entered = mine.sum() if entry is None else np.searchsorted(np.sort(entry[mine]), days, side="left")
        risk[g] = entered - np.searchsorted(np.sort(time[mine]), days, side="left")
    total, gone_then = risk.sum(axis=0), died.sum(axis=0)
    share = risk / total
    excess = (died - gone_then * share).sum(axis=1)
    spread = np.divide(gone_then * (total - gone_then), total - 1, out=np.zeros_like(total), where=total > 1)
    covariance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    statistic, freedom = _quadratic(excess, covariance)
    return Comparison(statistic, freedom, float(chdtrc(freedom, statistic)), "log-rank test")


def scores(pooled: Turnbull, left: Floats, right: Floats) -> Floats:
    """Sun's score of each bracket under the pooled estimate; large for those gone early, summing to 0.

    With survival S before and after each region and the log of its Nelson-Aalen form, log s: the score is
    (S(L) log s(L) - S(R) log s(R)) / (S(L) - S(R)), where S(R) log s(R) is 0 for a censored bracket.
    """
    before = np.concatenate(([1.0], 1.0 - np.cumsum(pooled.mass)))
    before[-1] = 0.0
    hazard = np.divide(pooled.mass, before[:-1], out=np.zeros_like(pooled.mass), where=before[:-1] > 1e-12)
    product = before * -np.concatenate(([0.0], np.cumsum(hazard)))
    lo, hi = pooled.problem.locate(left, right)
    return np.asarray((product[lo] - product[hi]) / (before[lo] - before[hi]), np.float64)


def score_test(score: Floats, group: Groups, permutations: int, seed: int) -> Comparison:
    """Compare the mean scores of groups 0..k-1: exact variance under permutation, p-value by Monte Carlo.

    p = (1 + exceeding) / (1 + permutations). Deterministic in `seed`. Raises ValueError with fewer than two groups.
    """
    group = np.asarray(group)
    sizes = np.bincount(group).astype(np.float64)
    if np.count_nonzero(sizes) < 2:
        raise ValueError("a comparison needs two groups")
    n, centred = score.size, score - score.mean()
    sizes = sizes[sizes > 0]
    group = np.unique(group, return_inverse=True)[1]
    variance = float(centred @ centred) / max(n - 1, 1)

    def statistic(values: Floats) -> float:
        sums = np.bincount(group, weights=values)
        return float((sums**2 / sizes).sum() / variance) if variance > 0 else 0.0

    seen = statistic(centred)
    random = np.random.default_rng(seed)
    exceeding = sum(statistic(random.permutation(centred)) >= seen * (1 - 1e-9) for _ in range(permutations))
    p = (1 + exceeding) / (1 + permutations)
    method = f"score test on the pooled Turnbull estimate, {permutations} permutations"
    return Comparison(seen, sizes.size - 1, p, method, int(exceeding), permutations)


def _quadratic(excess: Floats, covariance: Floats) -> tuple[float, int]:
    used = np.diag(covariance) > 0
    freedom = int(used.sum()) - 1
    if freedom < 1:
        raise ValueError("a comparison needs two groups with someone at risk")
    excess, covariance = excess[used][:-1], covariance[np.ix_(used, used)][:-1, :-1]
    return float(excess @ np.linalg.solve(covariance, excess)), freedom
