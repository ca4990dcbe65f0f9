"""Lines of lives as strips on a time line: a bar a life, a step from one to the next, a cross where one was removed.

Which lives make a line is people's judgement. Not for: names; a row is called by its number, and the table gives pseudonyms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from actionday.brief.figures.days import Days, day_axis, window, window_label
from actionday.brief.figures.frame import STYLES, Frame, Heading, canvas
from actionday.brief.scales import Linear
from actionday.brief.svg import fit, group, line, node, text, width_of

_LANE, _BAR, _PAD = 11.0, 7.0, 7.0


@dataclass(frozen=True, slots=True)
class Life:
    """One bar: first and last day as ordinals, the style of its platform, how it ended. `open`: nobody saw it end.

    `after` is the place, in its line, of the life that it follows; None where it follows none.
    """

    first: int
    last: int
    style: int
    removed: bool
    open: bool
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Strip:
    """One line: what it is called, its lives in order."""

    label: str
    lives: tuple[Life, ...]


def strips(frame: Frame, heading: Heading, rows: Sequence[Strip], days: Days, platforms: Sequence[str]) -> Markup:
    """Strips under each other over one axis of days. `platforms` are the names that go with the styles."""
    left = 34.0 if frame.narrow else 52.0
    x = days.scale(left, frame.width - 12)
    key, top = _key(frame, platforms)
    heights = [len(row.lives) * _LANE + _PAD for row in rows]
    begin = top + 22
    bottom = begin + sum(heights)
    parts = [key, window(days, x, begin - 4, bottom), window_label(days, x, begin - 8)]
    y = begin
    for row, tall in zip(rows, heights, strict=True):
        parts += [text(0, y + tall / 2 + 3, row.label, "small"), line(x.start, y + tall, x.end, y + tall, "grid")]
        parts.append(_strip(row, x, y + _PAD / 2))
        y += tall
    parts.append(day_axis(days, x, bottom))
    return canvas(frame, bottom + 36, heading, parts)


def _strip(row: Strip, x: Linear, top: float) -> Markup:
    parts: list[Markup] = []
    ends: list[tuple[float, float]] = []
    for place, life in enumerate(row.lives):
        begin, end = x.clamp(life.first - 0.5), x.clamp(life.last + 0.5)
        y = top + place * _LANE
        middle = y + _BAR / 2
        if life.after is not None and life.after < place:
            before = ends[life.after]
            parts.append(line(before[0], before[1], before[0], middle, "leader"))
            parts.append(line(min(before[0], begin), middle, max(before[0], begin), middle, "leader"))
        wide = max(end - begin, 1.5)
        parts.append(node("rect", x=begin, y=y, width=wide, height=_BAR, cls=f"f{life.style % STYLES}"))
        parts += _end(life, begin + wide, middle)
        ends.append((begin + wide, middle))
    return group(parts)


def _end(life: Life, at: float, middle: float) -> list[Markup]:
    """A cross for a removal, a stroke for another end, nothing for a life that goes on."""
    if life.removed:
        return [
            line(at - 3.5, middle - 3.5, at + 3.5, middle + 3.5, "axis strike"),
            line(at - 3.5, middle + 3.5, at + 3.5, middle - 3.5, "axis strike"),
        ]
    return [] if life.open else [line(at, middle - 4, at, middle + 4, "axis strike")]


def _key(frame: Frame, platforms: Sequence[str]) -> tuple[Markup, float]:
    """What colours and end marks mean; names stand in words beside each."""
    parts, x, y = list[Markup](), 0.0, 4.0
    for style, name in enumerate(platforms):
        label = fit(name, frame.width - 24, 11)
        wide = 16 + width_of(label, 11) + 14
        if x and x + wide > frame.width:
            x, y = 0.0, y + 17
        parts += [
            node("rect", x=x, y=y, width=11, height=_BAR, cls=f"f{style % STYLES}"),
            text(x + 16, y + 8, label, "small"),
        ]
        x += wide
    y += 17
    parts += [
        line(2, y, 9, y + 7, "axis strike"), line(2, y + 7, 9, y, "axis strike"), text(16, y + 8, "removed", "small"),
        line(81, y - 0.5, 81, y + 7.5, "axis strike"), text(90, y + 8, "ended otherwise", "small"),
    ]  # fmt: skip
    return group(parts), y + 14
