"""What happened when: the campaign's days with its window, and every event with its number and name."""

from collections.abc import Sequence

from markupsafe import Markup

from actionday.brief.figures.days import Days, day_axis, window, window_label
from actionday.brief.figures.frame import Frame, Heading, canvas
from actionday.brief.svg import fit, line, node, text, width_of

_ROW = 26.0


def timeline(frame: Frame, heading: Heading, days: Days, names: Sequence[str]) -> Markup:
    """Events on rows of their own, so that no name covers another. `names` by event number, from 1."""
    x = days.scale(12, frame.width - 12)
    rows = sorted(event for event in days.events if days.first <= event[0] <= days.last)
    bottom = 24 + _ROW * len(rows) + 4
    parts = [window(days, x, 20, bottom), window_label(days, x, 13)]
    for place, (day, number, coincides) in enumerate(rows):
        at, y = x(day.toordinal()), 24 + _ROW * place + 13
        on = " on" if coincides else ""
        label = names[number - 1]
        to_right = frame.width - at - 16
        left_side = width_of(label, 12) > to_right and at > to_right
        parts.append(line(at, y, at, bottom, "event"))
        parts.append(node("circle", cx=at, cy=y, r=8.5, cls=f"event-mark{on}"))
        parts.append(text(at, y + 4, str(number), f"event-number{on}", "middle"))
        words = fit(label, (at - 16) if left_side else to_right, 12)
        parts.append(text(at - 13 if left_side else at + 13, y + 4, words, "label halo", "end" if left_side else None))
    parts.append(day_axis(days, x, bottom))
    return canvas(frame, bottom + 36, heading, parts)
