"""`actionday person`: who works here, with which key and in which roles."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, json_option, print_json, say, settings_for
from actionday.records import Role, SystemClock

_role_option = click.option(
    "--role", "roles", type=click.Choice([role.value for role in Role]), multiple=True, help="A role; may be repeated."
)
_why_option = click.option("--why", default="", help="The reason, for the ledger.")


@click.group()
def person() -> None:
    """Who works here. With the first person enrolled, every entry of the ledger is signed."""


@person.command()
@home_option
@json_option
def key(home: Path | None, as_json: bool) -> None:
    """Make your own key (Ed25519, under a passphrase) and print its public half, for an administrator to enrol."""
    made = playbook.make_person_key(settings_for(home))
    if as_json:
        print_json(made)
    else:
        say(f"made {made['file']}: keep it and its passphrase to yourself")
        say(f"give this to an administrator: {made['key']}")


@person.command()
@click.argument("name")
@_role_option
@click.option(
    "--key", "public", default=None, help="The key that `person key` printed. The first person's is made here."
)
@_why_option
@home_option
@json_option
def add(name: str, roles: tuple[str, ...], public: str | None, why: str, home: Path | None, as_json: bool) -> None:
    """Enrol somebody. The first person enrols themselves, as administrator."""
    if not roles:
        raise click.UsageError("name a role with --role")
    found = playbook.add_person(settings_for(home), name, [Role(one) for one in roles], public, why, SystemClock())
    _told(found, as_json)


@person.command()
@click.argument("who")
@_role_option
@click.option(
    "--key", "public", default=None, help="A new key that `person key` printed; the old one no longer counts."
)
@_why_option
@home_option
@json_option
def change(who: str, roles: tuple[str, ...], public: str | None, why: str, home: Path | None, as_json: bool) -> None:
    """Give somebody other roles (all that they shall have) or a new key. Without --role they work here no more."""
    found = playbook.change_person(settings_for(home), who, [Role(one) for one in roles], public, why, SystemClock())
    _told(found, as_json)


@person.command("list")
@home_option
@json_option
def list_(home: Path | None, as_json: bool) -> None:
    """Say who works here."""
    found = playbook.people(settings_for(home), SystemClock())
    if as_json:
        print_json(found)
    elif not found:
        say("self-declared identities: nobody is enrolled here (`actionday person add NAME --role administrator`)")
    for one in [] if as_json else found:
        _line(one)


def _told(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        _line(found)
        say(f"head: {found['head']}")


def _line(one: Mapping[str, Any]) -> None:
    say(
        f"{one['name']}: {', '.join(one['roles']) or 'works here no more'}; since {one['since']}; {one['person']}; {one['key']}"
    )
