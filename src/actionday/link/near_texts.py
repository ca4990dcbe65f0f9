"""Near-duplicate texts among many, by their sketches: bands, candidates, verification, and a forest of what belongs together.

Locality-sensitive hashing over b-bit minwise sketches (Broder 1997; Li and König 2010): texts that agree in a whole band are compared
by their sketches, and what may be alike is verified by the sets of shingles, exactly where they are complete. Not for: where sketches come
from and whose texts they are (`near_texts_archive`), nor for what copies mean: a copy is a lead, and news is copied too.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from actionday.link.near_texts_kernels import (
    Bools,
    Found,
    Int32s,
    Int64s,
    Texts,
    Uint16s,
    Uint32s,
    meet_band,
    pack,
    roots_of,
)
from actionday.records import Progress, UsageError
from actionday.stores.archive.sketches import HASHES

THRESHOLD = 0.8
"""Jaccard index of the sets of 5-gram shingles from which two texts are near-duplicates."""

LEAST_THRESHOLD = 0.5
"""Below it sketches of 64 hashes find too little or compare too much."""

MISSED = 1e-3
"""How often two texts exactly at the threshold may share no band."""

_DEVIATIONS = 4

TIES = pa.schema(
    [
        pa.field("a", pa.int64(), nullable=False),
        pa.field("b", pa.int64(), nullable=False),
        pa.field("jaccard", pa.float32(), nullable=False),
        pa.field("exact", pa.bool_(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """Sets of shingles end to end: `members` ascending in each set, set i in starts[i] to ends[i].

    `cut` says where only the least members are known (a bottom-k sketch of a larger set).
    """

    members: Uint32s
    starts: Int64s
    ends: Int64s
    cut: Bools


SetsOf = Callable[[Int64s], ShingleSets]
"""The sets of the texts of these numbers, in that order."""


@dataclass(frozen=True, slots=True)
class Forest:
    """What belongs together: a spanning forest. `ties` (schema TIES) are its edges, texts by number; `groups` gives each text of `texts` its
    group, named by the least number in it. Texts without a near-duplicate are not in it.
    """

    ties: pa.Table
    texts: Int64s
    groups: Int64s


@dataclass(frozen=True, slots=True)
class Bands:
    """How sketches are cut: `rows` hashes a band, `count` bands; `least` hashes that must agree for a pair to be verified."""

    rows: int
    count: int
    least: int

    def missed(self, index: float) -> float:
        """The share of pairs of this Jaccard index that share no band."""
        return float((1 - index**self.rows) ** self.count)


def bands_for(threshold: float) -> Bands:
    """The most selective bands that miss at most `MISSED` of the pairs exactly at the threshold. Raises UsageError outside [0.5, 1]."""
    if not LEAST_THRESHOLD <= threshold <= 1:
        raise UsageError(f"a threshold lies between {LEAST_THRESHOLD} and 1, not at {threshold}")
    error = math.sqrt(threshold * (1 - threshold) / HASHES)
    least = max(1, math.floor(HASHES * (threshold - _DEVIATIONS * error)))
    able = [Bands(rows, HASHES // rows, least) for rows in (4, 3, 2)]
    return next(bands for bands in able if bands.missed(threshold) <= MISSED)


def near_texts(minwise: Uint16s, sizes: Int32s, sets_of: SetsOf, threshold: float, progress: Progress) -> Forest:
    """Everything of which the sketches (n, 64) say that it may be alike, verified and joined.

    `sizes` are the sizes of the whole sets. Sets are asked for once, and only of texts that another resembles. Two texts of
    one group need not be alike: each is alike to another of the group. A tie is exact where both sets are complete; else it
    rests on an estimate with a standard error of about sqrt(J (1 - J) / 128). Memory: 128 bytes a text, and the sets asked for.
    """
    bands = bands_for(threshold)
    progress.phase("comparing texts", 2 * bands.count, "steps")
    marked = np.zeros(len(minwise), np.bool_)
    none = np.empty(0, np.int64)
    nothing = ShingleSets(np.empty(0, np.uint32), none, none, np.empty(0, np.bool_))
    _walk(minwise, sizes, nothing, _Walk(bands, threshold, marked, joining=False), progress)
    numbers = np.flatnonzero(marked)
    walk = _Walk(bands, threshold, np.empty(0, np.bool_), joining=True)
    some = np.ascontiguousarray(minwise[numbers])
    found = _walk(some, np.ascontiguousarray(sizes[numbers]), sets_of(numbers), walk, progress)
    return _forest(found, numbers)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One way through all buckets: to mark texts that have a candidate, or to join those that are alike."""

    bands: Bands
    threshold: float
    marked: Bools
    joining: bool


def _walk(minwise: Uint16s, sizes: Int32s, sets: ShingleSets, walk: _Walk, progress: Progress) -> Found:
    n = len(minwise)
    room = n if walk.joining else 0
    found: Found = (
        walk.marked, np.arange(room, dtype=np.int32), np.empty(2 * room, np.int32),
        np.empty(room, np.float32), np.empty(room, np.bool_), np.zeros(1, np.int64),
    )  # fmt: skip
    texts: Texts = (minwise, sizes, sets.members, sets.starts, sets.ends, sets.cut)
    rule = (walk.bands.rows, walk.bands.least, walk.threshold, walk.joining)
    bits = max(1, (n - 1).bit_length())
    packed, crowded = np.empty(n, np.uint64), np.zeros(n, np.uint32)
    for band in range(walk.bands.count):
        pack(minwise, band, walk.bands.rows, bits, packed)
        packed.sort()
        meet_band(packed, bits, texts, found, rule, crowded, (band, walk.bands.count))
        progress.advance(1)
    return found


def _forest(found: Found, numbers: Int64s) -> Forest:
    _, parents, ties, indices, exact, count = found
    made = int(count[0])
    ends = numbers[ties[: 2 * made].reshape(made, 2)]
    table = pa.table([ends[:, 0], ends[:, 1], indices[:made], exact[:made]], schema=TIES)
    tied = np.unique(ties[: 2 * made])
    roots = roots_of(parents, tied.astype(np.int64))
    least = np.full(len(parents), np.iinfo(np.int64).max)
    np.minimum.at(least, roots, numbers[tied])
    return Forest(table, numbers[tied], least[roots])
