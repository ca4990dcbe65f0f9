"""Who is enrolled, as the ledger says, and what that lets an actor do. Not for: the rules of enrolment, which are `records.fault_in`."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from actionday.records import (
    Actor,
    ActorId,
    Enrolment,
    Permission,
    PermissionRefused,
    Person,
    UsageError,
    enrolled,
    fault_in,
)
from actionday.stores.casebook.chain import Kind, Part
from actionday.stores.casebook.ledger import Means, append
from actionday.stores.casebook.payloads import of_enrolment, to_enrolment
from actionday.stores.casebook.tables import LEDGER, PAYLOADS


def people_of(connection: Connection) -> Mapping[ActorId, tuple[Person, str]]:
    """Everybody who ever was enrolled, and what they were called last."""
    said = _said(connection)
    names = {one.person: one.name for one in said}
    return {person.id: (person, names[person.id]) for person in enrolled(said).values()}


def key_of(connection: Connection, actor: Actor, permission: Permission) -> bytes | None:
    """The key that the actor signs with, None where nobody is enrolled. Raises PermissionRefused for who may not."""
    people = enrolled(_said(connection))
    if not people:
        actor.must(permission)
        return None
    if actor.id not in people or not people[actor.id].may(permission):
        raise PermissionRefused(actor.id, permission)
    return people[actor.id].key


def may(connection: Connection, actor: Actor, permission: Permission) -> bool:
    """Whether the ledger lets somebody do something, whatever they claim."""
    people = enrolled(_said(connection))
    return people[actor.id].may(permission) if actor.id in people else permission in actor.permissions


def enrol(connection: Connection, means: Means, actor: Actor, one: Enrolment) -> None:
    """Append what is said about a person, inside the caller's write transaction. Raises UsageError where it may not stand."""
    people = enrolled(_said(connection))
    if fault := fault_in(people, one, actor.id):
        raise UsageError(fault)
    key = people[actor.id].key if people else one.key
    append(connection, means, actor, [of_enrolment(actor, one)], key)


def _said(connection: Connection) -> list[Enrolment]:
    facts, words = PAYLOADS.alias(), PAYLOADS.alias()
    query = (
        select(LEDGER.c.id, facts.c.body, words.c.body)
        .join(facts, (facts.c.seq == LEDGER.c.seq) & (facts.c.part == Part.FACTS.value))
        .join(words, (words.c.seq == LEDGER.c.seq) & (words.c.part == Part.WORDS.value), isouter=True)
        .where(LEDGER.c.kind == Kind.PERSON.value)
        .order_by(LEDGER.c.seq)
    )
    rows = connection.execute(query).all()
    return [to_enrolment(entry, bytes(body), None if said is None else bytes(said)) for entry, body, said in rows]
