"""Write sightings and profiles of listings as a series of dated CSV files: what the reader would have read."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.records.state import State

_PROFILES = {
    "accounts": ("kind", "handle", "display_name", "bio", "language", "followers", "created_at"),
    "channels": ("kind", "handle", "title", "description", "language", "members", "created_at"),
}
_TOML = """files = "*.csv"
format = "csv"
date = {{ pattern = '(\\d{{8}}T\\d{{12}})', format = "%Y%m%dT%H%M%S%f", zone = "UTC" }}
{vantage}absence = "{absence}"

[[rows]]
table = "{table}"
allow_empty = true
[rows.columns]
subject = "subject"
"""


def write_series(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """One folder a table (accounts, channels) and vantage. A subject is listed from the first to the last sight of a spell.

    Only sightings of subjects that have a profile, or whose id tells the kind, are written; moves are left out.
    """
    table = rows.get("sightings")
    if table is None or not table.num_rows:
        return []
    seen = pl.DataFrame(table).with_columns(pl.col("subject").str.extract("^[^:]*:([^:]*):", 1).alias("#kind"))
    written: list[Path] = []
    for name, kind in (("accounts", "account"), ("channels", "channel")):
        of_kind = seen.filter(pl.col("#kind") == kind)
        for number, vantage in enumerate(of_kind["vantage"].unique(maintain_order=True)):
            same = of_kind.filter(pl.col("vantage").eq_missing(pl.lit(vantage, pl.String)))
            profiles = _profiles(rows.get(name), name)
            written += _write_one(same, profiles, folder / f"{name}-{number + 1}", (name, vantage))
    return written


def _profiles(table: pa.Table | None, name: str) -> pl.DataFrame:
    columns = ["subject", "seen_at", *_PROFILES[name]]
    if table is None:
        return pl.DataFrame(schema={"subject": pl.String(), "seen_at": pl.Datetime("us", "UTC")})
    frame = pl.DataFrame(table).select(columns).drop_nulls("seen_at")
    return frame.select([c for c in columns if c in {"subject", "seen_at"} or frame[c].null_count() < frame.height])


def _write_one(seen: pl.DataFrame, profiles: pl.DataFrame, folder: Path, about: tuple[str, str | None]) -> list[Path]:
    table, vantage = about
    folder.mkdir(parents=True, exist_ok=True)
    moments = seen.select(pl.col("at").unique().sort()).with_row_index("i")
    gone = seen.filter(pl.col("state") != State.PRESENT)["state"]
    profiles = profiles.join(seen.select("subject").unique(), on="subject", how="semi").sort("seen_at")
    attributes = [c for c in profiles.columns if c not in {"subject", "seen_at"}]
    listed = _listed(seen, moments).sort("at")
    listed = listed.join_asof(profiles, left_on="at", right_on="seen_at", by="subject", check_sortedness=False)
    toml = _TOML.format(
        vantage=f"vantage = {_quoted(vantage)}\n" if vantage else "",
        absence=gone[0] if len(gone) else "unknown",
        table=table,
    )
    toml += "".join(f"{name} = {_quoted(name)}\n" for name in attributes)
    path = folder / "snapshots.toml"
    path.write_text(toml, "utf-8", newline="\n")
    written = [path]
    for at in moments["at"]:
        here = listed.filter(pl.col("at") == at).sort("subject").select("subject", *attributes)
        here = here.with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))
        path = folder / f"list-{at:%Y%m%dT%H%M%S%f}.csv"
        here.write_csv(path, line_terminator="\n")
        written.append(path)
    return written


def _listed(seen: pl.DataFrame, moments: pl.DataFrame) -> pl.DataFrame:
    """(subject, at) for every moment from a sight to the next sight of the same spell, both included."""
    order = seen.join(moments, on="at").sort("subject", "i").select("subject", "i", "state")
    present = pl.col("state") == State.PRESENT
    spans = order.with_columns(
        pl.when(present.shift(-1).over("subject")).then(pl.col("i").shift(-1).over("subject")).alias("next")
    )
    spans = spans.filter(present).with_columns(pl.coalesce(pl.col("next"), pl.col("i")).alias("next"))
    every = spans.with_columns(pl.int_ranges("i", pl.col("next") + 1).alias("i")).explode("i").select("subject", "i")
    return every.unique().join(moments.with_columns(pl.col("i").cast(pl.Int64)), on="i").select("subject", "at")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
