"""The casework over SQLAlchemy: permissions asked, holds and histories looked at, entries appended, lines kept, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from actionday.records import Actor, ActorId, EntryId, Permission, UsageError, lookup_hash, new_entry_id
from actionday.records.case import Case, Stage, fold_case, follow, why_not
from actionday.records.case_event import NEEDS, CaseEvent, CaseStep
from actionday.records.hold import Hold, Lift
from actionday.records.look import Look
from actionday.records.unit import Unit
from actionday.stores.casebook import case_rows as rows
from actionday.stores.casebook.case_looks import cases_seen, looked
from actionday.stores.casebook.case_payloads import of_case, of_hold, of_lift, of_look, of_unit, to_hold, to_unit
from actionday.stores.casebook.cases import Listing, Looked, Opened, Page, Standing
from actionday.stores.casebook.chain import Kind, Part, moment
from actionday.stores.casebook.consequences import follow_up
from actionday.stores.casebook.databases import Database
from actionday.stores.casebook.ledger import Means, append, asked_for
from actionday.stores.casebook.people import allowed, key_of, one_of
from actionday.stores.casebook.tables import HOLDS, LEDGER, PAYLOADS
from actionday.stores.casebook.turn import Turn


class SqlCases:
    """See `Cases`. Shares the casebook's database; may be used from several threads."""

    def __init__(self, database: Database, means: Means) -> None:
        self._database, self._means = database, means

    def set_up(self, actor: Actor, unit: Unit) -> EntryId:
        """See `Cases`."""
        entry = new_entry_id("u", self._means.randomness)
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.SET_UP)
            append(connection, self._means, actor, [of_unit(actor, entry, unit)], key)
        return entry

    def unit(self) -> Unit | None:
        """See `Cases`."""
        query = select(PAYLOADS.c.body).join(LEDGER, _of_kind(Kind.UNIT)).order_by(LEDGER.c.seq.desc()).limit(1)
        with self._database.reading() as connection:
            body = connection.execute(query).scalar()
        return None if body is None else to_unit(bytes(body))

    def open(self, actor: Actor, openings: Iterable[CaseEvent]) -> Sequence[Opened]:
        """See `Cases`."""
        asked = list(openings)
        for one in asked:
            _theirs(actor, one)
        with self._database.writing() as connection:
            key = key_of(connection, actor, NEEDS[CaseStep.OPENED])
            hashes = [self._hash(one) for one in asked]
            there = rows.known(connection, hashes)
            fresh: dict[str, CaseEvent] = {}
            for one, hashed in zip(asked, hashes, strict=True):
                if hashed not in there:
                    fresh.setdefault(hashed, one)
            append(connection, self._means, actor, [of_case(actor, one) for one in fresh.values()], key)
            numbers = _numbers(connection, [one.id for one in fresh.values()])
            rows.put_new(
                connection,
                [rows.line_of(follow(None, one), numbers[one.id], self._hashed) for one in fresh.values()],
            )
        cases = there | {hashed: one.id for hashed, one in fresh.items()}
        return [Opened(cases[hashed], cases[hashed] != one.id) for one, hashed in zip(asked, hashes, strict=True)]

    def follow(self, actor: Actor, event: CaseEvent) -> Case:
        """See `Cases`."""
        _theirs(actor, event)
        with self._database.writing() as connection:
            return self._step(connection, actor, event)

    def next(self, actor: Actor, until: datetime, campaign: str | None = None) -> Case | None:
        """See `Cases`."""
        now = self._means.clock.now()
        entry = new_entry_id("k", self._means.randomness)
        with self._database.writing() as connection:
            key_of(connection, actor, Permission.ASSESS)
            found = rows.next_for(connection, actor.id, moment(now), campaign)
            if found is None:
                return None
            claim = CaseEvent(entry, EntryId(found), CaseStep.CLAIMED, now, actor.id, until=until)
            return self._step(connection, actor, claim)

    def case(self, actor: Actor, case: EntryId) -> Case:
        """See `Cases`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            found = fold_case(rows.events_of(connection, case))
            if found is None:
                raise UsageError(f"there is no case {case} here")
            return _shown(connection, found, actor)

    def list(self, actor: Actor, asked: Listing) -> Page:
        """See `Cases`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return rows.page(connection, asked, self._now())

    def count(self, actor: Actor, campaign: str | None = None) -> Mapping[Stage, int]:
        """See `Cases`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return rows.counts(connection, campaign)

    def of_targets(self, actor: Actor, targets: Iterable[str]) -> Mapping[str, Sequence[Standing]]:
        """See `Cases`."""
        hashes = {self._hashed(target): target for target in targets}
        with self._database.reading() as connection:
            one_of(connection, actor, Permission.ADD, Permission.READ)
            found = rows.of_hashes(connection, list(hashes), self._now())
        return {target: found.get(hashed, []) for hashed, target in hashes.items()}

    def held(self, actor: Actor, targets: Iterable[str]) -> frozenset[str]:
        """See `Cases`."""
        hashes = {self._hashed(target): target for target in targets}
        with self._database.reading() as connection:
            one_of(connection, actor, Permission.ADD, Permission.READ)
            return frozenset(hashes[one] for one in rows.held_hashes(connection, list(hashes), self._now()))

    def hold(self, actor: Actor, hold: Hold) -> None:
        """See `Cases`."""
        if hold.by != actor.id:
            raise UsageError("a hold is recorded by the person who sets it")
        line = {
            "id": hold.id,
            "target_hash": self._hashed(hold.target),
            "begun": moment(hold.at),
            "until": moment(hold.until),
            "lifted": None,
        }
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.HOLD)
            append(connection, self._means, actor, [of_hold(actor, hold)], key)
            if connection.execute(select(HOLDS.c.id).where(HOLDS.c.id == hold.id)).first() is None:
                connection.execute(insert(HOLDS), [line])

    def lift(self, actor: Actor, lift: Lift) -> None:
        """See `Cases`."""
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.HOLD)
            line = connection.execute(select(HOLDS.c.lifted).where(HOLDS.c.id == lift.of)).first()
            if line is None:
                raise UsageError(f"there is no hold {lift.of} here")
            if line.lifted is not None:
                raise UsageError("it was lifted already")
            append(connection, self._means, actor, [of_lift(actor, lift)], key)
            connection.execute(update(HOLDS).where(HOLDS.c.id == lift.of).values(lifted=moment(lift.at)))

    def holds(self, actor: Actor, now: datetime) -> Sequence[Hold]:
        """See `Cases`."""
        words, at = PAYLOADS.alias(), moment(now)
        query = (
            select(LEDGER.c.id, LEDGER.c.actor, PAYLOADS.c.body, words.c.body)
            .join(PAYLOADS, _of_kind(Kind.HOLD))
            .join(words, (words.c.seq == LEDGER.c.seq) & (words.c.part == Part.WORDS.value), isouter=True)
            .join(HOLDS, HOLDS.c.id == LEDGER.c.id)
            .where(HOLDS.c.until > at, HOLDS.c.begun <= at, HOLDS.c.lifted.is_(None))
            .order_by(LEDGER.c.seq)
        )
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            found = connection.execute(query).all()
        return [
            to_hold(one, who, bytes(facts), None if said is None else bytes(said)) for one, who, facts, said in found
        ]

    def look(self, actor: Actor, look: Look) -> None:
        """See `Cases`."""
        if look.by != actor.id:
            raise UsageError("a look is recorded by the person who looks")
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.READ)
            append(connection, self._means, actor, [of_look(actor, look)], key)

    def looks(self, actor: Actor, since: datetime) -> Sequence[Looked]:
        """See `Cases`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.AUDIT)
            return looked(connection, actor.id, moment(since))

    def seen_by(self, who: ActorId, since: datetime) -> int:
        """See `Cases`."""
        with self._database.reading() as connection:
            return cases_seen(connection, who, moment(since))

    def rebuild(self, actor: Actor) -> int:
        """See `Cases`."""
        with self._database.writing() as connection:
            key_of(connection, actor, Permission.READ)
            return rows.rebuilt(connection, self._hashed)

    def _step(self, connection: Connection, actor: Actor, event: CaseEvent) -> Case:
        key = key_of(connection, actor, NEEDS[event.step])
        events = rows.events_of(connection, event.case)
        case = fold_case(events)
        if case is not None and any(one.id == event.id for one in events):
            append(connection, self._means, actor, [of_case(actor, event)], key)  # the same again, or refused
            return _shown(connection, case, actor)
        if reason := why_not(case, event):
            raise UsageError(f"{event.case}: {reason}")
        if event.step is CaseStep.CLAIMED and rows.is_held(connection, event.case, self._now()):
            raise UsageError(f"{event.case}: it is held for an authority")
        after = follow(case, event)
        if event.step is CaseStep.READING_UNDONE and rows.another(connection, after):
            raise UsageError(f"{event.case}: another case about the target was opened meanwhile")
        append(connection, self._means, actor, [of_case(actor, event)], key)
        rows.put(connection, after)
        follow_up(Turn(connection, self._means, actor, key), event, after)
        return _shown(connection, after, actor)

    def _hash(self, event: CaseEvent) -> str:
        if event.opening is None:
            raise UsageError("a case begins with its opening")
        return self._hashed(event.opening.target)

    def _hashed(self, name: str) -> str:
        return lookup_hash(self._means.key, name)

    def _now(self) -> str:
        return moment(self._means.clock.now())


def _of_kind(kind: Kind) -> ColumnElement[bool]:
    facts: ColumnElement[bool] = (PAYLOADS.c.seq == LEDGER.c.seq) & (PAYLOADS.c.part == Part.FACTS.value)
    return facts & (LEDGER.c.kind == kind.value)


def _numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    query = select(LEDGER.c.id, LEDGER.c.seq)
    return {row.id: row.seq for row in asked_for(connection, query, LEDGER.c.id, ids)}


def _theirs(actor: Actor, event: CaseEvent) -> None:
    if event.by != actor.id:
        raise UsageError("a step is recorded by the person who takes it")


def _shown(connection: Connection, case: Case, actor: Actor) -> Case:
    """Whoever may read cases is blind to others' readings as long as one is wanted; auditors are not. Whoever may see no decision sees none."""
    may = allowed(connection, actor, (Permission.READ, Permission.ASSESS))
    if Permission.READ not in may:
        told = tuple(one for one in case.told if one.by == actor.id)
        return replace(case, readings=(), told=told, hidden=len(case.readings))
    return case.shown_to(actor.id, reads=Permission.ASSESS in may)
