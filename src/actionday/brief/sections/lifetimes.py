"""How long things lived: curves, dots, estimates; the naive mean beside, labelled."""

from actionday.brief.figures.dots import Dot, dot_plot
from actionday.brief.figures.frame import STYLES, Heading
from actionday.brief.material import Material, Told
from actionday.brief.page import Block, Figure, Section, fill, prose
from actionday.brief.sections.survival import CLOCKS, PERIODS, curve_figure, panel_figure, shown_curves
from actionday.brief.tables import estimate_row, estimates, published
from actionday.brief.vocabulary import LIFETIMES, RESIDUAL, value_word
from actionday.brief.wording import sentence


def lifetimes(material: Material) -> Section:
    """Curves on both clocks, panels by group, dots, estimates, and what others published."""
    frame = shown_curves(material)
    blocks: list[Block] = [figure for clock in CLOCKS if (figure := curve_figure(material, frame, clock))]
    blocks += [
        figure
        for group in ("all", "kind", "platform", "organisation", "language")
        if (figure := panel_figure(material, frame, group))
    ]
    blocks += [figure for figure in (dots_figure(material),) if figure]
    if not blocks:
        blocks.append(prose("No survival curves came with these results."))
    blocks += estimates(material, LIFETIMES, material.section(LIFETIMES))
    blocks += [prose("{}", sentence(note)) for note in material.notes.get(LIFETIMES, ())]
    blocks.append(
        prose(
            "The <em>naive mean lifespan</em> that the literature prints is the mean time from first to last sight. "
            "Lives that go on are counted as ended, so it is too short, and it falls whenever watching is short. It stands here only to be compared with published ones."
        )
    )
    blocks += published(LIFETIMES)
    question = "A life ends between the last time a subject was present and the first of the misses that confirm it gone. Not visible is not removed."
    return Section("lifetimes", "How long things lived", question, tuple(blocks))


def dots_figure(material: Material) -> Figure | None:
    """Share still up after 7 and 30 days since first seen, before against after, by group."""
    told = [t for t in material.section(LIFETIMES) if t.estimate.name in ("survival_7d", "survival_30d")]
    known = [t for t in told if t.estimate.value is not None and _newly_seen(t)]
    compared = [t for t in known if t.strata.get("period") in ("before", "after")] or known
    drawn = compared[:28]
    if len(drawn) < 2:
        return None
    shared = set.intersection(*({*t.estimate.group.items()} for t in drawn))
    dots: list[Dot] = []
    for name in ("survival_7d", "survival_30d"):
        rows = [t for t in drawn if t.estimate.name == name]
        if rows:
            dots.append(Dot(rows[0].disclosed.word.title, None, None, None, "", heading=True))
            dots += [_dot(t, shared) for t in rows]
    heading = Heading(
        "Still up after 7 and 30 days",
        f"Estimates with 95 % intervals for {len(drawn)} groups; the values are in the table of estimates.",
    )
    caption = fill(
        "Dots with 95 % intervals; circles: appeared before the day, squares: after. n, method and caveats: table of estimates below."
    )
    return Figure("survival-dots", heading.title, caption, lambda paper: dot_plot(paper, heading, dots, "share"))


def _dot(told: Told, shared: set[tuple[str, str]]) -> Dot:
    """One row, named by what tells it from the other rows."""
    estimate, row = told.estimate, estimate_row(told)
    style = PERIODS.get(estimate.group.get("period", "all"), 5)
    telling = [(k, v) for k, v in told.strata.items() if (k, v) not in shared]
    words = [value_word(k, v) for k, v in sorted(telling, key=lambda item: item[0] == "period")]
    label = ", ".join([*(["all"] if len(words) == 1 and "period" in dict(telling) else []), *words]) or "all"
    return Dot(label, estimate.value, estimate.low, estimate.high, f"{row.value} ({row.interval})", style % STYLES)


def _newly_seen(told: Told) -> bool:
    """Counted since first seen, and not there at the first snapshot already."""
    residual = any(value.endswith(RESIDUAL) for value in told.strata.values())
    return told.strata.get("clock", "since_first_seen") == "since_first_seen" and not residual
