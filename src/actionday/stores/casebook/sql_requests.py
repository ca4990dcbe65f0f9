"""Requests of subjects over SQLAlchemy. Not for: erasing (`erasing`)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from actionday.records import Actor, Permission, UsageError, lookup_hash
from actionday.records.subject_request import RequestKind, SubjectRequest
from actionday.stores.casebook import case_rows
from actionday.stores.casebook.chain import Kind, Part, moment
from actionday.stores.casebook.databases import Database
from actionday.stores.casebook.ledger import Means, append, asked_for
from actionday.stores.casebook.payloads import Draft
from actionday.stores.casebook.people import key_of
from actionday.stores.casebook.requests import Told
from actionday.stores.casebook.tables import LEDGER, PAYLOAD_SUBJECTS, PAYLOADS

_SECRET = frozenset({Kind.HOLD.value, Kind.HOLD_LIFTED.value})
_PEOPLE = frozenset({"by", "name", "to", "person"})
"""Fields that name people who work here."""


class _Facts(msgspec.Struct, frozen=True):
    request: str
    proof: str
    at: str


class _Said(msgspec.Struct, frozen=True):
    by: str
    why: str
    shown: str


class SqlRequests:
    """See `Requests`. Shares the casebook's database; may be used from several threads."""

    def __init__(self, database: Database, means: Means) -> None:
        self._database, self._means = database, means

    def record(self, actor: Actor, request: SubjectRequest) -> None:
        """See `Requests`."""
        if request.by != actor.id:
            raise UsageError("a request is recorded by the person who takes it")
        facts = _Facts(request.kind.value, request.proof.value, moment(request.at))
        erased = request.kind is RequestKind.ERASURE
        said = _Said(actor.name, "" if erased else request.why, "" if erased else request.shown)
        subjects = () if erased else (request.target,)
        made = Draft(
            request.id, Kind.SUBJECT_REQUEST, msgspec.json.encode(facts), msgspec.json.encode(said), subjects=subjects
        )
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.REFER)
            append(connection, self._means, actor, [made], key)

    def about(self, actor: Actor, names: Collection[str]) -> Sequence[Told]:
        """See `Requests`."""
        hashes = sorted({lookup_hash(self._means.key, name) for name in names})
        with self._database.reading() as connection:
            for permission in (Permission.READ, Permission.REFER):
                key_of(connection, actor, permission)
            if case_rows.held_hashes(connection, hashes, moment(self._means.clock.now())):
                raise UsageError("it is held for an authority: ask it first what may be told")
            rows = asked_for(connection, select(PAYLOAD_SUBJECTS.c.seq), PAYLOAD_SUBJECTS.c.subject_hash, hashes)
            numbers = sorted({row.seq for row in rows})
            entries = asked_for(connection, select(LEDGER.c.seq, LEDGER.c.kind, LEDGER.c.at), LEDGER.c.seq, numbers)
            bodies: dict[tuple[int, str], bytes] = {}
            for row in asked_for(connection, select(PAYLOADS), PAYLOADS.c.seq, numbers):
                bodies[row.seq, row.part] = bytes(row.body)
            return [
                Told(
                    row.seq, row.kind, row.at, _plain(bodies.get((row.seq, Part.FACTS.value))), _plain(bodies.get((row.seq, Part.WORDS.value)))
                )
                for row in sorted(entries, key=lambda row: row.seq)
                if row.kind not in _SECRET
            ]  # fmt: skip


def _plain(body: bytes | None) -> Mapping[str, Any]:
    said = {} if body is None else msgspec.json.decode(body, type=dict[str, Any])
    return {name: value for name, value in said.items() if name not in _PEOPLE}
