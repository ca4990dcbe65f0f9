"""What a `brief.json` records so that its numbers can be computed again, and when two estimates are the same.

Not for: computing them (see `playbook.reproduce`).
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actionday.records import Campaign, Event, InputError


@dataclass(frozen=True, slots=True)
class Recorded:
    """A brief's own record: the day, the home's id, the archive's versions, the casebook's head, seed, split, estimates, whether effects are among them."""

    campaign: Campaign
    home: str
    archive: Mapping[str, int]
    seed: int
    by: str
    estimates: list[dict[str, Any]]
    casebook: str
    effects: bool = False


def read_record(folder: Path) -> Recorded:
    """Read `brief.json`. Raises InputError where it is missing or damaged."""
    path = folder / "brief.json"
    try:
        told = json.loads(path.read_text("utf-8"))
        campaign = _campaign(told["campaign"], synthetic=bool(told["synthetic"]))
        return Recorded(
            campaign,
            str(told["home"]),
            dict(told["archive"]),
            int(told["seed"]),
            str(told["by"]),
            list(told["estimates"]),
            str(told.get("casebook") or ""),
            any(one["name"] == "effect_did" for one in told["estimates"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            str(path), f"is no brief that can be reproduced: {error}", "name the brief's folder"
        ) from error


def _campaign(facts: Mapping[str, Any], *, synthetic: bool) -> Campaign:
    values = {key: value for key, value in facts.items() if key in Campaign.__dataclass_fields__}
    values["start"], values["end"] = (_instant(values[key]) for key in ("start", "end"))
    values["comparison_platforms"] = tuple(values["comparison_platforms"])
    values["comparison_organisations"] = tuple(values["comparison_organisations"])
    values["events"] = tuple(Event(_instant(event["at"]), event["kind"], event["title"]) for event in values["events"])
    return Campaign(**{**values, "synthetic": synthetic})


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def agree(one: object, other: object) -> bool:
    """Equal, numbers to nine digits: the order in which threads add up may move the last ones."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(agree(value, other[key]) for key, value in one.items())
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other
