"""Near-duplicate texts beside datasketch: `python -m benchmarks.near_texts [--texts 5000000] [--peer 20000] [--json OUT]`.

Texts are made up: short posts of syllable words with Zipf's frequencies, among them planted variants (a text with some of its words replaced,
so that the true index of a planted pair lies on either side of the threshold and close above it). The truth of a planted pair is
the exact Jaccard index of the whole shingle sets. Both do the whole work from text to pairs: ours normalises, sketches (as an import does, into
the table `fingerprints`), compares and verifies; datasketch is given normalised texts, hashes the same shingles and asks its LSH index, which
is not made to verify. It runs with its default of 128 hashes and, besides, with our 64. Time is compared per text: the peer gets fewer
texts, which favours it, since its index grows. Besides, ours from the archive's sketches alone, without texts: what is exact then, what is
estimated, and how often the estimate is right.
"""

import argparse
import importlib
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.stats import beta

from actionday.link.near_texts import THRESHOLD, Forest, ShingleSets, near_texts
from actionday.link.near_texts_kernels import Int32s, Int64s, Uint16s
from actionday.observe.fingerprint import normalise_texts, text_digests, text_fingerprints, whole_shingle_sets
from actionday.records import Silent
from actionday.stores.archive.sketches import HASHES, minwise
from benchmarks.results import write_result

SEED, PIECE, VOCABULARY = 7, 250_000, 60_000
PLANTED = 0.02  # of the texts have a planted variant
CONSONANTS, VOWELS = list("bdfghklmnprstvz"), list("aeiou")


@dataclass(frozen=True, slots=True)
class World:
    """Texts, and pairs of numbers of which the second is made from the first."""

    texts: pa.Array
    planted: npt.NDArray[np.int64]


def made_up(n: int, seed: int = 11) -> World:
    """`n` distinct texts of 6 to 30 words; variants of some with 1 to 3 words replaced stand at random places."""
    rng = np.random.default_rng(seed)
    syllables = np.array([c + v for c in CONSONANTS for v in VOWELS])
    lengths = rng.integers(2, 5, VOCABULARY)
    drawn = rng.choice(syllables, int(lengths.sum()))
    ends = np.cumsum(lengths)
    words = np.array(["".join(drawn[end - length : end]) for end, length in zip(ends, lengths, strict=True)])
    weights = 1 / np.arange(10, VOCABULARY + 10)
    variants = int(n * PLANTED)
    sizes = rng.integers(6, 31, n - variants)
    stream = rng.choice(VOCABULARY, int(sizes.sum()), p=weights / weights.sum()).astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    parents = rng.choice(n - variants, variants, replace=False)
    order = rng.permutation(n)  # text k stands at order[k]
    out: list[str] = [""] * n
    for k in range(n - variants):
        out[order[k]] = " ".join(words[stream[starts[k] : starts[k + 1]]])
    for k, parent in enumerate(parents):
        some = stream[starts[parent] : starts[parent + 1]].copy()
        places = rng.choice(some.size, min(int(rng.integers(1, 4)), some.size), replace=False)
        some[places] = rng.integers(0, VOCABULARY, places.size)
        out[order[n - variants + k]] = " ".join(words[some])
    pairs = np.column_stack([order[parents], order[n - variants + np.arange(variants)]])
    return World(pa.array(out), pairs.astype(np.int64))


def exact(world: World, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The true index of pairs of texts, in plain NumPy: of the code that is measured only the hash of a shingle is used."""
    found = []
    for start in range(0, len(pairs), PIECE):
        sides = []
        for side in (0, 1):
            members, ends = whole_shingle_sets(
                world.texts.take(pa.array(pairs[start : start + PIECE, side])), seed=SEED
            )
            sides.append(np.split(members, ends[:-1]))
        for left, right in zip(*sides, strict=True):
            both = np.intersect1d(left, right, assume_unique=True).size
            found.append(both / (left.size + right.size - both) if left.size + right.size else 0.0)
    return np.array(found)


def sketched(texts: pa.Array) -> tuple[Uint16s, Int32s, pa.ChunkedArray]:
    """What an import keeps: minwise, sizes, and the bottom-k sketches."""
    hashes, sizes, bottoms = np.empty((len(texts), HASHES), np.uint16), np.empty(len(texts), np.int32), []
    for start in range(0, len(texts), PIECE):
        piece = texts.slice(start, PIECE)
        prints = text_fingerprints(piece, text_digests(piece), seed=SEED)
        assert len(prints) == len(piece), "made-up texts are distinct and long enough"
        hashes[start : start + PIECE] = minwise(prints["minhash"].combine_chunks())
        sizes[start : start + PIECE] = prints["n_shingles"].to_numpy()
        bottoms += prints["shingles"].chunks
    return hashes, sizes, pa.chunked_array(bottoms)


def whole_of(texts: pa.Array, numbers: Int64s) -> ShingleSets:
    """Whole sets of some texts, as a home that keeps texts has them."""
    pieces, lengths = [], []
    for start in range(0, max(len(numbers), 1), PIECE):
        members, ends = whole_shingle_sets(texts.take(pa.array(numbers[start : start + PIECE])), seed=SEED)
        pieces.append(members)
        lengths.append(np.diff(ends, prepend=0))
    ends = np.cumsum(np.concatenate(lengths))
    starts = np.concatenate([np.zeros(1, np.int64), ends])[: len(ends)]
    return ShingleSets(np.concatenate(pieces), starts, ends, np.zeros(len(ends), np.bool_))


def kept_of(bottoms: pa.ChunkedArray, sizes: Int32s, numbers: Int64s) -> ShingleSets:
    """What a home of hashes has of the sets: the 64 least members."""
    values = bottoms.take(pa.array(numbers)).combine_chunks().cast(pa.large_binary())
    ends = np.frombuffer(values.buffers()[1], np.int64)[values.offset :][: len(values) + 1] // 4
    members = np.frombuffer(values.buffers()[2] or b"", "<u4").astype(np.uint32)
    return ShingleSets(members, ends[:-1].copy(), ends[1:].copy(), sizes[numbers] > HASHES)


def judged(world: World, truth: npt.NDArray[np.float64], forest: Forest) -> dict[str, Any]:
    """Recall over planted pairs at or above the threshold with its one-sided 95 % bound (Clopper–Pearson), precision over all ties."""
    alike = world.planted[truth >= THRESHOLD]
    group = np.full(len(world.texts), -1, np.int64)
    group[forest.texts] = forest.groups
    hits = int(np.count_nonzero((group[alike[:, 0]] == group[alike[:, 1]]) & (group[alike[:, 0]] >= 0)))
    bound = float(beta.ppf(0.05, hits, len(alike) - hits + 1)) if hits else 0.0
    ties = np.column_stack([forest.ties["a"].to_numpy(), forest.ties["b"].to_numpy()])
    right, sure = exact(world, ties) >= THRESHOLD, forest.ties["exact"].to_numpy()
    share = {"all": right, "exact": right[sure], "estimated": right[~sure]}
    return {
        "planted_alike": len(alike), "recall": hits / len(alike), "recall_low": bound, "ties": len(ties), "ties_exact": int(sure.sum()),
        "precision": {name: float(np.mean(one)) if len(one) else None for name, one in share.items()},
    }  # fmt: skip


def peer(world: World, hashes: int) -> dict[str, float]:
    """datasketch: CPU seconds, recall over the planted pairs. Shingles are its user's business: the same 5-grams of the same texts."""
    try:
        datasketch = importlib.import_module("datasketch")
    except ImportError:
        sys.exit("this benchmark compares with datasketch: install the 'bench' dependency group first")
    normal = normalise_texts(world.texts)
    places = zip(normal.starts.tolist(), normal.ends.tolist(), strict=True)
    texts = [normal.data[start:end].tobytes().decode() for start, end in places]
    start = time.process_time()
    index = datasketch.MinHashLSH(threshold=THRESHOLD, num_perm=hashes)
    sketches = []
    for text in texts:
        sketch = datasketch.MinHash(num_perm=hashes, seed=SEED)
        sketch.update_batch({text[k : k + 5].encode() for k in range(len(text) - 4)})
        sketches.append(sketch)
    with index.insertion_session() as session:
        for number, sketch in enumerate(sketches):
            session.insert(number, sketch)
    answers = [set(index.query(sketch)) for sketch in sketches]
    seconds = time.process_time() - start
    alike = world.planted[exact(world, world.planted) >= THRESHOLD]
    hits = sum(int(b) in answers[a] for a, b in alike.tolist())
    return {"hashes": hashes, "cpu_seconds": seconds, "planted_alike": len(alike), "recall": hits / max(len(alike), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=5_000_000)
    parser.add_argument("--peer", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    warm = made_up(2_000)
    hashes, sizes, _ = sketched(warm.texts)
    near_texts(hashes, sizes, lambda numbers: whole_of(warm.texts, numbers), THRESHOLD, Silent())
    world = made_up(options.texts)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(world.texts):,} texts, {len(world.planted):,} planted pairs; to make them took {before >> 10} MiB")
    some = made_up(options.peer, seed=12)
    peers = {hashes: [peer(some, hashes)] for hashes in (128, HASHES)}
    wall, start = time.perf_counter(), time.process_time()
    hashes, sizes, bottoms = sketched(world.texts)
    middle = time.process_time()
    forest = near_texts(hashes, sizes, lambda numbers: whole_of(world.texts, numbers), THRESHOLD, Silent())
    end, wall = time.process_time(), time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(options.runs - 1):
        for hashed, runs in peers.items():
            runs.append(peer(some, hashed))
    alone = near_texts(hashes, sizes, lambda numbers: kept_of(bottoms, sizes, numbers), THRESHOLD, Silent())
    truth = exact(world, world.planted)
    theirs = {n: float(np.median([run["cpu_seconds"] for run in runs])) / len(some.texts) for n, runs in peers.items()}
    ours = (end - start) / len(world.texts)
    result = {
        "texts": len(world.texts),
        "sets_larger_than": {str(k): float(np.mean(sizes > k)) for k in (64, 128, 256)},
        "cpu_seconds": {"sketch": middle - start, "compare": end - middle},
        "wall_seconds": wall,
        "peak_mib": peak >> 10,
        "texts_verified": judged(world, truth, forest),
        "sketches_alone": judged(world, truth, alone),
        "peer": {
            "name": "datasketch",
            "texts": len(some.texts),
            "runs": [run for runs in peers.values() for run in runs],
        },
        "ratio_per_text": {f"{n} hashes": seconds / ours for n, seconds in theirs.items()},
    }
    write_result(options.json, "python -m benchmarks.near_texts", result)


if __name__ == "__main__":
    main()
