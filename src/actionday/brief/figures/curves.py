"""Curves of shares over a share: panels beside each other, their key below. Not for: days (`lines`), survival (`survival`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from actionday.brief.figures.frame import STYLES, Frame, Heading, canvas
from actionday.brief.scales import Linear
from actionday.brief.svg import Floats, group, line, path, polyline, text, width_of

_PLOT, _LEFT, _HEAD = 170.0, 40.0, 26.0
_MARKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve: shares along x and y (0 to 1; NaN ends it)."""

    label: str
    xs: Floats
    ys: Floats
    style: int


@dataclass(frozen=True, slots=True)
class CurvePanel:
    """One plot of curves."""

    title: str
    curves: tuple[Curve, ...]


def curve_panels(frame: Frame, heading: Heading, panels: Sequence[CurvePanel], along: str) -> Markup:
    """Panels on one scale of shares; `along` says what the horizontal axis is."""
    columns = 1 if frame.narrow else len(panels)
    gap = 30.0
    wide = (frame.width - gap * (columns - 1)) / columns
    parts, row = [], _HEAD + _PLOT + 42
    for place, panel in enumerate(panels):
        parts.append(_panel(panel, (place % columns) * (wide + gap), (place // columns) * row, wide, along))
    bottom = -(-len(panels) // columns) * row + 12
    key, height = _key(panels[0].curves, frame.width, bottom)
    return canvas(frame, bottom + height, heading, [*parts, key])


def _panel(panel: CurvePanel, left: float, top: float, wide: float, along: str) -> Markup:
    x = Linear(0, 1, left + _LEFT, left + wide - 18)
    y = Linear(0, 1, top + _HEAD + _PLOT, top + _HEAD)
    parts = [text(left, top + 12, panel.title, "strong")]
    for mark in _MARKS:
        parts.append(line(x.start, y(mark), x.end, y(mark), "grid" if mark else "axis"))
        parts.append(text(x.start - 6, y(mark) + 4, f"{100 * mark:.0f}%", "small", "end"))
        parts.append(text(x(mark), y(0) + 16, f"{100 * mark:.0f}%", "small", "middle"))
    parts.append(text(x.end, y(0) + 32, along, "small muted", "end"))
    for curve in panel.curves:
        style = curve.style % STYLES
        parts.append(path(polyline(x.many(curve.xs), y.many(curve.ys)), f"l s{style} d{style}"))
    return group(parts)


def _key(curves: Sequence[Curve], width: float, top: float) -> tuple[Markup, float]:
    """What each line is, as many beside each other as fit."""
    parts, at, y = [], 0.0, top + 8
    for curve in curves:
        style, room = curve.style % STYLES, 30 + width_of(curve.label, 12) + 18
        if at and at + room > width:
            at, y = 0.0, y + 19
        parts += [line(at, y - 4, at + 24, y - 4, f"l s{style} d{style}"), text(at + 30, y, curve.label, "label")]
        at += room
    return group(parts), y - top + 10
