"""The lines of `cases` and `holds`: made from a fold, kept with each entry, asked for lists. Inside the caller's transaction.

They hold nothing that the ledger does not say, so they can be made anew. Not for: who may ask (`sql_cases`).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from actionday.records import ActorId, EntryId
from actionday.records.case import WAITING, Case, Stage, fold_case
from actionday.records.case_event import CaseEvent, CaseStep, Priority
from actionday.stores.casebook.case_payloads import to_case
from actionday.stores.casebook.cases import Listing, Page, Standing
from actionday.stores.casebook.chain import Kind, Part, moment
from actionday.stores.casebook.ledger import PAGE, asked_for
from actionday.stores.casebook.tables import CASES, HOLDS, LEDGER, PAYLOADS

_FACTS, _WORDS = PAYLOADS.alias("facts_of"), PAYLOADS.alias("words_of")
_ANY = (
    select(LEDGER.c.seq, LEDGER.c.id, LEDGER.c.of, LEDGER.c.actor, _FACTS.c.body, _WORDS.c.body)
    .join(_FACTS, (_FACTS.c.seq == LEDGER.c.seq) & (_FACTS.c.part == Part.FACTS.value))
    .join(_WORDS, (_WORDS.c.seq == LEDGER.c.seq) & (_WORDS.c.part == Part.WORDS.value), isouter=True)
)
_ENTRIES = _ANY.where(LEDGER.c.kind == Kind.CASE.value).order_by(LEDGER.c.seq)
# Neither kind nor order is asked of the database here: SQLite would walk along all cases by the index of kinds.
_OF_CASE = _ANY.add_columns(LEDGER.c.kind).where(
    or_(LEDGER.c.id == bindparam("case"), LEDGER.c.of == bindparam("case"))
)
OVER = frozenset({Stage.DISMISSED, Stage.OVERTURNED, Stage.CLOSED})
"""Stages after which a new case about the same target may be opened."""


def events_of(connection: Connection, case: str) -> list[CaseEvent]:
    """All events of a case, in order; none where there is no such case."""
    rows = connection.execute(_OF_CASE, {"case": case}).all()
    return [_event(row[:-1]) for row in sorted(rows, key=lambda row: row.seq) if row.kind == Kind.CASE.value]


def all_events(connection: Connection) -> Iterator[CaseEvent]:
    """Events of all cases, in the order of the ledger."""
    last = 0
    while rows := connection.execute(_ENTRIES.where(LEDGER.c.seq > last).limit(PAGE)).all():
        last = rows[-1].seq
        yield from map(_event, rows)


def line_of(case: Case, opened: int, hashed: Callable[[str], str]) -> dict[str, Any]:
    """The line that a case has."""
    last, claim = case.told[-1], case.claim
    handed = last.to if last.step is CaseStep.HANDED_ON else None
    return {
        "id": case.id,
        "opened": opened,
        "target_hash": hashed(case.opening.target),
        "about_hash": hashed(case.opening.about or case.opening.target),
        "platform": case.opening.platform,
        "campaign": case.opening.campaign,
        "stage": case.stage.value,
        "waiting": int(case.stage in WAITING),
        "sealed": int(case.sealed is not None),
        "rank": case.opening.priority.rank,
        "claimed_by": None if claim is None else claim.by,
        "claimed_until": None if claim is None or claim.until is None else moment(claim.until),
        "handed_to": handed,
        "barred": " ".join(sorted(case.barred())),
        "events": len(case.told),
    }


def put_new(connection: Connection, lines: Sequence[dict[str, Any]]) -> None:
    """Lines of cases that were opened."""
    if lines:
        connection.execute(insert(CASES), list(lines))


def put(connection: Connection, case: Case) -> None:
    """The line of a case that took a step."""
    fixed = ("id", "opened", "target_hash", "about_hash")
    changed = {key: value for key, value in line_of(case, 0, str).items() if key not in fixed}
    connection.execute(update(CASES).where(CASES.c.id == case.id).values(**changed))


def known(connection: Connection, hashes: Sequence[str]) -> dict[str, EntryId]:
    """Cases about targets that are not over, by the target's hash."""
    query = select(CASES.c.target_hash, CASES.c.id).where(CASES.c.stage.not_in(OVER))
    return {row.target_hash: EntryId(row.id) for row in asked_for(connection, query, CASES.c.target_hash, hashes)}


def is_held(connection: Connection, case: str, now: str) -> bool:
    """Whether an authority holds a case's target, or whom it belongs to."""
    return connection.execute(select(CASES.c.id).where(CASES.c.id == case, _held(now))).first() is not None


def another(connection: Connection, case: Case) -> bool:
    """Whether another case about the same target is not over."""
    own = select(CASES.c.target_hash).where(CASES.c.id == case.id).scalar_subquery()
    query = select(CASES.c.id).where(CASES.c.target_hash == own, CASES.c.id != case.id, CASES.c.stage.not_in(OVER))
    return connection.execute(query.limit(1)).first() is not None


def next_for(connection: Connection, who: ActorId, now: str, campaign: str | None) -> str | None:
    """The case that comes next for somebody."""
    own = select(CASES.c.id).where(CASES.c.claimed_by == who, CASES.c.claimed_until > now, CASES.c.waiting == 1)
    mine = connection.execute(_within(own, campaign).order_by(CASES.c.opened).limit(1)).scalar()
    if mine is not None:
        return str(mine)
    free = select(CASES.c.id, CASES.c.rank, CASES.c.opened).where(
        CASES.c.sealed == 0,
        or_(CASES.c.claimed_until.is_(None), CASES.c.claimed_until <= now),
        not_(CASES.c.barred.contains(who)),
        or_(CASES.c.handed_to.is_(None), CASES.c.handed_to == who),
        not_(_held(now)),
    )
    found = _ordered(connection, free, WAITING, campaign, 1)
    return str(found[0].id) if found else None


def page(connection: Connection, asked: Listing, now: str) -> Page:
    """A page of a list, highest rank first."""
    stages = asked.stages or WAITING
    rank, opened = asked.after or (0.0, 0)
    if asked.campaign is None and stages == WAITING:
        told = {"now": now, "rank": rank, "opened": opened, "most": asked.limit}
        rows = connection.execute(_QUEUE if asked.after is None else _QUEUE_AFTER, told).all()
    else:
        query = _LINES.add_columns(_held(now).label("held"))
        query = query if asked.after is None else query.where(_beyond(rank, opened))
        rows = _ordered(connection, query, stages, asked.campaign, asked.limit)
    more = (rows[-1].rank, rows[-1].opened) if len(rows) == asked.limit else None
    return Page(tuple(map(_standing, rows)), more)


def _ordered(
    connection: Connection, query: Select[Any], stages: frozenset[Stage], campaign: str | None, limit: int
) -> Sequence[Any]:
    """The first lines by rank. Each query walks along one index in its order, so that it ends after `limit` lines however many there are."""
    ranked = query.order_by(CASES.c.rank.desc(), CASES.c.opened.desc()).limit(limit)
    if campaign is None and stages == WAITING:
        return connection.execute(ranked.where(CASES.c.waiting == 1)).all()
    rows = [
        row
        for stage in sorted(stages)
        for row in connection.execute(_within(ranked.where(CASES.c.stage == stage), campaign))
    ]
    return sorted(rows, key=lambda row: (-row.rank, -row.opened))[:limit]


def of_hashes(connection: Connection, hashes: Sequence[str], now: str) -> dict[str, list[Standing]]:
    """All cases about targets, by the target's hash, in the order in which they were opened."""
    found: dict[str, list[Standing]] = {}
    query = _LINES.add_columns(_held(now).label("held")).order_by(CASES.c.opened)
    for row in asked_for(connection, query, CASES.c.target_hash, hashes):
        found.setdefault(row.target_hash, []).append(_standing(row))
    return found


def held_hashes(connection: Connection, hashes: Sequence[str], now: str) -> set[str]:
    """Which targets are held now."""
    query = select(HOLDS.c.target_hash).where(HOLDS.c.until > now, HOLDS.c.begun <= now, HOLDS.c.lifted.is_(None))
    return {row.target_hash for row in asked_for(connection, query, HOLDS.c.target_hash, hashes)}


def counts(connection: Connection, campaign: str | None) -> dict[Stage, int]:
    """How many cases stand at each stage."""
    query = _within(select(CASES.c.stage, func.count().label("n")), campaign).group_by(CASES.c.stage)
    return {Stage(row.stage): row.n for row in connection.execute(query)}


def rebuilt(connection: Connection, hashed: Callable[[str], str]) -> int:
    """Make every line anew from the ledger. Returns how many were missing, too many or other than they should be."""
    stored = {row.id: row._asdict() for row in connection.execute(select(CASES))}
    events: dict[str, list[CaseEvent]] = {}
    for event in all_events(connection):
        events.setdefault(event.case, []).append(event)
    opened = {
        row.id: row.seq for row in asked_for(connection, select(LEDGER.c.id, LEDGER.c.seq), LEDGER.c.id, list(events))
    }
    fresh = {}
    for identity, told in events.items():
        case = fold_case(told)
        assert case is not None
        fresh[identity] = line_of(case, opened[identity], hashed)
    wrong = {identity for identity in fresh.keys() | stored.keys() if fresh.get(identity) != stored.get(identity)}
    for identity in sorted(wrong):
        connection.execute(delete(CASES).where(CASES.c.id == identity))
    put_new(connection, [fresh[identity] for identity in sorted(wrong & fresh.keys())])
    return len(wrong)


def forget_lines(connection: Connection, entries: Sequence[int]) -> None:
    """Take the lines of cases and holds whose entries were erased."""
    for start in range(0, len(entries), PAGE):
        ids = select(LEDGER.c.id).where(LEDGER.c.seq.in_(list(entries[start : start + PAGE])))
        connection.execute(delete(CASES).where(CASES.c.id.in_(ids)))
        connection.execute(delete(HOLDS).where(HOLDS.c.id.in_(ids)))


def _held(now: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return exists().where(
        HOLDS.c.target_hash.in_((CASES.c.target_hash, CASES.c.about_hash)),
        HOLDS.c.until > now,
        HOLDS.c.begun <= now,
        HOLDS.c.lifted.is_(None),
    )


def _within(query: Any, campaign: str | None) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return query if campaign is None else query.where(CASES.c.campaign == campaign)


_TARGETS = PAYLOADS.alias("opening_of")
_LINES = select(CASES, _TARGETS.c.body).join(
    _TARGETS, (_TARGETS.c.seq == CASES.c.opened) & (_TARGETS.c.part == Part.FACTS.value)
)


def _beyond(rank: Any, opened: Any) -> ColumnElement[bool]:  # noqa: ANN401 - values or bound parameters
    return or_(CASES.c.rank < rank, and_(CASES.c.rank == rank, CASES.c.opened < opened))


_QUEUE = (
    _LINES.add_columns(_held(bindparam("now")).label("held"))
    .where(CASES.c.waiting == 1)
    .order_by(CASES.c.rank.desc(), CASES.c.opened.desc())
    .limit(bindparam("most"))
)
"""The page that is asked for most, built once: to build a statement costs as much as to run it."""
_QUEUE_AFTER = _QUEUE.where(_beyond(bindparam("rank"), bindparam("opened")))


class _Told(msgspec.Struct, frozen=True):
    target: str
    priority: Priority


class _OpeningOf(msgspec.Struct, frozen=True):
    opening: _Told


_OPENINGS = msgspec.json.Decoder(_OpeningOf)


def _standing(row: Any) -> Standing:  # noqa: ANN401 - a row
    told = _OPENINGS.decode(bytes(row.body)).opening
    return Standing(
        EntryId(row.id), told.target, row.platform, row.campaign, Stage(row.stage), row.rank, row.opened, row.claimed_by,
        row.claimed_until, bool(row.sealed), bool(row.held), row.events,
        told.priority,
    )  # fmt: skip


def _event(row: Any) -> CaseEvent:  # noqa: ANN401 - a row
    _, entry, of, actor, facts, words = row
    return to_case(entry, of, actor, bytes(facts), None if words is None else bytes(words))
