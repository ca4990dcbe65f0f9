"""Take something out of a home: a subject, or what is older than so many days."""

from collections.abc import Mapping
from typing import Any

from actionday.playbook.annexes import drop_annexes
from actionday.records import Clock, pseudonym
from actionday.settings import Settings
from actionday.stores.archive import erasure
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home, pseudonym_key


def forget(settings: Settings, asked: str, reason: str, clock: Clock) -> dict[str, Any]:
    """Erase a subject from the home and keep it out. Returns counts, and the imported files that still hold it."""
    home = open_home(settings.home)
    key = pseudonym_key(settings.keys_of(settings.home))
    archive = Archive(home, query_memory=settings.query_memory)
    with home.writing():
        subject = erasure.resolve(archive, asked)
        # A member without a role lies in the archive under a pseudonym only.
        aliases = {pseudonym(key, identity) for identity in subject.ids}
        whole = erasure.Subject(subject.ids | aliases, subject.references, subject.names)
        counts = erasure.forget(archive, whole, key, settings.by, clock.now(), reason)
        annexes = drop_annexes(home)
    return {
        "erased": counts,
        "annexes_deleted": annexes,
        "still_outside": "the files you imported are yours: erase the subject there too",
    }


def retain(settings: Settings, days: Mapping[str, int], clock: Clock) -> dict[str, Any]:
    """Erase rows older than so many days, by table."""
    home = open_home(settings.home)
    with home.writing():
        return {
            "erased": erasure.retain(Archive(home, query_memory=settings.query_memory), days, settings.by, clock.now())
        }
