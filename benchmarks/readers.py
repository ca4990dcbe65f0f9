"""Every reader that has a job in `benchmarks.reader_jobs`: MB/s beside a plain Python loop doing the same work, and peak memory.

Both make the same tables, compared by a checksum, and drop them. Each run is a process of its own, set up as parser processes are; runs are interleaved;
processor seconds (user and system) are what the ratio is of, since they bear a busy machine better than the clock does.

    python -m benchmarks.readers [--only twitter_v1] [--megabytes 200] [--runs 3] [--json results/readers.json]
    python -m benchmarks.readers --alone --megabytes 2000 --runs 1
"""

import argparse
import importlib
import json
import os
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

from actionday.observe.pool import FRUGAL
from actionday.observe.reader import Source
from actionday.observe.registry import reader_named
from benchmarks import reader_jobs
from benchmarks.reader_jobs import Job, Tables
from benchmarks.results import write_result


def jobs() -> dict[str, Job]:
    """Every job by its key, which is its reader's name but where a reader has two."""
    found = [
        importlib.import_module(f"{reader_jobs.__name__}.{m.name}") for m in pkgutil.iter_modules(reader_jobs.__path__)
    ]
    return {job.key: job for module in found for job in module.jobs()}


def ours(job: Job, path: Path) -> Iterable[Tables]:
    """The reader, parts and all, in one process."""
    reader, source = reader_named(job.name), Source(path, path.name, mapping=job.mapping)
    for part in reader.parts(source):
        for chunk in reader.read(source, part):
            yield chunk.tables


def run(job: Job, way: str, path: Path) -> dict[str, Any]:
    """One run in this process. Timed is the making of tables, not their comparison."""
    tables_of = job.plain_loop if way == "loop" else lambda file: ours(job, file)
    tiny = Path(tempfile.mkdtemp()) / f"tiny{job.suffix}"
    job.make_file(tiny, 0)
    list(tables_of(tiny))  # imports are loaded once, outside of the measure
    seen, spent = _Seen(job), [0.0, 0.0]
    made = iter(tables_of(path))
    while True:
        began, busy = time.perf_counter(), time.process_time()
        tables = next(made, None)
        spent = [spent[0] + time.perf_counter() - began, spent[1] + time.process_time() - busy]
        if tables is None:
            break
        seen.look(tables)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": spent[0], "cpu": spent[1], "peak_mb": round(peak), "rows": seen.rows, "check": seen.check}


class _Seen:
    """Rows counted and summed up, so that both ways can be compared."""

    def __init__(self, job: Job) -> None:
        self._job, self.rows, self._sum = job, 0, 0
        self._people: set[int] = set()

    def look(self, tables: Tables) -> None:
        """One chunk."""
        import polars as pl

        self.rows += sum(len(table) for name, table in tables.items() if name in (self._job.table, "media"))
        if self._job.table in tables:
            main = pl.DataFrame(tables[self._job.table].select(list(self._job.compared)))
            self._sum += int(main.hash_rows(7).cast(pl.Int128).sum())
        if self._job.people and "accounts" in tables:
            people = pl.DataFrame(tables["accounts"].select(list(self._job.people)))
            self._people.update(people.hash_rows(7).to_list())

    @property
    def check(self) -> int:
        """The same for the same rows in any order."""
        return (self._sum + sum(self._people)) % 2**64


def measure(job: Job, megabytes: int, runs: int, ways: tuple[str, ...] = ("ours", "loop")) -> dict[str, Any]:
    """Interleaved runs of the ways, each a process with the environment that a parser process has."""
    results: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{job.key}{job.suffix}"
        job.make_file(path, megabytes)
        size = path.stat().st_size / 1e6
        for _ in range(runs):
            for way, done in results.items():
                call = [sys.executable, "-m", "benchmarks.readers", "--one", job.key, way, str(path)]
                told = subprocess.run(call, check=True, capture_output=True, env={**os.environ, **FRUGAL}).stdout
                done.append(json.loads(told))
    if len({(one["check"], one["rows"]) for done in results.values() for one in done}) != 1:
        raise SystemExit(f"{job.key}: reader and loop differ: {results}")
    cpu = {way: statistics.median(one["cpu"] for one in done) for way, done in results.items()}
    return {
        "megabytes": round(size, 1),
        "rows": results["ours"][0]["rows"],
        "mb_per_cpu_s": {way: round(size / spent, 1) for way, spent in cpu.items()},
        **({"ratio": round(cpu["loop"] / cpu["ours"], 2)} if "loop" in cpu else {}),
        "peak_mb": {way: max(one["peak_mb"] for one in done) for way, done in results.items()},
    }


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--only", default="")
    asks.add_argument("--megabytes", type=int, default=200)
    asks.add_argument("--runs", type=int, default=3)
    asks.add_argument("--json", type=Path)
    asks.add_argument(
        "--alone", action="store_true", help="the readers without the loops: for peak memory on large files"
    )
    asks.add_argument("--one", nargs=3, metavar=("JOB", "WAY", "PATH"))
    given = asks.parse_args()
    known = jobs()
    if given.one:
        name, way, path = given.one
        print(json.dumps(run(known[name], way, Path(path))))
        return
    wanted = [name for name in known if not given.only or name in given.only.split(",")]
    ways = ("ours",) if given.alone else ("ours", "loop")
    results: dict[str, Any] = {}
    for name in wanted:
        results[name] = measure(known[name], given.megabytes, given.runs, ways)
        # after each one, so that a run that is broken off leaves what it measured
        write_result(given.json, "python -m benchmarks.readers", {"readers": results})


if __name__ == "__main__":
    main()
