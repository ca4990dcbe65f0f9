"""Compiled passes behind `kaplan_meier`: scatter into buckets, merge sorted buckets, walk a grid. Flat arrays only.

Greenwood's sum and the log-log bounds are computed in the same pass that finds the steps, so nothing is read twice.
Not for: choosing a path or shaping results; that is `kaplan_meier`.
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Groups = NDArray[np.integer[Any]]


@njit(cache=True, nogil=True, error_model="numpy")
def scatter(time: Floats, event: Bytes, stratum: Groups, starts: Integers) -> Floats:
    """Sort times into 2 * strata buckets (censored, then gone, for each stratum); `starts` receives their bounds."""
    n = time.size
    for i in range(n):
        starts[2 * stratum[i] + event[i] + 1] += 1
    for b in range(1, starts.size):
        starts[b] += starts[b - 1]
    cursor = starts[:-1].copy()
    out = np.empty(n)
    for i in range(n):
        bucket = 2 * stratum[i] + event[i]
        out[cursor[bucket]] = time[i]
        cursor[bucket] += 1
    return out


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _series(x: float) -> float:
    # exp(x) to x**9: exact to the last bits within 0.1, where nearly every call of a large stratum is, and plain
    # arithmetic, so that the loop below runs four wide
    high = 1.0 / 120 + x * (1.0 / 720 + x * (1.0 / 5040 + x * (1.0 / 40320 + x * (1.0 / 362880))))
    return 1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6 + x * (1.0 / 24 + x * high))))


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _log_left(x: float) -> float:
    # log(1 - x); a series for the same reason
    if x > 0.01:
        return math.log1p(-x)
    high = 1.0 / 5 + x * (1.0 / 6 + x * (1.0 / 7 + x / 8))
    return -x * (1.0 + x * (0.5 + x * (1.0 / 3 + x * (0.25 + x * high))))


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _step(
    survival: float, greenwood: float, log_survival: float, at_risk: float, gone: float
) -> tuple[float, float, float]:
    # one event time on; greenwood stays where all that were left went, as survival does once it is 0
    if gone >= at_risk or survival <= 0.0:
        return 0.0, greenwood, -np.inf
    share = gone / at_risk
    return survival * (1.0 - share), greenwood + share / (at_risk - gone), log_survival + _log_left(share)


@njit(cache=True, nogil=True, error_model="numpy")
def _bounds(out: Floats, logged: Floats, at: int, k: int, z: float) -> None:
    # the log-log interval survival**exp(-+w), w = z sqrt(greenwood) / -log(survival); from rows 1 and 2 to rows 3, 4
    survival, greenwood = out[1, at : at + k], out[2, at : at + k]
    low, high = out[3, at : at + k], out[4, at : at + k]
    for i in range(k):
        w = z * math.sqrt(greenwood[i]) / -logged[i]
        up, down = _series(w), _series(-w)
        low[i] = survival[i] * _series(logged[i] * (up - 1.0))
        high[i] = survival[i] * _series(logged[i] * (down - 1.0))
    for i in range(k):
        w = z * math.sqrt(greenwood[i]) / -logged[i]
        if survival[i] <= 0.0:  # all that were left went: the upper bound stays, since survival only falls
            low[i], high[i] = 0.0, high[i - 1] if i else 1.0
        elif w >= 0.1 or logged[i] * w < -0.09:
            low[i], high[i] = math.exp(logged[i] * math.exp(w)), math.exp(logged[i] * math.exp(-w))


@njit(cache=True, nogil=True, error_model="numpy")
def merge(censored: Floats, gone: Floats, entry: Floats, z: float, out: Floats, counts: Integers) -> int:
    """Walk one stratum's sorted times; write the steps and return how many.

    `entry` (sorted) is empty when all are under observation from 0. At risk at t: entry < t <= time. `out` has rows
    days, survival, Greenwood's sum, low, high; `counts` has rows at risk, gone.
    """
    survival, greenwood, log_survival = 1.0, 0.0, 0.0
    n_censored, n_gone, n_entry = censored.size, gone.size, entry.size
    logged = np.empty(n_gone)
    i = c = e = k = 0
    while i < n_gone:
        t = gone[i]
        j = i
        while j < n_gone and gone[j] == t:
            j += 1
        while c < n_censored and censored[c] < t:
            c += 1
        while e < n_entry and entry[e] < t:
            e += 1
        at_risk = (e if n_entry else n_censored + n_gone) - i - c
        survival, greenwood, log_survival = _step(survival, greenwood, log_survival, at_risk, j - i)
        out[0, k], out[1, k], out[2, k], logged[k] = t, survival, greenwood, log_survival
        counts[0, k], counts[1, k] = at_risk, j - i
        k += 1
        i = j
    _bounds(out, logged, 0, k, z)
    return k


@njit(cache=True, nogil=True, error_model="numpy")
def tally(time: Floats, event: Bytes, stratum: Groups, per_day: float, table: Integers) -> None:
    """Count leavers and gone by stratum and grid cell, both in one number (gone in the upper half): one touch a row."""
    for i in range(time.size):
        table[stratum[i], int(time[i] * per_day + 0.5)] += 1 + (np.int64(event[i]) << 32)


@njit(cache=True, nogil=True, error_model="numpy")
def walk(row: Integers, n: int, days: Floats, z: float, out: Floats, counts: Integers, at: int) -> None:
    """Walk one stratum's grid, whose cells are at `days`, as `merge` walks sorted times; outputs from column `at`."""
    survival, greenwood, log_survival = 1.0, 0.0, 0.0
    logged = np.empty(row.size)
    at_risk, k = n, 0
    for cell in range(row.size):
        gone = row[cell] >> 32
        if gone > 0:
            survival, greenwood, log_survival = _step(survival, greenwood, log_survival, at_risk, gone)
            here = at + k
            out[0, here], out[1, here], out[2, here] = days[cell], survival, greenwood
            counts[0, here], counts[1, here], logged[k] = at_risk, gone, log_survival
            k += 1
        at_risk -= row[cell] & 0xFFFFFFFF
    _bounds(out, logged, at, k, z)
