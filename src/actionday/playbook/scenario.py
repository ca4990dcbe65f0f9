"""Write the bundled synthetic world as export files, each by the reader of its format. Not for: making the world up."""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actionday.observe.ingest import Progress
from actionday.observe.reader import Reader
from actionday.observe.registry import readers
from actionday.records import UsageError

if TYPE_CHECKING:
    from actionday.measure.scenario import Export


def write_scenario(out: Path, size: str, seed: int, progress: Progress) -> dict[str, Any]:
    """Write the bundled synthetic world as export files, `truth.json` and `day.toml`."""
    from actionday.measure.scenario import generate

    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty; choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    world = generate(size, seed)
    written = []
    for export in world.exports():
        rows = sum(len(table) for table in export.tables.values())
        progress.begin(export.folder, rows)
        folder = out / export.folder
        folder.mkdir(parents=True, exist_ok=True)
        written += _writer(export).write(export.tables, folder)
        (folder / "export.toml").write_text(_declaration(export), "utf-8")
        progress.advance(rows)
    (out / "truth.json").write_text(json.dumps(world.truth(), indent=1, sort_keys=True) + "\n", "utf-8")
    (out / "day.toml").write_text(world.day_toml(), "utf-8")
    return {"folder": str(out), "files": len(written), "bytes": sum(file.stat().st_size for file in written)}


def _writer(export: "Export") -> Reader:
    reader = readers()[export.reader]
    style = export.options.get("format")
    # Table is the one writer that knows several styles; all others have the one form of their platform.
    return dataclasses.replace(reader, style=style) if style and hasattr(reader, "style") else reader  # type: ignore[type-var]


def _declaration(export: "Export") -> str:
    lines = [f'vantage = "{export.options["vantage"]}"'] if "vantage" in export.options else []
    if "seen_at" in export.options:
        lines.append(f"seen_at = {export.options['seen_at']}")
    return "\n".join(lines) + "\n"
