"""Whom a campaign looks at and how often: the `[targets]` and `[probing]` parts of `day.toml`.

    [targets]
    subjects = ["telegram:channel:1311111111"]   # left out: every venue and every owner, admin and bot seen so far
    platforms = ["telegram"]                     # left out: all
    adversary_hosts = ["chat.example.org"]       # hosts that are not spoken to unless somebody decides it
    [probing]
    dense_hours = 6       # from planning until dense_days after the window, a look every so many hours
    dense_days = 7
    sparse_hours = 24     # then until sparse_days after the window
    sparse_days = 90

Apart from `Campaign`, since a brief prints its campaign and must not print live subjects.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from actionday.records.campaign import Campaign
from actionday.records.errors import InputError, UsageError
from actionday.records.schedule import Schedule
from actionday.records.subject import SubjectId


@dataclass(frozen=True, slots=True)
class Targets:
    """Subject ids (none: everything seen), platforms (none: all), hosts run by adversaries, and the distances between looks."""

    subjects: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    dense: timedelta = timedelta(hours=6)
    dense_days: int = 7
    sparse: timedelta = timedelta(hours=24)
    sparse_days: int = 90
    adversary_hosts: tuple[str, ...] = ()

    def schedule(self, campaign: Campaign, now: datetime) -> Schedule:
        """The grid of looks for a plan that is made `now`. Raises UsageError when the plan would be over already."""
        ends = campaign.end + timedelta(days=self.sparse_days)
        if ends < now:
            raise UsageError(
                f"the plan of {campaign.name!r} ended on {ends:%Y-%m-%d}; raise probing.sparse_days in day.toml to go on looking"
            )
        return Schedule(now, self.dense, campaign.end + timedelta(days=self.dense_days), self.sparse, ends)


def load_targets(path: Path) -> Targets:
    """Read `day.toml` once more, for whom to look at. Raises InputError naming the key and the fix."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"cannot be read: {error}", "see docs/guide/day.md") from error
    targets, probing = raw.get("targets", {}), raw.get("probing", {})
    subjects = _texts(path, "targets.subjects", targets.get("subjects", []))
    for subject in subjects:
        try:
            SubjectId.parse(subject)
        except ValueError as error:
            raise InputError(
                str(path),
                f"targets.subjects: {subject!r} is no subject id",
                "write platform:channel:id or platform:account:id",
            ) from error
    spans = {key: _span(path, key, probing.get(key, default)) for key, default in _DEFAULTS.items()}
    if spans["sparse_days"] < spans["dense_days"]:
        raise InputError(
            str(path), "probing.sparse_days ends before probing.dense_days", "make it the larger of the two"
        )
    return Targets(
        subjects,
        _texts(path, "targets.platforms", targets.get("platforms", [])),
        timedelta(hours=spans["dense_hours"]),
        spans["dense_days"],
        timedelta(hours=spans["sparse_hours"]),
        spans["sparse_days"],
        _texts(path, "targets.adversary_hosts", targets.get("adversary_hosts", [])),
    )


_DEFAULTS = {"dense_hours": 6, "dense_days": 7, "sparse_hours": 24, "sparse_days": 90}


def _texts(path: Path, key: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - any TOML value
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(str(path), f"{key} must be a list of texts", "see docs/guide/day.md")
    return tuple(value)


def _span(path: Path, key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(str(path), f"probing.{key} must be a whole number above 0")
    return value
