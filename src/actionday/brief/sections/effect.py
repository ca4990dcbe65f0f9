"""What the day changed: posting against the comparison with a placebo band, and the dose-response. Not for: computing either."""

import numpy as np
import polars as pl

from actionday.brief.figures.dots import Dot, dot_plot
from actionday.brief.figures.frame import Heading
from actionday.brief.figures.lines import Line, Panel, line_panels
from actionday.brief.figures.slopes import Slope, slopes
from actionday.brief.material import Material
from actionday.brief.page import Block, Figure, Notice, Section, Table, fill, prose
from actionday.brief.sections.calendar_days import campaign_days, daily, iso
from actionday.brief.sections.moves import moves_figure
from actionday.brief.suppression import THRESHOLD
from actionday.brief.tables import estimate_row, estimates
from actionday.brief.vocabulary import EFFECT, value_word
from actionday.brief.wording import sentence


def effect(material: Material) -> Section | None:
    """Figures, estimates and what was not pre-registered; no section where effects were not measured."""
    told = material.section(EFFECT)
    if not told:
        return None
    words = (
        "A day against a day is descriptive: whatever else happened then is in it. The finding is the dose-response: communities that "
        "stood before the day, of which different shares were removed."
    )
    blocks: list[Block] = [Notice("plain", "What is a finding here", fill(words))]
    made = (effect_figure(material), dose_figure(material), moves_figure(material), reconstitution_figure(material))
    blocks += [figure for figure in made if figure]
    blocks += estimates(material, EFFECT, told)
    blocks += [prose("{}", sentence(note)) for note in material.notes.get(EFFECT, ())]
    question = (
        "Against the comparison group and against ordinary dates; and whether more was regained where less was removed."
    )
    return Section("effect", "What the day changed", question, tuple(blocks))


def effect_figure(material: Material) -> Figure | None:
    """Posting over its mean before, targeted and compared, with the band in which ordinary dates' effects lie after the day."""
    frame = material.frame("effect_days").filter(pl.col("channels") >= THRESHOLD)
    if frame.is_empty() or material.identified is False:
        return None
    days = campaign_days(material)
    usual = material.frame("effect_placebos").filter(pl.col("design") == "its")["value"].to_numpy()
    lines = []
    for style, name in enumerate(("targeted", "comparison")):
        mine = frame.filter(pl.col("group") == name)
        if mine.is_empty():
            continue
        ordinals, values, _ = daily(mine, "relative", days)
        low = high = None
        if name == "targeted" and len(usual) >= THRESHOLD:
            band = 1 + np.quantile(usual, [0.025, 0.975])
            after = ordinals > days.end.toordinal()
            low, high = (np.where(after, max(float(edge), 0.0), np.nan) for edge in band)
        lines.append(Line(value_word("group", name), ordinals, values, style, low, high))
    heading = Heading(
        "Posting against the comparison and ordinary dates",
        "Lines of posts a channel and day over their mean before the day, targeted and comparison channels, with a placebo band.",
    )
    caption = fill(
        "1 is the mean before the day. Shaded after the day: where 95 % of {} placebo dates would have ended. Gaps are days not seen.",
        len(usual),
    )
    panels = [Panel("Mean before the day = 1", tuple(lines))]
    return Figure(
        "effect", heading.title, caption, lambda paper: line_panels(paper, heading, panels, days), _data(frame)
    )


def dose_figure(material: Material) -> Figure | None:
    """The slopes by kind and horizon as dots with intervals."""
    dots, found = list[Dot](), 0
    for days in (7, 30):
        rows = [t for t in material.section(EFFECT) if t.estimate.name == f"reach_regained_{days}d_per_dose"]
        dots += [Dot(f"Regained after {days} days", None, None, None, "", heading=True)] if rows else []
        for told in rows:
            row, e = estimate_row(told), told.estimate
            printed = row.value if e.value is None else f"{row.value} ({row.interval})"
            dots.append(Dot(f"All {e.group['kind']} removed", e.value, e.low, e.high, printed))
            found += e.value is not None
    if not found:
        return None
    heading = Heading(
        "Dose and response across communities",
        "Change of the share of reach regained from none removed to all removed, by kind; values are in the table of estimates.",
    )
    caption = fill(
        "Share of reach, all removed minus none; 0 is no difference. 95 % intervals; p values after Holm: table below."
    )
    return Figure("dose", heading.title, caption, lambda paper: dot_plot(paper, heading, dots, "difference", 0.0))


def reconstitution_figure(material: Material) -> Figure | None:
    """The network on either side of the day: nodes, ties, components, the largest, clustering, assortativity."""
    shown = []
    for name, title in _NETWORK.items():
        told = {t.strata.get("period"): t for t in material.section(EFFECT) if t.estimate.name == name}
        if set(told) < {"before", "after"}:
            continue
        ends = [told[period] for period in ("before", "after")]
        printed = [estimate_row(t).value for t in ends]
        shown.append(Slope(title, ends[0].estimate.value, ends[1].estimate.value, (printed[0], printed[1])))
    if not shown:
        return None
    heading = Heading(
        "The network before and after",
        "Small charts of the network of ties posted in the window before and after the day. "
        + " ".join(f"{one.title}: {one.printed[0]} before, {one.printed[1]} after." for one in shown),
    )
    caption = fill(
        "Ties that were seen in posts of the {} days before and the {} days after, each chart on its own scale from zero. Counts and shares; no effect is claimed.",
        material.campaign.days_before,
        material.campaign.days_after,
    )
    return Figure("reconstitution", heading.title, caption, lambda paper: slopes(paper, heading, shown))


_NETWORK = {
    "network_nodes": "Accounts and channels",
    "network_ties": "Ties",
    "network_components": "Separate parts",
    "network_giant": "Share in the largest part",
    "network_clustering": "Closed triples",
    "network_assortativity": "Like tied to like",
}


def _data(frame: pl.DataFrame) -> Table:
    rows = [
        (
            iso(row["day"]),
            value_word("group", row["group"]),
            "not seen" if row["relative"] is None else f"{row['relative']:.2f}",
        )
        for row in frame.sort("day", "group").iter_rows(named=True)
    ]
    return Table.of("data-effect", "Posts a channel over their mean before", ("Day", "Group", "Relative"), rows, 1)
