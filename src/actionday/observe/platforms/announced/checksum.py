"""The monthly total as a checksum: do the day's count and the running total agree with the row before?"""

import polars as pl


def with_checks(frame: pl.DataFrame) -> pl.DataFrame:
    """Sort by day and add to `note` where the totals disagree; no row is dropped or changed.

    Within a month: on day 1 the total equals the count; from one day to the next it grows by the count; over a gap it grows
    by at least the count. The first row of a month that begins later only needs a total not below its count.
    """
    series = ["platform", "kind", "announcer"]
    frame = frame.sort("day", *series, maintain_order=True)
    month = [*series, pl.col("day").dt.truncate("1mo")]
    before, last = pl.col("total").shift(1).over(month), pl.col("day").shift(1).over(month)
    days = (pl.col("day") - last).dt.total_days()
    grown = pl.col("total") - before
    first = last.is_null()
    off = (
        pl.when(first & (pl.col("day").dt.day() == 1))
        .then(pl.col("total") != pl.col("count"))
        .when(first)
        .then(pl.col("total") < pl.col("count"))
        .when(days == 1)
        .then(grown != pl.col("count"))
        .otherwise(grown < pl.col("count"))
    ).fill_null(value=False)
    expected = pl.when(first).then(pl.col("count")).otherwise(before + pl.col("count"))
    said = pl.concat_str(
        pl.lit("the monthly total says "), "total", pl.lit(", the days read make "),
        pl.when(first | (days == 1)).then(pl.lit("")).otherwise(pl.lit("at least ")), expected,
    )  # fmt: skip
    note = pl.when(off).then(said)
    return frame.with_columns(
        pl.concat_str("note", note, separator="; ", ignore_nulls=True).alias("note")
    ).with_columns(pl.when(pl.col("note") != "").then(pl.col("note")).alias("note"))
