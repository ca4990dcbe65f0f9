"""Compiled comparisons of pairs, a column of levels a family. Flat arrays only.

Jaro-Winkler after W. E. Winkler, Proceedings of the Section on Survey Research Methods (1990). Not for: what levels mean.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

COMMON = 50
"""Subjects that may have something before it says nothing of who."""
RARE = 10
"""Subjects that may have something before it is no trace: as many as blocking lets into a group."""

Places = NDArray[np.int32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Levels = NDArray[np.int8]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def jaro_winkler(a: Bytes, b: Bytes) -> float:
    """Similarity of two zero-padded rows, 0 to 1, prefix weight 0.1 up to four letters."""
    n, m = 0, 0
    while n < a.size and a[n] != 0:
        n += 1
    while m < b.size and b[m] != 0:
        m += 1
    if n == 0 or m == 0:
        return 0.0
    reach = max(max(n, m) // 2 - 1, 0)
    mine, theirs = np.zeros(n, np.bool_), np.zeros(m, np.bool_)
    common = 0
    for i in range(n):
        for j in range(max(0, i - reach), min(m, i + reach + 1)):
            if not theirs[j] and a[i] == b[j]:
                mine[i] = theirs[j] = True
                common += 1
                break
    if common == 0:
        return 0.0
    crossed, j = 0, 0
    for i in range(n):
        if mine[i]:
            while not theirs[j]:
                j += 1
            crossed += a[i] != b[j]
            j += 1
    jaro = (common / n + common / m + (common - crossed // 2) / common) / 3
    prefix = 0
    while prefix < min(4, n, m) and a[prefix] == b[prefix]:
        prefix += 1
    return jaro + prefix * 0.1 * (1 - jaro) if jaro > 0.7 else jaro


@njit(cache=True, nogil=True)
def handle_levels(pairs: tuple[Places, Places], handles: Bytes, bounds: Ints, frequency: Places, out: Levels) -> None:
    """0 different, 1 distant, 2 similar, 3 the same and common, 4 the same and rare; -1 where either has no handle."""
    earlier, later = pairs
    for p in range(earlier.size):
        a, b = earlier[p], later[p]
        best, same, rarest = 0.0, False, 1 << 30
        for i in range(bounds[a], bounds[a + 1]):
            for j in range(bounds[b], bounds[b + 1]):
                alike = jaro_winkler(handles[i], handles[j])
                best = max(best, alike)
                if alike == 1.0:
                    same, rarest = True, min(rarest, frequency[i])
        if bounds[a] == bounds[a + 1] or bounds[b] == bounds[b + 1]:
            out[p] = -1
        elif same:
            out[p] = 4 if rarest <= RARE else 3
        else:
            out[p] = 2 if best >= 0.88 else (1 if best >= 0.75 else 0)


@njit(cache=True, nogil=True)
def token_levels(
    pairs: tuple[Places, Places], family: int, n: int, token: Ints, bounds: Ints, frequency: Places, out: Levels
) -> None:
    """0 none shared, 1 only common, 2 shared by at most COMMON, 3 by at most RARE, 4 several of those; -1 where either has none."""
    earlier, later = pairs
    for p in range(earlier.size):
        i, i_end = bounds[family * n + earlier[p]], bounds[family * n + earlier[p] + 1]
        j, j_end = bounds[family * n + later[p]], bounds[family * n + later[p] + 1]
        if i == i_end or j == j_end:
            out[p] = -1
            continue
        common, known, rare = 0, 0, 0
        while i < i_end and j < j_end:
            if token[i] == token[j]:
                common += 1
                known += frequency[i] <= COMMON
                rare += frequency[i] <= RARE
                i += 1
                j += 1
            elif token[i] < token[j]:
                i += 1
            else:
                j += 1
        if rare > 1:
            out[p] = 4
        else:
            out[p] = 3 if rare else (2 if known else (1 if common else 0))


@njit(cache=True, nogil=True)
def _first(source: Places, target: Places, a: int, b: int) -> int:
    """Where the signals from a to b begin, sorted by source and target; where they would, if there is none."""
    left, right = 0, source.size
    while left < right:
        middle = (left + right) // 2
        if source[middle] < a or (source[middle] == a and target[middle] < b):
            left = middle + 1
        else:
            right = middle
    return left


@njit(cache=True, nogil=True)
def _signal(source: Places, target: Places, declared: Flags, a: int, b: int) -> int:
    """0 none, 1 a link, 2 a declared move from a to b."""
    at, found = _first(source, target, a, b), 0
    while at < source.size and source[at] == a and target[at] == b:
        found = max(found, 2 if declared[at] else 1)
        at += 1
    return found


@njit(cache=True, nogil=True)
def announced_levels(
    pairs: tuple[Places, Places], source: Places, target: Places, declared: Flags, seen: Flags, out: Levels
) -> None:
    """0 none, 1 the later links to the earlier, 2 the earlier to the later, 3 declared; -1 where neither could be seen to."""
    earlier, later = pairs
    for p in range(earlier.size):
        a, b = earlier[p], later[p]
        there, back = _signal(source, target, declared, a, b), _signal(source, target, declared, b, a)
        if there == 2 or back == 2:
            out[p] = 3
        elif there:
            out[p] = 2
        elif back:
            out[p] = 1
        else:
            out[p] = 0 if seen[a] or seen[b] else -1


@njit(cache=True, nogil=True)
def hour_levels(pairs: tuple[Places, Places], hours: NDArray[np.float32], out: Levels) -> None:
    """By cosine of unit vectors: 0.5, 0.65, 0.8, 0.9."""
    earlier, later = pairs
    for p in range(earlier.size):
        dot, known_a, known_b = 0.0, False, False
        for h in range(24):
            x, y = hours[earlier[p], h], hours[later[p], h]
            dot += x * y
            known_a |= x != 0
            known_b |= y != 0
        if not (known_a and known_b):
            out[p] = -1
        else:
            out[p] = (dot >= 0.5) + (dot >= 0.65) + (dot >= 0.8) + (dot >= 0.9)
