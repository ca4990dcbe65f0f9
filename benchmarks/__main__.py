"""Run every benchmark at full size, one after the other, and write `benchmarks/results/`. Takes hours: `make bench`.

python -m benchmarks [--small]
"""

import argparse
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
SCRATCH = Path("scratch")


def commands(small: bool) -> list[list[str]]:
    """The commands, module and arguments, in order."""
    share = 20 if small else 1
    export = str(SCRATCH / "telegram.json")
    return [
        ["benchmarks.telegram_files", export, "--megabytes", str(1000 // share)],
        ["benchmarks.ingest_archive", export, "--json", str(RESULTS / "ingest.json")],
        ["benchmarks.links", "--texts", str(5_000_000 // share), "--json", str(RESULTS / "links.json")],
        ["benchmarks.lifetimes", "--size", str(1_000_000 // share), "--json", str(RESULTS / "lifetimes.json")],
        ["benchmarks.turnbull", "--size", str(100_000 // share), "--json", str(RESULTS / "turnbull.json")],
        ["benchmarks.analytics", "--rows", str(100_000_000 // share), "--once", "pandas", "--json", str(RESULTS / "analytics.json")],
        ["benchmarks.exports_to_brief", "--size", str(10_000_000 // share), "--json", str(RESULTS / "exports_to_brief.json")],
        ["benchmarks.whole_job", "--posts", str(100_000_000 // share), "--json", str(RESULTS / "whole_job.json")],
    ]  # fmt: skip


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--small", action="store_true", help="a twentieth of every size, to see that all of them run")
    SCRATCH.mkdir(exist_ok=True)
    for module, *arguments in commands(asks.parse_args().small):
        print("python -m", module, *arguments, flush=True)
        subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
