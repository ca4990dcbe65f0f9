"""A Telegram Desktop export from file to archive tables: `actionday observe import` against loops over `json` and `ijson`.

All write the same tables (posts, links, fingerprints, media, accounts, channels) into an archive of their own, through the
same extraction, fingerprints, pseudonyms and anti-join; what differs is reading the export, and that ours reads side by side in
isolated processes. Each run is a command of its own, interleaved; medians, ratios and peak memory (of the largest process and
of the whole process tree, proportional set size) are printed. Row counts of all tables but `channels` must agree.

    python -m benchmarks.telegram_files big.json --megabytes 1000
    python -m benchmarks.ingest_archive big.json --runs 5 --json benchmarks/results/ingest.json
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.results import write_result

PEERS = ("json", "ijson")
SAMPLE_SECONDS = 0.25
NOT_COMPARED = ("ingests", "quarantine", "channels")
"""The loops make no row for a chat (201 in a gigabyte) and none about the import itself."""


def peer(way: str, path: Path, home: Path) -> None:
    """A plain loop over the export, then the product's own pipeline and archive, in one process."""
    from actionday.observe.no_pandas import do_without_pandas, do_without_scipy

    do_without_scipy()
    do_without_pandas()
    from actionday.observe.book import Book, Buffer
    from actionday.observe.pipeline import finish
    from actionday.observe.reader import Chunk, Source
    from actionday.observe.treatment import Treatment
    from actionday.stores.archive.archive import Archive
    from actionday.stores.archive.home import HomePolicy, make_home
    from benchmarks.ingest_telegram import WAYS

    archive = Archive(make_home(home, HomePolicy(), datetime.now(UTC)))
    treatment = Treatment("hash", "unit", bytes(32))
    with Buffer(archive, Book(archive), 600_000) as buffer:
        for number, tables in enumerate(WAYS[way](path)):
            done = finish(Chunk(dict(tables)), Source(path, path.name), treatment)
            buffer.add(1, number, done.tables, path.name, [])


class Watch(threading.Thread):
    """Samples the memory of a process tree until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root, self.largest, self.tree = psutil.Process(pid), 0, 0

    def run(self) -> None:
        """Sample; processes may vanish meanwhile."""
        while True:
            try:
                family = [self.root, *self.root.children(recursive=True)]
                sizes = [process.memory_full_info() for process in family]
            except psutil.Error:
                if not self.root.is_running() or self.root.status() == psutil.STATUS_ZOMBIE:
                    return
                continue
            self.largest = max(self.largest, *(size.rss for size in sizes))
            self.tree = max(self.tree, sum(size.pss for size in sizes))
            time.sleep(SAMPLE_SECONDS)


def once(way: str, path: Path) -> dict[str, Any]:
    """One timed run in processes of its own."""
    folder = Path(tempfile.mkdtemp(prefix="ingest-"))
    command = (
        ["-m", "actionday", "observe", "import", str(path), "--home", str(folder / "h"), "--quiet"]
        if way == "ours"
        else ["-m", "benchmarks.ingest_archive", str(path), "--one", way, "--home", str(folder / "h")]
    )
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, env=dict(os.environ))
    watch = Watch(process.pid)
    watch.start()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{way} failed")
    stats = subprocess.run(
        [sys.executable, "-m", "actionday", "archive", "stats", "--home", str(folder / "h"), "--json"],
        capture_output=True,
        check=True,
    )
    rows = json.loads(stats.stdout)["tables"]
    shutil.rmtree(folder)
    return {
        "seconds": round(seconds, 2),
        "cpu": round(used.ru_utime + used.ru_stime, 2),
        "largest_mb": round(watch.largest / 1e6),
        "tree_mb": round(watch.tree / 1e6),
        "rows": {name: count for name, count in rows.items() if count and name not in NOT_COMPARED},
    }


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("path", type=Path)
    asks.add_argument("--runs", type=int, default=5)
    asks.add_argument("--json", type=Path)
    asks.add_argument("--one", choices=PEERS)
    asks.add_argument("--home", type=Path)
    asked = asks.parse_args()
    if asked.one:
        peer(asked.one, asked.path, asked.home)
        return
    ways = ("ours", *PEERS)
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(asked.runs):
        for way in ways:
            runs[way].append(once(way, asked.path))
            print(way, {key: value for key, value in runs[way][-1].items() if key != "rows"}, flush=True)
    if len({json.dumps(found["rows"], sort_keys=True) for way in ways for found in runs[way]}) != 1:
        raise SystemExit(f"the tables differ: { {way: runs[way][0]['rows'] for way in ways} }")
    median = {way: statistics.median(found["seconds"] for found in runs[way]) for way in ways}
    megabytes = asked.path.stat().st_size / 1e6
    result = {
        "megabytes": round(megabytes),
        "rows": runs["ours"][0]["rows"],
        "median_seconds": median,
        "mb_per_s": {way: round(megabytes / seconds, 1) for way, seconds in median.items()},
        "ratio": {way: round(median[way] / median["ours"], 2) for way in PEERS},
        "peak_largest_process_mb": {way: max(found["largest_mb"] for found in runs[way]) for way in ways},
        "peak_tree_mb": {way: max(found["tree_mb"] for found in runs[way]) for way in ways},
        "runs": {way: [found["seconds"] for found in runs[way]] for way in ways},
    }
    write_result(asked.json, "python -m benchmarks.ingest_archive", result)


if __name__ == "__main__":
    main()
