"""Dots with whiskers: estimates of one unit under each other, the number itself printed beside each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from actionday.brief.figures.frame import STYLES, Frame, Heading, canvas, marker
from actionday.brief.scales import Linear, ticks
from actionday.brief.svg import fit, group, line, text, width_of
from actionday.brief.wording import plain

_ROW = 23.0


@dataclass(frozen=True, slots=True)
class Dot:
    """One row. `value` None leaves the row without a dot; `printed` is what stands beside it either way."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    printed: str
    style: int = 0
    heading: bool = False


def dot_plot(frame: Frame, heading: Heading, dots: Sequence[Dot], unit: str, reference: float | None = None) -> Markup:
    """Rows of dots on one scale; ratios on a logarithmic one. `reference` is drawn as the line of no change."""
    logarithmic = unit == "ratio"
    labels = 0.0 if frame.narrow else min(max((width_of(d.label, 12) for d in dots), default=0) + 14, 300)
    printed = max((width_of(d.printed, 12) for d in dots), default=0) + 12
    right = frame.width - (14 if frame.narrow else printed)
    x = _scale(dots, unit, reference, labels + 10, right)
    row = _ROW + (17 if frame.narrow else 0)
    bottom = 6 + sum(_ROW if d.heading else row for d in dots)
    parts = _ruler(x, unit, bottom, logarithmic=logarithmic)
    if reference is not None:
        parts.append(line(_place(x, reference, unit), 4, _place(x, reference, unit), bottom, "reference"))
    y = 6.0
    for dot in dots:
        if dot.heading:
            parts.append(text(0, y + 17, dot.label, "strong"))
            y += _ROW
            continue
        parts += _row(frame, dot, x, y, unit)
        y += row
    return canvas(frame, bottom + 26, heading, parts)


def _row(frame: Frame, dot: Dot, x: Linear, top: float, unit: str) -> list[Markup]:
    if frame.narrow:
        room = frame.width - width_of(dot.printed, 12) - 12
        parts = [
            text(0, top + 13, fit(dot.label, room, 12), "label halo"),
            text(frame.width, top + 13, dot.printed, "label halo", "end"),
        ]
        y = top + 28
    else:
        parts = [
            text(0, top + 16, fit(dot.label, x.start - 14, 12), "label halo"),
            text(frame.width, top + 16, dot.printed, "label halo", "end"),
        ]
        y = top + 12
    style = dot.style % STYLES
    if dot.low is not None and dot.high is not None:
        low, high = _place(x, dot.low, unit), _place(x, dot.high, unit)
        parts += [line(low, y, high, y, f"whisker s{style}")]
        parts += [line(end, y - 4, end, y + 4, f"whisker s{style}") for end in (low, high)]
    if dot.value is not None:
        parts.append(marker(_place(x, dot.value, unit), y, style, 4.5, f"f{style}"))
    return parts


def _scale(dots: Sequence[Dot], unit: str, reference: float | None, left: float, right: float) -> Linear:
    ends = [v for d in dots for v in (d.value, d.low, d.high) if v is not None and math.isfinite(v)]
    ends += [] if reference is None else [reference]
    if unit == "ratio":
        logs = [math.log10(max(v, 1e-3)) for v in ends] or [0.0]
        return Linear(min(*logs, -0.1), max(*logs, 0.1), left, right)
    if unit == "share":
        return Linear(0, 1 if max(ends, default=1) > 0.45 else ticks(0, max(ends, default=0.5), 4)[-1], left, right)
    marks = ticks(min([0.0, *ends]), max([1e-9, *ends]), 5)
    return Linear(marks[0], marks[-1], left, right)


def _place(x: Linear, value: float, unit: str) -> float:
    return x.clamp(math.log10(max(value, 1e-3)) if unit == "ratio" else value)


def _ruler(x: Linear, unit: str, bottom: float, *, logarithmic: bool) -> list[Markup]:
    if logarithmic:
        marks = [
            m
            for m in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
            if x.lo - 1e-9 <= math.log10(m) <= x.hi + 1e-9
        ]
        places = [(x(math.log10(m)), f"×{m:g}") for m in marks]
    else:
        places = [
            (x(m), plain(m, unit) + ("%" if unit == "share" else "")) for m in ticks(x.lo, x.hi, 5) if m <= x.hi * 1.001
        ]
    parts = [line(at, 4, at, bottom, "grid") for at, _ in places]
    return [*parts, group(text(at, bottom + 17, label, "small", "middle") for at, label in places)]
