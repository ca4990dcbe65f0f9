"""The lines of `referrals`, their names and marks, and partners' lists: made from folds, kept with each entry. In the caller's transaction.

They hold nothing that the ledger does not say, so they can be made anew. Not for: who may ask (`sql_referrals`), or what leaves (`outbox`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from actionday.records import EntryId
from actionday.records.outgoing import Outgoing
from actionday.records.referral import Referral, ReferralEvent, Step, fold_referral
from actionday.stores.casebook.chain import Kind, moment
from actionday.stores.casebook.entry_rows import entries_about, entries_of
from actionday.stores.casebook.ledger import PAGE, asked_for
from actionday.stores.casebook.referral_payloads import to_list, to_referral
from actionday.stores.casebook.referrals import Filed, ReferralLine, ReferralListing
from actionday.stores.casebook.tables import (
    CASES,
    LEDGER,
    PARTNER_MARKS,
    REFERRAL_MARKS,
    REFERRAL_NAMES,
    REFERRALS,
)

Hashed = Callable[[str], str]
"""A name's keyed hash."""
_LEFT = (Step.IN_DOUBT, Step.SENT, Step.RECEIVED)


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of one referral."""

    main: dict[str, Any]
    names: frozenset[tuple[str, int]]
    marks: frozenset[str]


def filed(connection: Connection, referral: str) -> Filed | None:
    """A referral with all its events; None where there is none, or its subject was erased."""
    told = [to_referral(entry) for entry in entries_about(connection, Kind.REFERRAL, referral)]
    outgoing = next((one for _, one in told if one is not None), None)
    if outgoing is None:
        return None
    released = bool(entries_about(connection, Kind.RELEASED, referral))
    return Filed(EntryId(referral), outgoing, fold_referral(event for event, _ in told), released)


def named(connection: Connection, referral: str) -> str | None:
    """The id of a referral, by id or reference."""
    query = select(REFERRALS.c.id).where(or_(REFERRALS.c.id == referral, REFERRALS.c.reference == referral))
    return connection.execute(query).scalar()


def of_case(connection: Connection, case: str) -> list[str]:
    """Referrals about a case, in order."""
    query = select(REFERRALS.c.id).where(REFERRALS.c.case_id == case).order_by(REFERRALS.c.drafted)
    return list(connection.execute(query).scalars())


def left(state: Referral) -> bool:
    """Whether it left, or may have."""
    return state.stage is not None and state.stage.step in _LEFT


def lines_of(one: Filed, drafted: int, hashed: Hashed) -> Lines:
    """The lines that a referral has."""
    state, what = one.state, one.outgoing
    assert state.stage is not None
    taken = max((event.at for event in state.accepted if event.step is Step.IN_DOUBT), default=None)
    active = int(left(state) or state.withdrawn is None)
    main = {
        "id": one.id,
        "drafted": drafted,
        "case_id": what.case,
        "campaign": what.campaign or "",
        "recipient": what.recipient,
        "reference": what.reference,
        "form": what.form.value,
        "status": state.status,
        "stage": state.stage.step.value,
        "waiting": int(state.stage.step is Step.QUEUED and state.withdrawn is None),
        "left_here": int(left(state)),
        "taken": None if taken is None else moment(taken),
        "released": int(one.released),
        "events": len(state.told),
    }
    return Lines(main, frozenset((hashed(name), active) for name in what.names), frozenset(what.marks))


def put(connection: Connection, lines: Lines, *, new: bool = False) -> None:
    """The lines of a referral that took a step."""
    main = lines.main
    if new:
        connection.execute(insert(REFERRALS), [main])
        _put_names(connection, lines)
        return
    changed = {name: value for name, value in main.items() if name not in ("id", "drafted")}
    connection.execute(update(REFERRALS).where(REFERRALS.c.id == main["id"]).values(**changed))
    active = max(active for _, active in lines.names)
    connection.execute(
        update(REFERRAL_NAMES).where(REFERRAL_NAMES.c.referral == main["id"], REFERRAL_NAMES.c.active != active).values(active=active)
    )  # fmt: skip


def taken_names(connection: Connection, hashes: Sequence[str], recipient: str) -> list[str]:
    """Referrals that are active, or left, about any of these names to a recipient."""
    query = select(REFERRAL_NAMES.c.referral).where(
        REFERRAL_NAMES.c.recipient == recipient, REFERRAL_NAMES.c.active == 1
    )
    return sorted({row.referral for row in asked_for(connection, query, REFERRAL_NAMES.c.name_hash, hashes)})


def number_of(connection: Connection, referral: str) -> int:
    """The number of the entry that drafted it."""
    return int(connection.execute(select(LEDGER.c.seq).where(LEDGER.c.id == referral)).scalar_one())


def listed(connection: Connection, asked: ReferralListing) -> list[ReferralLine]:
    """Lines in the order in which they were drafted."""
    query = select(REFERRALS, CASES.c.platform, CASES.c.stage.label("case_stage")).join(
        CASES, CASES.c.id == REFERRALS.c.case_id, isouter=True
    )
    for column, wanted in (
        (REFERRALS.c.campaign, asked.campaign),
        (REFERRALS.c.recipient, asked.recipient),
        (REFERRALS.c.case_id, asked.case),
    ):
        query = query if wanted is None else query.where(column == wanted)
    query = query.where(REFERRALS.c.drafted > asked.after).order_by(REFERRALS.c.drafted).limit(asked.limit)
    return [
        ReferralLine(
            EntryId(row.id), EntryId(row.case_id), row.campaign, row.recipient, row.reference, row.form, row.status, row.stage, row.taken,
            row.drafted, row.platform or "", row.case_stage or "",
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def put_list(connection: Connection, campaign: str, unit: str, kind: str, marks: Iterable[str]) -> None:
    """A partner's list in the place of its last one."""
    mine = (PARTNER_MARKS.c.campaign == campaign) & (PARTNER_MARKS.c.unit == unit) & (PARTNER_MARKS.c.list == kind)
    connection.execute(delete(PARTNER_MARKS).where(mine))
    rows = [{"campaign": campaign, "unit": unit, "list": kind, "mark": mark} for mark in marks]
    if rows:
        connection.execute(insert(PARTNER_MARKS), rows)


def partner_lists(connection: Connection, campaign: str) -> list[tuple[str, str, str]]:
    """Unit, list and mark of everything that partners listed for a campaign."""
    query = select(PARTNER_MARKS.c.unit, PARTNER_MARKS.c.list, PARTNER_MARKS.c.mark)
    rows = connection.execute(query.where(PARTNER_MARKS.c.campaign == campaign)).all()
    return sorted((row.unit, row.list, row.mark) for row in rows)


def forget_lines(connection: Connection, entries: Sequence[int]) -> None:
    """Take the lines of referrals whose entries were erased."""
    for start in range(0, len(entries), PAGE):
        ids = select(LEDGER.c.id).where(LEDGER.c.seq.in_(list(entries[start : start + PAGE])))
        for table, column in _OWN:
            connection.execute(delete(table).where(column.in_(ids)))


def on_its_way(connection: Connection, entries: Sequence[int]) -> bool:
    """Whether a referral among what entries drafted is in doubt."""
    query = select(REFERRALS.c.id).where(REFERRALS.c.stage == Step.IN_DOUBT.value)
    return next(asked_for(connection, query, REFERRALS.c.drafted, entries), None) is not None


def rebuilt(connection: Connection, hashed: Hashed) -> int:
    """Make every line anew from the ledger. Returns how many referrals and lists were missing, too many or other than they should be."""
    fresh = _folded(connection, hashed)
    stored = _stored(connection)
    wrong = sorted(one for one in fresh.keys() | stored.keys() if fresh.get(one) != stored.get(one))
    for identity in wrong:
        for table, column in _OWN:
            connection.execute(delete(table).where(column == identity))
    for identity in wrong:
        if identity in fresh:
            put(connection, fresh[identity], new=True)
    return len(wrong) + _rebuilt_lists(connection)


_OWN = ((REFERRALS, REFERRALS.c.id), (REFERRAL_NAMES, REFERRAL_NAMES.c.referral), (REFERRAL_MARKS, REFERRAL_MARKS.c.referral))  # fmt: skip


def _folded(connection: Connection, hashed: Hashed) -> dict[str, Lines]:
    events: dict[str, list[ReferralEvent]] = {}
    drafts: dict[str, tuple[int, Outgoing]] = {}
    for entry in entries_of(connection, Kind.REFERRAL):
        event, outgoing = to_referral(entry)
        if outgoing is not None:
            drafts[entry.id] = (entry.seq, outgoing)
        events.setdefault(entry.id if outgoing is not None else str(entry.of), []).append(event)
    released = {entry.of for entry in entries_of(connection, Kind.RELEASED)}
    return {
        one: lines_of(Filed(EntryId(one), outgoing, fold_referral(events[one]), one in released), seq, hashed)
        for one, (seq, outgoing) in drafts.items()
    }


def _stored(connection: Connection) -> dict[str, Lines]:
    names: dict[str, set[tuple[str, int]]] = {}
    marks: dict[str, set[str]] = {}
    for row in connection.execute(select(REFERRAL_NAMES)):
        names.setdefault(row.referral, set()).add((row.name_hash, row.active))
    for row in connection.execute(select(REFERRAL_MARKS)):
        marks.setdefault(row.referral, set()).add(row.mark)
    main = {row.id: row._asdict() for row in connection.execute(select(REFERRALS))}
    return {
        one: Lines(main.get(one, {}), frozenset(names.get(one, ())), frozenset(marks.get(one, ())))
        for one in main.keys() | names.keys() | marks.keys()
    }


def _rebuilt_lists(connection: Connection) -> int:
    fresh: dict[tuple[str, str, str], frozenset[str]] = {}
    for entry in entries_of(connection, Kind.PARTNER_LIST):
        one = to_list(entry.facts)
        fresh[one.campaign, one.unit, one.list] = frozenset(one.marks)
    stored: dict[tuple[str, str, str], set[str]] = {}
    for row in connection.execute(select(PARTNER_MARKS)):
        stored.setdefault((row.campaign, row.unit, row.list), set()).add(row.mark)
    wrong = [one for one in fresh.keys() | stored.keys() if fresh.get(one, frozenset()) != stored.get(one, set())]
    for which in wrong:
        put_list(connection, *which, sorted(fresh.get(which, ())))
    return len(wrong)


def _put_names(connection: Connection, lines: Lines) -> None:
    main = lines.main
    rows = [
        {"referral": main["id"], "name_hash": name, "recipient": main["recipient"], "active": active}
        for name, active in sorted(lines.names)
    ]
    connection.execute(insert(REFERRAL_NAMES), rows)
    if lines.marks:
        connection.execute(
            insert(REFERRAL_MARKS), [{"referral": main["id"], "mark": mark} for mark in sorted(lines.marks)]
        )
