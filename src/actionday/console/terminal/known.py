"""`actionday link known` and `link match`: lists of known content, and what was seen here that they know."""

from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, json_option, print_json, quiet_option, say, settings_for
from actionday.console.terminal.progress import watching
from actionday.records import SystemClock

KINDS = ("sha256", "md5", "pdq", "url", "url_md5")


@click.group()
def known() -> None:
    """Lists of known content: hashes and URLs."""


@known.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--list", "name", required=True, help="The list's name; the same name adds to the same list.")
@click.option(
    "--kind", type=click.Choice(KINDS), default=None, help="What the values are, where the file does not say."
)
@click.option(
    "--negative", is_flag=True, help="The list knows what is harmless: content it hits is matched with nothing."
)
@home_option
@json_option
@quiet_option
def import_(
    path: Path, name: str, kind: str | None, negative: bool, home: Path | None, as_json: bool, quiet: bool
) -> None:
    """Read the list in PATH (a value a line, a table, a page of JSON) and match what was seen with it."""
    from actionday.playbook.known import KnownOrder

    with watching(quiet) as progress:
        order = KnownOrder(path, name, kind, negative)
        found = playbook.import_known(settings_for(home), order, SystemClock(), progress)
    if as_json:
        print_json(found)
        return
    say(f"list {name}: {found['rows'].get('known_content', 0):,} new listings, {found['quarantined']:,} rows refused")
    for one in found["read"]:
        if "why" in one:
            say(f"    refused: {one['why']}")
    if found.get("matches"):
        print_matches(found["matches"])


@click.command()
@home_option
@json_option
@quiet_option
def match(home: Path | None, as_json: bool, quiet: bool) -> None:
    """Match what was seen with what is known. Done after each import, too; here without one, when the flood guard was set anew."""
    with watching(quiet) as progress:
        found = playbook.match(settings_for(home), SystemClock(), progress)
    if as_json:
        print_json(found)
    else:
        print_matches(found)


def print_matches(found: dict[str, Any]) -> None:
    """What was matched, for a person."""
    if "skipped" in found:
        say(f"not matched: {found['skipped']}")
        return
    for one in found["by_list"]:
        say(
            f"{one['list']}, {one['kind']}: {one['matches']:,} matches in {one['posts']:,} posts, {one['channels']:,} venues"
        )
    say(
        f"{found['standing']:,} matches stand; {found['new']:,} new, {found['withdrawn']:,} withdrawn, "
        f"{found['harmless']:,} hits are known to be harmless"
    )
    for one in found["floods"]:
        say(f"flood, not matched: {one['kind']}:{one['value']} of {one['list']} hits {one['posts']:,} posts")
    say(found["lead"])
