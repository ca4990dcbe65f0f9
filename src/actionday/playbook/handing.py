"""Evidence that a person adds to a case, and copies of it that leave: each for a reason that stands in the ledger.

Not for: reading a case (`assessing`), or what the evidence says.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actionday.assess import Frozen, copy_items
from actionday.playbook.case_views import told_case
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.casefiles import evidence_event, freeze_again
from actionday.records import Clock, EntryId, Permission, UsageError, new_entry_id
from actionday.records.look import Look, LookKind
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home


def add_evidence(settings: Settings, case: str, files: Sequence[Path], clock: Clock) -> dict[str, Any]:
    """Freeze a case's evidence: what the archive knows by now, and files or folders (captures as WARC or WACZ, what an archiving tool left).

    Until somebody has read the case; what was read is not exchanged. Raises UsageError, InputError, PermissionRefused.
    """
    actor = actor_of(settings, clock)
    actor.must(Permission.ADD)
    home = open_home(settings.home)
    view = Archive(home, query_memory=settings.query_memory).view()
    with casebook_of(settings, clock) as casebook:
        found = casebook.cases.case(actor, EntryId(case))
        if found.sealed is not None:
            raise UsageError(f"{case}: it is sealed")
        frozen = freeze_again(settings, view, home, found, files, clock.now())
        after = casebook.cases.follow(actor, evidence_event(found.id, frozen, actor, clock.now()))
        return told_case(casebook, actor, after, clock.now())


def copy_evidence(settings: Settings, case: str, out: Path, purpose: str, clock: Clock) -> dict[str, Any]:
    """Write a copy of a case's evidence, every item held against its hash. The copy, and what it is for, stand in the ledger first.

    Raises UsageError for a case that is sealed or has no evidence, HomeError for evidence that was changed, PermissionRefused.
    """
    actor = actor_of(settings, clock)
    home = open_home(settings.home)
    if not purpose.strip():
        raise UsageError("say what the copy is for")
    with casebook_of(settings, clock) as casebook:
        found = casebook.cases.case(actor, EntryId(case))
        if found.sealed is not None:
            raise UsageError(f"{case}: it is sealed, and nothing of it is copied")
        if found.evidence is None:
            raise UsageError(f"{case}: nothing is frozen")
        look = Look(new_entry_id("v"), LookKind.EXPORT, clock.now(), actor.id, found.opening.target, found.id, purpose)
        casebook.cases.look(actor, look)
        frozen = Frozen(found.evidence.items, found.evidence.digest)
        written = copy_items(home.path, found.id, frozen, out)
        return {
            "case": case,
            "digest": frozen.digest,
            "files": [str(path) for path in written],
            "head": str(casebook.head()),
        }
