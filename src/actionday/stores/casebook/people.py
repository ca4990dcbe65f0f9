"""Who is enrolled, as the ledger says, and what that lets an actor do. Not for: the rules of enrolment, which are `records.fault_in`."""

from collections.abc import Collection, Mapping

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
    people = _working(connection)
    if not people:
        actor.must(permission)
        return None
    if actor.id not in people or not people[actor.id].may(permission):
        raise PermissionRefused(actor.id, permission)
    return people[actor.id].key


def key_at_work(connection: Connection, actor: Actor) -> bytes:
    """The key of somebody who works here. Raises UsageError for anybody else."""
    people = _working(connection)
    if actor.id not in people or not people[actor.id].works_here:
        raise UsageError("nobody who works here is known by this id")
    return people[actor.id].key


def one_of(connection: Connection, actor: Actor, *permissions: Permission) -> None:
    """Raises PermissionRefused, naming the first, for who has none of these."""
    if not allowed(connection, actor, permissions):
        raise PermissionRefused(actor.id, permissions[0])


def allowed(connection: Connection, actor: Actor, asked: Collection[Permission]) -> frozenset[Permission]:
    """Which of these the ledger lets somebody do, whatever they claim."""
    people = _working(connection)
    if actor.id not in people:
        return frozenset(asked) & frozenset(actor.permissions)
    return frozenset(one for one in asked if people[actor.id].may(one))


def enrol(connection: Connection, means: Means, actor: Actor, one: Enrolment) -> None:
    """Append what is said about a person, inside the caller's write transaction. Raises UsageError where it may not stand."""
    people = enrolled(_said(connection))
    if fault := fault_in(people, one, actor.id):
        raise UsageError(fault)
    key = people[actor.id].key if people else one.key
    append(connection, means, actor, [of_enrolment(actor, one)], key)


_FACTS, _WORDS = PAYLOADS.alias(), PAYLOADS.alias()
_ENROLMENTS = (
    select(LEDGER.c.id, _FACTS.c.body)
    .join(_FACTS, (_FACTS.c.seq == LEDGER.c.seq) & (_FACTS.c.part == Part.FACTS.value))
    .where(LEDGER.c.kind == Kind.PERSON.value)
    .order_by(LEDGER.c.seq)
)
_NAMED = _ENROLMENTS.add_columns(_WORDS.c.body).join(
    _WORDS, (_WORDS.c.seq == LEDGER.c.seq) & (_WORDS.c.part == Part.WORDS.value), isouter=True
)


def _working(connection: Connection) -> Mapping[ActorId, Person]:
    """Everybody who ever was enrolled; asked at every call, so without their names."""
    rows = connection.execute(_ENROLMENTS).all()
    return enrolled([to_enrolment(entry, bytes(body), None) for entry, body in rows])


def _said(connection: Connection) -> list[Enrolment]:
    rows = connection.execute(_NAMED).all()
    return [to_enrolment(entry, bytes(body), None if said is None else bytes(said)) for entry, body, said in rows]
