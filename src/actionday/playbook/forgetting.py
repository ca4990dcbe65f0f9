"""Take something out of a home, archive and casebook alike: a subject, or what is older than so many days."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from actionday.playbook.annexes import drop_annexes
from actionday.playbook.casebooks import actor_of, casebook_of, has_casebook
from actionday.records import Clock, pseudonym
from actionday.settings import Settings
from actionday.stores.archive import erasure
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home, pseudonym_key
from actionday.stores.archive.subjects import Subject, resolve
from actionday.stores.casebook import Erasure


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
    return {"casebook": {"erased": erased.entries, "rewritten": erased.reasons}}


def retain(settings: Settings, days: Mapping[str, int], clock: Clock) -> dict[str, Any]:
    """Erase rows older than so many days, by table."""
    home = open_home(settings.home)
    with home.writing():
        return {
            "erased": erasure.retain(Archive(home, query_memory=settings.query_memory), days, settings.by, clock.now())
        }
