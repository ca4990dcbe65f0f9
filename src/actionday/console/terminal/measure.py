"""`actionday measure`: coverage, activity, lifetimes, migration, returns of a home, as Estimates; a command each.

Measures that are asked for in another way (another network, a budget) have commands in files of their own.
"""

from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.options import (
    campaign_option,
    home_option,
    json_option,
    print_json,
    quiet_option,
    say,
    seed_option,
    settings_for,
)
from actionday.console.terminal.progress import watching
from actionday.console.terminal.strategies import plan, strategies
from actionday.records import Estimate, Measure, SystemClock, load_campaign

BY = ("all", "organisation", "platform", "kind", "language")
SAYS = "Without --campaign there is no before and after, only the whole."


@click.group()
def measure() -> None:
    """What did the day change? Without --campaign there is no before and after, only the whole."""


def _command(what: str) -> click.Command:
    @click.command(what, help=f"What did the day change: {what}. {SAYS}")
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


def print_measure(found: Measure, tables: bool, as_json: bool) -> None:
    """A measure for programs (with its tables if wanted), or its estimates and notes for a person."""
    if as_json:
        answer: dict[str, Any] = {
            "measure": found.name,
            "estimates": [e.as_dict() for e in found.estimates],
            "notes": list(found.notes),
        }
        if tables:
            answer["tables"] = {name: table.to_pylist() for name, table in found.tables.items()}
        print_json(answer)
        return
    for estimate in found.estimates:
        print_estimate(estimate)
    for note in found.notes:
        say(f"note: {note}")


def print_estimate(estimate: Estimate) -> None:
    """One estimate on one line, its caveats below."""
    group = ", ".join(f"{key}={value}" for key, value in estimate.group.items())
    label = f"{estimate.name} [{group}]" if group else estimate.name
    if estimate.value is None:
        say(f"{label}: not given")
    else:
        span = (
            ""
            if estimate.low is None or estimate.high is None
            else f" ({estimate.low:.4g} to {estimate.high:.4g}, {estimate.level:.0%})"
        )
        say(f"{label}: {estimate.value:.4g}{span} {estimate.unit}, n={estimate.n}, {estimate.method}")
    for caveat in estimate.caveats:
        say(f"    {caveat}")


for _what in playbook.MEASURES:
    measure.add_command(_command(_what))
for _other in (strategies, plan):
    measure.add_command(_other)
