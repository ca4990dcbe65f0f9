"""The feed on both databases: written with what causes it, never changed, without names, and retracted wherever something fell."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.records.campaigning import DAY
from tests.records.casework import CARA, NOW
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.days import A, B, Day, case_of, day_at, minutes, person, target_of

from actionday.records import EntryId, Permission, PermissionRefused, UsageError
from actionday.records.case_event import CaseStep
from actionday.records.publication import Publication, PublicationId, PublicationKind, publication_id, time_of
from actionday.records.referral import Step
from actionday.stores.casebook import Erasure

ADVISORY, RECOMMENDATION, RETRACTION, ERASURE = PublicationKind


def feed(day: Day) -> list[Publication]:
    return list(day.casebook.publications.since(A))


def test_a_launch_publishes_every_target_once(place: Place) -> None:
    day = day_at(place, 1, 2)
    with day.casebook as casebook:
        day.launch(1, 2)
        lines = feed(day)
        assert [(one.kind, one.target, one.case) for one in lines] == [
            (ADVISORY, target_of(number), case_of(number)) for number in (1, 2)
        ]
        assert all(one.item == one.id for one in lines)
        assert casebook.publications.publish(B, ADVISORY, [case_of(1)]) == []
        (more,) = casebook.publications.publish(B, RECOMMENDATION, [case_of(1), case_of(1)])
        last = feed(day)[-1]
        assert (last.id, last.kind, last.item) == (more, RECOMMENDATION, lines[0].item)
        assert [one.id for one in casebook.publications.since(A, lines[0].id, limit=1)] == [lines[1].id]
        with pytest.raises(UsageError, match="no line of this feed"):
            casebook.publications.since(A, PublicationId("x"))
        day.whole()


def contested(day: Day) -> None:
    day.contest(1)
    day.rule(1, CaseStep.CONTEST_UPHELD)


FALLS: dict[str, Callable[[Day], None]] = {
    "overturned": contested,
    "sealed": lambda day: day.rule(1, CaseStep.SEALED),
}


@pytest.mark.parametrize("fall", FALLS)
def test_what_falls_is_retracted_by_an_opaque_id_and_reaches_everything_that_carried_it(
    place: Place, fall: str
) -> None:
    day = day_at(place, 1, 2)
    with day.casebook as casebook:
        day.launch(1, 2)
        casebook.publications.publish(B, RECOMMENDATION, [case_of(1)])
        sent, queued = day.queue(1), day.queue(1, recipient="another-host")
        day.take()
        day.told(sent, Step.SENT)
        day.told(sent, Step.REMOVED)
        before = feed(day)
        FALLS[fall](day)
        (retraction,) = feed(day)[len(before) :]
        assert (retraction.kind, retraction.item) == (RETRACTION, before[0].item)
        assert (retraction.target, retraction.case) == ("", None)
        states = [casebook.referrals.referral(A, one).state for one in (sent, queued)]
        assert all(state.withdrawn is not None for state in states)
        assert [state.status for state in states] == ["withdrawn", "withdrawn"]
        state = casebook.campaigns.campaign(A, DAY)
        assert (set(state.targets), set(state.dropped)) == ({case_of(2)}, {case_of(1)})
        with pytest.raises(UsageError, match="that stands"):
            casebook.publications.publish(B, ADVISORY, [case_of(1)])
        day.whole()


def test_a_contest_is_on_the_referrals_that_left_and_its_rejection_too(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        day.launch(1)
        sent, queued = day.queue(1), day.queue(1, recipient="another-host")
        day.take()
        day.told(sent, Step.SENT)
        day.contest(1)
        contests = [casebook.referrals.referral(A, one).state.contest for one in (sent, queued)]
        assert [one and one.step for one in contests] == [Step.CONTESTED, None]
        day.rule(1, CaseStep.CONTEST_REJECTED)
        state = casebook.referrals.referral(A, sent).state
        assert state.contest is not None
        assert (state.contest.step, state.withdrawn) == (Step.CONTEST_REJECTED, None)
        assert [one.kind for one in feed(day)] == [ADVISORY]
        day.whole()


def test_what_is_forgotten_leaves_an_erasure_record_and_no_name(place: Place) -> None:
    day = day_at(place, 424242)
    with day.casebook as casebook:
        day.launch(424242)
        (advisory,) = feed(day)
        casebook.erase(A, Erasure(frozenset({target_of(424242)})))
        first, record = feed(day)
        assert (first.id, first.target, first.case) == (advisory.id, "", None)
        assert (record.kind, record.item, record.target) == (ERASURE, advisory.item, "")
        casebook.erase(A, Erasure(frozenset({target_of(424242)})))
        assert len(feed(day)) == 2
        day.whole()
    assert "424242" not in place.dump()


def test_nobody_publishes_what_fell_by_hand(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        for kind in (RETRACTION, ERASURE):
            with pytest.raises(UsageError, match="not published by hand"):
                casebook.publications.publish(B, kind, [case_of(1)])
        for case in (EntryId("c-none"), case_of(9)):
            with pytest.raises(UsageError, match="that stands"):
                casebook.publications.publish(B, ADVISORY, [case])
        day.contest(1)
        with pytest.raises(UsageError, match="that stands"):
            casebook.publications.publish(B, ADVISORY, [case_of(1)])


def test_every_call_asks_for_its_permission(place: Place) -> None:
    with day_at(place).casebook as casebook:
        no_approve = person(CARA, frozenset(Permission) - {Permission.APPROVE})
        no_read = person(CARA, frozenset(Permission) - {Permission.READ})
        with pytest.raises(PermissionRefused):
            casebook.publications.publish(no_approve, ADVISORY, [])
        with pytest.raises(PermissionRefused):
            casebook.publications.since(no_read)
        with pytest.raises(PermissionRefused):
            casebook.publications.verify(no_read)


@pytest.mark.parametrize("statement", [
    "UPDATE publications SET kind = 'retraction'", "DELETE FROM publications",
    "INSERT INTO publications SELECT * FROM publications",
])  # fmt: skip
def test_the_database_refuses_to_change_the_feed(place: Place, statement: str) -> None:
    day = day_at(place, 1)
    with day.casebook:
        day.launch(1)
        with place.sql() as engine, pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(statement))
        day.whole()


@pytest.mark.parametrize(("statement", "wrong"), [
    ("UPDATE publications SET kind = 'retraction'", 2), ("DELETE FROM publications", 2),
    ("UPDATE publications SET item = 'x' WHERE entry = (SELECT max(entry) FROM publications)", 1),
])  # fmt: skip
def test_what_somebody_changed_past_us_is_counted(place: Place, statement: str, wrong: int) -> None:
    day = day_at(place, 1, 2)
    with day.casebook as casebook:
        day.launch(1, 2)
        place.tamper(statement)
        assert casebook.publications.verify(A) == wrong


def test_ids_are_uuids_of_version_7_and_never_go_back() -> None:
    fixed: Callable[[int], bytes] = lambda size: b"\xff" * size  # noqa: E731
    ids = [publication_id(NOW, fixed)]
    for at in (NOW, NOW - timedelta(days=1), NOW + minutes(1)):
        ids.append(publication_id(at, fixed, ids[-1]))
    parsed = [uuid.UUID(one) for one in ids]
    assert {(one.version, one.variant) for one in parsed} == {(7, uuid.RFC_4122)}
    assert [str(one) for one in parsed] == ids == sorted(set(ids))
    assert [time_of(one) for one in ids] == [NOW, NOW, NOW, NOW + minutes(1)]
    with pytest.raises(ValueError, match="version 7"):
        time_of(str(uuid.uuid4()))


def test_the_example_of_the_rfc_is_read_as_it_says() -> None:
    assert time_of("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").isoformat() == "2022-02-22T19:22:22+00:00"


@given(st.lists(st.tuples(st.integers(-5, 5), st.binary(min_size=10, max_size=10)), min_size=2, max_size=50))
def test_whatever_the_clock_does_later_ids_sort_behind(moves: list[tuple[int, bytes]]) -> None:
    last, at = "", NOW
    for step, drawn in moves:
        at += timedelta(milliseconds=step)
        made = publication_id(at, {10: drawn}.__getitem__, last)
        assert made > last
        assert uuid.UUID(made).version == 7
        last = made


def test_a_feed_of_two_launches_has_ids_in_order(place: Place) -> None:
    day = day_at(place, *range(1, 6))
    with day.casebook as casebook:
        for number in range(1, 6):
            day.clock.move_to(day.clock.now() - timedelta(seconds=1) if number == 3 else day.clock.now())
            casebook.publications.publish(B, ADVISORY, [case_of(number)])
        ids = [one.id for one in feed(day)]
        assert ids == sorted(set(ids))
        assert len(ids) == 5
