"""What could be seen: before any comparison, how well the observer saw, day by day, and the verdict."""

import numpy as np
import polars as pl

from actionday.brief.figures.frame import Heading
from actionday.brief.figures.lines import Line, Panel, line_panels
from actionday.brief.material import Material
from actionday.brief.page import Block, Figure, Notice, Section, Table, fill, prose
from actionday.brief.sections.calendar_days import campaign_days, daily, in_sight, iso
from actionday.brief.suppression import mark_of, shown, suppress
from actionday.brief.tables import estimates
from actionday.brief.vocabulary import COVERAGE
from actionday.brief.wording import NOT_IDENTIFIED, sentence

_COUNTS = ("readable", "gone_private", "gone", "panel_readable", "panel")


def coverage(material: Material) -> Section:
    """The verdict, the figure, the estimates."""
    blocks: list[Block] = [verdict(material)]
    figure = coverage_figure(material)
    blocks += [figure] if figure else []
    blocks += estimates(material, COVERAGE, material.section(COVERAGE))
    blocks += [prose("{}", sentence(note)) for note in material.notes.get(COVERAGE, ())]
    question = (
        "An action day also blinds the observer: entry links and collecting accounts go too. So this comes first."
    )
    return Section("coverage", "What could be seen", question, tuple(blocks))


def verdict(material: Material) -> Notice:
    """Whether before and after can be compared at all, in words."""
    if material.identified is None:
        words = "No measure of coverage came with these results, so this brief does not say whether before and after can be compared. Read every comparison as conditional on equal sight."
        return Notice("warn", "Coverage was not measured", fill(words))
    if material.identified:
        words = "Enough stayed in sight for before and after to be compared. Changes of posting are given for channels readable on every day of both windows (the constant panel), and beside them the bounds that follow if everything unseen went on, and if none of it did."
        return Notice("good", "Before and after can be compared", fill(words))
    said = [c for t in material.section(COVERAGE) if t.estimate.name == "identified" for c in t.estimate.caveats]
    reasons = [c.removeprefix(f"{NOT_IDENTIFIED}: ") for c in said if c.startswith(NOT_IDENTIFIED)]
    words = "What changed cannot be told from what merely went out of sight. No change is stated anywhere in this brief; where bounds are known, they are printed. {}"
    because = f"Why: {'; '.join(dict.fromkeys(reasons))}." if reasons else ""
    return Notice("stop", "Not identified", fill(words, because))


def shown_coverage(material: Material) -> pl.DataFrame:
    """The daily coverage of the campaign's days, small cells suppressed."""
    frame = in_sight(material, material.frame("coverage_by_day"))
    for column in _COUNTS:
        frame = suppress(frame, column)
    return frame


def coverage_figure(material: Material) -> Figure | None:
    """Vantage points, readable subjects, the panel's share, and who went private, by day."""
    frame = shown_coverage(material)
    if frame.is_empty():
        return None
    days = campaign_days(material)
    share = frame.with_columns((pl.col("panel_readable") / pl.col("panel")).alias("share"))

    def series(column: str, style: int, *, label: str = "", stepped: bool = True) -> Line:
        ordinals, values, small = daily(share, column, days)
        return Line(label, ordinals, values, style, small=small, stepped=stepped)

    panels = (
        Panel("Vantage points alive", (series("vantages", 5),)),
        Panel("Share of the known subjects in sight", (series("share", 0),), percent=True),
        Panel("Subjects readable", (series("readable", 0),)),
        Panel("Out of sight", (series("gone", 1, label="gone"), series("gone_private", 2, label="gone private"))),
    )
    lowest = np.nanmin(panels[1].lines[0].values) if not np.isnan(panels[1].lines[0].values).all() else None
    words = "Coverage by day: vantage points alive, share of the known subjects in sight, subjects readable, subjects gone or gone private."
    if lowest is not None:
        words += f" The share in sight falls to {100 * lowest:.0f} % at its lowest."
    heading = Heading("Coverage by day", words)
    caption = fill(
        "Daily coverage around the action day (shaded). Numbered marks are events, named below; a filled mark coincides with the day. Hollow points stand for 1 to 4."
    )
    return Figure(
        "coverage", heading.title, caption, lambda paper: line_panels(paper, heading, panels, days), _data(frame)
    )


def _data(frame: pl.DataFrame) -> Table:
    head = ("Day", "Vantages", "Readable", "Gone private", "Gone", "Known, in sight", "Known")
    rows = [
        (iso(row["day"]), shown(row["vantages"]), *(shown(row[c], row[mark_of(c)]) for c in _COUNTS))
        for row in frame.iter_rows(named=True)
    ]
    return Table.of("data-coverage", "Coverage by day", head, rows, 6)
