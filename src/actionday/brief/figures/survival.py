"""Survival curves with bands, and how many were at risk below them; one large plot or small multiples."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup

from actionday.brief.figures.frame import STYLES, Frame, Heading, canvas
from actionday.brief.scales import Linear, ticks
from actionday.brief.svg import Floats, area, fit, group, line, node, path, polyline, steps, text, width_of


@dataclass(frozen=True, slots=True)
class Curve:
    """Survival by days, its band, and the number at risk (NaN where the method has none).

    `stepped`: a step function; otherwise corners of a line (mass spread evenly over brackets).
    """

    label: str
    days: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    style: int = 0
    stepped: bool = True


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves that share axes. `unsettled` are stretches (left, right) in which the place of mass is not determined."""

    title: str
    curves: tuple[Curve, ...]
    unsettled: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float


def survival_plot(frame: Frame, heading: Heading, plot: Plot, axis: str) -> Markup:
    """One plot over the full width, curves named where they end, numbers at risk underneath."""
    labels = max((width_of(c.label, 12) for c in plot.curves), default=0)
    right = frame.width - (14 if frame.narrow else min(1.08 * labels + 20, 210))
    top = 14.0 + (20 * len(plot.curves) if frame.narrow else 0)
    box = _Box(46, top, right, top + (190 if frame.narrow else 230))
    x, y = _axes(plot.curves, box)
    parts = [_grid(x, y, box), _unsettled(plot, x, box)]
    parts += [_curve(curve, x, y) for curve in plot.curves]
    parts.append(_key(plot.curves) if frame.narrow else _names(plot.curves, x, y, frame.width))
    parts.append(text((box.left + box.right) / 2, box.bottom + 34, axis, "small", "middle"))
    bottom = box.bottom + 42
    counted = [c for c in plot.curves if not np.isnan(c.at_risk).all()]
    if counted:
        parts.append(_at_risk(counted, x, bottom + 14, frame))
        bottom += 20 + 18 * len(counted)
    return canvas(frame, bottom + 6, heading, parts)


def survival_panels(frame: Frame, heading: Heading, plots: Sequence[Plot], axis: str) -> Markup:
    """Small multiples: the same axes in every panel, one key for all."""
    columns = 2 if frame.narrow else 3
    styles = {curve.label: curve for plot in plots for curve in plot.curves}
    top = 8 + 20.0 * (len(styles) if frame.narrow else 1)
    wide, tall = frame.width / columns, 150
    parts = [_key(list(styles.values())) if frame.narrow else _key_row(list(styles.values()))]
    every = [curve for plot in plots for curve in plot.curves]
    for place, plot in enumerate(plots):
        column, row = place % columns, place // columns
        left = column * wide
        box = _Box(left + 36, top + row * (tall + 52) + 24, left + wide - 12, top + row * (tall + 52) + 24 + tall)
        x, y = _axes(every, box)
        parts += [text(left + 36, box.top - 8, fit(plot.title, wide - 48, 13), "strong"), _grid(x, y, box, small=True)]
        parts += [_unsettled(plot, x, box), *(_curve(curve, x, y) for curve in plot.curves)]
    rows = -(-len(plots) // columns)
    bottom = top + rows * (tall + 52) + 6
    parts.append(text(frame.width / 2, bottom, axis, "small", "middle"))
    return canvas(frame, bottom + 8, heading, parts)


def thinned(curve: Curve, x: Linear) -> Curve:
    """The curve with at most two steps a pixel: more cannot be seen, and a million steps would not load."""
    pixel = np.floor(x.many(curve.days) * 2)
    last = np.append(np.flatnonzero(np.diff(pixel)), len(pixel) - 1) if len(pixel) else np.array([], dtype=int)
    kept = np.unique(np.concatenate([[0], last])).astype(int) if len(pixel) else last
    columns = {name: getattr(curve, name)[kept] for name in ("days", "survival", "low", "high", "at_risk")}
    return replace(curve, **columns)


def _axes(curves: Sequence[Curve], box: _Box) -> tuple[Linear, Linear]:
    longest = max((float(c.days.max()) for c in curves if len(c.days)), default=1.0)
    return Linear(0, max(longest, 1e-9), box.left, box.right), Linear(0, 1, box.bottom, box.top)


def _grid(x: Linear, y: Linear, box: _Box, *, small: bool = False) -> Markup:
    shares = (0, 0.5, 1) if small else (0, 0.25, 0.5, 0.75, 1)
    parts = [line(box.left, y(s), box.right, y(s), "grid" if s else "axis") for s in shares]
    parts += [text(box.left - 6, y(s) + 4, f"{100 * s:.0f}%", "small", "end") for s in shares]
    for day in _day_marks(x, 3 if small else 7):
        parts.append(line(x(day), box.bottom, x(day), box.bottom + 4, "axis"))
        parts.append(text(x(day), box.bottom + 17, f"{day:g}", "small", "middle"))
    return group(parts)


def _day_marks(x: Linear, count: int) -> list[float]:
    return [t for t in ticks(x.lo, x.hi, count) if t <= x.hi * 1.001]


def _curve(curve: Curve, x: Linear, y: Linear) -> Markup:
    thin, style = thinned(curve, x), curve.style % STYLES
    xs = x.many(thin.days)
    band = area(xs, y.many(thin.low), y.many(thin.high), stepped=thin.stepped)
    known = ~np.isnan(thin.survival)
    drawn = (steps if thin.stepped else polyline)(xs[known], y.many(thin.survival[known]))
    return group([path(band, f"band b{style}"), path(drawn, f"l s{style} d{style}")])


def _unsettled(plot: Plot, x: Linear, box: _Box) -> Markup:
    """A bar on the floor of the plot where the method cannot say when in a stretch lives ended."""
    bars = [
        node(
            "rect",
            x=x.clamp(left),
            y=box.bottom - 5,
            width=max(x.clamp(right) - x.clamp(left), 1),
            height=5,
            cls="open",
        )
        for left, right in plot.unsettled
    ]
    return group(bars)


def _names(curves: Sequence[Curve], x: Linear, y: Linear, width: float) -> Markup:
    """Each curve's name where it ends, moved apart so that none covers another."""
    ends = sorted(((y(_last(c.survival)), c) for c in curves if len(c.days)), key=lambda pair: pair[0])
    parts, floor = [], -1e9
    for wanted, curve in ends:
        at = max(wanted, floor)
        floor = at + 17
        start = x.clamp(float(curve.days.max()))
        parts.append(line(start + 2, wanted, x.end + 8, at, "leader"))
        parts.append(text(x.end + 11, at + 4, fit(curve.label, width - x.end - 12, 12), "label"))
    return group(parts)


def _key(curves: Sequence[Curve]) -> Markup:
    parts = []
    for place, curve in enumerate(curves):
        y = 10 + 20 * place
        parts += [line(0, y, 26, y, f"l s{curve.style} d{curve.style}"), text(32, y + 4, curve.label, "label")]
    return group(parts)


def _key_row(curves: Sequence[Curve]) -> Markup:
    parts, at = [], 0.0
    for curve in curves:
        parts += [
            line(at, 10, at + 26, 10, f"l s{curve.style} d{curve.style}"),
            text(at + 32, 14, curve.label, "label"),
        ]
        at += 32 + width_of(curve.label, 12) + 22
    return group(parts)


def _at_risk(curves: Sequence[Curve], x: Linear, y: float, frame: Frame) -> Markup:
    """Numbers at risk under the ticks they belong to; a curve's mark says whose they are."""
    parts = [text(0, y, "at risk", "small muted")]
    for place, curve in enumerate(curves, 1):
        at = y + 18 * place - 3
        parts.append(line(0, at - 4, 26, at - 4, f"l s{curve.style} d{curve.style}"))
        for day in _day_marks(x, 4 if frame.narrow else 7):
            parts.append(text(x(day), at, _risk_at(curve, day), "small", "middle"))
    return group(parts)


def _risk_at(curve: Curve, day: float) -> str:
    place = int(np.searchsorted(curve.days, day, side="right")) - 1
    if day > curve.days[-1] or place < 0 or np.isnan(curve.at_risk[place]):
        return "–"
    return f"{curve.at_risk[place]:,.0f}"


def _last(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known[-1]) if len(known) else 0.0
