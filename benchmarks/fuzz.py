"""Damage every reader's examples for some minutes and read each damaged file in an isolated parser process.

Deterministic: case N of a seed is the same file anywhere; how many cases there are depends on the minutes. What is found is
saved under `scratch/fuzz` with the command that reads it again, and the exit status is 1.

python -m benchmarks.fuzz [--minutes 10] [--seed 1] [--only NAME] [--case N] [--json results/fuzz.json]
"""

import argparse
import os
import re
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from actionday.observe.pool import Pool
from actionday.observe.registry import readers
from benchmarks.fuzzing.cases import Case, case, examples
from benchmarks.fuzzing.judge import Judge, Verdict, tally
from benchmarks.results import write_result

SAVED = Path("scratch") / "fuzz"
RESIDENT, PATIENCE = 700, 60.0
"""What a parser may take before it counts as too much: resident MB, and seconds without a word. The product's own limit on
what it may allocate holds besides (`observe.pool`).
"""


class Cases:
    """Hands out numbers until the time is up, to several threads."""

    def __init__(self, seed: int, seconds: float, only: str) -> None:
        self._seed, self._only = seed, only
        self._until, self._next, self._lock = time.monotonic() + seconds, 0, threading.Lock()

    def __iter__(self) -> Iterator[Case]:
        names = list(examples())
        while time.monotonic() < self._until:
            with self._lock:
                number, self._next = self._next, self._next + 1
            if not self._only or names[number % len(names)] == self._only:
                yield case(self._seed, number)


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--minutes", type=float, default=10.0)
    asks.add_argument("--seed", type=int, default=1)
    asks.add_argument("--only", default="", choices=["", *sorted(readers())])
    asks.add_argument("--case", type=int, help="read this one again")
    asks.add_argument("--json", type=Path)
    given = asks.parse_args()
    if given.case is not None:
        sys.exit(_again(case(given.seed, given.case)))
    cases = Cases(given.seed, given.minutes * 60, given.only)
    found: list[tuple[Case, Verdict]] = []
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as threads:
        peaks = [one.result() for one in [threads.submit(_work, cases, verdicts, found) for _ in range(workers)]]
    findings = [{"case": c.number, "reader": c.reader, "faults": v.faults, "again": c.replay} for c, v in found]
    total = tally(verdicts)
    result = {
        "seed": given.seed,
        "minutes": given.minutes,
        "inputs": sum(one["inputs"] for one in total.values()),
        "limits": {"resident_mb": RESIDENT, "seconds_without_a_word": PATIENCE},
        "peak_mb": max(peaks),
        "findings": findings,
        "readers": total,
    }
    write_result(given.json, "python -m benchmarks.fuzz", result)
    sys.exit(1 if findings or max(peaks) > RESIDENT else 0)


def _work(cases: Cases, verdicts: dict[str, list[Verdict]], found: list[tuple[Case, Verdict]]) -> int:
    """Judge cases in one parser process. Returns the largest resident memory in MB that one of it had (0: not known)."""
    peak = 0
    with tempfile.TemporaryDirectory() as folder, _pool() as pool:
        judge = Judge(pool, Path(folder))
        for number, one in enumerate(cases):
            verdict = judge.judge(one)
            verdicts[one.reader].append(verdict)
            if verdict.faults:
                found.append((one, verdict))
                _save(one, verdict)
            if number % 100 == 0:
                peak = max(peak, _largest_child_mb())
        return max(peak, _largest_child_mb())


def _largest_child_mb() -> int:
    """The most memory that a parser process, now running, ever had resident, in MB; 0 where the system does not tell."""
    peak = 0
    for listed in Path("/proc/self/task").glob("*/children"):
        for process in listed.read_text("ascii").split():
            with suppress(OSError):
                told = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("utf-8"))
                peak = max(peak, int(told[1]) >> 10 if told else 0)
    return peak


def _pool() -> Pool:
    return Pool(dict(os.environ), size=1, patience=PATIENCE)


def _save(one: Case, verdict: Verdict) -> None:
    SAVED.mkdir(parents=True, exist_ok=True)
    (SAVED / f"{one.seed}-{one.number}-{one.reader}-{Path(one.name).name}").write_bytes(one.data)
    print(one.reader, one.name, verdict.faults[0], "again:", one.replay, file=sys.stderr, flush=True)


def _again(one: Case) -> int:
    with tempfile.TemporaryDirectory() as folder, _pool() as pool:
        verdict = Judge(pool, Path(folder)).judge(one)
    print(f"{one.reader}: {one.name}, {len(one.data)} bytes: {verdict}")
    if verdict.faults:
        _save(one, verdict)
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    main()
