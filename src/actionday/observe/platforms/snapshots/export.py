"""The `snapshots` reader: a folder of dated list or profile files with a `snapshots.toml`, diffed into spells.

The first snapshot is no birth, the last is right-censored, a file that is missing is not a removal. A subject that is no
longer listed is in the state that the TOML declares for absence, `unknown` unless it says otherwise. `Source.path` is the
folder (or the TOML in it), `Source.mapping` the parsed TOML.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.snapshots.plan import Plan, parse_plan
from actionday.observe.platforms.snapshots.series import find_files, read_series
from actionday.observe.platforms.snapshots.write import write_series
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.records import InputError

_EXAMPLE = """files = "*.csv"
format = "csv"
date = { pattern = '(\\d{4}-\\d{2}-\\d{2})', format = "%Y-%m-%d", zone = "UTC" }
vantage = "lorem list"

[[rows]]
table = "channels"
platform = "website"
[rows.columns]
subject = { from = "domain", id = "channel", lower = true }
title = "title"
"""


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Reads and writes series of dated lists."""

    name: str = "snapshots"
    title: str = "Series of dated list or profile files (YAML, JSON, CSV)"
    version: int = 1
    suffixes: tuple[str, ...] = ()

    def recognise(self, head: bytes, name: str) -> Recognised:
        """A folder becomes a series by its `snapshots.toml`."""
        if Path(name).name != "snapshots.toml":
            return Recognised(0)
        try:
            plan = parse_plan(tomllib.loads(head.decode("utf-8")), name)
        except (InputError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            return Recognised(100, f"a series whose snapshots.toml has a fault: {error}")
        tables = ", ".join(dict.fromkeys(s.rows.table for s in plan.sections))
        return Recognised(100, f"series of {plan.format} files {plan.files}, read as {tables}")

    def parts(self, source: Source) -> Iterator[Part]:
        """One part a series (one, or one a folder); the last part carries the files that have no date."""
        folder, plan, fault = _opened(source)
        if plan is None:
            yield Part(note={"fault": fault})
            return
        series, refused = find_files(folder, plan)
        for name, files in series.items():
            yield Part(note={"series": name}, weight=sum(f.path.stat().st_size for f in files))
        if refused or not series:
            yield Part(note={"undated": True})

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Diff one series; a part without note reads them all."""
        folder, plan, fault = _opened(source)
        if plan is None:
            yield Chunk(refused=[Refused("snapshots.toml", fault)])
            return
        series, refused = find_files(folder, plan)
        wanted = part.note.get("series")
        for name, files in series.items():
            if wanted in {None, name} and "undated" not in part.note:
                vantage = name if plan.by_folder else plan.vantage or source.vantage
                yield from read_series(files, plan, vantage)
        if wanted is None:
            if not series:
                refused.append(Refused("snapshots.toml", f"no dated files match {plan.files}"))
            if refused:
                yield Chunk(refused=refused)

    def examples(self) -> Mapping[str, bytes]:
        """A list of three domains over three days: one leaves, one comes; the files belong into one folder."""
        return {
            "snapshots.toml": _EXAMPLE.encode(),
            "list-2019-11-20.csv": b"domain,title\nlorem.example.org,Lorem\nipsum.example.org,Ipsum\n",
            "list-2019-11-21.csv": b"domain,title\nlorem.example.org,Lorem\nipsum.example.org,Ipsum B\n",
            "list-2019-11-22.csv": b"domain,title\nipsum.example.org,Ipsum B\ndolor.example.org,Dolor\n",
        }

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write what was listed when as one CSV a moment, a subfolder a table and vantage, each with its `snapshots.toml`."""
        return write_series(rows, folder)


def _opened(source: Source) -> tuple[Path, Plan | None, str]:
    """The folder, its plan, and why there is none."""
    folder = source.path if source.path.is_dir() else source.path.parent
    raw = source.mapping
    try:
        if raw is None:
            raw = tomllib.loads((folder / "snapshots.toml").read_text("utf-8"))
        return folder, parse_plan(raw, "snapshots.toml"), ""
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, InputError) as error:
        return folder, None, str(error)
