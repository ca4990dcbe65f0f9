"""Small cells are withheld, and no published total gives them away."""

from itertools import product

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.brief.suppression import HIDDEN, SMALL, TOGETHER, betrayed, coarsen, shown, suppress, unsafe


def consistent(counts: list[int], marks: list[str]) -> list[set[int]]:
    """What an outsider who knows the total can think each withheld cell to be: brute force over all assignments."""
    residue = sum(c for c, m in zip(counts, marks, strict=True) if m)
    # where a zero was covered it cannot be told from 1-4
    least = 0 if any(c == 0 and m == SMALL for c, m in zip(counts, marks, strict=True)) else 1
    held = [m for m in marks if m]
    ranges = [range(least, 5) if m == SMALL else range(5, residue + 1) for m in held]
    possible: list[set[int]] = [set() for _ in held]
    for guess in product(*ranges):
        if sum(guess) == residue:
            for place, value in enumerate(guess):
                possible[place].add(value)
    return possible


@settings(deadline=None)
@given(st.lists(st.integers(0, 11), min_size=1, max_size=6))
def test_no_small_cell_follows_from_its_total(counts: list[int]) -> None:
    frame = pl.DataFrame({"count": counts}, schema={"count": pl.Int64})
    out = suppress(frame, "count", [[]])
    marks = out["count_mark"].to_list()
    assert all(m for c, m in zip(counts, marks, strict=True) if 0 < c < 5)
    told = bool(unsafe(out.with_columns(frame["count"].alias("count")), "count", [])["unsafe"].item())
    if sum(counts) < 5 or told:
        return  # the total itself is withheld
    withheld = [m for m in marks if m]
    for mark, values in zip(withheld, consistent(counts, marks), strict=True):
        assert mark != SMALL or len(values) > 1


def test_one_small_cell_takes_the_smallest_other_with_it() -> None:
    frame = pl.DataFrame({"day": [1, 1, 1, 2], "count": [3, 40, 9, 50]})
    out = suppress(frame, "count", [["day"]])
    assert out["count_mark"].to_list() == [SMALL, "", HIDDEN, ""]
    assert out["count"].to_list() == [None, 40, None, 50]


def test_five_rows_and_a_total_of_five_are_betrayed_and_a_looser_group_is_not() -> None:
    frame = pl.DataFrame({"platform": ["a"] * 5 + ["b"] * 3, "count": [1, 1, 1, 1, 1, 2, 3, 9]})
    out = suppress(frame, "count", [["platform"]])
    told = betrayed(out.with_columns(frame["count"]), "count", [["platform"]])
    assert told.to_list() == [True] * 5 + [False] * 3


def test_without_published_totals_only_small_cells_go_and_zeros_stay() -> None:
    out = suppress(pl.DataFrame({"count": [0, 1, 4, 5, None]}), "count")
    assert out["count_mark"].to_list() == ["", SMALL, SMALL, "", ""]
    assert [shown(v, m) for v, m in zip(out["count"], out["count_mark"], strict=True)] == ["0", "<5", "<5", "5", ""]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from("pqr")), min_size=1, max_size=60)
)
def test_coarsened_rows_stand_in_combinations_of_five_or_more(rows: list[tuple[str, str, str]]) -> None:
    frame = pl.DataFrame([{"subject": str(i), "a": a, "b": b, "c": c} for i, (a, b, c) in enumerate(rows)])
    out = coarsen(frame, ("a", "b", "c"))
    sizes = out.group_by("a", "b", "c").agg(pl.col("subject").n_unique().alias("n"))
    assert (sizes["n"] >= 5).all()
    assert len(out) == len(frame) or len(frame) < 5 or TOGETHER in {*out["a"], *frame["a"]} or len(out) < len(frame)


def test_coarsening_keeps_what_is_large_enough_as_it_is() -> None:
    frame = pl.DataFrame({"subject": [str(i) for i in range(12)], "a": ["big"] * 6 + ["s1", "s2"] * 3, "b": ["k"] * 12})
    out = coarsen(frame, ("a", "b")).sort("subject")
    assert set(out["a"]) == {"big", TOGETHER}
    assert len(out) == 12
