"""Do the 95 % intervals cover? One thousand worlds with known parameters for every listed estimand.

    python -m benchmarks.coverage_worlds [--worlds 1000] [--json benchmarks/results/coverage.json]

Seeds are fixed beforehand: FIRST_SEED, FIRST_SEED + 1, and so on, for every world alike. Passes when every estimand is
covered in 93 to 97 % of at least a thousand worlds; exits with 1 otherwise. One core, a few minutes.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from actionday.measure.worlds import DENIALS, WORLDS, covered

FIRST_SEED = 2_000_000
LOW, HIGH = 0.93, 0.97


def count(name: str, worlds: int) -> dict[str, int]:
    """How many of the worlds each estimand's interval covered."""
    hits: dict[str, int] = {}
    for seed in range(FIRST_SEED, FIRST_SEED + worlds):
        for estimand, hit in covered(name, seed).items():
            hits[estimand] = hits.get(estimand, 0) + hit
    return hits


def commit() -> str:
    """The commit that the numbers belong to, with a mark if files differ from it."""
    try:
        run = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return run.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=1_000)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "coverage.json")
    options = parser.parse_args()
    found: list[dict[str, Any]] = []
    for name in [*WORLDS, DENIALS]:
        start = time.perf_counter()
        for estimand, hits in count(name, options.worlds).items():
            share = hits / options.worlds
            found.append(
                {"world": name, "estimand": estimand, "covered": hits, "worlds": options.worlds, "share": share}
            )
            mark = "" if LOW <= share <= HIGH else "  OUTSIDE 93-97 %"
            print(f"{share:7.1%}  {name}: {estimand}{mark}")
        print(f"         ({name}: {time.perf_counter() - start:.0f} s)", flush=True)
    result = {
        "command": f"python -m benchmarks.coverage_worlds --worlds {options.worlds}",
        "commit": commit(),
        "level": 0.95,
        "first_seed": FIRST_SEED,
        "estimands": found,
    }
    options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    sys.exit(0 if all(LOW <= e["share"] <= HIGH for e in found) else 1)


if __name__ == "__main__":
    main()
