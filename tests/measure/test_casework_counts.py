"""Counts of the casework: right where they are given, and small ones given away by nothing."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from actionday.measure.casework import PERSONS, SMALL, Decided, measure_casework
from actionday.measure.intervals import wilson
from actionday.records import Estimate


def decided(
    ground: str, count: int, *, contested: int = 0, overturned: int = 0, readers: tuple[str, ...] = ("a-1", "a-2")
) -> list[Decided]:
    return [Decided(ground, number < contested, number < overturned, readers) for number in range(count)]


def told(rows: list[Decided], *, by_person: bool = False) -> dict[tuple[str, str], Estimate]:
    found = measure_casework(rows, 7, by_person=by_person)
    return {(one.name, next(iter(one.group.values()), "")): one for one in found.estimates}


def test_counts_and_rates_by_ground() -> None:
    rows = [
        *decided("c", 40, contested=20, overturned=10),
        *decided("d", 60, contested=8, overturned=6),
        *decided("", 12),
    ]
    found = told(rows)
    assert [found[name, group].value for name, group in (
        ("cases_waiting", ""), ("cases_dismissed", ""), ("findings", ""), ("findings", "c"), ("findings", "d"), ("findings_contested", "c"),
    )] == [7, 12, 100, 40, 60, 20]  # fmt: skip
    rate = found["overturned_share", "c"]
    assert (rate.value, rate.n) == (0.25, 40)
    assert (rate.low, rate.high) == wilson(0.25, 40)
    assert found["overturned_share", ""].value == 0.16


def test_a_small_cell_is_not_to_be_had_by_subtraction() -> None:
    found = told([*decided("c", 3), *decided("d", 60), *decided("e", 80)])
    assert found["findings", ""].value == 143
    assert [found["findings", ground].value for ground in "cde"] == [None, None, 80]
    assert found["overturned_share", "d"].value is None  # its n would tell
    alone = told(decided("c", 4))
    assert alone["findings", ""].value is None
    assert alone["overturned_share", ""].n == 0


def test_a_rate_whose_numerator_is_small_is_not_given() -> None:
    found = told([*decided("c", 50, contested=9, overturned=2), *decided("d", 50, contested=9, overturned=9)])
    assert found["overturned_share", "c"].value is None
    assert found["overturned_share", "d"].value is None
    assert found["overturned_share", ""].value == 0.11
    assert told(decided("c", 50))["overturned_share", "c"].value == 0


def test_by_person_only_from_thirty_on_and_in_no_order_of_size() -> None:
    rows = [
        *decided("c", PERSONS, overturned=5, readers=("a-9",)),
        *decided("c", PERSONS - 1, readers=("a-5",)),
        *decided("c", 40, overturned=30, readers=("a-1",)),
    ]
    people = [key for key in told(rows, by_person=True) if key[1].startswith("a-")]
    assert people == [("overturned_share", "a-1"), ("overturned_share", "a-9")]
    assert not [key for key in told(rows) if key[1].startswith("a-")]


@given(st.lists(st.integers(0, 14), min_size=1, max_size=5))
def test_no_printed_count_says_what_a_small_one_is(counts: list[int]) -> None:
    """Against every other world: another value of each small cell fits all that is printed."""
    rows = [row for number, count in enumerate(counts) for row in decided(f"g{number}", count)]
    found = told(rows)
    hidden = [f"g{n}" for n, count in enumerate(counts) if count and found["findings", f"g{n}"].value is None]
    total = found["findings", ""].value
    for number, count in enumerate(counts):
        if 0 < count < SMALL:
            assert f"g{number}" in hidden
    if hidden and total is not None:
        rest = int(total) - sum(int(found["findings", f"g{n}"].value or 0) for n, count in enumerate(counts) if count)
        worlds = [world for world in itertools.product(range(1, 60), repeat=min(len(hidden), 2)) if sum(world) <= rest]
        if len(hidden) == 2:
            worlds = [world for world in worlds if sum(world) == rest]
        assert len({world[0] for world in worlds}) > SMALL - 1
