"""Write the bundled synthetic world as export files, each by the reader of its format. Not for: making the world up."""

import dataclasses
import json
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from actionday.observe.reader import Reader
from actionday.observe.registry import readers
from actionday.records import Progress, UsageError

if TYPE_CHECKING:
    from actionday.measure.scenario import Export

_AHEAD = 2  # exports drawn that wait to be written


def write_scenario(out: Path, size: str, seed: int, progress: Progress) -> dict[str, Any]:
    """Write the bundled synthetic world as export files, `truth.json` and `day.toml`."""
    from actionday.measure.scenario import generate

    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty; choose another folder")
    try:
        world = generate(size, seed)
    except ValueError as error:
        raise UsageError(f"--size {size}: tiny, demo, 10M, 100M, or a number of posts from 500 on") from error
    out.mkdir(parents=True, exist_ok=True)
    progress.phase("drawing and writing", world.posts, "posts")
    written: list[Path] = []
    under_way: deque[Future[list[Path]]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="writer") as writer:  # the next export is drawn while one is written
        for export in world.exports(progress.advance):
            progress.item(export.folder)
            under_way.append(writer.submit(write_export, export, out / export.folder))
            if len(under_way) > _AHEAD:
                written += under_way.popleft().result()
        truth = json.dumps(world.truth(), sort_keys=True)
        for one in under_way:
            written += one.result()
    (out / "truth.json").write_bytes(msgspec.json.format(truth.encode(), indent=1) + b"\n")
    (out / "day.toml").write_text(world.day_toml(), "utf-8")
    return {"folder": str(out), "files": len(written), "bytes": sum(file.stat().st_size for file in written)}


def write_export(export: "Export", folder: Path) -> list[Path]:
    """Write one export by its reader, with the declaration that an import of the folder heeds. Returns the export's files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "export.toml").write_text(_declaration(export), "utf-8")
    return _writer(export).write(export.tables, folder)


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
