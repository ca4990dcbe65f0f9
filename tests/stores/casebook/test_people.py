"""People with keys: roles are the ledger's, entries are signed, and a walk along the chain finds who wrote what they could not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, text
from tests.records.casework import CASE, HOUR, NOW, opening, step
from tests.records.judging import PEOPLE, START
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.people import ANN, said, taken_back
from tests.stores.casebook.test_cases import UNIT, hold

from actionday.records import (
    Actor,
    ActorId,
    Enrolment,
    EntryId,
    FixedClock,
    Judgement,
    Permission,
    PermissionRefused,
    Role,
    UsageError,
    granted,
)
from actionday.records.case_event import NEEDS, CaseStep
from actionday.records.hold import Lift
from actionday.records.look import Look, LookKind
from actionday.stores.casebook import Casebook, Cases, Checkpoint, Erasure, Listing
from actionday.stores.casebook.tables import LEDGER, METADATA
from actionday.stores.casebook.verify import entry_of


@dataclass(frozen=True)
class Worker:
    """Somebody with a key, and with the roles that they believe they have."""

    id: ActorId
    private: Ed25519PrivateKey
    roles: frozenset[Role]

    @property
    def actor(self) -> Actor:
        return Actor(self.id, f"Name of {self.id}", frozenset(Permission), self.private.sign)

    def says(self, number: int, *roles: Role) -> Enrolment:
        key = self.private.public_key().public_bytes_raw()
        given = frozenset(roles) or self.roles
        return Enrolment(EntryId(f"p-{number:032x}"), self.id, key, given, START, f"Name of {self.id}", "new here")


def worker(name: str, *roles: Role) -> Worker:
    return Worker(ActorId(f"a-{name}"), Ed25519PrivateKey.generate(), frozenset(roles))


BOSS = worker("boss", Role.ADMINISTRATOR)
REVIEWER = Worker(
    PEOPLE[0], Ed25519PrivateKey.generate(), frozenset({Role.REVIEWER})
)  # whose judgements the tests have
AUDITOR = worker("auditor", Role.AUDITOR)
EVE = worker("eve", Role.REVIEWER)
ONE: Judgement = said(1, 0, 1)


def staffed(place: Place) -> Casebook:
    casebook = place.open()
    for number, one in enumerate((BOSS, REVIEWER, AUDITOR)):
        casebook.enrol(BOSS.actor, one.says(number))
    return casebook


def test_what_enrolled_people_write_is_signed_and_whole(place: Place) -> None:
    with place.open() as casebook:
        casebook.record(ANN, [said(9, 3, 4)])  # before anybody was enrolled
    with staffed(place) as casebook:
        casebook.record(REVIEWER.actor, [ONE])
        casebook.withdraw(REVIEWER.actor, [taken_back(1, ONE)])
        casebook.erase(BOSS.actor, Erasure(frozenset({str(ONE.a)})))
        report = casebook.verify()
        assert (report.fault, report.entries, report.people, report.signed) == (None, 8, 3, 6)
        people = casebook.people()
        assert {person.id: person.roles for person, _ in people.values()} == {
            one.id: one.roles for one in (BOSS, REVIEWER, AUDITOR)
        }
        assert people[BOSS.id][1] == "Name of a-boss"


VERBS: dict[str, tuple[Permission, Callable[[Casebook, Actor], object]]] = {
    "record": (Permission.JUDGE, lambda book, who: book.record(who, [replace(ONE, who=who.id)])),
    "withdraw": (Permission.JUDGE, lambda book, who: book.withdraw(who, [])),
    "judgements": (Permission.READ, lambda book, who: book.judgements(who)),
    "names": (Permission.READ, lambda book, who: book.names(who)),
    "lineage": (Permission.READ, lambda book, who: book.lineage(who)),
    "erase": (Permission.ERASE, lambda book, who: book.erase(who, Erasure(frozenset({"telegram:channel:99"})))),
    "enrol": (Permission.ENROL, lambda book, who: book.enrol(who, EVE.says(77))),
}


@pytest.mark.parametrize("role", Role)
def test_every_verb_as_every_role(place: Place, role: Role) -> None:
    with place.open() as casebook:
        casebook.enrol(BOSS.actor, BOSS.says(0))
        somebody = worker("somebody", role)
        casebook.enrol(BOSS.actor, somebody.says(1))
        for permission, verb in VERBS.values():
            if permission in granted([role]):
                verb(casebook, somebody.actor)
            else:
                with pytest.raises((PermissionRefused, UsageError)):
                    verb(casebook, somebody.actor)


def _step(what: CaseStep) -> Callable[[Cases, Actor], object]:
    return lambda cases, who: cases.follow(who, step(900 + 2 * list(CaseStep).index(what), what, who.id))


def _open(cases: Cases, who: Actor) -> object:
    return cases.open(who, [replace(opening(77), by=who.id)])


_EITHER = (Permission.ADD, Permission.READ)
CASE_VERBS: dict[str, tuple[Permission | tuple[Permission, ...], Callable[[Cases, Actor], object]]] = {
    "set_up": (Permission.SET_UP, lambda cases, who: cases.set_up(who, UNIT)),
    "open": (Permission.ADD, _open),
    "next": (Permission.ASSESS, lambda cases, who: cases.next(who, NOW + HOUR)),
    "case": (Permission.READ, lambda cases, who: cases.case(who, CASE)),
    "list": (Permission.READ, lambda cases, who: cases.list(who, Listing())),
    "count": (Permission.READ, lambda cases, who: cases.count(who)),
    "of_targets": (_EITHER, lambda cases, who: cases.of_targets(who, ["telegram:channel:1"])),
    "held": (_EITHER, lambda cases, who: cases.held(who, ["telegram:channel:1"])),
    "hold": (Permission.HOLD, lambda cases, who: cases.hold(who, hold(9, 9, who))),
    "lift": (Permission.HOLD, lambda cases, who: cases.lift(who, Lift(EntryId("l-9"), hold(8, 8).id, NOW, who.id, "over"))),
    "holds": (Permission.READ, lambda cases, who: cases.holds(who, NOW)),
    "look": (Permission.READ, lambda cases, who: cases.look(who, Look(EntryId("v-9"), LookKind.HANDLE, NOW, who.id, "telegram:@x", purpose="why"))),
    "looks": (Permission.AUDIT, lambda cases, who: cases.looks(who, NOW)),
    "rebuild": (Permission.READ, lambda cases, who: cases.rebuild(who)),
    **{f"follow_{what}": (NEEDS[what], _step(what)) for what in CaseStep if what is not CaseStep.OPENED},
}  # fmt: skip


def test_every_verb_of_cases_is_in_the_table() -> None:
    public = {name for name in vars(Cases) if not name.startswith("_")} - {"unit", "seen_by"}
    assert {name.partition("_")[0] if name.startswith("follow_") else name for name in CASE_VERBS} == public


@pytest.mark.parametrize("role", Role)
def test_every_verb_of_cases_as_every_role(place: Place, role: Role) -> None:
    """Whoever may is at most told that a step cannot follow; whoever may not is refused before anything is looked at."""
    everything = worker("everything", *Role)
    with place.open(FixedClock(NOW)) as casebook:
        casebook.enrol(everything.actor, everything.says(0))
        somebody = worker("somebody", role)
        casebook.enrol(everything.actor, somebody.says(1))
        casebook.cases.open(everything.actor, [replace(opening(1), by=everything.id)])
        casebook.cases.hold(everything.actor, hold(8, 8, everything.actor))
        told: list[str] = []
        for permission, verb in CASE_VERBS.values():
            enough = {permission} if isinstance(permission, Permission) else set(permission)
            if not enough & granted([role]):
                with pytest.raises(PermissionRefused):
                    verb(casebook.cases, somebody.actor)
                continue
            try:
                verb(casebook.cases, somebody.actor)
            except UsageError as refused:
                told.append(str(refused))
        assert all(reason.startswith(CASE) for reason in told)
        assert casebook.verify().fault is None


def test_strangers_impostors_and_people_who_left_are_refused_whatever_they_claim(place: Place) -> None:
    with staffed(place) as casebook:
        head = casebook.head()
        for who in (EVE.actor, ANN, replace(EVE.actor, id=REVIEWER.id), replace(REVIEWER.actor, sign=None)):
            with pytest.raises((PermissionRefused, UsageError)):
                casebook.record(who, [replace(ONE, who=who.id)])
        with pytest.raises(PermissionRefused):
            casebook.judgements(EVE.actor)
        assert casebook.head() == head
        casebook.enrol(BOSS.actor, replace(REVIEWER.says(9), roles=frozenset()))
        with pytest.raises(PermissionRefused):
            casebook.record(REVIEWER.actor, [ONE])
        assert not casebook.people()[REVIEWER.id][0].works_here
        assert casebook.verify().fault is None


def test_a_new_key_takes_the_place_of_the_old_one(place: Place) -> None:
    fresh = Worker(REVIEWER.id, Ed25519PrivateKey.generate(), REVIEWER.roles)
    with staffed(place) as casebook:
        casebook.record(REVIEWER.actor, [ONE])
        casebook.enrol(BOSS.actor, fresh.says(9))
        with pytest.raises(UsageError, match="another key"):
            casebook.record(REVIEWER.actor, [said(2, 1, 2)])
        casebook.record(fresh.actor, [said(2, 1, 2)])
        assert casebook.verify().fault is None


@pytest.mark.parametrize(("enrolment", "by", "says"), [
    (EVE.says(50), REVIEWER, "administrator"),
    (replace(EVE.says(50), key=AUDITOR.says(0).key), BOSS, "somebody else's"),
    (BOSS.says(50, Role.REVIEWER), BOSS, "must be left"),
])  # fmt: skip
def test_an_enrolment_that_may_not_stand_is_refused(place: Place, enrolment: Enrolment, by: Worker, says: str) -> None:
    with staffed(place) as casebook, pytest.raises(UsageError, match=says):
        casebook.enrol(by.actor, enrolment)


def test_the_first_person_enrols_themselves_as_administrator(place: Place) -> None:
    with place.open() as casebook:
        with pytest.raises(UsageError, match="enrols themselves"):
            casebook.enrol(EVE.actor, BOSS.says(1))
        with pytest.raises(UsageError, match="is an administrator"):
            casebook.enrol(EVE.actor, EVE.says(1))
        assert casebook.people() == {}


def forged(place: Place, changes: dict[str, Any]) -> None:
    """Write an entry as somebody does who owns the database: the newest again, changed, with hashes that fit."""
    with place.sql() as engine, engine.begin() as connection:
        newest = entry_of(connection.execute(select(LEDGER).order_by(LEDGER.c.seq.desc()).limit(1)).one())
        made = replace(newest, seq=newest.seq + 1, id=EntryId("j-forged"), previous=newest.hash, facts=None, words=None)
        made = replace(made, **changes)
        made = replace(made, hash=made.digest)
        connection.execute(insert(LEDGER), [{column.name: getattr(made, column.name) for column in LEDGER.c}])


@pytest.mark.parametrize(("changes", "says"), [
    ({}, "lacks its actor's signature"),  # with the newest entry's signature
    ({"signature": None}, "lacks its actor's signature"),
    ({"actor": ANN.id + "x", "signature": None}, "nobody who is enrolled"),
    ({"kind": "person"}, "is not"),
])  # fmt: skip
def test_the_walk_finds_entries_that_nobody_signed(place: Place, changes: dict[str, Any], says: str) -> None:
    with staffed(place) as casebook:
        casebook.record(REVIEWER.actor, [ONE])
    place.tamper()
    forged(place, changes)
    with place.open() as casebook:
        fault = casebook.verify().fault
    assert fault is not None
    assert (fault.seq, says in fault.reason) == (6, True), fault


def test_the_walk_finds_a_signature_that_was_taken_off(place: Place) -> None:
    with staffed(place) as casebook:
        casebook.record(REVIEWER.actor, [ONE])
    place.tamper("UPDATE ledger SET signature = NULL WHERE seq = 5")
    with place.open() as casebook:
        fault = casebook.verify().fault
    assert fault is not None
    assert (fault.seq, fault.reason) == (5, "it lacks its actor's signature")


def test_a_checkpoint_is_a_noted_head_with_a_signature(place: Place) -> None:
    with staffed(place) as casebook:
        noted = casebook.checkpoint(AUDITOR.actor)
        casebook.record(REVIEWER.actor, [ONE])
        assert casebook.verify(None, noted).fault is None
        for bad in (replace(noted, actor=BOSS.id), replace(noted, signature="00" * 64), replace(noted, signature="x")):
            fault = casebook.verify(None, bad).fault
            assert fault is not None
            assert "signature is nobody's" in fault.reason
        moved = Checkpoint(replace(noted.head, hash="0" * 64), noted.actor, noted.signature)
        assert casebook.verify(None, moved).fault is not None
        with pytest.raises(UsageError, match="enrolled"):
            casebook.checkpoint(EVE.actor)


OLDEST = ("casebook", "ledger", "payloads", "payload_subjects", "forgotten")


def test_a_casebook_of_the_first_version_is_brought_forward(place: Place) -> None:
    with place.open() as casebook:
        casebook.record(ANN, [ONE])
    back = [
        *[f"DROP TABLE {name}" for name in METADATA.tables if name not in OLDEST],
        "DROP INDEX ledger_of",
        "DROP INDEX ledger_actor",
        "DROP INDEX ledger_kind",
        "ALTER TABLE ledger DROP COLUMN signature",
        "UPDATE casebook SET version = 1",
    ]
    with place.sql() as engine, engine.begin() as connection:
        for statement in back:
            connection.execute(text(statement))
    with staffed(place) as casebook:
        assert list(casebook.judgements(AUDITOR.actor)) == [ONE]
        report = casebook.verify()
        assert (report.fault, report.entries, report.signed) == (None, 5, 3)
