"""`actionday archive`, `forget`, `retention`: what the home holds, and taking something out of it."""

from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, json_option, print_json, say, settings_for
from actionday.records import SystemClock, UsageError


@click.group()
def archive() -> None:
    """What the home holds."""


@archive.command()
@home_option
@json_option
def stats(home: Path | None, as_json: bool) -> None:
    """Rows by table, quarantine by reason, unfinished imports."""
    found = playbook.stats(settings_for(home))
    if as_json:
        print_json(found)
        return
    for name, rows in found["tables"].items():
        say(f"{name:<14}{rows:>14,}")
    for reason, rows in found["quarantine"].items():
        say(f"quarantine: {rows:,} x {reason}")
    for path in found["unfinished"]:
        say(f"unfinished: {path}; import it again to go on")


@click.command()
@click.argument("subject")
@click.option("--reason", default="", help="Why; kept in the erasure record, so name nobody.")
@click.option(
    "--name", "names", multiple=True, help="A name it goes by besides those in its profiles; may be repeated."
)
@home_option
@json_option
def forget(subject: str, reason: str, names: tuple[str, ...], home: Path | None, as_json: bool) -> None:
    """Erase SUBJECT (platform:account:id, platform:channel:id, platform:@handle or a display name) from the home and keep
    it out.
    """
    found = playbook.forget(settings_for(home), subject, reason, SystemClock(), names)
    if as_json:
        print_json(found)
        return
    for name, counts in found["erased"].items():
        say(f"{name}: {counts['erased']:,} rows erased, {counts['rewritten']:,} rewritten")
    for annex in found["annexes_deleted"]:
        say(f"deleted {annex}, which named subjects")
    for line in [*found["not_known"], found["still_outside"]]:
        say(line)


@click.command()
@click.option("--keep", multiple=True, metavar="TABLE=DAYS", help="Keep so many days of a table; may be repeated.")
@home_option
@json_option
def retention(keep: tuple[str, ...], home: Path | None, as_json: bool) -> None:
    """Erase rows that are older than your policy allows, and what was preserved for orders and whose time is over."""
    days = {}
    for item in keep:
        table, _, count = item.partition("=")
        if not count.isdigit():
            raise UsageError(f"--keep takes TABLE=DAYS, not {item!r}")
        days[table] = int(count)
    found = playbook.retain(settings_for(home), days, SystemClock())
    if as_json:
        print_json(found)
        return
    for name, counts in found["erased"].items():
        say(f"{name}: {counts['erased']:,} rows erased")
    if found["preserved"]:
        say(f"preserved under Art. 6, and over: {found['preserved']:,} receipts lost what lay sealed")
