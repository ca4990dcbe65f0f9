"""The whole run: what is proposed, what never is, and that a batch added gives what a full run gives."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.link.worlds import laid, subset, world

from actionday.link import Linked, Profiles, Rules, extend, link
from actionday.link.evaluate import at_precision, evaluate, truth_of_rows
from actionday.link.evidence import FAMILIES, NAMES, Role, place
from actionday.link.frame import frame
from actionday.link.propose import supported
from actionday.link.relation import relations, renames
from actionday.link.tables import TIME


@lru_cache(maxsize=2)
def linked(accounts: int = 4_000) -> Linked:
    return link(laid(accounts).profiles)


@given(st.integers(0, 2**31), st.floats(0.02, 0.6))
@settings(max_examples=6, deadline=None)
def test_a_batch_added_gives_what_a_full_run_gives(seed: int, share: float) -> None:
    whole, model = laid(1_500).profiles, linked(1_500).model
    standing_rows = np.flatnonzero(np.random.default_rng(seed).random(len(whole)) >= share)
    standing = link(subset(whole, standing_rows), model=model)
    added, full = extend(standing, whole), link(whole, model=model)
    for name in ("earlier", "later"):
        assert getattr(added.candidates, name).tolist() == getattr(full.candidates, name).tolist()
    assert added.levels.tolist() == full.levels.tolist()
    assert np.array_equal(added.probability, full.probability)
    assert added.proposals().equals(full.proposals())


def test_extending_refuses_profiles_without_those_that_stand() -> None:
    whole = laid(1_500).profiles
    with pytest.raises(ValueError, match="run everything again"):
        extend(linked(1_500), subset(whole, np.arange(1_000)))


def test_the_bars_hold_on_a_small_world() -> None:
    earlier, later, back = world().pairs()
    judged = truth_of_rows(linked(), (earlier, later), back)
    told = evaluate(judged)
    assert told["precision"]["value"] > 0.95
    assert told["blocking_recall"]["value"] > 0.9
    assert told["calibration"]["brier"] < told["calibration"]["brier_of_constant"]
    assert at_precision(judged, 0.99, len(earlier))["value"] > 0.5
    siblings = [row for row in told["by_relation"] if row["group"] == {"true": "sibling", "called": "return"}]
    assert sum(row["value"] for row in siblings) <= 0.05


def one(**levels: int) -> "np.ndarray":
    row = np.zeros((1, len(NAMES)), np.int8)
    for name, level in levels.items():
        row[0, place(name)] = level
    return row


def passes(**levels: int) -> bool:
    return bool(supported(linked().model, one(**levels), Rules())[0])


def test_names_never_suffice() -> None:
    assert not passes(handle=4, display_name=4)
    assert not passes(handle=4, display_name=4, texts=4)


def test_style_needs_a_direct_signal() -> None:
    assert not passes(hours=4, language=2, rhythm=3, followers=2)
    assert not passes(texts=4, hours=4, rhythm=3)
    assert passes(media=4, hours=4)
    assert passes(announced=2, hours=4)


def test_one_group_counts_once() -> None:
    assert not passes(texts=4, forwards=4)
    assert passes(texts=4, links=4)


@given(st.lists(st.integers(0, 5), min_size=len(FAMILIES), max_size=len(FAMILIES)))
def test_what_style_and_names_and_time_alone_say_is_never_proposed(levels: list[int]) -> None:
    row = np.array([[min(n, len(f.levels) - 1) for n, f in zip(levels, FAMILIES, strict=True)]], np.int8)
    for f, family in enumerate(FAMILIES):
        if family.role in (Role.DIRECT, Role.SHARED):
            row[0, f] = 0
    assert not supported(linked().model, row, Rules())[0]


def test_whoever_goes_by_a_real_name_is_never_proposed() -> None:
    run = linked()
    first = run.proposals()["target"][0].as_py()
    subjects = run.frame.profiles.subjects
    spared = pa.array([subject == first for subject in subjects["subject"].to_pylist()])
    at = subjects.schema.get_field_index("real_name")
    profiles = replace(run.frame.profiles, subjects=subjects.set_column(at, "real_name", spared))
    again = link(profiles, model=run.model)
    assert first not in again.proposals()["target"].to_pylist() + again.proposals()["subject"].to_pylist()
    assert np.array_equal(again.probability, run.probability)


def test_relations_by_timing() -> None:
    run = linked()
    pairs = run.candidates.pairs
    told = relations(run.frame, pairs)
    ended, begun = run.frame.ended[pairs[0]], run.frame.begun[pairs[1]]
    assert set(told[begun > ended + 1].tolist()) <= {"successor", "sibling"}
    assert not np.any(begun[told == "successor"] < ended[told == "successor"] - 0.25)


def test_a_link_makes_no_backup_and_taking_over_does() -> None:
    def day(*days: int | None) -> pa.Array:
        return pa.array([None if d is None else d * 86_400_000_000 for d in days], pa.int64()).cast(TIME)

    subjects = pa.table(
        {
            "subject": [f"x:channel:{n}" for n in range(4)],
            "platform": ["x"] * 4,
            "begun_at": day(10, 50, 190, 40),
            "busy_at": day(12, 52, 202, 202),  # the last two posted most after the end of the first
            "ended_at": day(200, None, None, None),
        }
    )
    signals = pa.table({"source": [0], "target": [1], "declared": [False], "at": day(150)})
    ties = frame(Profiles.of({"subjects": subjects, "signals": signals}))
    told = relations(ties, (np.zeros(3, np.int32), np.array([1, 2, 3], np.int32)))
    assert told.tolist() == ["sibling", "backup", "sibling"]


def test_renames_are_several_handles_under_one_id() -> None:
    subjects = pa.table({"subject": ["x:account:1", "x:account:2"], "platform": ["x", "x"]})
    names = pa.table({"subject": [0, 0, 1], "what": ["handle"] * 3, "text": ["ana", "bella", "ana"]})
    found = renames(frame(Profiles.of({"subjects": subjects, "names": names}))).to_pylist()
    assert [(row["subject"], sorted(row["handles"])) for row in found] == [("x:account:1", ["ana", "bella"])]
