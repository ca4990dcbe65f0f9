"""`actionday init`, `actionday audit`: what the unit is; who looked at what."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.api import open_day
from actionday.console.terminal.casework import day, tell
from actionday.console.terminal.options import home_option, json_option, say, settings_for
from actionday.records import Secret, UsageError
from actionday.records.unit import UnitKind
from actionday.stores.archive.home import CONTENT, PROFILES

_ASKED = {
    "name": "what is your unit called",
    "jurisdiction": "jurisdiction (two capital letters: FR, EU …)",
    "basis": "on which legal basis do you work",
    "size": "how many people read cases",
}


@click.command()
@click.option("--kind", type=click.Choice([one.value for one in UnitKind]), default=None, help="What you are.")
@click.option("--name", default=None, help="What your unit is called.")
@click.option("--jurisdiction", default=None, help="Two capital letters: FR, or EU.")
@click.option("--basis", default=None, help="The legal basis on which you work.")
@click.option(
    "--size",
    type=click.IntRange(1),
    default=None,
    help="How many people read cases. One reads alone, which is never called four eyes.",
)
@click.option("--register-entry", default="", help="A national authority's entry in the register.")
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="A national authority's certificate, PEM or DER.",
)
@click.option("--contest", default="", help="Where content providers contest: an address.")
@click.option(
    "--content", type=click.Choice(CONTENT), default="hash", show_default=True, help="What a new home keeps of content."
)
@click.option(
    "--profile", type=click.Choice(PROFILES), default="unit", show_default=True, help="How a new home names people."
)
@click.option(
    "--database",
    default=None,
    metavar="URL",
    help="PostgreSQL for the casebook. Default: a file in the home. Name it in the setting `database` afterwards.",
)
@home_option
@json_option
def init(
    kind: str | None,
    name: str | None,
    jurisdiction: str | None,
    basis: str | None,
    size: int | None,
    register_entry: str,
    certificate: Path | None,
    contest: str,
    content: str,
    profile: str,
    database: str | None,
    home: Path | None,
    as_json: bool,
) -> None:
    """Say who you are and make the home. What is not given is asked."""
    told: dict[str, Any] = {"name": name, "jurisdiction": jurisdiction, "basis": basis, "size": size}
    if kind is None:
        kind = _ask("what are you", "kind", click.Choice([one.value for one in UnitKind]))
    told |= {
        what: _ask(_ASKED[what], what, int if what == "size" else str) for what, value in told.items() if value is None
    }
    if kind == UnitKind.NATIONAL_AUTHORITY and not register_entry and sys.stdin.isatty():
        register_entry = click.prompt("your entry in the register")
        certificate = certificate or Path(click.prompt("the file of your certificate"))
    settings = settings_for(home)
    if database is not None:
        settings = replace(settings, database=Secret(database))
    order = playbook.UnitOrder(
        UnitKind(kind), told["name"], told["jurisdiction"], told["basis"], told["size"], register_entry, certificate, contest, content,
        profile,
    )  # fmt: skip
    tell(open_day(settings=settings).set_up(order), as_json, _show_unit)


@click.group()
def audit() -> None:
    """For auditors: who looked at whom, and for what."""


@audit.command()
@click.option("--days", type=click.IntRange(1), default=30, show_default=True, help="So many days back.")
@click.option("--flagged", is_flag=True, help="Only looks that stand out.")
@home_option
@json_option
def looks(days: int, flagged: bool, home: Path | None, as_json: bool) -> None:
    """Every look-up, view of evidence and copy by others, and whether it stands out: outside their work, at colleagues, at whom the policy protects."""
    work = day(home)
    since = work.clock.now() - timedelta(days=days)
    tell(work.audit_looks(since, flagged=flagged), as_json, _show_looks)


def _ask(question: str, option: str, kind: Any) -> Any:  # noqa: ANN401 - a click type and its value
    if not sys.stdin.isatty():
        raise UsageError(f"{question}? give it with --{option}")
    return click.prompt(question, type=kind)


def _show_unit(told: Mapping[str, Any]) -> None:
    orders = (
        "removal orders exist here"
        if told["removal_orders"]
        else "no removal orders here: referrals, notices and reports"
    )
    say(f"{told['name']} ({told['kind']}, {told['jurisdiction']}) in {told['home']}: {orders}; {told['read_by']}")
    for line in told["next"]:
        say(line)


def _show_looks(told: Mapping[str, Any]) -> None:
    for one in told["looks"]:
        why = f"case {one['case']}" if one["case"] else "no case"
        out = f" [{', '.join(one['stands_out'])}]" if one["stands_out"] else ""
        say(
            f"{one['at']} {one['by']}: {one['what']} {one['about']}: {why}{', ' + one['purpose'] if one['purpose'] else ''}{out}"
        )
    say(f"{len(told['looks']):,} of {told['all']:,} since {told['since']}; not shown: {told['not_shown']}")
