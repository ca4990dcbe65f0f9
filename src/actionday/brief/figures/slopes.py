"""Before and after of several figures, each on its own scale from zero: two points, a line, and both numbers.

Not for: effects; a slope is what was seen on either side of the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from actionday.brief.figures.frame import Frame, Heading, canvas, marker
from actionday.brief.scales import Linear
from actionday.brief.svg import fit, group, line, text

_PLOT, _ROW = 66.0, 142.0


@dataclass(frozen=True, slots=True)
class Slope:
    """One figure. A value that is not known, or withheld, is None; what is printed for it stands either way."""

    title: str
    before: float | None
    after: float | None
    printed: tuple[str, str]


def slopes(frame: Frame, heading: Heading, shown: Sequence[Slope]) -> Markup:
    """Small charts beside each other: three on a page, two on a phone."""
    columns = 2 if frame.narrow else 3
    gap = 18.0
    wide = (frame.width - gap * (columns - 1)) / columns
    parts = [
        _chart(one, (place % columns) * (wide + gap), (place // columns) * _ROW, wide)
        for place, one in enumerate(shown)
    ]
    return canvas(frame, -(-len(shown) // columns) * _ROW + 2, heading, parts)


def _chart(one: Slope, left: float, top: float, wide: float) -> Markup:
    x0, x1 = left + wide * 0.2, left + wide * 0.8
    known = [value for value in (one.before, one.after) if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    y = Linear(low, high if high > low else low + 1, top + 34 + _PLOT, top + 40)
    parts = [text(left, top + 13, fit(one.title, wide, 11.5), "small strong")]
    parts.append(line(x0 - 12, y(0.0), x1 + 12, y(0.0), "axis"))
    if one.before is not None and one.after is not None:
        parts.append(line(x0, y(one.before), x1, y(one.after), "l s0"))
    for place, (x, value, printed) in enumerate(zip((x0, x1), (one.before, one.after), one.printed, strict=True)):
        at = y(0.0) if value is None else y(value)
        if value is not None:
            parts.append(marker(x, at, 0, 4, f"f{place}"))
        # above a point that ends a rise, below one that ends a fall into the negative
        parts.append(text(x, at - 8 if value is None or value >= 0 else at + 17, printed, "label halo", "middle"))
    foot = max(y(low), y(0.0)) + (31 if low < 0 else 15)
    parts += [text(x, foot, word, "small muted", "middle") for x, word in ((x0, "before"), (x1, "after"))]
    return group(parts)
