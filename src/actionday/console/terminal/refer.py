"""`actionday refer`: who is told, and by which way."""

import click

from actionday.console.terminal.options import json_option, print_json, say


@click.group()
def refer() -> None:
    """Who is told, and what did they answer?"""


@refer.command()
@json_option
def routes(as_json: bool) -> None:
    """List the ways to a recipient: what each carries, who sees what of it, and whether a person does the last step."""
    from actionday.refer.registry import described

    told = described()
    if as_json:
        print_json(told)
        return
    for one in told:
        person = ", by a person" if one["by_person"] else ""
        say(f"{one['name']} ({one['kind']}{person}): {one['title']}")
        say(f"  carries {', '.join(one['carries'])}; {one['sees']}")
