"""The `announced` reader: a platform's own daily counts, as lines of text or as a table of day and count.

The lines are those of Telegram's ISIS Watch channel: ``1312 terrorist bots and channels banned on January, 27. Total this
month: 16050``. They name no year: it comes from the mapping (``year = 2020``) or from the file's name, and the row's note
says which. The monthly total is a checksum: a row that disagrees with its neighbours is kept, and its note says so.
Announced counts are never mixed with what was observed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.announced.checksum import with_checks
from actionday.observe.platforms.announced.lines import LINE, parse_lines, write_lines
from actionday.observe.reader import CHUNK_ROWS, Chunk, Part, Recognised, Refused, Source, staged_schema
from actionday.observe.tabular import Layout, layout_of, sniff, stream
from actionday.observe.times import Declared, fold_digits, format_fault, parse_days

_LIMIT = 64 << 20
_DAY = ("day", "date")
_COUNT = ("count", "banned", "removed", "removals")
_OPTIONAL = ("total", "platform", "kind", "scope", "announcer", "note")
_ISIS_WATCH = {"platform": "telegram", "kind": "bots and channels", "scope": "terrorist", "announcer": "ISIS Watch"}
_EXAMPLE = """412 terrorist bots and channels banned on January, 1. Total this month: 412
388 terrorist bots and channels banned on January, 2. Total this month: 800
"""


@dataclass(frozen=True, slots=True)
class Announced:
    """Reads announced daily counts; writes the lines."""

    name: str = "announced"
    title: str = "Announced daily counts (ISIS Watch lines, or a table of day and count)"
    version: int = 1
    suffixes: tuple[str, ...] = (".txt", ".csv", ".tsv", ".md")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By its lines, or by a header that has a day and a count and no subject or text."""
        text = head.decode("utf-8", "ignore")
        lines = [line for line in text.splitlines() if line.strip()][:50]
        hits = sum(bool(re.match(LINE, line.strip())) for line in lines)
        if lines and hits * 2 >= len(lines):
            year = _year_in(name)
            says = f"announced counts, {hits} of the first {len(lines)} lines"
            return Recognised(
                95, says + (f", year {year} by the file's name" if year else ""), () if year else ("year",)
            )
        layout = sniff(head, name)
        if layout is None or layout.fault or layout.shape != "delimited" or not _day_count(layout):
            return Recognised(0)
        others = set(layout.columns) - {*_DAY, *_COUNT, *_OPTIONAL}
        return Recognised(0) if others else Recognised(85, f"announced counts; {layout.says}")

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read lines or table. Mapping keys: year, platform, kind, scope, announcer, format (of the days in a table)."""
        said = dict(source.mapping or {})
        if fault := _options_fault(said):
            yield Chunk(refused=[Refused("mapping", fault)])
            return
        layout = layout_of(source.path, source.name)
        if layout is not None and (layout.fault or _day_count(layout)):
            frame, refused = _read_table(source, layout, said)
        else:
            frame, refused = _read_text(source, said)
        table = _staged(with_checks(frame))
        if not table.num_rows and not refused:
            refused = [Refused("file", "no daily count in it")]
        starts = range(0, max(table.num_rows, 1), CHUNK_ROWS)
        for n, start in enumerate(starts):
            piece = table.slice(start, CHUNK_ROWS)
            tables = {"announced": piece} if piece.num_rows else {}
            if tables or (n == 0 and refused):
                yield Chunk(tables, refused if n == 0 else [])

    def examples(self) -> Mapping[str, bytes]:
        """Lines with the year in the file's name; a table."""
        return {
            "announced-2020.txt": _EXAMPLE.encode(),
            "announced.csv": b"date,count,platform,kind,announcer\n2020-02-01,250,telegram,channels,desk\n",
        }

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write `announced`, one file of lines a year; of several announcers or kinds a day, one CSV instead."""
        table = rows.get("announced")
        return [] if table is None or not table.num_rows else write_lines(pl.DataFrame(table), folder)


def _options_fault(said: Mapping[str, Any]) -> str | None:
    year = said.get("year")
    if year is not None and (not isinstance(year, int) or not 1970 <= year < 2200):
        return f"`year` must be a year such as 2020, not {year!r}"
    unknown = set(said) - {"year", "platform", "kind", "scope", "announcer", "format"}
    if unknown:
        return f"unknown key {sorted(unknown)[0]!r}; keys are year, platform, kind, scope, announcer, format"
    return format_fault(str(said["format"])) if "format" in said else None


def _year_in(name: str) -> int | None:
    years = set(re.findall(r"(?<!\d)(?:19[7-9]|20|21)\d(?:\d)?(?!\d)", Path(name).name))
    four = {y for y in years if len(y) == 4}
    return int(four.pop()) if len(four) == 1 else None


def _day_count(layout: Layout) -> bool:
    return layout.shape == "delimited" and bool({*_DAY} & set(layout.columns)) and bool({*_COUNT} & set(layout.columns))


def _read_text(source: Source, said: Mapping[str, Any]) -> tuple[pl.DataFrame, list[Refused]]:
    if source.path.stat().st_size > _LIMIT:
        return _empty(), [Refused("file", f"larger than {_LIMIT >> 20} MiB: not a file of daily counts")]
    raw = source.path.read_bytes()
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return _empty(), [Refused("file", "not UTF-8; convert it first, for example with iconv")]
    year = said.get("year") or _year_in(source.name)
    if year is None:
        fix = "declare it in a mapping file beside the file (year = 2020), or put it into the file's name"
        return _empty(), [Refused("file", f"the lines name no year: {fix}")]
    note = "year declared" if said.get("year") else "year from the file's name"
    frame, refused = parse_lines(text, int(year))
    defaults = {**_ISIS_WATCH, **{k: str(v) for k, v in said.items() if k in _ISIS_WATCH}}
    given = [
        (pl.lit(v) if k in said or k not in frame.columns else pl.coalesce(k, pl.lit(v))).alias(k)
        for k, v in defaults.items()
    ]
    return frame.with_columns(*given, pl.lit(note).alias("note")), refused


def _read_table(source: Source, layout: Layout, said: Mapping[str, Any]) -> tuple[pl.DataFrame, list[Refused]]:
    day = next((c for c in _DAY if c in layout.columns), "")
    count = next((c for c in _COUNT if c in layout.columns), "")
    frames, refused = [_empty()], list[Refused]()
    for batch in stream(source.path, layout, (day, count, *_OPTIONAL)):
        refused += batch.refused
        if not len(batch.numbers):
            continue
        days, reason = parse_days(batch.frame[day], Declared(format=said.get("format")))
        frame = batch.frame.with_columns(
            days.alias("day"),
            _whole(batch.frame[count]).alias("count"),
            (_whole(batch.frame["total"]) if "total" in batch.frame.columns else pl.lit(None, pl.Int64)).alias("total"),
            *(_text(batch.frame, name, said.get(name)).alias(name) for name in _OPTIONAL[1:]),
            reason.alias("reason"),
            batch.numbers.alias("n"),
            pl.concat_str(pl.col(day), pl.col(count), separator=", ", ignore_nulls=True).alias("raw"),
        )
        bad = pl.col("day").is_null() | pl.col("count").is_null() | pl.col("platform").is_null()
        why = pl.coalesce("reason", pl.when(pl.col("platform").is_null()).then(pl.lit("no platform: declare it")))
        for n, fault, raw in frame.filter(bad).select("n", why.alias("why"), "raw").iter_rows():
            refused.append(Refused(f"row {n}", fault or "the count is no whole number", raw))
        frames.append(frame.filter(~bad).select(_empty().columns))
    return pl.concat(frames), refused


def _whole(values: pl.Series) -> pl.Series:
    return fold_digits(values.cast(pl.String)).cast(pl.Int64, strict=False)


def _text(frame: pl.DataFrame, name: str, declared: object) -> pl.Expr:
    fallback = pl.lit(None if declared is None else str(declared), pl.String)
    if name not in frame.columns:
        return fallback
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.coalesce(pl.when(text != "").then(text), fallback)


def _empty() -> pl.DataFrame:
    kinds = {"day": pl.Date(), "count": pl.Int64(), "total": pl.Int64()}
    return pl.DataFrame(schema={**kinds, **dict.fromkeys(_OPTIONAL[1:], pl.String())})


def _staged(frame: pl.DataFrame) -> pa.Table:
    schema = staged_schema("announced")
    arrow = frame.select(schema.names).to_arrow()
    return pa.table([arrow[f.name].cast(f.type) for f in schema], schema=schema)
