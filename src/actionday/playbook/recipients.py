"""The recipient registry of a home, and under which names targets are known in it. Not for: what recipients were told."""

from collections.abc import Collection, Mapping

from actionday.records import UsageError
from actionday.records.recipient import FILE, Recipient, load_recipients
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.subjects import names_among


def recipients_of(settings: Settings) -> Mapping[str, Recipient]:
    """All recipients, by id. Raises InputError."""
    return load_recipients(settings.home / FILE)


def recipient_of(settings: Settings, asked: str) -> Recipient:
    """One that may be told something. Raises UsageError for one that is not in the registry, or is run by the adversary."""
    found = recipients_of(settings).get(asked)
    if found is None:
        raise UsageError(f"{asked} is not in {settings.home / FILE}; docs/guide/campaigns.md shows how to put it there")
    if found.run_by_adversary:
        raise UsageError(f"{found.name} is run by the adversary: it is never told anything")
    return found


def names_of(settings: Settings, targets: Collection[str]) -> Mapping[str, frozenset[str]]:
    """All names of targets that the archive knows."""
    home = open_home(settings.home)
    return names_among(Archive(home, query_memory=settings.query_memory), targets)
