"""The casebook over SQLAlchemy: permissions asked, transactions opened, the work done by `ledger`, `erasing` and `verify`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Select, func, select

from actionday.records import (
    Actor,
    ActorId,
    Answer,
    Enrolment,
    Lineage,
    Permission,
    Person,
    UsageError,
    Withdrawal,
    fold,
    new_entry_id,
)
from actionday.records.preregistration import Frozen
from actionday.stores.casebook.campaigns import Campaigns
from actionday.stores.casebook.casebook import ChainReport, Checkpoint, Erased, Erasure, Line
from actionday.stores.casebook.cases import Cases
from actionday.stores.casebook.chain import Head, Kind, Part
from actionday.stores.casebook.databases import Database
from actionday.stores.casebook.erasing import erase
from actionday.stores.casebook.ledger import PAGE, Means, append, asked_for, newest
from actionday.stores.casebook.payloads import (
    of_answer,
    of_frozen,
    of_sign_in,
    of_withdrawal,
    to_answer,
    to_frozen,
    writer_of,
)
from actionday.stores.casebook.people import enrol, key_at_work, key_of, people_of
from actionday.stores.casebook.publications import Publications
from actionday.stores.casebook.receipts import Receipts
from actionday.stores.casebook.referrals import Referrals
from actionday.stores.casebook.requests import Requests
from actionday.stores.casebook.signing import head_signature
from actionday.stores.casebook.sql_campaigns import SqlCampaigns
from actionday.stores.casebook.sql_cases import SqlCases
from actionday.stores.casebook.sql_publications import SqlPublications
from actionday.stores.casebook.sql_receipts import SqlReceipts
from actionday.stores.casebook.sql_referrals import SqlReferrals
from actionday.stores.casebook.sql_requests import SqlRequests
from actionday.stores.casebook.tables import CASEBOOK, LEDGER, PAYLOADS
from actionday.stores.casebook.verify import verify


class SqlCasebook:
    """See `Casebook`. Opened by `open_casebook`; may be used from several threads."""

    def __init__(self, database: Database, means: Means) -> None:
        self._database, self._means = database, means
        self.cases: Cases = SqlCases(database, means)
        self.receipts: Receipts = SqlReceipts(database, means)
        self.campaigns: Campaigns = SqlCampaigns(database, means)
        self.referrals: Referrals = SqlReferrals(database, means)
        self.publications: Publications = SqlPublications(database, means)
        self.requests: Requests = SqlRequests(database, means)

    def record(self, actor: Actor, judgements: Iterable[Answer]) -> Head:
        """See `Casebook`."""
        made = list(judgements)
        if any(one.who != actor.id for one in made):
            raise UsageError("a judgement is recorded by the person who made it")
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.JUDGE)
            append(connection, self._means, actor, [of_answer(actor, one) for one in made], key)
            return _head(connection)

    def withdraw(self, actor: Actor, withdrawals: Iterable[Withdrawal]) -> Head:
        """See `Casebook`."""
        made = list(withdrawals)
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.JUDGE)
            query = select(LEDGER.c.id).where(LEDGER.c.kind.in_(_ANSWERS), LEDGER.c.actor == actor.id)
            own = {row.id for row in asked_for(connection, query, LEDGER.c.id, [one.of for one in made])}
            for one in made:
                if one.of not in own or one.who != actor.id:
                    raise UsageError(f"{one.of} is no judgement of this person's here, so it is not theirs to withdraw")
            append(connection, self._means, actor, [of_withdrawal(actor, one) for one in made], key)
            return _head(connection)

    def judgements(self, actor: Actor, until: Head | None = None) -> Iterator[Answer]:
        """See `Casebook`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            end = newest(connection)[0] if until is None else _entry_at(connection, until)
        return self._judgements(end)

    def freeze(self, actor: Actor, frozen: Frozen) -> Head:
        """See `Casebook`."""
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.FREEZE)
            entry = new_entry_id("f", self._means.randomness)
            append(connection, self._means, actor, [of_frozen(actor, entry, frozen)], key)
            return _head(connection)

    def frozen(self, actor: Actor, until: Head | None = None) -> Sequence[Frozen]:
        """See `Casebook`."""
        query = select(PAYLOADS.c.body).join(LEDGER, _of_part(PAYLOADS, Part.FACTS))
        query = query.where(LEDGER.c.kind == Kind.FROZEN.value).order_by(LEDGER.c.seq)
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            if until is not None:
                query = query.where(LEDGER.c.seq <= _entry_at(connection, until))
            return [to_frozen(bytes(row.body)) for row in connection.execute(query)]

    def names(self, actor: Actor, of: Collection[ActorId] | None = None) -> Mapping[ActorId, str]:
        """See `Casebook`."""
        if of is not None:
            return self._names_of(actor, of)
        worded = select(func.max(LEDGER.c.seq)).join(PAYLOADS, _of_part(PAYLOADS, Part.WORDS)).group_by(LEDGER.c.actor)
        query = select(LEDGER.c.actor, PAYLOADS.c.body).join(PAYLOADS, _of_part(PAYLOADS, Part.WORDS))
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            rows = connection.execute(query.where(LEDGER.c.seq.in_(worded))).all()
        return {ActorId(actor): writer_of(bytes(body)) for actor, body in rows}

    def _names_of(self, actor: Actor, of: Collection[ActorId]) -> Mapping[ActorId, str]:
        """One short query a person, however long the ledger is."""
        query = (
            select(PAYLOADS.c.body).join(LEDGER, _of_part(PAYLOADS, Part.WORDS)).order_by(LEDGER.c.at.desc()).limit(1)
        )
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            found = {who: connection.execute(query.where(LEDGER.c.actor == who)).scalar() for who in of}
        return {who: writer_of(bytes(body)) for who, body in found.items() if body is not None}

    def lineage(self, actor: Actor) -> Lineage:
        """See `Casebook`."""
        return fold(self.judgements(actor))

    def erase(self, actor: Actor, erasure: Erasure) -> Erased:
        """See `Casebook`."""
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.ERASE)
            erased = erase(connection, self._means, actor, erasure, key)
        # Also where nothing was left to erase: a run that was killed may have committed and not come this far.
        self._database.scrub()
        return erased

    def enrol(self, actor: Actor, enrolment: Enrolment) -> Head:
        """See `Casebook`."""
        with self._database.writing() as connection:
            enrol(connection, self._means, actor, enrolment)
            return _head(connection)

    def people(self) -> Mapping[ActorId, tuple[Person, str]]:
        """See `Casebook`."""
        with self._database.reading() as connection:
            return people_of(connection)

    def signed_in(self, actor: Actor, way: str) -> Head:
        """See `Casebook`."""
        with self._database.writing() as connection:
            key = key_at_work(connection, actor)
            entry = new_entry_id("s", self._means.randomness)
            append(connection, self._means, actor, [of_sign_in(actor, entry, way)], key)
            return _head(connection)

    def entries(self, actor: Actor, before: int | None = None, limit: int = 50) -> Sequence[Line]:
        """See `Casebook`."""
        query = select(LEDGER).order_by(LEDGER.c.seq.desc()).limit(limit)
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            rows = connection.execute(query if before is None else query.where(LEDGER.c.seq < before)).all()
        return [
            Line(row.seq, row.id, row.kind, row.at, ActorId(row.actor), row.of, row.signature is not None)
            for row in rows
        ]

    def checkpoint(self, actor: Actor) -> Checkpoint:
        """See `Casebook`."""
        with self._database.reading() as connection:
            people, head = people_of(connection), _head(connection)
        if actor.id not in people or not people[actor.id][0].works_here:
            raise UsageError("a checkpoint is signed by somebody who is enrolled: `actionday person add`")
        return Checkpoint(head, actor.id, head_signature(actor, people[actor.id][0].key, str(head)))

    def head(self) -> Head:
        """See `Casebook`."""
        with self._database.reading() as connection:
            return _head(connection)

    def verify(self, noted: Head | None = None, checkpoint: Checkpoint | None = None) -> ChainReport:
        """See `Casebook`."""
        with self._database.reading() as connection:
            return verify(connection, noted, checkpoint)

    def close(self) -> None:
        """See `Casebook`."""
        self._database.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _judgements(self, end: int) -> Iterator[Answer]:
        """Page by page up to an entry; no transaction is open while the caller works."""
        with self._database.reading() as connection:
            query = select(LEDGER.c.of).where(LEDGER.c.kind == Kind.WITHDRAWN.value, LEDGER.c.seq <= end)
            withdrawn = set(connection.execute(query).scalars())
        last = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(_JUDGEMENTS.where(LEDGER.c.seq > last, LEDGER.c.seq <= end)).all()
            if not rows:
                return
            last = rows[-1].seq
            for _, kind, entry, actor, facts, words in rows:
                if entry not in withdrawn:
                    yield to_answer(kind, entry, actor, bytes(facts), None if words is None else bytes(words))


def _of_part(table: Any, part: Part) -> ColumnElement[bool]:  # noqa: ANN401 - an alias of PAYLOADS
    same: ColumnElement[bool] = (table.c.seq == LEDGER.c.seq) & (table.c.part == part.value)
    return same


_ANSWERS = (Kind.JUDGEMENT.value, Kind.NONE_OF.value)
_FACTS, _WORDS = PAYLOADS.alias("facts_of"), PAYLOADS.alias("words_of")
_JUDGEMENTS: Select[Any] = (
    select(LEDGER.c.seq, LEDGER.c.kind, LEDGER.c.id, LEDGER.c.actor, _FACTS.c.body, _WORDS.c.body)
    .join(_FACTS, _of_part(_FACTS, Part.FACTS))
    .join(_WORDS, _of_part(_WORDS, Part.WORDS), isouter=True)
    .where(LEDGER.c.kind.in_(_ANSWERS))
    .order_by(LEDGER.c.seq)
    .limit(PAGE)
)


def _entry_at(connection: Connection, head: Head) -> int:
    """The number of a head's entry. Raises UsageError where this chain has no such entry."""
    same = (LEDGER.c.seq == head.seq) & (LEDGER.c.hash == head.hash)
    if connection.execute(select(LEDGER.c.seq).where(same)).first() is None:
        raise UsageError(f"{head} is no entry of this casebook")
    return head.seq


def _head(connection: Connection) -> Head:
    return Head(connection.execute(select(CASEBOOK.c.id)).scalar_one(), *newest(connection))
