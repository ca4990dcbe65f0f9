"""Walk along the casebook's chain and say whether it is whole."""

from dataclasses import asdict
from typing import Any

from actionday.playbook.casebooks import casebook_of, has_casebook
from actionday.records import Clock, HomeError
from actionday.settings import Settings
from actionday.stores.archive.home import open_home
from actionday.stores.casebook import Head


def verify_casebook(settings: Settings, noted: str | None, clock: Clock) -> dict[str, Any]:
    """Entries, head, what was erased, and the first bad entry or None. Raises UsageError for a head that is none."""
    head = Head.parse(noted) if noted is not None else None
    home = open_home(settings.home)
    if not has_casebook(settings):
        raise HomeError(f"{home.path} has no casebook yet: the first judgement makes it")
    with casebook_of(settings, clock) as casebook:
        report = casebook.verify(head)
    return {
        "entries": report.entries,
        "head": str(report.head),
        "erased": report.erased,
        "first_bad": None if report.fault is None else asdict(report.fault),
    }
