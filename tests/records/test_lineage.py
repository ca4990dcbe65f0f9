"""The fold over judgements: against a slow one written otherwise, and in the words of its rules."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.records.judging import PEOPLE, START, SUBJECTS, histories, judgement

from actionday.records import (
    Contradiction,
    Judged,
    Judgement,
    JudgementId,
    Lineage,
    Relation,
    SubjectId,
    fold,
    new_judgement_id,
)

NEGATIVE, POSITIVE, UNSURE, NONE = Judged.NEGATIVE, Judged.POSITIVE, Judged.UNSURE, Judged.NONE
A, B, C, D = SUBJECTS[:4]

Pair = frozenset[SubjectId]


def answers(history: list[Judgement]) -> dict[Pair, dict[str, Judgement]]:
    """Every person's answer by pair: written down one after the other, a later one over an earlier one."""
    found: dict[Pair, dict[str, Judgement]] = {}
    for one in sorted(history, key=lambda one: (one.at, one.id)):
        people = found.setdefault(frozenset((one.a, one.b)), {})
        people.pop(one.who, None)
        if one.judged is not NONE:
            people[one.who] = one
    return {pair: people for pair, people in found.items() if people}


def slow_clusters(history: list[Judgement]) -> set[Pair]:
    """Clusters as sets that are searched through and joined, one positive pair after the other."""
    said = answers(history)
    negative = {pair for pair, people in said.items() if any(one.judged is NEGATIVE for one in people.values())}
    positive = [
        (min((one.at, one.id) for one in people.values()), pair)
        for pair, people in said.items()
        if all(one.judged is POSITIVE for one in people.values())
    ]
    groups = [{subject} for subject in SUBJECTS]
    for _, pair in sorted(positive, key=lambda one: one[0]):
        mine, others = [g for g in groups if g & pair], [g for g in groups if not g & pair]
        joined = set().union(*mine)
        if not any(frozenset(two) in negative for two in combinations(joined, 2)):
            groups = [*others, joined]
    return {frozenset(group) for group in groups if len(group) > 1}


def slow_generations(lineage: Lineage) -> dict[SubjectId, int]:
    """Generations by raising what is too low until nothing changes; what never rests has none."""
    together = {subject: number for number, cluster in enumerate(lineage.clusters) for subject in cluster}
    steps = [
        pair
        for pair in lineage.pairs
        if pair.judged is POSITIVE
        and pair.relation in (Relation.RENAME, Relation.SUCCESSOR, Relation.BACKUP)
        and together.get(pair.a, -1) == together.get(pair.b, -2)
    ]
    count = {subject: 1 for pair in steps for subject in (pair.a, pair.b)}
    for _ in range(60):
        for pair in steps:
            if pair.relation is Relation.RENAME:
                count[pair.a] = count[pair.b] = max(count[pair.a], count[pair.b])
            else:
                count[pair.b] = max(count[pair.b], count[pair.a] + 1)
    return {subject: number for subject, number in count.items() if number <= len(SUBJECTS)}


@settings(max_examples=300, deadline=None)
@given(histories())
def test_clusters_and_generations_are_those_of_a_slow_fold(history: list[Judgement]) -> None:
    lineage = fold(history)
    assert {frozenset(cluster) for cluster in lineage.clusters} == slow_clusters(history)
    assert dict(lineage.generation) == slow_generations(lineage)


@settings(max_examples=200, deadline=None)
@given(histories())
def test_a_negative_wins_over_every_chain_and_is_shown(history: list[Judgement]) -> None:
    lineage = fold(history)
    shown = {conflict.subjects for conflict in lineage.conflicts if conflict.kind is Contradiction.CHAIN}
    for pair in lineage.pairs:
        if pair.judged is NEGATIVE:
            assert pair.b not in lineage.cluster_of(pair.a)
            chain = lineage.chain(pair.a, pair.b)
            assert bool(chain) == ((pair.a, pair.b) in shown), "shown where there is a chain, and only there"
            assert all(link.judged is POSITIVE for link in chain)
            at = pair.a
            for link in chain:
                at = link.b if link.a == at else link.a
            assert not chain or at == pair.b, "the chain leads from one to the other"
    assert bool(shown) == bool(lineage.set_aside)


@settings(max_examples=200, deadline=None)
@given(histories(), st.data())
def test_the_order_of_arrival_does_not_matter(history: list[Judgement], data: st.DataObject) -> None:
    assert fold(data.draw(st.permutations(history))) == fold(history)


@settings(max_examples=200, deadline=None)
@given(histories(), st.sets(st.integers(0, 23)))
def test_undo_restores_exactly(history: list[Judgement], undone: set[int]) -> None:
    withdrawn = {one.id for number, one in enumerate(history) if number in undone}
    assert fold(history, withdrawn) == fold([one for one in history if one.id not in withdrawn])


@settings(max_examples=200, deadline=None)
@given(histories())
def test_answering_none_leaves_what_the_others_say(history: list[Judgement]) -> None:
    later = [
        replace(one, id=JudgementId(f"k-{number}"), judged=NONE, relation=None, at=START + timedelta(days=9))
        for number, one in enumerate(history)
        if one.who == PEOPLE[0]
    ]
    assert fold([*history, *later]) == fold([one for one in history if one.who != PEOPLE[0]])


@settings(max_examples=200, deadline=None)
@given(histories())
def test_people_who_differ_are_a_conflict_and_the_most_cautious_answer_stands(history: list[Judgement]) -> None:
    lineage = fold(history)
    told = {frozenset(one.subjects): one for one in lineage.conflicts if one.kind is Contradiction.ANSWERS}
    standing = {frozenset((pair.a, pair.b)): pair for pair in lineage.pairs}
    assert standing.keys() == answers(history).keys()
    for pair, people in answers(history).items():
        said = {one.judged for one in people.values()}
        cautious = NEGATIVE if NEGATIVE in said else UNSURE if UNSURE in said else POSITIVE
        assert standing[pair].judged is cautious
        assert (pair in told) == (len(said) > 1)
        if pair in told:
            assert {one.id for one in told[pair].judgements} == {one.id for one in people.values()}


def test_the_newest_link_of_a_chain_is_set_aside_and_the_chain_names_who_judged() -> None:
    history = [judgement(1, 0, 1), judgement(2, 1, 2, who=1), judgement(3, 2, 3), judgement(4, 0, 2, NEGATIVE, who=2)]
    lineage = fold(history)
    assert lineage.clusters == ((A, B), (C, D))
    (conflict,) = lineage.conflicts
    assert (conflict.kind, conflict.subjects) == (Contradiction.CHAIN, (A, C))
    assert [one.who for one in conflict.judgements] == [PEOPLE[2]]
    assert [link.judgements[0].id for link in lineage.chain(A, C)] == [history[0].id, history[1].id]
    assert [pair.judgements for pair in lineage.set_aside] == [(history[1],)]
    assert lineage.chain(A, SUBJECTS[6]) == ()
    assert fold(history, {history[3].id}).clusters == ((A, B, C, D),)


def test_a_person_who_thinks_again_replaces_only_their_own_answer() -> None:
    history = [judgement(1, 0, 1), judgement(2, 0, 1, NEGATIVE)]
    assert fold(history).pairs[0].judged is NEGATIVE
    assert not fold(history).conflicts
    history.append(judgement(3, 1, 0, POSITIVE, who=1))
    assert fold(history).pairs[0].judged is NEGATIVE
    assert [one.kind for one in fold(history).conflicts] == [Contradiction.ANSWERS]
    history.append(judgement(4, 1, 0))
    assert fold(history).clusters == ((A, B),)


def test_generations_follow_successors_and_backups_and_not_names() -> None:
    history = [
        judgement(1, 0, 1, relation=Relation.SUCCESSOR),
        judgement(2, 1, 2, relation=Relation.RENAME),
        judgement(3, 2, 3, relation=Relation.BACKUP),
        judgement(4, 3, 4, relation=Relation.SIBLING),
        judgement(5, 0, 3, relation=Relation.SUCCESSOR),
    ]
    lineage = fold(history)
    assert lineage.generation == {A: 1, B: 2, C: 2, D: 3}
    assert lineage.clusters == (tuple(SUBJECTS[:5]),)


def test_people_who_agree_that_but_not_how_or_in_which_order_leave_no_relation() -> None:
    for other in (judgement(2, 0, 1, relation=Relation.SIBLING, who=1), judgement(2, 1, 0, relation=Relation.SUCCESSOR, who=1)):  # fmt: skip
        lineage = fold([judgement(1, 0, 1, relation=Relation.SUCCESSOR), other])
        assert lineage.clusters == ((A, B),)
        assert lineage.pairs[0].relation is None
        assert [one.kind for one in lineage.conflicts] == [Contradiction.RELATION]
        assert not lineage.generation


def test_a_circle_is_a_conflict_and_what_comes_after_it_has_no_generation() -> None:
    history = [
        judgement(number, a, b, relation=Relation.SUCCESSOR)
        for number, (a, b) in enumerate([(0, 1), (1, 2), (2, 1 + 3), (4, 1), (2, 3)])
    ]
    lineage = fold(history)
    (circle,) = lineage.conflicts
    assert (circle.kind, circle.subjects) == (Contradiction.CIRCLE, (B, C, SUBJECTS[4]))
    assert {one.id for one in circle.judgements} == {history[number].id for number in (1, 2, 3)}
    assert lineage.generation == {A: 1}


def test_long_lines_fold_without_recursion() -> None:
    line = [SubjectId("telegram", "channel", f"{number:06d}") for number in range(20_001)]
    history = [
        replace(judgement(number, 0, 1, relation=Relation.SUCCESSOR), a=a, b=b)
        for number, (a, b) in enumerate(pairwise(line))
    ]
    lineage = fold(history)
    assert [len(cluster) for cluster in lineage.clusters] == [20_001]
    assert lineage.generation[line[-1]] == 20_001
    assert len(lineage.chain(line[0], line[-1])) == 20_000
    back = replace(history[0], id=JudgementId("j-back"), a=line[-1], b=line[0])
    (circle,) = fold([*history, back]).conflicts
    assert len(circle.subjects) == 20_001


def test_a_judgement_that_does_not_fit_together_is_refused() -> None:
    right = judgement(1, 0, 1)
    for wrong in (
        {"b": A},
        {"relation": Relation.UNRELATED},
        {"relation": None},
        {"judged": NEGATIVE},
        {"judged": NONE},
        {"sampling": 0.0},
        {"sampling": 1.1},
        {"at": datetime(2026, 3, 1)},  # noqa: DTZ001
    ):
        with pytest.raises(ValueError, match=r"\w"):
            replace(right, **wrong)
    east = replace(right, at=right.at.astimezone(timezone(timedelta(hours=5))))
    assert (east, east.at.utcoffset()) == (right, timedelta(0))
    assert "because" not in repr(replace(right, why="because"))


def test_ids_are_random_and_typed() -> None:
    assert new_judgement_id(bytes) == "j-" + "0" * 32
    assert len({new_judgement_id() for _ in range(50)}) == 50
