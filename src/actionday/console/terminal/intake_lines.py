"""How `actionday intake` says things to a person. Addresses are defanged; nothing of a letter is ever opened."""

from collections.abc import Mapping, Sequence
from typing import Any

from actionday.console.terminal.options import say
from actionday.records import Measure

_MARKS = {"yes": "ok  ", "no": "RED ", "unknown": "RED "}


def told_receipt(one: Mapping[str, Any]) -> None:
    """Everything that a person needs in an hour."""
    say(f"{one['kind']} {one['receipt']}: {one['waits_for'] or 'nothing waits'}")
    say(
        f"  received {one['received']:%Y-%m-%d %H:%M:%S} UTC, by {one['received_by'].replace('_', ' ')}; {one['source']}"
    )
    if one["sender"] or one["subject"]:
        say(f"  from {one['sender'] or 'nobody'} (unproven unless a check says so): {one['subject']}")
    for place in one["locations"]:
        say(f"  about {_defanged(place)}")
    for name, clock in one["clocks"].items():
        due = "" if clock["due"] is None else f", until {clock['due']:%Y-%m-%d %H:%M:%S} UTC"
        say(f"  clock {name}: {clock['phase']}{due} ({clock['source']}; {clock['mark']})")
    if one["missing"]:
        say(
            f"  missing: {', '.join(field['name'] + (' [recalled]' if field['mark'] == 'recalled' else '') for field in one['missing'])}"
        )
    for what in one["unread"]:
        say(f"  not read: {what}")
    _checks(one["checks"])
    if one["silent_until"] is not None:
        say(f"  the content provider is not told until {one['silent_until']:%Y-%m-%d %H:%M} UTC")
    if one["kept_until"] is not None:
        say(f"  preserved until {one['kept_until']:%Y-%m-%d}")
    say(f"  cases: {', '.join(one['cases']) or 'none'}")


def told_list(found: Sequence[Mapping[str, Any]]) -> None:
    """A line each."""
    if not found:
        say("nothing waits")
    for one in found:
        say(f"{one['received'][:19]}Z  {one['receipt']}  {one['kind']:<12} {one['waits_for'] or 'nothing waits'}")


def told_answer(found: Mapping[str, Any]) -> None:
    """An answer, field by field, with the mark of what was not compared with the published text."""
    annex = found["annex"]
    say(
        f"{found['receipt']}: " + (f"Annex {annex} of Regulation (EU) 2021/784" if annex else "no annex: your decision")
    )
    for stamp, why in found.get("stamps", {}).items():
        say(f"  {stamp.upper()}: {'; '.join(why)}")
    for name, field in found.get("fields", {}).items():
        mark = "" if field["mark"] in (None, "verified") else f" [{field['mark']}]"
        value = field["value"].get("utc", "") if isinstance(field["value"], dict) else field["value"]
        if value:
            say(f"  {field['section']} {name}: {', '.join(value) if isinstance(value, list) else value}{mark}")
    if found.get("decision"):
        say(f"  {found['decision']}")
    say("recorded as sent" if found["recorded"] else "not recorded as sent: --sent REFERENCE does that")


def told_measure(found: Measure) -> None:
    """Counts, a line each."""
    for one in found.estimates:
        group = " ".join(one.group.values())
        value = "-" if one.value is None else f"{one.value:,.0f}"
        say(
            f"{one.name + (' ' + group if group else ''):<44}{value:>10} {one.unit if one.unit != 'count' else ''}".rstrip()
        )
    for note in found.notes:
        say(f"note: {note}")


def _checks(checks: Sequence[Mapping[str, Any]]) -> None:
    if checks:
        say("  is it real?")
    for one in checks:
        call = f"; call {one['call_back']} (the register's number)" if one["red"] and one["call_back"] else ""
        say(f"    {_MARKS[one['answer']]} {one['asked']}: {one['why']}{call}")


def _defanged(place: str) -> str:
    return place.replace("://", "[:]//").replace(".", "[.]")
