"""The main job on real export files: `actionday scenario` writes them, `actionday run` reads them to a brief. No peer does this job.

Minutes, CPU seconds and peak memory (of the largest process and of the whole tree, proportional set size) of both commands.

    python -m benchmarks.exports_to_brief --size 10M --json benchmarks/results/exports_to_brief.json
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.ingest_archive import Watch
from benchmarks.results import write_result


def watched(arguments: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run one command with `--json`. Returns what it cost and what it said; ends the benchmark where it failed."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen([sys.executable, "-m", "actionday", *arguments, "--json", "--quiet"], stdout=answer)
        watch = Watch(process.pid)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(arguments)} failed")
        answer.seek(0)
        said = json.loads(answer.read())
    cost = {
        "minutes": round((time.perf_counter() - began) / 60, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime),
        "peak_largest_process_mb": round(watch.largest / 1e6),
        "peak_tree_mb": round(watch.tree / 1e6),
    }
    print(arguments[0], cost, flush=True)
    return cost, said


def folder_of(asked: Path | None, prefix: str) -> Path:
    """The folder to work in: the one that was asked for, else a fresh one."""
    if asked is None:
        return Path(tempfile.mkdtemp(prefix=prefix))
    asked.mkdir(parents=True, exist_ok=True)
    return asked


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--size", default="10M")
    asks.add_argument("--json", type=Path)
    asks.add_argument("--keep", type=Path, help="work in this folder and keep it")
    asked = asks.parse_args()
    folder = folder_of(asked.keep, "exports-")
    out, home, brief = (folder / name for name in ("exports", "case.d", "brief"))
    wrote, files = watched(["scenario", str(out), "--size", asked.size, "--seed", "7"])
    run = ["run", str(out), "--campaign", str(out / "day.toml"), "--home", str(home), "--out", str(brief)]
    ran, said = watched(run)
    imported = said["import"]
    result = {
        "size": asked.size,
        "files": files["files"],
        "bytes": files["bytes"],
        "scenario": wrote,
        "run": ran,
        "rows": imported["rows"],
        "quarantined": imported["quarantined"],
        "estimates": len(json.loads((brief / "brief.json").read_text("utf-8"))["estimates"]),
        "home_bytes": sum(file.stat().st_size for file in home.rglob("*") if file.is_file()),
    }
    write_result(asked.json, "python -m benchmarks.exports_to_brief", result)
    if asked.keep is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
