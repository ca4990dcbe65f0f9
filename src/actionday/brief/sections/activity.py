"""How much was posted: original, forwarded and linking posts a day, on the constant panel, with bounds."""

import polars as pl

from actionday.brief.figures.dots import Dot, dot_plot
from actionday.brief.figures.frame import Heading
from actionday.brief.figures.lines import Line, Panel, line_panels
from actionday.brief.material import Material
from actionday.brief.page import Block, Figure, Notice, Section, Table, fill, prose
from actionday.brief.sections.calendar_days import campaign_days, daily, in_sight, iso
from actionday.brief.suppression import mark_of, shown, suppress
from actionday.brief.tables import estimate_row, estimates, published
from actionday.brief.vocabulary import ACTIVITY, value_word
from actionday.brief.wording import sentence

KINDS = ("original", "forward", "link")
_MARK = mark_of("count")


def activity(material: Material) -> Section:
    """The figure, the changes as dots, the estimates, and what others published."""
    blocks: list[Block] = []
    if material.identified is False:
        words = "The panel went out of sight with the day. The lines below show what was seen, not what happened; no change is stated."
        blocks.append(Notice("stop", "Not identified", fill(words)))
    figure = activity_figure(material)
    blocks += [figure] if figure else [prose("No posts by day came with these results.")]
    dots = change_figure(material)
    blocks += [dots] if dots else []
    blocks += estimates(material, ACTIVITY, material.section(ACTIVITY))
    blocks += [prose("{}", sentence(note)) for note in material.notes.get(ACTIVITY, ())]
    blocks += published(ACTIVITY)
    question = (
        "Posts a day in channels that were readable on every day of both windows, so that a change is not one of sight."
    )
    return Section("activity", "How much was posted", question, tuple(blocks))


def shown_posts(material: Material) -> pl.DataFrame:
    """Posts of the campaign's days, small cells and their bounds suppressed."""
    frame = in_sight(material, material.frame("posts_by_day"))
    frame = suppress(frame, "count")
    kept = pl.col(_MARK) == ""
    return frame.with_columns(pl.when(kept).then(pl.col(c)).otherwise(None).alias(c) for c in ("low", "high"))


def activity_figure(material: Material) -> Figure | None:
    """One panel a kind of post: the constant panel with its bounds, all channels faintly behind."""
    frame = shown_posts(material)
    if frame.is_empty():
        return None
    days = campaign_days(material)

    def series(kind: str, panel: str, style: int) -> Line | None:
        mine = frame.filter((pl.col("kind") == kind) & (pl.col("panel") == panel))
        if mine.is_empty():
            return None
        ordinals, values, small = daily(mine, "count", days)
        bounds = [daily(mine, c, days)[1] for c in ("low", "high")]
        return Line(
            value_word("panel", panel), ordinals, values, style, bounds[0], bounds[1], small, faint=panel == "all"
        )

    panels = []
    for place, kind in enumerate(KINDS):
        drawn = tuple(s for s in (series(kind, "all", 5), series(kind, "constant", place)) if s is not None)
        if drawn:
            title = value_word("kind", kind)
            panels.append(Panel(title[:1].upper() + title[1:], drawn))
    heading = Heading(
        "Posts a day",
        "Lines of posts a day: original, forwarded and linking posts, on the constant panel with bounds and for all channels.",
    )
    caption = fill(
        "Shaded around the line: from “none of what went unseen continued” to “all of it did, at its own earlier rate”. Hollow points stand for 1 to 4. The action day is shaded; numbered marks are events."
    )
    return Figure(
        "activity", heading.title, caption, lambda paper: line_panels(paper, heading, panels, days), _data(frame)
    )


def change_figure(material: Material) -> Figure | None:
    """The changes after over before as dots on a ratio scale; placebo dates too where they were estimated."""
    # bounds and comparisons with placebo dates have other references than "no change": they stay in the table
    told = [
        t
        for t in material.section(ACTIVITY)
        if t.estimate.unit == "ratio"
        and t.estimate.value is not None
        and set(t.strata) <= {"panel"}
        and not any(part in t.estimate.name for part in ("_if_unseen_", "_against_"))
    ]
    if not told or material.identified is False:
        return None
    rows = [(t, estimate_row(t)) for t in told[:16]]
    dots = [
        Dot(
            f"{row.title}{f' ({row.group})' if row.group else ''}",
            t.estimate.value,
            t.estimate.low,
            t.estimate.high,
            f"{row.value} ({row.interval.split(' (')[0]})",
        )
        for t, row in rows
    ]
    heading = Heading(
        "Posting after the day, over before",
        "Ratios after over before with 95 % intervals; 1 means no change. "
        + "; ".join(f"{d.label}: {d.printed}" for d in dots),
    )
    caption = fill(
        "Ratio scale; the line at ×1 is no change. Dots with 95 % intervals; n, method and caveats: table of estimates below."
    )
    return Figure("change", heading.title, caption, lambda paper: dot_plot(paper, heading, dots, "ratio", 1.0))


def _data(frame: pl.DataFrame) -> Table:
    constant = frame.filter(pl.col("panel") == "constant")
    cells = {(row["day"], row["kind"]): row for row in constant.iter_rows(named=True)}
    rows = []
    for day in sorted({day for day, _ in cells}):
        row = [iso(day)]
        for kind in KINDS:
            cell = cells.get((day, kind))
            row += ["", ""] if cell is None else [shown(cell["count"], cell[_MARK]), _bounds(cell["low"], cell["high"])]
        rows.append(row)
    head = ("Day", *(part for kind in ("Original", "Forwarded", "Linking") for part in (kind, "Bounds")))
    return Table.of("data-activity", "Posts a day on the constant panel; all channels: posts_by_day.csv", head, rows, 6)


def _bounds(low: int | None, high: int | None) -> str:
    return "" if low is None or high is None else f"{low:,} to {high:,}"
