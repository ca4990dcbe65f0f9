"""Erasing a subject: no byte of it stays, what is others' stays, the chain still verifies, and the fold is without it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.records.judging import SUBJECTS, histories
from tests.servers.postgres import Postgres
from tests.stores.casebook.conftest import KEY, Place
from tests.stores.casebook.people import ACTORS, ANN, BOB, said, taken_back

from actionday.records import HomeLocked, Judgement, SubjectId, UsageError, fold, lookup_hash
from actionday.stores.casebook import Erased, Erasure
from actionday.stores.casebook.payloads import ERASED, Naming

GONE = SubjectId("telegram", "account", "987654321")
ERASURE = Erasure(
    frozenset({str(GONE), "telegram:@sunny_painter"}), frozenset({"Sunny Painter"}), "asked for in writing"
)
NEEDLES = ("987654321", "sunny", "painter")
OWN = replace(said(1, 0, 1, "same voice as sunny_painter"), a=GONE)
TAKEN_BACK = replace(said(2, 0, 2, "too quick"), b=GONE)
NAMED = said(3, 1, 2, "says so itself: friend of @Sunny-Painter!")
BESIDE = said(4, 2, 3, "paints on sunny days, no painter")


def filled(place: Place) -> None:
    with place.open() as casebook:
        casebook.record(ANN, [OWN, TAKEN_BACK, NAMED, BESIDE])
        casebook.withdraw(ANN, [taken_back(1, TAKEN_BACK, "it was 987654321 after all")])


def stored(place: Place) -> str:
    """All rows; for a file every byte of it, its log and its index too."""
    files = sorted(place.at.iterdir()) if isinstance(place.at, Path) else []
    return (place.dump() + "".join(path.read_bytes().decode("latin-1") for path in files)).lower()


def test_no_byte_of_a_forgotten_subject_stays_and_the_chain_verifies(place: Place) -> None:
    filled(place)
    with place.open() as casebook:
        before = casebook.head()
        assert all(needle in stored(place) for needle in NEEDLES)
        assert casebook.erase(BOB, ERASURE) == Erased(entries=3, reasons=1)
        left = stored(place).replace("sunny days, no painter", "")
        assert [needle for needle in NEEDLES if needle in left] == []
        report = casebook.verify(before)
        assert (report.entries, report.erased, report.fault) == (7, 4, None)


def test_the_fold_is_without_the_erased_and_keeps_the_rest(place: Place) -> None:
    filled(place)
    with place.open() as casebook:
        assert [pair.a for pair in casebook.lineage(ANN).pairs] == [GONE, SUBJECTS[1], SUBJECTS[2]]
        casebook.erase(ANN, ERASURE)
        left = [replace(NAMED, why=ERASED), BESIDE]
        assert list(casebook.judgements(ANN)) == left
        assert casebook.lineage(ANN) == fold(left)
        assert casebook.lineage(ANN).cluster_of(GONE) == (GONE,)


def test_repeating_is_harmless_and_leaves_no_second_record(place: Place) -> None:
    filled(place)
    with place.open() as casebook:
        casebook.erase(ANN, ERASURE)
        head = casebook.head()
        assert casebook.erase(ANN, ERASURE) == Erased(0, 0)
        assert casebook.head() == head


def test_a_forgotten_subject_stays_out_even_if_nothing_was_known_of_it(place: Place) -> None:
    with place.open() as casebook:
        assert casebook.erase(ANN, ERASURE) == Erased(0, 0)
        with pytest.raises(UsageError, match="1 of the subjects were forgotten"):
            casebook.record(ANN, [BESIDE, OWN])
        assert list(casebook.judgements(ANN)) == []
        assert casebook.verify().fault is None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(12), gone=st.lists(st.sampled_from(SUBJECTS), max_size=3), undone=st.sets(st.integers(0, 11)))
def test_whoever_is_erased_the_chain_verifies_and_the_fold_is_that_of_the_rest(
    places: Callable[[], Place], history: list[Judgement], gone: list[SubjectId], undone: set[int]
) -> None:
    by_id = {actor.id: actor for actor in ACTORS}
    withdrawn = {one.id: number for number, one in enumerate(history) if number in undone}
    with places().open() as casebook:
        for one in history:
            casebook.record(by_id[one.who], [one])
            if one.id in withdrawn:
                casebook.withdraw(by_id[one.who], [taken_back(withdrawn[one.id], one)])
        before = casebook.head()
        for subject in gone:
            casebook.erase(ANN, Erasure(frozenset({str(subject)})))
        rest = [replace(one, why="") for one in history if one.a not in gone and one.b not in gone]
        assert casebook.lineage(ANN) == fold(rest, withdrawn)
        assert casebook.verify(before).fault is None
        assert casebook.verify().entries == before.seq + len(set(gone))


def test_the_record_says_why_and_names_nobody(place: Place) -> None:
    filled(place)
    with place.open() as casebook:
        casebook.erase(BOB, ERASURE)
    with place.sql() as engine, engine.begin() as connection:
        bodies = connection.execute(text("SELECT body FROM payloads WHERE seq = 7 ORDER BY part")).scalars()
        facts, words = (bytes(body).decode() for body in bodies)
    assert lookup_hash(KEY, str(GONE)) in facts
    assert "asked for in writing" in words
    assert BOB.name in words


def test_a_second_subject_is_erased_after_the_first(place: Place) -> None:
    filled(place)
    with place.open() as casebook:
        casebook.erase(ANN, ERASURE)
        assert casebook.erase(ANN, Erasure(frozenset({str(SUBJECTS[2])}))) == Erased(entries=2, reasons=0)
        assert list(casebook.judgements(ANN)) == []
        report = casebook.verify()
        assert (report.erased, report.fault) == (5, None)


def test_a_file_that_is_being_read_is_told_and_erasing_again_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actionday.stores.casebook.databases.PATIENCE", 0.01)
    place = Place(tmp_path)
    filled(place)
    with place.open() as casebook:
        with place.sql() as engine, engine.begin() as reader:
            reader.execute(text("SELECT count(*) FROM payloads")).one()
            with pytest.raises(HomeLocked, match="run `forget` again"):
                casebook.erase(ANN, ERASURE)
        assert casebook.erase(ANN, ERASURE) == Erased(0, 0)
        assert not [needle for needle in NEEDLES[:1] if needle in stored(place)]
        assert casebook.verify().fault is None


def test_no_byte_of_it_stays_in_the_files_of_a_server(server: Postgres) -> None:
    place = Place(server.emptied())
    filled(place)
    assert b"987654321" in server.written()
    with place.open() as casebook:
        casebook.erase(ANN, ERASURE)
    left = server.written().lower()
    assert [needle for needle in (b"987654321", b"sunny_painter", b"@sunny-painter") if needle in left] == []


@pytest.mark.parametrize(("reason", "named"), [
    ("it is sunny_painter", True),
    ("it is SUNNY   painter's", True),
    ("see telegram:account:987654321", True),
    ("see id 987654321.", True),
    ("see id 1987654321", False),
    ("the painter, sunny", False),
    ("", False),
])  # fmt: skip
def test_a_reason_names_somebody_by_whole_words(reason: str, named: bool) -> None:
    assert Naming.of(ERASURE.subjects, ERASURE.names).found_in(reason) is named
