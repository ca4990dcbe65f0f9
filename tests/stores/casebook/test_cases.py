"""Casework on both databases: no case twice, holds overlooked by nobody, lines that equal the fold, and erasing that reaches them."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.records.casework import ANNA, BEN, CARA, CASE, HOLDS, HOUR, NONE, NOW, UNSURE, opening, read_by, says, step
from tests.stores.casebook.conftest import Place

from actionday.records import Actor, ActorId, EntryId, FixedClock, Permission, PermissionRefused, UsageError
from actionday.records.case import Stage
from actionday.records.case_event import NEEDS, CaseEvent, CaseStep, Opening, Priority
from actionday.records.hold import Hold, Lift
from actionday.records.look import Look, LookKind
from actionday.records.reading import Reading
from actionday.records.unit import Unit, UnitKind
from actionday.stores.casebook import Casebook, Cases, Erasure, Listing

UNIT = Unit(UnitKind.REFERRAL_UNIT, "Unit of tests", "FR", "Art. 1 of an act", 5, NOW)


def actor(who: ActorId, permissions: frozenset[Permission] = frozenset(Permission)) -> Actor:
    return Actor(who, f"Name of {who}", permissions)


A, B, C = map(actor, (ANNA, BEN, CARA))
ACTORS = {one.id: one for one in (A, B, C)}


def hold(number: int, target: int, by: Actor = A, until: timedelta = HOUR) -> Hold:
    return Hold(
        EntryId(f"h-{number:032x}"),
        f"telegram:channel:{target}",
        "Office of tests",
        NOW + until,
        NOW,
        by.id,
        "an inquiry",
    )


def take(cases: Cases, *events: CaseEvent) -> None:
    for event in events:
        cases.follow(ACTORS[event.by], event)


def opened(place: Place, *numbers: int, clock: FixedClock | None = None) -> Casebook:
    casebook = place.open(clock or FixedClock(NOW))
    casebook.cases.open(A, [opening(number, confidence=number / 100) for number in numbers])
    return casebook


def test_what_the_unit_is_is_said_and_said_again(place: Place) -> None:
    with place.open() as casebook:
        assert casebook.cases.unit() is None
        casebook.cases.set_up(A, UNIT)
        casebook.cases.set_up(A, replace(UNIT, size=1))
        unit = casebook.cases.unit()
        assert unit == replace(UNIT, size=1)
        assert (unit.readers, unit.may_order) == (1, False)


def test_a_target_has_one_case_until_it_is_over(place: Place) -> None:
    with opened(place, 1) as casebook:
        cases = casebook.cases
        again = replace(opening(7), opening=opening(1).opening)
        (found,) = cases.open(B, [replace(again, by=BEN)])
        assert (found.case, found.known) == (CASE, True)
        take(cases, *read_by(10, ANNA, NONE), *read_by(20, BEN, NONE))
        (fresh,) = cases.open(B, [replace(again, by=BEN)])
        assert (fresh.case, fresh.known) == (again.case, False)
        lines = cases.of_targets(A, ["telegram:channel:1", "telegram:channel:2"])
        assert [one.stage for one in lines["telegram:channel:1"]] == [Stage.DISMISSED, Stage.FIRST]
        assert not lines["telegram:channel:2"]
        assert casebook.verify().fault is None


def test_undoing_a_dismissal_makes_no_second_case_about_a_target(place: Place) -> None:
    with opened(place, 1) as casebook:
        cases = casebook.cases
        take(cases, *read_by(10, ANNA, NONE), *read_by(20, BEN, NONE))
        cases.open(A, [replace(opening(7), opening=opening(1).opening)])
        with pytest.raises(UsageError, match="another case about the target"):
            cases.follow(B, replace(step(30, CaseStep.READING_UNDONE, BEN), of=EntryId(f"k-{21:032x}")))
        assert cases.count(A) == {Stage.DISMISSED: 1, Stage.FIRST: 1}


def test_twice_in_one_list_and_twice_in_one_call_is_one_case(place: Place) -> None:
    with place.open(FixedClock(NOW)) as casebook:
        twice = [opening(1), replace(opening(2), opening=opening(1).opening)]
        assert [one.case for one in casebook.cases.open(A, twice)] == [CASE, CASE]
        assert [one.known for one in casebook.cases.open(A, [opening(1)])] == [False]  # the same call again
        assert casebook.cases.count(A) == {Stage.FIRST: 1}


def test_what_comes_next_is_what_weighs_most_and_what_one_may_read(place: Place) -> None:
    clock = FixedClock(NOW)
    with opened(place, 10, 30, 20, clock=clock) as casebook:
        cases = casebook.cases
        first = cases.next(A, NOW + HOUR)
        assert first is not None
        assert first.id == opening(30).case
        assert cases.next(A, NOW + HOUR) is not None  # one's own again, not another one
        second = cases.next(B, NOW + HOUR)
        assert second is not None
        assert second.id == opening(20).case
        cases.hold(A, hold(1, 10))
        assert cases.next(C, NOW + HOUR) is None
        clock.move_to(NOW + 2 * HOUR)  # claims and hold are over
        third = cases.next(C, NOW + 3 * HOUR)
        assert third is not None
        assert third.id == opening(30).case
        assert [line.case for line in cases.list(A, Listing()).lines] == [opening(n).case for n in (30, 20, 10)]


def test_a_list_comes_in_pages_without_gap_or_repetition(place: Place) -> None:
    with place.open(FixedClock(NOW)) as casebook:
        cases = casebook.cases
        cases.open(A, [opening(number) for number in range(1, 8)])  # all of one rank
        seen, after = [], None
        while True:
            page = cases.list(A, Listing(limit=3, after=after))
            seen += [line.opened for line in page.lines]
            after = page.next
            if after is None:
                break
        assert seen == sorted(seen, reverse=True)
        assert len(set(seen)) == 7


def test_a_refused_step_leaves_nothing_and_the_same_step_twice_counts_once(place: Place) -> None:
    with opened(place, 1) as casebook:
        cases = casebook.cases
        before = casebook.head()
        with pytest.raises(UsageError, match="claim it first"):
            cases.follow(B, says(HOLDS, 1, BEN))
        with pytest.raises(UsageError, match="no such case"):
            cases.follow(A, step(1, CaseStep.CLAIMED, ANNA, case=EntryId("c-none")))
        with pytest.raises(UsageError, match="by the person who takes it"):
            cases.follow(B, step(1, CaseStep.CLAIMED, ANNA))
        assert casebook.head() == before
        claim = step(1, CaseStep.CLAIMED, ANNA)
        cases.follow(A, claim)
        after = casebook.head()
        cases.follow(A, claim)
        assert casebook.head() == after
        with pytest.raises(UsageError, match="other content"):
            cases.follow(A, replace(claim, until=NOW + 2 * HOUR))


def test_readers_are_blind_and_whoever_claims_no_right_to_read_sees_no_more(place: Place) -> None:
    with opened(place, 1) as casebook:
        cases = casebook.cases
        take(cases, step(1, CaseStep.EVIDENCE, ANNA), *read_by(10, ANNA, HOLDS))
        assert (cases.case(B, CASE).readings, cases.case(B, CASE).hidden) == ((), 1)
        after = cases.follow(B, step(20, CaseStep.CLAIMED, BEN))
        assert after.readings == ()
        auditor = actor(CARA, frozenset({Permission.READ}))
        assert len(cases.case(auditor, CASE).readings) == 1
        take(cases, says(HOLDS, 21, BEN))
        case = cases.case(B, CASE)
        assert (case.stage, len(case.readings), case.readings[0].reading) == (Stage.FOUND, 2, HOLDS)


@pytest.mark.parametrize("what", CaseStep)
def test_every_step_asks_for_its_permission(place: Place, what: CaseStep) -> None:
    less = actor(ANNA, frozenset(Permission) - {NEEDS[what]})
    with opened(place, 1) as casebook:
        cases = casebook.cases
        take: Callable[[], object] = lambda: cases.follow(less, step(9, what, ANNA))  # noqa: E731
        if what is CaseStep.OPENED:
            take = lambda: cases.open(less, [opening(2)])  # noqa: E731
        with pytest.raises(PermissionRefused):
            take()


ASKED: dict[Permission, list[Callable[[Cases, Actor], object]]] = {
    Permission.READ: [
        lambda cases, who: cases.case(who, CASE),
        lambda cases, who: cases.list(who, Listing()),
        lambda cases, who: cases.count(who),
        lambda cases, who: cases.holds(who, NOW),
        lambda cases, who: cases.rebuild(who),
    ],
    Permission.ASSESS: [lambda cases, who: cases.next(who, NOW + HOUR)],
    Permission.HOLD: [
        lambda cases, who: cases.hold(who, hold(1, 1)),
        lambda cases, who: cases.lift(who, Lift(EntryId("l-1"), EntryId("h-1"), NOW, who.id, "over")),
    ],
    Permission.SET_UP: [lambda cases, who: cases.set_up(who, UNIT)],
}


def test_every_other_call_asks_for_its_permission(place: Place) -> None:
    with opened(place, 1) as casebook:
        for permission, calls in ASKED.items():
            for call in calls:
                with pytest.raises(PermissionRefused):
                    call(casebook.cases, actor(ANNA, frozenset(Permission) - {permission}))


def test_whoever_has_neither_right_learns_of_no_target(place: Place) -> None:
    with opened(place, 1) as casebook:
        cases = casebook.cases
        for calls in (lambda who: cases.of_targets(who, []), lambda who: cases.held(who, [])):
            calls(actor(ANNA, frozenset({Permission.READ})))
            calls(actor(ANNA, frozenset({Permission.ADD})))
            with pytest.raises(PermissionRefused):
                calls(actor(ANNA, frozenset(Permission) - {Permission.READ, Permission.ADD}))


def test_what_a_collector_is_handed_back_says_nothing_of_readings(place: Place) -> None:
    with opened(place, 1) as casebook:
        take(casebook.cases, step(1, CaseStep.EVIDENCE, ANNA), *read_by(10, ANNA, HOLDS))
        collector = actor(BEN, frozenset({Permission.ADD}))
        told = casebook.cases.follow(collector, step(20, CaseStep.THREAT_TO_LIFE, BEN))
        assert (told.readings, told.hidden, [one.by for one in told.told]) == ((), 1, [BEN])


def test_a_hold_runs_until_it_ends_or_is_lifted_and_keeps_a_subject_from_being_forgotten(place: Place) -> None:
    clock = FixedClock(NOW)
    with opened(place, 1, clock=clock) as casebook:
        cases = casebook.cases
        cases.hold(A, hold(1, 1))
        cases.hold(A, hold(2, 5, until=2 * HOUR))
        assert [one.target for one in cases.holds(B, NOW)] == ["telegram:channel:1", "telegram:channel:5"]
        assert cases.held(B, ["telegram:channel:1", "telegram:channel:2"]) == {"telegram:channel:1"}
        assert [line.held for line in cases.list(B, Listing()).lines] == [True]
        with pytest.raises(UsageError, match="held for an authority"):
            casebook.erase(A, Erasure(frozenset({"telegram:channel:1"})))
        cases.lift(A, Lift(EntryId("l-1"), hold(1, 1).id, NOW, ANNA, "the inquiry is over"))
        assert cases.held(B, ["telegram:channel:1"]) == frozenset()
        with pytest.raises(UsageError, match="lifted already"):
            cases.lift(A, Lift(EntryId("l-2"), hold(1, 1).id, NOW, ANNA, "the inquiry is over"))
        clock.move_to(NOW + 2 * HOUR)
        assert cases.held(B, ["telegram:channel:5"]) == frozenset()
        assert casebook.verify().fault is None


def test_a_hold_on_somebody_holds_their_posts_and_forgetting_them_takes_cases_about_these(place: Place) -> None:
    post = replace(opening(5), opening=Opening("url:https://t.me/c/9/1", "telegram", "pasted", Priority(1, 1, 1, NOW), about="telegram:channel:9999"))  # fmt: skip
    clock = FixedClock(NOW)
    with place.open(clock) as casebook:
        casebook.cases.open(A, [post])
        casebook.cases.hold(A, hold(1, 9999))
        assert casebook.cases.next(B, NOW + HOUR) is None
        with pytest.raises(UsageError, match="held for an authority"):
            casebook.cases.follow(B, step(1, CaseStep.CLAIMED, BEN, case=post.case))
        casebook.cases.follow(B, step(3, CaseStep.THREAT_TO_LIFE, BEN, case=post.case))
        assert [line.held for line in casebook.cases.list(B, Listing()).lines] == [True]
        clock.move_to(NOW + 2 * HOUR)
        assert [line.held for line in casebook.cases.list(B, Listing()).lines] == [False]
        casebook.erase(C, Erasure(frozenset({"telegram:channel:9999"})))
        assert casebook.cases.count(A) == {}
    assert "t.me" not in place.dump()


def test_looks_are_seen_by_an_auditor_who_does_not_see_their_own(place: Place) -> None:
    def look(number: int, by: ActorId, case: EntryId | None, purpose: str = "") -> Look:
        return Look(EntryId(f"v-{number:032x}"), LookKind.HANDLE, NOW, by, f"telegram:@handle{number}", case, purpose)

    with opened(place, 1, 2) as casebook:
        cases = casebook.cases
        cases.open(A, [opening(5, campaign="day"), opening(6, campaign="day")])
        take(cases, step(1, CaseStep.CLAIMED, BEN), step(3, CaseStep.CLAIMED, BEN, case=opening(5).case))
        seen = [(CASE, False), (opening(2).case, True), (opening(6).case, False), (None, True)]
        for number, (case, _) in enumerate(seen):
            cases.look(B, look(number, BEN, case, "" if case else "a request of the supervisory authority"))
        cases.look(C, look(9, CARA, CASE))
        found = cases.looks(C, NOW)
        assert [(one.look.case, one.outside) for one in found] == seen
        assert {one.look.by for one in found} == {BEN}
        assert cases.looks(C, NOW + HOUR) == []
        assert (cases.seen_by(BEN, NOW), cases.seen_by(ANNA, NOW), cases.seen_by(BEN, NOW + HOUR)) == (3, 0, 0)
        assert casebook.names(A, [ANNA, BEN, ActorId("a-nobody")]) == {ANNA: A.name, BEN: B.name}
        with pytest.raises(UsageError, match="by the person who looks"):
            cases.look(A, look(10, BEN, CASE))
        casebook.erase(C, Erasure(frozenset({"telegram:@handle3"})))
        assert len(cases.looks(C, NOW)) == 3
    assert "handle3" not in place.dump()


def test_who_is_forgotten_has_no_case_no_hold_and_no_byte(place: Place) -> None:
    clock = FixedClock(NOW)
    quoted = replace(HOLDS, quote="signed by channel 424242", why="the passage asks to join")
    with place.open(clock) as casebook:
        cases = casebook.cases
        cases.open(A, [opening(1), opening(424242)])
        cases.hold(A, hold(1, 424242))
        take(cases, step(1, CaseStep.EVIDENCE, ANNA), *read_by(10, ANNA, quoted))
        clock.move_to(NOW + 2 * HOUR)
        casebook.erase(C, Erasure(frozenset({"telegram:channel:424242"})))
        assert cases.count(A) == {Stage.SECOND: 1}
        assert not cases.of_targets(A, ["telegram:channel:424242"])["telegram:channel:424242"]
        (kept,) = [one.reading for one in cases.case(A, CASE).readings]
        assert kept is not None
        assert kept.quote == "[erased]"
        assert cases.rebuild(A) == 0
        assert casebook.verify().fault is None
    assert "424242" not in place.dump()


def test_lines_that_somebody_changed_are_found_and_made_anew(place: Place) -> None:
    with opened(place, 1, 2) as casebook:
        take(casebook.cases, step(1, CaseStep.EVIDENCE, ANNA), *read_by(10, ANNA, HOLDS))
        assert casebook.cases.rebuild(A) == 0
        with place.sql() as engine, engine.begin() as connection:
            connection.execute(text(f"UPDATE cases SET stage = 'found', waiting = 0 WHERE id = '{CASE}'"))
            connection.execute(text(f"DELETE FROM cases WHERE id = '{opening(2).case}'"))
        assert casebook.cases.rebuild(A) == 2
        assert casebook.cases.rebuild(A) == 0
        assert casebook.cases.count(A) == {Stage.SECOND: 1, Stage.FIRST: 1}


MOVES = st.lists(
    st.tuples(
        st.integers(1, 3), st.sampled_from(list(CaseStep)), st.sampled_from([ANNA, BEN, CARA]), st.sampled_from([HOLDS, NONE, UNSURE])
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_after_any_history_the_lines_are_those_of_a_fold_made_anew(
    places: Callable[[], Place], moves: list[tuple[int, CaseStep, ActorId, Reading]]
) -> None:
    with opened(places(), 1, 2, 3) as casebook:
        for number, (target, what, who, reading) in enumerate(moves):
            if what is CaseStep.OPENED:
                continue
            event = step(number + 50, what, who, NOW + timedelta(minutes=number), opening(target).case)
            event = event if event.reading is None else replace(event, reading=reading)
            try:
                casebook.cases.follow(ACTORS[who], event)
            except UsageError:
                continue
        assert casebook.cases.rebuild(A) == 0
        assert casebook.verify().fault is None


def test_twelve_people_at_once_never_have_the_same_case(place: Place) -> None:
    people = [actor(ActorId(f"a-{n:032x}")) for n in range(12)]
    given_out: list[tuple[str, Stage]] = []
    with place.open(FixedClock(NOW)) as casebook:
        casebook.cases.open(A, [opening(number) for number in range(1, 21)])

        def work(who: Actor, number: int) -> None:
            count = 1000 * (number + 1)
            while (case := casebook.cases.next(who, NOW + HOUR)) is not None:
                given_out.append((case.id, case.stage))
                count += 1
                casebook.cases.follow(who, says(NONE, count, who.id, case=case.id))

        threads = [threading.Thread(target=work, args=(who, number)) for number, who in enumerate(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stages = casebook.cases.count(A)
        assert len(given_out) == len(set(given_out)) == 2 * stages[Stage.DISMISSED] + stages.get(Stage.SECOND, 0)
        assert sum(stages.values()) == 20
        assert casebook.cases.rebuild(A) == 0
        assert casebook.verify().fault is None
