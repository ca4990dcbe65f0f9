"""How the terminal opens a home for casework and prints cases, readings and evidence. Not for: commands, which have files of their own."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from actionday.api import ActionDay, open_day
from actionday.console.terminal.options import print_json, say, settings_for

F = TypeVar("F", bound=Callable[..., Any])
LINES = 10
"""Rows of a piece of evidence that are printed; --json has more, a copy has all."""
why_option = click.option("--why", required=True, metavar="REASON", help="Why, in your own words.")
campaign_name_option = click.option("--campaign", default=None, metavar="NAME", help="Only cases of this campaign.")


def day(home: Path | None) -> ActionDay:
    """The home that a command works in."""
    return open_day(settings=settings_for(home))


def tell(told: Any, as_json: bool, show: Callable[[Any], None]) -> None:  # noqa: ANN401 - any JSON-able value
    """Print what an action returned: for a program, or for a person."""
    if as_json:
        print_json(told)
    else:
        show(told)


def show_step(told: Mapping[str, Any]) -> None:
    """A case after a step."""
    say(f"{told['case']}: {told['target']}: {told['stage']}{flags_of(told)}")


def show_priority(told: Mapping[str, Any]) -> str:
    """The product with its factors."""
    return (
        f"{told['value']:.4f} = {told['confidence']:.2f} confidence x {told['harm']:.2f} harm x {told['reach']:.2f} reach "
        f"x {told['freshness']:.2f} freshness (seen {told['seen']})"
    )


def flags_of(told: Mapping[str, Any]) -> str:
    """What a person must not overlook."""
    words = [name for name in ("held", "sealed", "doubt") if told.get(name)]
    if told.get("contested"):
        words.append("contested")
    if told.get("hidden_readings"):
        words.append(f"{told['hidden_readings']} reading(s) that you do not see before yours")
    return f" ({', '.join(words)})" if words else ""


def show_case(told: Mapping[str, Any]) -> None:
    """A case with its evidence, evidence first."""
    if not told:
        say("nothing waits for you")
        return
    say(f"{told['case']}: {told['target']} on {told['platform'] or 'no known platform'}")
    for piece in told.get("pieces", ()):
        say(f"  {piece['name']}: {piece['rows']:,} rows")
        for line in piece["lines"][:LINES]:
            say(f"    {line}")
    if told["evidence"] is None:
        say(
            "  no evidence is frozen: `actionday assess evidence CASE --file FILE` adds some; without it no ground can be found"
        )
    else:
        for item in told["evidence"]["items"]:
            if not item["name"].startswith("archive/"):
                say(f"  {item['name']}: {item['size']:,} bytes, SHA-256 {item['sha256']}")
        say(f"  digest {told['evidence']['digest']}")
    for one in told.get("changed", ()):
        say(f"  changed since it was frozen, {one['table']}: {one['new']:,} rows new, {one['gone']:,} gone")
    say(f"stage {told['stage']}, {told['read_by']}{flags_of(told)}")
    say(f"priority {show_priority(told['priority'])}")
    for reading in told["readings"]:
        show_reading(reading)
    if told["claimed_by"]:
        say(f"claimed by {told['claimed_by']} until {told['claimed_until']}")


def show_reading(told: Mapping[str, Any]) -> None:
    """One reading."""
    ground = f" {told['ground']}" if told["ground"] else ""
    say(f"  {told['by']}, {told['at']}: {told['opinion']}{ground}, {told['confidence']} confidence: {told['why']}")
    say(
        f"    Art. 1(3): {told['true_purpose']}{' (protected)' if told['protected'] else ' (doubt)' if told['doubt'] else ''}"
    )
    if told["quote"]:
        say(f"    passage: {told['quote']}" + (f" / {told['translation']}" if told["translation"] else ""))


def show_grounds(grounds: Sequence[Mapping[str, Any]]) -> None:
    """Grounds with where their words come from."""
    for one in grounds:
        where = one["platform"] or one["jurisdiction"] or "everywhere"
        say(
            f"{one['ground']}: {one['law']}, {one['article']} ({where}): {one['says']} [{one['mark']}; from {one['from']}, {one['from_mark']}]"
        )
