"""`actionday measure`: coverage, activity, lifetimes, migration, returns, a forecast of a home, as Estimates; a command each.

Measures that are asked for in another way (another network, a budget) have commands in files of their own.
"""

from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.counting import casework
from actionday.console.terminal.measured import print_measure
from actionday.console.terminal.options import (
    campaign_option,
    home_option,
    json_option,
    quiet_option,
    seed_option,
    settings_for,
)
from actionday.console.terminal.progress import watching
from actionday.console.terminal.strategies import plan, strategies
from actionday.records import SystemClock, load_campaign

BY = ("all", "organisation", "platform", "kind", "language")
QUESTIONS = {
    "forecast": "What comes next if nobody acts, and what would the next day do? Never without the score on weeks held back.",
}
SAYS = "Without --campaign there is no before and after, only the whole."


@click.group()
def measure() -> None:
    """What did the day change? Without --campaign there is no before and after, only the whole."""


def _command(what: str) -> click.Command:
    @click.command(what, help=QUESTIONS.get(what, f"What did the day change: {what}. {SAYS}"))
    @click.option("--by", type=click.Choice(BY), default="all", show_default=True, help="Split by this.")
    @click.option("--tables", is_flag=True, help="With --json: print the tidy tables besides the estimates.")
    @campaign_option
    @seed_option
    @home_option
    @json_option
    @quiet_option
    def command(
        by: str, tables: bool, campaign: Path | None, seed: int, home: Path | None, as_json: bool, quiet: bool
    ) -> None:
        asked = playbook.Asked(load_campaign(campaign) if campaign else None, by, seed)
        with watching(quiet) as progress:
            (found,), _ = playbook.measure(settings_for(home), [what], asked, SystemClock(), progress)
        print_measure(found, tables, as_json)

    return command


for _what in playbook.MEASURES:
    measure.add_command(_command(_what))
for _other in (strategies, plan, casework):
    measure.add_command(_other)
