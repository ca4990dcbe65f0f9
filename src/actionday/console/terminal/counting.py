"""`actionday measure casework`: what was read, found, contested and overturned, by ground."""

from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.measured import print_measure
from actionday.console.terminal.options import home_option, json_option, settings_for
from actionday.records import SystemClock


@click.command()
@click.option("--of", "campaign", default=None, help="Cases that were opened for this campaign; default: all.")
@click.option(
    "--by-person", is_flag=True, help="For the auditor: also by reader, from 30 findings on, in no order of size."
)
@home_option
@json_option
def casework(campaign: str | None, by_person: bool, home: Path | None, as_json: bool) -> None:
    """What was read, found, contested and overturned, by ground. Small cells are not given."""
    found = playbook.casework(settings_for(home), campaign, SystemClock(), by_person=by_person)
    print_measure(found, False, as_json)
