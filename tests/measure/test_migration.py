"""Where operators, audiences and links went, who was meant, and what became of the places."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.measure.cohort import cohort
from actionday.measure.concentration import concentration
from actionday.measure.intervals import proportion
from actionday.measure.migration import measure_migration
from actionday.measure.references import resolve
from actionday.measure.schemas import CONCENTRATION, DESTINATIONS, FLOWS
from actionday.records import Estimate, Measure

if TYPE_CHECKING:
    from tests.measure.conftest import World

A, B, C = (f"telegram:channel:{number}" for number in range(3))
ROOM, ROOM2 = "matrix:channel:!a:example.org", "matrix:channel:!b:example.org"
MONDAY = date(2019, 11, 18)


def measured(world: "World", by: str = "all", shuffle: int | None = None) -> Measure:
    view = world.view(shuffle)
    return measure_migration(view, cohort(view, world.campaign), world.campaign, by)


def move(world: "World", day: float, subject: str, target: str, kind: str = "tombstone") -> None:
    platform, other = subject.partition(":")[0], target.partition(":")[0]
    world.add("moves", day, subject=subject, target=target, platform=platform, target_platform=other, kind=kind)


def estimates(measure: Measure, name: str) -> dict[tuple[str, ...], Estimate]:
    return {tuple(e.group.values()): e for e in measure.estimates if e.name == name}


def test_an_empty_archive_gives_no_numbers_but_reasons(world: "World") -> None:
    measure = measured(world)
    assert {estimate.value for estimate in measure.estimates} == {None}
    assert all(estimate.caveats for estimate in measure.estimates)
    for name, schema in (("flows", FLOWS), ("destinations", DESTINATIONS), ("concentration", CONCENTRATION)):
        assert measure.tables[name].schema == schema
        assert len(measure.tables[name]) == 0


@pytest.mark.parametrize("by", ["organisation", "platform", "kind", "language"])
def test_one_link_divides_nothing_by_zero(world: "World", by: str) -> None:
    world.posts(A, [0])
    world.link(A, 0, ROOM, "matrix")
    measure = measured(world, by)
    assert measure.tables["concentration"].to_pylist()[0]["hhi"] == 1


def test_a_handle_means_whoever_held_it_then(world: "World") -> None:
    first, second = "telegram:channel:10", "telegram:channel:11"
    for subject, day, handle in (
        (first, -20, "@Haven"),
        (first, -10, "other"),
        (second, -5, "haven"),
        (second, 5, "gone"),
    ):
        world.add("channels", day, subject=subject, platform="telegram", handle=handle)
    for day in (-30, -15, -7, 0, 10):
        move(world, day, "matrix:channel:x", "telegram:@haven")
    move(world, 0, "matrix:channel:x", "telegram:@nobody")
    view = world.view()
    found = view.arrow(resolve(view, view.table("moves").select("target", "at"))).to_pylist()
    meant = {(row["at"], row["target"]): row["venue"] for row in found}
    assert len(found) == 6
    assert meant[world.at(-30), "telegram:@haven"] == first  # before any snapshot: the first one known
    assert meant[world.at(-15), "telegram:@haven"] == first
    assert (
        meant[world.at(-7), "telegram:@haven"] == second
    )  # the first renamed away; the first known handle reaches back
    assert meant[world.at(0), "telegram:@haven"] == second
    assert meant[world.at(10), "telegram:@haven"] == "telegram:@haven"
    assert meant[world.at(0), "telegram:@nobody"] == "telegram:@nobody"


def removed(world: "World", channel: str) -> None:
    world.looks(channel, [-20, 0])
    world.looks(channel, [1, 2, 3], "removed_by_platform")


def test_explicit_and_inferred_are_kept_apart(world: "World") -> None:
    for channel in (A, B):
        removed(world, channel)
    world.looks(C, range(-20, 20))
    move(world, 2, A, ROOM)
    for day in (-2, -1):
        world.link(A, day, ROOM, "matrix")  # announced already: not inferred as well
        world.link(B, day, ROOM2, "matrix")
        world.link(B, day, "mewe:channel:1", "mewe", own=False)  # in forwards only
        world.link(B, day, "twitter:channel:2", "twitter", target_kind="post")  # a post is no venue
        world.link(C, day, ROOM2, "matrix")  # still there: nothing to infer
    world.link(B, -2, "xmpp:channel:m", "xmpp")  # once
    world.link(B, -39, "gnusocial:channel:1", "gnusocial")
    world.link(B, -38, "gnusocial:channel:1", "gnusocial")  # long before its end
    move(world, 2, A, "telegram:channel:77")  # a move within a platform is no migration
    measure = measured(world)
    rows = [r for r in measure.tables["flows"].to_pylist() if r["signal"].startswith("operators")]
    assert [(r["week"], r["signal"], r["source"], r["destination"], r["count"]) for r in rows] == [
        (MONDAY, "operators_explicit", "telegram", "matrix", 1),
        (MONDAY, "operators_inferred", "telegram", "matrix", 1),
    ]
    assert estimates(measure, "operators_explicit")[()].value == 1
    assert estimates(measure, "operators_inferred")[()].value == 1


def test_links_and_talk_by_week_and_organisation(world: "World") -> None:
    world.posts(A, [0])
    world.posts(B, [0])
    world.add("affiliations", subject=A, organisation="north", stance="official")
    for day in (-3, 3.9, 4):  # Monday the 18th, Sunday the 24th, Monday the 25th
        world.link(A, day, ROOM, "matrix")
    world.link(B, 0, "mewe", "mewe", kind="talk")
    world.link(B, 0, "telegram:channel:5", "telegram")  # at home
    rows = measured(world).tables["flows"].to_pylist()
    assert [(r["week"], r["signal"], r["destination"], r["organisation"], r["count"]) for r in rows] == [
        (MONDAY, "links", "matrix", "north", 2),
        (MONDAY, "talk", "mewe", "none recorded", 1),
        (date(2019, 11, 25), "links", "matrix", "north", 1),
    ]


def test_audiences_are_what_a_venue_gained(world: "World") -> None:
    removed(world, A)
    move(world, 1, A, ROOM)
    for day, members in ((-3, 100), (0, 120), (5, 300), (12, 280), (40, 290)):
        world.add("channels", day, subject=ROOM, platform="matrix", members=members)
    world.add("channels", 5, subject=ROOM2, platform="matrix", members=900)
    rows = [r for r in measured(world).tables["flows"].to_pylist() if r["signal"] == "audience"]
    assert [(r["week"], r["count"]) for r in rows] == [(date(2019, 11, 25), 180), (date(2019, 12, 30), 10)]


def test_destinations_are_followed_to_their_end(world: "World") -> None:
    venues = {
        name: f"matrix:channel:!{name}:x" for name in ("quick", "week", "closed", "stays", "quiet", "refused", "blind")
    }
    for number, venue in enumerate([*venues.values(), "mewe:@unseen"]):
        channel = f"telegram:channel:{number + 20}"
        removed(world, channel)
        move(world, 1, channel, venue)
    world.looks(venues["quick"], [1.5])
    world.looks(venues["quick"], [2, 3, 4], "removed_by_platform")
    world.looks(venues["week"], [-5, 2, 6])  # it existed before it was named: arrival is the naming
    world.looks(venues["week"], [7, 8, 9], "suspended_reversible")
    world.looks(venues["closed"], [2])
    world.looks(venues["closed"], [3, 4, 5], "closed_by_owner")
    world.looks(venues["stays"], range(2, 60))
    world.posts(venues["stays"], [2 + day / 2 for day in range(100)])
    world.looks(venues["quiet"], range(2, 60))
    world.posts(venues["quiet"], [40])
    world.looks(venues["refused"], [1.5, 2.5, 3.5], "removed_by_platform")
    world.looks(venues["blind"], [2])
    world.looks(venues["blind"], [3, 4], "unreachable")
    measure = measured(world)
    matrix, mewe = measure.tables["destinations"].to_pylist()
    assert {name: value for name, value in matrix.items() if name != "posts_per_week"} == {
        "platform": "matrix",
        "organisation": "none recorded",
        "venues": 7,
        "looked_at": 7,
        "arrived": 6,
        "denied_1": 2,  # quick, refused
        "denied_7": 3,  # and week
        "denied_30": 3,
        "still_there": 2,
        "silent": 1,
    }
    assert (mewe["platform"], mewe["venues"], mewe["looked_at"], mewe["arrived"]) == ("mewe", 1, 0, 0)
    # quick, week, closed, stays, quiet, refused are known to their 30th day or to their end; blind is not
    rate = estimates(measure, "denial_rate_30")["matrix",]
    assert (rate.value, rate.n) == (0.5, 6)
    assert (rate.value, rate.low, rate.high) == proportion(3, 6)
    assert estimates(measure, "denial_rate_1")["matrix",].n == 6
    assert estimates(measure, "quiet_share")["matrix",].value == 0.5
    assert estimates(measure, "denial_rate_30")["mewe",].value is None


def plain_index(cells: dict[str, dict[str, int]]) -> tuple[float, float, float]:
    """HHI and interval from counts by channel and destination, written out."""
    total: dict[str, int] = {}
    for own in cells.values():
        for name, count in own.items():
            total[name] = total.get(name, 0) + count
    n, m = sum(total.values()), len(cells)
    share = {name: count / n for name, count in total.items()}
    hhi = sum(p * p for p in share.values())
    z = [2 / n * sum(count * (share[name] - hhi) for name, count in own.items()) for own in cells.values()]
    from scipy import stats

    clustered = stats.t.ppf(0.975, m - 1) * (m / (m - 1) * sum(value * value for value in z)) ** 0.5
    multinomial = 1.959963984540054 * (4 / n * (sum(p**3 for p in share.values()) - hhi**2)) ** 0.5
    reach = max(clustered, multinomial)
    return hhi, max(hhi - reach, 1 / len(total)), min(hhi + reach, 1)


def test_concentration_agrees_with_plain_python(world: "World") -> None:
    rng = np.random.default_rng(3)
    cells: dict[str, dict[str, int]] = {}
    for number in range(8):
        channel = f"telegram:channel:{number}"
        world.posts(channel, [0])
        for platform in rng.choice(["matrix", "mewe", "xmpp"], 12, p=[0.7, 0.2, 0.1]):
            world.link(channel, 0.5, f"{platform}:channel:1", str(platform))
            own = cells.setdefault(channel, {})
            own[str(platform)] = own.get(str(platform), 0) + 1
    view = world.view()
    rows = concentration(view, cohort(view, world.campaign)).to_pylist()
    assert [(r["week"], r["organisation"], r["n"], r["destinations"]) for r in rows] == [
        (MONDAY, "all", 96, 3),
        (MONDAY, "none recorded", 96, 3),
    ]
    assert (rows[0]["hhi"], rows[0]["low"], rows[0]["high"]) == pytest.approx(plain_index(cells))


def test_one_destination_is_certain_only_with_many_channels(world: "World") -> None:
    for number in range(40):
        world.posts(f"telegram:channel:{number}", [0])
        world.link(f"telegram:channel:{number}", 0, ROOM, "matrix")
    world.link(A, 8, ROOM, "matrix")
    view = world.view()
    rows = concentration(view, cohort(view, world.campaign)).to_pylist()
    lows = [row["low"] for row in rows if row["organisation"] == "all"]
    assert lows == pytest.approx([(proportion(n, n)[1] or 0.0) ** 2 for n in (40, 1)])
    assert lows[0] > 0.8 > 0.1 > lows[1]


def test_the_order_of_rows_does_not_matter(world: "World") -> None:
    for number in range(4):
        channel = f"telegram:channel:{number}"
        removed(world, channel)
        world.posts(channel, range(-40, 1))
        for day in (-2, -1, 0):
            world.link(channel, day, f"matrix:@h{number % 2}", "matrix")
    for subject in (ROOM, ROOM2):
        world.add("channels", 1, subject=subject, platform="matrix", handle="h0", members=4)
        world.add("channels", 9, subject=subject, platform="matrix", handle="h0", members=40)
    first, second = measured(world), measured(world, shuffle=1)
    assert first.estimates == second.estimates
    assert all(first.tables[name].equals(second.tables[name]) for name in first.tables)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_proportion_lies_in_its_interval(pair: tuple[int, int]) -> None:
    value, low, high = proportion(*pair)
    assert value is not None
    assert low is not None
    assert high is not None
    assert 0 <= low <= value <= high <= 1


def test_wilson_by_hand() -> None:
    # Newcombe 1998, table I: 15 of 148 gives 0.0624 to 0.1605
    assert proportion(15, 148) == pytest.approx((15 / 148, 0.0624, 0.1605), abs=5e-5)
    with pytest.raises(ValueError, match="no proportion"):
        proportion(1, 0)
