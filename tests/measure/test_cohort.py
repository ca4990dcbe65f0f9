"""Who was at risk, how it ended, and what was merely lost from sight."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.measure.cohort import cohort
from actionday.measure.endings import reinstated
from actionday.measure.evidence import looks, presence
from actionday.measure.schemas import COHORT
from actionday.records import GONE

if TYPE_CHECKING:
    from tests.measure.conftest import World

A, B = "telegram:channel:1", "telegram:channel:2"
P = "telegram:account:7"


def rows(world: "World", now: datetime | None = None) -> dict[str, dict[str, Any]]:
    table = cohort(world.view(), world.campaign, now=now)
    assert table.schema == COHORT
    return {row["subject"]: row for row in table.to_pylist()}


def test_an_empty_archive_has_an_empty_cohort(world: "World") -> None:
    assert rows(world) == {}


def test_three_misses_end_a_lifetime_between_last_presence_and_first_miss(world: "World") -> None:
    world.looks(A, range(-5, 2))
    world.looks(A, [2, 3, 4], "removed_by_platform")
    row = rows(world)[A]
    assert (row["event"], row["last_present"], row["first_miss"]) == ("removed", world.at(1), world.at(2))
    assert (row["basis"], row["exact"], row["blind"], row["n_looks"]) == ("observed", False, False, 10)


@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("suspended_reversible", "removed"),
        ("closed_by_owner", "closed"),
        ("moved", "moved"),
        ("closed_unknown_actor", "gone"),
    ],
)
def test_the_state_names_the_event(world: "World", state: str, event: str) -> None:
    world.looks(A, [0])
    world.looks(A, [1, 2, 3], state)
    assert rows(world)[A]["event"] == event


def test_a_specific_state_outweighs_a_vague_one_seen_later(world: "World") -> None:
    world.looks(A, [0])
    world.looks(A, [1], "removed_by_platform")
    world.looks(A, [2, 3], "closed_unknown_actor")
    assert rows(world)[A]["event"] == "removed"


def test_two_misses_are_not_enough_and_two_vantages_do_not_add_up(world: "World") -> None:
    world.looks(A, [0])
    world.looks(A, [1, 2], "removed_by_platform")
    world.looks(A, [1.5, 2.5], "removed_by_platform", vantage="w")
    row = rows(world)[A]
    assert (row["event"], row["first_miss"], row["last_present"]) == (None, None, world.at(0))


def test_looks_that_saw_nothing_neither_count_nor_break_a_row_of_misses(world: "World") -> None:
    world.looks(A, [0])
    world.looks(A, [1, 3, 5], "removed_by_platform")
    world.looks(A, [2, 4], "unreachable")
    assert rows(world)[A]["first_miss"] == world.at(1)


def test_one_listing_is_enough(world: "World") -> None:
    world.looks(A, [0, 1], basis="listing")
    world.looks(A, [2], "closed_unknown_actor", basis="listing")
    assert (rows(world)[A]["event"], rows(world)[A]["first_miss"]) == ("gone", world.at(2))


def test_an_operators_log_ends_a_lifetime_to_the_second(world: "World") -> None:
    world.looks(A, [0])
    world.looks(A, [2.5], "removed_by_platform", basis="export", rule="operator_log")
    row = rows(world)[A]
    assert row["exact"]
    assert row["last_present"] == row["first_miss"] == world.at(2.5)


@pytest.mark.parametrize("evidence", ["look", "post", "profile"])
def test_whoever_is_there_again_is_alive(world: "World", evidence: str) -> None:
    world.looks(A, [0])
    world.looks(A, [1, 2, 3], "removed_by_platform")
    if evidence == "look":
        world.looks(A, [9], "restricted", vantage="w")
    elif evidence == "post":
        world.posts(A, [9])
    else:
        world.add("channels", 9, subject=A, platform="telegram")
    row = rows(world)[A]
    assert (row["event"], row["last_present"]) == (None, world.at(9))
    view = world.view()
    seen = presence(view)
    last = seen.group_by("subject").agg(last_seen=seen["last"].max())
    assert view.arrow(reinstated(looks(view), view.table("posts"), last, 3))["subject"].to_pylist() == [A]


def test_whoever_went_on_posting_was_never_gone(world: "World") -> None:
    world.looks(A, [0, 9])
    world.looks(A, [1, 2, 3], "removed_by_platform")
    world.posts(A, [1.5, 2.5])
    view = world.view()
    seen = presence(view)
    last = seen.group_by("subject").agg(last_seen=seen["last"].max())
    assert len(view.arrow(reinstated(looks(view), view.table("posts"), last, 3))) == 0


def test_out_of_sight_is_blind_and_not_gone(world: "World") -> None:
    world.looks(A, [0, 1])
    world.looks(A, [2, 3, 4, 5], "private_or_prober_blocked")
    world.looks(B, [0, 1])
    world.looks(B, [2, 3], "unreachable")
    world.looks(B, [1.5], vantage="w")  # another vantage still sees it
    found = rows(world)
    assert (found[A]["event"], found[A]["blind"], found[A]["last_present"]) == (None, True, world.at(1))
    assert (found[B]["event"], found[B]["blind"]) == (None, False)


def test_a_subject_whose_only_vantage_fell_silent_is_blind_not_inferred(world: "World") -> None:
    world.posts(A, range(-40, -20))
    world.looks(A, range(-40, -20), vantage="lost")
    world.posts(B, range(-40, 30))
    row = rows(world)[A]
    assert (row["blind"], row["basis"], row["event"]) == (True, "observed", None)


def test_kinds_follow_offices_and_pseudonyms_become_the_ids_they_turned_out_to_be(world: "World") -> None:
    member, known = "telegram:pseudonym:aa", "telegram:pseudonym:bb"
    world.posts(A, [0], author=member)
    world.posts(A, [-3], author=known)
    world.add("accounts", 1, subject=P, platform="telegram", kind="user", pseudonym=known)
    world.add("memberships", account=known, channel=A, platform="telegram", role="admin")
    world.add("accounts", 1, subject="telegram:account:8", platform="telegram", kind="bot")
    world.add("accounts", 1, subject="telegram:account:9", platform="telegram", kind="user")  # neither office nor looks
    world.looks("telegram:pseudonym:cc", [0])
    found = rows(world)
    assert {subject: row["kind"] for subject, row in found.items()} == {
        A: "channel",
        P: "admin",
        "telegram:account:8": "bot",
        "telegram:pseudonym:cc": "user",
    }
    assert found[P]["last_present"] == world.at(1)


def test_who_owns_nothing_but_a_timeline_is_a_user(world: "World") -> None:
    publisher, both = "twitter:account:5", "twitter:account:6"
    for who in (publisher, both):
        world.posts(who, [0], author=who)
        world.add("memberships", account=who, channel=who, platform="twitter", role="owner")
    world.add("memberships", account=both, channel="twitter:channel:1", platform="twitter", role="admin")
    found = rows(world)
    assert {subject: row["kind"] for subject, row in found.items()} == {publisher: "user", both: "admin"}


def test_posts_read_back_in_time_are_no_observation_of_that_time(world: "World") -> None:
    # Both channels posted for a month before anybody exported them; A was exported at day 0, B only at day 10.
    world.posts(A, range(-30, 1), ingest=1)
    world.posts(A, range(1, 11), ingest=2)
    world.posts(B, range(-30, 11), ingest=2)
    found = rows(world)
    assert (found[A]["first_seen"], found[A]["last_present"]) == (world.at(0), world.at(10))
    assert found[B]["first_seen"] == world.at(10)


def test_whoever_was_never_seen_alive_is_not_at_risk(world: "World") -> None:
    world.looks(A, [0, 1, 2], "removed_by_platform")
    assert rows(world) == {}


def test_the_first_day_of_a_source_is_no_birth(world: "World") -> None:
    world.looks(A, range(5))
    world.looks(B, range(1, 5))
    world.add("channels", 2, subject="mewe:channel:3", platform="mewe", created_at=world.at(2), vantage="x")
    found = rows(world)
    assert {subject: row["residual"] for subject, row in found.items()} == {A: True, B: False, "mewe:channel:3": False}
    assert found["mewe:channel:3"]["created_at"] == world.at(2)


def test_the_latest_judgement_that_was_valid_counts(world: "World") -> None:
    world.looks(A, [0])
    world.looks(B, [0])
    judge = {"stance": "supporter", "subject": A}
    world.add("affiliations", organisation="north", judged_at=world.at(-9), **judge)
    world.add("affiliations", organisation="south", judged_at=world.at(-5), **judge)
    world.add("affiliations", organisation="east", judged_at=world.at(-1), to_at=world.at(-2), **judge)
    found = rows(world)
    assert (found[A]["organisation"], found[B]["organisation"]) == ("south", "none recorded")


def test_the_profile_says_the_language_else_the_posts_do(world: "World") -> None:
    world.posts(A, [0, 1], language="fr")
    world.posts(A, [2], language="de")
    world.posts(B, [0, 1], language="fr")
    world.add("channels", 0, subject=B, platform="telegram", language="ar")
    world.add("channels", 1, subject=B, platform="telegram", language="en")
    found = rows(world)
    assert (found[A]["language"], found[B]["language"]) == ("fr", "en")


def test_silence_after_steady_activity_is_inferred_and_stays_censored(world: "World") -> None:
    slow, looked = "telegram:channel:3", "telegram:channel:4"
    world.posts(A, range(-60, -20))
    world.posts(slow, range(-60, -10, 10))  # every ten days: fifty days of silence say nothing
    world.posts(looked, range(-60, -20))
    world.looks(looked, [-10], "removed_by_platform")
    world.posts(B, range(-60, 20))
    found = rows(world)
    assert {s: row["basis"] for s, row in found.items()} == {
        A: "inferred",
        B: "observed",
        slow: "observed",
        looked: "observed",
    }
    assert (found[A]["event"], found[A]["first_miss"], found[A]["last_present"]) == (None, None, world.at(-21))


def test_the_cohort_as_known_earlier(world: "World") -> None:
    world.looks(A, [0])
    world.looks(A, [1, 2, 3], "removed_by_platform")
    assert rows(world, now=world.at(2))[A]["event"] is None
    assert rows(world, now=world.at(3))[A]["event"] == "removed"


def plain(events: list[tuple[float, str, str]], confirmations: int) -> tuple[float | None, float | None]:
    """Last presence and first miss of one subject, recomputed without any table."""
    alive = [at for at, state, _ in events if state == "present"]
    if not alive:
        return None, None
    last, misses = max(alive), []
    for vantage in {v for _, _, v in events}:
        own = sorted({at for at, state, v in events if v == vantage and state in GONE and at > last})
        if len(own) >= confirmations:
            misses.append(own[0])
    return last, min(misses, default=None)


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from(["present", "removed_by_platform", "unreachable", "closed_unknown_actor"]),
        st.sampled_from(["v", "w"]),
    ),
    min_size=1,
    max_size=12,
    unique=True,
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENTS, min_size=20, max_size=30), st.integers(0, 99))
def test_any_order_of_rows_gives_what_plain_python_gives(
    world: "World", histories: list[list[tuple[int, str, str]]], seed: int
) -> None:
    world.rows.clear()
    expected = {}
    for number, events in enumerate(histories):
        subject = f"telegram:channel:{number}"
        for at, state, vantage in events:
            world.looks(subject, [at], state, vantage=vantage)
        last, miss = plain([(float(at), state, v) for at, state, v in events], 3)
        if last is not None:
            expected[subject] = (world.at(last), None if miss is None else world.at(miss))
    table = cohort(world.view(shuffle=seed), world.campaign)
    assert {r["subject"]: (r["last_present"], r["first_miss"]) for r in table.to_pylist()} == expected


def test_times_are_utc(world: "World") -> None:
    world.posts(A, [0])
    assert rows(world)[A]["first_seen"].utcoffset() == timedelta(0)
