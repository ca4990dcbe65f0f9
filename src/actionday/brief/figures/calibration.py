"""Said against found: in each group of pairs, the probability that was said and the share that was true, with its interval.

A perfect scale lies on the diagonal. Not for: computing either; see `link.evaluate`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from actionday.brief.figures.frame import Frame, Heading, canvas, marker
from actionday.brief.scales import Linear
from actionday.brief.svg import group, line, text

_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_LEFT, _TOP, _FOOT = 44.0, 10.0, 44.0


@dataclass(frozen=True, slots=True)
class Found:
    """One group of pairs: what was said of them on average, the share that was true, its interval, and how many they are."""

    said: float
    value: float
    low: float
    high: float
    n: int


def calibration_plot(frame: Frame, heading: Heading, groups: Sequence[Found]) -> Markup:
    """A square with the diagonal, a dot a group and its 95 % interval; the table beside a figure says the numbers."""
    side = min(frame.width - _LEFT - 16, 380.0)
    x = Linear(0, 1, _LEFT, _LEFT + side)
    y = Linear(0, 1, _TOP + side, _TOP)
    parts = [line(x(mark), _TOP, x(mark), _TOP + side, "grid") for mark in _TICKS]
    parts += [line(_LEFT, y(mark), _LEFT + side, y(mark), "grid") for mark in _TICKS]
    parts.append(line(x(0), y(0), x(1), y(1), "reference"))
    for found in groups:
        at = x.clamp(found.said)
        low, high = y.clamp(found.low), y.clamp(found.high)
        parts.append(line(at, low, at, high, "whisker s0"))
        parts += [line(at - 4, end, at + 4, end, "whisker s0") for end in (low, high)]
        parts.append(marker(at, y.clamp(found.value), 0, 4.5, "f0"))
    parts.append(group(text(x(mark), _TOP + side + 16, f"{mark:g}", "small", "middle") for mark in _TICKS))
    parts.append(group(text(_LEFT - 6, y(mark) + 4, f"{mark:g}", "small", "end") for mark in _TICKS))
    parts.append(text(_LEFT + side / 2, _TOP + side + 34, "probability that was said", "small", "middle"))
    parts.append(text(_LEFT + 6, _TOP + 12, "share that was true", "small halo"))
    return canvas(frame, _TOP + side + _FOOT, heading, parts)
