"""The PDQ index against comparing all with all, on random and on skewed hashes."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.link.pdq_index import RADIUS, PdqIndex
from actionday.records import UsageError

Bytes = npt.NDArray[np.uint8]


def flipped(rng: np.random.Generator, hashes: Bytes, most: int) -> Bytes:
    """Each hash with 0 to `most` of its bits changed."""
    bits = np.unpackbits(hashes, axis=1)
    for row in bits:
        places = rng.choice(256, int(rng.integers(0, most + 1)), replace=False)
        row[places] ^= 1
    return np.packbits(bits, axis=1)


def brute(hashes: Bytes, queries: Bytes, radius: int) -> set[tuple[int, int, int]]:
    bits, asked = np.unpackbits(hashes, axis=1), np.unpackbits(queries, axis=1)
    apart = np.array([(bits != one).sum(axis=1) for one in asked]).reshape(len(asked), len(bits))
    return {(int(q), int(i), int(apart[q, i])) for q, i in zip(*np.nonzero(apart <= radius), strict=True)}


def found(index: PdqIndex, queries: Bytes, radius: int = RADIUS) -> set[tuple[int, int, int]]:
    hits = index.search(queries, radius)
    rows = list(zip(hits.query.tolist(), hits.hash.tolist(), hits.distance.tolist(), strict=True))
    assert len(rows) == len(set(rows)), "nothing is told twice"
    assert rows == sorted(rows)
    return set(rows)


WORLDS = ("random", "equal", "near zero", "one bucket", "spread evenly")


def world(kind: str, rng: np.random.Generator, n: int) -> Bytes:
    random = rng.integers(0, 256, (n, 32), dtype=np.uint8)
    match kind:
        case "equal":
            return np.repeat(random[: n // 10 + 1], 10, axis=0)[:n]
        case "near zero":
            return flipped(rng, np.zeros((n, 32), np.uint8), 12)
        case "one bucket":
            random[:, :16] = 7
            return random
        case "spread evenly":  # two bits in every chunk but one: as far as the pigeonhole goes
            bits = np.zeros((n, 16, 16), np.uint8)
            for row in bits:
                for chunk in row:
                    chunk[rng.choice(16, 2, replace=False)] = 1
                row[int(rng.integers(0, 16)), :] = np.eye(16, dtype=np.uint8)[0]
            return np.packbits(bits.reshape(n, 256), axis=1)
        case _:
            return random


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 30), st.sampled_from(WORLDS), st.integers(0, 300), st.sampled_from([0, 1, 16, 30, 31]))
def test_finds_what_comparing_all_finds(seed: int, kind: str, n: int, radius: int) -> None:
    rng = np.random.default_rng(seed)
    hashes = world(kind, rng, n)
    queries = [rng.integers(0, 256, (3, 32), dtype=np.uint8), np.zeros((1, 32), np.uint8)]
    if n:
        queries.append(flipped(rng, hashes[rng.integers(0, n, 12)], 40))
    asked = np.concatenate(queries)
    index = PdqIndex(hashes)
    assert len(index) == n
    assert found(index, asked, radius) == brute(hashes, asked, radius)


def test_distance_31_spread_over_all_chunks_is_found_and_32_is_not() -> None:
    base = np.zeros((1, 256), np.uint8)
    far = np.tile(np.array([1, 1] + [0] * 14, np.uint8), 16)[None]
    near = far.copy()
    near[0, 0] = 0
    index = PdqIndex(np.packbits(np.concatenate([far, near]), axis=1))
    assert found(index, np.packbits(base, axis=1)) == {(0, 1, 31)}


def test_more_hits_than_there_is_room_for_are_all_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actionday.link.pdq_index._ROOM", 4)
    rng = np.random.default_rng(2)
    hashes = flipped(rng, np.zeros((50, 32), np.uint8), 15)
    queries = np.concatenate([hashes[:3], np.full((1, 32), 255, np.uint8), hashes[3:5]])
    assert found(PdqIndex(hashes), queries) == brute(hashes, queries, RADIUS)


def test_what_cannot_be_exact_is_refused() -> None:
    index = PdqIndex(np.zeros((1, 32), np.uint8))
    for radius in (-1, 32):
        with pytest.raises(UsageError, match="31"):
            index.search(np.zeros((1, 32), np.uint8), radius)
    with pytest.raises(ValueError, match="PDQ"):
        PdqIndex(np.zeros((1, 31), np.uint8))
