"""Compiled kernels for text fingerprints: over the bytes of a whole column, no Python object per text.

A shingle is a window of five code points, hashed to 32 bit with a seeded mix; a text's set is its distinct shingle
hashes. Not for: normalising texts or reading Arrow (`fingerprint` does both), nor for texts that are not valid UTF-8.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from actionday.stores.archive.sketches import HASHES

WINDOW = 5
"""Code points in a shingle."""

Bytes = npt.NDArray[np.uint8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Uint16s = npt.NDArray[np.uint16]
Uint32s = npt.NDArray[np.uint32]
Uint64s = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Mixers:
    """What a seed stands for: the base of the window's polynomial, the salt, and 64 linear permutations of 32 bit."""

    base: np.uint64
    salt: np.uint64
    factors: Uint32s  # odd
    terms: Uint32s


def mixers(seed: int) -> Mixers:
    """The same seed gives the same mixers, on every machine (NumPy's PCG64)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    base, salt = rng.integers(1 << 62, 1 << 63, 2, dtype=np.uint64)
    factors = rng.integers(0, 1 << 32, HASHES, dtype=np.uint64).astype(np.uint32) | np.uint32(1)
    terms = rng.integers(0, 1 << 32, HASHES, dtype=np.uint64).astype(np.uint32)
    return Mixers(base | np.uint64(1), salt, factors, terms)


@njit(cache=True, nogil=True)
def shingle(data: Bytes, start: int, end: int, base: np.uint64, salt: np.uint64, out: Uint32s) -> int:
    """Hashes of all windows of the text in bytes [start, end) into `out`; returns how many, repeats included.

    The hash of a window is the polynomial of its code points at `base` modulo 2**64, mixed (Murmur3's finalizer).
    """
    oldest = base * base * base * base * base
    ring = np.zeros(WINDOW, np.uint64)
    value, seen, made, i = np.uint64(0), 0, 0, start
    while i < end:
        c = np.uint64(data[i])
        if c < np.uint64(0x80):
            i += 1
        elif c < np.uint64(0xE0):
            c = ((c & np.uint64(31)) << np.uint64(6)) | np.uint64(data[i + 1] & 63)
            i += 2
        elif c < np.uint64(0xF0):
            c = ((c & np.uint64(15)) << np.uint64(12)) | np.uint64(((data[i + 1] & 63) << 6) | (data[i + 2] & 63))
            i += 3
        else:
            tail = ((data[i + 1] & 63) << 12) | ((data[i + 2] & 63) << 6) | (data[i + 3] & 63)
            c = ((c & np.uint64(7)) << np.uint64(18)) | np.uint64(tail)
            i += 4
        slot = seen % WINDOW
        value = (value + c) * base - ring[slot] * oldest * base
        ring[slot] = c
        seen += 1
        if seen >= WINDOW:
            mixed = value ^ salt
            mixed ^= mixed >> np.uint64(33)
            mixed *= np.uint64(0xFF51AFD7ED558CCD)
            mixed ^= mixed >> np.uint64(33)
            mixed *= np.uint64(0xC4CEB9FE1A85EC53)
            out[made] = np.uint32(mixed >> np.uint64(32))
            made += 1
    return made


@njit(cache=True, nogil=True)
def distinct(values: Uint32s, n: int, counts: Uint32s, out: Uint32s) -> int:
    """The distinct of `values[:n]`, ascending, into `out`; returns how many.

    Hashes are uniform, so a bucket sort on their high bits with a final insertion sort is linear. `counts` needs more
    room than the next power of two above n; it is unsigned to spare the check for negative indices.
    """
    one, bits = np.uint32(1), 1
    while (1 << bits) < n:
        bits += 1
    shift = np.uint32(32 - bits)
    counts[: (1 << bits) + 1] = 0
    for j in range(n):
        counts[(values[j] >> shift) + one] += one
    for b in range(1 << bits):
        counts[b + 1] += counts[b]
    for j in range(n):
        bucket = values[j] >> shift
        out[counts[bucket]] = values[j]
        counts[bucket] += one
    for j in range(1, n):
        v, k = out[j], j
        if out[j - 1] <= v:
            continue
        while k > 0 and out[k - 1] > v:
            out[k] = out[k - 1]
            k -= 1
        out[k] = v
    kept, last = 0, np.uint32(0)
    for j in range(n):
        v = out[j]
        out[kept] = v
        kept += 1 if (j == 0 or v != last) else 0
        last = v
    return kept


@njit(cache=True, nogil=True)
def sketch(shingles: Uint32s, n: int, factors: Uint32s, terms: Uint32s, out: Uint16s) -> None:
    """The low 16 bits of the least value that each permutation gives `shingles[:n]`."""
    for k in range(HASHES):
        factor, term, least = factors[k], terms[k], np.uint32(0xFFFFFFFF)
        for j in range(n):  # the inner loop runs over the shingles: it becomes a vector reduction
            least = min(least, np.uint32(np.uint32(shingles[j] * factor) + term))
        out[k] = np.uint16(least & np.uint32(0xFFFF))


@njit(cache=True, nogil=True)
def sketch_texts(
    data: Bytes, places: tuple[Int64s, Int64s], keys: tuple[np.uint64, np.uint64], lines: tuple[Uint32s, Uint32s]
) -> tuple[Uint16s, Uint32s, Int32s, Int32s]:
    """Minwise sketches (n, 64), bottom-k sketches end to end, their lengths, and the sizes of the sets.

    `data` holds the texts in UTF-8, text i in bytes starts[i] to ends[i]; `places` are these two.
    """
    starts, ends = places
    n, longest = starts.size, 0
    for i in range(n):
        longest = max(longest, ends[i] - starts[i])
    room = 2
    while room <= longest:
        room *= 2
    hashes, unique, counts = np.empty(longest, np.uint32), np.empty(longest, np.uint32), np.empty(room + 2, np.uint32)
    minwise, bottom = np.empty((n, HASHES), np.uint16), np.empty(n * HASHES, np.uint32)
    lengths, sizes, at = np.empty(n, np.int32), np.empty(n, np.int32), 0
    for i in range(n):
        made = shingle(data, starts[i], ends[i], keys[0], keys[1], hashes)
        size = distinct(hashes, made, counts, unique)
        sketch(unique, size, lines[0], lines[1], minwise[i])
        kept = min(size, HASHES)
        for j in range(kept):  # assigning a slice would compile NumPy's check of shapes and its message: two seconds
            bottom[at + j] = unique[j]
        at += kept
        lengths[i], sizes[i] = kept, size
    return minwise, bottom[:at], lengths, sizes


@njit(cache=True, nogil=True)
def shingle_sets(
    data: Bytes, starts: Int64s, ends: Int64s, keys: tuple[np.uint64, np.uint64]
) -> tuple[Uint32s, Int64s]:
    """The distinct shingle hashes of each text, ascending and end to end, and where each set ends. Arguments as in `sketch_texts`."""
    n, longest, room = starts.size, 0, 0
    for i in range(n):
        longest = max(longest, ends[i] - starts[i])
        room += ends[i] - starts[i]
    buckets = 2
    while buckets <= longest:
        buckets *= 2
    hashes, unique, counts = (
        np.empty(longest, np.uint32),
        np.empty(longest, np.uint32),
        np.empty(buckets + 2, np.uint32),
    )
    out, stops, at = np.empty(room, np.uint32), np.empty(n, np.int64), 0
    for i in range(n):
        made = shingle(data, starts[i], ends[i], keys[0], keys[1], hashes)
        size = distinct(hashes, made, counts, unique)
        for j in range(size):
            out[at + j] = unique[j]
        at += size
        stops[i] = at
    return out[:at], stops
