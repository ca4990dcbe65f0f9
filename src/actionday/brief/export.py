"""The files beside the page: tidy CSVs with their codebook, and brief.json. Small cells are withheld in all of them."""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Any

import polars as pl

from actionday.brief.codebook import TABLE_SAYS, says
from actionday.brief.escape import csv_column
from actionday.brief.material import Material, Told
from actionday.brief.origin import SYNTHETIC
from actionday.brief.suppression import HIDDEN, THRESHOLD, TOGETHER, betrayed, coarsen, mark_of, suppress
from actionday.measure.schemas import TABLES

FORMAT = "actionday-brief"
FORMAT_VERSION = 1

_LIVES = ("organisation", "kind", "platform", "period")
_DAYS = ("entry", "left", "right")


def table_frames(material: Material) -> dict[str, pl.DataFrame]:
    """Every table that holds rows, as it is written: suppressed, merged, rounded; counts as text where withheld."""
    made = {
        "removals_by_day": _removals(material),
        "posts_by_day": _posts(material.frame("posts_by_day")),
        "coverage_by_day": _counts(
            material.frame("coverage_by_day"), ("readable", "gone_private", "gone", "panel_readable", "panel")
        ),
        "curves": _blanked(material.frame("curves"), "at_risk", ("survival", "low", "high")),
        "support": material.frame("support"),
        "flows": _flows(material),
        "destinations": _destinations(material.frame("destinations")),
        "concentration": _blanked(material.frame("concentration"), "n", ("hhi", "low", "high")),
        "nodes": _nodes(material.frame("nodes")),
        "edges": _counts(material.frame("edges"), ("weight",)),
        "lifetimes": _lifetimes(material.frame("lifetimes")),
        "incidence": _blanked(_untold(material.frame("incidence")), "at_risk", ("value", "low", "high")),
        "lives": _lives(material.frame("lives")),
        "generations": _counts(material.frame("generations"), ("count",)),
        "effect_days": material.frame("effect_days").filter(pl.col("channels") >= THRESHOLD),
        "effect_placebos": material.frame("effect_placebos"),
        "strategy_curves": _counts(
            material.frame("strategy_curves"), ("removal", "giant", "audience", "nodes", "reached")
        ),
    }
    return {name: frame.select(TABLES[name].names) for name, frame in made.items() if len(frame)}


def write_tables(material: Material, folder: Path) -> list[Path]:
    """Write the tables and their codebook; earlier files of ours in the folder go. Returns the files, sorted."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = table_frames(material)
    for stale in (folder / f"{name}.csv" for name in TABLES if name not in frames):
        stale.unlink(missing_ok=True)
    written = []
    for name, frame in frames.items():
        # pseudonyms are ours and hexadecimal; every other text passes the CSV sink
        texts = [c for c, kind in frame.schema.items() if kind == pl.String and c not in ("subject", "before")]
        safe = frame.with_columns(csv_column(frame[c]) for c in texts)
        path = folder / f"{name}.csv"
        safe.write_csv(path)
        written.append(path)
    return sorted([*written, *_write_codebook(folder, list(frames), synthetic=material.synthetic)])


def document(material: Material, files: Sequence[str]) -> dict[str, Any]:
    """brief.json: the estimates and what is needed to make them again. No subject, no file name, no small cell."""
    origin, campaign = material.origin, material.campaign
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "marking": origin.marking,
        "synthetic": SYNTHETIC if material.synthetic else None,
        "generated_at": _iso(origin.generated_at),
        "campaign": {
            "name": campaign.name,
            "start": _iso(campaign.start),
            "end": _iso(campaign.end),
            "days_before": campaign.days_before,
            "days_after": campaign.days_after,
            "comparison_platforms": list(campaign.comparison_platforms),
            "comparison_organisations": list(campaign.comparison_organisations),
            "confirmations": campaign.confirmations,
            "events": [{"at": _iso(e.at), "kind": e.kind, "title": e.title} for e in campaign.events],
            "coinciding": [e.title for e in campaign.coinciding()],
        },
        "identified": material.identified,
        "estimates": [_estimate(told) for told in material.told],
        "notes": {name: list(notes) for name, notes in sorted(material.notes.items())},
        "versions": {"actionday": origin.product, **dict(sorted(origin.libraries.items()))},
        "seed": origin.seed,
        "by": origin.by,
        "home": origin.home,
        "archive": dict(sorted(origin.archive.items())),
        "casebook": origin.casebook or None,
        "identities": origin.identities,
        "preregistered": [
            {"sha256": one.what.digest, "at": _iso(one.at), "after_the_fact": one.after_the_fact, **asdict(one.what)}
            | {"start": _iso(one.what.start), "end": _iso(one.what.end)}
            for one in origin.registrations
            if one.what.campaign == campaign.name
        ],
        "profile": origin.profile,
        "content": origin.content,
        "inputs": [
            {"sha256": f.sha256, "format": f.format, "rows": f.rows}
            for f in sorted(origin.inputs, key=lambda f: f.sha256)
        ],
        "quarantine": dict(sorted(origin.quarantine.items())),
        "files": sorted(files),
    }


def write_document(material: Material, path: Path, files: Sequence[str]) -> Path:
    """Write brief.json, ASCII only, so that no character in it can steer a terminal."""
    text = json.dumps(document(material, files), indent=1, ensure_ascii=True, allow_nan=False)
    path.write_text(f"{text}\n", "utf-8", newline="\n")
    return path


def _estimate(told: Told) -> dict[str, Any]:
    out = told.estimate.as_dict()
    for end in ("value", "low", "high"):
        if out[end] is not None and not math.isfinite(out[end]):
            out[end] = None
    if told.disclosed.n_mark:
        out["n"] = told.disclosed.n_mark
    if told.disclosed.value_mark or told.disclosed.n_mark:
        out["suppressed"] = told.disclosed.value_mark or told.disclosed.n_mark
    return out


def _iso(at: Any) -> str:  # noqa: ANN401 - a datetime; typed so for JSON's sake
    return str(at.astimezone(UTC).isoformat())


def _marked(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The count as text with its mark in its place; numbers stay numbers where nothing was withheld."""
    mark = pl.col(mark_of(column))
    if not frame.select((mark != "").any()).item():
        return frame
    text = pl.when(mark != "").then(mark).otherwise(pl.col(column).cast(pl.String))
    return frame.with_columns(text.alias(column))


def _counts(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    for column in columns:
        frame = _marked(suppress(frame, column), column)
    return frame


def _blanked(frame: pl.DataFrame, count: str, values: Sequence[str]) -> pl.DataFrame:
    """Values are withheld with the count they rest on."""
    small = (pl.col(count) > 0) & (pl.col(count) < THRESHOLD)
    blank = [pl.when(small).then(None).otherwise(pl.col(v)).alias(v) for v in values]
    return _counts(frame.with_columns(blank), (count,))


def _untold(frame: pl.DataFrame) -> pl.DataFrame:
    """Shares of fewer than THRESHOLD subjects are blanked, in all figures, as the estimates of the same days are."""
    whole = pl.col("at_risk").max().over("group_by", "group")
    holding = (pl.col("value") * whole).round()
    small = (holding > 0) & (holding < THRESHOLD)
    return frame.with_columns(pl.when(small).then(None).otherwise(pl.col(v)).alias(v) for v in ("value", "low", "high"))


def _posts(frame: pl.DataFrame) -> pl.DataFrame:
    return _blanked(frame, "count", ("low", "high"))


def _removals(material: Material) -> pl.DataFrame:
    """Announced counts are public; the others are withheld against the totals that the page prints."""
    order = ["day", "platform", "kind", "organisation", "basis"]
    frame = material.frame("removals_by_day").sort(order)
    frame = frame.with_columns(material.period_of(pl.col("day")).alias("period"))
    public = frame.filter(pl.col("basis") == "announced").with_columns(pl.lit("").alias(mark_of("count")))
    totals = [["day", "basis"], *([dimension, "basis", "period"] for dimension in ("platform", "kind", "organisation"))]
    own = _kept(frame.filter(pl.col("basis") != "announced"), totals)
    return _marked(pl.concat([own, public.select(own.columns)]).sort(order), "count")


def _flows(material: Material) -> pl.DataFrame:
    """Withheld against the totals that the figures print: over the whole time, and by phase."""
    frame = material.frame("flows").sort(["week", "signal", "source", "destination", "organisation"])
    way = ["signal", "source", "destination"]
    kept = _kept(frame.with_columns(material.phase_of(pl.col("week")).alias("phase")), [way, [*way, "phase"]])
    return _marked(kept.drop("phase"), "count")


def _kept(frame: pl.DataFrame, totals: list[list[str]]) -> pl.DataFrame:
    """Suppressed counts without the rows that their mere presence would tell: five rows and a total of five."""
    safe = suppress(frame, "count", totals)
    return safe.filter(~betrayed(safe.with_columns(frame["count"]), "count", totals))


def _destinations(frame: pl.DataFrame) -> pl.DataFrame:
    few = (pl.col("arrived") > 0) & (pl.col("arrived") < THRESHOLD)
    frame = frame.with_columns(pl.when(few).then(None).otherwise(pl.col("posts_per_week")).alias("posts_per_week"))
    for column in (c for c, kind in frame.schema.items() if kind == pl.Int64):
        safe = suppress(frame, column, [["platform"]])
        told = betrayed(safe.with_columns(frame[column]), column, [["platform"]])
        mark = mark_of(column)
        safe = safe.with_columns(pl.when(told).then(pl.lit(HIDDEN)).otherwise(pl.col(mark)).alias(mark))
        frame = _marked(safe, column).drop(mark)
    return frame


def _nodes(frame: pl.DataFrame) -> pl.DataFrame:
    for columns in (["organisation"], ["organisation", "kind"], ["organisation", "kind", "platform"]):
        few = pl.len().over(columns) < THRESHOLD
        frame = frame.with_columns(
            pl.when(few).then(pl.lit(TOGETHER)).otherwise(pl.col(columns[-1])).alias(columns[-1])
        )
    return _counts(frame, ("degree",))


def _lifetimes(frame: pl.DataFrame) -> pl.DataFrame:
    """Merged until no combination holds fewer than THRESHOLD subjects; in the order of pseudonyms, which says nothing."""
    if frame.is_empty():
        return frame
    rounded = [pl.col(c).round(2).alias(c) for c in _DAYS]
    # one row a subject and clock, so each clock's rows are its subjects
    parts = [coarsen(part, _LIVES) for part in frame.partition_by("clock")]
    return pl.concat(parts).with_columns(rounded).sort("subject", "clock", "entry")


def _lives(frame: pl.DataFrame) -> pl.DataFrame:
    """Nothing where fewer than THRESHOLD lines were judged: they would be somebody in particular."""
    return frame.filter(frame["line"].n_unique() >= THRESHOLD)


def _write_codebook(folder: Path, tables: Sequence[str], *, synthetic: bool) -> list[Path]:
    rows = [
        (table, column, str(TABLES[table].field(column).type), says(table, column))
        for table in tables
        for column in TABLES[table].names
    ]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([("table", "column", "type", "meaning"), *rows])
    lines = [
        "# Codebook",
        "",
        *([f"**{SYNTHETIC.capitalize()}.**", ""] if synthetic else []),
        f"Counts below 5 are written `<5` (a true 0 stays 0 where it gives nothing away); `{HIDDEN}` marks cells withheld with them. Empty means not known.",
        "",
    ]
    for table in tables:
        lines += [f"## {table}.csv", "", TABLE_SAYS[table], "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{column}` | {kind} | {meaning} |" for name, column, kind, meaning in rows if name == table]
        lines.append("")
    written = folder / "codebook.csv", folder / "codebook.md"
    for path, text in zip(written, (buffer.getvalue(), "\n".join(lines)), strict=True):
        path.write_text(text, "utf-8", newline="\n")
    return list(written)
