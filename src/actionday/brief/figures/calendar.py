"""Calendars of removals: weeks as rows, weekdays as columns, the shade and the figure in each cell saying how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from actionday.brief.figures.days import Days
from actionday.brief.figures.frame import Frame, Heading, canvas
from actionday.brief.scales import day_label
from actionday.brief.svg import group, node, text, width_of
from actionday.brief.wording import compact

LIMITS = (5, 20, 100, 500, 2000)
"""Where the shades change; below the first: 1 to 4, printed as <5."""

_ROW, _WEEKDAYS = 21, "MTWTFSS"
SHADES = ("0", "<5", "5–19", "20–99", "100–499", "500–1,999", "2,000 or more")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Counts by day. `marks` holds what is printed instead of a withheld count; a day in neither is `absent`: 0 or blank."""

    title: str
    counts: Mapping[date, int]
    marks: Mapping[date, str]
    blank: bool = False


def calendars(frame: Frame, heading: Heading, months: Sequence[Calendar], days: Days) -> Markup:
    """Calendars side by side, on a phone under each other, with one key of shades."""
    first = days.first - timedelta(days=days.first.weekday())
    weeks = (days.last - first).days // 7 + 1
    columns = 1 if frame.narrow else len(months)
    left, gap = 44.0, 18.0
    cell = (frame.width - left - gap * (columns - 1)) / columns / 7
    tall = 42 + weeks * _ROW
    parts = []
    for place, calendar in enumerate(months):
        at_x = left + (place % columns) * (7 * cell + gap)
        at_y = (place // columns) * (tall + 16)
        if place % columns == 0:
            parts.append(_week_names(first, weeks, at_y + 42))
        parts.append(_calendar(calendar, days, at_x, at_y, cell))
    bottom = -(-len(months) // columns) * (tall + 16)
    key, height = _key(frame, bottom + 6)
    return canvas(frame, bottom + height, heading, [*parts, key])


def shade(count: int, mark: str) -> int:
    """Which shade a cell gets: 0 nothing, 1 for <5, then by LIMITS."""
    if mark or 0 < count < LIMITS[0]:
        return 1
    return 0 if count == 0 else 1 + sum(count >= limit for limit in LIMITS)


def _calendar(calendar: Calendar, days: Days, left: float, top: float, cell: float) -> Markup:
    parts = [text(left, top + 13, calendar.title, "strong")]
    parts += [text(left + (i + 0.5) * cell, top + 34, d, "small muted", "middle") for i, d in enumerate(_WEEKDAYS)]
    monday = days.first - timedelta(days=days.first.weekday())
    outlines = []
    for offset in range((days.last - days.first).days + 1):
        day = days.first + timedelta(days=offset)
        row, column = (day - monday).days // 7, day.weekday()
        x, y = left + column * cell, top + 42 + row * _ROW
        parts.append(_cell(calendar, day, x, y, cell))
        if days.start <= day <= days.end:
            outlines.append(node("rect", x=x, y=y - 1, width=cell, height=_ROW, cls="window-edge"))
    return group([*parts, *outlines])


def _cell(calendar: Calendar, day: date, x: float, y: float, cell: float) -> Markup:
    mark, known = calendar.marks.get(day, ""), day in calendar.counts
    if not known and not mark and calendar.blank:
        return node("rect", x=x + 1, y=y, width=cell - 2, height=_ROW - 2, cls="blank")
    count = calendar.counts.get(day, 0)
    tone = shade(count, mark)
    words = ("‥" if mark == "hidden" else mark) or (compact(count) if count else "")
    box = node("rect", x=x + 1, y=y, width=cell - 2, height=_ROW - 2, cls=f"h{tone}")
    return group([box, text(x + cell / 2, y + 13.5, words, f"tiny t{tone}", "middle")])


def _week_names(first: date, weeks: int, top: float) -> Markup:
    names = [(first + timedelta(days=7 * w), top + w * _ROW + 13.5) for w in range(weeks)]
    return group(text(38, y, day_label(day), "tiny muted", "end") for day, y in names)


def _key(frame: Frame, top: float) -> tuple[Markup, float]:
    parts, x, y = [], 44.0, top
    for tone, label in enumerate(SHADES):
        wide = 20 + width_of(label, 11) + 14
        if x + wide > frame.width:
            x, y = 44.0, y + 20
        parts += [node("rect", x=x, y=y, width=14, height=14, cls=f"h{tone}"), text(x + 19, y + 11, label, "small")]
        x += wide
    parts += [node("rect", x=x + 0.5, y=y, width=14, height=14, cls="window-edge")] if x + 90 < frame.width else []
    parts += [text(x + 20, y + 11, "action day", "small")] if x + 90 < frame.width else []
    return group(parts), y - top + 26
