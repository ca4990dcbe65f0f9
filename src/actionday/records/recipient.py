"""Recipients as data of the home: who can act, in which language, in which hours, by which route, and who else will see what they are told.

Read from `recipients.toml` in the home, one table a recipient:

    [example-host]
    name = "Example Host, trust and safety"
    platforms = ["telegram"]              # of whose targets it is asked
    language = "en"
    route = "by_hand"
    address = "report form at example.org"
    zone = "Europe/Berlin"                # its office; week and days_off where a clock counts office hours
    week = { mon = ["09:00-17:00"] }
    days_off = [2026-12-25]
    answers_within_hours = 24             # its own word; a clock of status, never printed as law
    hourly = 50                           # at most so many an hour and a day
    daily = 300
    run_by_adversary = false              # true: never told anything
    forwards_to_customer = false          # true: whom it is about may read it

Not for: sending, or what a recipient did (`measure`).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from actionday.records.deadline import Mark, Rule, Span, Unit
from actionday.records.errors import InputError
from actionday.records.office_hours import Office

FILE = "recipients.toml"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = {
    "name": str, "platforms": list, "language": str, "route": str, "address": str, "zone": str, "week": dict, "days_off": list,
    "answers_within_hours": int, "hourly": int, "daily": int, "run_by_adversary": bool, "forwards_to_customer": bool,
}  # fmt: skip
_GUIDE = "see docs/guide/campaigns.md"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient. `id` is its name in the registry; `answers_within` counts hours of its office where it has office hours."""

    id: str
    name: str
    platforms: tuple[str, ...]
    language: str
    route: str = "by_hand"
    address: str = ""
    office: Office = field(default_factory=Office)
    answers_within: int | None = None
    hourly: int = 50
    daily: int = 300
    run_by_adversary: bool = False
    forwards_to_customer: bool = False

    @property
    def clock(self) -> Rule | None:
        """Its own word on when it answers, as a clock; None where it gave none."""
        if self.answers_within is None:
            return None
        unit = Unit.OFFICE_HOURS if self.office.week else Unit.HOURS
        return Rule(
            "recipient_answers", 1, "", f"{self.name} answers, by its own word.", Span(self.answers_within, unit), "receipt, else sending",
            "the recipient registry of this home", Mark.RECALLED,
        )  # fmt: skip

    @property
    def seen_by(self) -> tuple[str, ...]:
        """Who will see what is sent, in words; the recipient first."""
        seen = [
            f"{self.name}, by {self.route.removeprefix('by_').replace('_', ' ')}"
            + (f" ({self.address})" if self.address else "")
        ]
        if self.forwards_to_customer:
            seen.append("its customer, to whom it forwards complaints: that may be the content provider")
        return tuple(seen)


def load_recipients(path: Path) -> Mapping[str, Recipient]:
    """All recipients by id; none where there is no file. Raises InputError naming the key and the fix."""
    if not path.exists():
        return {}
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"not TOML: {error}", _GUIDE) from error
    return {name: _recipient(str(path), name, said) for name, said in raw.items()}


def _recipient(path: str, name: str, said: object) -> Recipient:
    if not isinstance(said, dict):
        raise InputError(path, f"`{name}` must be a table", f"write [{name}]; {_GUIDE}")
    for key, value in said.items():
        kind = _KEYS.get(key)
        if kind is None:
            raise InputError(path, f"unknown key `{name}.{key}`", f"keys: {', '.join(_KEYS)}")
        if not isinstance(value, kind) or (
            isinstance(value, int) and kind is int and (isinstance(value, bool) or value < 1)
        ):
            raise InputError(
                path, f"`{name}.{key}` must be a {kind.__name__}" + (" above 0" if kind is int else ""), _GUIDE
            )
    for key in ("name", "platforms", "language"):
        if not said.get(key):
            raise InputError(path, f"`{name}` needs `{key}`", _GUIDE)
    try:
        office = _office(said)
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(
            path, f"`{name}`: office hours: {error}", 'for example week = { mon = ["09:00-17:00"] }'
        ) from error
    plain = {
        key: said[key]
        for key in ("route", "address", "hourly", "daily", "run_by_adversary", "forwards_to_customer")
        if key in said
    }
    return Recipient(
        name, said["name"], tuple(map(str, said["platforms"])), said["language"], office=office,
        answers_within=said.get("answers_within_hours"), **plain,
    )  # fmt: skip


def _office(said: dict[str, Any]) -> Office:
    week = {_DAYS.index(day): tuple(_opening(one) for one in hours) for day, hours in said.get("week", {}).items()}
    days_off = said.get("days_off", [])
    if not all(type(day) is date for day in days_off):
        raise ValueError("days_off are dates, as 2026-12-25")
    return Office(said.get("zone", "UTC"), week, frozenset(days_off))


def _opening(text: str) -> tuple[time, time]:
    begin, _, end = text.partition("-")
    return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
