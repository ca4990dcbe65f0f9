"""Run every benchmark at full size, one after the other, and write `benchmarks/results/`. Takes hours: `make bench`.

Everything large lies under `scratch/` in the working folder (see docs/benchmarks.md for how much); so do the results of --small,
which say nothing about speed.

    python -m benchmarks [--small]
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

RESULTS = Path("benchmarks") / "results"
SCRATCH = Path("scratch")
SMALL = 100


def commands(small: bool) -> list[list[str]]:
    """The commands, module and arguments, in order."""
    share, into = (SMALL, SCRATCH / "results") if small else (1, RESULTS)
    export = str(SCRATCH / "telegram.json")
    sized = [
        ["readers", "--megabytes", str(200 // share)],
        ["links", "--texts", str(5_000_000 // share)],
        ["lifetimes", "--size", str(1_000_000 // share)],
        ["turnbull", "--size", str(100_000 // share), "--check", str(200 if small else 2_000)],
        ["near_texts", "--texts", str(5_000_000 // share), "--peer", str(20_000 // (20 if small else 1))],
        [
            "strategies",
            "--users",
            str(1_000_000 // share),
            "--memberships",
            str(10_000_000 // share),
            "--points",
            *(str(n // share) for n in (10_000_000, 30_000_000, 100_000_000)),
        ],
        ["pdq", "--hashes", str(1_000_000 // share), "--build", str(10_000_000 // share)],
        ["analytics", "--rows", str(100_000_000 // share), "--once", "pandas"],
        ["cases", "--cases", str(1_000_000 // share), "--rounds", str(2_000 // (10 if small else 1))],
        ["exports_to_brief", "--size", str(10_000_000 // share)],
        ["whole_job", "--posts", str(100_000_000 // share)],
    ]
    return [
        ["benchmarks.telegram_files", export, "--megabytes", str(1000 // share)],
        ["benchmarks.ingest_archive", export, "--json", str(into / "ingest.json")],
        *([f"benchmarks.{name}", *rest, "--json", str(into / f"{name}.json")] for name, *rest in sized),
    ]


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--small", action="store_true", help="a hundredth of every size, to see that all of them run")
    SCRATCH.mkdir(exist_ok=True)
    # a system's own folder for temporary files may lie in memory
    environment = {**os.environ, "TMPDIR": str(SCRATCH.resolve())}
    for module, *arguments in commands(asks.parse_args().small):
        print("python -m", module, *arguments, flush=True)
        subprocess.run([sys.executable, "-m", module, *arguments], check=True, env=environment)


if __name__ == "__main__":
    main()
