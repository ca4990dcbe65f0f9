"""The whole job on a large synthetic world: archive tables to brief, minutes and peak memory. No peer does this job.

The world is written straight as archive tables (importing it is measured by `ingest_archive`); then `cohort`, all measures and
the brief run as a command of their own.

    python -m benchmarks.whole_job --posts 100000000 --json benchmarks/results/whole_job.json
"""

import argparse
import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from actionday.measure.scenario import generate
from actionday.stores.archive.archive import Archive, numbered
from actionday.stores.archive.home import HomePolicy, make_home, open_home
from benchmarks.exports_to_brief import folder_of, watched
from benchmarks.results import write_result


def fill(home: Path, posts: int) -> tuple[float, str]:
    """Write the world's archive tables. Returns seconds and the day's TOML."""
    began = time.perf_counter()
    world = generate(posts, 7)
    opened = make_home(home, HomePolicy(), datetime.now(UTC))
    archive = Archive(opened)
    with opened.writing():
        for chunk, tables in enumerate(world.archive_tables()):
            for name, table in tables.items():
                for start in range(0, len(table), 1 << 20):
                    piece = table.slice(start, 1 << 20)
                    archive.append_bulk(name, numbered(name, piece, 1, chunk * 8 + start // (1 << 20)))
        archive.compact()  # as an import does at its end
    return time.perf_counter() - began, world.day_toml()


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--posts", type=int, default=5_000_000)
    asks.add_argument("--json", type=Path)
    asks.add_argument("--keep", type=Path, help="keep the home in this folder")
    asked = asks.parse_args()
    folder = folder_of(asked.keep, "whole-")
    home, day = folder / "case.d", folder / "day.toml"
    filled = None
    if not day.exists():
        filled, text = fill(home, asked.posts)
        day.write_text(text, "utf-8")
    empty = folder / "nothing"
    empty.mkdir(exist_ok=True)
    out = folder / "brief"
    cost, _ = watched(["run", str(empty), "--campaign", str(day), "--home", str(home), "--out", str(out)])
    result = {
        "posts": asked.posts,
        "rows": Archive(open_home(home)).counts(),
        "archive_bytes": sum(file.stat().st_size for file in (home / "archive").rglob("*.parquet")),
        "seconds_to_generate_and_write": None if filled is None else round(filled, 1),
        "archive_to_brief": cost,
        "estimates": len(json.loads((out / "brief.json").read_text("utf-8"))["estimates"]),
    }
    write_result(asked.json, "python -m benchmarks.whole_job", result)
    if asked.keep is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
