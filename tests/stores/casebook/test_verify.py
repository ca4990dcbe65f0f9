"""Whoever owns the database may drop the triggers; `verify` names the first bad entry, and a noted head shows a cut or a rewrite."""

from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select, text
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.people import ANN, said, taken_back

from actionday.records import EntryId
from actionday.stores.casebook import Erasure, Fault, Head
from actionday.stores.casebook.chain import Entry, commitment
from actionday.stores.casebook.tables import LEDGER, PAYLOADS
from actionday.stores.casebook.verify import entry_of


@pytest.fixture
def head(place: Place) -> Head:
    """Entries 2 to 5 are judgements, 6 withdraws the last."""
    made = [said(number, number, number + 1) for number in range(4)]
    with place.open() as casebook:
        casebook.record(ANN, made)
        return casebook.withdraw(ANN, [taken_back(1, made[-1])])


def fault(place: Place, noted: Head | None = None) -> Fault | None:
    with place.open() as casebook:
        return casebook.verify(noted).fault


def test_a_whole_chain_has_no_fault(place: Place, head: Head) -> None:
    assert fault(place) is None
    assert fault(place, head) is None


def test_a_payload_of_another_type_is_named_and_nothing_breaks(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as casebook:
        casebook.record(ANN, [said(1, 0, 1)])
    place.tamper("UPDATE payloads SET body = 'la li lo' WHERE seq = 2 AND part = 'facts'")
    assert fault(place) == Fault(2, "its facts are not those that it commits to")


SWAP = (
    "UPDATE ledger SET seq = -3 WHERE seq = 3",
    "UPDATE ledger SET seq = 3 WHERE seq = 4",
    "UPDATE ledger SET seq = 4 WHERE seq = -3",
)


@pytest.mark.parametrize(("statement", "seq", "says"), [
    ("UPDATE ledger SET actor = 'a-other' WHERE seq = 3", 3, "it was changed"),
    ("UPDATE ledger SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 5", 5, "it was changed"),
    ("UPDATE ledger SET kind = 'judgement' WHERE seq = 6", 6, "it was changed"),
    ("UPDATE ledger SET of = 'j-other' WHERE seq = 6", 6, "it was changed"),
    ("UPDATE ledger SET id = 'j-other' WHERE seq = 2", 2, "it was changed"),
    ("UPDATE ledger SET facts = words WHERE seq = 4", 4, "it was changed"),
    ("UPDATE ledger SET words = NULL WHERE seq = 4", 4, "it was changed"),
    ("UPDATE ledger SET previous = 'x' WHERE seq = 4", 4, "does not follow"),
    ("UPDATE ledger SET hash = 'x' WHERE seq = 4", 4, "it was changed"),
    ("UPDATE ledger SET id = 'other' WHERE seq = 1", 1, "it was changed"),
    ("UPDATE casebook SET id = 'other'", 1, "does not begin this casebook"),
    ("UPDATE payloads SET body = salt WHERE seq = 3 AND part = 'facts'", 3, "its facts are not those"),
    ("UPDATE payloads SET salt = body WHERE seq = 3 AND part = 'words'", 3, "its words are not those"),
    ("DELETE FROM payloads WHERE seq = 4 AND part = 'facts'", 4, "its facts are gone, and no erasure record says so"),
    ("DELETE FROM payloads WHERE part = 'words'", 2, "its words are gone, and no erasure record says so"),
])  # fmt: skip
def test_a_change_is_found_and_the_first_badentry_of_named(
    place: Place, head: Head, statement: str, seq: int, says: str
) -> None:
    place.tamper(statement)
    found = fault(place)
    assert found is not None
    assert (found.seq, says in found.reason) == (seq, True), found


@pytest.mark.parametrize(("gone", "seq", "says"), [(1, 1, "missing"), (3, 3, "missing"), (5, 5, "missing")])
def test_a_deletedentry_of_is_named(place: Place, head: Head, gone: int, seq: int, says: str) -> None:
    tables = ("payloads", "payload_subjects", "ledger")
    place.tamper(*(f"DELETE FROM {table} WHERE seq = {gone}" for table in tables))
    found = fault(place)
    assert found is not None
    assert (found.seq, says in found.reason) == (seq, True), found


def test_reordered_entries_are_named(place: Place, head: Head) -> None:
    place.tamper(
        "DELETE FROM payload_subjects WHERE seq IN (3, 4)",
        "DELETE FROM payloads WHERE seq IN (3, 4)",
        *SWAP,
    )
    found = fault(place)
    assert found is not None
    assert (found.seq, found.reason) == (3, "it does not follow the entry before it")


def test_a_tail_that_was_cut_off_shows_against_a_noted_head_only(place: Place, head: Head) -> None:
    place.tamper(*(f"DELETE FROM {table} WHERE seq >= 5" for table in ("payloads", "payload_subjects", "ledger")))
    assert fault(place) is None, "what is left is a whole chain"
    assert fault(place, head) == Fault(5, "it is missing; the noted head is entry 6")


def test_a_chain_that_was_written_anew_shows_against_a_noted_head_only(place: Place, head: Head) -> None:
    place.tamper(*(f"DELETE FROM {table} WHERE seq >= 6" for table in ("payloads", "payload_subjects", "ledger")))
    with place.open() as casebook:
        casebook.record(ANN, [said(9, 0, 5)])
    assert fault(place) is None
    assert fault(place, head) == Fault(6, "it is not the entry that the noted head speaks of")


def test_another_casebooks_head_is_told(place: Place, head: Head) -> None:
    assert fault(place, Head("other", head.seq, head.hash)) == Fault(1, "the noted head is another casebook's")


def test_an_emptied_ledger_is_no_whole_chain(place: Place, head: Head) -> None:
    place.tamper(*(f"DELETE FROM {table}" for table in ("payloads", "payload_subjects", "ledger")))
    assert fault(place) == Fault(1, "it is missing; the chain is empty")


def test_an_erasure_record_that_is_untrue_is_told(place: Place, head: Head) -> None:
    """Put back what was erased, as somebody with a backup could."""
    one = said(0, 0, 1)
    with place.sql() as engine, engine.begin() as connection:
        kept = connection.execute(text("SELECT seq, part, salt, body FROM payloads WHERE seq = 2")).all()
    with place.open() as casebook:
        casebook.erase(ANN, Erasure(frozenset({str(one.a)})))
        assert casebook.verify(head).fault is None
    with place.sql() as engine, engine.begin() as connection:
        statement = text("INSERT INTO payloads VALUES (:seq, :part, :salt, :body)")
        connection.execute(statement, [row._asdict() for row in kept])
    assert fault(place) == Fault(2, "its facts are there, and an erasure record says that they went")


def test_an_entry_that_only_says_that_it_erased_is_told(place: Place, head: Head) -> None:
    """Written past the casebook, rightly linked and committed to; what it commits to is no list of what went."""
    entry = Entry(
        head.seq + 1, EntryId("e-1"), "erasure", "", ANN.id, None, commitment(b"s", b"{}"), None, head.hash, ""
    )
    entry = replace(entry, hash=entry.digest)
    with place.sql() as engine, engine.begin() as connection:
        connection.execute(insert(LEDGER), [asdict(entry)])
        row = {"seq": entry.seq, "part": "facts", "salt": b"s", "body": b"{}"}
        connection.execute(insert(PAYLOADS), [row])
    assert fault(place) == Fault(entry.seq, "it says that it is an erasure record, and is none")


def test_every_field_is_under_the_hash(place: Place, head: Head) -> None:
    with place.sql() as engine, engine.begin() as connection:
        row = connection.execute(select(LEDGER).where(LEDGER.c.seq == head.seq)).one()
    entry = entry_of(row)
    assert entry.digest == entry.hash
    for column in LEDGER.c:
        if column.name not in ("hash", "signature"):  # which lies over the hash
            other = {**row._asdict(), column.name: 77 if column.name == "seq" else "other"}
            assert entry_of(SimpleNamespace(**other)).digest != entry.hash, column.name
