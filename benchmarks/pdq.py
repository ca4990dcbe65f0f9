"""PDQ range search beside faiss's flat binary index: `python -m benchmarks.pdq [--hashes 1000000] [--build 10000000] [--json OUT]`.

1,000 queries: half are hashes of the index with up to 40 bits changed, half are strangers. Both answer all of them within Hamming distance 31,
each in one thread, in turns, by CPU time; the truth is faiss's, which reads everything. Then skewed hashes (nearly all zero; half of all
equal), where an index of buckets could blow up, beside faiss again. Then the peak memory of building a large index, in a process of its own.
"""

import argparse
import importlib
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from actionday.link.pdq_index import RADIUS, PdqIndex
from benchmarks.results import write_result

Bytes = npt.NDArray[np.uint8]
QUERIES = 1_000


def faiss_flat(hashes: Bytes) -> Any:  # noqa: ANN401
    """The peer's index, in one thread."""
    try:
        faiss = importlib.import_module("faiss")
    except ImportError:
        sys.exit("this benchmark compares with faiss: install the 'bench' dependency group first")
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(256)
    index.add(hashes)
    return index


def asked(rng: np.random.Generator, hashes: Bytes) -> Bytes:
    """Half of the queries near a hash of the index, half not."""
    near = np.unpackbits(hashes[rng.integers(0, len(hashes), QUERIES // 2)], axis=1)
    for row in near:
        row[rng.choice(256, int(rng.integers(0, 41)), replace=False)] ^= 1
    return np.concatenate([np.packbits(near, axis=1), rng.integers(0, 256, (QUERIES // 2, 32), dtype=np.uint8)])


def compared(hashes: Bytes, queries: Bytes, runs: int) -> dict[str, Any]:
    """Microseconds a query of both, medians of runs in turns, and whether the answers are the same."""
    start = time.process_time()
    index = PdqIndex(hashes)
    built = time.process_time() - start
    peer, seconds = faiss_flat(hashes), dict[str, list[float]](ours=[], faiss=[])
    hits, answer = index.search(queries[:1]), peer.range_search(queries[:1], RADIUS + 1)
    for _ in range(runs):
        start = time.process_time()
        hits = index.search(queries)
        seconds["ours"].append(time.process_time() - start)
        start = time.process_time()
        answer = peer.range_search(queries, RADIUS + 1)  # faiss leaves out what lies at the radius itself
        seconds["faiss"].append(time.process_time() - start)
    limits, apart, numbers = answer
    truth = np.column_stack(
        [np.repeat(np.arange(len(queries)), np.diff(limits).astype(np.int64)), numbers, apart.astype(np.int64)]
    )
    truth = truth[np.lexsort((truth[:, 1], truth[:, 0]))]
    ours = np.column_stack([hits.query, hits.hash, hits.distance])
    middle = {name: statistics.median(values) * 1e6 / len(queries) for name, values in seconds.items()}
    rates = [b / a for a, b in zip(seconds["ours"], seconds["faiss"], strict=True)]
    return {
        "hashes": len(hashes), "hits": len(truth), "same_answers": bool(np.array_equal(ours, truth)), "build_seconds": built,
        "us_per_query": middle, "ratio": statistics.median(rates), "ratios": rates,
    }  # fmt: skip


def skewed(rng: np.random.Generator, n: int) -> dict[str, Bytes]:
    """Hashes that fill few buckets."""
    zeros = np.packbits((rng.random((n, 256)) < 0.03).astype(np.uint8), axis=1)
    equal = rng.integers(0, 256, (n, 32), dtype=np.uint8)
    equal[: n // 2] = equal[0]
    return {"nearly all zero": zeros, "half of them equal": equal}


def build_alone(n: int) -> None:
    """Build a large index and say the peak memory, on standard output."""
    hashes = np.random.default_rng(1).integers(0, 256, (n, 32), dtype=np.uint8)
    start = time.process_time()
    index = PdqIndex(hashes)
    seconds = time.process_time() - start
    hits = index.search(hashes[:100])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        json.dumps(
            {
                "hashes": len(index),
                "seconds": seconds,
                "peak_mib": peak,
                "found_themselves": bool((hits.distance == 0).sum() >= 100),
            }
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hashes", type=int, default=1_000_000)
    parser.add_argument("--build", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--build-alone", type=int)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.build_alone:
        build_alone(options.build_alone)
        return
    rng = np.random.default_rng(3)
    hashes = rng.integers(0, 256, (options.hashes, 32), dtype=np.uint8)
    result: dict[str, Any] = {"random": compared(hashes, asked(rng, hashes), options.runs)}
    for name, some in skewed(rng, max(options.hashes // 10, 1_000)).items():
        result[name] = compared(some, asked(rng, some)[:100], 1)
    command = [sys.executable, "-m", "benchmarks.pdq", "--build-alone", str(options.build)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result["build"] = json.loads(done.stdout)
    write_result(options.json, "python -m benchmarks.pdq", result)


if __name__ == "__main__":
    main()
