"""Made-up texts whose likeness is known, and their sketches, for the tests of this room."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from actionday.link.near_texts import ShingleSets
from actionday.link.near_texts_kernels import Int32s, Int64s, Uint16s
from actionday.observe.fingerprint import text_digests, text_fingerprints, whole_shingle_sets
from actionday.stores.archive.sketches import minwise

SEED = 7
SYLLABLES = np.array(
    ["ba", "be", "bi", "do", "du", "ka", "ko", "la", "li", "lo", "mu", "na", "no", "pa", "ra", "ti", "su", "za"]
)


def words(rng: np.random.Generator, count: int) -> list[str]:
    """Words of two to four syllables."""
    return ["".join(rng.choice(SYLLABLES, rng.integers(2, 5))) for _ in range(count)]


def changed(rng: np.random.Generator, text: str, times: int) -> str:
    """The text with so many of its words replaced."""
    parts = text.split(" ")
    for place in rng.choice(len(parts), min(times, len(parts)), replace=False):
        parts[place] = words(rng, 1)[0]
    return " ".join(parts)


def family(seed: int, texts: int, length: int) -> list[str]:
    """Unlike texts, each followed by two to four variants of itself with up to three words changed."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(texts):
        text = " ".join(words(rng, length))
        out += [text, *(changed(rng, text, int(rng.integers(0, 4))) for _ in range(int(rng.integers(2, 5))))]
    return list(dict.fromkeys(out))


def sketched(texts: list[str]) -> tuple[Uint16s, Int32s, list[frozenset[int]]]:
    """minwise, sizes, and the whole sets in Python."""
    column = pa.array(texts)
    prints = text_fingerprints(column, text_digests(column), seed=SEED)
    assert len(prints) == len(texts), "every text is long enough, and none comes twice"
    members, ends = whole_shingle_sets(column, seed=SEED)
    sets = [frozenset(part.tolist()) for part in np.split(members, ends[:-1])]
    return minwise(prints["minhash"].combine_chunks()), prints["n_shingles"].to_numpy(), sets


def as_sets(sets: list[frozenset[int]], numbers: npt.NDArray[np.int64], most: int | None = None) -> ShingleSets:
    """Python's sets as arrays, cut to the `most` least members where given."""
    kept = [sorted(sets[number])[:most] for number in numbers.tolist()]
    ends = np.cumsum([len(one) for one in kept], dtype=np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), ends])[:-1]
    members = np.array([member for one in kept for member in one], np.uint32)
    cut = np.array([most is not None and len(sets[number]) > most for number in numbers.tolist()], np.bool_)
    return ShingleSets(members, starts.astype(np.int64), ends, cut)


def index(a: frozenset[int], b: frozenset[int]) -> float:
    """The Jaccard index."""
    return len(a & b) / len(a | b)


def components(sets: list[frozenset[int]], threshold: float) -> set[frozenset[int]]:
    """Connected components of at least two texts, by comparing all with all."""
    group = list(range(len(sets)))
    for i in range(len(sets)):
        for j in range(i):
            if group[i] != group[j] and index(sets[i], sets[j]) >= threshold:
                old, new = group[i], group[j]
                group = [new if one == old else one for one in group]
    found: dict[int, set[int]] = {}
    for text, one in enumerate(group):
        found.setdefault(one, set()).add(text)
    return {frozenset(one) for one in found.values() if len(one) > 1}


def grouped(texts: Int64s, groups: Int64s) -> set[frozenset[int]]:
    """A forest's groups as sets of numbers."""
    found: dict[int, set[int]] = {}
    for text, group in zip(texts.tolist(), groups.tolist(), strict=True):
        found.setdefault(group, set()).add(text)
    return {frozenset(one) for one in found.values()}
