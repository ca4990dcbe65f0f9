"""Survival curves as figures: on both clocks before against after, and small multiples by group."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from actionday.brief.figures.frame import Heading
from actionday.brief.figures.survival import Curve, Plot, survival_panels, survival_plot
from actionday.brief.material import Material
from actionday.brief.page import Figure, Table, fill
from actionday.brief.suppression import THRESHOLD
from actionday.brief.svg import Floats
from actionday.brief.vocabulary import RESIDUAL, value_word
from actionday.brief.wording import join

CLOCKS: Mapping[str, tuple[str, str]] = {
    "since_first_seen": ("Time since first seen", "days since first seen"),
    "age": ("Age, where the beginning is known", "age in days"),
}
PERIODS = {"before": 0, "after": 1, "all": 5}
"""The style (colour, dash) that goes with a period."""

_MOST_PANELS = 6
_LEAST_DAYS = 30.0
_DAYS_SHOWN = (0, 1, 2, 3, 7, 14, 21, 30, 60, 90, 180, 365)


def shown_curves(material: Material) -> pl.DataFrame:
    """The curves that may be drawn: as long as at least THRESHOLD are at risk, of groups that hold as many."""
    frame = material.frame("curves")
    risk = pl.col("at_risk").is_null() | (pl.col("at_risk") >= THRESHOLD)
    frame = frame.filter(risk)
    few = _small_groups(material.frame("lifetimes"))
    if few:
        named = pl.struct("clock", "group_by", "group", "period").map_elements(
            lambda row: (row["clock"], row["group_by"], row["group"], row["period"]) in few, return_dtype=pl.Boolean
        )
        frame = frame.filter(~named)
    return frame.sort("clock", "group_by", "group", "period", "days")


def curve_figure(material: Material, frame: pl.DataFrame, clock: str) -> Figure | None:
    """Survival on one clock, before against after (else all together)."""
    rows = frame.filter((pl.col("clock") == clock) & (pl.col("group_by") == "all"))
    whole = _plot(material, rows, clock, "all", "all")
    if whole is None:
        return None
    plot = _cut(whole, _horizon(whole.curves))
    beyond = _beyond(whole.curves, plot.curves)
    title, axis = CLOCKS[clock]
    titled = f"Share still up by {title[:1].lower()}{title[1:]}"
    heading = Heading(titled, f"Survival curves with bands, {join([_spoken(c) for c in plot.curves])}.")
    open_ends = (
        " Bars on the floor mark stretches in which the data do not say when lives ended." if plot.unsettled else ""
    )
    methods = join([value_word("method", m) for m in sorted(rows["method"].unique().to_list())])
    counted = (
        ""
        if not rows["at_risk"].is_null().all()
        else " Numbers at risk are not defined for this method; n is in the table of estimates."
    )
    caption = fill(
        "Shaded: 95 % intervals. Method: {}. Drawn while at least {} are at risk.{}{}{}",
        methods,
        THRESHOLD,
        beyond,
        open_ends,
        counted,
    )
    data = _data(plot, f"data-survival-{clock}", titled)
    return Figure(f"survival-{clock}", titled, caption, lambda paper: survival_plot(paper, heading, plot, axis), data)


def panel_figure(
    material: Material, frame: pl.DataFrame, group_by: str, clock: str = "since_first_seen"
) -> Figure | None:
    """Small multiples of survival by the values of one group, the largest first."""
    rows = frame.filter((pl.col("clock") == clock) & (pl.col("group_by") == group_by))
    sizes = rows.group_by("group").agg(pl.col("at_risk").max().fill_null(0).alias("size"), pl.len().alias("steps"))
    if group_by in (lives := material.frame("lifetimes")).columns:
        held = lives.group_by(pl.col(group_by).alias("group")).agg(pl.len().alias("held"))
        sizes = sizes.join(held, on="group", how="left").with_columns(pl.max_horizontal("size", "held").alias("size"))
    names = sizes.sort(["size", "steps", "group"], descending=[True, True, False])["group"].to_list()
    if group_by != "all":
        # residual subjects live longer by construction: they stand apart, in a figure of their own
        names = [name for name in names if not name.endswith(RESIDUAL)]
    found = [p for name in names[:_MOST_PANELS] if (p := _plot(material, rows, clock, group_by, name))]
    if len(found) < 2:
        return None
    horizon = max(_horizon(plot.curves) for plot in found)
    plots = [_cut(plot, horizon) for plot in found]
    beyond = _beyond([c for p in found for c in p.curves], [c for p in plots for c in p.curves])
    subject = "by whether their beginning was seen" if group_by == "all" else f"by {group_by}"
    titled = f"Share still up {subject}, {CLOCKS[clock][1]}"
    heading = Heading(titled, f"Survival curves for {join([p.title for p in plots])}, all on the same axes.")
    left_out = len(names) - len(plots)
    words = f" {left_out} smaller groups are in the CSV only." if left_out > 0 else ""
    drawn = "Shaded: 95 % intervals. Groups and ends with fewer than {} are not drawn.{}{}"
    caption = fill(drawn, THRESHOLD, beyond, words)
    data = _panel_data(plots, f"data-survival-{group_by}", titled)
    axis = CLOCKS[clock][1]
    return Figure(
        f"survival-by-{group_by}", titled, caption, lambda paper: survival_panels(paper, heading, plots, axis), data
    )


def _plot(material: Material, rows: pl.DataFrame, clock: str, group_by: str, group: str) -> Plot | None:
    mine = rows.filter(pl.col("group") == group)
    periods = [p for p in ("before", "after") if len(mine.filter(pl.col("period") == p))] or ["all"]
    curves = tuple(c for p in periods if (c := _curve(mine.filter(pl.col("period") == p), p)) is not None)
    if not curves:
        return None
    support = material.frame("support").filter(
        (pl.col("clock") == clock) & (pl.col("group_by") == group_by) & (pl.col("group") == group) & ~pl.col("unique")
    )
    longest = max(float(c.days.max()) for c in curves)
    stretches = support.filter(pl.col("period").is_in(periods) & (pl.col("left") < longest)).select(
        "left", pl.col("right").clip(upper_bound=longest)
    )
    return Plot(value_word(group_by, group), curves, tuple(sorted(set(stretches.rows()))))


def _curve(rows: pl.DataFrame, period: str) -> Curve | None:
    if rows.is_empty():
        return None
    columns = ("days", "survival", "low", "high", "at_risk")
    days, survival, low, high, risk = (_floats(rows[c]) for c in columns)
    if days[0] > 0 and survival[0] < 1:
        # a curve starts at one: nothing can have ended before the clock runs
        days, survival, low, high = (
            np.concatenate([[v], a]) for v, a in ((0.0, days), (1.0, survival), (1.0, low), (1.0, high))
        )
        risk = np.concatenate([risk[:1], risk])
    return Curve(
        value_word("period", period), days, survival, low, high, risk, PERIODS[period], rows["method"][0] != "turnbull"
    )


def _horizon(curves: tuple[Curve, ...]) -> float:
    """How many days to draw: as long as all curves run, at least _LEAST_DAYS, where one runs more than twice as long."""
    ends = [float(c.days.max()) for c in curves]
    return max(ends) if max(ends) <= 2 * min(ends) else min(max(ends), max(min(ends), _LEAST_DAYS))


def _cut(plot: Plot, horizon: float) -> Plot:
    """The plot up to `horizon`, where each longer curve ends at its value of that day."""
    stretches = tuple((a, min(b, horizon)) for a, b in plot.unsettled if a < horizon)
    return replace(plot, curves=tuple(_cut_curve(c, horizon) for c in plot.curves), unsettled=stretches)


def _cut_curve(curve: Curve, horizon: float) -> Curve:
    if curve.days.max() <= horizon:
        return curve
    kept = curve.days <= horizon

    def ended(values: Floats) -> Floats:
        there = float(np.interp(horizon, curve.days, values))
        return np.append(values[kept], values[kept][-1] if curve.stepped else there)

    days, risk = np.append(curve.days[kept], horizon), np.append(curve.at_risk[kept], curve.at_risk[kept][-1])
    survival, low, high = (ended(values) for values in (curve.survival, curve.low, curve.high))
    return replace(curve, days=days, survival=survival, low=low, high=high, at_risk=risk)


def _beyond(whole: Sequence[Curve], drawn: Sequence[Curve]) -> str:
    longest, shown = (max(float(c.days.max()) for c in curves) for curves in (whole, drawn))
    return (
        f" Drawn for {shown:.0f} days, to compare; the longest curve runs to {longest:.0f}: curves.csv."
        if longest > shown
        else ""
    )


def _floats(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)


def _spoken(curve: Curve) -> str:
    return f"{curve.label}: {100 * curve.survival[-1]:.0f} % still up after {curve.days[-1]:.0f} days"


def _at(curve: Curve, day: float) -> tuple[str, str]:
    place = int(np.searchsorted(curve.days, day, side="right")) - 1
    share, low, high = (getattr(curve, n)[place] for n in ("survival", "low", "high"))
    around = "" if np.isnan(low) or np.isnan(high) else f"{100 * low:.0f} to {100 * high:.0f}"
    return ("" if np.isnan(share) else f"{100 * share:.0f}"), around


def _data(plot: Plot, name: str, caption: str) -> Table:
    head = ["Day", *(f"{c.label}, {part}" for c in plot.curves for part in ("%", "95 % interval"))]
    longest = max(float(c.days.max()) for c in plot.curves)
    rows = []
    for day in (d for d in _DAYS_SHOWN if d <= longest):
        cells = [_at(c, day) if day <= c.days.max() else ("", "") for c in plot.curves]
        rows.append([str(day), *(part for cell in cells for part in cell)])
    return Table.of(name, f"{caption}; every step is in curves.csv", head, rows, len(head) - 1)


def _panel_data(plots: list[Plot], name: str, caption: str) -> Table:
    days = (1, 7, 30, 90)
    rows = []
    for plot in plots:
        for curve in plot.curves:
            cells = [" (".join(p for p in _at(curve, d) if p) if d <= curve.days.max() else "" for d in days]
            rows.append([plot.title, curve.label, *(f"{c})" if "(" in c else c for c in cells)])
    head = ("Group", "Period", *(f"Day {d}, % (95 % interval)" for d in days))
    return Table.of(name, f"{caption}; every step is in curves.csv", head, rows, len(days))


def _small_groups(lives: pl.DataFrame) -> set[tuple[str, str, str, str]]:
    """Groups of fewer than THRESHOLD subjects among the tidy lifetimes, as (clock, group_by, group, period)."""
    clock = pl.col("clock").str.strip_suffix(RESIDUAL).alias("clock")
    tail = pl.when(pl.col("clock").str.ends_with(RESIDUAL)).then(pl.lit(RESIDUAL)).otherwise(pl.lit(""))
    few: set[tuple[str, str, str, str]] = set()
    for column in ("kind", "platform", "organisation"):
        named = lives.select("subject", "period", clock, (pl.col(column) + tail).alias("group"))
        for period in (pl.col("period"), pl.lit("all")):
            sizes = named.group_by("clock", "group", period.alias("span")).agg(pl.len().alias("n"))
            few |= {(row[0], column, row[1], row[2]) for row in sizes.filter(pl.col("n") < THRESHOLD).rows()}
    return few
