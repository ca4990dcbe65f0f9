"""`actionday measure`: coverage, activity, lifetimes, migration of a home, as Estimates."""

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
from actionday.records import Estimate, SystemClock, load_campaign

BY = ("all", "organisation", "platform", "kind", "language")


@click.command()
@click.argument("what", type=click.Choice(playbook.MEASURES))
@click.option("--by", type=click.Choice(BY), default="all", show_default=True, help="Split by this.")
@click.option("--tables", is_flag=True, help="With --json: print the tidy tables besides the estimates.")
@campaign_option
@seed_option
@home_option
@json_option
@quiet_option
def measure(
    what: str, by: str, tables: bool, campaign: Path | None, seed: int, home: Path | None, as_json: bool, quiet: bool
) -> None:
    """What did the day change? Without --campaign there is no before and after, only the whole."""
    asked = playbook.Asked(load_campaign(campaign) if campaign else None, by, seed)
    with watching(quiet) as progress:
        (found,), _ = playbook.measure(settings_for(home), [what], asked, SystemClock(), progress)
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
