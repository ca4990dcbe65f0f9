"""Removals side by side, and the change of posts."""

import math
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.measure.activity import measure_activity
from actionday.measure.change import ratio
from actionday.measure.cohort import cohort
from actionday.measure.removals import checksum_caveats
from actionday.measure.schemas import POSTS_BY_DAY, REMOVALS_BY_DAY
from actionday.records import Estimate, Measure

if TYPE_CHECKING:
    from tests.measure.conftest import World

A, B, C = (f"telegram:channel:{number}" for number in range(3))


def measured(world: "World", by: str = "all", shuffle: int | None = None) -> Measure:
    view = world.view(shuffle)
    return measure_activity(view, cohort(view, world.campaign), world.campaign, by)


def named(measure: Measure, name: str) -> list[Estimate]:
    return [estimate for estimate in measure.estimates if estimate.name == name]


def test_an_empty_archive_gives_no_numbers_but_reasons(world: "World") -> None:
    measure = measured(world)
    assert {estimate.value for estimate in measure.estimates} == {None}
    assert all(estimate.caveats for estimate in measure.estimates)
    assert measure.tables["posts_by_day"].schema == POSTS_BY_DAY
    assert measure.tables["removals_by_day"].schema == REMOVALS_BY_DAY


@pytest.mark.parametrize("by", ["all", "language"])
def test_one_row_divides_nothing_by_zero(world: "World", by: str) -> None:
    world.posts(A, [1])
    assert named(measured(world, by), "removals_observed")[0].value == 0


def test_removals_stand_side_by_side(world: "World") -> None:
    world.looks(A, [-20, 0])
    world.looks(A, [2, 3, 4], "removed_by_platform")
    world.looks(B, [-20, 0])
    world.looks(B, [2, 3, 4], "closed_by_owner")  # an end, not a removal
    world.posts(C, range(-60, 1))
    world.posts("telegram:channel:9", range(-60, 40))
    world.add("announced", platform="telegram", day=date(2019, 11, 22), count=2096, announcer="watch")
    world.add("announced", platform="telegram", day=date(2019, 11, 22), count=2000, announcer="other")
    measure = measured(world)
    table = {(r["day"], r["basis"]): r["count"] for r in measure.tables["removals_by_day"].to_pylist()}
    assert table == {
        (date(2019, 11, 23), "observed"): 1,
        (date(2019, 11, 21), "inferred"): 1,
        (date(2019, 11, 22), "announced"): 2096,
    }
    for name, value in (
        ("removals_observed", 1),
        ("closed_by_owner", 1),
        ("removals_inferred", 1),
        ("removals_announced", 2096),
        ("reinstated", 0),
    ):
        assert named(measure, name)[0].value == value


def test_rare_looks_leave_bounds_on_the_count(world: "World") -> None:
    world.looks(A, [0, 1])
    world.looks(A, [2, 3, 4], "removed_by_platform")  # certainly inside the window
    world.looks(B, [-9])
    world.looks(B, [2, 3, 4], "removed_by_platform")  # missed inside, perhaps removed before
    world.looks(C, [0])
    world.looks(C, [20, 21, 22], "removed_by_platform")  # missed after, perhaps removed inside
    found = named(measured(world), "removals_observed")[0]
    assert (found.low, found.value, found.high) == (1, 2, 3)


def test_removals_by_kind(world: "World") -> None:
    world.looks(A, [0])
    world.looks(A, [1, 2, 3], "removed_by_platform")
    world.looks("telegram:account:1", [0])
    world.looks("telegram:account:1", [1, 2, 3], "removed_by_platform")
    world.looks("telegram:account:2", [0])
    found = {e.group["kind"]: e.value for e in named(measured(world, "kind"), "removals_observed")}
    assert found == {"channel": 1, "user": 1}


def test_whoever_came_back_is_counted_as_reinstated(world: "World") -> None:
    world.looks(A, [0, 9])
    world.looks(A, [1, 2, 3], "removed_by_platform")
    measure = measured(world)
    assert named(measure, "reinstated")[0].value == 1
    assert named(measure, "removals_observed")[0].value == 0


def test_a_month_that_does_not_add_up_is_said() -> None:
    rows: list[dict[str, object]] = [
        {"announcer": "watch", "kind": None, "day": date(2019, 1, 26), "count": 200, "total": 14000},
        {"announcer": "watch", "kind": None, "day": date(2019, 1, 27), "count": 1312, "total": 16050},
    ]
    assert "adds up to 1512 over 2 announced days, its own total on 2019-01-27 says 16050" in checksum_caveats(rows)[0]
    assert checksum_caveats([{**rows[1], "total": 1312}]) == ()


def lively(world: "World", factor: float) -> None:
    """Ten channels, 20 posts a day each until the day, `factor` times as many afterwards; half of them forwards."""
    for number in range(10):
        channel = f"telegram:channel:{number}"
        for day in range(-120, 35):
            count = 20 if day < 4 else round(20 * factor)
            moments = [day + (i + 0.5) / (count + 1) for i in range(count)]
            world.posts(channel, moments[::2], n_links=1)
            world.posts(channel, moments[1::2], kind="forward")
        world.looks(channel, [*range(-120, 35, 5), 34.99])


def test_half_the_posts_are_gone(world: "World") -> None:
    lively(world, 0.5)
    measure = measured(world)
    for kind in ("original", "forward", "link"):
        change = named(measure, f"posts_change_{kind}")[0]
        assert change.value == pytest.approx(0.5)
        assert change.low is not None
        assert change.high is not None
        assert 0.45 < change.low < 0.5 < change.high < 0.55
        assert named(measure, f"posts_change_{kind}_if_unseen_stopped")[0].value == pytest.approx(0.5)
        assert named(measure, f"posts_change_{kind}_if_unseen_continued")[0].value == pytest.approx(0.5)
        rank = named(measure, f"posts_change_{kind}_placebo_rank")[0]
        assert (rank.value, rank.unit) == (1, "of 10")
        against = named(measure, f"posts_change_{kind}_against_placebo")[0]
        assert (against.value, against.low, against.high) == pytest.approx((0.5, 0.5, 0.5))
    rows = [r for r in measure.tables["posts_by_day"].to_pylist() if r["day"] == world.at(-3).date()]
    assert {(r["kind"], r["panel"]): r["count"] for r in rows} == {
        (kind, panel): 100 for kind in ("original", "forward", "link") for panel in ("all", "constant")
    }


def test_a_removed_channel_is_in_the_bounds_and_not_in_the_panel(world: "World") -> None:
    for channel in (A, B):
        world.posts(channel, [day + 0.5 for day in range(-40, 34 if channel == A else 1)])
        world.looks(channel, range(-40, 34 if channel == A else 1))
    world.looks(B, [1.2, 2.2, 3.2], "removed_by_platform")
    measure = measured(world)
    assert named(measure, "posts_change_original")[0].value == pytest.approx(1)
    assert named(measure, "posts_change_original_if_unseen_stopped")[0].value == pytest.approx(0.5)
    assert named(measure, "posts_change_original_if_unseen_continued")[0].value == pytest.approx(0.5)


def test_days_give_the_bounds_of_what_went_unseen(world: "World") -> None:
    for channel in (A, B):
        world.posts(channel, [day + hour for day in range(-40, 34 if channel == A else 4) for hour in (0.3, 0.6)])
        world.looks(channel, [day + 0.99 for day in range(-40, 34 if channel == A else 4)])
    world.looks(B, [day + 0.99 for day in range(4, 34)], "unreachable")
    measure = measured(world)
    rows = {
        r["day"]: r
        for r in measure.tables["posts_by_day"].to_pylist()
        if (r["kind"], r["panel"]) == ("original", "all")
    }
    before, after = rows[world.at(-5).date()], rows[world.at(20).date()]
    assert (before["count"], before["low"], before["high"], before["coverage"]) == (4, 4, 4, 1)
    assert (after["count"], after["low"], after["high"], after["coverage"]) == (2, 2, 4, 0.5)


def test_versions_of_a_post_are_one_post(world: "World") -> None:
    world.posts(A, [-10], native="1")
    world.posts(A, [-10], native="1", edited_at=world.at(-9))
    world.posts(A, [-10], native="1", edited_at=world.at(-8))
    world.posts(A, [-10.2], native="2", edited_at=world.at(-7))
    world.posts(A, [-10.2], native="2", edited_at=world.at(-6))
    world.posts(A, [-40, 40])
    world.posts(A, [-10], kind="service")
    rows = measured(world).tables["posts_by_day"].to_pylist()
    counted = {r["day"]: r["count"] for r in rows if (r["kind"], r["panel"]) == ("original", "all") and r["count"]}
    assert counted == {world.at(-10).date(): 1, world.at(-10.2).date(): 1}


def test_counts_by_day_agree_with_plain_python_in_any_order(world: "World") -> None:
    rng = np.random.default_rng(7)
    kinds = ["original", "forward", "service"]
    for number in range(6):
        for day in rng.uniform(-50, 50, 80):
            links = int(rng.integers(0, 2))
            world.posts(f"telegram:channel:{number}", [float(day)], kind=kinds[rng.integers(0, 3)], n_links=links)
    world.posts(A, [-50, 50])
    expected: Counter[tuple[date, str]] = Counter()
    for row in world.rows["posts"]:
        if row["kind"] != "service":
            expected[row["at"].date(), row["kind"]] += 1
            expected[row["at"].date(), "link"] += row.get("n_links", 0)
    measure = measured(world)
    rows = measure.tables["posts_by_day"].to_pylist()
    assert all(r["count"] == expected[r["day"], r["kind"]] for r in rows if r["panel"] == "all")
    assert len([r for r in rows if r["panel"] == "all"]) == 3 * 64
    again = measured(world, shuffle=3)
    assert measure.estimates == again.estimates
    assert all(measure.tables[name].equals(again.tables[name]) for name in measure.tables)


COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30)


@given(COUNTS)
def test_the_ratio_is_inside_its_interval_and_at_least_poisson_wide(pairs: list[tuple[int, int]]) -> None:
    before, after = (np.array(column, float) for column in zip(*pairs, strict=True))
    found = ratio(before, after, 30, 15)
    if before.sum() == 0:
        assert (found.value, found.low, found.high) == (None, None, None)
        return
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.value == pytest.approx(after.sum() / before.sum() * 2)
    assert 0 <= found.low <= found.value <= found.high
    if after.sum():
        poisson = 1.959963984540054 * math.sqrt(1 / before.sum() + 1 / after.sum())
        assert found.high / found.value >= math.exp(poisson) * (1 - 1e-12)


def test_the_ratio_interval_covers_where_channels_differ_in_their_change() -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(400):
        base = rng.gamma(2, 20, 60)
        change = 0.6 * rng.gamma(8, 1 / 8, 60)  # channels change by 0.6 on average, each in its own way
        found = ratio(rng.poisson(base).astype(float), rng.poisson(base * change).astype(float), 30, 30)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.6 <= found.high
    assert 370 <= covered <= 395  # 92.5 % to 98.8 %
