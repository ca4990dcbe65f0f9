"""`actionday refer`: tell whoever can act, and keep what became of it. Sending itself is a person's, or a route's."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, json_option, print_json, say, settings_for
from actionday.records import SystemClock
from actionday.records.outgoing import Form
from actionday.records.referral import ANSWERS, SEEN, Step

_ANSWERS = sorted(step.value for step in ANSWERS | SEEN | {Step.SUPPLIED, Step.REINSTATED, Step.WITHDRAWN})


@click.group()
def refer() -> None:
    """Refer findings to whoever can act: one referral per target and recipient, at most once."""


@refer.command()
@click.argument("cases", nargs=-1, metavar="[CASE]...")
@click.option("--to", "recipient", required=True, help="A recipient of recipients.toml in the home.")
@click.option(
    "--campaign", default=None, help="All targets of this campaign on the recipient's platforms, or those named."
)
@click.option(
    "--form",
    type=click.Choice([form.value for form in Form]),
    default=Form.REFERRAL.value,
    show_default=True,
    help="As what.",
)
@home_option
@json_option
def draft(
    cases: tuple[str, ...], recipient: str, campaign: str | None, form: str, home: Path | None, as_json: bool
) -> None:
    """Draft referrals and show who will see them. Nothing leaves."""
    order = playbook.DraftOrder(recipient, campaign, cases, Form(form))
    found = playbook.draft_referrals(settings_for(home), order, SystemClock(), secrets.token_bytes)
    if as_json:
        print_json(found)
        return
    for one in found["seen_by"]:
        say(f"will see it: {one}")
    for one in found["drafted"]:
        say(f"{one['reference']}  {one['referral']}  {one['case']}")
    for case, reason in found["beside"].items():
        say(f"not drafted: {case}: {reason}")
    say(f"drafted: {len(found['drafted'])}; somebody else approves them: `actionday refer approve`")


@refer.command()
@click.argument("referrals", nargs=-1, required=True, metavar="REF...")
@home_option
@json_option
def approve(referrals: tuple[str, ...], home: Path | None, as_json: bool) -> None:
    """Approve drafts, by reference or id. Not by who drafted them."""
    found = playbook.approve_referrals(settings_for(home), referrals, SystemClock())
    if as_json:
        print_json(found)
    else:
        say(f"approved: {len(found['approved'])}; they wait to be sent")


@refer.command()
@click.argument("recipient")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many now.")
@home_option
@json_option
def take(recipient: str, limit: int, home: Path | None, as_json: bool) -> None:
    """Take what waits for RECIPIENT, to send it by hand now. Each counts as in doubt until `refer settle` says what became of it."""
    found = playbook.take_referrals(settings_for(home), recipient, limit, SystemClock())
    if as_json:
        print_json(found)
        return
    for one in found["seen_by"]:
        say(f"will see it: {one}")
    for one in found["taken"]:
        say(f"send now: {one['reference']}  {one['target']}  ({one['form']}, in {found['language']})")
    for referral, reason in found["left"].items():
        say(f"stays: {referral}: {reason}")
    if found["full"]:
        say("more waits; the limit, or what the recipient may get in an hour or a day, is reached")


@refer.command()
@click.argument("referral", metavar="REF")
@click.option("--became", type=click.Choice(["sent", "not_sent", "received"]), required=True, help="What became of it.")
@click.option("--evidence", required=True, help="What shows it: a receipt, a message id, what you saw.")
@click.option("--again", is_flag=True, help="It was not sent: let it wait once more.")
@home_option
@json_option
def settle(referral: str, became: str, evidence: str, again: bool, home: Path | None, as_json: bool) -> None:
    """Say whether REF left. What is in doubt is never sent again by itself."""
    found = playbook.settle_referral(settings_for(home), referral, Step(became), evidence, SystemClock(), again=again)
    _one(found, as_json)


@refer.command()
@click.argument("referral", metavar="REF")
@click.argument("what", type=click.Choice(_ANSWERS))
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]),
    default=None,
    help="When it happened, with its zone. Default: now.",
)
@click.option("--reason", default="", help="In their words; declined needs it.")
@click.option("--evidence", default="", help="What shows it: a message id, a sighting.")
@click.option("--scope", default="", help="Countries in which it holds; empty: everywhere.")
@home_option
@json_option
def answer(
    referral: str, what: str, at: datetime | None, reason: str, evidence: str, scope: str, home: Path | None, as_json: bool
) -> None:  # fmt: skip
    """Record what was answered to REF, what was seen, or that it is withdrawn."""
    said = {"reason": reason, "evidence": evidence, "scope": scope}
    found = playbook.answer_referral(settings_for(home), referral, Step(what), said, SystemClock(), at)
    _one(found, as_json)


@refer.command()
@click.argument("referral", metavar="REF")
@click.option("--why", required=True, help="Why it is referred although a partner did.")
@home_option
@json_option
def release(referral: str, why: str, home: Path | None, as_json: bool) -> None:
    """Let go a referral that is parked since a partner referred the same. A hold is not released here."""
    _one(playbook.release_referral(settings_for(home), referral, why, SystemClock()), as_json)


@refer.command()
@click.argument("referral", required=False, metavar="[REF]")
@home_option
@json_option
def status(referral: str | None, home: Path | None, as_json: bool) -> None:
    """Say how all referrals stand by recipient, or everything that happened to REF."""
    found = playbook.referral_status(settings_for(home), referral, SystemClock())
    if as_json:
        print_json(found)
    elif referral is not None:
        _one(found, False)
        for one in found["events"]:
            aside = f" (set aside: {one['set_aside']})" if one["set_aside"] else ""
            say(f"    {one['at']}  {one['step']}  {one['evidence']}  {one['reason']}{aside}")
    else:
        for one in found["recipients"]:
            say(
                f"{one['recipient']} ({one['name']}): "
                + ", ".join(f"{count} {what}" for what, count in sorted(one["counts"].items()))
            )
        for one in found["in_doubt"]:
            say(f"in doubt since {one['since']}: {one['reference']}; settle it with `actionday refer settle`")


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


@refer.command()
@click.argument("reference")
@click.option("--why", required=True, help="What the content provider says.")
@home_option
@json_option
def contest(reference: str, why: str, home: Path | None, as_json: bool) -> None:
    """Record that a content provider contests, by REFERENCE alone. Nothing about it leaves until that is decided."""
    _contested(playbook.contest_reference(settings_for(home), reference, why, SystemClock()), as_json)


@refer.command()
@click.argument("reference")
@click.option("--upheld/--rejected", default=None, required=True, help="Whether the contest is right.")
@click.option("--why", required=True, help="The reason, for the ledger.")
@home_option
@json_option
def decide(reference: str, upheld: bool, why: str, home: Path | None, as_json: bool) -> None:
    """Decide on the contest of REFERENCE. Upheld, it is withdrawn and retracted everywhere, and reinstatement is asked."""
    _contested(playbook.decide_reference(settings_for(home), reference, why, SystemClock(), upheld=upheld), as_json)


def _contested(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    say(f"{found['reference']}: {found['stage']}{', contested' if found['contested'] else ''}")
    if found["withdrawn"]:
        say(f"    withdrawn: {', '.join(found['withdrawn'])}")
    for recipient in found["reinstatement_asked_of"]:
        say(f"    ask {recipient} to reinstate it")


def _one(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    say(f"{found['reference']}: {found['status']} ({found['recipient']})")
    if found["reinstatement"]:
        say("    the finding fell: ask the host to reinstate it")
    if found.get("set_aside"):
        say(f"    kept, and does not count: {found['set_aside']}")
