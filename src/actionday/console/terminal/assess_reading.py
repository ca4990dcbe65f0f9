"""`assess open`, `judge`, `undo` …: one case at a time, read by a person. Evidence comes before anything else, and Art. 1(3) is asked.

Not for: what a reading must have (`records.reading`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.api import ActionDay
from actionday.console.terminal.casework import (
    campaign_name_option,
    day,
    show_case,
    show_grounds,
    show_reading,
    show_step,
    tell,
    why_option,
)
from actionday.console.terminal.options import home_option, json_option, say
from actionday.records import UsageError
from actionday.records.reading import Confidence, Opinion, Purpose

_OPINIONS = {"g": Opinion.GROUND_HOLDS, "n": Opinion.NO_GROUND, "u": Opinion.UNSURE}
_ASK = "[g]round holds, [n]o ground, [u]nsure, [l]ater, [t]hreat to life, [c]hild abuse, [q]uit"
_PURPOSES = dict(enumerate(Purpose, 1))


@click.command("open")
@click.argument("case", required=False)
@click.option(
    "--minutes", type=click.FloatRange(1, 24 * 60), default=None, help="For how long it is yours to read. Default 30."
)
@click.option("--judge", "judging", is_flag=True, help="Read one case after the other, by keys.")
@campaign_name_option
@home_option
@json_option
def open_(
    case: str | None, minutes: float | None, judging: bool, campaign: str | None, home: Path | None, as_json: bool
) -> None:
    """The case that comes next, or CASE, with its evidence; it is yours to read for a while."""
    if judging and as_json:
        raise UsageError("--judge asks a person and --json speaks to a program; take one")
    work = day(home)
    while True:
        told = work.open_case(case or "", campaign, minutes)
        tell(told, as_json, show_case)
        if not judging or not told or not _asked(work, told) or case:
            return


@click.command()
@click.argument("case")
@click.argument("opinion", type=click.Choice([one.value for one in Opinion]))
@why_option
@click.option("--true-purpose", required=True, help="Art. 1(3): what its true purpose is, in your words.")
@click.option(
    "--purpose",
    "purposes",
    type=click.Choice([one.value for one in Purpose]),
    multiple=True,
    help="Art. 1(3): a purpose that is claimed or seems possible.",
)
@click.option("--protected", is_flag=True, help="Art. 1(3): such a purpose is the true one.")
@click.option("--doubt", is_flag=True, help="Art. 1(3): it may be.")
@click.option("--ground", default="", help="With ground_holds: which, see `assess grounds`.")
@click.option("--quote", default="", help="With ground_holds: the passage, in its language.")
@click.option("--translation", default="", help="The passage in yours.")
@click.option(
    "--confidence",
    type=click.Choice([one.value for one in Confidence]),
    default="medium",
    show_default=True,
    help="How sure you are.",
)
@click.option("--again", is_flag=True, help="A single reader's second look, after 24 hours.")
@home_option
@json_option
def judge(
    case: str,
    opinion: str,
    why: str,
    true_purpose: str,
    purposes: tuple[str, ...],
    protected: bool,
    doubt: bool,
    ground: str,
    quote: str,
    translation: str,
    confidence: str,
    again: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Say what CASE is. It must be yours (`assess open`); Art. 1(3) must be answered."""
    order = playbook.ReadingOrder(
        case, Opinion(opinion), why, true_purpose, Confidence(confidence), tuple(map(Purpose, purposes)), protected, doubt, ground,
        quote, translation, again,
    )  # fmt: skip
    tell(day(home).read_case(order), as_json, _show_read)


@click.command()
@click.argument("case")
@home_option
@json_option
def undo(case: str, home: Path | None, as_json: bool) -> None:
    """Take your own reading of CASE back, within ten minutes."""
    tell(day(home).undo_reading(case), as_json, show_step)


@click.command()
@click.argument("case")
@click.option("--why", default="", metavar="REASON", help="Why, if you like.")
@home_option
@json_option
def release(case: str, why: str, home: Path | None, as_json: bool) -> None:
    """Give CASE back unread."""
    tell(day(home).release_case(case, why=why), as_json, show_step)


@click.command("hand-on")
@click.argument("case")
@click.argument("to")
@click.option("--why", default="", metavar="REASON", help="Why, if you like.")
@home_option
@json_option
def hand_on(case: str, to: str, why: str, home: Path | None, as_json: bool) -> None:
    """Hand CASE on to a colleague."""
    tell(day(home).hand_on(case, to, why=why), as_json, show_step)


@click.command()
@click.argument("case")
@why_option
@home_option
@json_option
def escalate(case: str, why: str, home: Path | None, as_json: bool) -> None:
    """Say that CASE needs somebody of more experience."""
    tell(day(home).escalate(case, why), as_json, show_step)


@click.command()
@click.argument("case")
@why_option
@home_option
@json_option
def close(case: str, why: str, home: Path | None, as_json: bool) -> None:
    """Close CASE without an answer: gone, expired, a duplicate."""
    tell(day(home).close_case(case, why), as_json, show_step)


@click.command()
@click.argument("case")
@click.option("--reference", required=True, help="The content provider's, or yours for it.")
@why_option
@home_option
@json_option
def contest(case: str, reference: str, why: str, home: Path | None, as_json: bool) -> None:
    """Record what a content provider says against the finding of CASE; nothing leaves on it until that is decided."""
    tell(day(home).contest(case, reference, why), as_json, show_step)


@click.command()
@click.argument("case")
@click.argument("answer", type=click.Choice(["uphold", "reject"]))
@why_option
@home_option
@json_option
def decide(case: str, answer: str, why: str, home: Path | None, as_json: bool) -> None:
    """Decide on a contest: uphold it, which overturns the finding, or reject it. Not if you read CASE."""
    tell(day(home).decide_contest(case, answer == "uphold", why), as_json, show_step)


COMMANDS: tuple[click.Command, ...] = (open_, judge, undo, release, hand_on, escalate, close, contest, decide)


def _asked(work: ActionDay, told: Mapping[str, Any]) -> bool:
    """Ask a person for a reading of a case that was shown. False: they stop."""
    case = told["case"]
    if told["sealed"] or told["claimed_by"] is None:
        say("it is not yours to read")
        return False
    key = _key(_ASK, (*_OPINIONS, *"ltcq"))
    if key in "tc":
        return _alarm(work, case, key)
    if key in "lq":
        work.release_case(case)
        return key == "l"
    order = _form(case, _OPINIONS[key], told)
    try:
        _show_read(work.read_case(order))
    except UsageError as error:
        say(f"not recorded: {error}")
        return _asked(work, told)
    return True


def _form(case: str, opinion: Opinion, told: Mapping[str, Any]) -> playbook.ReadingOrder:
    say(
        "Art. 1(3): might it serve one of these? "
        + ", ".join(f"[{number}] {one.value}" for number, one in _PURPOSES.items())
    )
    purposes = _purposes()
    true_purpose = click.prompt("its true purpose, in your words")
    answer = click.prompt("is it protected", type=click.Choice(["yes", "maybe", "no"])) if purposes else "no"
    ground = quote = translation = ""
    if opinion is Opinion.GROUND_HOLDS:
        show_grounds(told["grounds"])
        ground = click.prompt(
            "which ground", type=click.Choice([one["ground"] for one in told["grounds"]]), show_choices=False
        )
        quote = click.prompt("the passage, in its language")
        translation = click.prompt("in yours", default="", show_default=False)
    confidence = Confidence(
        click.prompt("confidence", type=click.Choice([one.value for one in Confidence]), default="medium")
    )
    why = click.prompt("why")
    return playbook.ReadingOrder(
        case, opinion, why, true_purpose, confidence, purposes, answer == "yes", answer == "maybe", ground, quote, translation
    )  # fmt: skip


def _purposes() -> tuple[Purpose, ...]:
    """The purposes that were named; asked again for what is no number of one, so that none is lost to a slip."""
    while True:
        words = click.prompt("numbers, or nothing", default="", show_default=False).replace(",", " ").split()
        if all(word.isdigit() and int(word) in _PURPOSES for word in words):
            return tuple(_PURPOSES[int(word)] for word in words)


def _alarm(work: ActionDay, case: str, key: str) -> bool:
    """The second of the two keys rings it."""
    what = "threat to life" if key == "t" else "child abuse"
    if _key(f"[{key}] again: {what}; any of [l] goes back", (key, "l")) != key:
        return True
    why = click.prompt(
        "what was seen; name no place where children can be found"
        if key == "c"
        else "what is said, where, when, against whom"
    )
    if key == "c":
        say(work.seal(case, why)["notice"])
    else:
        told = work.threat(case, why)
        say(f"CALL {told['call']} now: {told['authority']}")
        say(told["message"])
        say(f"then: actionday assess threat {case} --receipt-of {told['receipt_due']} --why WHAT-THEY-ANSWERED")
    return True


def _key(asks: str, keys: tuple[str, ...]) -> str:
    say(asks)
    while (pressed := click.getchar().lower()) not in keys:
        say(asks)
    return pressed


def _show_read(told: Mapping[str, Any]) -> None:
    show_step(told)
    show_reading(told["reading"])
    if told["quote_found"] is False:
        say("the passage does not stand in the frozen texts as you wrote it: look again")
    say(f"it can be taken back until {told['undo_until']}: actionday assess undo {told['case']}")
