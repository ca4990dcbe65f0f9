"""Campaigns on both databases: nothing enters without its own finding, nobody launches alone, lines equal the fold."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.records.campaigning import DAY, WINDOW, move, plan
from tests.records.casework import ANNA, BEN, HOLDS, NOW, opening, read_by, step
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.days import ACTORS, DONE, FIXED, A, B, C, case_of, day_at, minutes, person

from actionday.records import Actor, ActorId, EntryId, FixedClock, Permission, PermissionRefused, UsageError
from actionday.records.campaign_event import CAMPAIGN_NEEDS, CampaignStep
from actionday.records.campaign_state import CampaignStage, drawn
from actionday.records.case_event import CaseEvent, CaseStep, Opening, Priority
from actionday.records.preregistration import Frozen
from actionday.records.publication import PublicationKind
from actionday.records.unit import Unit, UnitKind
from actionday.stores.casebook import Casebook


def test_a_day_is_planned_launched_paused_and_closed(place: Place) -> None:
    day = day_at(place, 1, 2, 3)
    with day.casebook as casebook:
        day.launch(1, 2, 3)
        state = casebook.campaigns.campaign(A, DAY)
        assert (state.stage, state.four_eyes, len(state.targets)) == (CampaignStage.LAUNCHED, True, 3)
        day.move(CampaignStep.PAUSED)
        day.move(CampaignStep.RESUMED)
        day.move(CampaignStep.CLOSED)
        (line,) = casebook.campaigns.list(A)
        assert (line.name, line.stage, line.targets) == ("Action day of tests", CampaignStage.CLOSED, 3)
        day.whole()


def lead(casebook: Casebook) -> EntryId:
    """A case that a link of probability 0.999 opened, and nobody read."""
    case = EntryId("c-lead")
    what = Opening("telegram:channel:77", "telegram", "link", Priority(0.999, 1, 1, NOW))
    casebook.cases.open(A, [CaseEvent(case, case, CaseStep.OPENED, NOW, ANNA, opening=what)])
    return case


def test_a_link_is_a_ground_on_no_path(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        unread, nothing = lead(casebook), EntryId("l-0.999")
        casebook.campaigns.follow(A, [plan()])
        for case in (unread, nothing):
            enter = replace(move(day.fresh(), CampaignStep.TARGET_ADDED), case=case)
            with pytest.raises(UsageError, match="its own confirmed finding"):
                casebook.campaigns.follow(A, [enter])
            with pytest.raises(UsageError, match="its own confirmed finding"):  # nor in the company of a finding
                casebook.campaigns.follow(A, [move(day.fresh(), CampaignStep.TARGET_ADDED), enter])
            for campaign in (None, DAY):
                with pytest.raises(UsageError):
                    casebook.referrals.draft(C, [day.outgoing(77, case=case, campaign=campaign)])
            for kind in PublicationKind:
                with pytest.raises(UsageError):
                    casebook.publications.publish(B, kind, [case])
        # nor as another name of a finding's target, nor under a finding's case
        with pytest.raises(UsageError, match="target of its case"):
            casebook.referrals.draft(C, [day.outgoing(1, target="telegram:channel:77", campaign=None)])
        assert not casebook.campaigns.campaign(A, DAY).targets
        day.whole()


@pytest.mark.parametrize("state", ["first", "second", "undone", "young", "contested", "sealed", "overturned"])
def test_only_a_finding_that_stands_enters(place: Place, state: str) -> None:
    clock = FixedClock(NOW)
    with place.open(clock) as casebook:
        casebook.cases.open(A, [opening(1)])
        events = [step(1, CaseStep.EVIDENCE, ANNA)]
        if state != "first":
            events += read_by(10, ANNA, HOLDS)
        if state not in ("first", "second"):
            events += read_by(20, BEN, HOLDS)
        if state == "undone":
            events.append(replace(step(22, CaseStep.READING_UNDONE, BEN), of=events[-1].id))
        if state in ("contested", "overturned"):
            events.append(step(30, CaseStep.CONTESTED, ANNA))
        if state == "sealed":
            events.append(step(31, CaseStep.SEALED, ANNA))
        for event in events:
            casebook.cases.follow(ACTORS[event.by], event)
        if state == "overturned":
            casebook.cases.follow(C, step(32, CaseStep.CONTEST_UPHELD, C.id))
        clock.move_to(NOW + minutes(9) if state == "young" else DONE)
        casebook.campaigns.follow(A, [plan()])
        with pytest.raises(UsageError, match="its own confirmed finding"):
            casebook.campaigns.follow(A, [move(100, CampaignStep.TARGET_ADDED)])


def test_a_launch_needs_findings_that_still_stand(place: Place) -> None:
    day = day_at(place, 1, 2)
    with day.casebook as casebook:
        day.plan(1, 2)
        day.look(B)
        day.contest(2)
        launch = move(400, CampaignStep.APPROVED, BEN)
        with pytest.raises(UsageError, match="only a finding that stands"):
            casebook.campaigns.follow(B, [launch])
        day.rule(2, CaseStep.CONTEST_REJECTED)
        assert casebook.campaigns.follow(B, [launch]).sends
        day.whole()


def test_the_sample_follows_from_the_entry_that_laid_the_list_before_the_approver(place: Place) -> None:
    day = day_at(place, *range(1, 13), doubted=[12])
    with day.casebook as casebook:
        day.plan(*range(1, 13))
        state = casebook.campaigns.campaign(A, DAY)
        head = casebook.head().hash
        assert state.submitted is not None
        assert state.submitted.head == head  # the newest entry is that submission
        assert state.sample == drawn(state.targets, head, 2)
        assert state.targets[case_of(12)].doubt
        assert case_of(12) in state.to_open
        launch = move(400, CampaignStep.APPROVED, BEN)
        with pytest.raises(UsageError, match="to be opened first"):
            casebook.campaigns.follow(B, [launch])
        casebook.campaigns.look(C, replace(move(day.fresh(), CampaignStep.ITEM_OPENED, C.id), case=case_of(12)))
        with pytest.raises(UsageError, match="to be opened first"):  # what somebody else opened does not count
            casebook.campaigns.follow(B, [launch])
        day.look(B)
        assert casebook.campaigns.follow(B, [launch]).four_eyes


def test_what_an_approver_opens_is_what_was_read(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        day.plan(1)
        case = casebook.campaigns.look(B, move(300, CampaignStep.ITEM_OPENED, BEN))
        assert [one.reading for one in case.readings] == [HOLDS, HOLDS]
        with pytest.raises(UsageError, match="by its own step"):
            casebook.campaigns.look(B, move(301, CampaignStep.PAUSED, BEN))
        with pytest.raises(UsageError, match="no case"):
            casebook.campaigns.look(B, move(302, CampaignStep.ITEM_OPENED, BEN, target=9))


def test_baseline_and_comparison_are_frozen_before_the_window(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        casebook.campaigns.follow(A, [plan()])
        frozen = move(200, CampaignStep.FROZEN, digest=FIXED.digest)
        with pytest.raises(UsageError, match="nothing of that hash"):
            casebook.campaigns.follow(A, [frozen])
        other = replace(FIXED, campaign="Another day")
        casebook.freeze(A, Frozen(other, NOW))
        with pytest.raises(UsageError, match="nothing of that hash"):
            casebook.campaigns.follow(A, [replace(frozen, digest=other.digest)])
        casebook.freeze(A, Frozen(FIXED, WINDOW[0]))
        with pytest.raises(UsageError, match="binds nobody"):
            casebook.campaigns.follow(A, [frozen])


def test_a_unit_of_one_launches_alone_and_says_so_whatever_the_plan_says(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        day.plan(1, alone=True)  # but nobody said that this is a unit of one
        day.look(A)
        with pytest.raises(UsageError, match="somebody else"):
            casebook.campaigns.follow(A, [move(400, CampaignStep.APPROVED)])
        casebook.cases.set_up(A, Unit(UnitKind.RESEARCHER, "One", "FR", "a contract", 1, NOW))
        alone = EntryId("d-alone")
        assert casebook.campaigns.follow(A, [plan(campaign=alone)]).plan.alone
        for number, what in enumerate((CampaignStep.TARGET_ADDED, CampaignStep.FROZEN, CampaignStep.SUBMITTED)):
            digest = FIXED.digest if what is CampaignStep.FROZEN else ""
            casebook.campaigns.follow(A, [replace(move(500 + number, what, digest=digest), campaign=alone)])
        casebook.campaigns.look(A, replace(move(510, CampaignStep.ITEM_OPENED), campaign=alone))
        state = casebook.campaigns.follow(A, [replace(move(511, CampaignStep.APPROVED), campaign=alone)])
        assert (state.sends, state.four_eyes) == (True, False)


def test_the_same_step_twice_counts_once_and_steps_are_their_takers(place: Place) -> None:
    day = day_at(place, 1, doubted=[1])
    with day.casebook as casebook:
        casebook.campaigns.follow(A, [plan()])
        enter = move(100, CampaignStep.TARGET_ADDED)
        casebook.campaigns.follow(A, [enter])
        head = casebook.head()
        casebook.campaigns.follow(A, [plan()])
        assert set(casebook.campaigns.follow(A, [enter]).targets) == {case_of(1)}
        assert casebook.head() == head
        with pytest.raises(UsageError, match="other content"):
            casebook.campaigns.follow(A, [replace(enter, case=EntryId("c-x"))])
        for events, says in (
            ([], "no step"),
            ([move(1, CampaignStep.PAUSED, BEN)], "person who takes it"),
            ([move(1, CampaignStep.FROZEN), move(2, CampaignStep.SUBMITTED)], "only targets"),
            ([enter, replace(enter, campaign=EntryId("d-x"))], "one campaign"),
            ([replace(move(5, CampaignStep.PAUSED), campaign=EntryId("d-x"))], "no such campaign"),
        ):
            with pytest.raises(UsageError, match=says):
                casebook.campaigns.follow(A, events)


@pytest.mark.parametrize("what", CampaignStep)
def test_every_step_asks_for_its_permission(place: Place, what: CampaignStep) -> None:
    less = person(ANNA, frozenset(Permission) - {CAMPAIGN_NEEDS[what]})
    with day_at(place, 1).casebook as casebook:
        made = plan(campaign=EntryId("d-x")) if what is CampaignStep.PLANNED else move(9, what)
        with pytest.raises(PermissionRefused):
            casebook.campaigns.follow(less, [made])
        if what is CampaignStep.ITEM_OPENED:
            with pytest.raises(PermissionRefused):
                casebook.campaigns.look(less, made)


def test_lines_that_somebody_changed_are_found_and_made_anew(place: Place) -> None:
    day = day_at(place, 1, 2)
    with day.casebook as casebook:
        day.launch(1, 2)
        with place.sql() as engine, engine.begin() as connection:
            connection.execute(text("UPDATE campaigns SET stage = 'planned'"))
            connection.execute(text("INSERT INTO campaign_targets VALUES ('d-none', 'c-none')"))
        assert casebook.campaigns.rebuild(A) == 2
        assert casebook.campaigns.rebuild(A) == 0
        with place.sql() as engine, engine.begin() as connection:
            connection.execute(text(f"DELETE FROM campaign_targets WHERE case_id = '{case_of(1)}'"))
        assert casebook.campaigns.rebuild(A) == 1
        day.whole()


STEPS = st.sampled_from([one for one in CampaignStep if one is not CampaignStep.PLANNED])
PEOPLE = st.sampled_from([ANNA, BEN])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(STEPS, PEOPLE, st.integers(1, 3)), max_size=30))
def test_after_any_history_the_lines_are_those_of_a_fold_made_anew(
    places: Callable[[], Place], moves: list[tuple[CampaignStep, ActorId, int]]
) -> None:
    day = day_at(places(), 1, 2)
    with day.casebook as casebook:
        casebook.freeze(A, Frozen(FIXED, day.clock.now()))
        casebook.campaigns.follow(A, [plan()])
        for number, (what, who, target) in enumerate(moves):
            actor: Actor = ACTORS[who]
            digest = FIXED.digest if what is CampaignStep.FROZEN else ""
            try:
                casebook.campaigns.follow(actor, [move(number, what, who, target=target, digest=digest)])
            except UsageError:
                continue
        day.whole()
