"""`none of these`: what it says of pairs and of a subject, who takes it back, and that undoing it leaves no trace."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.records.judging import PEOPLE, START, SUBJECTS, histories, judgement

from actionday.records import Answer, Judged, Judgement, JudgementId, NoneOf, Relation, SubjectId, fold

A, B, C, D = SUBJECTS[:4]


def none_of(number: int, a: int, among: list[int], who: int = 0, at: int | None = None) -> NoneOf:
    """An answer by numbers, made in the order of its number."""
    moment = START + timedelta(hours=number if at is None else at)
    return NoneOf(
        JudgementId(f"n-{number:032x}"), SUBJECTS[a], tuple(SUBJECTS[one] for one in among), PEOPLE[who], moment
    )


@st.composite
def answers(draw: st.DrawFn) -> list[Answer]:
    """Judgements of pairs and answers about subjects, in no order of time."""
    made: list[Answer] = list(draw(histories(16)))
    rows = st.tuples(
        st.permutations(range(len(SUBJECTS))), st.integers(0, 3), st.integers(0, len(PEOPLE) - 1), st.integers(0, 5)
    )
    for number, (order, size, who, at) in enumerate(draw(st.lists(rows, max_size=6))):
        made.append(none_of(number, order[0], list(order[1 : 1 + size]), who, at))
    return draw(st.permutations(made))


def slow_none(history: list[Answer]) -> set[SubjectId]:
    """By person, one answer after the other: `none` sets, a later positive return by the same person unsets."""
    held: set[tuple[SubjectId, str]] = set()
    for one in sorted(history, key=lambda one: (one.at, one.id)):
        if isinstance(one, NoneOf):
            held.add((one.a, one.who))
        elif one.judged is Judged.POSITIVE and one.relation is not Relation.SIBLING:
            held.discard((one.a, one.who))
    return {subject for subject, _ in held}


@settings(max_examples=200, deadline=None)
@given(answers())
def test_it_is_a_negative_on_each_of_its_pairs_and_holds_for_its_subject(history: list[Answer]) -> None:
    told = fold(history)
    spelt = [pair for one in history for pair in (one.pairs() if isinstance(one, NoneOf) else (one,))]
    other = fold(spelt)
    assert (told.clusters, told.pairs, told.conflicts, told.set_aside) == (
        other.clusters, other.pairs, other.conflicts, other.set_aside,
    )  # fmt: skip
    assert told.none == slow_none(history)


@settings(max_examples=200, deadline=None)
@given(answers(), st.data())
def test_order_does_not_matter_and_undo_restores_exactly(history: list[Answer], data: st.DataObject) -> None:
    assert fold(data.draw(st.permutations(history))) == fold(history)
    undone = data.draw(st.sets(st.sampled_from([one.id for one in history]))) if history else set()
    assert fold(history, undone) == fold([one for one in history if one.id not in undone])


def test_its_person_takes_it_back_by_judging_a_return_and_nobody_else_does() -> None:
    none = none_of(1, 0, [1])
    back = judgement(2, 0, 2, relation=Relation.SUCCESSOR)
    assert fold([none]).none == {A}
    assert fold([none, back]).none == frozenset()
    assert fold([none, replace(back, who=PEOPLE[1])]).none == {A}
    assert fold([none, replace(back, at=START)]).none == {A}, "what was said before does not take it back"
    assert fold([none, judgement(2, 0, 2)]).none == {A}, "a sibling is no return"


def test_it_keeps_two_apart_that_a_chain_would_join() -> None:
    history: list[Answer] = [judgement(1, 0, 1), judgement(2, 1, 2), none_of(3, 0, [2], who=1)]
    assert fold(history).clusters == ((A, B),)
    assert [one.subjects for one in fold(history).conflicts] == [(A, C)]


def test_what_does_not_fit_is_refused() -> None:
    one = none_of(1, 0, [1])
    for wrong in (
        {"among": (A,)},
        {"among": (B, B)},
        {"sampling": 0.0},
        {"sampling": 1.5},
        {"at": START.replace(tzinfo=None)},
    ):
        with pytest.raises(ValueError, match=r"\w"):
            replace(one, **wrong)
    assert replace(one, among=()).pairs() == ()
    assert all(isinstance(pair, Judgement) and pair.judged is Judged.NEGATIVE for pair in one.pairs())
    assert D not in fold([one]).none
