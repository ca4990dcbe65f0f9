"""Flows from sources to destinations: bands whose width is the count, destinations in order of size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from actionday.brief.figures.frame import STYLES, Frame, Heading, canvas
from actionday.brief.svg import fit, group, node, number, text

_ROW, _GAP, _BAR = 17.0, 7.0, 9.0


@dataclass(frozen=True, slots=True)
class Band:
    """One flow. `count` None means withheld: fewer than five."""

    source: str
    destination: str
    count: int | None


@dataclass(frozen=True, slots=True)
class FlowPanel:
    """The flows of one kind of signal. Totals by node name, as they may be printed."""

    title: str
    bands: tuple[Band, ...]
    sources: tuple[tuple[str, str], ...]  # name, printed total; in order
    destinations: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Side:
    """Where each node of one side lies, and how far its bands have filled it."""

    top: dict[str, float]
    tall: dict[str, float]
    used: dict[str, float]


def flow_panels(frame: Frame, heading: Heading, panels: Sequence[FlowPanel]) -> Markup:
    """Panels of flows, two beside each other; on a phone under each other."""
    columns = 1 if frame.narrow else 2
    gap = 26.0
    wide = (frame.width - gap * (columns - 1)) / columns
    parts, top, row_height = [], 0.0, 0.0
    for place, panel in enumerate(panels):
        if place % columns == 0 and place:
            top, row_height = top + row_height + 22, 0.0
        drawn, height = _panel(panel, (place % columns) * (wide + gap), top, wide)
        row_height = max(row_height, height)
        parts.append(drawn)
    return canvas(frame, top + row_height + 8, heading, parts)


def _panel(panel: FlowPanel, left: float, top: float, wide: float) -> tuple[Markup, float]:
    labels = min(108.0, wide * 0.31)
    x0, x1 = left + labels, left + wide - labels
    weight = {(b.source, b.destination): float(b.count) if b.count is not None else 2.5 for b in panel.bands}
    rows = max(len(panel.sources), len(panel.destinations))
    height = rows * (_ROW + _GAP)
    unit = _unit(panel, weight, height)
    sides = [
        _side(
            [n for n, _ in panel.sources],
            {n: sum(w for (s, _), w in weight.items() if s == n) for n, _ in panel.sources},
            top + 30,
            height,
            unit,
        ),
        _side(
            [n for n, _ in panel.destinations],
            {n: sum(w for (_, d), w in weight.items() if d == n) for n, _ in panel.destinations},
            top + 30,
            height,
            unit,
        ),
    ]
    parts = [text(left, top + 13, panel.title, "strong")]
    parts += _bands(panel, weight, sides, (x0, x1), unit)
    parts += _bars(panel.sources, sides[0], x0 - _BAR, "end", labels)
    parts += _bars(panel.destinations, sides[1], x1, "start", labels)
    bottom = max(max(s.top[n] + max(s.tall[n], _ROW) for n in s.top) for s in sides)
    return group(parts), bottom - top


def _unit(panel: FlowPanel, weight: dict[tuple[str, str], float], height: float) -> float:
    """Pixels a count: as large as the fuller side allows."""
    most = max(len(panel.sources), len(panel.destinations))
    return max(height - _GAP * most, 20) / max(sum(weight.values()), 1)


def _side(names: list[str], totals: dict[str, float], top: float, height: float, unit: float) -> _Side:
    """Nodes under each other, each at least a label tall, centred as a whole."""
    tall = {name: max(totals[name] * unit, 2.0) for name in names}
    slots = {name: max(tall[name], _ROW) for name in names}
    at = top + max(height - sum(slots.values()) - _GAP * (len(names) - 1), 0) / 2
    places: dict[str, float] = {}
    for name in names:
        places[name] = at + (slots[name] - tall[name]) / 2
        at += slots[name] + _GAP
    return _Side(places, tall, dict.fromkeys(names, 0.0))


def _bands(
    panel: FlowPanel, weight: dict[tuple[str, str], float], sides: list[_Side], xs: tuple[float, float], unit: float
) -> list[Markup]:
    order = {name: i for i, (name, _) in enumerate(panel.sources)}
    rank = {name: i for i, (name, _) in enumerate(panel.destinations)}
    out = []
    for band in sorted(panel.bands, key=lambda b: (order[b.source], rank[b.destination])):
        thick = max(weight[band.source, band.destination] * unit, 1.2)
        y0 = _take(sides[0], band.source, thick)
        y1 = _take(sides[1], band.destination, thick)
        style = _style(rank[band.destination])
        names = f"flow s{style}" + (" withheld" if band.count is None else "")
        middle = float(np.mean(xs))
        curve = f"M{number(xs[0])} {number(y0)}C{number(middle)} {number(y0)} {number(middle)} {number(y1)} {number(xs[1])} {number(y1)}"
        out.append(node("path", d=curve, cls=names, stroke_width=max(thick, 1.2)))
    return out


def _style(rank: int) -> int:
    """The largest destinations each have a colour; the rest share the last, grey."""
    return min(rank, STYLES - 1)


def _take(side: _Side, name: str, thick: float) -> float:
    at = side.top[name] + side.used[name] + thick / 2
    side.used[name] += thick
    return at


def _bars(nodes: Sequence[tuple[str, str]], side: _Side, x: float, anchor: str, room: float) -> list[Markup]:
    out = []
    for place, (name, total) in enumerate(nodes):
        style = f"f{_style(place)}" if anchor == "start" else "bar"
        out.append(node("rect", x=x, y=side.top[name], width=_BAR, height=side.tall[name], cls=style))
        at = x - 6 if anchor == "end" else x + _BAR + 6
        middle = side.top[name] + side.tall[name] / 2
        short = fit(name, room - 8 - 6.4 * len(total), 12)
        words = f"{short} {total}"
        out.append(text(at, middle + 4, words, "label", anchor))
    return out
