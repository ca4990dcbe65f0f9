"""Who looked at what and for what, asked from the ledger; and on how many cases somebody worked. Inside the caller's transaction.

Not for: who may ask (`sql_cases`).
"""

from sqlalchemy import Connection, func, select

from actionday.records import ActorId
from actionday.stores.casebook.case_payloads import to_look
from actionday.stores.casebook.cases import Looked
from actionday.stores.casebook.chain import Kind, Part
from actionday.stores.casebook.tables import CASES, LEDGER, PAYLOADS

_FACTS, _WORDS = PAYLOADS.alias("facts_of"), PAYLOADS.alias("words_of")
_LOOKS = (
    select(LEDGER.c.id, LEDGER.c.of, LEDGER.c.actor, _FACTS.c.body, _WORDS.c.body)
    .join(_FACTS, (_FACTS.c.seq == LEDGER.c.seq) & (_FACTS.c.part == Part.FACTS.value))
    .join(_WORDS, (_WORDS.c.seq == LEDGER.c.seq) & (_WORDS.c.part == Part.WORDS.value), isouter=True)
    .where(LEDGER.c.kind == Kind.LOOK_UP.value)
    .order_by(LEDGER.c.seq)
)


def looked(connection: Connection, auditor: ActorId, since: str) -> list[Looked]:
    """Looks of everybody but the auditor since a time."""
    rows = connection.execute(_LOOKS.where(LEDGER.c.at >= since, LEDGER.c.actor != auditor)).all()
    looks = [
        to_look(entry, of, who, bytes(facts), None if said is None else bytes(said))
        for entry, of, who, facts, said in rows
    ]
    works = {who: _works_on(connection, who) for who in {look.by for look in looks}}
    cases = {look.case for look in looks if look.case is not None}
    campaigns = {
        case: connection.execute(select(CASES.c.campaign).where(CASES.c.id == case)).scalar() for case in cases
    }
    return [
        Looked(
            look,
            look.case is None or (look.case not in works[look.by][0] and campaigns[look.case] not in works[look.by][1]),
        )
        for look in looks
    ]


def cases_seen(connection: Connection, who: ActorId, since: str) -> int:
    """How many cases somebody looked at since a time."""
    query = select(func.count(LEDGER.c.of.distinct())).where(
        LEDGER.c.actor == who, LEDGER.c.at >= since, LEDGER.c.kind == Kind.LOOK_UP.value
    )
    return int(connection.execute(query).scalar_one())


def _works_on(connection: Connection, who: ActorId) -> tuple[set[str], set[str]]:
    """Cases on which somebody took a step, and campaigns of these."""
    query = (
        select(CASES.c.id, CASES.c.campaign)
        .join(LEDGER, (LEDGER.c.of == CASES.c.id) | (LEDGER.c.id == CASES.c.id))
        .where(LEDGER.c.actor == who, LEDGER.c.kind == Kind.CASE.value)
        .distinct()
    )
    rows = connection.execute(query).all()
    return {row.id for row in rows}, {row.campaign for row in rows if row.campaign}
