"""What was removed: per day, and by platform, kind and organisation; observed, inferred and announced side by side."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from actionday.brief.figures.calendar import Calendar, calendars
from actionday.brief.figures.frame import Heading
from actionday.brief.material import Material
from actionday.brief.page import Block, Figure, Row, Section, Table, fill, prose
from actionday.brief.scales import day_label
from actionday.brief.sections.calendar_days import campaign_days, in_sight, iso
from actionday.brief.suppression import mark_of, shown, suppress, unsafe
from actionday.brief.tables import estimates, published
from actionday.brief.vocabulary import REMOVALS, readable, value_word
from actionday.brief.wording import sentence

BASES: Mapping[str, str] = {
    "observed": "Observed by us",
    "inferred": "Inferred from silence",
    "announced": "Announced by platforms",
}
_MARK = mark_of("count")


def removals(material: Material) -> Section:
    """Calendar, table by group, estimates, and what others published."""
    blocks: list[Block] = []
    figure = removals_figure(material)
    if figure is None:
        blocks.append(prose("No removals by day came with these results."))
    blocks += [figure] if figure else []
    table = _by_group(material)
    blocks += [table] if table else []
    blocks += estimates(material, REMOVALS, material.section(REMOVALS))
    blocks += [prose("{}", sentence(note)) for note in material.notes.get(REMOVALS, ())]
    blocks += published(REMOVALS)
    question = (
        "Three counts that are never added up: what we saw go, what fell silent, and what platforms say they removed."
    )
    return Section("removals", "What was removed", question, tuple(blocks))


def removals_by_day(material: Material) -> pl.DataFrame:
    """Removals by day and basis, suppressed; what platforms announce is public already and stays."""
    frame = in_sight(material, material.frame("removals_by_day"))
    frame = frame.group_by("basis", "day").agg(pl.col("count").sum())
    frame = _with_zeros(material, frame).sort("basis", "day")
    frame = frame.with_columns(material.period_of(pl.col("day")).alias("period"))
    hidden = suppress(frame, "count", [["basis", "period"]])
    public = pl.col("basis") == "announced"
    true = frame["count"]
    return hidden.with_columns(
        pl.when(public).then(true).otherwise(pl.col("count")).alias("count"),
        pl.when(public).then(pl.lit("")).otherwise(pl.col(_MARK)).alias(_MARK),
    )


def _with_zeros(material: Material, frame: pl.DataFrame) -> pl.DataFrame:
    """A row for each day without a removal that we would have seen: bases of ours only, and only those that occur."""
    first, last = material.days
    every = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    ours = frame.select("basis").unique().filter(pl.col("basis") != "announced")
    missing = ours.join(every, how="cross").join(frame, on=["basis", "day"], how="anti")
    return pl.concat([frame, missing.with_columns(pl.lit(0, pl.Int64).alias("count")).select(frame.columns)])


def removals_figure(material: Material) -> Figure | None:
    """Three calendars beside each other, one for each basis."""
    frame = removals_by_day(material)
    if frame.is_empty():
        return None
    days = campaign_days(material)
    months = [_calendar(frame.filter(pl.col("basis") == basis), title, basis) for basis, title in BASES.items()]
    words = "Calendars of removals a day, one each for observed, inferred and announced removals. " + " ".join(
        _peak(m) for m in months
    )
    heading = Heading("Removals a day", words)
    caption = fill(
        "Each row is a week from Monday, named by its first day; the outlined days are the action day. Blank: nothing seen that day, or (announced) nothing announced."
    )
    data = _data(frame)
    return Figure("removals", heading.title, caption, lambda paper: calendars(paper, heading, months, days), data)


def _calendar(frame: pl.DataFrame, title: str, basis: str) -> Calendar:
    plain, marked = frame.filter(pl.col(_MARK) == ""), frame.filter(pl.col(_MARK) != "")
    counts: dict[date, int] = dict(zip(plain["day"].to_list(), plain["count"].to_list(), strict=True))
    marks: dict[date, str] = dict(zip(marked["day"].to_list(), marked[_MARK].to_list(), strict=True))
    return Calendar(title, counts, marks, blank=basis == "announced" or frame.is_empty())


def _peak(calendar: Calendar) -> str:
    if not calendar.counts:
        return f"{calendar.title}: none."
    day, count = max(calendar.counts.items(), key=lambda item: item[1])
    return f"{calendar.title}: at most {count:,}, on {day_label(day, year=True)}."


def _data(frame: pl.DataFrame) -> Table:
    cells: dict[date, dict[str, str]] = {}
    for row in frame.iter_rows(named=True):
        cells.setdefault(row["day"], {})[row["basis"]] = shown(row["count"], row[_MARK])
    rows = [(iso(day), *(cells[day].get(basis, "") for basis in BASES)) for day in sorted(cells)]
    return Table.of("data-removals", "Removals a day", ("Day", *BASES.values()), rows, 3)


def _by_group(material: Material) -> Table | None:
    frame = in_sight(material, material.frame("removals_by_day"))
    if frame.is_empty():
        return None
    frame = frame.with_columns(material.period_of(pl.col("day")).alias("period"))
    columns = [
        ("observed", "before"),
        ("observed", "window"),
        ("observed", "after"),
        ("inferred", "window"),
        ("announced", "window"),
    ]
    rows: list[Row] = []
    for dimension in ("platform", "kind", "organisation"):
        rows += _group_rows(frame, dimension, columns)
    head = (
        "",
        "Observed before",
        "Observed on the day",
        "Observed after",
        "Inferred on the day",
        "Announced on the day",
    )
    campaign = material.campaign
    caption = f"Removals by platform, kind and organisation: {campaign.days_before} days before, the action day's window, {campaign.days_after} days after"
    note = "“<5”: fewer than 5, suppressed (a zero among them where a total would tell). “hidden”: withheld for the same reason. Announced counts are public and complete; observed counts are what we could see."
    return Table("removals-by-group", caption, head, tuple(rows), 5, note)


def _group_rows(frame: pl.DataFrame, dimension: str, columns: list[tuple[str, str]]) -> list[Row]:
    """Suppressed rows for each value of one dimension under a heading row, largest in the window first."""
    grouped = frame.group_by(dimension, "basis", "period").agg(pl.col("count").sum())
    ours = grouped.filter(pl.col("basis") != "announced")
    every = ours.select(dimension).unique().join(ours.select("basis", "period").unique(), how="cross")
    missing = every.join(grouped, on=every.columns, how="anti", nulls_equal=True)
    zeros = missing.with_columns(pl.lit(0, pl.Int64).alias("count"))
    grouped = pl.concat([grouped, zeros.select(grouped.columns)]).sort(dimension, "basis", "period")
    keys = ["basis", "period"]
    safe = suppress(grouped, "count", [keys])
    true = safe.with_columns(grouped["count"].alias("count"))
    leaking = {tuple(row[:2]) for row in unsafe(true, "count", keys).filter(pl.col("unsafe")).rows()}
    cells = {
        (row[dimension], row["basis"], row["period"]): shown(row["count"], row[_MARK])
        for row in safe.iter_rows(named=True)
    }
    sizes = dict(grouped.filter(pl.col("period") == "window").group_by(dimension).agg(pl.col("count").sum()).rows())
    order = sorted({row[0] for row in cells}, key=lambda name: (-sizes.get(name, 0), str(name)))
    seen = set(ours[dimension].to_list())
    rows = [Row((readable(dimension),), heading=True)]
    for name in order:
        words = value_word(dimension, name or "not recorded")
        nothing = "0" if name in seen else ""
        printed = [cells.get((name, b, period), nothing if b != "announced" else "") for b, period in columns]
        # a group's cells whose total is published and tells them all are withheld together
        printed = [
            "hidden" if column in leaking and cell == "<5" else cell
            for column, cell in zip(columns, printed, strict=True)
        ]
        rows.append(Row((words[:1].upper() + words[1:], *(_thousands(cell) for cell in printed))))
    return rows


def _thousands(cell: str) -> str:
    return f"{int(cell):,}" if cell.isdigit() else cell
