"""Do the 95 % intervals cover? One thousand worlds with known parameters for every listed estimand.

    python -m benchmarks.coverage_worlds [--worlds 1000] [--only NAME …] [--json benchmarks/results/coverage.json]

`--only` runs the worlds it names and keeps the file's other results, each with the commit it belongs to.

Seeds are fixed beforehand: FIRST_SEED, FIRST_SEED + 1, and so on, for every world alike. Passes when every estimand is
covered in 93 to 97 % of at least a thousand worlds (false alarms and wrong signs have BARS of their own); exits with 1 otherwise. One core, a few minutes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday import playbook
from actionday.measure.cohort import cohort
from actionday.measure.worlds import DENIALS, WORLDS, covered
from actionday.measure.worlds_of_effects import design_counts, dose_counts
from actionday.measure.worlds_of_forecasts import forecasts_covered
from actionday.measure.worlds_of_incidence import returns_covered
from actionday.measure.worlds_of_looks import Looking, covered_by, looks_at
from actionday.measure.worlds_of_posts import change_covered, index_covered
from actionday.measure.worlds_of_referrals import referrals_covered
from actionday.observe.orders import ImportOptions
from actionday.observe.platforms.sightings.export import Sightings
from actionday.records import Silent, SystemClock
from actionday.settings import load_settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.view import View

BATCH = 250
"""Worlds imported together."""

FIRST_SEED = 2_000_000
LOW, HIGH = 0.93, 0.97
BARS: tuple[tuple[str, float, float], ...] = (
    ("family, Holm: false alarm", 0.0, 0.08),
    (": false alarm", 0.03, 0.07),
    (": wrong sign", 0.0, 0.01),
    (": power", 0.6, 1.0),
)
"""Bars of estimands that are not coverage, by how their names end; power is told, and only has to be there."""


def count(name: str, seeds: range) -> Counter[str]:
    """How many of the worlds each estimand's interval covered."""
    hits: Counter[str] = Counter()
    for seed in seeds:
        hits.update({estimand: int(hit) for estimand, hit in covered(name, seed).items()})
    return hits


def count_changes(seeds: range) -> Counter[str]:
    """The same for the change of posts."""
    return sum((Counter({k: int(v) for k, v in change_covered(seed).items()}) for seed in seeds), Counter())


def count_indices(seeds: range) -> Counter[str]:
    """The same for the concentration of links."""
    return Counter({"hhi": sum(index_covered(View.of({}), seeds).values())})


def count_returns(seeds: range) -> Counter[str]:
    """The same for returns, corrected for missed and wrong links."""
    return sum((Counter({k: int(v) for k, v in returns_covered(seed).items()}) for seed in seeds), Counter())


def count_referrals(seeds: range) -> Counter[str]:
    """The same for what recipients did, with looks every six hours and an audit within routes."""
    return sum((Counter({k: int(v) for k, v in referrals_covered(seed).items()}) for seed in seeds), Counter())


def count_effects(counted: Callable[[int], dict[str, bool]], seeds: range) -> Counter[str]:
    """The same for effects, with false alarms, wrong signs, and the power of effects and of warnings beside it."""
    hits: Counter[str] = Counter()
    for seed in seeds:
        hits.update({estimand: int(hit) for estimand, hit in counted(seed).items()})
    return hits


def bar_of(estimand: str) -> tuple[float, float]:
    """Between which shares an estimand passes."""
    return next(((low, high) for end, low, high in BARS if estimand.endswith(end)), (LOW, HIGH))


def passes(estimand: str, share: float) -> bool:
    """Whether a share lies within its bar."""
    low, high = bar_of(estimand)
    return low <= share <= high


def count_imported(seeds: range) -> Counter[str]:
    """The same for lifetimes whose looks were written as a file, imported, and made a cohort of."""
    hits: Counter[str] = Counter()
    looking = Looking()
    for first in range(seeds.start, seeds.stop, BATCH):
        batch = range(first, min(first + BATCH, seeds.stop))
        with tempfile.TemporaryDirectory() as scratch:
            people = imported_cohort(Path(scratch), batch, looking)
        for seed in batch:
            hits.update({estimand: int(hit) for estimand, hit in covered_by(people, seed, looking).items()})
    return hits


def imported_cohort(folder: Path, seeds: range, looking: Looking) -> pa.Table:
    """The cohort of many worlds, by way of export files and an archive."""
    (folder / "exports").mkdir()
    Sightings().write({"sightings": looks_at(seeds, looking)}, folder / "exports")
    settings = load_settings({**os.environ, "ACTIONDAY_HOME": str(folder / "case.d")}, folder)
    playbook.import_exports(settings, [folder / "exports"], ImportOptions(), None, SystemClock(), Silent())
    return cohort(Archive(open_home(settings.home)).view(), looking.campaign)


COUNTS: dict[str, Callable[[range], Counter[str]]] = {
    **{name: partial(count, name) for name in [*WORLDS, DENIALS]},
    "channels that differ": count_changes,
    "links of channels that lean": count_indices,
    "links missed and wrong": count_returns,
    "referrals, audited": count_referrals,
    "looks, imported": count_imported,
    "effects by design": partial(count_effects, design_counts),
    "dose across communities": partial(count_effects, dose_counts),
    "forecasts": partial(count_effects, forecasts_covered),
}
"""By world, what counts its covered intervals."""


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
    parser.add_argument("--only", nargs="*", choices=list(COUNTS), default=list(COUNTS))
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "coverage.json")
    options = parser.parse_args()
    partly = set(options.only) != set(COUNTS)
    kept = json.loads(options.json.read_text("utf-8"))["estimands"] if partly and options.json.exists() else []
    found: list[dict[str, Any]] = [row for row in kept if row["world"] not in options.only]
    for name in options.only:
        start = time.perf_counter()
        for estimand, hits in COUNTS[name](range(FIRST_SEED, FIRST_SEED + options.worlds)).items():
            share = hits / options.worlds
            row = {"world": name, "estimand": estimand, "covered": hits, "worlds": options.worlds, "share": share}
            found.append({**row, "commit": commit()})
            low, high = bar_of(estimand)
            mark = "" if passes(estimand, share) else f"  OUTSIDE {low:.0%} to {high:.0%}"
            print(f"{share:7.1%}  {name}: {estimand}{mark}")
        print(f"         ({name}: {time.perf_counter() - start:.0f} s)", flush=True)
    result = {
        "command": f"python -m benchmarks.coverage_worlds --worlds {options.worlds}",
        "level": 0.95,
        "first_seed": FIRST_SEED,
        "estimands": found,
    }
    options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    sys.exit(0 if all(passes(e["estimand"], e["share"]) for e in found) else 1)


if __name__ == "__main__":
    main()
