"""`actionday campaign`: an action day as a thing to be prepared. So far: fixing beforehand what will be measured."""

from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, json_option, print_json, say, settings_for
from actionday.records import SystemClock


@click.group()
def campaign() -> None:
    """Prepare an action day."""


@campaign.command()
@click.argument("day", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--after-the-fact", is_flag=True, help="The window has begun: record it all the same, marked so.")
@home_option
@json_option
def freeze(day: Path, after_the_fact: bool, home: Path | None, as_json: bool) -> None:
    """Fix outcomes, windows and comparison of DAY (day.toml, part [preregistered]) before it begins."""
    found = playbook.freeze_campaign(settings_for(home), day, SystemClock(), after_the_fact=after_the_fact)
    if as_json:
        print_json(found)
        return
    how = "on record already, as" if found["known"] else "frozen,"
    late = " AFTER THE FACT: its window had begun" if found["after_the_fact"] else ""
    say(f"{found['campaign']}: {how} {found['sha256'][:16]}, at {found['frozen_at']}{late}")
    if found["earlier"]:
        say(f"{found['earlier']} other versions of it are on record; the last one before the window counts")
    for outcome in found["outcomes"]:
        say(f"    {outcome}")
    say(f"    {', '.join('{before} days before and {after} after'.format(**w) for w in found['windows'])}")
    say(f"    against {found['comparison']}, by {found['method']}")
    say(f"head: {found['head']}")
