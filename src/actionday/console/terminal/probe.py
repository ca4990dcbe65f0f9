"""`observe probe`, `observe watch` and `observe collect`: what speaks to the outside."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actionday import playbook
from actionday.console.terminal.options import (
    campaign_option,
    home_option,
    json_option,
    print_json,
    quiet_option,
    say,
    settings_for,
)
from actionday.console.terminal.progress import watching
from actionday.records import SystemClock, UsageError

if TYPE_CHECKING:
    from actionday.playbook.planning import Decision


contact_option = click.option(
    "--contact",
    metavar="REASON",
    default=None,
    help="Speak to the subjects' or targets' own hosts too, where the default is DNS and registry only. Kept with your name.",
)


@click.command()
@click.argument("subjects", nargs=-1)
@click.option("--due", is_flag=True, help="Look at everyone whose plan has a look due now.")
@campaign_option
@contact_option
@click.option(
    "--no-contact",
    metavar="REASON",
    default=None,
    help="Leave the SUBJECTS' own hosts alone from now on. Kept with your name.",
)
@home_option
@json_option
@quiet_option
def probe(
    subjects: tuple[str, ...],
    due: bool,
    campaign: Path | None,
    contact: str | None,
    no_contact: str | None,
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Look at SUBJECTS, or at who is due, and keep the evidence. Off until the setting `reach` names platforms."""
    from actionday.playbook.planning import PlanOrder
    from actionday.playbook.reaching import Means

    if sum((bool(subjects), due, campaign is not None)) != 1:
        raise UsageError("name subjects, or --due, or --campaign day.toml: one of the three")
    if due and contact is not None:
        raise UsageError("--contact is a decision about subjects or a campaign's targets: name them")
    if no_contact is not None and (not subjects or contact is not None):
        raise UsageError("--no-contact is a decision about subjects: name them, and not --contact besides")
    order = PlanOrder.of(campaign, contact) if campaign is not None else None
    decision = _decision(contact, no_contact) if subjects else None
    with watching(quiet) as progress:
        report = playbook.probe(settings_for(home), subjects, order, Means(SystemClock(), progress), decision)
    if as_json:
        print_json(report)
    else:
        print_report(report)


@click.command()
@click.option("--rounds", type=int, default=None, help="Stop after so many rounds. Default: when every plan has ended.")
@home_option
@json_option
@quiet_option
def watch(rounds: int | None, home: Path | None, as_json: bool, quiet: bool) -> None:
    """Keep the schedule: look whenever somebody is due. Stop it any time; started again it goes on."""
    from actionday.playbook.reaching import Means

    with watching(quiet) as progress:
        report = playbook.watch(settings_for(home), Means(SystemClock(), progress), rounds)
    if as_json:
        print_json(report)
    else:
        say(f"{report['rounds']:,} rounds, {report['looked']:,} looks")


def _decision(contact: str | None, no_contact: str | None = None) -> "Decision | None":
    from actionday.playbook.planning import Decision

    if contact is not None:
        return Decision(True, contact)
    return Decision(False, no_contact) if no_contact is not None else None


@click.command()
@click.argument("subjects", nargs=-1, required=True)
@contact_option
@home_option
@json_option
@quiet_option
def collect(subjects: tuple[str, ...], contact: str | None, home: Path | None, as_json: bool, quiet: bool) -> None:
    """Fetch what SUBJECTS show in public now, and read it in. Off until the setting `reach` names their platforms."""
    from actionday.playbook.reaching import Means

    with watching(quiet) as progress:
        report = playbook.collect(
            settings_for(home), subjects, None, Means(SystemClock(), progress), _decision(contact)
        )
    if as_json:
        print_json(report)
        return
    for subject, says in report["fetched"].items():
        say(f"fetched {subject}: {says}")
    for subject, reason in report["left"].items():
        say(f"left {subject}: {reason}")
    for done in report["import"].values():
        say(f"new rows: {', '.join(f'{count:,} {name}' for name, count in done['rows'].items()) or 'none'}")


def print_report(report: dict[str, Any]) -> None:
    """What a round of looks did, for a person."""
    if "planned" in report:
        say(f"planned: {report['planned']:,} subjects are new or changed in the plan")
    states = ", ".join(f"{count:,} {state}" for state, count in report["states"].items())
    say(f"looked at {report['looked']:,}{': ' + states if states else ''}")
    for host, until in report["resting"].items():
        say(f"{host} is left alone until {until}")
    for reason, count in report["left"].items():
        say(f"left {count:,}: {reason}")
    if report["failed"]:
        say(f"{report['failed']:,} looks failed inside their prober; `actionday archive stats` says why")
