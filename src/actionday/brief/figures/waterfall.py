"""Steps that add up: what each family of evidence adds to or takes from the weight of one pair, in bits, the prior first.

Not for: the weights themselves (`link`); a figure of a pair is a lead like the pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from actionday.brief.figures.frame import Frame, Heading, canvas
from actionday.brief.scales import Linear, ticks
from actionday.brief.svg import fit, group, line, node, text, width_of

_ROW, _BAR = 24.0, 14.0


@dataclass(frozen=True, slots=True)
class Fall:
    """One step: the family, its level in words, its bits, and the sum after it."""

    label: str
    level: str
    bits: float
    total: float


def waterfall(frame: Frame, heading: Heading, falls: Sequence[Fall]) -> Markup:
    """A bar a step from the sum before to the sum after; what speaks for is filled, what speaks against is outlined."""
    row = _ROW + (17 if frame.narrow else 0)
    named = [f"{fall.label}: {fall.level}" if fall.level else fall.label for fall in falls]
    labels = 0.0 if frame.narrow else min(max((width_of(name, 12) for name in named), default=0) + 14, 330)
    printed = max((width_of(_signed(fall.bits), 12) for fall in falls), default=0) + 12
    right = frame.width - (14 if frame.narrow else printed)
    ends = [0.0, *(fall.total for fall in falls), *(fall.total - fall.bits for fall in falls)]
    marks = ticks(min(ends), max(*ends, min(ends) + 1e-9), 4 if frame.narrow else 6)
    x = Linear(marks[0], marks[-1], labels + 10, right)
    bottom = 6 + row * len(falls)
    parts = [line(x(mark), 4, x(mark), bottom, "grid") for mark in marks]
    parts.append(line(x(0.0), 4, x(0.0), bottom, "reference"))
    for place, (fall, name) in enumerate(zip(falls, named, strict=True)):
        parts += _step(frame, x, 6 + place * row, name, fall)
    parts.append(group(text(x(mark), bottom + 17, f"{mark:g}".replace("-", "−"), "small", "middle") for mark in marks))
    return canvas(frame, bottom + 26, heading, parts)


def _step(frame: Frame, x: Linear, top: float, name: str, fall: Fall) -> list[Markup]:
    room = frame.width - 70 if frame.narrow else x.start - 14
    y = top + (20 if frame.narrow else 4)
    baseline = top + (13 if frame.narrow else 16)
    begin, end = x(fall.total - fall.bits), x(fall.total)
    width = max(abs(end - begin), 1.5)
    against = fall.bits < 0
    return [
        text(0, baseline, fit(name, room, 12), "label halo"),
        text(frame.width, baseline, _signed(fall.bits), "label halo", "end"),
        node("rect", x=min(begin, end), y=y, width=width, height=_BAR, cls="bar against" if against else "bar f0"),
    ]


def _signed(bits: float) -> str:
    return "0.0" if abs(bits) < 0.05 else f"{bits:+.1f}".replace("-", "−")
