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
def _exp(x: float) -> float:
    # within 0.1 the series to x**9 is exact to the last bits and several times faster than the library's exp;
    # in large strata nearly every call is there
    if not -0.1 < x < 0.1:
        return math.exp(x)
    high = 1.0 / 120 + x * (1.0 / 720 + x * (1.0 / 5040 + x * (1.0 / 40320 + x / 362880)))
    return 1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6 + x * (1.0 / 24 + x * high))))


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _log_left(x: float) -> float:
    # log(1 - x); the series for the same reason
    if x > 0.01:
        return math.log1p(-x)
    high = 1.0 / 5 + x * (1.0 / 6 + x * (1.0 / 7 + x / 8))
    return -x * (1.0 + x * (0.5 + x * (1.0 / 3 + x * (0.25 + x * high))))


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _step(state: Floats, at_risk: float, gone: float, z: float) -> None:
    # state: survival, Greenwood's sum, low, high, log survival; advanced over one event time
    if gone >= at_risk:
        state[0], state[2] = 0.0, 0.0  # all that were left: high stays, since survival only falls
        return
    if state[0] <= 0.0:
        return
    share = gone / at_risk
    survival = state[0] * (1.0 - share)
    logged = state[4] + _log_left(share)
    greenwood = state[1] + share / (at_risk - gone)
    stretch = _exp(z * math.sqrt(greenwood) / -logged)
    state[0], state[1], state[4] = survival, greenwood, logged
    state[2] = survival * _exp(logged * (stretch - 1.0))
    state[3] = survival * _exp(logged * (1.0 / stretch - 1.0))


@njit(cache=True, nogil=True, error_model="numpy")
def merge(censored: Floats, gone: Floats, entry: Floats, z: float, out: Floats, counts: Integers) -> int:
    """Walk one stratum's sorted times; write the steps and return how many.

    `entry` (sorted) is empty when all are under observation from 0. At risk at t: entry < t <= time. `out` has rows
    days, survival, Greenwood's sum, low, high; `counts` has rows at risk, gone.
    """
    state = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    n_censored, n_gone, n_entry = censored.size, gone.size, entry.size
    total = n_censored + n_gone
    i = c = e = k = 0
    while i < n_gone:
        t = gone[i]
        j = i
        while j < n_gone and gone[j] == t:
            j += 1
        while c < n_censored and censored[c] < t:
            c += 1
        if n_entry:
            while e < n_entry and entry[e] < t:
                e += 1
            at_risk = e - i - c
        else:
            at_risk = total - i - c
        _step(state, at_risk, j - i, z)
        out[0, k] = t
        out[1, k], out[2, k], out[3, k], out[4, k] = state[0], state[1], state[2], state[3]
        counts[0, k], counts[1, k] = at_risk, j - i
        k += 1
        i = j
    return k


@njit(cache=True, nogil=True, error_model="numpy")
def tally(time: Floats, event: Bytes, stratum: Groups, per_day: float, table: Integers) -> None:
    """Count leavers and gone by stratum and grid cell, both in one number (gone in the upper half): one touch a row."""
    for i in range(time.size):
        table[stratum[i], int(time[i] * per_day + 0.5)] += 1 + (np.int64(event[i]) << 32)


@njit(cache=True, nogil=True, error_model="numpy")
def walk(row: Integers, n: int, per_day: float, z: float, out: Floats, counts: Integers) -> int:
    """Walk one stratum's grid as `merge` walks sorted times; same outputs."""
    state = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    at_risk, k = n, 0
    for cell in range(row.size):
        packed = row[cell]
        if packed == 0:
            continue
        gone = packed >> 32
        if gone > 0:
            _step(state, at_risk, gone, z)
            out[0, k] = cell / per_day
            out[1, k], out[2, k], out[3, k], out[4, k] = state[0], state[1], state[2], state[3]
            counts[0, k], counts[1, k] = at_risk, gone
            k += 1
        at_risk -= packed & 0xFFFFFFFF
    return k
