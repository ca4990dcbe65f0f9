"""Who came back: three figures side by side, what returns regained, and lines of lives as strips. A link is a lead, never a ground."""

import polars as pl

from actionday.brief.figures.days import Days
from actionday.brief.figures.dots import Dot, dot_plot
from actionday.brief.figures.frame import STYLES, Heading
from actionday.brief.figures.strips import Life, Strip, strips
from actionday.brief.material import Material, Told
from actionday.brief.page import Block, Figure, Notice, Section, Table, fill, prose
from actionday.brief.sections.calendar_days import iso
from actionday.brief.suppression import THRESHOLD
from actionday.brief.tables import estimate_row, estimates
from actionday.brief.vocabulary import RETURNS, place_title, short_place
from actionday.brief.wording import plural, sentence
from actionday.records import NOTHING_JUDGED

MOST_LINES = 24
_FIGURES = ("confirmed", "corrected", "bounds")
_WORDS = {"confirmed": "confirmed only", "corrected": "corrected", "bounds": "bounds"}
_STYLE = {"confirmed": 0, "corrected": 1, "bounds": 5}


def returns(material: Material) -> Section | None:
    """The section; where nothing was judged a sentence says so, and where returns were not measured there is none."""
    told = material.section(RETURNS)
    if not told:
        return None
    title, question = (
        "Who came back",
        "Of what platforms removed: what was back, or elsewhere, and when. Only what people judged counts.",
    )
    if any(NOTHING_JUDGED in t.estimate.caveats for t in told):
        said = prose(
            "Nothing was judged here, so this brief says nothing of who came back. That is not to say that nobody did."
        )
        return Section("returns", title, question, (said,))
    lead = fill(
        "Which account or channel is whose return was judged by people. It names no person, it grounds no referral, and it may be wrong."
    )
    blocks: list[Block] = [Notice("plain", "A link is a lead, never a ground", lead)]
    blocks += [figure for figure in (sides_figure(material), strips_figure(material)) if figure]
    blocks.append(
        prose(
            "<em>Confirmed only</em> counts returns that nobody linked and judged as not returned. <em>Corrected</em> adds what a random labelled sample shows "
            "that linking missed, and takes off what it got wrong. <em>Bounds</em> are what the data allow if none, or all, of the unlabelled were back at once."
        )
    )  # fmt: skip
    blocks += estimates(material, RETURNS, told)
    blocks += [prose("{}", sentence(note)) for note in material.notes.get(RETURNS, ())]
    return Section("returns", title, question, tuple(blocks))


def sides_figure(material: Material) -> Figure | None:
    """Returned and moved within 1, 7 and 30 days, each figure under the other."""
    dots: list[Dot] = []
    found = 0
    for cause, words in (("returned", "Back on its platform"), ("moved", "First elsewhere")):
        for days in (1, 7, 30):
            rows = [(f, told) for f in _FIGURES if (told := material.find(f"{cause}_{days}d_{f}")) is not None]
            if not rows:
                continue
            dots.append(Dot(f"{words} within {plural(days, 'day')}", None, None, None, "", heading=True))
            dots += [_dot(figure, told) for figure, told in rows]
            found += sum(told.estimate.value is not None for _, told in rows)
    if not found:
        return None
    heading = Heading(
        "Back, or elsewhere, after a removal",
        "Shares of what was removed, by days since the removal: confirmed, corrected and bounds; the values are in the table of estimates.",
    )
    caption = fill(
        "Dots with 95 % intervals; bars without a dot are bounds. n, method and caveats: table of estimates below."
    )
    return Figure("returns", heading.title, caption, lambda paper: dot_plot(paper, heading, dots, "share"))


def _dot(figure: str, told: Told) -> Dot:
    estimate, row = told.estimate, estimate_row(told)
    bounds = figure == "bounds" and estimate.value is None and bool(row.interval) and not told.disclosed.value_mark
    missing = "not measured here" if figure == "corrected" else row.value
    around = f" ({row.interval})" if row.interval and estimate.value is not None else ""
    printed = (
        row.interval.removeprefix("bounds ")
        if bounds
        else f"{row.value if estimate.value is not None else missing}{around}"
    )
    return Dot(_WORDS[figure], estimate.value, estimate.low, estimate.high, printed, _STYLE[figure])


def strips_figure(material: Material) -> Figure | None:
    """The lines with most lives, the longest first; nothing where fewer than THRESHOLD lines were judged."""
    frame = material.frame("lives").drop_nulls("first_seen").sort("line", "life", "first_seen", "subject")
    if frame["line"].n_unique() < THRESHOLD:
        return None
    chosen = frame.group_by("line").len().sort(["len", "line"], descending=[True, False])["line"].head(MOST_LINES)
    shown = frame.filter(pl.col("line").is_in(chosen.implode()))
    common = shown.group_by("platform").len().sort(["len", "platform"], descending=[True, False])["platform"].to_list()
    names, other = common[: STYLES - 1], len(common) >= STYLES
    rows = [_strip(shown.filter(pl.col("line") == number), names) for number in sorted(chosen.to_list())]
    seen = [day for name in ("first_seen", "last_present", "ended") for day in shown[name].drop_nulls().to_list()]
    start, end = material.campaign.start.date(), material.campaign.end.date()
    days = Days(min(*seen, start), max(*seen, end), start, end)
    many = frame["line"].n_unique()
    heading = Heading(
        "Lines of lives",
        f"{plural(len(rows), 'line')} of accounts and channels judged to follow one another, as strips on a time line; the table names each life by a pseudonym.",
    )
    caption = fill(
        "{} of {} lines, those with most lives. A bar runs from the first to the last sight; a thin line leads to the next life. Numbers and pseudonyms hold within this brief only.",
        len(rows),
        many,
    )
    keys = [*map(short_place, names), *(["other"] if other else [])]
    return Figure("lives", heading.title, caption, lambda paper: strips(paper, heading, rows, days, keys), _data(shown))


def _strip(rows: pl.DataFrame, names: list[str]) -> Strip:
    made, place = list[Life](), dict[str, int]()
    for row in rows.iter_rows(named=True):
        last = row["last_present"] or row["first_seen"]
        style = names.index(row["platform"]) if row["platform"] in names else STYLES - 1
        begin, end = row["first_seen"].toordinal(), max(last, row["first_seen"]).toordinal()
        made.append(Life(begin, end, style, row["event"] == "removed", row["event"] is None, place.get(row["before"])))
        place[row["subject"]] = len(place)
    return Strip(str(rows["line"][0]), tuple(made))


def _data(rows: pl.DataFrame) -> Table:
    cells = [
        (
            str(row["line"]), str(row["life"]), row["subject"], place_title(row["platform"]), row["relation"] or "first",
            iso(row["first_seen"]), iso(row["last_present"] or row["first_seen"]), row["event"] or "there, or lost from sight",
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip
    head = ("Line", "Life", "Pseudonym", "Platform", "Judged", "First seen", "Last seen", "End")
    return Table.of("lives", "Lines of lives", head, cells)
