"""A day of casework by twelve people in threads, until it is done or killed: `python -m tests.stores.casebook.working_day PLACE SEED STEPS ACKS`.

Every call that returned is noted in the file ACKS by its entry's id, in one write, so that a kill loses no note of what was acknowledged.
Everybody tries now and then what must be refused; where that goes through, the file says BAD and what it was.
"""

import hashlib
import os
import random
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.records.casework import HOLDS, NONE, UNSURE
from tests.stores.casebook.conftest import KEY

from actionday.records import (
    Actor,
    ActorId,
    Enrolment,
    EntryId,
    Permission,
    PermissionRefused,
    Role,
    SystemClock,
    UsageError,
    new_entry_id,
)
from actionday.records.case import WAITING, Case, Stage
from actionday.records.case_event import CaseEvent, CaseStep, Item, Opening, Priority
from actionday.records.hold import Hold, Lift
from actionday.records.look import Look, LookKind
from actionday.records.reading import Reading
from actionday.stores.casebook import Casebook, Cases, Listing, open_casebook

PEOPLE: dict[str, frozenset[Role]] = {
    "boss": frozenset({Role.ADMINISTRATOR, Role.REVIEWER}),
    **{f"reviewer{number}": frozenset({Role.REVIEWER}) for number in range(7)},
    "approver": frozenset({Role.APPROVER, Role.REVIEWER}),
    "liaison": frozenset({Role.LIAISON, Role.REVIEWER}),
    "auditor": frozenset({Role.AUDITOR}),
    "collector": frozenset({Role.COLLECTOR}),
}
CLOCK = SystemClock()
TARGETS = 60
REFUSED = (UsageError, PermissionRefused)
Say = Callable[[str], None]


def key_of(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def id_of(name: str) -> ActorId:
    return ActorId(f"a-{hashlib.sha256(name.encode()).hexdigest()[:32]}")


def actor(name: str) -> Actor:
    return Actor(id_of(name), f"Name of {name}", frozenset(Permission), key_of(name).sign)


def enrol(casebook: Casebook) -> None:
    """Everybody, once."""
    known = casebook.people()
    for number, (name, roles) in enumerate(PEOPLE.items()):
        if id_of(name) not in known:
            public = key_of(name).public_key().public_bytes_raw()
            said = Enrolment(
                EntryId(f"p-{number:032x}"), id_of(name), public, roles, CLOCK.now(), f"Name of {name}", "new"
            )
            casebook.enrol(actor("boss"), said)


@dataclass
class Person:
    """One person at work."""

    cases: Cases
    who: Actor
    random: random.Random
    say: Say

    def work(self, steps: int) -> None:
        turns = (
            self.bring,
            self.read,
            self.read,
            self.read,
            self.look,
            self.hold,
            self.alarm,
            self.contest,
            self.try_what_is_refused,
        )
        for _ in range(steps):
            turn = self.random.choice(turns)
            try:
                turn()
            except REFUSED:
                continue  # somebody was faster, or it is not for them

    def event(self, case: EntryId, step: CaseStep, why: str = "", **more: object) -> CaseEvent:
        return CaseEvent(new_entry_id("k"), case, step, CLOCK.now(), self.who.id, why, **more)  # type: ignore[arg-type]

    def take(self, event: CaseEvent) -> Case:
        after = self.cases.follow(self.who, event)
        self.say(event.id)
        return after

    def bring(self) -> None:
        now, case = CLOCK.now(), new_entry_id("c")
        target = f"telegram:channel:{1000 + self.random.randrange(TARGETS)}"
        opening = Opening(target, "telegram", "pasted", Priority(self.random.uniform(0.1, 1), 0.5, 0.5, now))
        (told,) = self.cases.open(self.who, [CaseEvent(case, case, CaseStep.OPENED, now, self.who.id, opening=opening)])
        if not told.known:
            self.say(case)
            digest = hashlib.sha256(case.encode()).hexdigest()
            self.take(self.event(case, CaseStep.EVIDENCE, items=(Item("post", digest, 1),), digest=digest))

    def read(self) -> None:
        case = self.cases.next(self.who, CLOCK.now() + timedelta(minutes=5))
        if case is None or case.hidden + len(case.readings) > 2:
            return
        self.say(case.told[-1].id)
        if len(case.readings):
            self.say(f"BAD {self.who.id} sees another's reading of {case.id}")
        doing = self.random.random()
        if doing < 0.1:
            self.take(self.event(case.id, CaseStep.GIVEN_BACK))
        elif doing < 0.2:
            self.take(self.event(case.id, CaseStep.HANDED_ON, to=id_of(f"reviewer{self.random.randrange(7)}")))
        elif doing < 0.25:
            self.take(self.event(case.id, CaseStep.ESCALATED, "needs somebody else"))
        else:
            reading = self.reading_of(case)
            made = self.take(self.event(case.id, CaseStep.READ, reading=reading))
            mine = [one for one in made.readings if one.by == self.who.id]
            if self.random.random() < 0.15:
                self.take(self.event(case.id, CaseStep.READING_UNDONE, of=mine[-1].id))

    def reading_of(self, case: Case) -> Reading:
        kind = self.random.choice((HOLDS, HOLDS, NONE, UNSURE))
        if kind is not HOLDS or case.evidence is None:
            return NONE if kind is HOLDS else kind
        return replace(HOLDS, evidence=case.evidence.digest)

    def some(self, *stages: Stage) -> EntryId | None:
        page = self.cases.list(self.who, Listing(frozenset(stages), limit=30))
        return self.random.choice(page.lines).case if page.lines else None

    def look(self) -> None:
        case = self.some(*Stage)
        if case is not None:
            look = Look(new_entry_id("v"), LookKind.EVIDENCE, CLOCK.now(), self.who.id, "telegram:@somebody", case)
            self.cases.look(self.who, look)
            self.say(look.id)

    def hold(self) -> None:
        now = CLOCK.now()
        target = f"telegram:channel:{1000 + self.random.randrange(TARGETS)}"
        hold = Hold(new_entry_id("h"), target, "Office", now + timedelta(minutes=5), now, self.who.id, "inquiry")
        self.cases.hold(self.who, hold)
        self.say(hold.id)
        if self.random.random() < 0.9:
            lift = Lift(new_entry_id("l"), hold.id, CLOCK.now(), self.who.id, "over")
            self.cases.lift(self.who, lift)
            self.say(lift.id)

    def alarm(self) -> None:
        case = self.some(*Stage)
        if case is None or self.random.random() < 0.7:
            return
        seals = self.random.random() < 0.2
        self.take(
            self.event(case, CaseStep.SEALED, "seen")
            if seals
            else self.event(case, CaseStep.THREAT_TO_LIFE, "said", reference="m-1")
        )

    def contest(self) -> None:
        case = self.some(Stage.FOUND)
        if case is not None:
            self.take(self.event(case, CaseStep.CONTESTED, "we say no", reference="letter"))
            self.take(
                self.event(case, self.random.choice((CaseStep.CONTEST_UPHELD, CaseStep.CONTEST_REJECTED)), "decided")
            )

    def try_what_is_refused(self) -> None:
        """Each of these must be refused, whoever tries."""
        case = self.some(*Stage)
        if case is None:
            return
        now, mine = CLOCK.now(), self.who.id
        held = self.cases.case(self.who, case)
        tries: dict[str, Callable[[], object]] = {
            "a step in another's name": lambda: self.cases.follow(
                self.who, replace(self.event(case, CaseStep.CLOSED, "x"), by=id_of("nobody"))
            ),
            "a ground on other evidence": lambda: self.cases.follow(
                self.who, self.event(case, CaseStep.READ, reading=replace(HOLDS, evidence="e" * 64))
            ),
            "a stranger": lambda: self.cases.follow(
                replace(self.who, id=id_of("nobody")), replace(self.event(case, CaseStep.CLOSED, "x"), by=id_of("nobody"))
            ),
            "another's key": lambda: self.cases.follow(
                replace(self.who, sign=key_of("nobody").sign), self.event(case, CaseStep.SEALED, "x")
            ),
            "a forgotten entry": lambda: self.cases.lift(self.who, Lift(new_entry_id("l"), EntryId("h-none"), now, mine, "x")),
        }  # fmt: skip
        if held.has_read(mine) and held.stage in WAITING:
            tries["reading twice"] = lambda: self.cases.follow(
                self.who, self.event(case, CaseStep.CLAIMED, until=now + timedelta(minutes=1))
            )
        if held.has_read(mine) and held.contest is not None:
            tries["ruling on one's own"] = lambda: self.cases.follow(
                self.who, self.event(case, CaseStep.CONTEST_UPHELD, "x")
            )
        name = self.random.choice(sorted(tries))
        try:
            tries[name]()
        except REFUSED:
            return
        self.say(f"BAD {name} went through")


def main() -> None:
    place, seed, steps, acks = sys.argv[1:]
    at: Path | str = place if place.startswith("postgresql") else Path(place)
    file = os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def say(text: str) -> None:
        os.write(file, f"{text}\n".encode())

    with open_casebook(at, KEY, CLOCK) as casebook:
        enrol(casebook)
        say("READY")
        threads = [
            threading.Thread(
                target=Person(casebook.cases, actor(name), random.Random(f"{seed} {name}"), say).work, args=(int(steps),)
            )
            for name in PEOPLE
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    say("DONE")


if __name__ == "__main__":
    main()
