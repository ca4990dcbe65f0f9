"""Cases: how readings become a finding, who is refused what, and what nobody may see too early."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.casework import (
    ANNA,
    BEN,
    CARA,
    FREE,
    GUARDED,
    HOLDS,
    HOUR,
    NONE,
    NOW,
    UNSURE,
    opening,
    read_by,
    says,
    step,
)

from actionday.records import ActorId
from actionday.records.case import REREAD, UNDO, WAITING, Case, Stage, fold_case, follow, why_not
from actionday.records.case_event import CaseEvent, CaseStep, Priority
from actionday.records.reading import Confidence, Opinion, Protection, Purpose, Reading

OTHER_GROUND = replace(HOLDS, ground="tco.2.7.a")
EVIDENCE = step(1, CaseStep.EVIDENCE, ANNA)


def case_of(*events: CaseEvent, readers: int = 2) -> Case:
    case = fold_case([opening(readers=readers), EVIDENCE, *events])
    assert case is not None
    return case


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ([], Stage.FIRST),
        ([HOLDS], Stage.SECOND),
        ([HOLDS, HOLDS], Stage.FOUND),
        ([NONE, NONE], Stage.DISMISSED),
        ([HOLDS, NONE], Stage.THIRD),
        ([HOLDS, OTHER_GROUND], Stage.THIRD),
        ([UNSURE, UNSURE], Stage.THIRD),
        ([HOLDS, NONE, HOLDS], Stage.FOUND),
        ([HOLDS, NONE, NONE], Stage.DISMISSED),
        ([HOLDS, OTHER_GROUND, NONE], Stage.UNDECIDED),
        ([HOLDS, NONE, UNSURE], Stage.UNDECIDED),
    ],
)
def test_readings_become_a_stage(said: list[Reading], stage: Stage) -> None:
    events = [
        one
        for number, (who, reading) in enumerate(zip((ANNA, BEN, CARA), said, strict=False))
        for one in read_by(10 * number + 10, who, reading)
    ]
    assert case_of(*events).stage is stage


def test_one_reader_alone_decides_only_in_a_unit_of_one_and_reads_again_a_day_later() -> None:
    case = case_of(*read_by(10, ANNA, HOLDS), readers=1)
    assert (case.stage, case.single_reader) == (Stage.FOUND, True)
    again = replace(says(HOLDS, 20, ANNA, NOW + REREAD), step=CaseStep.REREAD)
    assert why_not(case, replace(again, at=NOW + HOUR)) == "it is read again after 24 hours"
    assert follow(case, again).stage is Stage.FOUND
    assert follow(case, replace(again, reading=NONE)).stage is Stage.OVERTURNED
    assert case_of(*read_by(10, ANNA, UNSURE), readers=1).stage is Stage.UNDECIDED
    assert why_not(case_of(*read_by(10, ANNA, HOLDS), *read_by(20, BEN, HOLDS)), again).startswith("only what a single")


def test_nobody_is_their_own_second_reader_even_through_other_doors() -> None:
    case = case_of(*read_by(10, ANNA, HOLDS))
    assert why_not(case, step(20, CaseStep.CLAIMED, ANNA)) == "who has read a case does not read it again"
    assert why_not(case, says(HOLDS, 20, ANNA)) == "nobody is their own second reader"
    with_ben = follow(case, step(20, CaseStep.CLAIMED, BEN))
    to_anna = replace(step(21, CaseStep.HANDED_ON, BEN), to=ANNA)
    assert why_not(with_ben, to_anna) == "who has read a case does not read it again"


def test_a_claim_keeps_others_out_until_it_ends() -> None:
    case = case_of(step(10, CaseStep.CLAIMED, ANNA))
    assert why_not(case, step(11, CaseStep.CLAIMED, BEN)) == "somebody else has it"
    assert why_not(case, says(HOLDS, 11, BEN)) == "claim it first"
    assert not why_not(case, step(11, CaseStep.CLAIMED, BEN, NOW + HOUR))
    handed = follow(case, step(11, CaseStep.HANDED_ON, ANNA))
    assert why_not(handed, step(12, CaseStep.CLAIMED, CARA)) == "it was handed on to somebody else"
    assert not why_not(handed, step(12, CaseStep.CLAIMED, BEN))


def test_a_ground_is_found_on_the_evidence_that_was_frozen_which_is_not_exchanged() -> None:
    bare = fold_case([opening(), step(10, CaseStep.CLAIMED, ANNA)])
    assert bare is not None
    assert "evidence" in why_not(bare, says(HOLDS, 11, ANNA))
    assert not why_not(bare, says(NONE, 11, ANNA))
    case = case_of(step(10, CaseStep.CLAIMED, ANNA))
    assert "evidence" in why_not(case, says(replace(HOLDS, evidence="e" * 64), 11, ANNA))
    assert "exchanged" in why_not(case_of(*read_by(10, ANNA, HOLDS)), step(20, CaseStep.EVIDENCE, BEN))


def test_a_reading_is_taken_back_by_who_made_it_while_there_is_time_and_nothing_stands_before() -> None:
    case = case_of(*read_by(10, ANNA, HOLDS), *read_by(20, BEN, HOLDS))
    undo = replace(step(22, CaseStep.READING_UNDONE, BEN), of=case.readings[-1].id)
    assert not case.stands(NOW)
    assert case.stands(NOW + UNDO)
    assert follow(case, undo).stage is Stage.SECOND
    assert "by who made it" in why_not(case, replace(undo, by=ANNA))
    assert "over" in why_not(case, replace(undo, at=NOW + UNDO))


def test_who_learned_what_the_other_said_takes_a_reading_back_but_reads_no_more() -> None:
    both = [*read_by(10, ANNA, HOLDS), *read_by(20, BEN, HOLDS)]
    undone = follow(case_of(*both), replace(step(30, CaseStep.READING_UNDONE, BEN), of=both[3].id))
    assert (undone.stage, undone.out) == (Stage.SECOND, frozenset({BEN}))
    assert "does not read it again" in why_not(undone, step(31, CaseStep.CLAIMED, BEN))
    assert why_not(undone, step(31, CaseStep.CLAIMED, CARA)) == ""
    alone = read_by(10, ANNA, HOLDS)
    fresh = follow(case_of(*alone), replace(step(30, CaseStep.READING_UNDONE, ANNA), of=alone[1].id))
    assert why_not(fresh, step(31, CaseStep.CLAIMED, ANNA)) == ""


def test_nobody_takes_a_case_out_of_a_readers_hands() -> None:
    claimed = case_of(step(10, CaseStep.CLAIMED, ANNA))
    for what in (CaseStep.CLOSED, CaseStep.ESCALATED):
        assert why_not(claimed, step(11, what, BEN)) == "somebody else has it"
        assert why_not(claimed, step(11, what, ANNA)) == ""
        assert why_not(claimed, step(11, what, BEN, NOW + 2 * HOUR)) == ""


def test_a_reading_on_which_something_rests_is_not_taken_back() -> None:
    first = read_by(10, ANNA, HOLDS)
    undo = replace(step(30, CaseStep.READING_UNDONE, ANNA), of=first[1].id)
    assert why_not(case_of(*first, step(20, CaseStep.CLOSED, BEN)), undo) == "what came after it rests on it"
    found = [*first, *read_by(20, BEN, HOLDS), step(40, CaseStep.CONTESTED, CARA)]
    assert why_not(case_of(*found), undo) == "what came after it rests on it"


def test_an_alarm_comes_through_at_every_stage_and_a_seal_stops_all_else() -> None:
    sealed = case_of(step(10, CaseStep.SEALED, ANNA))
    assert {why_not(sealed, step(11, one, BEN)) for one in CaseStep if one not in (CaseStep.OPENED, CaseStep.THREAT_TO_LIFE)} == {"it is sealed"}  # fmt: skip
    assert follow(sealed, step(11, CaseStep.THREAT_TO_LIFE, BEN)).threats
    found = case_of(*read_by(10, ANNA, HOLDS), *read_by(20, BEN, HOLDS))
    assert not follow(found, step(30, CaseStep.SEALED, CARA)).stands(NOW + UNDO)


def test_a_contest_suspends_a_finding_and_is_decided_by_somebody_new() -> None:
    found = case_of(*read_by(10, ANNA, HOLDS), *read_by(20, BEN, HOLDS))
    contested = follow(found, step(30, CaseStep.CONTESTED, CARA))
    assert not contested.stands(NOW + UNDO)
    upheld = step(31, CaseStep.CONTEST_UPHELD, CARA)
    assert "does not decide" in why_not(contested, replace(upheld, by=ANNA))
    assert follow(contested, upheld).stage is Stage.OVERTURNED
    assert follow(contested, step(31, CaseStep.CONTEST_REJECTED, CARA)).stands(NOW + UNDO)
    assert why_not(case_of(), step(30, CaseStep.CONTESTED, CARA)) == "there is no finding to contest"


def test_a_second_reader_sees_nothing_of_the_first_and_an_auditor_everything() -> None:
    case = case_of(*read_by(10, ANNA, HOLDS))
    blind = case.shown_to(BEN, reads=True)
    assert (blind.readings, blind.hidden, blind.stage) == ((), 1, Stage.SECOND)
    assert not any(one.reading for one in blind.told)
    assert case.shown_to(ANNA, reads=True).readings
    assert case.shown_to(CARA, reads=False) == case
    found = case_of(*read_by(10, ANNA, HOLDS), *read_by(20, BEN, HOLDS))
    assert found.shown_to(BEN, reads=True) == found


def test_article_1_3_must_be_answered_and_what_it_protects_has_no_ground() -> None:
    with pytest.raises(ValueError, match="true purpose"):
        Protection(frozenset(), False, False, " ")
    with pytest.raises(ValueError, match="which purpose"):
        Protection(frozenset(), False, True, "perhaps art")
    with pytest.raises(ValueError, match="protects"):
        replace(HOLDS, protection=GUARDED)
    doubtful = Protection(frozenset({Purpose.ART}), False, True, "a song, and a call to join")
    assert case_of(*read_by(10, ANNA, replace(HOLDS, protection=doubtful))).doubt
    for missing in ("ground", "policy", "evidence", "quote"):
        empty = {missing: ""}
        with pytest.raises(ValueError, match=missing):
            replace(HOLDS, **empty)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="reason"):
        Reading(Opinion.UNSURE, FREE, Confidence.LOW, "")


def test_steps_carry_what_belongs_to_them() -> None:
    with pytest.raises(ValueError, match="`until` goes with claimed"):
        replace(step(1, CaseStep.CLAIMED, ANNA), until=None)
    with pytest.raises(ValueError, match="needs its reason"):
        replace(step(1, CaseStep.CLOSED, ANNA), why="")
    with pytest.raises(ValueError, match="aware"):
        replace(step(1, CaseStep.CLOSED, ANNA), at=NOW.replace(tzinfo=None))


@given(
    st.tuples(*[st.floats(0.01, 1)] * 3, st.integers(0, 400)),
    st.tuples(*[st.floats(0.01, 1)] * 3, st.integers(0, 400)),
    st.integers(400, 500),
)
def test_the_rank_orders_as_the_product_does_at_any_later_moment(
    a: tuple[float, float, float, int], b: tuple[float, float, float, int], days: int
) -> None:
    one, other = (Priority(*each[:3], NOW + timedelta(days=each[3])) for each in (a, b))
    now = NOW + timedelta(days=days)
    assert one.value(now) == pytest.approx(one.confidence * one.harm * one.reach * one.freshness(now))
    if abs(one.rank - other.rank) > 1e-6:
        assert (one.rank > other.rank) == (one.value(now) > other.value(now))


HISTORY = st.lists(
    st.tuples(st.sampled_from(list(CaseStep)), st.sampled_from([ANNA, BEN, CARA]), st.sampled_from([HOLDS, NONE, UNSURE, OTHER_GROUND])),
    max_size=40,
)  # fmt: skip


def random_events(drawn: list[tuple[CaseStep, ActorId, Reading]]) -> list[CaseEvent]:
    """Steps one minute apart, most of which will be refused."""
    events = []
    for number, (what, who, reading) in enumerate(drawn):
        if what is not CaseStep.OPENED:
            event = step(number + 100, what, who, NOW + timedelta(minutes=number))
            events.append(event if event.reading is None else replace(event, reading=reading))
    return events


@given(HISTORY, st.sampled_from([1, 2]))
def test_whatever_happens_a_finding_rests_on_enough_different_readers(
    drawn: list[tuple[CaseStep, ActorId, Reading]], readers: int
) -> None:
    case = case_of(readers=readers)
    kept = list(case.told)
    for event in random_events(drawn):
        if why_not(case, event):
            with pytest.raises(ValueError, match=r".+"):
                follow(case, event)
        else:
            case = follow(case, event)
            kept.append(event)
    assert fold_case(kept) == case
    by = [one.by for one in case.readings]
    assert len(set(by)) == len(by)
    if case.stage is Stage.FOUND:
        decisive = case.decisive
        assert decisive is not None
        assert sum(one.reading is not None and one.reading.agrees_with(decisive) for one in case.readings) >= readers
        assert not any(one.reading == decisive and one.reading.protection.protected for one in case.readings)
    if case.stage in WAITING:
        assert all(one.by == BEN for one in case.shown_to(BEN, reads=True).readings)
