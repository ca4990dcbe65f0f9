"""Turn the ledger's notes into staged rows: sightings, profiles, moves."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from actionday.observe.mapping import to_staged
from actionday.observe.platforms.snapshots import ledger
from actionday.observe.platforms.snapshots.plan import Section

_RULES = {
    ledger.FIRST: "first snapshot",
    ledger.LISTED: "listed",
    ledger.AGAIN: "listed again",
    ledger.LAST: "still listed",
    ledger.MISSED: "not listed",
}


@dataclass(frozen=True, slots=True)
class Dated:
    """One snapshot: its moment (UTC), its name below the folder, where it lies."""

    at: datetime
    name: str
    path: Path


def to_tables(
    section: Section,
    notes: np.ndarray[Any, np.dtype[np.int64]],
    catalogues: tuple[pl.DataFrame, pl.DataFrame],
    files: list[Dated],
    vantage: str | None,
) -> dict[str, pa.Table]:
    """Rows for one section from its notes; `catalogues` are the keys and the profiles by number."""
    if not len(notes):
        return {}
    keys, profiles = catalogues
    dates = pl.Series([f.at for f in files], dtype=pl.Datetime("us", "UTC"))
    names = pl.Series([f.name for f in files], dtype=pl.String)
    frame = pl.DataFrame(
        {
            "note": notes[:, 0],
            "profile": notes[:, 3],
            "at": dates.gather(notes[:, 2]),
            "file": names.gather(notes[:, 2]),
            "vantage": pl.Series([vantage], dtype=pl.String).new_from_index(0, len(notes)),
        }
    )
    frame = pl.concat([frame, keys[notes[:, 1]]], how="horizontal")
    if section.rows.table == "moves":
        return _moves(frame, profiles)
    return _listed(section, frame, profiles)


def merge(made: list[dict[str, pa.Table]]) -> dict[str, pa.Table]:
    """Tables of several sections, put together by name."""
    out: dict[str, pa.Table] = {}
    for tables in made:
        for name, table in tables.items():
            out[name] = pa.concat_tables([out[name], table]) if name in out else table
    return out


def _listed(section: Section, frame: pl.DataFrame, profiles: pl.DataFrame) -> dict[str, pa.Table]:
    changed = frame.filter(pl.col("note") == ledger.CHANGED)
    profile = profiles[changed["profile"]].with_columns(changed["at"].alias("seen_at"), changed["vantage"])
    seen = frame.filter(pl.col("note") != ledger.CHANGED)
    first = pl.col("note") == ledger.FIRST
    sightings = seen.select(
        "subject",
        pl.col("subject").str.extract("^([^:]*):", 1).alias("platform"),
        "at",
        pl.when(pl.col("note") == ledger.MISSED)
        .then(pl.lit(section.absence))
        .otherwise(pl.lit("present"))
        .alias("state"),
        pl.lit("listing").alias("basis"),
        pl.col("note").replace_strict(_RULES, return_dtype=pl.String).alias("rule"),
        pl.concat_str(pl.col("file"), pl.when(first).then(pl.lit(", first snapshot")).otherwise(pl.lit(""))).alias(
            "evidence"
        ),
        "vantage",
    )
    made = {"sightings": sightings, section.rows.table: profile}
    return {name: to_staged(table, name) for name, table in made.items() if table.height}


def _moves(frame: pl.DataFrame, profiles: pl.DataFrame) -> dict[str, pa.Table]:
    """A pair when it is first listed, when what is said of it changes, and when it is withdrawn (confidence 0)."""
    said = frame.filter(pl.col("note").is_in([ledger.FIRST, ledger.CHANGED, ledger.AGAIN]))
    said = said.unique(["subject", "target", "kind", "at"], keep="first", maintain_order=True)
    frame = pl.concat([said, frame.filter(pl.col("note") == ledger.MISSED)])
    gone = (frame["note"] == ledger.MISSED).alias("gone")
    held = profiles[frame["profile"]].with_columns(frame["at"], frame["file"], frame["note"], gone)
    confidence = pl.col("confidence") if "confidence" in profiles.columns else pl.lit(None, pl.Float64)
    told = pl.col("evidence") if "evidence" in profiles.columns else pl.lit(None, pl.String)
    note = pl.when("gone").then(pl.lit("no longer listed")).otherwise(pl.lit("listed"))
    first = pl.when(pl.col("note") == ledger.FIRST).then(pl.lit(", first snapshot")).otherwise(pl.lit(""))
    made = held.with_columns(
        pl.when("gone").then(pl.lit("withdrawn")).otherwise(pl.col("kind")).alias("kind"),
        pl.when("gone").then(pl.lit(0.0)).otherwise(confidence).alias("confidence"),
        pl.concat_str(
            pl.concat_str(note, pl.lit(" in "), "file", first), told, separator="; ", ignore_nulls=True
        ).alias("evidence"),
    )
    return {"moves": to_staged(made, "moves")} if made.height else {}
