"""`actionday assess`: leads become cases; the queue; evidence; grounds; how far readers agree."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal import assess_alarms, assess_reading
from actionday.console.terminal.casework import (
    campaign_name_option,
    day,
    flags_of,
    show_case,
    show_grounds,
    show_priority,
    tell,
)
from actionday.console.terminal.options import home_option, json_option, say, seed_option
from actionday.records import InputError, UsageError
from actionday.records.case import Stage

_share = click.FloatRange(0, 1, min_open=True)


@click.group()
def assess() -> None:
    """Cases: from a lead to a decision that stands. People decide; every step is in the ledger."""


@assess.command()
@click.argument("leads", nargs=-1)
@click.option(
    "--file",
    "files",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="A list or a table (CSV, TSV); - is standard input.",
)
@click.option(
    "--source", default="pasted", show_default=True, help="Where they come from: pasted, report, link, notice …"
)
@click.option("--campaign", default="", metavar="NAME", help="The campaign that they are for.")
@click.option(
    "--confidence", type=_share, default=None, help="How sure you are of them. Default: what the source is worth."
)
@click.option("--harm", type=_share, default=None, help="How much harm they would do. Default 0.5.")
@click.option("--gone", is_flag=True, help="Also open cases about what is gone already.")
@click.option("--dry-run", "dry", is_flag=True, help="Open nothing; say how each line is read.")
@home_option
@json_option
def add(
    leads: tuple[str, ...],
    files: tuple[Path, ...],
    source: str,
    campaign: str,
    confidence: float | None,
    harm: float | None,
    gone: bool,
    dry: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Open cases for LEADS: links, handles, ids; pasted, piped, or from a list or a table."""
    texts = ["\n".join(leads), *(_text(path) for path in files)]
    if not leads and not files:
        if sys.stdin.isatty():
            raise UsageError("give leads, or a list with --file, or pipe one in")
        texts = [_text(Path("-"))]
    order = playbook.LeadOrder(tuple(texts), source, campaign, confidence, harm, gone, dry)
    tell(day(home).add_leads(order), as_json, _show_added)


@assess.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Cases to show.")
@campaign_name_option
@home_option
@json_option
def queue(limit: int, campaign: str | None, home: Path | None, as_json: bool) -> None:
    """What waits, what comes first, and why."""
    tell(day(home).assess_queue(limit, campaign), as_json, _show_queue)


@assess.command("list")
@click.option(
    "--stage",
    "stages",
    type=click.Choice([one.value for one in Stage]),
    multiple=True,
    help="May be repeated. Default: all.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Cases to show.")
@campaign_name_option
@home_option
@json_option
def list_(stages: tuple[str, ...], limit: int, campaign: str | None, home: Path | None, as_json: bool) -> None:
    """Cases at any stage."""
    asked = [Stage(one) for one in stages] or list(Stage)
    tell(day(home).assess_queue(limit, campaign, asked), as_json, _show_queue)


@assess.command()
@click.argument("case")
@click.option(
    "--file",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A file, a capture (WARC, WACZ) or an archiving tool's folder.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Copy the evidence there instead."
)
@click.option("--purpose", default="", help="What the copy is for; goes into the ledger.")
@home_option
@json_option
def evidence(
    case: str, files: tuple[Path, ...], out: Path | None, purpose: str, home: Path | None, as_json: bool
) -> None:
    """Freeze the evidence of CASE as it is known now, with files; or copy what is frozen with --out and --purpose."""
    if out is not None:
        if files:
            raise UsageError("--file puts evidence in and --out takes a copy out; take one")
        tell(day(home).copy_evidence(case, out, purpose), as_json, _show_copied)
        return
    tell(day(home).add_evidence(case, files), as_json, show_case)


@assess.command()
@click.argument("case")
@home_option
@json_option
def show(case: str, home: Path | None, as_json: bool) -> None:
    """Where CASE stands and everything that happened to it; its evidence is shown by `assess open`."""
    tell(day(home).case_history(case), as_json, _show_history)


@assess.command()
@click.option("--platform", default="", help="Only grounds for something on this platform.")
@home_option
@json_option
def grounds(platform: str, home: Path | None, as_json: bool) -> None:
    """The grounds that may be used here today, each with where its words come from."""
    tell(day(home).grounds(platform), as_json, _show_policy)


@assess.command()
@click.argument("who")
@click.option("--case", default="", help="The case for which you look.")
@click.option("--purpose", default="", help="Or the purpose.")
@home_option
@json_option
def find(who: str, case: str, purpose: str, home: Path | None, as_json: bool) -> None:
    """Look WHO up by id, handle or name. For a case or a stated purpose; the look goes into the ledger."""
    tell(day(home).look_up(who, playbook.Reason(case, purpose)), as_json, _show_found)


@assess.command()
@campaign_name_option
@seed_option
@home_option
@json_option
def agreement(campaign: str | None, seed: int, home: Path | None, as_json: bool) -> None:
    """How far first and second readers agree: Krippendorff's alpha, with intervals."""
    tell(day(home).readers_agree(campaign, seed), as_json, _show_agreement)


for command in (*assess_reading.COMMANDS, *assess_alarms.COMMANDS):
    assess.add_command(command)


def _text(path: Path) -> str:
    if str(path) == "-":
        return sys.stdin.read()
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            str(path), f"cannot be read as text: {error}", "save it as CSV, TSV or text, in UTF-8"
        ) from error


def _show_added(told: Mapping[str, Any]) -> None:
    for line in told["lines"]:
        more = [f"{line['evidence']} pieces of evidence"] if line["evidence"] else []
        more += [f"referred {line['referred_before']}x before"] if line["referred_before"] else []
        more += [f"gone: {line['gone']}"] if line["gone"] else []
        more += ["HELD for an authority"] if line["held"] else []
        more += [f"{line['cases_before']} case(s) before"] if line["cases_before"] and line["status"] != "known" else []
        read = f"{line['read']} {line['target']}" if line["target"] else "nothing read"
        say(
            f"{line['line']}: {line['text']}: {read}: {line['status']} {line['case'] or ''}{' (' + '; '.join(more) + ')' if more else ''}"
        )
    say(", ".join(f"{count} {status}" for status, count in told["counts"].items()) or "no lines")


def _show_queue(told: Mapping[str, Any]) -> None:
    say(f"{told['waiting']:,} wait; {told['order']}")
    for line in told["cases"]:
        claimed = f", with {line['claimed']}" if line["claimed"] else ""
        say(f"{line['case']}: {line['target']}: {line['stage']}{claimed}{flags_of(line)}")
        say(f"    {show_priority(line['priority'])}")
    if told["more"]:
        say("there are more: --limit")


def _show_copied(told: Mapping[str, Any]) -> None:
    for file in told["files"]:
        say(file)
    say(f"digest {told['digest']}; the copy is in the ledger")


def _show_history(told: Mapping[str, Any]) -> None:
    show_case({**told, "pieces": [], "changed": []})
    for event in told["events"]:
        to = f" to {event['to']}" if event.get("to") else ""
        say(f"  {event['at']} {event['by']}: {event['step']}{to}{': ' + event['why'] if event['why'] else ''}")


def _show_policy(told: Mapping[str, Any]) -> None:
    say(f"policy {told['policy']}")
    show_grounds(told["grounds"])


def _show_found(told: Mapping[str, Any]) -> None:
    say(
        f"{told['subject']}: {', '.join(told['names']) or 'no name seen'}; handles {', '.join(told['handles']) or 'none'}"
    )
    say(f"seen {told['first_seen'] or 'never'} to {told['last_seen'] or 'never'}")
    for one in told["cases"]:
        say(f"  {one['case']}: {one['stage']}")


def _show_agreement(told: Mapping[str, Any]) -> None:
    for name in ("opinions", "grounds", "doubts"):
        one = told[name]
        value = "not given" if one["value"] is None else f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f})"
        say(f"{name}: {value}, n={one['n']:,}{'; ' + '; '.join(one['caveats']) if one['caveats'] else ''}")
