"""Where they went: flows by signal, destinations followed to their end, concentration over time."""

import polars as pl

from actionday.brief.figures.days import Days
from actionday.brief.figures.dots import Dot, dot_plot
from actionday.brief.figures.flow import Band, FlowPanel, flow_panels
from actionday.brief.figures.frame import Heading
from actionday.brief.figures.lines import Line, Panel, line_panels
from actionday.brief.material import Material
from actionday.brief.page import Block, Figure, Section, Table, fill, prose
from actionday.brief.sections.calendar_days import campaign_days, daily, in_sight
from actionday.brief.suppression import THRESHOLD, mark_of, shown, suppress
from actionday.brief.svg import Floats
from actionday.brief.tables import estimate_row, estimates
from actionday.brief.vocabulary import MIGRATION, place_title, short_place, value_word
from actionday.brief.wording import sentence

SIGNALS = ("operators_explicit", "operators_inferred", "audience", "links", "talk")
_MOST, _OTHER = 6, "others"
_MARK = mark_of("count")
_FOLLOWED = ("venues", "looked_at", "arrived", "denied_1", "denied_7", "denied_30", "still_there", "silent")


def migration(material: Material) -> Section:
    """Flows, destinations, denial, concentration, estimates."""
    blocks: list[Block] = [f for f in (flow_figure(material),) if f]
    if not blocks:
        blocks.append(prose("No flows came with these results."))
    table = destinations_table(material)
    blocks += [table] if table else []
    blocks += [f for f in (denial_figure(material), concentration_figure(material)) if f]
    blocks += estimates(material, MIGRATION, material.section(MIGRATION))
    blocks += [prose("{}", sentence(note)) for note in material.notes.get(MIGRATION, ())]
    question = (
        "Where operators, audiences, links and talk went, and whether anybody was let in, stayed, or fell silent there."
    )
    return Section("migration", "Where they went", question, tuple(blocks))


def shown_flows(material: Material) -> pl.DataFrame:
    """Flows over the whole time by signal, source and destination; small destinations joined, small cells suppressed."""
    frame = material.frame("flows")
    for column in ("source", "destination"):
        frame = largest_places(frame, column)
    whole = frame.group_by("signal", "source", "destination").agg(pl.col("count").sum())
    whole = whole.sort("signal", "source", "destination")
    return suppress(whole, "count")


def largest_places(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The _MOST largest places of each signal by name, the others together."""
    sizes = frame.group_by("signal", column).agg(pl.col("count").sum().alias("size"))
    sizes = sizes.sort("signal", "size", column, descending=[False, True, False])
    sizes = sizes.with_columns(pl.int_range(pl.len()).over("signal").alias("rank"))
    ranked = frame.join(sizes, on=["signal", column], how="left")
    named = pl.when(pl.col("rank") >= _MOST).then(pl.lit(_OTHER)).otherwise(pl.col(column))
    return ranked.with_columns(named.alias(column)).select(frame.columns)


def flow_figure(material: Material) -> Figure | None:
    """One panel a signal; the operators' own word apart from what is inferred."""
    frame = shown_flows(material)
    panels = [_panel(frame, signal) for signal in SIGNALS if len(frame.filter(pl.col("signal") == signal))]
    if not panels:
        return None
    heading = Heading(
        "Flows by signal",
        "Flow diagrams from source to destination platforms, one for each signal. "
        + " ".join(_biggest(p) for p in panels),
    )
    caption = fill(
        "Width and number: counts over the whole time. Operators’ explicit moves (tombstones, Move, announcements) stand apart from inferred ones. Dashed: fewer than {}; a “+” says that such flows are not in the number.",
        THRESHOLD,
    )
    return Figure("flows", heading.title, caption, lambda paper: flow_panels(paper, heading, panels), _flow_data(frame))


def destinations_table(material: Material) -> Table | None:
    """Each destination platform's venues, followed to their end; by organisation as well: destinations.csv."""
    frame = material.frame("destinations")
    if frame.is_empty():
        return None
    pace = pl.when(pl.len() == 1).then(pl.col("posts_per_week").first()).otherwise(None).alias("posts_per_week")
    frame = frame.group_by("platform").agg(*(pl.col(c).sum() for c in _FOLLOWED), pace)
    frame = frame.sort(["venues", "platform"], descending=[True, False])
    for column in _FOLLOWED:
        frame = suppress(frame, column)
    paced = frame["posts_per_week"].is_not_null().any()
    rows = []
    for row in frame.iter_rows(named=True):
        rate = "" if row["posts_per_week"] is None or row[mark_of("arrived")] else f"{row['posts_per_week']:.1f}"
        rows.append(
            (
                place_title(row["platform"]),
                *(shown(row[c], row[mark_of(c)]) for c in _FOLLOWED),
                *([rate] if paced else []),
            )
        )
    head = (
        "Platform",
        "Venues",
        "Looked at",
        "Arrived",
        "Refused ≤ 1 d",
        "≤ 7 d",
        "≤ 30 d",
        "Still there",
        "Silent",
        *(["Posts a week"] if paced else []),
    )
    caption = "Destinations, followed to their end: venues announced or linked as the new home"
    note = "“Silent”: opened, and no post in the 14 days after; a server that was opened and stays silent is no haven. Refusals with intervals: the figure and the estimates."
    if paced:
        note += " “Posts a week”: median over venues where somebody arrived."
    made = Table.of("destinations", caption, head, rows, len(head) - 1)
    return Table(made.name, made.caption, made.head, made.rows, made.numeric, note)


def denial_figure(material: Material) -> Figure | None:
    """The share refused or removed at each destination within 1, 7 and 30 days."""
    dots: list[Dot] = []
    for place, days in enumerate((1, 7, 30)):
        named = [
            t
            for t in material.section(MIGRATION)
            if t.estimate.name in (f"denial_rate_{days}d", f"denial_rate_{days}") and len(t.strata) < 2
        ]
        told = [t for t in named if not t.disclosed.n_mark]
        rows = [(t, estimate_row(t)) for t in told]
        if rows:
            title = f"Refused or removed within {days} day{'s' if days > 1 else ''} of arrival"
            dots.append(Dot(title, None, None, None, "", heading=True))
            dots += [
                Dot(
                    t.group or "all destinations",
                    t.estimate.value,
                    t.estimate.low,
                    t.estimate.high,
                    f"{row.value}{f' ({row.interval})' if t.estimate.value is not None else ''}, {row.n}",
                    place,
                )
                for t, row in rows
            ]
    if not dots:
        return None
    heading = Heading(
        "Refused or removed at the destination",
        "Shares refused or removed within 1, 7 and 30 days of arrival with 95 % intervals. "
        + "; ".join(f"{d.label}: {d.printed}" for d in dots if not d.heading),
    )
    caption = fill(
        "Dots with 95 % intervals, by destination; destinations with fewer than {} arrivals are not drawn. Method and caveats: table of estimates below.",
        THRESHOLD,
    )
    return Figure("denial", heading.title, caption, lambda paper: dot_plot(paper, heading, dots, "share"))


def concentration_figure(material: Material) -> Figure | None:
    """The weekly concentration of outlinks, a panel for each organisation."""
    frame = in_sight(material, material.frame("concentration").rename({"week": "day"})).filter(pl.col("n") >= THRESHOLD)
    if frame.is_empty():
        return None
    days = campaign_days(material)
    names = sorted(frame["organisation"].unique().to_list(), key=lambda name: (name != "all", name))[:6]
    panels = [
        Panel(
            "All organisations" if name == "all" else name,
            (_weekly(frame.filter(pl.col("organisation") == name), place, days),),
            percent=True,
        )
        for place, name in enumerate(names)
    ]
    heading = Heading(
        "Concentration of outlinks by week",
        "The Herfindahl-Hirschman index of each week's outlinks over destination platforms, by organisation: 100 % means one home.",
    )
    caption = fill(
        "Herfindahl–Hirschman index with 95 % intervals: 100 % is one home, 1/k a spread over k. One organisation may disperse while another narrows."
    )
    rows = [
        (
            row["day"].isoformat(),
            row["organisation"],
            f"{row['hhi']:.2f}",
            f"{row['low']:.2f} to {row['high']:.2f}" if row["low"] is not None else "",
            str(row["destinations"]),
            f"{row['n']:,}",
        )
        for row in frame.filter(pl.col("hhi").is_not_null()).iter_rows(named=True)
    ]
    head = ("Week of", "Organisation", "Index", "95 % interval", "Destinations", "Outlinks")
    data = Table.of("data-concentration", heading.title, head, rows, 4)
    return Figure(
        "concentration", heading.title, caption, lambda paper: line_panels(paper, heading, panels, days), data
    )


def _weekly(frame: pl.DataFrame, style: int, days: Days) -> Line:
    columns: list[Floats] = []
    for column in ("hhi", "low", "high"):
        ordinals, values, _ = daily(frame, column, days)
        columns.append(values)
    # a week's point stands in its middle, if that is still on the axis
    held = ~pl.Series(columns[0]).is_nan().to_numpy() & (ordinals + 3 <= days.last.toordinal())
    return Line("", ordinals[held] + 3, columns[0][held], style, columns[1][held], columns[2][held])


def _panel(frame: pl.DataFrame, signal: str) -> FlowPanel:
    mine = frame.filter(pl.col("signal") == signal)
    bands = tuple(
        Band(short_place(r["source"]), short_place(r["destination"]), r["count"]) for r in mine.iter_rows(named=True)
    )
    return FlowPanel(value_word("signal", signal), bands, _totals(mine, "source"), _totals(mine, "destination"))


def _totals(frame: pl.DataFrame, column: str) -> tuple[tuple[str, str], ...]:
    """Sums of the cells that are printed, so that no total gives a withheld one away; "+" where some are withheld."""
    withheld = (pl.col(_MARK) != "").sum().alias("withheld")
    sums = frame.group_by(column).agg(pl.col("count").sum(), withheld)
    ordered = sums.sort([pl.col(column) == _OTHER, pl.col("count"), pl.col(column)], descending=[False, True, False])
    return tuple(
        (short_place(r[column]), printed_total(r["count"], r["withheld"])) for r in ordered.iter_rows(named=True)
    )


def printed_total(count: int, withheld: int) -> str:
    """A total of the cells that are printed; "+" where some are withheld."""
    if count:
        return f"{count:,}{'+' if withheld else ''}"
    return "<5" if withheld == 1 else "<5 each"


def _biggest(panel: FlowPanel) -> str:
    name, total = panel.destinations[0]
    return f"{panel.title}: most to {name}, {total}."


def _flow_data(frame: pl.DataFrame) -> Table:
    rows = [
        (
            value_word("signal", r["signal"]),
            place_title(r["source"]),
            place_title(r["destination"]),
            shown(r["count"], r[_MARK]),
        )
        for r in frame.iter_rows(named=True)
    ]
    return Table.of(
        "data-flows", "Flows over the whole time; by week: flows.csv", ("Signal", "From", "To", "Count"), rows, 1
    )
