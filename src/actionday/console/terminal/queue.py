"""`link draw`, `link queue`, `link none`, `link agreement`: pairs drawn to be judged, handed out evidence first, and how coders agree.

Nothing here prints a score before the answer. Not for: answers about pairs that somebody picked (`judging`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.judging import print_conflict, why_option
from actionday.console.terminal.linking import spare_option, spared_names, threshold_option
from actionday.console.terminal.options import (
    campaign_option,
    home_option,
    json_option,
    print_json,
    quiet_option,
    say,
    seed_option,
    settings_for,
)
from actionday.console.terminal.progress import watching
from actionday.records import Judged, Relation, SystemClock, UsageError, load_campaign
from actionday.settings import Settings

_ANSWERS = {"p": Judged.POSITIVE, "n": Judged.NEGATIVE, "u": Judged.UNSURE}
_RELATIONS = {
    "s": Relation.SUCCESSOR, "b": Relation.BACKUP, "i": Relation.SIBLING, "o": Relation.SAME_OPERATOR, "r": Relation.RENAME,
}  # fmt: skip
_ASK = "[p]ositive, [n]egative, [u]nsure, [l]ater, [q]uit"
_HOW = "[s]uccessor, [b]ackup, s[i]bling, same [o]perator, [r]ename"


@click.command()
@click.option("--size", type=click.IntRange(1), default=50, show_default=True, help="Pairs to draw.")
@click.option(
    "--coder", "coders", multiple=True, metavar="NAME", help="Who judges; twice or more for several. Default: you."
)
@click.option(
    "--controls",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    help="Share that is random pairs below the threshold and known answers.",
)
@click.option(
    "--double",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="Share that two coders judge, each without the other's answer.",
)
@threshold_option
@spare_option
@campaign_option
@seed_option
@home_option
@json_option
@quiet_option
def draw(
    size: int,
    coders: tuple[str, ...],
    controls: float,
    double: float,
    threshold: float,
    spared: Path | None,
    campaign: Path | None,
    seed: int,
    home: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Draw pairs to be judged, each with the probability of having been drawn on record."""
    day = load_campaign(campaign) if campaign else None
    with watching(quiet) as progress:
        link = playbook.LinkOrder(SystemClock(), progress, day, threshold, seed, spared_names(spared))
        done = playbook.link_draw(settings_for(home), playbook.DrawOrder(link, size, coders, controls, double))
    if as_json:
        print_json(done)
        return
    say(f"{done['pairs']:,} pairs drawn, {done['twice']:,} of them for two people; model {done['model']}")
    for name, count in done["by_coder"].items():
        say(f"{name}: {count:,} to judge, with `actionday link queue --judge`")
    say(f"order: {done['order']}")
    say(done["note"])


@click.command()
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="Pairs to show or go through.")
@click.option("--judge", "judging", is_flag=True, help="Answer one pair after the other, by keys.")
@home_option
@json_option
def queue(limit: int, judging: bool, home: Path | None, as_json: bool) -> None:
    """The pairs that you are asked about, evidence first; answer with --judge, or `link judge A B ANSWER --draw ID`."""
    if judging and as_json:
        raise UsageError("--judge asks a person and --json speaks to a program; take one")
    settings = settings_for(home)
    found = playbook.link_queue(settings, limit, SystemClock())
    if as_json:
        print_json(found)
        return
    say(f"{found['left']:,} pairs wait for {found['coder']}; {found['order']}")
    say(found["note"])
    for pair in found["pairs"]:
        _print_pair(pair)
        if judging and not _answered(settings, pair):
            return


@click.command("none")
@click.argument("subject")
@click.argument("among", nargs=-1)
@why_option
@click.option(
    "--sampling",
    type=click.FloatRange(0, 1, min_open=True),
    default=None,
    help="Probability with which SUBJECT was drawn to be looked into, if it was drawn at random.",
)
@click.option("--blind", is_flag=True, help="You saw nobody else's answer.")
@click.option("--shown", multiple=True, metavar="WHAT", help="What was laid before you; in order.")
@home_option
@json_option
def none_of(
    subject: str,
    among: tuple[str, ...],
    why: str,
    sampling: float | None,
    blind: bool,
    shown: tuple[str, ...],
    home: Path | None,
    as_json: bool,
) -> None:
    """Say that SUBJECT has no return among those that you looked at (AMONG: ids or handles, or nobody)."""
    if not why.strip():
        raise UsageError("--why takes a reason")
    order = playbook.NoneOrder(subject, among, why, sampling, blind, shown)
    done = playbook.judge_none(settings_for(home), order, SystemClock())
    if as_json:
        print_json(done)
        return
    say(f"{done['judgement']}: {done['subject']}: none of {len(done['among'])} looked at is its return")
    for one in done["not_seen"]:
        say(f"{one} was never seen here: nothing can be measured of it before it is")
    for conflict in done["conflicts"]:
        print_conflict(conflict)
    say(done["note"])


@click.command()
@seed_option
@home_option
@json_option
def agreement(seed: int, home: Path | None, as_json: bool) -> None:
    """How far two coders agree on the pairs that both judged: Krippendorff's alpha, with intervals."""
    found = playbook.link_agreement(settings_for(home), SystemClock(), seed)
    if as_json:
        print_json(found)
        return
    for name in ("agreement", "agreement_on_relation", "known_answers_met"):
        told = found[name]
        if told["value"] is None:
            say(f"{name}: not given, {'; '.join(told['caveats'])}")
        else:
            more = f"; {'; '.join(told['caveats'])}" if told["caveats"] else ""
            say(f"{name}: {told['value']:.3f} ({told['low']:.3f} to {told['high']:.3f}), n={told['n']:,}{more}")
    say(f"{found['open']:,} pairs wait for the second answer; until then neither coder sees the other's")
    say(found["note"])


def _print_pair(pair: Mapping[str, Any]) -> None:
    say("")
    say(f"{pair['draw']}: is B the return of A, or its operator's otherwise?")
    for side in ("a", "b"):
        face = pair[side]
        say(f"  {side.upper()}  {face['subject']}")
        for name in (
            "handles",
            "names",
            "bio",
            "language",
            "size",
            "created_at",
            "first_seen",
            "last_seen",
            "ended_at",
        ):
            if face.get(name):
                value = face[name]
                say(f"       {name}: {', '.join(value) if isinstance(value, list) else value}")
    for family, level in pair["evidence"].items():
        say(f"     {family}: {level}")


def _answered(settings: Settings, pair: Mapping[str, Any]) -> bool:
    """Ask for one answer and record it. False: the person stops."""
    key = _key(_ASK, (*_ANSWERS, "l", "q"))
    if key in ("l", "q"):
        return key == "l"
    judged = _ANSWERS[key]
    relation = _RELATIONS[_key(_HOW, tuple(_RELATIONS))] if judged is Judged.POSITIVE else None
    why = click.prompt("why").strip()
    order = playbook.JudgingOrder(pair["a"]["subject"], pair["b"]["subject"], judged, relation, why, draw=pair["draw"])
    done = playbook.judge(settings, order, SystemClock())
    say(f"{done['judgement']}: {done['judged']}; the model had said {done['score']['probability']:.3f}")
    for conflict in done["conflicts"]:
        print_conflict(conflict)
    return True


def _key(asks: str, keys: tuple[str, ...]) -> str:
    say(asks)
    while (pressed := click.getchar().lower()) not in keys:
        say(asks)
    return pressed
