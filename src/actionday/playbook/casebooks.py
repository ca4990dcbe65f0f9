"""Opens a home's casebook and says who acts, as far as the settings say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from actionday.playbook.keys import open_key, place_of
from actionday.records import (
    Actor,
    ActorId,
    Answer,
    Clock,
    Permission,
    Person,
    Secret,
    UsageError,
    actor_id,
    granted,
)
from actionday.records.preregistration import Frozen
from actionday.settings import Settings
from actionday.stores.archive.home import open_home, pseudonym_key
from actionday.stores.casebook import Casebook, Head, casebook_exists, open_casebook


def has_casebook(settings: Settings) -> bool:
    """Whether the home has a casebook by now; a database that the settings name is taken to be one."""
    return casebook_exists(_place(settings))


def casebook_of(settings: Settings, clock: Clock) -> Casebook:
    """The home's casebook, made on first use: in the home, or in the database that the settings name. Raises HomeError without a home."""
    open_home(settings.home)  # nothing is made where no home is
    key = pseudonym_key(settings.keys_of(settings.home))
    return open_casebook(_place(settings), key, clock, _password(settings))


def actor_of(settings: Settings, clock: Clock) -> Actor:
    """Who acts: who has signed in, else whose key it is, where people are enrolled; else whoever the settings say, who may do everything.

    Raises UsageError where people are enrolled and this is nobody's key, or nobody's who still works here; HomeError without a home.
    """
    if settings.acting is not None:
        return settings.acting
    open_home(settings.home)  # nothing is made where no home is
    people: Mapping[ActorId, tuple[Person, str]] = {}
    if has_casebook(settings):
        with casebook_of(settings, clock) as casebook:
            people = casebook.people()
    if not people:
        key = pseudonym_key(settings.keys_of(settings.home))
        return Actor(actor_id(key, settings.by), settings.by, frozenset(Permission))
    own = open_key(settings)
    if own is None:
        raise UsageError(
            "people are enrolled here: name your key with the setting person_key, or make one: `actionday person key`"
        )
    mine = [(person, name) for person, name in people.values() if person.key == own.public and person.works_here]
    if not mine:
        raise UsageError(
            f"the key {place_of(settings)} is nobody's who works here: have it enrolled by an administrator"
        )
    ((person, name),) = mine
    return Actor(person.id, name, granted(person.roles), own.sign)


def are_enrolled(settings: Settings, clock: Clock) -> bool:
    """Whether people are enrolled here. Where they are not, identities are self-declared."""
    if not has_casebook(settings):
        return False
    with casebook_of(settings, clock) as casebook:
        return bool(casebook.people())


def people_called(settings: Settings, names: Sequence[str], clock: Clock) -> dict[ActorId, str]:
    """Who is meant by names, by id: people who work here where any are enrolled, else whoever the names declare.

    Raises UsageError for a name that nobody, or more than one, goes by here.
    """
    if not are_enrolled(settings, clock):
        return {declared(settings, name).id: name for name in names}
    with casebook_of(settings, clock) as casebook:
        here = [(person.id, name) for person, name in casebook.people().values() if person.works_here]
    found = {name: [one for one, known in here if known == name] for name in names}
    for name, ids in found.items():
        if len(ids) != 1:
            raise UsageError(f"{len(ids)} people who work here go by {name}")
    return {ids[0]: name for name, ids in found.items()}


def head_of(settings: Settings, clock: Clock) -> str:
    """The newest entry of the home's casebook; empty where there is none."""
    if not has_casebook(settings):
        return ""
    with casebook_of(settings, clock) as casebook:
        return str(casebook.head())


def judged_until(settings: Settings, head: str | None, clock: Clock) -> list[Answer]:
    """Judgements as they stood at a head (None: now; empty: before there was a casebook). Raises UsageError, PermissionRefused."""
    if head == "" or not has_casebook(settings):
        return []
    with casebook_of(settings, clock) as casebook:
        return list(casebook.judgements(actor_of(settings, clock), None if head is None else Head.parse(head)))


def frozen_until(settings: Settings, head: str | None, clock: Clock) -> list[Frozen]:
    """What was fixed before days, as it stood at a head (as in `judged_until`). Raises UsageError, PermissionRefused."""
    if head == "" or not has_casebook(settings):
        return []
    with casebook_of(settings, clock) as casebook:
        return list(casebook.frozen(actor_of(settings, clock), None if head is None else Head.parse(head)))


@dataclass(frozen=True, slots=True)
class Decided:
    """The casebook as a brief rests on it: its head (empty: none was read), whether people are enrolled, what was fixed beforehand."""

    head: str
    enrolled: bool
    registrations: tuple[Frozen, ...]


def decided_until(settings: Settings, head: str, clock: Clock) -> Decided:
    """The casebook as it stood at a head. Raises UsageError, PermissionRefused."""
    return Decided(head, are_enrolled(settings, clock), tuple(frozen_until(settings, head, clock)))


def declared(settings: Settings, name: str) -> Actor:
    """Whoever a file says judged: as self-declared as anybody where nobody is enrolled, and good for recording what the file says."""
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
