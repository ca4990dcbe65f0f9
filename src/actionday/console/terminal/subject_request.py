"""`actionday subject-request`: what those whom entries are about may ask for. Not for: contesting a finding (`refer contest`)."""

from pathlib import Path

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, json_option, print_json, say, settings_for
from actionday.records import SystemClock
from actionday.records.subject_request import Proof, RequestKind


@click.command("subject-request")
@click.argument("kind", type=click.Choice([kind.value for kind in RequestKind]))
@click.argument("subject")
@click.option(
    "--proof",
    type=click.Choice([proof.value for proof in Proof]),
    required=True,
    help="How it was shown that whoever asks may ask.",
)
@click.option("--shown", required=True, help="What showed it: a code in their profile, a letter of the authority.")
@click.option("--why", default="", help="What they say; a correction needs it.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Where the answer to access is written.",
)
@home_option
@json_option
def subject_request(
    kind: str, subject: str, proof: str, shown: str, why: str, out: Path | None, home: Path | None, as_json: bool
) -> None:  # fmt: skip
    """Serve access, correction or erasure for SUBJECT after proof. The request is in the ledger first."""
    order = playbook.RequestOrder(RequestKind(kind), subject, Proof(proof), shown, why, out)
    found = playbook.subject_request(settings_for(home), order, SystemClock())
    if as_json:
        print_json(found)
    else:
        for name, value in found.items():
            say(f"{name}: {value}")
