"""Handles by the parts that few have: against a slow computation, and where it says nothing."""

import math
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.link.frame import Frame, frame
from actionday.link.parts import Parts, same_ends
from actionday.link.tables import TIME, Profiles

names = st.text("abcr", min_size=4, max_size=12)


def laid(handles: list[list[str]], begun: list[int | None] | None = None) -> Frame:
    n = len(handles)
    times = pa.array([None if one is None else one * 86_400_000_000 for one in begun or [None] * n], pa.int64()).cast(
        TIME
    )
    subjects = pa.table(
        {
            "subject": [f"twitter:account:{number:03d}" for number in range(n)],
            "platform": ["twitter"] * n,
            "begun_at": times,
            "last_at": times,
        }
    )
    rows = [(number, "handle", one) for number, mine in enumerate(handles) for one in mine]
    named = pa.table({name: [row[at] for row in rows] for at, name in enumerate(("subject", "what", "text"))})
    return frame(Profiles.of({"subjects": subjects, "names": named}))


def slow(one: Frame) -> "np.ndarray":
    """By dictionaries of parts."""
    texts = [bytes(row[row != 0]).decode() for row in one.handles]
    parts = [{f"^{text}$"[at : at + 3] for at in range(len(text))} for text in texts]
    common = Counter(part for mine in parts for part in mine)
    vectors = [{part: math.log(len(texts) / common[part]) for part in mine} for mine in parts]

    def cosine(a: dict[str, float], b: dict[str, float]) -> float:
        length = math.sqrt(sum(v * v for v in a.values())) * math.sqrt(sum(v * v for v in b.values()))
        return sum(a[part] * b[part] for part in a.keys() & b.keys()) / length if length else 0.0

    n, at = len(one), one.handle_at
    return np.array(
        [
            [
                max(
                    (cosine(vectors[i], vectors[j]) for i in range(at[a], at[a + 1]) for j in range(at[b], at[b + 1])),
                    default=0.0,
                )
                for b in range(n)
            ]
            for a in range(n)
        ]
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(names, max_size=2), min_size=1, max_size=6))
def test_it_is_that_of_a_slow_computation(handles: list[list[str]]) -> None:
    one = laid(handles)
    rows = np.arange(len(one))
    assert Parts.of(one).likeness(rows, rows) == pytest.approx(slow(one), abs=1e-9)


def test_what_everybody_puts_before_a_handle_weighs_little() -> None:
    one = laid([["reporterkarim"], ["reporterdalia"], ["karimwrites"], ["reportersalma"], ["reporterjonas"]])
    near = Parts.of(one).likeness(np.array([0]), np.arange(1, 5))[0]
    assert near.argmax() == 1, "karimwrites, not another reporter"
    assert near[1] > 2 * near[0]


def test_unknown_times_coincide_with_nothing() -> None:
    one = laid([["abcd"], ["efgh"], ["ijkl"]], [100, 120, None])
    assert same_ends(one, np.array([0]), np.array([0, 1, 2]), 40.0).tolist() == [[2.0, 2.0, 0.0]]
