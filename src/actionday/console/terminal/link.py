"""`actionday link`: what says the same, and what is known already. Its commands lie in files of their own."""

import click

from actionday.console.terminal.duplicates import duplicates
from actionday.console.terminal.known import known, match


@click.group()
def link() -> None:
    """What belongs together? Every answer is a lead, never a ground."""


for _command in (duplicates, known, match):
    link.add_command(_command)
