"""`actionday link`: who came back, what says the same, and what is known already. Its commands lie in files of their own."""

import click

from actionday.console.terminal.duplicates import duplicates
from actionday.console.terminal.judging import judge, lineage, withdraw
from actionday.console.terminal.known import known, match
from actionday.console.terminal.linking import link_evaluate, link_explain, link_returns, link_run
from actionday.console.terminal.queue import agreement, draw, none_of, queue


@click.group()
def link() -> None:
    """Who came back, and what belongs together? Every answer is a lead, never a ground."""


for _command in (
    agreement,
    draw,
    duplicates,
    judge,
    known,
    lineage,
    link_evaluate,
    link_explain,
    link_returns,
    link_run,
    match,
    none_of,
    queue,
    withdraw,
):
    link.add_command(_command)
