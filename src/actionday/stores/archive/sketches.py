"""How the sketches in the table `fingerprints` are read and compared: `minhash` (b-bit minwise) and `shingles` (bottom-k).

Both rooms that need them, the one that computes sketches and the one that compares them, know them from here. Not for:
computing sketches of texts (`observe.fingerprint`), finding near-duplicates among many (`link.near_texts`).
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

HASHES = 64
"""Hashes in a minwise sketch, and shingles at most in a bottom-k sketch."""

CHANCE = 2.0**-16
"""How often two different minima agree in 16 bits (Li and König 2010, sparse limit)."""

Uint32s = npt.NDArray[np.uint32]


@njit(cache=True, nogil=True)
def bottom_k(a: Uint32s, b: Uint32s, limit: np.uint32) -> float:
    """Jaccard index of two ascending sets, of their members up to `limit`; 0 when neither has any."""
    i, j, both, either = 0, 0, 0, 0
    while i < a.size or j < b.size:
        if j >= b.size or (i < a.size and a[i] < b[j]):
            least, i = a[i], i + 1
        elif i >= a.size or b[j] < a[i]:
            least, j = b[j], j + 1
        else:
            least, i, j = a[i], i + 1, j + 1
            both += least <= limit
        if least > limit:
            break
        either += 1
    return both / either if either else 0.0


def estimate_jaccard(a: bytes, b: bytes) -> float:
    """Jaccard index of two shingle sets, from their `minhash`; standard error sqrt(J (1 - J) / 64)."""
    return float(estimate_jaccards(pa.array([a]), pa.array([b]))[0])


def estimate_jaccards(a: pa.Array, b: pa.Array) -> npt.NDArray[np.float64]:
    """As estimate_jaccard, over pairs of `minhash` columns without nulls. Unbiased by `CHANCE`."""
    agree = (minwise(a) == minwise(b)).mean(axis=1)
    return np.clip((agree - CHANCE) / (1 - CHANCE), 0, 1)


def minwise(column: pa.Array) -> npt.NDArray[np.uint16]:
    """A `minhash` column without nulls as an array (n, 64), without a copy where it can be."""
    flat = column.cast(pa.binary(2 * HASHES))
    data = np.frombuffer(flat.buffers()[1] or b"", "<u2")[flat.offset * HASHES : (flat.offset + len(flat)) * HASHES]
    return data.reshape(len(flat), HASHES)


def bottom_k_jaccard(a: bytes, b: bytes, *, sizes: tuple[int, int] | None = None) -> float:
    """Jaccard index of two shingle sets, from their `shingles`; exact when neither set has more than 64.

    `sizes` are the `n_shingles`; without them a sketch of 64 counts as cut off. Where a sketch is cut off, the index is
    that of the members up to its greatest (an unbiased sample of the union).
    """
    left, right = np.frombuffer(a, "<u4").astype(np.uint32), np.frombuffer(b, "<u4").astype(np.uint32)
    limit = np.uint32(0xFFFFFFFF)
    for values, size in ((left, sizes and sizes[0]), (right, sizes and sizes[1])):
        cut = values.size == HASHES if size is None else size > values.size
        limit = min(limit, values[-1]) if cut else limit
    return float(bottom_k(left, right, limit))
