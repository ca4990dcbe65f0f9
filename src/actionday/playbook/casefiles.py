"""The evidence of cases: frozen from the archive and from files that are given, read again, compared with what the archive says now.

Not for: who reads it and why (`assessing`), or how it lies on the disk (`assess.evidence`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from actionday.assess import (
    Changed,
    Frozen,
    Origin,
    Piece,
    Wanted,
    differences,
    files_below,
    freeze,
    keep,
    read_items,
)
from actionday.records import Actor, EntryId, SubjectId, UsageError, lookup_hash, new_entry_id, pseudonym
from actionday.records.case import Case
from actionday.records.case_event import CaseEvent, CaseStep
from actionday.settings import Settings
from actionday.stores.archive.home import Home, pseudonym_key
from actionday.stores.archive.subjects import called
from actionday.stores.archive.view import View
from actionday.stores.casebook import Casebook

ADDRESS = "url:"


def freeze_cases(
    settings: Settings, casebook: Casebook, actor: Actor, view: View, home: Home, openings: Sequence[CaseEvent], now: datetime
) -> dict[EntryId, int]:  # fmt: skip
    """Freeze what the archive knows of cases that have no evidence yet. Returns how many pieces each got.

    The bytes are on the disk before the ledger says so; a run that is killed in between freezes the same again.
    """
    key = pseudonym_key(settings.keys_of(settings.home))
    named: dict[str, tuple[str, str]] = {
        one.case: (one.opening.target, one.opening.about) for one in openings if one.opening
    }
    wanted = wanted_of(view, key, named)
    counts = {}
    for case, pieces in freeze(view, wanted).items():
        if pieces:
            frozen = keep(home.path, Origin(EntryId(case), now, _hashes(key, wanted[case], *named[case])), pieces)
            casebook.cases.follow(actor, evidence_event(EntryId(case), frozen, actor, now))
            counts[EntryId(case)] = len(pieces)
    return counts


def freeze_again(
    settings: Settings, view: View, home: Home, case: Case, files: Sequence[Path], now: datetime
) -> Frozen:
    """Freeze one case: what the archive knows now, and files and folders that are given. Nothing of the ledger is written here.

    Raises UsageError where there is nothing to freeze, or for files in a research home, which keeps no material.
    """
    if files and home.policy.profile == "research":
        raise UsageError("a research home keeps no material: files are not kept as evidence here")
    key = pseudonym_key(settings.keys_of(settings.home))
    wanted = wanted_of(view, key, {case.id: (case.opening.target, case.opening.about)})
    try:
        origin = Origin(case.id, now, _hashes(key, wanted[case.id], case.opening.target, case.opening.about))
        return keep(home.path, origin, freeze(view, wanted)[case.id], files_below(files))
    except ValueError as error:
        raise UsageError(
            f"{error}: import what is public of {case.opening.target}, or give files with --file"
        ) from error


def evidence_event(case: EntryId, frozen: Frozen, actor: Actor, now: datetime) -> CaseEvent:
    """What the ledger says of frozen evidence."""
    entry = new_entry_id("k")
    return CaseEvent(entry, case, CaseStep.EVIDENCE, now, actor.id, items=frozen.items, digest=frozen.digest)


def pieces_of(home: Home, case: Case, *, whole: bool = False) -> list[Piece]:
    """What was frozen of a case; files that were given only where the whole is asked for. Raises HomeError where it was changed."""
    if case.evidence is None:
        return []
    frozen = Frozen(case.evidence.items, case.evidence.digest)
    return list(read_items(home.path, case.id, frozen, lambda name: whole or name.startswith("archive/")))


def changes_of(settings: Settings, view: View, pieces: Sequence[Piece], case: Case) -> list[Changed]:
    """How the archive differs by now from what was frozen."""
    key = pseudonym_key(settings.keys_of(settings.home))
    wanted = wanted_of(view, key, {case.id: (case.opening.target, case.opening.about)})
    return differences(pieces, freeze(view, wanted)[case.id])


def wanted_of(view: View, key: bytes, targets: Mapping[str, tuple[str, str]]) -> dict[str, Wanted]:
    """What to freeze, by case, of targets and whom they belong to: by their ids and pseudonyms; of an address its post alone."""
    names = {target if about == "" else about for target, about in targets.values()}
    known = called(view, [one for one in names if not _is_subject(one) and not one.startswith(ADDRESS)])
    wanted: dict[str, Wanted] = {}
    for case, (target, about) in targets.items():
        name = about or target
        ids = [name] if _is_subject(name) else known.get(name, [])
        hidden = [pseudonym(key, one) for one in ids]
        wanted[case] = Wanted((*ids, *hidden), _posts_of(target))
    return wanted


def _posts_of(target: str) -> tuple[str, ...]:
    """How a post at an address may be called in the archive: by the last part of the address, or by all of it."""
    if not target.startswith(ADDRESS):
        return ()
    address = target.removeprefix(ADDRESS)
    last = address.partition("?")[0].rstrip("/").rpartition("/")[2]
    return (last, address)


def _hashes(key: bytes, wanted: Wanted, *names: str) -> tuple[str, ...]:
    return tuple(sorted(lookup_hash(key, one) for one in {*wanted.subjects, *names} - {""}))


def _is_subject(name: str) -> bool:
    try:
        SubjectId.parse(name)
    except ValueError:
        return False
    return True
