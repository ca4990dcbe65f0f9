"""`link judge`, `link withdraw`, `link lineage`: a person's answers about pairs, and what they say together.

Evidence first, score after the answer: a score is printed only once the answer is recorded. Not for: what is proposed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, json_option, print_json, say, settings_for
from actionday.records import Judged, Relation, SystemClock, UsageError

why_option = click.option("--why", required=True, metavar="REASON", help="Why, in your own words. Name nobody in it.")


@click.command()
@click.argument("a")
@click.argument("b")
@click.argument("answer", type=click.Choice([one.value for one in Judged]))
@click.option(
    "--relation",
    type=click.Choice([one.value for one in Relation]),
    default=None,
    help="How they belong together: with positive; with unsure, what was asked.",
)
@why_option
@click.option(
    "--sampling",
    type=click.FloatRange(0, 1, min_open=True),
    default=None,
    help="Probability with which A was drawn to be judged, if it was drawn at random.",
)
@click.option("--blind", is_flag=True, help="You saw nobody else's answer.")
@click.option(
    "--shown", multiple=True, metavar="WHAT", help="What was laid before you, e.g. bio, media, score; in order."
)
@click.option("--draw", default="", metavar="ID", help="The drawn pair that this answers, from `link queue`.")
@home_option
@json_option
def judge(
    a: str,
    b: str,
    answer: str,
    relation: str | None,
    why: str,
    sampling: float | None,
    blind: bool,
    shown: tuple[str, ...],
    draw: str,
    home: Path | None,
    as_json: bool,
) -> None:
    """Say whether B is A's return, or belongs to it otherwise. A is the one that ended; write ids or platform:@handle."""
    if not why.strip():
        raise UsageError("--why takes a reason")
    order = playbook.JudgingOrder(
        a, b, Judged(answer), Relation(relation) if relation else None, why, sampling, blind, shown, draw
    )
    done = playbook.judge(settings_for(home), order, SystemClock())
    if as_json:
        print_json(done)
        return
    named = f" ({done['relation']})" if done["relation"] else ""
    say(f"{done['judgement']}: {done['a']} and {done['b']}: {done['judged']}{named}")
    if "score" in done:
        say(f"the model had said {done['score']['probability']:.3f}")
    for subject in done["not_seen"]:
        say(f"{subject} was never seen here: nothing can be measured of it before it is")
    for conflict in done["conflicts"]:
        print_conflict(conflict)
    say(done["note"])


@click.command()
@click.argument("judgement")
@why_option
@home_option
@json_option
def withdraw(judgement: str, why: str, home: Path | None, as_json: bool) -> None:
    """Take your own JUDGEMENT back: everything is as if it had not been made."""
    done = playbook.withdraw(settings_for(home), judgement, why, SystemClock())
    if as_json:
        print_json(done)
    else:
        say(f"{done['withdrawn']} is withdrawn")
        say(done["note"])


@click.command()
@click.argument("subject", required=False)
@home_option
@json_option
def lineage(subject: str | None, home: Path | None, as_json: bool) -> None:
    """What the judgements say together: who belongs to whom, which life it is, and who contradicts whom."""
    found = playbook.lineage(settings_for(home), subject, SystemClock())
    if as_json:
        print_json(found)
        return
    for number, cluster in enumerate(found["clusters"], 1):
        say(f"line {number}")
        for member in cluster["subjects"]:
            life = f"life {member['generation']}" if member["generation"] else "no place in the line"
            say(f"    {member['subject']}: {life}")
        _print_pairs(cluster["pairs"])
    if not found["clusters"]:
        say("nothing was judged to belong together")
    for title in ("apart", "set_aside"):
        if found[title]:
            say(
                "judged not to belong together, or unsure"
                if title == "apart"
                else "positives that a negative overrules"
            )
            _print_pairs(found[title])
    for one in found["none"]:
        say(f"looked into, and no return found: {one}")
    for conflict in found["conflicts"]:
        print_conflict(conflict)
    say(found["note"])


def print_conflict(conflict: Mapping[str, Any]) -> None:
    """A contradiction, with who said what."""
    say(f"conflict, {conflict['kind']}: {', '.join(conflict['subjects'])}: {conflict['says']}")
    _print_said(conflict["judgements"])
    if conflict["chain"]:
        say("    the chain of positives:")
        _print_pairs(conflict["chain"])


def _print_pairs(pairs: Sequence[Mapping[str, Any]]) -> None:
    for pair in pairs:
        say(f"    {pair['a']} and {pair['b']}: {pair['judged']}{', ' + pair['relation'] if pair['relation'] else ''}")
        _print_said(pair["judgements"])


def _print_said(judgements: Sequence[Mapping[str, Any]]) -> None:
    for one in judgements:
        named = f" ({one['relation']})" if one["relation"] else ""
        say(f"        {one['by']}, {one['at']}: {one['judged']}{named}: {one['why']} [{one['id']}]")
