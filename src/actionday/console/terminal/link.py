"""`actionday link`: which account or channel is whose return. Not for: the commands themselves, which have files of their own."""

import click

from actionday.console.terminal.judging import judge, lineage, withdraw


@click.group()
def link() -> None:
    """Which account or channel is whose return? Leads for a person to judge, never grounds."""


for _command in (judge, withdraw, lineage):
    link.add_command(_command)
