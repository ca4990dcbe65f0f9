"""Looking somebody up, for a case or a purpose that is named; and the auditor's view of who looked at whom.

Not for: what a look at evidence shows (`assessing`).
"""

from datetime import datetime
from typing import Any

from actionday.assess import load_policy
from actionday.playbook.case_orders import Reason
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.naming import subject_called
from actionday.records import Clock, EntryId, Permission, UsageError, new_entry_id
from actionday.records.look import Look, LookKind
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.faces import faces
from actionday.stores.archive.home import open_home
from actionday.stores.casebook import Looked
from actionday.stores.casebook.payloads import Naming


def look_up(settings: Settings, asked: str, reason: Reason, clock: Clock) -> dict[str, Any]:
    """Look somebody up by id, handle or name: what they called themselves, when they were seen, and cases about them.

    The look is in the ledger before anything is shown, whether or not anybody is found. Raises UsageError where neither a case nor a
    purpose is named, PermissionRefused.
    """
    actor = actor_of(settings, clock)
    actor.must(Permission.READ)
    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    case = EntryId(reason.case) if reason.case else None
    try:
        look = Look(new_entry_id("v"), LookKind.HANDLE, clock.now(), actor.id, asked, case, reason.purpose)
    except ValueError as error:
        raise UsageError(str(error)) from error
    with casebook_of(settings, clock) as casebook:
        if case is not None:
            casebook.cases.case(actor, case)
        casebook.cases.look(actor, look)
        subject = str(subject_called(settings, archive, asked))
        about = casebook.cases.of_targets(actor, [subject])[subject] if Permission.ADD in actor.permissions else ()
    return {
        "look": look.id,
        "subject": subject,
        **faces(archive.view(), [subject])[subject],
        "cases": [{"case": line.case, "stage": line.stage.value} for line in about],
    }


def audit_looks(settings: Settings, since: datetime, clock: Clock, flagged: bool = False) -> dict[str, Any]:
    """Who looked at what since a time, by everybody but the auditor. Each look says why it stands out, if it does.

    `outside`: for no case of theirs and no campaign of theirs; `colleague`: at somebody who works here; `protected`: at somebody whom the
    home's policy names (journalists, office-holders). Raises PermissionRefused.
    """
    actor = actor_of(settings, clock)
    home = open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        found = casebook.cases.looks(actor, since)
        names = casebook.names(actor, {one.look.by for one in found})
        people = [name for _, name in casebook.people().values() if name]
    watched = {one.name: one.why for one in load_policy(home.path).protected}
    lines = [
        {
            "look": one.look.id,
            "at": one.look.at.isoformat(timespec="seconds"),
            "by": names.get(one.look.by, one.look.by),
            "what": one.look.what.value,
            "about": one.look.about,
            "case": one.look.case,
            "purpose": one.look.purpose,
            "stands_out": _flags(one, people, watched),
        }
        for one in found
    ]
    shown = [line for line in lines if line["stands_out"]] if flagged else lines
    return {
        "looks": shown,
        "all": len(lines),
        "since": since.isoformat(timespec="seconds"),
        "not_shown": "your own: nobody audits themselves",
    }


def _flags(one: Looked, people: list[str], watched: dict[str, str]) -> list[str]:
    flags = ["outside"] if one.outside else []
    if Naming.of((), people).found_in(one.look.about):
        flags.append("colleague")
    for name, why in watched.items():
        if one.look.about == name or Naming.of([name], [name]).found_in(one.look.about):
            flags.append(f"protected: {why}")
    return flags
