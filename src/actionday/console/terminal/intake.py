"""`actionday intake`: what a host receives, and each step of its way. A person takes every step; nothing is disabled from here on its own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from actionday import playbook
from actionday.console.terminal.intake_lines import told_answer, told_list, told_measure, told_receipt
from actionday.console.terminal.options import home_option, json_option, print_json, say, settings_for
from actionday.records import SystemClock, UsageError
from actionday.records.order_event import Answered, Obstacle, OrderStep, Outcome
from actionday.records.receipt import ReceiptKind

_receipt = click.argument("receipt")
_why = click.option("--why", default="", help="The reason, for the ledger.")
_reference = click.option("--reference", default="", help="The number under which it left, or came in.")


class _OrFiles(click.Group):
    """A group whose first word may be a file: `intake FILE…` is `intake take FILE…`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named; else the one that takes files in."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            return "take", self.commands["take"], args
        return super().resolve_command(ctx, args)


@click.group(cls=_OrFiles)
def intake() -> None:
    """Orders, notices and reports that a host receives: `intake FILE…` takes files in.

    Before anything is disabled comes one question: is it real? Doubt shows the register's number to call, never the letter's.
    """


@intake.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--received",
    default=None,
    metavar="TIME",
    help="When your server received it, ISO 8601 with its offset. Default: now.",
)
@home_option
@json_option
def take(files: tuple[Path, ...], received: str | None, home: Path | None, as_json: bool) -> None:
    """Take files in: mails, PDFs, JSON, fields of a form. The same file again is the same receipt."""
    found = playbook.take_files(settings_for(home), files, SystemClock(), None if received is None else _time(received))
    if as_json:
        print_json(found)
    for one in [] if as_json else found:
        say("" if one["new"] else "was taken in before:")
        told_receipt(one)


@intake.command()
@click.option("--once", is_flag=True, help="Look once and end.")
@home_option
@json_option
def watch(once: bool, home: Path | None, as_json: bool) -> None:
    """Watch the contact point's mailbox (intake.toml) and wake whoever is on duty, until stopped."""
    lines: list[str] = []
    found = playbook.watch_contact_point(
        settings_for(home), SystemClock(), lines.append if as_json else say, 1 if once else None
    )
    if as_json:
        print_json({**found, "said": lines})


@intake.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@home_option
@json_option
def register(file: Path, home: Path | None, as_json: bool) -> None:
    """Take over a dated register of authorities, by which orders are checked and called back."""
    found = playbook.import_authorities(settings_for(home), file)
    if as_json:
        print_json(found)
    else:
        say(f"{found['authorities']:,} authorities as of {found['as_of']}, from {found['source']}")


@intake.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what waits for nobody.")
@home_option
@json_option
def list_(everything: bool, home: Path | None, as_json: bool) -> None:
    """Say what waits, oldest receipt first, and for what."""
    found = playbook.list_received(settings_for(home), SystemClock(), waiting=not everything)
    if as_json:
        print_json(found)
    else:
        told_list(found)


@intake.command()
@_receipt
@home_option
@json_option
def show(receipt: str, home: Path | None, as_json: bool) -> None:
    """Show what RECEIPT says and lacks, whether it is real, and its clocks."""
    _shown(playbook.show_received(settings_for(home), receipt, SystemClock()), as_json)


@intake.command()
@_receipt
@home_option
@json_option
def acknowledge(receipt: str, home: Path | None, as_json: bool) -> None:
    """Say that you have it: nobody is woken for it any more."""
    _step(home, receipt, OrderStep.ACKNOWLEDGED, as_json)


@intake.command("sort")
@_receipt
@click.option(
    "--as",
    "kind",
    type=click.Choice([one.value for one in ReceiptKind if one is not ReceiptKind.UNCLEAR]),
    required=True,
)
@_why
@home_option
@json_option
def sort_(receipt: str, kind: str, why: str, home: Path | None, as_json: bool) -> None:
    """Say that it is something else than it seemed."""
    _step(home, receipt, OrderStep.SORTED, as_json, why=why, kind=ReceiptKind(kind))


@intake.command()
@_receipt
@click.option("--yes", "answer", flag_value="yes", help="It is real.")
@click.option("--no", "answer", flag_value="no", help="It is doubtful: nothing is disabled.")
@click.option(
    "--called", default="", metavar="NUMBER", help="The register's number that you called, where a check is red."
)
@click.option(
    "--public",
    type=click.Choice([one.value for one in Answered]),
    default="unknown",
    help="Whether you found the material public.",
)
@_why
@home_option
@json_option
def real(
    receipt: str, answer: str | None, called: str, public: str, why: str, home: Path | None, as_json: bool
) -> None:
    """Answer the first question. Without --yes or --no: show the checks."""
    if answer is None:
        _shown(playbook.show_received(settings_for(home), receipt, SystemClock()), as_json)
        return
    step = OrderStep.REAL if answer == "yes" else OrderStep.DOUBTFUL
    _step(home, receipt, step, as_json, why=why, called=called, public=Answered(public))


@intake.command()
@_receipt
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--about", multiple=True, metavar="SUBJECT", help="Whose content it is (platform:account:id); may be repeated."
)
@click.option(
    "--until",
    default=None,
    metavar="DAY",
    help="Keep longer, until this day: only where an authority or a court says so.",
)
@click.option("--authority", default="", help="Which authority or court that is.")
@_why
@home_option
@json_option
def preserve(
    receipt: str,
    files: tuple[Path, ...],
    about: tuple[str, ...],
    until: str | None,
    authority: str,
    why: str,
    home: Path | None,
    as_json: bool,
) -> None:
    """Seal FILES, the content and what belongs to it, for six months (Art. 6); or keep longer what lies sealed."""
    if until is not None:
        _step(home, receipt, OrderStep.KEPT_LONGER, as_json, why=why, until=_time(until), authority=authority)
        return
    _shown(playbook.preserve(settings_for(home), receipt, files, about, why, SystemClock()), as_json)


@intake.command("open")
@_receipt
@click.argument("item")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A new file for it.")
@_why
@home_option
@json_option
def open_(receipt: str, item: str, out: Path, why: str, home: Path | None, as_json: bool) -> None:
    """Write what lies sealed (ITEM by name, or `original`) into a file; the reason goes to the ledger first."""
    found = playbook.open_sealed(settings_for(home), receipt, item, why, out, SystemClock())
    if as_json:
        print_json(found)
    else:
        say(f"wrote {found['file']} ({found['size']:,} bytes)")


@intake.command()
@_receipt
@click.option(
    "--how", type=click.Choice([one.value for one in Outcome]), required=True, help="What you did on your server."
)
@_why
@home_option
@json_option
def disable(receipt: str, how: str, why: str, home: Path | None, as_json: bool) -> None:
    """Record that you removed it, or disabled access in all Member States. Refused before it is real and preserved."""
    _step(home, receipt, OrderStep.DISABLED, as_json, why=why, outcome=Outcome(how))


@intake.command()
@_receipt
@click.option(
    "--because",
    multiple=True,
    type=click.Choice([one.value for one in Obstacle]),
    help="Grounds of Annex III; may be repeated.",
)
@click.option(
    "--clarified", is_flag=True, help="The reason has ended, or the clarification came: the hour starts anew."
)
@_why
@home_option
@json_option
def impossible(
    receipt: str, because: tuple[str, ...], clarified: bool, why: str, home: Path | None, as_json: bool
) -> None:
    """Say why it cannot be done (Annex III), which stops the hour; or that this is over."""
    if clarified == bool(because):
        raise UsageError("say --because, or --clarified")
    if clarified:
        _step(home, receipt, OrderStep.CLARIFIED, as_json, why=why)
    else:
        _step(home, receipt, OrderStep.IMPOSSIBLE, as_json, why=why, obstacles=tuple(map(Obstacle, because)))


@intake.command()
@_receipt
@click.option("--sent", default="", metavar="REFERENCE", help="Record that it left under this reference.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="A new file for the form: .pdf, .txt or .json.",
)
@click.option("--language", type=click.Choice(["en", "fr", "de"]), default="en", show_default=True, help="Of the form.")
@_why
@home_option
@json_option
def answer(
    receipt: str, sent: str, out: Path | None, language: str, why: str, home: Path | None, as_json: bool
) -> None:
    """Fill in the answer: Annex II or III for an order, else your decision (--why). You send it yourself."""
    found = playbook.answer_received(
        settings_for(home), receipt, playbook.Reply(sent, why, out, language), SystemClock()
    )
    if as_json:
        print_json(found)
    else:
        told_answer(found)


@intake.command()
@_receipt
@click.option(
    "--withhold",
    default=None,
    metavar="DAY",
    help="Do not tell until this day: where section C forbids it, six weeks at most, and once more.",
)
@_reference
@_why
@home_option
@json_option
def inform(receipt: str, withhold: str | None, reference: str, why: str, home: Path | None, as_json: bool) -> None:
    """Record that the content provider was told (Art. 11), or is not told yet."""
    if withhold is None:
        _step(home, receipt, OrderStep.INFORMED, as_json, why=why, reference=reference)
    else:
        _step(home, receipt, OrderStep.WITHHELD, as_json, why=why, until=_time(withhold))


@intake.command()
@_receipt
@click.option(
    "--by",
    "way",
    type=click.Choice(["complained", "scrutiny", "court"]),
    default=None,
    help="Who is asked: you (Art. 10), the home authority (Art. 4), a court (Art. 9).",
)
@click.option("--decided", type=click.Choice(["rejected", "reinstated"]), default=None, help="What came of it.")
@_reference
@_why
@home_option
@json_option
def challenge(
    receipt: str, way: str | None, decided: str | None, reference: str, why: str, home: Path | None, as_json: bool
) -> None:
    """Record that an order or a measure is challenged, or what was decided."""
    if (way is None) == (decided is None):
        raise UsageError("say --by, or --decided")
    _step(home, receipt, OrderStep(way or decided or ""), as_json, why=why, reference=reference)


@intake.command()
@click.option("--year", type=int, required=True, help="The calendar year, UTC.")
@home_option
@json_option
def report(year: int, home: Path | None, as_json: bool) -> None:
    """Count a year for the reports of Art. 7 of 2021/784 and Art. 15 and 24 of the DSA, and say what small hosts are exempt from."""
    found = playbook.report_received(settings_for(home), year, SystemClock())
    if as_json:
        print_json(
            {"name": found.name, "estimates": [one.as_dict() for one in found.estimates], "notes": list(found.notes)}
        )
    else:
        told_measure(found)


def _step(home: Path | None, receipt: str, step: OrderStep, as_json: bool, **said: Any) -> None:  # noqa: ANN401 - fields of Said
    found = playbook.step_received(settings_for(home), receipt, step, playbook.Said(**said), SystemClock())
    _shown(found, as_json)


def _shown(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        told_receipt(found)


def _time(text: str) -> datetime:
    """An ISO 8601 time with its offset, or a day, which ends at midnight UTC. Raises UsageError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no time: write 2026-11-25T03:00:00+01:00, or a day") from error
    if at.tzinfo is None and len(text) > 10:
        raise UsageError(f"{text!r} has no offset: write 2026-11-25T03:00:00+01:00")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
