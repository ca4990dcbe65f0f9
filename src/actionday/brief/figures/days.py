"""The days of a campaign on a figure: the axis, the shaded window, the numbered events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from actionday.brief.scales import Linear, day_label, day_ticks
from actionday.brief.svg import group, line, node, text, width_of


@dataclass(frozen=True, slots=True)
class Days:
    """The campaign's days: first and last day shown, the window, and events as (day, number, coincides with the day)."""

    first: date
    last: date
    start: date
    end: date
    events: tuple[tuple[date, int, bool], ...] = ()

    def scale(self, left: float, right: float) -> Linear:
        """Days (as ordinals) to places; a day's place is its middle."""
        return Linear(self.first.toordinal() - 0.5, self.last.toordinal() + 0.5, left, right)


def window(days: Days, x: Linear, top: float, bottom: float) -> Markup:
    """The action day's window as a shaded band."""
    left, right = x(days.start.toordinal() - 0.5), x(days.end.toordinal() + 0.5)
    return node("rect", x=left, y=top, width=max(right - left, 1), height=bottom - top, cls="window")


def event_lines(days: Days, x: Linear, top: float, bottom: float) -> Markup:
    """A hairline for each event in sight; dashed, so that it is told from the window without colour."""
    return group(line(x(d.toordinal()), top, x(d.toordinal()), bottom, "event") for d, _, _ in _in_sight(days))


def event_numbers(days: Days, x: Linear, y: float) -> Markup:
    """The events' numbers in circles on the line y; circles that would touch are moved apart. Filled: coincides."""
    placed: list[float] = []
    parts = []
    for day, number, coincides in _in_sight(days):
        at = x(day.toordinal())
        if placed and at < placed[-1] + 17:
            at = placed[-1] + 17
        placed.append(at)
        parts.append(node("circle", cx=at, cy=y, r=7.5, cls="event-mark on" if coincides else "event-mark"))
        parts.append(text(at, y + 3.5, str(number), "event-number on" if coincides else "event-number", "middle"))
    return group(parts)


def window_label(days: Days, x: Linear, y: float, words: str = "action day") -> Markup:
    """The window's name above its band, centred and held inside the scale."""
    half = width_of(words, 11) / 2
    middle = (x(days.start.toordinal() - 0.5) + x(days.end.toordinal() + 0.5)) / 2
    return text(min(max(middle, x.start + half), x.end - half), y, words, "small strong", "middle")


def day_axis(days: Days, x: Linear, y: float) -> Markup:
    """Ticks on Mondays and their dates; the year once."""
    parts = [line(x.start, y, x.end, y, "axis")]
    shown: Sequence[date] = day_ticks(days.first, days.last, x.end - x.start)
    for place, day in enumerate(shown):
        at = x(day.toordinal())
        parts.append(line(at, y, at, y + 4, "axis"))
        label = day_label(day)
        room = x.end + 4 - at
        anchor = "middle" if width_of(label, 11) / 2 < room else "end"
        parts.append(text(at if anchor == "middle" else x.end + 4, y + 16, label, "small", anchor))
        if place == 0 or day.year != shown[place - 1].year:
            parts.append(text(at, y + 29, str(day.year), "small muted", "middle"))
    return group(parts)


def _in_sight(days: Days) -> list[tuple[date, int, bool]]:
    return sorted(event for event in days.events if days.first <= event[0] <= days.last)
