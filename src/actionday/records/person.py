"""Who works here: people by their keys and roles, folded from what was said about them. A person is a credential.

Not for: reading a key or checking a signature, which need a library (`stores.casebook.signing`, `playbook.keys`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from actionday.records.ids import ActorId, EntryId
from actionday.records.permission import Permission, Role, granted


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Says with which key (Ed25519, 32 raw bytes) and in which roles a person works from then on; no role: no more.

    `name` is what the person is called, `why` the reason; both are kept where they can be erased.
    """

    id: EntryId
    person: ActorId
    key: bytes
    roles: frozenset[Role]
    at: datetime
    name: str = field(repr=False)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as of some moment. `since` is when they were first enrolled."""

    id: ActorId
    key: bytes
    roles: frozenset[Role]
    since: datetime

    @property
    def works_here(self) -> bool:
        """Whether they still do."""
        return bool(self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles has the permission."""
        return permission in granted(self.roles)


def enrolled(said: Iterable[Enrolment]) -> dict[ActorId, Person]:
    """Everybody who ever was enrolled, by what was said of them last."""
    people: dict[ActorId, Person] = {}
    for one in said:
        since = people[one.person].since if one.person in people else one.at
        people[one.person] = Person(one.person, one.key, one.roles, since)
    return people


def fault_in(people: dict[ActorId, Person], one: Enrolment, by: ActorId) -> str:
    """Why an enrolment by somebody may not stand, or nothing.

    The first person enrols themselves, as an administrator. Afterwards it takes somebody who may, nobody's key is somebody
    else's too, and an administrator is left.
    """
    if not people:
        if by != one.person:
            return "the first person here enrols themselves"
        return "" if Permission.ENROL in granted(one.roles) else "the first person here is an administrator"
    if by not in people or not people[by].may(Permission.ENROL):
        return "who enrols people is an administrator"
    if any(other.key == one.key and other.id != one.person for other in people.values()):
        return "this key is somebody else's"
    after = {**people, one.person: Person(one.person, one.key, one.roles, one.at)}
    return (
        ""
        if any(person.may(Permission.ENROL) for person in after.values())
        else "somebody must be left to enrol people"
    )
