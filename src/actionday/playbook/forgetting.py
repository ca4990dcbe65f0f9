"""Take something out of a home, archive and casebook alike: a subject, or what is older than so many days."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from actionday.assess import FOLDER, drop_evidence, forget_evidence, kept_since
from actionday.playbook.annexes import drop_annexes
from actionday.playbook.casebooks import actor_of, casebook_of, has_casebook
from actionday.playbook.received import erase_expired, sweep_sealed
from actionday.records import Clock, lookup_hash, pseudonym
from actionday.records.case import Stage
from actionday.settings import Settings
from actionday.stores.archive import erasure
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import Home, open_home, pseudonym_key
from actionday.stores.archive.subjects import Subject, resolve
from actionday.stores.casebook import Erasure, Listing
from actionday.stores.casebook.payloads import Naming

PAGE = 1_000
"""Cases asked for at once."""


def forget(settings: Settings, asked: str, reason: str, clock: Clock, names: Sequence[str] = ()) -> dict[str, Any]:
    """Erase a subject, and more `names` it goes by, from the home and keep it out. Returns counts, and what is left to do."""
    home = open_home(settings.home)
    key = pseudonym_key(settings.keys_of(settings.home))
    archive = Archive(home, query_memory=settings.query_memory)
    with home.writing():
        subject = resolve(archive, asked, frozenset(names))
        # A member without a role lies in the archive under a pseudonym only.
        aliases = {pseudonym(key, identity) for identity in subject.ids}
        whole = dataclasses.replace(subject, ids=subject.ids | aliases)
        # The casebook first: what the subject is called is known from profiles, and a run that was killed needs them again.
        decided = _forget_decisions(settings, whole, reason, clock)
        counts = erasure.forget(archive, whole, key, settings.by, clock.now(), reason) | decided
        counts |= _forget_evidence(home, whole, key)
        annexes = drop_annexes(home)
    return {
        "erased": counts,
        "annexes_deleted": annexes,
        "still_outside": "the files you imported are yours: erase the subject there too",
        "not_known": [] if subject.ids else [f"no profile here had {asked}: name its id too, if you know it"],
    }


def _forget_decisions(settings: Settings, subject: Subject, reason: str, clock: Clock) -> dict[str, dict[str, int]]:
    """Entries that lost everything, and entries about others that lost a reason which named the subject."""
    if not has_casebook(settings):
        return {}
    with casebook_of(settings, clock) as casebook:
        erased = casebook.erase(
            actor_of(settings, clock), Erasure(subject.ids | subject.references, subject.names, reason)
        )
        sweep_sealed(settings, casebook)
    return {"casebook": {"erased": erased.entries, "rewritten": erased.reasons}}


def _forget_evidence(home: Home, subject: Subject, key: bytes) -> dict[str, dict[str, int]]:
    """Frozen evidence: folders of cases about the subject go, and items of other cases that name it."""
    names = subject.ids | subject.references
    hashes = frozenset(lookup_hash(key, one) for one in names)
    gone = forget_evidence(home.path, hashes, Naming.of(names, subject.names).found_in)
    return {"evidence": {"erased": gone["folders"], "rewritten": gone["items"]}}


def retain(settings: Settings, days: Mapping[str, int], clock: Clock) -> dict[str, Any]:
    """Erase rows older than so many days, by table; with `evidence`, what was frozen so long ago for cases that are over and not held;
    and in any case what was preserved for orders and whose time is over.

    Raises UsageError for a table that has no time; PermissionRefused for evidence, where whoever acts may not see how cases stand, and where
    people are enrolled and they may not erase.
    """
    home = open_home(settings.home)
    tables = {name: keep for name, keep in days.items() if name != FOLDER}
    with home.writing():
        preserved = erase_expired(settings, clock)
        archive = Archive(home, query_memory=settings.query_memory)
        erased = erasure.retain(archive, tables, settings.by, clock.now()) if tables else {}
        if FOLDER in days:
            erased[FOLDER] = {"erased": _retain_evidence(settings, home, days[FOLDER], clock), "rewritten": 0}
    return {"erased": erased, "preserved": preserved}


def _retain_evidence(settings: Settings, home: Home, days: int, clock: Clock) -> int:
    cutoff = clock.now() - timedelta(days=days)
    old = {case for case, at in kept_since(home.path).items() if at < cutoff}
    if not old or not has_casebook(settings):
        return 0
    over, after = frozenset({Stage.DISMISSED, Stage.OVERTURNED, Stage.CLOSED}), None
    going: set[str] = set()
    with casebook_of(settings, clock) as casebook:
        actor = actor_of(settings, clock)
        while True:
            page = casebook.cases.list(actor, Listing(over, limit=PAGE, after=after))
            going |= {line.case for line in page.lines if line.case in old and not line.held}
            after = page.next
            if after is None:
                return drop_evidence(home.path, going)
