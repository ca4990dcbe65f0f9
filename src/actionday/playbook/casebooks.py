"""Opens a home's casebook and says who acts, as far as the settings say it."""

from pathlib import Path
from urllib.parse import urlsplit

from actionday.records import Actor, Clock, Judgement, Permission, Secret, actor_id
from actionday.records.preregistration import Frozen
from actionday.settings import Settings
from actionday.stores.archive.home import pseudonym_key
from actionday.stores.casebook import Casebook, Head, casebook_exists, open_casebook


def has_casebook(settings: Settings) -> bool:
    """Whether the home has a casebook by now; a database that the settings name is taken to be one."""
    return casebook_exists(_place(settings))


def casebook_of(settings: Settings, clock: Clock) -> Casebook:
    """The home's casebook, made on first use: in the home, or in the database that the settings name."""
    key = pseudonym_key(settings.keys_of(settings.home))
    return open_casebook(_place(settings), key, clock, _password(settings))


def actor_of(settings: Settings) -> Actor:
    """Whoever the settings say acts. That is self-declared, so it may do everything; permissions part people who enrolled."""
    key = pseudonym_key(settings.keys_of(settings.home))
    return Actor(actor_id(key, settings.by), settings.by, frozenset(Permission))


def head_of(settings: Settings, clock: Clock) -> str:
    """The newest entry of the home's casebook; empty where there is none."""
    if not has_casebook(settings):
        return ""
    with casebook_of(settings, clock) as casebook:
        return str(casebook.head())


def judged_until(settings: Settings, head: str | None, clock: Clock) -> list[Judgement]:
    """Judgements as they stood at a head (None: now; empty: before there was a casebook). Raises UsageError, PermissionRefused."""
    if head == "" or not has_casebook(settings):
        return []
    with casebook_of(settings, clock) as casebook:
        return list(casebook.judgements(actor_of(settings), None if head is None else Head.parse(head)))


def frozen_until(settings: Settings, head: str | None, clock: Clock) -> list[Frozen]:
    """What was fixed before days, as it stood at a head (as in `judged_until`). Raises UsageError, PermissionRefused."""
    if head == "" or not has_casebook(settings):
        return []
    with casebook_of(settings, clock) as casebook:
        return list(casebook.frozen(actor_of(settings), None if head is None else Head.parse(head)))


def declared(settings: Settings, name: str) -> Actor:
    """Whoever a file says judged: as self-declared as the settings' own actor, and good for recording what the file says."""
    key = pseudonym_key(settings.keys_of(settings.home))
    return Actor(actor_id(key, name), name, frozenset({Permission.JUDGE}))


def _place(settings: Settings) -> Path | str:
    return settings.home if settings.database is None else settings.database.reveal()


def _password(settings: Settings) -> Secret | None:
    if settings.database is None:
        return None
    try:
        host = urlsplit(settings.database.reveal()).hostname
    except ValueError:
        host = None  # the casebook says what is wrong with it
    return settings.credentials("postgresql.password", host or "localhost")
