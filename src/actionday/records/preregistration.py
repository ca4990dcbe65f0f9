"""What was fixed before a day: outcomes, windows, comparison and method, with the hash by which it is known again.

Read from the part `[preregistered]` of `day.toml`; `campaign freeze` writes it into the casebook's ledger:

    [preregistered]
    outcomes = ["posts_change_original"]           # names of estimates, as the measures print them
    windows = [{ before = 30, after = 30 }]         # days
    comparison = "twitter, not targeted that day"  # against whom, in words; the groups themselves are [comparison]'s
    method = "ratio of daily rates"                # as an estimate's method says it, or a part of it

Pure. Not for: whether an analysis is any good; that it was chosen beforehand is all that is said here.
"""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from actionday.records.campaign import Campaign, load_campaign
from actionday.records.errors import InputError

_KEYS = ("outcomes", "windows", "comparison", "method")
_MOST = 3_650
_GUIDE = "see docs/guide/freeze.md"


@dataclass(frozen=True, slots=True)
class Preregistration:
    """What is fixed, of which day. Times are UTC; `windows` are days (before, after); `untargeted` the comparison group, sorted."""

    campaign: str
    start: datetime
    end: datetime
    outcomes: tuple[str, ...]
    windows: tuple[tuple[int, int], ...]
    comparison: str
    method: str
    untargeted: tuple[str, ...] = ()

    def document(self) -> str:
        """The canonical form that is hashed: JSON, keys sorted, ASCII."""
        said = {**asdict(self), "start": self.start.isoformat(), "end": self.end.isoformat()}
        return json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, in hex."""
        return hashlib.sha256(self.document().encode("ascii")).hexdigest()

    @classmethod
    def parse(cls, document: str) -> "Preregistration":
        """Read the canonical form. Raises ValueError when it is not one."""
        try:
            raw: dict[str, Any] = json.loads(document)
            start, end = (datetime.fromisoformat(raw.pop(name)).astimezone(UTC) for name in ("start", "end"))
            windows = tuple((int(before), int(after)) for before, after in raw.pop("windows"))
            outcomes, untargeted = tuple(raw.pop("outcomes")), tuple(raw.pop("untargeted"))
            return cls(start=start, end=end, windows=windows, outcomes=outcomes, untargeted=untargeted, **raw)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no preregistration: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Frozen:
    """A preregistration on record: when, and whether its window had begun by then."""

    what: Preregistration
    at: datetime

    @property
    def after_the_fact(self) -> bool:
        """Whether it was fixed when the day had begun: then it binds nobody."""
        return self.at >= self.what.start


@dataclass(frozen=True, slots=True)
class Analysis:
    """An analysis as it was made: which outcome, over which windows (days), against which groups, by which method."""

    outcome: str
    before: int
    after: int
    untargeted: tuple[str, ...]
    method: str


class Standing(StrEnum):
    """Whether an analysis was fixed beforehand."""

    REGISTERED = "registered"
    AFTER_THE_FACT = "after the fact"
    DIFFERS = "differs"
    """its outcome was registered, and something else of it is not as it was"""
    NOT = "not registered"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, the record that it rests on, and what differs."""

    standing: Standing
    frozen: Frozen | None = None
    differs: tuple[str, ...] = ()


def binding(campaign: Campaign, frozen: Sequence[Frozen]) -> Frozen | None:
    """What counts for a day: the last record before its window began, else the first one after; None without any."""
    mine = [one for one in frozen if (one.what.campaign, one.what.start, one.what.end) == (campaign.name, campaign.start, campaign.end)]  # fmt: skip
    early = [one for one in mine if not one.after_the_fact]
    return max(early, key=lambda one: one.at) if early else min(mine, key=lambda one: one.at, default=None)


def registered(analysis: Analysis, campaign: Campaign, frozen: Sequence[Frozen]) -> Verdict:
    """Whether the analysis was fixed before the day: outcome, windows, comparison group and method alike."""
    found = binding(campaign, frozen)
    if found is None or analysis.outcome not in found.what.outcomes:
        return Verdict(Standing.NOT, found)
    what = found.what
    differs = [
        words
        for words, same in (
            ("windows", (analysis.before, analysis.after) in what.windows),
            ("comparison group", tuple(sorted(analysis.untargeted)) == what.untargeted),
            ("method", what.method.casefold() in analysis.method.casefold()),
        )
        if not same
    ]
    if differs:
        return Verdict(Standing.DIFFERS, found, tuple(differs))
    return Verdict(Standing.AFTER_THE_FACT if found.after_the_fact else Standing.REGISTERED, found)


def load_preregistration(path: Path) -> tuple[Campaign, Preregistration]:
    """Read a day and what it fixes. Raises InputError naming the key and the fix."""
    campaign = load_campaign(path)
    raw = tomllib.loads(path.read_text("utf-8")).get("preregistered")
    if not raw:
        raise InputError(str(path), "has no part [preregistered], so there is nothing to freeze", _GUIDE)
    return campaign, _parsed(str(path), raw, campaign)


def _parsed(path: str, raw: dict[str, Any], campaign: Campaign) -> Preregistration:
    missing = [key for key in _KEYS if not raw.get(key)]
    if missing:
        raise InputError(path, f"[preregistered] needs `{missing[0]}`", _GUIDE)
    outcomes = raw["outcomes"]
    if not isinstance(outcomes, list) or not all(isinstance(one, str) and one for one in outcomes):
        raise InputError(
            path, "preregistered.outcomes must be a list of names", 'for example ["posts_change_original"]'
        )
    for key in ("comparison", "method"):
        if not isinstance(raw[key], str):
            raise InputError(path, f"preregistered.{key} must be a text", _GUIDE)
    return Preregistration(
        campaign.name,
        campaign.start,
        campaign.end,
        tuple(sorted(set(outcomes))),
        _windows(path, raw["windows"]),
        raw["comparison"],
        raw["method"],
        untargeted_of(campaign),
    )


def untargeted_of(campaign: Campaign) -> tuple[str, ...]:
    """The comparison group of a day, sorted."""
    return tuple(sorted((*campaign.comparison_platforms, *campaign.comparison_organisations)))


def _windows(path: str, raw: object) -> tuple[tuple[int, int], ...]:
    fix = "for example [{ before = 30, after = 30 }], in days"
    if not isinstance(raw, list) or not all(isinstance(one, dict) and set(one) == {"before", "after"} for one in raw):
        raise InputError(path, "preregistered.windows must be a list of tables with `before` and `after`", fix)
    pairs = [(one["before"], one["after"]) for one in raw]
    if not all(
        isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= _MOST for pair in pairs for days in pair
    ):
        raise InputError(path, f"preregistered.windows: days are whole numbers from 1 to {_MOST}", fix)
    return tuple(sorted(set(pairs)))
