"""Random streams and array names of the scenario: one independent stream a stage, so that stages do not reshuffle each other.

Not for: what is drawn; that is each stage's own file.
"""

import zlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int8]
Flags: TypeAlias = npt.NDArray[np.bool_]


def stage(seed: int, name: str, number: int = 0) -> np.random.Generator:
    """The stream of one stage: PCG64 on (seed, stage's name, number), alike on every machine."""
    key = (zlib.crc32(name.encode()), number)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def pick(rng: np.random.Generator, start: Ints, stop: Ints) -> Ints:
    """One index in [start, stop) a row; -1 where the range is empty."""
    width = stop - start
    chosen = start + np.floor(rng.random(len(start)) * width).astype(np.int64)
    return np.where(width > 0, chosen, -1)


def choose(rng: np.random.Generator, weights: Floats) -> Ints:
    """One column a row of `weights` (n, k), in proportion; rows need not sum to one."""
    ladder = np.cumsum(weights, axis=1)
    return np.asarray((rng.random(len(weights))[:, None] * ladder[:, -1:] >= ladder).sum(axis=1), dtype=np.int64)


def ranges(keys: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Where each wanted key stands in sorted `keys`: [start, stop)."""
    return (
        np.searchsorted(keys, wanted, side="left").astype(np.int64),
        np.searchsorted(keys, wanted, side="right").astype(np.int64),
    )
