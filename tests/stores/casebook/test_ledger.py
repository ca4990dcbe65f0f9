"""The ledger on both databases: what is recorded comes back, who may do what, once only, in one chain."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from tests.records.judging import START, histories, judgement
from tests.records.test_none_of import none_of
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.people import ACTORS, ANN, BOB, CAT, NEGATIVE, STRANGER, said, taken_back

from actionday.records import FixedClock, HomeError, Judgement, PermissionRefused, SubjectId, UsageError, fold
from actionday.records.preregistration import Frozen, Preregistration
from actionday.stores.casebook import Erasure, Head, open_casebook
from actionday.stores.casebook.schema import STEPS
from actionday.stores.casebook.tables import METADATA

REFUSED = r"append-only|follows the newest|not changed"


def test_what_is_fixed_before_a_day_comes_back_as_it_stood_at_a_head(place: Place) -> None:
    day = datetime(2024, 3, 5, tzinfo=UTC)
    one, two = (
        Frozen(Preregistration("a day", day, day, (name,), ((30, 30),), "others", "rates"), START) for name in "ab"
    )
    with place.open() as casebook:
        head = casebook.freeze(ANN, one)
        casebook.freeze(ANN, two)
        assert list(casebook.frozen(ANN)) == [one, two]
        assert list(casebook.frozen(ANN, head)) == [one]
        assert list(casebook.judgements(ANN)) == []
        assert casebook.verify(head).fault is None


def test_what_is_recorded_comes_back_as_it_was(place: Place) -> None:
    hostile = SubjectId("matrix", "account", "@مثال:example.org")
    first = said(1, 0, 1, "«الصوت نفسه» \x00 🙂")
    second = replace(said(2, 1, 2), a=hostile, sampling=0.25, blind=True, shown=("handle", "media"))
    with place.open() as casebook:
        assert casebook.record(ANN, [first, second]).seq == 3
    with place.open() as casebook:
        assert list(casebook.judgements(BOB)) == [first, second]
        assert casebook.lineage(BOB) == fold([first, second])
        report = casebook.verify()
        assert (report.entries, report.erased, report.fault) == (3, 0, None)
        assert report.head == casebook.head()


def test_none_of_these_goes_through_the_ledger_and_is_taken_back_or_erased(place: Place) -> None:
    one = replace(none_of(1, 0, [1, 2]), why="read all of them", sampling=0.25, blind=True, shown=("bio",))
    alone, drawn = none_of(2, 3, []), replace(said(3, 4, 5), draw="q-1")
    with place.open() as casebook:
        casebook.record(ANN, [one, alone, drawn])
        assert list(casebook.judgements(BOB)) == [one, alone, drawn]
        assert casebook.lineage(BOB) == fold([one, alone, drawn])
        assert casebook.lineage(BOB).none == {one.a, alone.a}
        with pytest.raises(UsageError, match="not theirs"):
            casebook.withdraw(BOB, [replace(taken_back(4, drawn), of=one.id, who=BOB.id)])
        casebook.withdraw(ANN, [replace(taken_back(5, drawn), of=alone.id)])
        assert list(casebook.judgements(BOB)) == [one, drawn]
        casebook.erase(ANN, Erasure(frozenset({str(one.among[1])})))
        assert list(casebook.judgements(BOB)) == [drawn], "an answer that names a forgotten subject goes as a whole"
        assert casebook.verify().fault is None


def test_judgements_can_be_read_as_they_stood_at_a_head(place: Place) -> None:
    first, second = said(1, 0, 1), said(2, 1, 2)
    with place.open() as casebook:
        head = casebook.record(ANN, [first])
        casebook.withdraw(ANN, [taken_back(1, first)])
        casebook.record(ANN, [second])
        assert list(casebook.judgements(BOB)) == [second]
        assert list(casebook.judgements(BOB, head)) == [first]
        assert list(casebook.judgements(BOB, casebook.head())) == [second]
        with pytest.raises(UsageError, match="no entry of this casebook"):
            casebook.judgements(BOB, replace(head, hash="0" * 64))
        casebook.erase(ANN, Erasure(frozenset({str(first.a)})))
        assert list(casebook.judgements(BOB, head)) == []


def test_people_are_called_as_they_last_wrote_until_that_is_erased(place: Place) -> None:
    one = said(1, 0, 1)
    with place.open() as casebook:
        casebook.record(ANN, [one])
        casebook.record(replace(ANN, name="Ann of the night shift"), [said(2, 1, 2)])
        assert casebook.names(BOB) == {ANN.id: "Ann of the night shift"}
        casebook.erase(BOB, Erasure(frozenset({str(one.b)})))
        assert ANN.id not in casebook.names(CAT)


def test_the_ledger_holds_no_subject_no_reason_and_no_name(place: Place) -> None:
    with place.open() as casebook:
        one = said(1, 0, 1, "sings the same songs")
        casebook.record(ANN, [one])
        casebook.withdraw(ANN, [taken_back(1, one, "sings other songs")])
    with place.sql() as engine, engine.begin() as connection:
        ledger = repr(connection.execute(text("SELECT * FROM ledger")).all())
        lookups = repr(connection.execute(text("SELECT * FROM payload_subjects")).all())
    for needle in (str(one.a), "telegram", "songs", ANN.name, "positive", "sibling"):
        assert needle not in ledger + lookups
    assert ANN.id in ledger


def test_an_actor_needs_the_permission(place: Place) -> None:
    one = said(1, 0, 1)
    with place.open() as casebook:
        before = casebook.head()
        for attempt in (
            lambda: casebook.record(STRANGER, [replace(one, who=STRANGER.id)]),
            lambda: casebook.withdraw(STRANGER, [taken_back(1, one)]),
            lambda: casebook.judgements(STRANGER),
            lambda: casebook.lineage(STRANGER),
            lambda: casebook.names(STRANGER),
            lambda: casebook.erase(STRANGER, Erasure(frozenset({str(one.a)}))),
        ):
            with pytest.raises(PermissionRefused, match="a-stranger may not"):
                attempt()
        assert casebook.head() == before


def test_nobody_judges_or_withdraws_for_somebody_else(place: Place) -> None:
    one = said(1, 0, 1)
    with place.open() as casebook:
        with pytest.raises(UsageError, match="by the person who made it"):
            casebook.record(BOB, [one])
        head = casebook.record(ANN, [one])
        with pytest.raises(UsageError, match="not theirs"):
            casebook.withdraw(BOB, [taken_back(1, one)])
        with pytest.raises(UsageError, match="not theirs"):
            casebook.withdraw(BOB, [replace(taken_back(1, one), who=BOB.id)])
        with pytest.raises(UsageError, match="not theirs"):
            casebook.withdraw(ANN, [taken_back(1, said(2, 0, 1))])
        assert casebook.head() == head


def test_writing_again_adds_nothing_and_other_content_is_refused(place: Place) -> None:
    one = said(1, 0, 1)
    with place.open() as casebook:
        head = casebook.record(ANN, [one, one])
        assert head.seq == 2
        assert casebook.record(ANN, [one]) == head
        with pytest.raises(UsageError, match="other content"):
            casebook.record(ANN, [said(2, 2, 3), replace(one, b=SubjectId("telegram", "channel", "9"))])
        with pytest.raises(UsageError, match="other content"):
            casebook.record(BOB, [replace(one, who=BOB.id)])
        assert casebook.head() == head, "all of a call, or nothing"


def test_a_withdrawal_is_once_only_too(place: Place) -> None:
    first, second = said(1, 0, 1), said(2, 1, 2)
    with place.open() as casebook:
        casebook.record(ANN, [first, second])
        head = casebook.withdraw(ANN, [taken_back(1, first)])
        assert casebook.withdraw(ANN, [taken_back(1, first)]) == head
        with pytest.raises(UsageError, match="other content"):
            casebook.withdraw(ANN, [replace(taken_back(1, second), at=first.at)])
        assert list(casebook.judgements(ANN)) == [second]


def test_a_withdrawal_restores_what_was(place: Place) -> None:
    first, second = said(1, 0, 1), judgement(2, 0, 1, NEGATIVE)
    with place.open() as casebook:
        casebook.record(ANN, [first])
        before = casebook.lineage(ANN)
        casebook.record(ANN, [second])
        casebook.withdraw(ANN, [taken_back(1, second)])
        assert casebook.lineage(ANN) == before
        assert casebook.verify().fault is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(12), undone=st.sets(st.integers(0, 11)), cut=st.integers(0, 12))
def test_the_fold_of_the_ledger_is_the_fold_of_the_list(
    places: Callable[[], Place], history: list[Judgement], undone: set[int], cut: int
) -> None:
    withdrawn = [one for number, one in enumerate(history) if number in undone]
    with places().open() as casebook:
        for part in (history[:cut], history[cut:]):
            for actor in ACTORS:
                casebook.record(actor, [one for one in part if one.who == actor.id])
        for number, one in enumerate(withdrawn):
            casebook.withdraw(next(actor for actor in ACTORS if actor.id == one.who), [taken_back(number, one)])
        assert casebook.lineage(ANN) == fold(history, {one.id for one in withdrawn})
        report = casebook.verify()
        assert (report.entries, report.fault) == (1 + len(history) + len(withdrawn), None)


@pytest.mark.parametrize("statement", [
    "UPDATE ledger SET actor = 'a-other'",
    "UPDATE ledger SET at = at WHERE seq = 2",
    "DELETE FROM ledger WHERE seq = 3",
    "INSERT INTO ledger SELECT 9, 'x', kind, at, actor, of, facts, words, hash, 'y', NULL FROM ledger WHERE seq = 3",
    "INSERT INTO ledger SELECT 4, 'x', kind, at, actor, of, facts, words, 'another', 'y', NULL FROM ledger WHERE seq = 3",
    "UPDATE payloads SET body = salt",
])  # fmt: skip
def test_the_database_itself_refuses_to_rewrite_history(place: Place, statement: str) -> None:
    with place.open() as casebook:
        head = casebook.record(ANN, [said(1, 0, 1), said(2, 1, 2)])
        with place.sql() as engine, pytest.raises(DBAPIError, match=REFUSED), engine.begin() as connection:
            connection.execute(text(statement))
        assert casebook.verify(head).fault is None


def test_replacing_and_truncating_are_refused_too(place: Place) -> None:
    with place.open() as casebook:
        head = casebook.record(ANN, [said(1, 0, 1)])
        with place.sql() as engine:
            sqlite = engine.dialect.name == "sqlite"
            again = "INSERT OR REPLACE INTO ledger SELECT seq, id, kind, at, 'a-other', of, facts, words, previous, hash, NULL FROM ledger WHERE seq = 2"
            payload = "INSERT OR REPLACE INTO payloads SELECT seq, part, salt, salt FROM payloads"
            for statement in (again, payload) if sqlite else ("TRUNCATE ledger CASCADE",):
                with pytest.raises(DBAPIError, match=REFUSED), engine.begin() as connection:
                    connection.execute(text(statement))
        assert casebook.verify(head).fault is None


def test_the_tables_are_those_that_the_queries_know(place: Place) -> None:
    place.open().close()
    with place.sql() as engine:
        found = inspect(engine)
        assert set(found.get_table_names()) == set(METADATA.tables)
        for name, table in METADATA.tables.items():
            assert [column["name"] for column in found.get_columns(name)] == [column.name for column in table.c]
            key = found.get_pk_constraint(name)["constrained_columns"]
            assert key == [column.name for column in table.primary_key]


def test_a_newer_casebook_and_another_homes_are_refused(place: Place) -> None:
    place.open().close()
    with pytest.raises(HomeError, match="another key"):
        open_casebook(place.at, bytes(32), FixedClock(START))
    with place.sql() as engine, engine.begin() as connection:
        connection.execute(text(f"UPDATE casebook SET version = {len(STEPS) + 1}"))
    with pytest.raises(HomeError, match="update actionday"):
        place.open()


def test_an_older_casebook_is_brought_forward(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with place.open() as casebook:
        head = casebook.record(ANN, [said(1, 0, 1)])
    step = "CREATE TABLE later (subject TEXT, number {integer}, body {bytes})"
    steps = (*STEPS, {"sqlite": (step,), "postgresql": (step,)})
    monkeypatch.setattr("actionday.stores.casebook.schema.STEPS", steps)
    for _ in range(2):
        with place.open() as casebook:
            assert casebook.verify(head).fault is None
    with place.sql() as engine, engine.begin() as connection:
        assert connection.execute(text("SELECT version FROM casebook")).scalar_one() == len(STEPS) + 1
        assert inspect(connection).has_table("later")


def test_entries_say_when_they_were_written_and_judgements_when_they_were_made(place: Place) -> None:
    clock = FixedClock(START + timedelta(days=30))
    with place.open(clock) as casebook:
        casebook.record(ANN, [said(1, 0, 1)])
        assert [one.at for one in casebook.judgements(ANN)] == [START + timedelta(hours=1)]
    with place.sql() as engine, engine.begin() as connection:
        written = connection.execute(text("SELECT at FROM ledger WHERE seq = 2")).scalar_one()
    assert written == "2026-03-31T00:00:00.000000+00:00"


def test_a_head_survives_its_text_form() -> None:
    head = Head("0f0e", 12, "a" * 64)
    assert Head.parse(f" {head}\n") == head
    for wrong in ("", "casebook:x", "casebook:x:1:abc", str(head).replace(":12:", ":x:"), str(head).replace("casebook", "c")):  # fmt: skip
        with pytest.raises(UsageError, match="no head"):
            Head.parse(wrong)
