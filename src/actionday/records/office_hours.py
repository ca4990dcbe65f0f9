"""Time as a recipient counts it: wall clocks of a zone, the end of a calendar period, hours in which an office is open.

Wall clocks jump twice a year. A reading that a jump skips stands for the moment of the jump; one that occurs twice for its first
occurrence. So a later moment never gives an earlier end. Not for: which clock runs, or when it stops (`records.deadline`).
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Opening = tuple[time, time]
"""From, to; 00:00 as the second means midnight."""
_SECOND = timedelta(seconds=1)
_DAY = 24 * 60.0
_FARTHEST = 3_660
"""Days within which office hours must add up to a span."""


@dataclass(frozen=True, slots=True)
class Office:
    """A recipient's zone, and, where a clock counts them, its office hours by weekday (Monday is 0) and its days off.

    Days off are the recipient's own data: `holidays` are dates in its zone. Raises ValueError for what no office can have.
    """

    zone: str = "UTC"
    week: Mapping[int, tuple[Opening, ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        zone_named(self.zone)
        for day, openings in self.week.items():
            if not 0 <= day <= 6:
                raise ValueError(f"weekday {day} is none: Monday is 0, Sunday 6")
            closed = -1.0
            for begin, end in openings:
                if not closed < _minutes(begin) < (_minutes(end) or _DAY):
                    raise ValueError(f"office hours of weekday {day} overlap, or end before they begin")
                closed = _minutes(end) or _DAY

    def local_day(self, at: datetime) -> date:
        """The date in the recipient's zone."""
        return at.astimezone(zone_named(self.zone)).date()

    def end_of_day(self, day: date) -> datetime:
        """The moment at which a date is over there, UTC."""
        return first_instant(datetime.combine(day + timedelta(days=1), time()), self.zone)

    def open_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of office hours that end after `at`, the first cut to begin there; UTC, in order, for ten years."""
        today = self.local_day(at) - timedelta(days=1)
        for number in range(_FARTHEST):
            day = today + timedelta(days=number)
            if day in self.holidays:
                continue
            for begin, end in self.week.get(day.weekday(), ()):
                closes = day + timedelta(days=int(end == time.min))
                opened = max(at, first_instant(datetime.combine(day, begin), self.zone))
                closed = first_instant(datetime.combine(closes, end), self.zone)
                if opened < closed:
                    yield opened, closed

    def after_hours(self, start: datetime, hours: timedelta) -> datetime:
        """When so many office hours have passed, UTC. Raises ValueError where it is never open for as long."""
        for opened, closed in self.open_from(start):
            if hours <= closed - opened:
                return opened + hours
            hours -= closed - opened
        raise ValueError("the recipient has no office hours, so none can be counted")


def zone_named(name: str) -> ZoneInfo:
    """The zone of that name. Raises ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"no time zone is called {name!r}") from error


def first_instant(wall: datetime, zone: str) -> datetime:
    """The first moment at which the zone's wall clock shows `wall` (naive), or more; UTC, to the second."""
    there = zone_named(zone)
    readings = [wall.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)]
    early, late = min(readings), max(readings)
    if _shown(early, there) >= wall:
        return early
    while late - early > _SECOND:  # the reading is skipped: find the jump between the two
        middle = early + (late - early) // 2 // _SECOND * _SECOND
        early, late = (early, middle) if _shown(middle, there) >= wall else (middle, late)
    return late


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _shown(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _minutes(moment: time) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60
