"""`actionday casebook`: whether the record of what was decided is whole."""

import sys
from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.options import exit_code, home_option, json_option, print_json, say, settings_for
from actionday.records import HomeError, SystemClock


@click.group()
def casebook() -> None:
    """What was decided, by whom and when."""


@casebook.command()
@click.option(
    "--head",
    metavar="HEAD",
    default=None,
    help="A head that was noted earlier: see that nothing up to it was cut off or written anew.",
)
@home_option
@json_option
def verify(head: str | None, home: Path | None, as_json: bool) -> None:
    """Walk along the chain of entries and name the first that is bad. Exit status 3 where there is one."""
    found = playbook.verify_casebook(settings_for(home), head, SystemClock())
    bad = found["first_bad"]
    if as_json:
        print_json(found)
    elif bad:
        say(f"entry {bad['seq']:,} is bad: {bad['reason']}")
        say(f"the {found['entries']:,} entries before it are whole")
    else:
        say(f"{found['entries']:,} entries, whole; {found['erased']:,} of them lost something to an erasure on record")
        say(f"head: {found['head']}")
        say("note the head where nobody who can write to the casebook can: --head compares it later")
    if bad:
        sys.exit(exit_code(HomeError()))
