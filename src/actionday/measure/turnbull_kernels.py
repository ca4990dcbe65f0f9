"""Compiled solver for `turnbull`: EM steps interleaved with iterative convex minorant steps.

EM alone needs thousands of passes on continuous data; a minorant step (weighted isotonic regression of the cumulated
masses, with a line search so that the likelihood never falls) moves all of them at once (Wellner and Zhan 1997). A pass
costs rows + regions, since a bracket's probability is a difference of two cumulated masses. `cum` has m + 1 entries
from 0 to 1; region j has mass cum[j + 1] - cum[j]. With entry times (`after` > 0) the same steps serve: EM works on
the hazards of those under observation, so it needs neither ghosts of the unseen nor guesses for the censored (whose
share of missing information is what makes Turnbull's own version crawl; on exact times one step gives Kaplan-Meier),
and the line search guards the minorant step.

Plain loops throughout: NumPy's sums, maxima and slice assignments inside a kernel compile for seconds and run no faster.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
TINY = 1e-300

MOST_HAZARD = 1.0 - 1e-9
"""Where the few at risk under delayed entry all go at once, later ones must still be comparable with each other."""


@njit(cache=True, nogil=True, error_model="numpy")
def log_likelihood(lo: Integers, hi: Integers, after: Integers, weight: Floats, cum: Floats) -> float:
    """Log-likelihood, -inf where a bracket has no mass."""
    total = 0.0
    for i in range(lo.size):
        inside = cum[hi[i]] - cum[lo[i]]
        if inside <= 0.0:
            return -np.inf
        if after[i] > 0:
            inside /= 1.0 - cum[after[i]]
        total += weight[i] * math.log(inside)
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def gradient(
    lo: Integers, hi: Integers, after: Integers, weight: Floats, cum: Floats, inside: Floats, slope: Floats
) -> None:
    """Fill, for each region, the sum of weight / P(bracket) over closed brackets around it, and the likelihood's slope.

    Closed means ending before the last region ends; the others are censored at their left end. The slope is the sum of
    weight / P(bracket) over all brackets around a region, less the sum of weight / P(T > entry) over those under observation. At a maximum it is 0 where
    there is mass and at most 0 elsewhere; its largest entry bounds what the log-likelihood still lacks (the duality
    gap; with entry times the likelihood is not concave in the masses and this holds near the maximum).
    """
    m = inside.size
    for j in range(m):
        inside[j] = slope[j] = 0.0
    for i in range(lo.size):
        pull = weight[i] / max(cum[hi[i]] - cum[lo[i]], TINY)
        slope[after[i]] -= weight[i] / max(1.0 - cum[after[i]], TINY)
        if hi[i] == m:
            slope[lo[i]] += pull
        else:
            inside[lo[i]] += pull
            inside[hi[i]] -= pull
    pulled = rest = 0.0
    for j in range(m):
        pulled += inside[j]
        rest += slope[j]
        inside[j] = pulled
        slope[j] = pulled + rest


@njit(cache=True, nogil=True, error_model="numpy")
def _em(cum: Floats, inside: Floats, observed: Floats) -> None:
    # expected gone in each region = mass * inside; at risk = observed - gone before; new mass from gone / at risk
    m = inside.size
    before, left, gone = 0.0, 1.0, 0.0
    for j in range(m - 1):
        expected = (cum[j + 1] - before) * inside[j]
        before = cum[j + 1]
        at_risk = observed[j] - gone
        left *= 1.0 - (min(expected / at_risk, MOST_HAZARD) if at_risk > 0.0 else 0.0)
        gone += expected
        cum[j + 1] = 1.0 - left
    cum[m] = 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def _minorant(
    lo: Integers, hi: Integers, after: Integers, weight: Floats, cum: Floats, out: Floats, push: Floats
) -> None:
    # isotonic regression of cum + push / bend with weights bend (pool adjacent violators)
    m = cum.size - 1
    bend = np.empty(m + 1)
    for j in range(m + 1):
        bend[j], push[j] = 1e-12, 0.0
    for i in range(lo.size):
        pull = weight[i] / max(cum[hi[i]] - cum[lo[i]], TINY)
        curve = pull * pull / weight[i]
        push[hi[i]] += pull
        push[lo[i]] -= pull
        bend[hi[i]] += curve
        bend[lo[i]] += curve
        if after[i] > 0:
            push[after[i]] += weight[i] / max(1.0 - cum[after[i]], TINY)
    value, height, width = np.empty(m), np.empty(m), np.empty(m, np.int64)
    k = 0
    for j in range(1, m):
        v, h, w = cum[j] + push[j] / bend[j], bend[j], 1
        while k > 0 and value[k - 1] >= v:
            k -= 1
            v = (v * h + value[k] * height[k]) / (h + height[k])
            h += height[k]
            w += width[k]
        value[k], height[k], width[k] = v, h, w
        k += 1
    out[0], out[m], j = 0.0, 1.0, 1
    for block in range(k):
        v = min(max(value[block], 0.0), 1.0)
        for _ in range(width[block]):
            out[j] = v
            j += 1


@njit(cache=True, nogil=True, error_model="numpy")
def solve(
    rows: tuple[Integers, Integers, Integers, Floats], cum: Floats, tolerance: float, most: int
) -> tuple[float, int]:
    """Climb from `cum` (changed in place) until the gap per subject is at most `tolerance`; returns gap, iterations."""
    lo, hi, after, weight = rows
    m, n = cum.size - 1, 0.0
    inside, slope, observed = np.empty(m), np.empty(m), np.zeros(m + 1)
    target, push, trial = np.empty(m + 1), np.empty(m + 1), np.empty(m + 1)
    for i in range(lo.size):
        n += weight[i]
        observed[after[i]] += weight[i]
        if hi[i] == m:
            observed[lo[i]] -= weight[i]
    for j in range(m):
        observed[j + 1] += observed[j]
    gap = np.inf
    for iteration in range(most):
        gradient(lo, hi, after, weight, cum, inside, slope)
        steepest = 0.0
        for j in range(m):
            steepest = max(steepest, slope[j])
        gap = steepest / n
        if gap <= tolerance:
            return gap, iteration
        _em(cum, inside, observed)
        now = log_likelihood(lo, hi, after, weight, cum)
        _minorant(lo, hi, after, weight, cum, target, push)
        rise = 0.0
        for j in range(m + 1):
            rise += push[j] * (target[j] - cum[j])
        step = 1.0
        while step > 1e-6:
            for j in range(m + 1):
                trial[j] = cum[j] + step * (target[j] - cum[j])
            if log_likelihood(lo, hi, after, weight, trial) >= now + 1e-4 * step * rise:
                for j in range(m + 1):
                    cum[j] = trial[j]
                break
            step /= 2
    return gap, most
