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

_KEYS = ("name", "synthetic", "window", "comparison", "policy", "event", "targets", "probing", "preregistered")
_SECTION_KEYS = {
    "window": ("start", "end", "days_before", "days_after"),
    "comparison": ("platforms", "organisations"),
    "policy": ("confirmations",),
    "targets": ("subjects", "platforms", "adversary_hosts"),  # read by `records.targets`
    "preregistered": ("outcomes", "windows", "comparison", "method"),  # read by `records.preregistration`
    "probing": ("dense_hours", "dense_days", "sparse_hours", "sparse_days"),
}
_MOST = 3_650  # days, ten years
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
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}", "check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"not TOML: {error}", "see docs/guide/day.md") from error
    return _campaign(str(path), raw)


def _campaign(path: str, raw: dict[str, Any]) -> Campaign:
    _known(path, "", raw, _KEYS)
    window = _section(path, raw, "window")
    if not isinstance(raw.get("name"), str) or not window:
        raise InputError(path, "needs `name` and a [window] with `start` and `end`", "see docs/guide/day.md")
    start, end = (_instant(path, f"window.{key}", window.get(key)) for key in ("start", "end"))
    if end < start:
        raise InputError(path, "the window ends before it starts", "swap window.start and window.end")
    comparison, policy = _section(path, raw, "comparison"), _section(path, raw, "policy")
    for name in ("targets", "probing", "preregistered"):
        _section(path, raw, name)
    synthetic, events = raw.get("synthetic", False), raw.get("event", [])
    if not isinstance(synthetic, bool):
        raise InputError(path, "synthetic must be true or false", "without quotes")
    if not isinstance(events, list) or not all(isinstance(item, dict) for item in events):
        raise InputError(path, "`event` must be a list of tables", "write [[event]]; see docs/guide/day.md")
    return Campaign(
        name=raw["name"],
        start=start,
        end=end,
        days_before=_count(path, "window.days_before", window.get("days_before", 30)),
        days_after=_count(path, "window.days_after", window.get("days_after", 30)),
        comparison_platforms=_texts(path, "comparison.platforms", comparison.get("platforms", [])),
        comparison_organisations=_texts(path, "comparison.organisations", comparison.get("organisations", [])),
        confirmations=_count(path, "policy.confirmations", policy.get("confirmations", 3)),
        events=tuple(_event(path, number, item) for number, item in enumerate(events, 1)),
        synthetic=synthetic,
    )


def _section(path: str, raw: dict[str, Any], name: str) -> dict[str, Any]:
    found = raw.get(name, {})
    if not isinstance(found, dict):
        raise InputError(path, f"`{name}` must be a table", f"write [{name}]; see docs/guide/day.md")
    _known(path, f"{name}.", found, _SECTION_KEYS[name])
    return found


def _known(path: str, where: str, found: dict[str, Any], keys: tuple[str, ...]) -> None:
    """A key that is misspelt would be passed over in silence, and its default would stand in the brief."""
    unknown = sorted(set(found) - set(keys))
    if unknown:
        raise InputError(path, f"unknown key `{where}{unknown[0]}`", f"keys: {', '.join(keys)}")


def _event(path: str, number: int, item: dict[str, Any]) -> Event:
    _known(path, f"event {number}: ", item, ("at", "kind", "title"))
    kind = item.get("kind", "other")
    if kind not in EVENT_KINDS:
        raise InputError(path, f"event {number}: unknown kind {kind!r}", f"one of {', '.join(EVENT_KINDS)}")
    return Event(_instant(path, f"event {number}: at", item.get("at")), kind, str(item.get("title", kind)))


def _texts(path: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise InputError(path, f"{key} must be a list of texts", 'for example ["twitter"]')
    return tuple(value)


def _instant(path: str, key: str, value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InputError(path, f"{key} must be a date-time with its zone", "for example 2019-11-22T00:00:00Z")
    return value.astimezone(UTC)


def _count(path: str, key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
        raise InputError(path, f"{key} must be a whole number from 1 to {_MOST}", "")
    return value
