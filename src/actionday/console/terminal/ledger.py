"""`actionday ledger`: whether the record of what was decided is whole, and a signed head of it to keep elsewhere."""

import sys
from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.options import exit_code, home_option, json_option, print_json, say, settings_for
from actionday.records import HomeError, SystemClock


@click.group()
def ledger() -> None:
    """What was decided, by whom and when."""


@ledger.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Write the checkpoint into this file."
)
@home_option
@json_option
def checkpoint(out: Path | None, home: Path | None, as_json: bool) -> None:
    """Sign the newest entry with your key. Kept elsewhere, it shows later whether anything up to it was changed."""
    made = playbook.make_checkpoint(settings_for(home), out, SystemClock())
    if as_json:
        print_json(made)
    else:
        for name, value in made.items():
            say(f"{name}: {value}")
        say(
            "keep it where nobody who can write to the casebook can: `ledger verify --checkpoint FILE` compares it later"
        )


@ledger.command()
@click.option(
    "--head",
    metavar="HEAD",
    default=None,
    help="A head that was noted earlier: see that nothing up to it was cut off or written anew.",
)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="A checkpoint that was kept: the same as --head, and its signature is checked.",
)
@home_option
@json_option
def verify(head: str | None, checkpoint: Path | None, home: Path | None, as_json: bool) -> None:
    """Walk along the chain of entries and name the first that is bad. Exit status 3 where there is one."""
    found = playbook.verify_casebook(settings_for(home), head, checkpoint, SystemClock())
    bad = found["first_bad"]
    if as_json:
        print_json(found)
    elif bad:
        say(f"entry {bad['seq']:,} is bad: {bad['reason']}")
        say(f"the {found['entries']:,} entries before it are whole")
    else:
        say(f"{found['entries']:,} entries, whole; {found['erased']:,} of them lost something to an erasure on record")
        if found["people"]:
            say(f"people enrolled: {found['people']:,}; entries that they signed: {found['signed']:,}")
        else:
            say("self-declared identities: nobody is enrolled here (`actionday person add`)")
        say(f"head: {found['head']}")
        say("note the head where nobody who can write to the casebook can: --head compares it later")
    if bad:
        sys.exit(exit_code(HomeError()))
