"""`assess threat`, `seal`, `hold`, `lift`, `holds`: alarms, and what an authority asks to leave alone."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from actionday.console.terminal.casework import day, tell, why_option
from actionday.console.terminal.options import home_option, json_option, say
from actionday.records import UsageError


@click.command()
@click.argument("case")
@why_option
@click.option(
    "--receipt-of",
    default="",
    metavar="NUMBER",
    help="Record what the authority answered to the message of that number.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Write the message there, too."
)
@home_option
@json_option
def threat(case: str, why: str, receipt_of: str, out: Path | None, home: Path | None, as_json: bool) -> None:
    """A threat to life in CASE: record it and get the message to the authority. Call first; nothing else comes before this."""
    work = day(home)
    if receipt_of:
        tell(work.threat_receipt(case, receipt_of, why), as_json, _show_receipt)
    else:
        tell(work.threat(case, why, out=out), as_json, _show_threat)


@click.command()
@click.argument("case")
@why_option
@home_option
@json_option
def seal(case: str, why: str, home: Path | None, as_json: bool) -> None:
    """Child abuse in CASE: seal it. Nothing of it is copied, exported or shown any more."""
    tell(day(home).seal(case, why), as_json, _show_sealed)


@click.command()
@click.argument("target")
@click.option("--authority", required=True, help="Who asks for it.")
@click.option("--until", required=True, metavar="TIME", help="When it ends: 2026-12-01, or with a time and an offset.")
@why_option
@home_option
@json_option
def hold(target: str, authority: str, until: str, why: str, home: Path | None, as_json: bool) -> None:
    """Hold TARGET for an authority: nobody is given it to read, and nothing about it leaves, by any path."""
    tell(day(home).hold_target(target, authority, _time(until), why), as_json, _show_held)


@click.command()
@click.argument("hold")
@why_option
@home_option
@json_option
def lift(hold: str, why: str, home: Path | None, as_json: bool) -> None:
    """End HOLD (its id) before its time."""
    tell(day(home).lift_hold(hold, why), as_json, _show_lifted)


@click.command()
@home_option
@json_option
def holds(home: Path | None, as_json: bool) -> None:
    """Holds that run, for whom and until when."""
    tell(day(home).holds(), as_json, _show_holds)


COMMANDS: tuple[click.Command, ...] = (threat, seal, hold, lift, holds)


def _time(text: str) -> datetime:
    """A time; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no time such as 2026-12-01 or 2026-12-01T12:00+01:00") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _show_threat(told: Mapping[str, Any]) -> None:
    say(f"CALL {told['call']} now: {told['authority']} [{told['mark']}]")
    for line in told["message"].splitlines():
        say(line)
    say(
        f"then record what they answer: actionday assess threat {told['case']} --receipt-of {told['receipt_due']} --why ANSWER"
    )


def _show_receipt(told: Mapping[str, Any]) -> None:
    say(f"{told['case']}: recorded: {told['receipt']}")


def _show_sealed(told: Mapping[str, Any]) -> None:
    say(f"{told['case']}: {told['notice']} [{told['mark']}]")


def _show_held(told: Mapping[str, Any]) -> None:
    _show_holds(told["holds"])


def _show_lifted(told: Mapping[str, Any]) -> None:
    say(f"{told['lifted']}: lifted by {told['by']}")


def _show_holds(told: Sequence[Mapping[str, Any]]) -> None:
    for one in told:
        say(f"{one['hold']}: {one['target']} for {one['authority']} until {one['until']}: {one['why']} ({one['by']})")
    if not told:
        say("nothing is held")
