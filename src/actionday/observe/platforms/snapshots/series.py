"""One series, file by file: order by date, read, map, diff, hand out chunks. The heart of the `snapshots` reader.

A snapshot that cannot be read is refused with its reason and skipped: spells go on across it, as across a file that is
not there at all. A snapshot in which a whole section vanished is taken for a change of layout, not for removals.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.mapping import chosen_rows, make_columns
from actionday.observe.platforms.snapshots.catalogue import Catalogue
from actionday.observe.platforms.snapshots.documents import Unreadable, entries, load, table_entries
from actionday.observe.platforms.snapshots.ledger import Ledger
from actionday.observe.platforms.snapshots.plan import Plan, Section
from actionday.observe.platforms.snapshots.rows import Dated, merge, to_tables
from actionday.observe.reader import Chunk, Refused
from actionday.observe.times import Declared, parse_times

_HOLD = 128 << 20
_FLUSH = 20_000


@dataclass(slots=True)
class _Track:
    """What is remembered of one section of one series."""

    section: Section
    ledger: Ledger
    raw: Catalogue  # entries as the files write them; each is mapped once, however many snapshots repeat it
    numbers: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"k": pl.Int64, "p": pl.Int64, "bad": pl.Boolean})
    )
    keys: Catalogue | None = None
    profiles: Catalogue | None = None
    learned: pl.DataFrame | None = None


def find_files(folder: Path, plan: Plan) -> tuple[dict[str, list[Dated]], list[Refused]]:
    """The series below a folder: by name (the subfolder, or "") the files in order of their dates; files without date refused."""
    paths = [p for p in sorted(folder.glob(plan.files)) if p.is_file() and not p.is_symlink() and p.suffix != ".toml"]
    stems = [re.search(plan.date_pattern, p.name) for p in paths]
    texts = pl.Series([m.group(1) if m and m.re.groups else m.group(0) if m else None for m in stems], dtype=pl.String)
    read = parse_times(texts, Declared(plan.zone, plan.date_format))
    refused: list[Refused] = []
    series: dict[str, list[Dated]] = {}
    for path, at in zip(paths, read.at, strict=True):
        name = path.relative_to(folder).as_posix()
        if at is None:
            refused.append(Refused(name, f"no date in its name by the pattern {plan.date_pattern}"))
        else:
            series.setdefault(path.parent.relative_to(folder).as_posix() if plan.by_folder else "", []).append(
                Dated(at, name, path)
            )
    for files in series.values():
        files.sort(key=lambda f: (f.at, f.name))
    return dict(sorted(series.items())), refused


def read_series(files: list[Dated], plan: Plan, vantage: str | None) -> Iterator[Chunk]:
    """Diff one series. Chunks come about every twenty thousand notes, in order of time."""
    tracks = [_track(section, plan.misses) for section in plan.sections]
    refused: list[Refused] = []
    held = _learn(files, plan, tracks) if any(s.learn for s in plan.sections) else None
    last_at = None
    for index, file in enumerate(files):
        if file.at == last_at:
            refused.append(Refused(file.name, "dated to the same moment as the file before it"))
            continue
        frames = held[index] if held is not None else _open(file, plan)
        refused += frames.refused
        if frames.of:
            last_at = file.at
            for track, frame in zip(tracks, frames.of, strict=True):
                _take(track, frame, index, file, refused)
        if refused or sum(len(n) for t in tracks for n in t.ledger.notes) >= _FLUSH:
            yield Chunk(_tables(tracks, files, vantage), refused)
            refused = []
    for track in tracks:
        track.ledger.finish()
    tables = _tables(tracks, files, vantage)
    if tables or refused:
        yield Chunk(tables, refused)


def _track(section: Section, misses: int) -> _Track:
    text: dict[str, pl.DataType] = dict.fromkeys(section.sources, pl.String())
    return _Track(section, Ledger(1 if section.rows.table == "moves" else misses), Catalogue(text))


@dataclass(slots=True)
class _Frames:
    """The entries of one snapshot, one frame a section (None: nothing at its path); `of` is empty when unreadable."""

    of: list[pl.DataFrame | None] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def _open(file: Dated, plan: Plan) -> _Frames:
    try:
        if plan.format in {"csv", "tsv"}:
            read = [table_entries(file.path, section) for section in plan.sections]
            faults = {fault for _, found in read for fault in found}
            return _Frames([f for f, _ in read], [Refused(file.name, fault) for fault in sorted(faults)])
        document = load(file.path, plan.format)
        # sections that look at the same place share one walk
        names = {
            s.each: tuple(dict.fromkeys(n for o in plan.sections if o.each == s.each for n in o.sources))
            for s in plan.sections
        }
        found = {each: entries(document, each, wanted) for each, wanted in names.items()}
        return _Frames([f if (f := found[s.each]) is None else f.select(s.sources) for s in plan.sections])
    except (Unreadable, OSError) as error:
        return _Frames([], [Refused(file.name, f"snapshot skipped: {error}")])


def _learn(files: list[Dated], plan: Plan, tracks: list[_Track]) -> list[_Frames] | None:
    """A first pass for sections that learn: which id goes with which values (in lower case), where the series agrees on one.

    Returns what was opened, so that it need not be opened twice, or None when that would be too much to hold.
    """
    opened: list[_Frames] | None = []
    pairs: list[list[pl.DataFrame]] = [[] for _ in tracks]
    size = 0
    for file in files:
        frames = _open(file, plan)
        for found, track, frame in zip(pairs, tracks, frames.of, strict=False):
            if frame is not None and frame.height and track.section.learn:
                size += int(frame.estimated_size())
                by = [pl.col(name).str.to_lowercase() for name in track.section.learn]
                found.append(frame.select(*by, track.section.rows.columns["subject"].columns[0]).drop_nulls())
                if len(found) >= 64:
                    found[:] = [pl.concat(found).unique(maintain_order=True)]
        if opened is not None:
            opened.append(frames)
            opened = opened if size < _HOLD else None
    for found, track in zip(pairs, tracks, strict=True):
        if found:
            one = pl.concat(found).unique(maintain_order=True)
            track.learned = one.filter(pl.struct(track.section.learn).is_unique())
    return opened


def _take(track: _Track, frame: pl.DataFrame | None, index: int, file: Dated, refused: list[Refused]) -> None:
    """Map one snapshot's entries of one section and step the ledger."""
    if frame is None or not frame.height:
        if track.ledger.any_listed() and not track.section.allow_empty:
            where = ", ".join(track.section.each)
            fix = "the layout may have changed (add its path to `each`), or set allow_empty = true"
            refused.append(Refused(file.name, f"no {track.section.rows.table} at {where}, section skipped: {fix}"))
            return
        if frame is None:
            return
    if frame.height:
        frame = _with_learned(frame, track)
        seen = track.raw.number(frame)
        _map_new(track, seen, (file, refused))
        looked = track.numbers[seen]
        numbered = looked.filter(pl.col("k").is_not_null()).unique("k", keep="first", maintain_order=True)
        if not numbered.height and looked["bad"].any() and track.ledger.any_listed():
            fault = (
                f"not one of the {track.section.rows.table} can be used, section skipped: the layout may have changed"
            )
            refused.append(Refused(file.name, fault))
            return
    else:
        numbered = track.numbers.clear()
    track.ledger.step(index, numbered["k"].to_numpy(), numbered["p"].to_numpy())


def _map_new(track: _Track, seen: pl.Series, to: tuple[Dated, list[Refused]]) -> None:
    """Map the entries that no earlier snapshot had; number their keys and profiles. Refused ones are told here, once."""
    file, refused = to
    known, rows = track.numbers.height, track.section.rows
    fresh = track.raw.rows[known:]
    if not fresh.height:
        return
    every = pl.DataFrame({"i": pl.int_range(fresh.height, dtype=pl.Int64, eager=True)})
    chosen = every.filter(chosen_rows(fresh, rows))["i"]
    if not len(chosen):
        none = pl.DataFrame({"k": [None] * fresh.height, "p": None, "bad": False}, track.numbers.schema)
        track.numbers = pl.concat([track.numbers, none])
        return
    fresh = fresh[chosen]
    table, reason = make_columns(fresh, rows)
    bad = reason.is_not_null()
    if bad.any():
        raws = fresh.select(pl.struct(pl.all()).struct.json_encode()).to_series()
        places = pl.DataFrame({"n": seen}).with_row_index("entry", 1).unique("n", keep="first", maintain_order=True)
        place = dict(places.select("n", "entry").iter_rows())
        for n in bad.arg_true():
            refused.append(Refused(f"{file.name}, entry {place[known + chosen[n]]}", reason[n], raws[n]))
    if track.keys is None or track.profiles is None:
        schema = dict(zip(table.columns, table.dtypes, strict=True))
        track.keys = Catalogue({name: schema[name] for name in track.section.key})
        track.profiles = Catalogue(schema)
    kept = table.filter(~bad)
    found = pl.DataFrame({"i": chosen.filter(~bad), "k": track.keys.number(kept), "p": track.profiles.number(kept)})
    mapped = every.join(found, on="i", how="left", maintain_order="left")
    mapped = mapped.select("k", "p", pl.col("i").is_in(chosen.filter(bad).implode()).alias("bad"))
    track.numbers = pl.concat([track.numbers, mapped])


def _with_learned(frame: pl.DataFrame, track: _Track) -> pl.DataFrame:
    """Fill in ids that this snapshot lacks and another one gives."""
    if track.learned is None or not frame.height:
        return frame
    column = track.section.rows.columns["subject"].columns[0]
    by = list(track.section.learn)
    known = track.learned.rename({column: "#learned"})
    joined = frame.join(
        known, left_on=[pl.col(n).str.to_lowercase() for n in by], right_on=by, how="left", maintain_order="left"
    )
    return joined.with_columns(pl.coalesce(column, "#learned").alias(column)).select(frame.columns)


def _tables(tracks: list[_Track], files: list[Dated], vantage: str | None) -> dict[str, pa.Table]:
    made = [
        to_tables(t.section, t.ledger.take_notes(), (t.keys.rows, t.profiles.rows), files, vantage)
        for t in tracks
        if t.keys is not None and t.profiles is not None
    ]
    return merge(made)
