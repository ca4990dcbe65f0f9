"""Compiled expectation step over patterns of levels. Not for: what the classes mean (`train`)."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Levels = NDArray[np.int8]


@njit(cache=True, nogil=True)
def expect(patterns: Levels, counts: Floats, log_share: Floats, log_level: Floats, sums: Floats) -> float:
    """Log-likelihood of the patterns; `sums[class, family, level]` receives expected counts, `[class, -1, 0]` the class's.

    `log_level[class, family, level]`; an absent level (-1) adds nothing. In log space throughout.
    """
    classes, families = log_share.size, patterns.shape[1]
    joint = np.empty(classes)
    total = 0.0
    for p in range(patterns.shape[0]):
        top = -np.inf
        for k in range(classes):
            value = log_share[k]
            for f in range(families):
                level = patterns[p, f]
                if level >= 0:
                    value += log_level[k, f, level]
            joint[k] = value
            top = max(top, value)
        if top == -np.inf:
            continue
        norm = 0.0
        for k in range(classes):
            norm += np.exp(joint[k] - top)
        evidence = top + np.log(norm)
        total += counts[p] * evidence
        for k in range(classes):
            weight = counts[p] * np.exp(joint[k] - evidence)
            sums[k, families, 0] += weight
            for f in range(families):
                level = patterns[p, f]
                if level >= 0:
                    sums[k, f, level] += weight
    return total


@njit(cache=True, nogil=True)
def joint_log(levels: Levels, log_share: Floats, log_level: Floats, out: Floats) -> None:
    """Log P(class, levels) of every pair."""
    for p in range(levels.shape[0]):
        for k in range(log_share.size):
            value = log_share[k]
            for f in range(levels.shape[1]):
                level = levels[p, f]
                if level >= 0:
                    value += log_level[k, f, level]
            out[p, k] = value
