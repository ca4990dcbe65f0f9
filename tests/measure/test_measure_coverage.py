"""What the observer could see, and when a before/after cannot be told."""

from typing import TYPE_CHECKING, Any

import pytest

from actionday.measure.activity import measure_activity
from actionday.measure.cohort import cohort
from actionday.measure.coverage import if_identified, measure_coverage, not_identified, reasons_against
from actionday.measure.schemas import COVERAGE_BY_DAY
from actionday.records import Estimate, Measure

if TYPE_CHECKING:
    from tests.measure.conftest import World

CHANNELS = [f"telegram:channel:{number}" for number in range(20)]


def measured(world: "World", shuffle: int | None = None) -> Measure:
    view = world.view(shuffle)
    return measure_coverage(view, cohort(view, world.campaign), world.campaign)


def values(measure: Measure) -> dict[str, float | None]:
    return {estimate.name: estimate.value for estimate in measure.estimates}


def day(measure: Measure, number: int, world: "World") -> dict[str, Any]:
    wanted = world.at(number).date()
    found: list[dict[str, Any]] = [r for r in measure.tables["coverage_by_day"].to_pylist() if r["day"] == wanted]
    return found[0]


def steady(world: "World", until: dict[str, int] | None = None) -> None:
    """Two posts a day and a look a day, from 60 days before to the end of the window after, or until a day."""
    for channel in CHANNELS:
        end = (until or {}).get(channel, 34)
        world.posts(channel, [day + half for day in range(-60, end) for half in (0.2, 0.7)])
        world.looks(channel, [day + 0.9 for day in range(-60, end)])


def blinded(world: "World") -> None:
    """Nothing is removed; from the day on every look is blocked and no post comes in, except for two channels."""
    steady(world, dict.fromkeys(CHANNELS[2:], 1))
    for channel in CHANNELS[2:]:
        world.looks(channel, [day + 0.9 for day in range(1, 34)], "private_or_prober_blocked")


def test_an_empty_archive_identifies_nothing(world: "World") -> None:
    measure = measured(world)
    assert set(values(measure).values()) == {None}
    assert all(estimate.caveats for estimate in measure.estimates)
    assert measure.tables["coverage_by_day"].schema == COVERAGE_BY_DAY
    assert reasons_against(measure) == ("not identified: nothing was observed",)


def test_one_row_is_no_before(world: "World") -> None:
    world.posts(CHANNELS[0], [1])
    assert reasons_against(measured(world)) == ("not identified: nothing was observed before the day",)


def test_a_full_view_is_identified(world: "World") -> None:
    steady(world)
    measure = measured(world)
    assert values(measure) == {
        "coverage_before": 1,
        "coverage_after": 1,
        "vantages_before": 1,
        "vantages_after": 1,
        "identified": 1,
    }
    assert len(measure.tables["coverage_by_day"]) == 30 + 4 + 30
    row = day(measure, 10, world)
    assert (row["vantages"], row["readable"], row["gone_private"], row["gone"]) == (1, 20, 0, 0)
    assert (row["panel_readable"], row["panel"]) == (20, 20)


def test_what_was_removed_is_not_missing(world: "World") -> None:
    steady(world, dict.fromkeys(CHANNELS[:10], 1))
    for channel in CHANNELS[:10]:
        world.looks(channel, [1.9, 2.9, 3.9], "removed_by_platform")
    measure = measured(world)
    row = day(measure, 10, world)
    assert (row["gone"], row["panel_readable"], row["panel"]) == (10, 10, 10)
    assert values(measure)["coverage_after"] == 1
    assert values(measure)["identified"] == 1


def test_only_the_observer_goes_blind(world: "World") -> None:
    blinded(world)
    measure = measured(world)
    found = values(measure)
    assert found["identified"] == 0
    assert found["coverage_before"] == 1
    assert found["coverage_after"] == pytest.approx(0.1)
    row = day(measure, 10, world)
    assert (row["readable"], row["gone_private"], row["gone"], row["panel"]) == (2, 18, 0, 20)
    assert "nothing was seen to be removed" in reasons_against(measure)[0]


def test_a_blind_observer_gets_no_headline_number(world: "World") -> None:
    blinded(world)
    view = world.view()
    people = cohort(view, world.campaign)
    activity = measure_activity(view, people, world.campaign)
    changes = [e for e in activity.estimates if e.name.startswith("posts_change") and "_if_unseen_" not in e.name]
    assert len(changes) == 9
    assert all((e.value, e.low, e.high) == (None, None, None) for e in changes)
    assert all(any(c.startswith("not identified: ") for c in e.caveats) for e in changes)
    bounds = {e.name: e for e in activity.estimates if "_if_unseen_" in e.name}
    assert bounds["posts_change_original_if_unseen_stopped"].value == pytest.approx(0.1)
    # two posts a day each, seen or not, but for the two thirds of a day between a channel's last look and midnight
    assert bounds["posts_change_original_if_unseen_continued"].value == pytest.approx(1, abs=0.01)


def test_a_few_removals_do_not_explain_a_lost_view(world: "World") -> None:
    blinded(world)
    world.looks(CHANNELS[2], [40, 41, 42], "removed_by_platform")
    measure = measured(world)
    assert values(measure)["identified"] == 0
    assert "include no change" in reasons_against(measure)[0]


def test_a_lost_view_beside_many_removals_leaves_the_fall_identified(world: "World") -> None:
    steady(world, dict.fromkeys(CHANNELS[4:], 1))
    for channel in CHANNELS[4:17]:
        world.looks(channel, [1.9, 2.9, 3.9], "removed_by_platform")
    for channel in CHANNELS[17:]:
        world.looks(channel, [1.9, 2.9, 3.9], "unreachable")
    measure = measured(world)
    found = values(measure)
    assert found["coverage_after"] == pytest.approx(4 / 7)
    assert found["identified"] == 1


def test_a_vantage_that_only_meets_walls_is_not_alive(world: "World") -> None:
    steady(world)
    for number in range(-60, 34):
        world.looks(CHANNELS[0], [number + 0.5], "present" if number < -5 else "unreachable", vantage="walled")
    measure = measured(world)
    assert [day(measure, number, world)["vantages"] for number in (-8, -2, 20)] == [2, 1, 1]


def test_a_vantage_blind_on_one_platform_is_named_though_it_sees_another(world: "World") -> None:
    steady(world)
    for number in range(-60, 34):
        world.looks(CHANNELS[0], [number + 0.5], "present" if number < 1 else "unreachable", vantage="collector")
        world.looks("matrix:channel:!a:example.org", [number + 0.5], vantage="collector")
    view = world.view()
    people = cohort(view, world.campaign)
    found = {(e.name, e.group.get("platform")): e for e in measure_coverage(view, people, world.campaign, "platform").estimates}  # fmt: skip
    assert found["vantages_after", None].value == found["vantages_before", None].value == 2
    assert found["vantages_after", None].caveats == ("fewer on telegram: 2 before the day, 1 after",)
    telegram = [found[f"vantages_{period}", "telegram"].value for period in ("before", "after")]
    assert telegram == [2, 1]
    assert found["coverage_after", "matrix"].value == 1
    assert found["coverage_after", "matrix"].n == 1


def test_groups_have_their_own_coverage_and_one_verdict(world: "World") -> None:
    steady(world, dict.fromkeys(CHANNELS[10:], 1))
    world.looks("matrix:channel:!a:example.org", [number + 0.5 for number in range(-60, 34)])
    view = world.view()
    people = cohort(view, world.campaign)
    found = {(e.name, e.group.get("platform")): e for e in measure_coverage(view, people, world.campaign, "platform").estimates}  # fmt: skip
    assert found["coverage_after", "telegram"].value == pytest.approx(0.5, abs=0.02)
    assert found["coverage_after", "matrix"].value == 1
    parts = [found["coverage_after", platform] for platform in ("telegram", "matrix")]
    weighed = sum((p.value or 0) * p.n for p in parts) / sum(p.n for p in parts)
    assert found["coverage_after", None].value == pytest.approx(weighed, abs=0.01)
    assert [name for name, _ in found].count("identified") == 1


def test_a_day_without_sight_in_between_is_hidden_unless_something_was_posted(world: "World") -> None:
    world.looks(CHANNELS[0], range(-40, 40))
    world.looks(CHANNELS[1], [*range(-40, -10), *range(-8, 40)])
    world.looks(CHANNELS[1], [-10, -9], "unreachable")
    world.looks(CHANNELS[2], [*range(-40, -10), *range(-9, 40)])
    world.looks(CHANNELS[2], [-10], "unreachable")
    world.posts(CHANNELS[2], [-9.6])
    measure = measured(world)
    row = day(measure, -10, world)
    assert (row["readable"], row["gone_private"], row["panel_readable"], row["panel"]) == (2, 1, 2, 3)


def test_what_coincides_is_named(world: "World") -> None:
    steady(world)
    world.coinciding(1, "outage", "platform outage")
    measure = measured(world)
    assert any("platform outage" in note for note in measure.notes)
    assert any("platform outage" in c for e in measure.estimates if e.name == "identified" for c in e.caveats)


def test_the_order_of_rows_does_not_matter(world: "World") -> None:
    blinded(world)
    first, second = measured(world), measured(world, shuffle=5)
    assert first.estimates == second.estimates
    assert first.tables["coverage_by_day"].equals(second.tables["coverage_by_day"])


def test_estimates_lose_their_numbers_and_say_why(world: "World") -> None:
    estimate = Estimate("x", 1.0, 0.5, 1.5, "ratio", 9, "m", caveats=("c",))
    bare = not_identified(estimate, "blind")
    assert (bare.value, bare.low, bare.high, bare.caveats) == (None, None, None, ("c", "not identified: blind"))
    assert if_identified([estimate], measured(world))[0].caveats == ("c", "not identified: nothing was observed")
