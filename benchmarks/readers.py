"""Every reader that has a job in `benchmarks.reader_jobs`: MB/s beside a plain Python loop doing the same work, and peak memory.

Both make the same tables, compared by a checksum, and drop them. Each run is a process of its own, runs are interleaved;
processor seconds (user and system) are what the ratio is of, since they bear a busy machine better than the clock does.

python -m benchmarks.readers [--only twitter_v1] [--megabytes 200] [--runs 3] [--json results/readers.json]
"""

import argparse
import importlib
import json
import pkgutil
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from actionday.observe.reader import Source
from actionday.observe.registry import reader_named
from benchmarks import reader_jobs
from benchmarks.reader_jobs import Job, Tables
from benchmarks.results import write_result


def jobs() -> dict[str, Job]:
    """Every job by its reader's name."""
    found = [
        importlib.import_module(f"{reader_jobs.__name__}.{m.name}") for m in pkgutil.iter_modules(reader_jobs.__path__)
    ]
    return {job.name: job for module in found for job in module.jobs()}


def ours(job: Job, path: Path) -> Iterable[Tables]:
    """The reader, parts and all, in one process."""
    reader, source = reader_named(job.name), Source(path, path.name)
    for part in reader.parts(source):
        for chunk in reader.read(source, part):
            yield chunk.tables


def run(job: Job, way: str, path: Path) -> dict[str, Any]:
    """One run in this process."""
    import polars as pl

    tables_of = job.plain_loop if way == "loop" else lambda file: ours(job, file)
    tiny = Path(tempfile.mkdtemp()) / f"tiny{job.suffix}"
    job.make_file(tiny, 0)
    list(tables_of(tiny))  # imports are loaded once, outside of the measure
    check, rows = 0, 0
    began, busy = time.perf_counter(), time.process_time()
    for tables in tables_of(path):
        rows += sum(len(table) for name, table in tables.items() if name in ("posts", "media"))
        if "posts" in tables:
            check += int(pl.DataFrame(tables["posts"].select(list(job.compared))).hash_rows(7).sum())
    seconds, cpu = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "cpu": cpu, "peak_mb": round(peak), "rows": rows, "check": check % 2**64}


def measure(job: Job, megabytes: int, runs: int) -> dict[str, Any]:
    """Interleaved runs of both ways, each a process."""
    results: dict[str, list[dict[str, Any]]] = {"ours": [], "loop": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{job.name}{job.suffix}"
        job.make_file(path, megabytes)
        size = path.stat().st_size / 1e6
        for _ in range(runs):
            for way, done in results.items():
                call = [sys.executable, "-m", "benchmarks.readers", "--one", job.name, way, str(path)]
                done.append(json.loads(subprocess.run(call, check=True, capture_output=True).stdout))
    if len({(one["check"], one["rows"]) for done in results.values() for one in done}) != 1:
        raise SystemExit(f"{job.name}: reader and loop differ: {results}")
    cpu = {way: statistics.median(one["cpu"] for one in done) for way, done in results.items()}
    return {
        "megabytes": round(size, 1),
        "rows": results["ours"][0]["rows"],
        "mb_per_cpu_s": {way: round(size / spent, 1) for way, spent in cpu.items()},
        "ratio": round(cpu["loop"] / cpu["ours"], 2),
        "peak_mb": {way: max(one["peak_mb"] for one in done) for way, done in results.items()},
    }


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--only", default="")
    asks.add_argument("--megabytes", type=int, default=200)
    asks.add_argument("--runs", type=int, default=3)
    asks.add_argument("--json", type=Path)
    asks.add_argument("--one", nargs=3, metavar=("JOB", "WAY", "PATH"))
    given = asks.parse_args()
    known = jobs()
    if given.one:
        name, way, path = given.one
        print(json.dumps(run(known[name], way, Path(path))))
        return
    wanted = [name for name in known if not given.only or name in given.only.split(",")]
    results = {name: measure(known[name], given.megabytes, given.runs) for name in wanted}
    write_result(given.json, "python -m benchmarks.readers", {"readers": results})


if __name__ == "__main__":
    main()
