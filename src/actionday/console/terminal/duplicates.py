"""`actionday link duplicates`: groups of posts that say the same or nearly the same."""

from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, json_option, print_json, quiet_option, say, settings_for
from actionday.console.terminal.progress import watching

_VENUES = 5


@click.command()
@click.option(
    "--threshold",
    type=float,
    default=0.8,
    show_default=True,
    help="Jaccard index of 5-gram shingles from which texts are near-duplicates.",
)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Show so many groups.")
@home_option
@json_option
@quiet_option
def duplicates(threshold: float, limit: int, home: Path | None, as_json: bool, quiet: bool) -> None:
    """Groups of posts with the same or nearly the same text, largest first. No text need be kept for it."""
    with watching(quiet) as progress:
        found = playbook.duplicates(settings_for(home), threshold, limit, progress)
    if as_json:
        print_json(found)
        return
    for group in found["shown"]:
        print_group(group)
    alike = found["alike"]
    say(
        f"{found['groups']:,} groups; {found['texts']:,} texts compared, {alike['texts']:,} have a near-duplicate "
        f"({alike['exact']:,} ties exact, {alike['estimated']:,} estimated)"
    )
    say(found["lead"])


def print_group(group: dict[str, Any]) -> None:
    """A group on three lines: how large and how sure, where it was first, who said it."""
    first = group["representative"]
    proof = "identical" if group["proof"] == "identical" else f"{group['proof']}, at least {group['least_jaccard']:.2f}"
    say(f"{group['posts']:,} posts, {group['texts']:,} texts, {group['channels']:,} venues ({proof})")
    say(f"    first {first['at']:%Y-%m-%d %H:%M} in {first['channel']}, post {first['post']}")
    named = ", ".join(f"{one['channel']} ({one['posts']:,})" for one in group["by"][:_VENUES])
    more = group["channels"] - min(_VENUES, len(group["by"]))
    say(f"    {named}" + (f" and {more:,} more" if more else ""))
