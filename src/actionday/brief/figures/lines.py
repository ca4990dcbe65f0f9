"""Small multiples of daily lines over one axis of days, with bands, the window and numbered events."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup

from actionday.brief.figures.days import Days, day_axis, event_lines, event_numbers, window, window_label
from actionday.brief.figures.frame import STYLES, Frame, Heading, canvas, marker
from actionday.brief.scales import Linear, ticks
from actionday.brief.svg import Floats, area, group, line, node, path, polyline, steps, text, width_of
from actionday.brief.wording import compact

SMALL_VALUE = 2.5
"""Where a suppressed 1 to 4 is drawn: the middle, with a hollow mark."""

_PLOT, _GAP, _LEFT = 84, 44, 44


@dataclass(frozen=True, slots=True)
class Line:
    """One daily series. `days` are ordinals; NaN is a gap; `small` marks suppressed cells (drawn at SMALL_VALUE, hollow)."""

    label: str
    days: Floats
    values: Floats
    style: int = 0
    low: Floats | None = None
    high: Floats | None = None
    small: Floats | None = None
    stepped: bool = False
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot: its title, its lines, and whether its values are shares printed as per cent."""

    title: str
    lines: tuple[Line, ...]
    percent: bool = False
    marks: bool = field(default=False)


def line_panels(frame: Frame, heading: Heading, panels: Sequence[Panel], days: Days) -> Markup:
    """Panels under each other, sharing the days."""
    right = frame.width - 12
    x = days.scale(_LEFT, right)
    top = 40.0 if days.events else 22.0
    parts: list[Markup] = []
    tops = [top + i * (_PLOT + _GAP) + 26 for i in range(len(panels))]
    bottom = tops[-1] + _PLOT
    for panel_top in tops:
        parts += [window(days, x, panel_top, panel_top + _PLOT), event_lines(days, x, panel_top, panel_top + _PLOT)]
    parts.append(window_label(days, x, 12))
    if days.events:
        parts.append(event_numbers(days, x, 27))
    for panel, panel_top in zip(panels, tops, strict=True):
        parts += [_key(frame, panel, panel_top - 13), _plot(panel, x, panel_top)]
    parts.append(day_axis(days, x, bottom))
    return canvas(frame, bottom + 36, heading, parts)


def _key(frame: Frame, panel: Panel, y: float) -> Markup:
    """The panel's title, and beside it what each line is."""
    parts = [text(0, y, panel.title, "strong")]
    at = width_of(panel.title, 13) + 18
    for series in panel.lines if len(panel.lines) > 1 else ():
        names = f"l s{series.style} d{series.style}{' faint' if series.faint else ''}"
        parts += [line(at, y - 4, at + 20, y - 4, names), text(at + 25, y, series.label, "small")]
        at += 25 + width_of(series.label, 11) + 14
    return group(parts)


def _plot(panel: Panel, x: Linear, top: float) -> Markup:
    highest = max((_highest(series) for series in panel.lines), default=0.0)
    marks = [0, 0.5, 1] if panel.percent else ticks(0, max(highest, 4), 3)
    y = Linear(0, marks[-1], top + _PLOT, top)
    parts = [line(x.start, y(m), x.end, y(m), "grid" if m else "axis") for m in marks]
    labels = [f"{100 * m:.0f}%" if panel.percent else compact(m) for m in marks]
    parts += [text(x.start - 6, y(m) + 4, label, "small", "end") for m, label in zip(marks, labels, strict=True)]
    for series in panel.lines:
        parts.append(_series(series, x, y))
    return group(parts)


def _series(series: Line, x: Linear, y: Linear) -> Markup:
    style = series.style % STYLES
    xs = x.many(series.days)
    values = np.minimum(series.values, y.hi)
    parts = []
    if series.low is not None and series.high is not None:
        low, high = np.clip(series.low, y.lo, y.hi), np.clip(series.high, y.lo, y.hi)
        parts.append(path(area(xs, y.many(low), y.many(high)), f"band b{style}"))
    small = np.zeros(len(xs), dtype=bool) if series.small is None else series.small > 0
    drawn = y.many(np.where(small, SMALL_VALUE, values))
    commands = _stairs(xs, drawn) if series.stepped else polyline(xs, drawn)
    parts.append(path(commands, f"l s{style} d{style}{' faint' if series.faint else ''}"))
    parts += [node("circle", cx=xs[i], cy=drawn[i], r=2, cls=f"hollow s{style}") for i in np.flatnonzero(small)]
    alone = [i for i in range(len(xs)) if _alone(drawn, i) and not small[i]]
    parts += [marker(xs[i], drawn[i], style, 2.6, f"f{style}") for i in alone]
    return group(parts)


def _stairs(xs: Floats, ys: Floats) -> str:
    known = ~np.isnan(ys)
    return steps(xs[known], ys[known])


def _alone(values: Floats, place: int) -> bool:
    """Whether a value has a gap on both sides, so that a line would not show it."""
    if np.isnan(values[place]):
        return False
    before = place == 0 or bool(np.isnan(values[place - 1]))
    after = place == len(values) - 1 or bool(np.isnan(values[place + 1]))
    return before and after


def _highest(series: Line) -> float:
    known = series.values[~np.isnan(series.values)]
    highest = float(known.max()) if len(known) else 0.0
    if series.high is not None and len(series.high):
        bounds = series.high[~np.isnan(series.high)]
        # a bound far above everything seen would flatten the line: it is cut at twice the line's height
        highest = max(highest, min(float(bounds.max()), 2 * highest) if len(bounds) else 0.0)
    return highest
