"""Enrol people with their keys and roles, say who works here. Not for: what a role lets somebody do, which is `records.permission`."""

from collections.abc import Sequence
from typing import Any

from actionday.playbook.casebooks import actor_of, casebook_of, has_casebook
from actionday.playbook.keys import make_key, open_key, place_of, public_of, public_text
from actionday.records import (
    Actor,
    ActorId,
    Clock,
    Enrolment,
    Permission,
    Person,
    Role,
    UsageError,
    granted,
    new_actor_id,
    new_entry_id,
)
from actionday.settings import Settings
from actionday.stores.archive.home import open_home
from actionday.stores.casebook import Casebook


def make_person_key(settings: Settings) -> dict[str, Any]:
    """Make the key of whoever acts. Returns where it lies, and the public half, to be given to who enrols people."""
    made = make_key(settings)
    return {"file": str(place_of(settings)), "key": public_text(made.public)}


def add_person(
    settings: Settings, name: str, roles: Sequence[Role], key: str | None, why: str, clock: Clock
) -> dict[str, Any]:
    """Enrol somebody. The first person enrols themselves, as an administrator, and a key is made where there is none.

    Raises UsageError where that may not stand, PermissionRefused where it is not for who acts to say.
    """
    open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        people = casebook.people()
        person = new_actor_id()
        if not people:
            if key is not None:
                raise UsageError("the first person here enrols themselves, with the key of their own: leave --key out")
            own = open_key(settings) or make_key(settings)
            actor, public = Actor(person, name, granted(roles), own.sign), own.public
        else:
            if key is None:
                raise UsageError(
                    "people make their keys themselves: `actionday person key`; give the one it prints with --key"
                )
            actor, public = actor_of(settings, clock), public_of(key)
            if any(public == other.key for other, _ in people.values()):
                raise UsageError("this key is enrolled already; `actionday person change` gives other roles")
        said = Enrolment(new_entry_id("p"), person, public, frozenset(roles), clock.now(), name, why)
        head = casebook.enrol(actor, said)
        return {**_shown(*casebook.people()[person]), "head": str(head)}


def change_person(
    settings: Settings, asked: str, roles: Sequence[Role], key: str | None, why: str, clock: Clock
) -> dict[str, Any]:
    """Give somebody other roles or a new key; without a role they work here no more, and what they wrote stands.

    Raises UsageError for a name that is nobody's or several people's, and as `add_person`.
    """
    open_home(settings.home)
    actor = actor_of(settings, clock)
    actor.must(Permission.ENROL)
    with casebook_of(settings, clock) as casebook:
        person, name = _called(casebook, asked)
        public = person.key if key is None else public_of(key)
        said = Enrolment(new_entry_id("p"), person.id, public, frozenset(roles), clock.now(), name, why)
        head = casebook.enrol(actor, said)
        return {**_shown(*casebook.people()[person.id]), "head": str(head)}


def people(settings: Settings, clock: Clock) -> list[dict[str, Any]]:
    """Everybody who ever was enrolled. Empty: identities here are self-declared."""
    open_home(settings.home)
    if not has_casebook(settings):
        return []
    with casebook_of(settings, clock) as casebook:
        return [_shown(*one) for one in casebook.people().values()]


def _called(casebook: Casebook, asked: str) -> tuple[Person, str]:
    known = casebook.people()
    found = [one for one in known.values() if asked in (one[1], one[0].id)]
    if len(found) != 1:
        raise UsageError(f"{len(found)} people here are called {asked}; `actionday person list` says who there is")
    return found[0]


def _shown(person: Person, name: str) -> dict[str, Any]:
    return {
        "person": ActorId(person.id),
        "name": name,
        "roles": sorted(role.value for role in person.roles),
        "key": public_text(person.key),
        "since": person.since.isoformat(timespec="seconds"),
    }
