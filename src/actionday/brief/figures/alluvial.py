"""Who moved from where to where, and when: three columns of places and periods, ribbons as wide as the count.

A ribbon keeps its colour, the destination's, from the source through its period. Not for: which counts may be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from actionday.brief.figures.frame import STYLES, Frame, Heading, canvas
from actionday.brief.svg import fit, group, node, number, text

_BAR, _GAP, _LABELLED = 9.0, 9.0, 30.0
NARROW_LABELS, WIDE_LABELS = 70.0, 128.0
_WITHHELD = 2.5
"""Where a withheld 1 to 4 is drawn: the middle, dashed."""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """One way through the columns. `count` None means withheld."""

    source: str
    period: str
    destination: str
    count: int | None

    @property
    def weight(self) -> float:
        """How wide it is drawn, in counts."""
        return _WITHHELD if self.count is None else float(self.count)

    def place(self, column: int) -> str:
        """The node that it goes through in a column."""
        return (self.source, self.period, self.destination)[column]


@dataclass(frozen=True, slots=True)
class Node:
    """One place or period, and its total as it may be printed."""

    name: str
    total: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The nodes of each column in order: sources, periods, destinations; and their ribbons."""

    sources: tuple[Node, ...]
    periods: tuple[Node, ...]
    destinations: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]

    @property
    def nodes(self) -> tuple[tuple[Node, ...], ...]:
        """The three columns from left to right."""
        return self.sources, self.periods, self.destinations


@dataclass(slots=True)
class _Stack:
    """Where each node of a column begins, and how far ribbons have filled it on the left and the right."""

    top: dict[str, float]
    tall: dict[str, float]
    filled: dict[str, float]


def alluvial(frame: Frame, heading: Heading, columns: Columns) -> Markup:
    """The columns side by side, periods named above their bars."""
    tall = 300.0 if frame.narrow else 330.0
    labels = NARROW_LABELS if frame.narrow else WIDE_LABELS
    xs = (labels, (frame.width - _BAR) / 2, frame.width - labels - _BAR)
    whole = max(sum(ribbon.weight for ribbon in columns.ribbons), 1.0)
    gaps = [4.0 if frame.narrow else _GAP, _LABELLED, 4.0 if frame.narrow else _GAP]
    room = min(tall - gap * (len(nodes) + 1) for gap, nodes in zip(gaps, columns.nodes, strict=True))
    unit = max(room, 40.0) / whole
    least = 27.0 if frame.narrow else 14.0
    stacks = [_stack(columns, place, unit, (gap, least)) for place, gap in enumerate(gaps)]
    bottom = max(stack.top[name] + max(stack.tall[name], least) for stack in stacks for name in stack.top)
    for stack in stacks:
        _centred(stack, bottom)
    parts = [_ribbon(columns, ribbon, stacks, xs, unit) for ribbon in _ordered(columns)]
    for place, (nodes, stack) in enumerate(zip(columns.nodes, stacks, strict=True)):
        parts += [_node(columns, place, one, stack, xs[place], labels) for one in nodes]
    return canvas(frame, bottom + 14, heading, parts)


def _stack(columns: Columns, place: int, unit: float, gaps: tuple[float, float]) -> _Stack:
    gap, least = gaps
    at = 6.0
    top, tall = {}, {}
    for one in columns.nodes[place]:
        mine = sum(ribbon.weight for ribbon in columns.ribbons if ribbon.place(place) == one.name)
        at += gap
        tall[one.name] = max(mine * unit, 2.0)
        top[one.name] = at + (max(least - tall[one.name], 0.0) / 2 if place != 1 else 0.0)
        at += max(tall[one.name], least if place != 1 else 2.0)
    return _Stack(top, tall, dict.fromkeys(top, 0.0))


def _centred(stack: _Stack, bottom: float) -> None:
    last = max(stack.top[name] + stack.tall[name] for name in stack.top)
    for name in stack.top:
        stack.top[name] += (bottom - last) / 2


def _ordered(columns: Columns) -> list[Ribbon]:
    """Ribbons in the order in which they lie beside each other, so that they cross as little as the columns allow."""
    ranks = [{one.name: place for place, one in enumerate(nodes)} for nodes in columns.nodes]
    return sorted(columns.ribbons, key=lambda r: (ranks[1][r.period], ranks[0][r.source], ranks[2][r.destination]))


def _ribbon(columns: Columns, ribbon: Ribbon, stacks: Sequence[_Stack], xs: Sequence[float], unit: float) -> Markup:
    thick = max(ribbon.weight * unit, 1.0)
    ys = []
    for place, stack in enumerate(stacks):
        name = ribbon.place(place)
        ys.append(stack.top[name] + stack.filled[name] + thick / 2)
        stack.filled[name] += ribbon.weight * unit
    ends = ((xs[0] + _BAR, ys[0], xs[1], ys[1]), (xs[1] + _BAR, ys[1], xs[2], ys[2]))
    rank = [one.name for one in columns.destinations].index(ribbon.destination)
    names = f"flow s{min(rank, STYLES - 1)}" + (" withheld" if ribbon.count is None else "")
    return group(node("path", d=_curve(*end), cls=names, stroke_width=thick) for end in ends)


def _curve(x0: float, y0: float, x1: float, y1: float) -> str:
    middle = (x0 + x1) / 2
    return f"M{number(x0)} {number(y0)}C{number(middle)} {number(y0)} {number(middle)} {number(y1)} {number(x1)} {number(y1)}"


def _node(columns: Columns, place: int, one: Node, stack: _Stack, x: float, labels: float) -> Markup:
    """A bar and its name: left of the sources, above the periods, right of the destinations."""
    top, tall = stack.top[one.name], stack.tall[one.name]
    rank = [node.name for node in columns.nodes[place]].index(one.name)
    style = f"f{min(rank, STYLES - 1)}" if place == 2 else "bar"
    bar = node("rect", x=x, y=top, width=_BAR, height=tall, cls=style)
    if place == 1:
        return group([bar, text(x + _BAR / 2, top - 7, f"{one.name} {one.total}", "label halo", "middle")])
    at, anchor = (x - 6, "end") if place == 0 else (x + _BAR + 6, "start")
    middle = top + tall / 2 + 4
    if labels < WIDE_LABELS:  # on a phone the number stands below the name
        name = text(at, middle - 6, fit(one.name, labels - 8, 12), "label halo", anchor)
        return group([bar, name, text(at, middle + 7, one.total, "small muted halo", anchor)])
    short = fit(one.name, labels - 14 - 6.4 * len(one.total), 12)
    return group([bar, text(at, middle, f"{short} {one.total}", "label halo", anchor)])
