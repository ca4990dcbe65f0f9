"""One newcomer against what stands gives what a full run gives about it."""

from functools import lru_cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.link.worlds import laid, subset

from actionday.link import Linked, link
from actionday.link.frame import frame
from actionday.link.whose import Index, Newcomer, ask, whose

MANY = 1_500


@lru_cache(maxsize=1)
def full() -> Linked:
    return link(laid(MANY).profiles)


def asked(row: int) -> tuple[Linked, np.ndarray]:
    """The answer about a subject that is left out of the index, and the rows that stand."""
    run, rest = full(), np.delete(np.arange(MANY), row)
    ids = run.frame.profiles.subjects["subject"].to_pylist()
    source, target, _, _ = run.frame.signals
    index = Index.of(frame(subset(run.frame.profiles, rest)), run.model)
    newcomer = Newcomer(
        subset(run.frame.profiles, np.array([row])),
        [ids[other] for other in target[source == row].tolist()],
        [ids[other] for other in source[target == row].tolist()],
    )
    return whose(index, newcomer), rest


@given(st.integers(0, MANY - 1))
@settings(max_examples=15, deadline=None)
def test_the_answer_is_that_of_a_full_run(row: int) -> None:
    run = full()
    answer, _ = asked(row)
    ids = answer.frame.profiles.subjects["subject"].to_pylist()
    found = {
        (ids[a], ids[b]): (levels, p)
        for a, b, levels, p in zip(*answer.candidates.pairs, answer.levels.tolist(), answer.probability, strict=True)
    }
    everyone = run.frame.profiles.subjects["subject"].to_pylist()
    expected = {
        (everyone[a], everyone[b]): (levels, p)
        for a, b, levels, p in zip(*run.candidates.pairs, run.levels.tolist(), run.probability, strict=True)
        if row in (a, b)
    }
    assert found == expected


def test_a_return_is_told_whose_it_is() -> None:
    best = full().proposals().to_pylist()[0]
    row = full().frame.profiles.row_of(best["target"])
    assert row is not None
    run, rest = full(), np.delete(np.arange(MANY), row)
    index = Index.of(frame(subset(run.frame.profiles, rest)), run.model)
    answers = ask(index, Newcomer(subset(run.frame.profiles, np.array([row]))))
    assert answers[0]["subject"] == best["subject"]
    assert answers[0]["probability"] > 0.5
