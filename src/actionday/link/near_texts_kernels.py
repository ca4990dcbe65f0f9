"""Compiled kernels that find near-duplicates among sketches: buckets of bands, estimates, verification, union. No Python object per text.

A text is a row of `minwise` (n, 64). A *band* is a few neighbouring hashes; texts that agree in a whole band share a *bucket* and are
compared. Texts that are joined already are not compared again, so what comes out is a spanning forest: at most one tie a text,
whatever the data. Not for: choosing bands or reading the archive (`near_texts`, `near_texts_archive`).
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from actionday.stores.archive.sketches import CHANCE, HASHES, bottom_k

CROWD = 64
"""Texts in a bucket up to which every one is compared with every other; larger buckets are split by a second band."""

LEADERS = 64
"""In a bucket that two bands together leave crowded, texts are compared with so many leaders at most."""

SLACK = 1e-9
"""An index of 4/5 reaches a threshold of 0.8, however the two are rounded."""

Bools = npt.NDArray[np.bool_]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Float32s = npt.NDArray[np.float32]
Uint16s = npt.NDArray[np.uint16]
Uint32s = npt.NDArray[np.uint32]
Uint64s = npt.NDArray[np.uint64]

Texts = tuple[Uint16s, Int32s, Uint32s, Int64s, Int64s, Bools]
"""minwise (n, 64), sizes of the whole sets, members end to end (ascending in each), where each begins and ends, whether it is cut off."""

Found = tuple[Bools, Int32s, Int32s, Float32s, Bools, Int64s]
"""Marked texts; the forest's parents; ties (n, 2) with their Jaccard index and whether it is exact; how many ties (one cell)."""

Rule = tuple[int, int, float, bool]
"""Hashes in a band, hashes that must agree at least, the threshold, whether to join (else to mark)."""


@njit(cache=True, nogil=True)
def band_key(minwise: Uint16s, i: int, band: int, rows: int) -> np.uint64:
    """The band's hashes in one number, mixed (Murmur3's finalizer)."""
    key = np.uint64(0)
    for k in range(band * rows, band * rows + rows):
        key = (key << np.uint64(16)) | np.uint64(minwise[i, k])
    key ^= key >> np.uint64(33)
    key *= np.uint64(0xFF51AFD7ED558CCD)
    key ^= key >> np.uint64(33)
    key *= np.uint64(0xC4CEB9FE1A85EC53)
    return key ^ (key >> np.uint64(33))


@njit(cache=True, nogil=True)
def pack(minwise: Uint16s, band: int, rows: int, bits: int, out: Uint64s) -> None:
    """For each text the high bits of its band's key, the low `bits` being its number: sorted, buckets lie together."""
    low = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    for i in range(minwise.shape[0]):
        out[i] = (band_key(minwise, i, band, rows) & ~low) | np.uint64(i)


@njit(cache=True, nogil=True)
def agreeing(minwise: Uint16s, i: int, j: int) -> int:
    """Hashes in which two sketches agree."""
    same = 0
    for k in range(HASHES):
        same += minwise[i, k] == minwise[j, k]
    return same


@njit(cache=True, nogil=True)
def met_before(minwise: Uint16s, crowded: Uint32s, i: int, j: int, band: int, rows: int) -> bool:
    """Whether the two were compared in an earlier band: they agree in it, and their bucket there was not crowded."""
    for earlier in range(band):
        if (crowded[i] >> np.uint32(earlier)) & np.uint32(1):
            continue
        same = True
        for k in range(earlier * rows, earlier * rows + rows):
            same = same and minwise[i, k] == minwise[j, k]
        if same:
            return True
    return False


@njit(cache=True, nogil=True)
def root(parents: Int32s, i: int) -> int:
    """The text's representative in the forest; the path to it is halved on the way."""
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i


@njit(cache=True, nogil=True)
def roots_of(parents: Int32s, some: Int64s) -> Int64s:
    """The representatives of some texts."""
    out = np.empty(some.size, np.int64)
    for k in range(some.size):
        out[k] = root(parents, some[k])
    return out


@njit(cache=True, nogil=True)
def jaccard(texts: Texts, i: int, j: int) -> tuple[float, bool]:
    """Jaccard index of two texts' sets and whether it is exact.

    Where a set is cut off: the mean of the minwise and the bottom-k estimate, standard error about sqrt(J (1 - J) / 128).
    """
    minwise, _, members, starts, ends, cut = texts
    a, b = members[starts[i] : ends[i]], members[starts[j] : ends[j]]
    limit = np.uint32(0xFFFFFFFF)
    if cut[i]:
        limit = min(limit, a[a.size - 1])
    if cut[j]:
        limit = min(limit, b[b.size - 1])
    index = bottom_k(a, b, limit)
    if not (cut[i] or cut[j]):
        return index, True
    estimate = (agreeing(minwise, i, j) / HASHES - CHANCE) / (1 - CHANCE)
    return (index + max(estimate, 0.0)) / 2, False


@njit(cache=True, nogil=True)
def meet(texts: Texts, found: Found, rule: Rule, i: int, j: int) -> bool:
    """Compare two texts of a bucket: mark both, or join them, where they are alike. Returns whether they are (now) together."""
    marked, parents, ties, indices, exact, count = found
    _, least, threshold, joining = rule
    sizes = texts[1]
    if joining:
        if root(parents, i) == root(parents, j):
            return True
    elif marked[i] and marked[j]:
        return False
    if min(sizes[i], sizes[j]) + SLACK < threshold * max(sizes[i], sizes[j]) or agreeing(texts[0], i, j) < least:
        return False
    if not joining:
        marked[i] = marked[j] = True
        return True
    index, sure = jaccard(texts, i, j)
    if index + SLACK < threshold:
        return False
    at = count[0]
    ties[2 * at], ties[2 * at + 1], indices[at], exact[at] = i, j, index, sure
    count[0] += 1
    parents[root(parents, j)] = root(parents, i)
    return True


@njit(cache=True, nogil=True)
def meet_leaders(texts: Texts, found: Found, rule: Rule, members: Int64s) -> None:
    """Each text against the leaders before it; one that is with none of them becomes a leader while there is room."""
    leaders = np.empty(LEADERS, np.int64)
    led = 0
    for x in members:
        together = False
        for k in range(led):
            if meet(texts, found, rule, leaders[k], x):
                together = True
                break
        if not together and led < LEADERS:
            leaders[led] = x
            led += 1


@njit(cache=True, nogil=True)
def meet_crowd(texts: Texts, found: Found, rule: Rule, members: Int64s, band: int, bands: int) -> None:
    """A crowded bucket, split by each later band in turn: two texts that agree in two bands still meet."""
    rows = rule[0]
    keys = np.empty(members.size, np.uint64)
    for second in range(band + 1, bands):
        for k in range(members.size):
            keys[k] = band_key(texts[0], members[k], second, rows)
        order = np.argsort(keys)
        start = 0
        for end in range(1, members.size + 1):
            if end < members.size and keys[order[end]] == keys[order[start]]:
                continue
            if end - start > CROWD:
                meet_leaders(texts, found, rule, members[order[start:end]])
            else:
                for p in range(start, end):
                    for q in range(p + 1, end):
                        meet(texts, found, rule, members[order[p]], members[order[q]])
            start = end


@njit(cache=True, nogil=True)
def meet_band(
    packed: Uint64s, bits: int, texts: Texts, found: Found, rule: Rule, crowded: Uint32s, place: tuple[int, int]
) -> None:
    """All buckets of a band. `packed` is sorted, `place` the band and how many there are; crowded buckets are noted."""
    band, bands = place
    low = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    start = 0
    for end in range(1, packed.size + 1):
        if end < packed.size and (packed[end] & ~low) == (packed[start] & ~low):
            continue
        if end - start > CROWD:
            members = np.empty(end - start, np.int64)
            for k in range(end - start):
                members[k] = np.int64(packed[start + k] & low)
                crowded[members[k]] |= np.uint32(1) << np.uint32(band)
            meet_crowd(texts, found, rule, members, band, bands)
        else:
            for p in range(start, end):
                i = np.int64(packed[p] & low)
                for q in range(p + 1, end):
                    j = np.int64(packed[q] & low)
                    if not met_before(texts[0], crowded, i, j, band, rule[0]):
                        meet(texts, found, rule, i, j)
        start = end
