"""Compiled passes that make pairs out of groups. Not for: which groups there are (`block`)."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Places = NDArray[np.int32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def count_pairs(bounds: Ints, owner: Places, start: Flags) -> int:
    """Pairs with a start that the groups give, those of a subject with itself among them."""
    total = 0
    for g in range(bounds.shape[0]):
        size, starts = bounds[g, 1] - bounds[g, 0], 0
        for k in range(bounds[g, 0], bounds[g, 1]):
            starts += start[owner[k]]
        total += size * (size - 1) // 2 - (size - starts) * (size - starts - 1) // 2
    return total


@njit(cache=True, nogil=True)
def fill_pairs(bounds: Ints, owner: Places, lives: tuple[Flags, Floats], out: Ints) -> int:
    """Codes earlier * n + later, where the earlier ended first (the lower row where neither did); how many."""
    start, ended = lives
    n, size = start.size, 0
    for g in range(bounds.shape[0]):
        for k in range(bounds[g, 0], bounds[g, 1]):
            for m in range(k + 1, bounds[g, 1]):
                a, b = np.int64(owner[k]), np.int64(owner[m])
                if a != b and (start[a] or start[b]):
                    first = ended[a] < ended[b] or (ended[a] == ended[b] and a < b)
                    out[size] = a * n + b if first else b * n + a
                    size += 1
    return size
