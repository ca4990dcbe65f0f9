"""No small cells: a count of 1 to 4 subjects is printed as ``<5``, and no printed total gives it away.

A suppressed cell must not follow from a published total of its group (a "day", a "platform"). Where it would, one more cell
of that group is withheld: a zero, which then reads ``<5`` as well, or else the smallest count, which reads ``hidden``. The test
for "would": an outsider knows that each ``<5`` is below 5, that each ``hidden`` is 5 or more, and the total; if one assignment
alone fits, the group is not safe. Combinations of several totals are not searched.
"""

from collections.abc import Sequence

import polars as pl

THRESHOLD = 5
"""Cells below this are suppressed; a true 0 is printed unless it has to cover another cell."""

SMALL, HIDDEN = "<5", "hidden"
TOGETHER = "few, taken together"
"""The name under which categories of fewer than THRESHOLD subjects are merged."""


def mark_of(column: str) -> str:
    """The name of the column that says how a count is printed: empty, ``<5`` or ``hidden``."""
    return f"{column}_mark"


def suppress(frame: pl.DataFrame, column: str, totals: Sequence[Sequence[str]] = ()) -> pl.DataFrame:
    """Null every count in `column` that may not be shown and say so in `<column>_mark`.

    `totals` names the groupings whose sums are published elsewhere; an empty grouping is the grand total. Nulls stay null
    without a mark. The order of rows is kept and the outcome is deterministic.
    """
    mark = mark_of(column)
    value = pl.col(column)
    small = pl.when((value > 0) & (value < THRESHOLD)).then(pl.lit(SMALL)).otherwise(pl.lit(""))
    work = frame.with_row_index("_row").with_columns(small.alias(mark))
    for _ in range(len(frame)):
        picks = [pick for keys in totals if (pick := _next_hidden(work, column, list(keys))) is not None]
        rows = pl.concat(picks).unique() if picks else pl.Series([], dtype=pl.UInt32)
        if not len(rows):
            break
        # a zero cannot be told from 1-4 once it is called "<5", so it widens what an outsider must consider
        cover = pl.when(value == 0).then(pl.lit(SMALL)).otherwise(pl.lit(HIDDEN))
        chosen = pl.col("_row").is_in(rows.implode())
        work = work.with_columns(pl.when(chosen).then(cover).otherwise(pl.col(mark)).alias(mark))
    shown = pl.when(pl.col(mark) == "").then(value).otherwise(None)
    return work.with_columns(shown.alias(column)).drop("_row")


def unsafe(frame: pl.DataFrame, column: str, keys: Sequence[str]) -> pl.DataFrame:
    """The groups whose hidden cells follow from their total, given true counts in `column` and marks beside them.

    Groups with a total below THRESHOLD do not count: their total is suppressed itself. Columns: the keys and `unsafe`.
    """
    mark, value = pl.col(mark_of(column)), pl.col(column)
    is_small, is_hidden = mark == SMALL, mark == HIDDEN
    least_small = pl.when((is_small & (value == 0)).any()).then(0).otherwise(is_small.sum())
    facts = [
        value.sum().alias("total"),
        pl.when(mark != "").then(value).otherwise(0).sum().alias("residue"),
        (least_small + THRESHOLD * is_hidden.sum()).cast(pl.Int64).alias("least"),
        pl.when(is_hidden.any()).then(None).otherwise(is_small.sum().cast(pl.Int64) * (THRESHOLD - 1)).alias("most"),
        is_small.any().alias("any"),
        ((mark != "").sum() == 1).alias("alone"),
    ]
    groups = frame.group_by(list(keys)).agg(facts) if keys else frame.select(facts)
    ends = (pl.col("residue") == pl.col("least")) | (pl.col("residue") == pl.col("most")).fill_null(value=False)
    told = pl.col("alone") | ends
    verdict = pl.col("any") & (pl.col("total") >= THRESHOLD) & told
    return groups.select(*keys, verdict.alias("unsafe"))


def betrayed(frame: pl.DataFrame, column: str, totals: Sequence[Sequence[str]] = ()) -> pl.Series:
    """Which rows' withheld counts still follow from a total, whatever else was withheld: five rows and a total of five.

    `frame` holds the true counts in `column` and the marks of `suppress`. Whoever prints such rows must leave them out.
    """
    told = pl.lit(value=False)
    work = frame
    for place, keys in enumerate(totals):
        name = f"_told_{place}"
        verdicts = unsafe(frame, column, keys).rename({"unsafe": name})
        if keys:
            work = work.join(verdicts, on=list(keys), how="left", nulls_equal=True, maintain_order="left")
        else:
            work = work.with_columns(pl.lit(verdicts[name].item()).alias(name))
        told = told | pl.col(name)
    return work.select((told & (pl.col(mark_of(column)) != "")).alias("betrayed"))["betrayed"]


def shown(value: float | None, mark: str = "") -> str:
    """A count as it is printed and written to CSV: its digits, its mark, or nothing for "not known"."""
    return mark or ("" if value is None else str(int(value)))


def coarsen(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Merge categories of `columns`, from the first on, until every combination holds at least THRESHOLD rows.

    Rows in smaller combinations get TOGETHER in the first column; where that is still too few, in the next as well.
    Rows that remain too few with all columns merged are dropped. The table must have one row a subject.
    """
    work = frame
    for depth in range(len(columns)):
        few = pl.len().over(list(columns)) < THRESHOLD
        merged = [pl.when(few).then(pl.lit(TOGETHER)).otherwise(pl.col(c)).alias(c) for c in columns[: depth + 1]]
        work = work.with_columns(merged)
    return work.filter(pl.len().over(list(columns)) >= THRESHOLD)


def _next_hidden(work: pl.DataFrame, column: str, keys: list[str]) -> pl.Series | None:
    verdicts = unsafe(work, column, keys).filter(pl.col("unsafe"))
    if verdicts.is_empty():
        return None
    free = work.filter((pl.col(mark_of(column)) == "") & pl.col(column).is_not_null())
    if keys:
        free = free.join(verdicts, on=keys, how="inner", nulls_equal=True)
    # a zero costs the reader least, then the smallest count
    ordered = free.sort([column, "_row"])
    first = ordered.unique(subset=keys, keep="first", maintain_order=True) if keys else ordered.head(1)
    return first["_row"] if len(first) else None
