"""`actionday campaign`: prepare, launch, follow and close an action day. A target enters with its own finding, and with nothing less."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.options import home_option, json_option, print_json, say, settings_for
from actionday.records import SystemClock
from actionday.records.campaign_event import CampaignStep


@click.group()
def campaign() -> None:
    """Prepare, launch, follow and close an action day."""


@campaign.command()
@click.argument("day", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--after-the-fact", is_flag=True, help="The window has begun: record it all the same, marked so.")
@home_option
@json_option
def freeze(day: Path, after_the_fact: bool, home: Path | None, as_json: bool) -> None:
    """Fix outcomes, windows and comparison of DAY (day.toml, part [preregistered]) before it begins."""
    found = playbook.freeze_campaign(settings_for(home), day, SystemClock(), after_the_fact=after_the_fact)
    if as_json:
        print_json(found)
        return
    how = "on record already, as" if found["known"] else "frozen,"
    late = " AFTER THE FACT: its window had begun" if found["after_the_fact"] else ""
    say(f"{found['campaign']}: {how} {found['sha256'][:16]}, at {found['frozen_at']}{late}")
    if found["earlier"]:
        say(f"{found['earlier']} other versions of it are on record; the last one before the window counts")
    for outcome in found["outcomes"]:
        say(f"    {outcome}")
    say(f"    {', '.join('{before} days before and {after} after'.format(**w) for w in found['windows'])}")
    say(f"    against {found['comparison']}, by {found['method']}")
    say(f"head: {found['head']}")


@campaign.command()
@click.argument("day", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--case", "cases", multiple=True, help="A case whose finding makes its target one of the campaign; may be repeated."
)
@click.option("--all-found", is_flag=True, help="All findings of cases that were opened for this campaign.")
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="So many random items are opened before the launch.",
)
@click.option("--unit", "units", multiple=True, help="Another unit of a joint campaign; may be repeated.")
@home_option
@json_option
def plan(
    day: Path, cases: tuple[str, ...], all_found: bool, sample: int, units: tuple[str, ...], home: Path | None, as_json: bool
) -> None:  # fmt: skip
    """Plan the campaign of DAY (day.toml), or add targets to it: only by their own case."""
    order = playbook.PlanOrder(day, cases, all_found, sample, units)
    found = playbook.plan_campaign(settings_for(home), order, SystemClock())
    if as_json:
        print_json(found)
        return
    _told(found)
    for case, reason in found["left"].items():
        say(f"not added: {case}: {reason}")
    say(f"added: {len(found['added'])}; lay it before an approver with `actionday campaign submit`")


@campaign.command()
@click.argument("name")
@home_option
@json_option
def submit(name: str, home: Path | None, as_json: bool) -> None:
    """Lay NAME before an approver. Which items they have to open follows from the ledger, and is nobody's choice."""
    _step(home, name, CampaignStep.SUBMITTED, "", as_json)


@campaign.command("open")
@click.argument("name")
@click.argument("cases", nargs=-1, metavar="[CASE]...")
@home_option
@json_option
def open_(name: str, cases: tuple[str, ...], home: Path | None, as_json: bool) -> None:
    """Open items of NAME as an approver: those that are to be opened, or those named. That you did is recorded."""
    found = playbook.open_items(settings_for(home), name, cases, SystemClock())
    if as_json:
        print_json(found)
        return
    for one in found["items"]:
        say(
            f"{one['case']}  {one['target']}  {', '.join(one['why_here'])}{'  single reader' if one['single_reader'] else ''}"
        )
        for reading in one["readings"]:
            say(
                f"    {reading['opinion']}, {reading['ground'] or 'no ground'}, {reading['confidence']}: {reading['why']}"
            )
            say(f"    Art. 1(3): {reading['true_purpose']}{' (in doubt)' if reading['doubt'] else ''}")
    say(f"left to open: {len(found['left_to_open'])}")


@campaign.command()
@click.argument("name")
@home_option
@json_option
def launch(name: str, home: Path | None, as_json: bool) -> None:
    """Launch NAME: by somebody else than who planned it, after the items were opened. Publishes an advisory of every target."""
    _step(home, name, CampaignStep.APPROVED, "", as_json)


@campaign.command()
@click.argument("name")
@click.option("--why", required=True, help="The reason, for the ledger.")
@home_option
@json_option
def pause(name: str, why: str, home: Path | None, as_json: bool) -> None:
    """Stop everything of NAME that has not left."""
    _step(home, name, CampaignStep.PAUSED, why, as_json)


@campaign.command()
@click.argument("name")
@click.option("--why", required=True, help="The reason, for the ledger.")
@home_option
@json_option
def resume(name: str, why: str, home: Path | None, as_json: bool) -> None:
    """Let NAME go on."""
    _step(home, name, CampaignStep.RESUMED, why, as_json)


@campaign.command()
@click.argument("name")
@click.option("--why", required=True, help="The reason, for the ledger.")
@home_option
@json_option
def close(name: str, why: str, home: Path | None, as_json: bool) -> None:
    """Close NAME for good: nothing of it leaves any more."""
    _step(home, name, CampaignStep.CLOSED, why, as_json)


@campaign.command()
@click.argument("name")
@click.argument("case")
@click.option("--why", required=True, help="The reason, for the ledger.")
@home_option
@json_option
def drop(name: str, case: str, why: str, home: Path | None, as_json: bool) -> None:
    """Take the target of CASE out of NAME."""
    found = playbook.drop_target(settings_for(home), name, case, why, SystemClock())
    print_json(found) if as_json else _told(found)


@campaign.command("round")
@click.argument("name")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]),
    required=True,
    help="By when units answer, with its zone.",
)
@home_option
@json_option
def round_(name: str, until: datetime, home: Path | None, as_json: bool) -> None:
    """Ask the other units of the joint campaign NAME. Silence is no consent."""
    found = playbook.ask_units(settings_for(home), name, until, SystemClock())
    print_json(found) if as_json else _told(found)


@campaign.command()
@click.argument("name")
@click.argument("unit")
@click.option("--consents/--objects", default=None, required=True, help="What the unit said.")
@click.option("--why", default="", help="In their words.")
@home_option
@json_option
def answered(name: str, unit: str, consents: bool, why: str, home: Path | None, as_json: bool) -> None:
    """Record what UNIT answered in the round of NAME."""
    found = playbook.unit_answered(settings_for(home), name, unit, why, SystemClock(), consents=consents)
    print_json(found) if as_json else _told(found)


@campaign.command()
@click.argument("name")
@click.option(
    "--from", "given", type=click.Path(path_type=Path, dir_okay=False), default=None, help="A key that a partner made."
)
@home_option
@json_option
def key(name: str, given: Path | None, home: Path | None, as_json: bool) -> None:
    """Make the shared key of the joint campaign NAME, or keep a partner's. Hand it on by a way of its own."""
    found = playbook.share_key(settings_for(home), name, given, SystemClock(), secrets.token_bytes)
    print_json(found) if as_json else say(f"kept {found['file']}")


@campaign.command("export")
@click.argument("name")
@click.argument("which", type=click.Choice(["held", "referred", "items"]))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@home_option
@json_option
def export_(name: str, which: str, out: Path, home: Path | None, as_json: bool) -> None:
    """Write what we hold, referred or have among our items for the partners of NAME: keyed hashes, and nothing else."""
    found = playbook.export_list(settings_for(home), name, which, out, SystemClock())
    print_json(found) if as_json else say(f"{found['file']}: {found['targets']} targets, {found['marks']} marks")


@campaign.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@home_option
@json_option
def import_(name: str, file: Path, home: Path | None, as_json: bool) -> None:
    """Take a partner's list. What it holds stops; what it referred already is parked for a person."""
    found = playbook.import_list(settings_for(home), name, file, SystemClock())
    print_json(found) if as_json else say(
        f"{found['unit']}: {found['marks']} marks ({found['list']}), made {found['made_at']}"
    )


@campaign.command()
@click.argument("name")
@home_option
@json_option
def status(name: str, home: Path | None, as_json: bool) -> None:
    """Say how NAME stands, per platform and recipient."""
    found = playbook.campaign_status(settings_for(home), name, SystemClock())
    if as_json:
        print_json(found)
        return
    _told(found)
    say("assessed: " + (", ".join(f"{count} {stage}" for stage, count in found["assessed"].items()) or "nothing"))
    for one in found["platforms"]:
        say("{platform}: {targets} targets, {referred} referred, {answered} answered, {removed_by_their_word} removed by their word, "
            "{seen_gone} seen gone, {returns_proposed} returns proposed, {probes_due} probes due".format(**one))  # fmt: skip
    for one in found["recipients"]:
        say("{recipient}: {sent} sent, {in_doubt} in doubt, {answered} answered, {removed_by_their_word} removed by their word, "
            "{seen_gone} seen gone, {reinstatement_asked} to be reinstated".format(**one))  # fmt: skip
        for clock in one["clocks"]:
            say(f"    {clock['reference']}: answer {clock['phase']}, due {clock['due']} (its own word)")
    for one in found["partners"]:
        say(
            f"{one['unit']}: {one['items']} items, {len(one['ours_too'])} of ours among them, {one['referred']} referred"
        )
    if found["overturned"]:
        say(f"overturned: {found['overturned']}")


@campaign.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["advisory", "recommendation"]),
    default="advisory",
    show_default=True,
    help="As what.",
)
@home_option
@json_option
def publish(cases: tuple[str, ...], kind: str, home: Path | None, as_json: bool) -> None:
    """Publish findings that stand into the feed, as an approver. A launch does this of its targets by itself."""
    found = playbook.publish_cases(settings_for(home), cases, kind, SystemClock())
    print_json(found) if as_json else say(f"published: {len(found['published'])} ({kind})")


@campaign.command()
@click.option("--after", default=None, metavar="ID", help="Lines behind this one.")
@home_option
@json_option
def feed(after: str | None, home: Path | None, as_json: bool) -> None:
    """Print the change feed: what was published, and what was taken back."""
    found = playbook.feed_of(settings_for(home), after, SystemClock())
    if as_json:
        print_json(found)
        return
    for one in found:
        say(f"{one['at']}  {one['id']}  {one['kind']}  {one['target'] or one['item']}")


def _step(home: Path | None, name: str, step: CampaignStep, why: str, as_json: bool) -> None:
    found = playbook.step_campaign(settings_for(home), name, step, why, SystemClock())
    print_json(found) if as_json else _told(found)


def _told(found: Mapping[str, Any]) -> None:
    say(f"{found['name']} ({found['campaign']}): {found['stage']}, {found['targets']} targets, {found['eyes']}")
    say(f"    baseline and comparison: {'frozen ' + found['frozen'][:16] if found['frozen'] else 'not frozen'}")
    if found["to_open"]:
        say(f"    to be opened before the launch: {len(found['to_open'])}")
    if found["no_consent_of"]:
        say(f"    no consent yet of: {', '.join(found['no_consent_of'])}")
