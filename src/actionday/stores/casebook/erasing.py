"""Takes a subject out of the casebook: payloads and salts of entries about it, and reasons that name it. The chain stays.

An entry that is about the subject loses everything, and so falls out of every fold; one about others that only names it in its reason
loses the reason. The erasure record says which entries lost what, so that a payload that somebody else deletes is told from one that was erased.
"""

from sqlalchemy import Connection, bindparam, delete, insert, select

from actionday.records import Actor, UsageError, lookup_hash, new_entry_id
from actionday.records.publication import PublicationKind
from actionday.stores.casebook import receipt_rows
from actionday.stores.casebook.case_rows import forget_lines, held_hashes
from actionday.stores.casebook.casebook import Erased, Erasure
from actionday.stores.casebook.chain import Part, moment
from actionday.stores.casebook.ledger import PAGE, Means, append, asked_for
from actionday.stores.casebook.payloads import Gone, Naming, of_erasure, texts_in
from actionday.stores.casebook.publication_rows import Announced, announce, items_of_entries
from actionday.stores.casebook.referral_rows import forget_lines as forget_referrals
from actionday.stores.casebook.referral_rows import on_its_way
from actionday.stores.casebook.tables import FORGOTTEN, PAYLOAD_SUBJECTS, PAYLOADS
from actionday.stores.casebook.turn import Turn


def erase(connection: Connection, means: Means, actor: Actor, erasure: Erasure, key: bytes | None = None) -> Erased:
    """Erase inside the caller's write transaction. What has gone already leaves no second record. `key`: see `ledger.append`."""
    hashes = sorted(lookup_hash(means.key, subject) for subject in erasure.subjects)
    if held_hashes(connection, hashes, moment(means.clock.now())):
        raise UsageError("it is held for an authority, which has to lift that first: `actionday assess holds` names it")
    own = {
        row.seq
        for row in asked_for(connection, select(PAYLOAD_SUBJECTS.c.seq), PAYLOAD_SUBJECTS.c.subject_hash, hashes)
    }
    receipt_rows.refuse_preserved(connection, sorted(own), means.clock.now())
    named = _naming(connection, Naming.of(erasure.subjects, erasure.names)) - own
    known = {row[0] for row in asked_for(connection, select(FORGOTTEN), FORGOTTEN.c.subject_hash, hashes)}
    new = [{"subject_hash": one} for one in hashes if one not in known]
    words_query = select(PAYLOADS.c.seq).where(PAYLOADS.c.part == Part.WORDS.value)
    words = {row.seq for row in asked_for(connection, words_query, PAYLOADS.c.seq, sorted(own))}
    if own or named or new:
        if on_its_way(connection, sorted(own)):
            raise UsageError(
                "a referral of it may be on its way: say with `actionday refer settle` whether it left, then forget it"
            )
        items = items_of_entries(connection, sorted(own))
        gone = Gone(tuple(hashes), tuple(sorted(own)), tuple(sorted(words | named)))
        _take(connection, gone)
        if new:
            connection.execute(insert(FORGOTTEN), new)
        record = of_erasure(actor, new_entry_id("e", means.randomness), gone, erasure.reason)
        append(connection, means, actor, [record], key)
        announce(
            Turn(connection, means, actor, key), [Announced(PublicationKind.ERASURE, None, item) for item in items]
        )
    return Erased(len(own), len(named))


def _naming(connection: Connection, naming: Naming) -> set[int]:
    """Entries whose reason names the subject."""
    found, last = set(), 0
    query = select(PAYLOADS.c.seq, PAYLOADS.c.body).where(PAYLOADS.c.part == Part.WORDS.value)
    while rows := connection.execute(query.where(PAYLOADS.c.seq > last).order_by(PAYLOADS.c.seq).limit(PAGE)).all():
        found |= {row.seq for row in rows if naming.found_in(texts_in(bytes(row.body)))}
        last = rows[-1].seq
    return found


def _take(connection: Connection, gone: Gone) -> None:
    one = delete(PAYLOADS).where(PAYLOADS.c.seq == bindparam("entry"), PAYLOADS.c.part == bindparam("which"))
    rows = [{"entry": seq, "which": part} for seq, part in sorted(gone.pairs())]
    if rows:
        connection.execute(one, rows)
    forget_lines(connection, gone.facts)
    receipt_rows.forget_lines(connection, gone.facts)
    forget_referrals(connection, gone.facts)
    subjects = delete(PAYLOAD_SUBJECTS).where(PAYLOAD_SUBJECTS.c.seq == bindparam("entry"))
    if gone.facts:
        connection.execute(subjects, [{"entry": seq} for seq in gone.facts])
