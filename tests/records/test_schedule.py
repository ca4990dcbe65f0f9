"""The grid of looks: the same slot at any moment of its span, sparse after dense, nothing after the end; misses ask again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.records.schedule import Schedule, confirm_at

START = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
GRID = Schedule(START, 6 * HOUR, START + 48 * HOUR, 24 * HOUR, START + 240 * HOUR)


@pytest.mark.parametrize(
    ("hours", "slot", "following"),
    [
        (-1, None, 0),
        (0, 0, 6),
        (5.9, 0, 6),
        (6, 6, 12),
        (47, 42, 48),
        (48, 48, 72),
        (100, 96, 120),
        (240, 240, None),
        (241, None, None),
    ],
)
def test_slots(hours: float, slot: float | None, following: float | None) -> None:
    now = START + hours * HOUR
    assert GRID.slot(now) == (None if slot is None else START + slot * HOUR)
    assert GRID.next_slot(now) == (None if following is None else START + following * HOUR)


@given(st.integers(0, 240 * 3600), st.integers(0, 240 * 3600))
def test_a_slot_is_its_own_slot_and_never_goes_back(one: int, other: int) -> None:
    early, late = sorted((START + timedelta(seconds=one), START + timedelta(seconds=other)))
    first, second = GRID.slot(early), GRID.slot(late)
    assert first is not None
    assert second is not None
    assert first <= early
    assert GRID.slot(first) == first
    assert first <= second
    following = GRID.next_slot(early)
    assert following is None or (following > early and GRID.slot(following) == following)


def test_a_plan_made_late_is_sparse_from_its_start() -> None:
    late = Schedule(START + 60 * HOUR, 6 * HOUR, START + 48 * HOUR, 24 * HOUR, START + 240 * HOUR)
    assert late.slot(START + 70 * HOUR) == START + 60 * HOUR
    assert late.next_slot(START + 70 * HOUR) == START + 84 * HOUR


def test_misses_ask_for_another_look_until_enough_were_seen() -> None:
    assert confirm_at(START, 0, 3) is None
    assert confirm_at(START, 1, 3) == START + timedelta(minutes=3)
    assert confirm_at(START, 2, 3) == START + timedelta(hours=3)
    assert confirm_at(START, 3, 3) is None
    assert confirm_at(START, 4, 6) == START + timedelta(hours=3)


def test_a_schedule_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="minute"):
        Schedule(START, timedelta(seconds=1), START + HOUR, HOUR, START + HOUR)
    with pytest.raises(ValueError, match="ends"):
        Schedule(START, HOUR, START + 3 * HOUR, HOUR, START + HOUR)
