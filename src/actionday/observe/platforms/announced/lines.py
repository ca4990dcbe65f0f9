"""The line format of ISIS Watch, both ways."""

from pathlib import Path

import polars as pl

from actionday.observe.reader import Refused
from actionday.observe.times import fold_digits

LINE = (
    r"(?i)^\W*(?<count>\d[\d,.  ]*)\s+(?<scope>[a-z]+)\s+(?<kind>[a-z][a-z ]*?)\s+banned\s+on\s+(?<month>[a-z]+)\.?,?"
    r"\s+(?<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?<year>\d{4}))?\.?(?:\s*Total\s+this\s+month:?\s*(?<total>\d[\d,.  ]*))?\W*$"
).replace("(?<", "(?P<")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SHORT = {name[:3].lower(): n for n, name in enumerate(_MONTHS, 1)}


def parse_lines(text: str, year: int) -> tuple[pl.DataFrame, list[Refused]]:
    """Lines to day, count, total, kind, scope. A year in the line goes before `year`. Other lines are refused, blanks not."""
    lines = pl.DataFrame({"t": fold_digits(pl.Series(text.split("\n"), dtype=pl.String))}).with_row_index("n", 1)
    lines = lines.filter(pl.col("t") != "")
    cut = lines.select("n", "t", pl.col("t").str.extract_groups(LINE).alias("g")).unnest("g")
    month = (
        pl.col("month").str.slice(0, 3).str.to_lowercase().replace_strict(_SHORT, default=None, return_dtype=pl.Int64)
    )
    stamp = pl.concat_str(
        pl.coalesce("year", pl.lit(str(year))),
        month.cast(pl.String).str.zfill(2),
        pl.col("day").str.zfill(2),
        separator="-",
    )
    cut = cut.with_columns(
        stamp.str.to_date("%Y-%m-%d", strict=False).alias("day"),
        _whole("count").alias("count"),
        _whole("total").alias("total"),
    )
    bad = pl.col("day").is_null() | pl.col("count").is_null()
    reason = "not a line such as: 1312 terrorist bots and channels banned on January, 27. Total this month: 16050"
    refused = [Refused(f"line {n}", reason, raw) for n, raw in cut.filter(bad).select("n", "t").iter_rows()]
    return cut.filter(~bad).select("day", "count", "total", "kind", "scope"), refused


def write_lines(frame: pl.DataFrame, folder: Path) -> list[Path]:
    """Write one text file a year where a day has one row, else one CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = frame.sort("day", "kind", "announcer")
    plain = pl.col("kind").str.contains("^[A-Za-z][A-Za-z ]*$") & pl.col("scope").str.contains("^[A-Za-z]+$")
    lines = (
        frame["day"].n_unique() == frame.height
        and bool(frame.select(plain.fill_null(value=False).all()).item())
        and set(frame["platform"]) == {"telegram"}
        and set(frame["announcer"]) == {"ISIS Watch"}
    )
    if not lines:
        path = folder / "announced.csv"
        frame.select("day", "count", "total", "platform", "kind", "scope", "announcer").write_csv(
            path, line_terminator="\n"
        )
        return [path]
    month = pl.col("day").dt.month().cast(pl.Int64).replace_strict(dict(enumerate(_MONTHS, 1)), return_dtype=pl.String)
    total = pl.concat_str(pl.lit(" Total this month: "), "total").fill_null("")
    said = pl.concat_str(
        "count", pl.lit(" "), "scope", pl.lit(" "), "kind", pl.lit(" banned on "), month, pl.lit(", "),
        pl.col("day").dt.day(), pl.lit("."), total,
    )  # fmt: skip
    written = []
    for year, rows in frame.with_columns(said.alias("said")).group_by(pl.col("day").dt.year(), maintain_order=True):
        path = folder / f"announced-{year[0]}.txt"
        path.write_text("\n".join(rows["said"]) + "\n", "utf-8", newline="\n")
        written.append(path)
    return written


def _whole(name: str) -> pl.Expr:
    return pl.col(name).str.replace_all(r"[,.\s]", "").cast(pl.Int64, strict=False)
