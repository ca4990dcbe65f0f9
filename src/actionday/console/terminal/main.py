"""The command `actionday`: its groups, and where errors become exit codes."""

import sys
from importlib.metadata import version

import click

from actionday.console.terminal.archive import archive, forget, retention
from actionday.console.terminal.assess import assess
from actionday.console.terminal.campaign import campaign
from actionday.console.terminal.intake import intake
from actionday.console.terminal.ledger import ledger
from actionday.console.terminal.link import link
from actionday.console.terminal.measure import measure
from actionday.console.terminal.observe import observe
from actionday.console.terminal.options import fail
from actionday.console.terminal.person import person
from actionday.console.terminal.refer import refer
from actionday.console.terminal.run import reproduce, run, scenario
from actionday.console.terminal.serve import serve
from actionday.console.terminal.subject_request import subject_request
from actionday.console.terminal.unit import audit, init
from actionday.observe.no_pandas import do_without_pandas
from actionday.records import ActiondayError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version("actionday"))
def actionday() -> None:
    """Find, refer and measure around a referral action day. People decide; software proposes."""


for command in (
    init, run, observe, link, assess, refer, measure, campaign, scenario, archive, ledger, person, audit, forget,
    subject_request, retention, reproduce, serve, intake,
):  # fmt: skip
    actionday.add_command(command)


def main() -> None:
    """Entry point: run the command and turn an error into one message and an exit status."""
    do_without_pandas()
    try:
        actionday(standalone_mode=False)
    except ActiondayError as error:
        sys.exit(fail(error))
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("actionday: stopped; run the same command again to go on", err=True)
        sys.exit(130)
