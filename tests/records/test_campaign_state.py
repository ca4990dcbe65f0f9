"""A campaign's fold: what may follow what, who may launch, and which items have to be opened before."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.campaigning import added, launched, move, plan
from tests.records.casework import ANNA, BEN, CARA, NOW, opening

from actionday.records import EntryId
from actionday.records.campaign_event import CampaignEvent, CampaignStep, Plan
from actionday.records.campaign_state import CampaignStage, CampaignState, drawn, fold_campaign, follow_campaign


def folded(*events: CampaignEvent) -> CampaignState:
    state = fold_campaign(events)
    assert state is not None
    return state


def refused(state: CampaignState, event: CampaignEvent, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        follow_campaign(state, [event])


def test_a_launch_is_four_eyes_and_can_be_paused_and_closed() -> None:
    state = folded(*launched(1, 2, 3))
    assert (state.stage, state.four_eyes, state.sends, len(state.targets)) == (CampaignStage.LAUNCHED, True, True, 3)
    state = follow_campaign(state, [move(500, CampaignStep.PAUSED)])
    assert (state.stage, state.sends) == (CampaignStage.PAUSED, False)
    refused(state, move(501, CampaignStep.PAUSED), "paused already")
    state = follow_campaign(state, [move(502, CampaignStep.RESUMED)])
    assert state.sends
    refused(state, move(503, CampaignStep.RESUMED), "not paused")
    state = follow_campaign(state, [move(504, CampaignStep.CLOSED)])
    assert state.stage is CampaignStage.CLOSED
    refused(state, move(505, CampaignStep.PAUSED), "closed")


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        (CampaignStep.FROZEN, "not frozen"),
        (CampaignStep.SUBMITTED, "nobody laid it"),
        (CampaignStep.ITEM_OPENED, "to be opened first"),
    ],
)
def test_nothing_is_left_out_of_a_launch(left_out: CampaignStep, says: str) -> None:
    events = [event for event in launched(1, 2, 3) if event.step is not left_out]
    refused(folded(*events[:-1]), events[-1], says)


def test_who_planned_submitted_or_chose_a_target_does_not_launch() -> None:
    *before, launch = launched(1, 2, 3)
    opened = [replace(event, id=EntryId(event.id + "a"), by=ANNA) for event in before if event.step is CampaignStep.ITEM_OPENED]  # fmt: skip
    refused(folded(*before, *opened), replace(launch, by=ANNA), "somebody else")
    by_ben = [replace(event, by=BEN) if event.id == added(2)[0].id else event for event in before]
    refused(folded(*by_ben), launch, "somebody else")


def test_a_unit_of_one_launches_alone_and_is_never_called_four_eyes() -> None:
    events = [plan(alone=True), *[replace(event, by=ANNA) for event in launched(1)[1:]]]
    state = folded(*events)
    assert (state.sends, state.four_eyes) == (True, False)


def test_the_sample_is_nobodys_choice() -> None:
    cases = [opening(number).case for number in range(1, 41)]
    often = Counter(case for number in range(2_000) for case in drawn(cases, f"{number:064x}", 10))
    assert set(often) == set(cases)
    assert all(400 <= often[case] <= 600 for case in cases)  # 500 expected, sd 19
    assert drawn(cases, "a" * 64, 10) == drawn(reversed(cases), "a" * 64, 10)


def test_what_a_reader_doubted_is_opened_in_any_case_and_by_who_launches() -> None:
    *before, launch = launched(1, 2, 3, 4, 5)
    doubted = [replace(event, doubt=event.case == opening(5).case) if event.step is CampaignStep.TARGET_ADDED else event for event in before]  # fmt: skip
    state = folded(*doubted)
    assert opening(5).case in state.to_open
    assert len(state.sample) == 2
    without = [
        event for event in doubted if event.step is not CampaignStep.ITEM_OPENED or event.case != opening(5).case
    ]
    refused(folded(*without), launch, "1 items|2 items")
    refused(state, replace(launch, by=CARA), "to be opened first")


def test_another_list_is_another_submission() -> None:
    state = folded(*launched(1, 2)[:-1], move(350, CampaignStep.TARGET_ADDED, target=3))
    assert (state.stage, state.submissions) == (CampaignStage.PLANNED, 1)
    refused(state, move(400, CampaignStep.APPROVED, BEN), "nobody laid it")
    refused(folded(*launched(1, 2)), move(450, CampaignStep.TARGET_ADDED, target=3), "it was launched")


def test_a_target_that_is_dropped_is_out_also_after_the_launch() -> None:
    state = follow_campaign(folded(*launched(1, 2)), [move(450, CampaignStep.TARGET_DROPPED, target=2)])
    assert set(state.targets) == {opening(1).case}
    assert set(state.dropped) == {opening(2).case}
    refused(state, move(451, CampaignStep.TARGET_DROPPED, target=2), "no target")


def test_silence_is_no_consent() -> None:
    _, *rest, launch = launched(1)
    asked = [plan(units=("Unit B", "Unit C")), *rest]
    refused(folded(*asked), launch, "no consent: Unit B, Unit C")
    asked += [move(310, CampaignStep.ROUND_OPENED), move(320, CampaignStep.ROUND_ANSWERED)]
    refused(folded(*asked), launch, "no consent: Unit C")
    refused(folded(*asked), move(330, CampaignStep.ROUND_ANSWERED, unit="Unit X"), "no unit")
    refused(folded(*asked), move(371, CampaignStep.ROUND_ANSWERED, unit="Unit C"), "round is over")
    against = move(340, CampaignStep.ROUND_ANSWERED, unit="Unit C", consents=False)
    refused(folded(*asked, against), launch, "no consent: Unit C")
    assert folded(*asked, move(341, CampaignStep.ROUND_ANSWERED, unit="Unit C"), launch).sends
    again = [*asked, move(341, CampaignStep.ROUND_ANSWERED, unit="Unit C"), move(345, CampaignStep.ROUND_OPENED)]
    refused(folded(*again), launch, "no consent")


@pytest.mark.parametrize("broken", [
    lambda: Plan(" ", NOW, NOW), lambda: Plan("x", NOW, NOW - timedelta(1)), lambda: Plan("x", NOW, NOW, 0),
    lambda: Plan("x", NOW.replace(tzinfo=None), NOW), lambda: Plan("x", NOW, NOW, 1, ("B", "B")),
    lambda: move(1, CampaignStep.PAUSED, why=""), lambda: move(1, CampaignStep.PAUSED, doubt=True),
    lambda: move(1, CampaignStep.FROZEN, digest=""), lambda: replace(plan(), campaign=EntryId("d-2")),
])  # fmt: skip
def test_what_makes_no_sense_is_not_built(broken: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        broken()  # type: ignore[operator]


STEPS = st.sampled_from([step for step in CampaignStep if step is not CampaignStep.PLANNED])
MOVES = st.lists(st.tuples(STEPS, st.sampled_from([ANNA, BEN]), st.integers(1, 3)), max_size=40)


@given(moves=MOVES)
def test_one_by_one_and_all_at_once_are_the_same_and_a_launch_is_always_in_order(
    moves: list[tuple[CampaignStep, object, int]],
) -> None:
    state, kept = folded(plan()), [plan()]
    for number, (step, who, target) in enumerate(moves):
        event = move(number, step, who, target=target)  # type: ignore[arg-type]
        try:
            state = follow_campaign(state, [event])
        except ValueError:
            continue
        kept.append(event)
    assert folded(*kept) == state
    if state.approved:
        assert state.frozen is not None
        assert state.approved.by != ANNA
        assert state.submitted is not None
