"""A campaign: an action day with its window, comparison group and what coincided with it.

Read from `day.toml`:

    name = "Action day of November"
    synthetic = false                      # true prints "synthetic world" everywhere
    [window]
    start = 2019-11-21T00:00:00Z           # an offset date-time; a time without zone is refused
    end   = 2019-11-24T23:59:59Z
    days_before = 30                       # the windows that are compared
    days_after  = 30
    [comparison]
    platforms = ["twitter"]                # who was not targeted; may be empty
    organisations = []
    [policy]
    confirmations = 3                      # misses from one vantage before "gone" counts
    [[event]]                              # what else happened: arrests, attacks, outages, policy changes
    at = 2019-11-22T10:00:00Z
    kind = "outage"
    title = "Platform outage"
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from actionday.records.errors import InputError

EVENT_KINDS = ("arrest", "attack", "outage", "policy", "other_action_day", "other")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened around the day and may explain what is seen."""

    at: datetime
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """An action day. Times are UTC; `start` and `end` bound the removals' window, inclusive."""

    name: str
    start: datetime
    end: datetime
    days_before: int = 30
    days_after: int = 30
    comparison_platforms: tuple[str, ...] = ()
    comparison_organisations: tuple[str, ...] = ()
    confirmations: int = 3
    events: tuple[Event, ...] = ()
    synthetic: bool = False

    @property
    def before(self) -> tuple[datetime, datetime]:
        """The window before the day: [start - days_before, start)."""
        return self.start - timedelta(days=self.days_before), self.start

    @property
    def after(self) -> tuple[datetime, datetime]:
        """The window after the day: (end, end + days_after]."""
        return self.end, self.end + timedelta(days=self.days_after)

    def coinciding(self) -> tuple[Event, ...]:
        """Events inside the day's window or within three days of it: their effect cannot be told from the day's."""
        near = timedelta(days=3)
        return tuple(e for e in self.events if self.start - near <= e.at <= self.end + near)


def load_campaign(path: Path) -> Campaign:
    """Read `day.toml`. Raises InputError naming the key and the fix."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InputError(str(path), "no such file", "write one; docs/guide/day.md shows the keys") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"not TOML: {error}", "see docs/guide/day.md") from error
    return _campaign(str(path), raw)


def _campaign(path: str, raw: dict[str, Any]) -> Campaign:
    window = raw.get("window")
    if not isinstance(raw.get("name"), str) or not isinstance(window, dict):
        raise InputError(path, "needs `name` and a [window] with `start` and `end`", "see docs/guide/day.md")
    start, end = (_instant(path, f"window.{key}", window.get(key)) for key in ("start", "end"))
    if end < start:
        raise InputError(path, "the window ends before it starts", "swap window.start and window.end")
    comparison, policy = raw.get("comparison", {}), raw.get("policy", {})
    return Campaign(
        name=raw["name"],
        start=start,
        end=end,
        days_before=_count(path, "window.days_before", window.get("days_before", 30)),
        days_after=_count(path, "window.days_after", window.get("days_after", 30)),
        comparison_platforms=tuple(comparison.get("platforms", ())),
        comparison_organisations=tuple(comparison.get("organisations", ())),
        confirmations=_count(path, "policy.confirmations", policy.get("confirmations", 3)),
        events=tuple(_event(path, number, item) for number, item in enumerate(raw.get("event", ()))),
        synthetic=bool(raw.get("synthetic", False)),
    )


def _event(path: str, number: int, item: dict[str, Any]) -> Event:
    kind = str(item.get("kind", "other"))
    if kind not in EVENT_KINDS:
        raise InputError(path, f"event {number}: unknown kind {kind!r}", f"one of {', '.join(EVENT_KINDS)}")
    return Event(_instant(path, f"event {number}: at", item.get("at")), kind, str(item.get("title", kind)))


def _instant(path: str, key: str, value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InputError(path, f"{key} must be a date-time with its zone", "for example 2019-11-22T00:00:00Z")
    return value.astimezone(UTC)


def _count(path: str, key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(path, f"{key} must be a whole number above 0", "")
    return value
