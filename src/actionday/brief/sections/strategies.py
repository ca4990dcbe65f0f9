"""What removals would leave of the network, by strategy. Structure, not an effect; not for: what a past day did."""

import numpy as np
import polars as pl

from actionday.brief.figures.curves import Curve, CurvePanel, curve_panels
from actionday.brief.figures.frame import Heading
from actionday.brief.material import Material
from actionday.brief.page import Block, Figure, Section, Table, fill, prose
from actionday.brief.suppression import THRESHOLD
from actionday.brief.tables import estimates
from actionday.brief.vocabulary import STRATEGIES
from actionday.brief.wording import sentence

_PANELS = (("giant", "nodes", "Largest connected part"), ("audience", "reached", "Audience still reached"))


def strategies(material: Material) -> Section | None:
    """The curves and the estimates; no section where strategies were not measured."""
    told = material.section(STRATEGIES)
    figure = strategies_figure(material)
    if not told and figure is None:
        return None
    blocks: list[Block] = [figure] if figure else []
    blocks += estimates(material, STRATEGIES, told)
    blocks += [prose("{}", sentence(note)) for note in material.notes.get(STRATEGIES, ())]
    question = "How far the network that was seen would fall apart if this or that kind were removed and nobody reacted. A place in a network is no ground."
    return Section("strategies", "What removals would leave", question, tuple(blocks))


def strategies_figure(material: Material) -> Figure | None:
    """One curve a strategy: the share left in the largest part, and of the audience, over the share of the network removed."""
    frame = material.frame("strategy_curves")
    if frame.is_empty():
        return None
    names = frame["strategy"].unique(maintain_order=True).to_list()
    panels = [
        CurvePanel(title, tuple(_curve(frame, name, style, (part, whole)) for style, name in enumerate(names)))
        for part, whole, title in _PANELS
    ]
    heading = Heading(
        "What would be left, by strategy",
        "Curves of the share of the network in its largest connected part, and of the audience still reached, over the share of all removed. "
        + "; ".join(_half(frame, name) for name in names),
    )
    caption = fill(
        "Whole curves of the network that was seen, if nobody reacts, drawn until fewer than {} would be left. A curve that stops has nobody of its kind left to remove. Read rank stability, below, first.",
        THRESHOLD,
    )
    return Figure(
        "strategies",
        heading.title,
        caption,
        lambda paper: curve_panels(paper, heading, panels, "share of the network removed"),
        _data(frame, names),
    )


def _curve(frame: pl.DataFrame, name: str, style: int, columns: tuple[str, str]) -> Curve:
    mine = frame.filter(pl.col("strategy") == name)
    part, whole = columns
    left, of = (mine[column].cast(pl.Float64).to_numpy() for column in (part, whole))
    share = np.divide(left, of, out=np.full(len(left), np.nan), where=(of > 0) & (left >= THRESHOLD))
    return Curve(name, (mine["removal"] / mine["nodes"]).to_numpy(), share, style)


def _half(frame: pl.DataFrame, name: str) -> str:
    """When the largest part has fallen to half of what it was, in words."""
    mine = frame.filter(pl.col("strategy") == name)
    low = mine.filter(pl.col("giant") * 2 <= mine["giant"][0])
    if low.is_empty():
        return f"{name}: never half"
    return f"{name}: half after {100 * low['removal'][0] / low['nodes'][0]:.0f} % removed"


def _data(frame: pl.DataFrame, names: list[str]) -> Table:
    rows = []
    for name in names:
        for row in frame.filter(pl.col("strategy") == name).gather_every(20).iter_rows(named=True):
            shares = [_percent(row[part], row[whole]) for part, whole, _ in _PANELS]
            rows.append((name, f"{100 * row['removal'] / row['nodes']:.1f} %", *shares))
    head = ("Strategy", "Removed", "Largest part", "Audience")
    return Table.of("data-strategies", "What would be left; more places: strategy_curves.csv", head, rows, 3)


def _percent(part: int, whole: int) -> str:
    return f"<{THRESHOLD} left" if part < THRESHOLD else f"{100 * part / max(whole, 1):.0f} %"
