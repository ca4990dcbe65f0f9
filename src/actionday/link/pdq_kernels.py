"""Compiled kernels of the PDQ index: counting bits, filling and walking the buckets. No Python object per hash.

A hash is four uint64, its *chunks* sixteen uint16. Not for: why this finds everything (`pdq_index` says it).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit
from numba.extending import intrinsic

CHUNKS = 16
VALUES = 1 << 16
REACH = 1
"""Bits by which at least one chunk differs at most, of hashes that differ in at most 31: 31 < 16 * (REACH + 1)."""

INLINE = 3
"""uint32 words (two chunks each) of a hash that stand in a bucket beside its number: enough to refuse nearly every stranger unread."""

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Uint16s = npt.NDArray[np.uint16]
Uint32s = npt.NDArray[np.uint32]
Uint64s = npt.NDArray[np.uint64]


@intrinsic  # type: ignore[misc, unused-ignore]
def ones(typing: Any, value: Any) -> Any:  # noqa: ANN401 - numba's own types
    """Bits that are set: one instruction, which Numba has no name for."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        return builder.ctpop(arguments[0])

    return value(value), emit


@njit(cache=True, nogil=True)
def distance(a: Uint64s, i: int, b: Uint64s, j: int) -> int:
    """Bits in which hash i of `a` differs from hash j of `b`; both (n, 4)."""
    bits = ones(a[i, 0] ^ b[j, 0]) + ones(a[i, 1] ^ b[j, 1]) + ones(a[i, 2] ^ b[j, 2]) + ones(a[i, 3] ^ b[j, 3])
    return int(bits)


@njit(cache=True, nogil=True)
def fill(chunks: Uint16s, offsets: Uint32s, entries: Uint32s) -> None:
    """Put every hash into its bucket of every chunk: a counting sort, straight into its place.

    `offsets` (16, 65537) comes zeroed and leaves with where each bucket begins; `entries` (16, n, 4) gets the number and three words.
    """
    n = chunks.shape[0]
    for c in range(CHUNKS):
        place = offsets[c]
        for i in range(n):
            place[np.int64(chunks[i, c]) + 1] += np.uint32(1)
        for v in range(VALUES):
            place[v + 1] += place[v]
        for i in range(n):
            at = place[chunks[i, c]]
            place[chunks[i, c]] += np.uint32(1)
            entries[c, at, 0] = np.uint32(i)
            for k in range(INLINE):
                entries[c, at, k + 1] = inline(chunks, i, c, k)
        for v in range(VALUES, 0, -1):  # each bucket's end has become its beginning's successor: move back
            place[v] = place[v - 1]
        place[0] = np.uint32(0)


@njit(cache=True, nogil=True)
def inline(chunks: Uint16s, i: int, c: int, k: int) -> np.uint32:
    """Word k of what stands in a bucket of chunk c: the chunks that follow it, round about, two by two."""
    high = np.uint32(chunks[i, (c + 2 * k + 1) % CHUNKS])
    return (high << np.uint32(16)) | np.uint32(chunks[i, (c + 2 * k + 2) % CHUNKS])


@njit(cache=True, nogil=True)
def entries_to_walk(query: Uint16s, q: int, offsets: Uint32s) -> int:
    """Entries in all buckets within reach of a query."""
    total = 0
    for c in range(CHUNKS):
        value = np.int64(query[q, c])
        total += int(offsets[c, value + 1] - offsets[c, value])
        for bit in range(16):
            near = value ^ (1 << bit)
            total += int(offsets[c, near + 1] - offsets[c, near])
    return total


@njit(cache=True, nogil=True)
def within_reach_before(a: Uint16s, i: int, b: Uint16s, j: int, c: int) -> bool:
    """Whether an earlier chunk than c already brought the two together."""
    for earlier in range(c):  # noqa: SIM110 - Numba compiles no generator here
        if ones(a[i, earlier] ^ b[j, earlier]) <= REACH:
            return True
    return False


@njit(cache=True, nogil=True)
def walk(
    queries: tuple[Uint64s, Uint16s],
    q: int,
    hashes: tuple[Uint64s, Uint16s],
    index: tuple[Uint32s, Uint32s],
    radius: int,
    out: Int64s,
) -> int:
    """Numbers and distances of the hashes within `radius` of query q into `out` (pairs); returns how many, also those there was no room for."""
    offsets, entries = index
    words, found = np.empty(INLINE, np.uint32), 0
    for c in range(CHUNKS):
        value = np.int64(queries[1][q, c])
        for k in range(INLINE):
            words[k] = inline(queries[1], q, c, k)
        for probe in range(17):
            near = value if probe == 16 else value ^ (1 << probe)
            apart = 0 if probe == 16 else 1
            for at in range(offsets[c, near], offsets[c, near + 1]):
                bits = apart
                for k in range(INLINE):
                    bits += int(ones(entries[c, at, k + 1] ^ words[k]))
                if bits > radius:
                    continue
                i = np.int64(entries[c, at, 0])
                bits = distance(queries[0], q, hashes[0], i)
                if bits <= radius and not within_reach_before(queries[1], q, hashes[1], i, c):
                    if 2 * found + 1 < out.size:
                        out[2 * found], out[2 * found + 1] = i, bits
                    found += 1
    return found


@njit(cache=True, nogil=True)
def scan(query: Uint64s, q: int, hashes: Uint64s, radius: int, out: Int64s) -> int:
    """As `walk`, by comparing with every hash."""
    found = 0
    for i in range(hashes.shape[0]):
        bits = distance(query, q, hashes, i)
        if bits <= radius:
            if 2 * found + 1 < out.size:
                out[2 * found], out[2 * found + 1] = i, bits
            found += 1
    return found


@njit(cache=True, nogil=True)
def search(
    queries: tuple[Uint64s, Uint16s], first: int, hashes: tuple[Uint64s, Uint16s], index: tuple[Uint32s, Uint32s],
    limits: tuple[int, int], counts: Int64s, out: Int64s,
) -> tuple[int, int]:  # fmt: skip
    """Queries from `first` on, until `out` has no room for the next: (the next query, pairs in `out`). `limits`: radius, and entries above
    which a query is answered by a scan. `counts` gets each query's hits; a query whose hits alone exceed the room stops with -hits.
    """
    used = 0
    for q in range(first, queries[0].shape[0]):
        room = out[2 * used :]
        if entries_to_walk(queries[1], q, index[0]) > limits[1]:
            found = scan(queries[0], q, hashes[0], limits[0], room)
        else:
            found = walk(queries, q, hashes, index, limits[0], room)
        if 2 * found > room.size:
            return q, (used if used else -found)
        counts[q] = found
        used += found
    return queries[0].shape[0], used
