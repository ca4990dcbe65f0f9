"""Images that look alike: exact range search over 256-bit PDQ hashes, every one within a Hamming distance of 31.

Multi-index hashing (Norouzi, Punjani and Fleet 2012): a hash is cut into sixteen chunks of 16 bits. If two hashes differed by two bits or more in
every chunk they would differ by 32 at least; so hashes within 31 agree, or differ by one bit, in some chunk, and lie in one of the
17 buckets around it. Nothing is missed; that holds for every radius up to 31, and larger ones are refused. Equal hashes are kept once. A query whose
buckets hold more entries than there are hashes (hashes that are nearly all zero, say) is answered by a scan. Not for: what a match means (`match`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actionday.link.pdq_kernels import CHUNKS, INLINE, REACH, VALUES, Int64s, Uint16s, Uint32s, Uint64s, fill, search
from actionday.records import UsageError

RADIUS = 31
"""Hamming distance up to which two PDQ hashes are of the same image, as PDQ's authors advise."""

LEAST_QUALITY = 50
"""PDQ's own measure of an image's detail, 0 to 100; hashes of images below it say too little, as PDQ's authors advise."""

BYTES = 32
_NUMBER, _QUERY = np.uint64(5), np.uint64(37)  # bits of a packed hit: 5 of distance, 32 of hash, the rest of query
_ROOM = 1 << 16  # pairs held before they are handed on


@dataclass(frozen=True, slots=True)
class Hits:
    """Pairs within the radius: query number, hash number, Hamming distance; by query, and within one by hash number."""

    query: Int64s
    hash: Int64s
    distance: Int64s


class PdqIndex:
    """An index of PDQ hashes (n, 32 bytes), held in memory: about 290 bytes a distinct hash; building holds no more than that and the input."""

    def __init__(self, hashes: npt.NDArray[np.uint8]) -> None:
        """Build it. Raises ValueError for an array of another shape."""
        if hashes.ndim != 2 or hashes.shape[1] != BYTES or hashes.dtype != np.uint8:
            raise ValueError(f"PDQ hashes are bytes (n, {BYTES}), not {hashes.dtype} {hashes.shape}")
        self._order, self._starts, self._words = _distinct(hashes)
        n = len(self._words)
        self._offsets = np.zeros((CHUNKS, VALUES + 1), np.uint32)
        self._entries = np.empty((CHUNKS, n, INLINE + 1), np.uint32)
        fill(self._chunks, self._offsets, self._entries)

    def __len__(self) -> int:
        """Hashes, repeated ones included."""
        return len(self._order)

    @property
    def _chunks(self) -> Uint16s:
        return self._words.view(np.uint16)

    def search(self, queries: npt.NDArray[np.uint8], radius: int = RADIUS) -> Hits:
        """Every hash within `radius` of each query (m, 32 bytes). Memory: of the answer. Raises UsageError for a radius above 31."""
        if not 0 <= radius < CHUNKS * (REACH + 1):
            raise UsageError(f"the index finds hashes within 0 to {CHUNKS * (REACH + 1) - 1} bits, not {radius}")
        if len(queries) >= 1 << (64 - int(_QUERY)):
            raise UsageError(f"{len(queries):,} queries are too many at once")
        asked = np.ascontiguousarray(queries).view(np.uint64)
        counts = np.zeros(len(asked), np.int64)
        pairs = np.concatenate([np.empty(0, np.int64), *self._pairs(asked, radius, counts)])
        return self._spread(np.repeat(np.arange(len(asked)), counts), pairs[0::2], pairs[1::2])

    def _pairs(self, asked: Uint64s, radius: int, counts: Int64s) -> Iterator[Int64s]:
        """Distinct hash and distance end to end, some queries at a time; `counts` is filled on the way."""
        out, first = np.empty(2 * _ROOM, np.int64), 0
        index, limits = (self._offsets, self._entries), (radius, len(self._words))
        while first < len(asked):
            hashes = (self._words, self._chunks)
            following, used = search((asked, asked.view(np.uint16)), first, hashes, index, limits, counts, out)
            if used < 0:
                out = np.empty(-2 * used, np.int64)
            else:
                yield out[: 2 * used].copy()
                first = following

    def _spread(self, query: Int64s, distinct: Int64s, distance: Int64s) -> Hits:
        """Hits of distinct hashes as hits of all that equal them, in order."""
        times = self._starts[distinct + 1] - self._starts[distinct]
        last = np.cumsum(times)
        place = np.arange(int(times.sum())) - np.repeat(last - times, times) + np.repeat(self._starts[distinct], times)
        number = self._order[place].astype(np.uint64)
        packed = np.repeat(query.astype(np.uint64), times) << _QUERY | number << _NUMBER
        packed |= np.repeat(distance.astype(np.uint64), times)
        packed.sort()  # one sort of numbers is far quicker than an order by two columns
        found = (packed >> _NUMBER) & np.uint64((1 << 32) - 1)
        apart = packed & np.uint64((1 << int(_NUMBER)) - 1)
        return Hits((packed >> _QUERY).astype(np.int64), found.astype(np.int64), apart.astype(np.int64))


def _distinct(hashes: npt.NDArray[np.uint8]) -> tuple[Uint32s, Int64s, Uint64s]:
    """Numbers of the hashes, equal ones together; where each distinct one begins among them (and the end); the distinct ones."""
    words = np.ascontiguousarray(hashes).view(np.uint64)
    order = np.lexsort(words.T).astype(np.uint32)
    ranked = words[order]
    fresh = np.ones(len(ranked), np.bool_)
    fresh[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
    starts = np.flatnonzero(fresh)
    ends = np.append(starts, len(ranked))
    return order, ends, ranked if len(starts) == len(ranked) else ranked[starts]
