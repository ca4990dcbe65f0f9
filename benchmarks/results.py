"""Writing a benchmark's result with what it needs to be trusted: command, commit, versions, machine."""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

LIBRARIES = ("deltalake", "duckdb", "ibis-framework", "numba", "numpy", "polars", "pyarrow")
COMMIT = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
"""Asked when a benchmark begins: it may run for hours, and others may commit meanwhile."""


def write_result(path: Path | None, command: str, result: dict[str, Any]) -> None:
    """Print a result, and write it with its circumstances where `path` says."""
    whole = {
        "command": " ".join([command, *(argument for argument in sys.argv[1:] if not Path(argument).is_absolute())]),
        "commit": COMMIT,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "versions": {name: version(name) for name in LIBRARIES},
        **result,
    }
    print(json.dumps(whole, indent=1))
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(whole, indent=1) + "\n", "utf-8")
