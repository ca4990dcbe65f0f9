"""The outbox on both databases: one referral per target and recipient, every path on which a held target might leave, in doubt never resent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.records.campaigning import DAY, move
from tests.records.casework import CARA, NOW
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.days import HOST, A, B, C, Day, case_of, day_at, minutes, person, target_of

from actionday.records import Actor, EntryId, Permission, PermissionRefused, UsageError
from actionday.records.campaign_event import CampaignStep
from actionday.records.case_event import CaseStep
from actionday.records.outgoing import Form
from actionday.records.referral import ReferralEvent, Step
from actionday.records.unit import Unit, UnitKind
from actionday.stores.casebook import Erasure, PartnerList, ReferralListing, Referrals, Sending

MARK = "7" * 32


def test_a_referral_goes_from_draft_to_answer(place: Place) -> None:
    day = day_at(place, 1, 2)
    with day.casebook as casebook:
        day.launch(1, 2)
        first, second = day.queue(1), day.queue(2)
        assert [one.id for one in day.take(1)] == [first]
        assert day.status(first) == "in_doubt"
        day.told(first, Step.SENT)
        day.told(first, Step.RECEIVED)
        day.clock.move_to(day.clock.now() + minutes(30))
        day.told(first, Step.REMOVED)
        assert (day.status(first), day.status(second)) == ("removed", "queued")
        lines = casebook.referrals.list(A, ReferralListing(campaign=DAY))
        assert [(one.referral, one.status, one.platform, one.case_stage) for one in lines] == [
            (first, "removed", "telegram", "found"), (second, "queued", "telegram", "found"),
        ]  # fmt: skip
        assert casebook.referrals.referral(A, lines[0].reference).id == first
        assert [one.referral for one in casebook.referrals.list(A, ReferralListing(case=case_of(2)))] == [second]
        assert casebook.referrals.list(A, ReferralListing(recipient="nobody")) == []
        day.whole()


def test_one_referral_per_target_and_recipient(place: Place) -> None:
    day = day_at(place, 1, 2)
    with day.casebook as casebook:
        day.launch(1, 2)
        first = day.draft(1, names=("telegram:@one",))
        for again in ({}, {"campaign": None}, {"form": Form.NOTICE}, {"names": ("telegram:@other",)}):
            with pytest.raises(UsageError, match="one referral per target and recipient"):
                day.draft(1, **again)
        with pytest.raises(UsageError, match="one referral per target and recipient"):
            day.draft(2, names=("telegram:@one",))  # the same channel under another id
        day.draft(1, recipient="another-host")
        day.told(first, Step.WITHDRAWN)
        again_drafted = day.draft(1)  # the first one never left
        casebook.referrals.approve(B, [again_drafted])
        day.take()
        day.told(again_drafted, Step.WITHDRAWN)
        with pytest.raises(UsageError, match="one referral per target and recipient"):
            day.draft(1)  # that one may have left
        with pytest.raises(UsageError, match="reference of another"):
            day.draft(2, reference=casebook.referrals.referral(A, first).outgoing.reference)
        day.whole()


def test_the_database_itself_refuses_a_second_one(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook:
        day.launch(1)
        day.draft(1)
        copy = "INSERT INTO referral_names SELECT 'r-other', name_hash, recipient, 1 FROM referral_names"
        with place.sql() as engine, pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(copy))


def test_only_targets_of_a_launched_campaign_or_a_single_finding_are_drafted(place: Place) -> None:
    day = day_at(place, 1, 2, 3)
    with day.casebook as casebook:
        day.plan(1, 2)
        with pytest.raises(UsageError, match="not launched"):
            day.draft(1)
        with pytest.raises(UsageError, match="no campaign"):
            day.draft(1, campaign=EntryId("d-none"))
        day.look(B)
        day.move(CampaignStep.APPROVED)
        with pytest.raises(UsageError, match="no target of"):
            day.draft(3)
        single = day.draft(3, campaign=None)
        assert day.take() == []  # nobody approved it
        casebook.referrals.approve(B, [single])
        assert [one.id for one in day.take()] == [single]


def test_who_drafted_does_not_approve_and_a_unit_of_one_sends_notices_only(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        mine = day.draft(1, campaign=None)
        with pytest.raises(UsageError, match="somebody else"):
            casebook.referrals.approve(C, [mine])
        day.told(mine, Step.WITHDRAWN)
        casebook.cases.set_up(A, Unit(UnitKind.NGO, "One", "FR", "a contract", 1, NOW))
        with pytest.raises(UsageError, match="notices and platform reports"):
            day.draft(1, campaign=None)
        notice = day.draft(1, campaign=None, form=Form.NOTICE)
        casebook.referrals.approve(C, [notice])
        assert [one.id for one in day.take()] == [notice]


STOPS: dict[str, tuple[Callable[[Day], None], str]] = {
    "contested": (lambda day: day.contest(1), "does not stand"),
    "paused": (lambda day: day.move(CampaignStep.PAUSED), "campaign is paused"),
    "closed": (lambda day: day.move(CampaignStep.CLOSED), "campaign is closed"),
    "a partner's hold": (lambda day: listed(day, PartnerList.HELD), "a unit of a joint campaign stops it"),
    "a partner's referral": (lambda day: listed(day, PartnerList.REFERRED), "parked: a partner"),
}


def listed(day: Day, kind: PartnerList, *marks: str) -> None:
    day.casebook.referrals.put_list(C, "Action day of tests", "Unit B", kind, marks or [MARK])


@pytest.mark.parametrize("what", STOPS)
def test_what_stopped_in_between_does_not_leave(place: Place, what: str) -> None:
    stop, says = STOPS[what]
    day = day_at(place, 1)
    with day.casebook:
        day.launch(1)
        made = day.queue(1, marks=(MARK,))
        stop(day)
        assert day.take() == []
        assert says in day.left()[made]
        day.whole()


def test_a_pause_stops_a_single_case_beside_the_campaign_too(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook:
        day.launch(1)
        made = day.queue(1, campaign=None)
        day.move(CampaignStep.PAUSED)
        assert "paused" in day.left()[made]
        day.move(CampaignStep.RESUMED)
        assert [one.id for one in day.take()] == [made]


def test_what_fell_or_was_sealed_is_withdrawn_before_it_leaves(place: Place) -> None:
    day = day_at(place, 1, 2)
    with day.casebook as casebook:
        day.launch(1, 2)
        first, second = day.queue(1), day.queue(2)
        day.contest(1)
        day.rule(1, CaseStep.CONTEST_UPHELD)
        day.rule(2, CaseStep.SEALED)
        assert (day.status(first), day.status(second)) == ("withdrawn", "withdrawn")
        assert day.take() == []
        assert day.left() == {}
        with pytest.raises(UsageError):
            casebook.referrals.again(C, first)
        assert not casebook.campaigns.campaign(A, DAY).targets
        day.whole()


def test_what_a_partner_referred_is_let_go_by_a_person_and_what_a_partner_holds_is_not(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        day.launch(1)
        made = day.queue(1, marks=(MARK,))
        listed(day, PartnerList.REFERRED)
        assert day.take() == []
        with pytest.raises(UsageError, match="for a reason"):
            casebook.referrals.release(B, made, " ")
        casebook.referrals.release(B, made, "they referred it to another host")
        listed(day, PartnerList.HELD)
        assert "stops it" in day.left()[made]
        assert ("", PartnerList.HELD, MARK) in casebook.referrals.partner_marks(A, "Action day of tests")  # not whose
        listed(day, PartnerList.HELD, "8" * 32)  # a later list is in the place of the one before
        assert [one.id for one in day.take()] == [made]
        day.whole()


def test_within_a_joint_campaign_a_target_has_marks(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        day.plan(1, units=("Unit B",))
        day.look(B)
        at = day.clock.now()
        casebook.campaigns.follow(
            C, [replace(move(500, CampaignStep.ROUND_OPENED, CARA), until=at + timedelta(days=1))]
        )
        with pytest.raises(UsageError, match="silence is no consent"):
            day.move(CampaignStep.APPROVED)
        casebook.campaigns.follow(C, [move(501, CampaignStep.ROUND_ANSWERED, CARA)])
        day.move(CampaignStep.APPROVED)
        with pytest.raises(UsageError, match="compared with partners' lists"):
            day.draft(1)
        day.draft(1, marks=(MARK,))


def test_nobody_gets_more_than_its_ceiling(place: Place) -> None:
    day = day_at(place, *range(1, 8))
    with day.casebook:
        made = [day.queue(number, campaign=None) for number in range(1, 8)]
        assert [one.id for one in day.take(2)] == made[:2]
        assert [one.id for one in day.take(hourly=3)] == made[2:3]
        assert day.take(hourly=3) == []
        day.clock.move_to(day.clock.now() + minutes(61))
        assert [one.id for one in day.take(hourly=3, daily=5)] == made[3:5]
        assert day.take(daily=5) == []
        day.clock.move_to(day.clock.now() + timedelta(hours=25))
        assert [one.id for one in day.take(daily=5)] == made[5:]
        with pytest.raises(ValueError, match="at least one"):
            Sending(HOST, 0)


def test_in_doubt_is_never_taken_again_and_is_settled_by_who_knows(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        made = day.queue(1, campaign=None)
        assert len(day.take()) == 1
        for _ in range(3):
            day.clock.move_to(day.clock.now() + timedelta(days=30))
            assert day.take() == []
        with pytest.raises(UsageError, match="in_doubt, not"):
            casebook.referrals.again(C, made)
        day.told(made, Step.NOT_SENT)
        assert day.take() == []  # also then a person says that it shall
        casebook.referrals.again(C, made)
        assert [one.id for one in day.take()] == [made]
        day.told(made, Step.SENT, NOW)  # by the host's clock that was before; it is dated behind the taking
        assert day.status(made) == "sent"
        with pytest.raises(UsageError):
            casebook.referrals.again(C, made)
        day.whole()


def test_an_answer_that_cannot_be_is_kept_and_our_own_steps_are_not(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        made = day.queue(1, campaign=None)
        day.clock.move_to(day.clock.now() + minutes(30))
        day.told(made, Step.REMOVED)  # the host has it from somebody else, or its clock is wrong
        assert day.status(made) == "queued"
        assert len(casebook.referrals.referral(A, made).state.refused) == 1
        with pytest.raises(UsageError, match="lies ahead"):
            day.told(made, Step.STILL_THERE, day.clock.now() + minutes(1))
        for step in (Step.NOT_SENT, Step.RECEIVED):
            with pytest.raises(UsageError):
                day.told(made, step)
        for step in (Step.DRAFTED, Step.APPROVED, Step.QUEUED, Step.CONTESTED):
            with pytest.raises(UsageError, match="nobody's to tell"):
                day.told(made, step)
        day.take()
        day.told(made, Step.SENT)
        assert day.status(made) == "sent"
        day.clock.move_to(day.clock.now() + minutes(30))
        day.told(made, Step.RESTRICTED)
        assert day.status(made) == "restricted"
        event = ReferralEvent("s-1", Step.SEEN_GONE, day.clock.now(), B.id)
        with pytest.raises(UsageError, match="person who takes it"):
            casebook.referrals.tell(C, made, event)
        with pytest.raises(UsageError, match="no referral"):
            casebook.referrals.tell(B, EntryId("r-none"), event)
        casebook.referrals.tell(B, made, event)
        casebook.referrals.tell(B, made, event)
        with pytest.raises(UsageError, match="other content"):
            casebook.referrals.tell(B, made, replace(event, evidence="else"))
        day.whole()


def test_who_is_forgotten_has_no_referral_and_what_is_on_its_way_is_settled_first(place: Place) -> None:
    day = day_at(place, 424242)
    erasure = Erasure(frozenset({target_of(424242)}))
    with day.casebook as casebook:
        made = day.queue(424242, campaign=None, names=("telegram:@nm424242",))
        day.take()
        with pytest.raises(UsageError, match="on its way"):
            casebook.erase(A, erasure)
        day.told(made, Step.SENT)
        casebook.erase(A, erasure)
        assert casebook.referrals.list(A, ReferralListing()) == []
        with pytest.raises(UsageError, match="no referral"):
            casebook.referrals.referral(A, made)
        day.whole()
    assert "nm424242" not in place.dump()
    assert "channel:424242" not in place.dump()


def test_every_call_asks_for_its_permission(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        made = day.queue(1, campaign=None)
        event = ReferralEvent("s-1", Step.SEEN_GONE, NOW, C.id)
        calls: list[tuple[Permission, Callable[[Referrals, Actor], object]]] = [
            (Permission.REFER, lambda book, who: book.draft(who, [])),
            (Permission.REFER, lambda book, who: book.again(who, made)),
            (Permission.REFER, lambda book, who: book.take(who, Sending(HOST))),
            (Permission.REFER, lambda book, who: book.tell(who, made, event)),
            (Permission.REFER, lambda book, who: book.put_list(who, "x", "y", PartnerList.HELD, [])),
            (Permission.APPROVE, lambda book, who: book.approve(who, [])),
            (Permission.APPROVE, lambda book, who: book.release(who, made, "so")),
            (Permission.READ, lambda book, who: book.referral(who, made)),
            (Permission.READ, lambda book, who: book.list(who, ReferralListing())),
            (Permission.READ, lambda book, who: book.partner_marks(who, "x")),
            (Permission.READ, lambda book, who: book.rebuild(who)),
        ]
        for permission, call in calls:
            with pytest.raises(PermissionRefused):
                call(casebook.referrals, person(CARA, frozenset(Permission) - {permission}))


def test_lines_that_somebody_changed_are_found_and_made_anew(place: Place) -> None:
    day = day_at(place, 1, 2)
    with day.casebook as casebook:
        first, _ = day.queue(1, campaign=None, marks=(MARK,)), day.queue(2, campaign=None)
        day.take(1)
        listed(day, PartnerList.HELD)
        with place.sql() as engine, engine.begin() as connection:
            connection.execute(text(f"UPDATE referrals SET waiting = 1, stage = 'queued' WHERE id = '{first}'"))
            connection.execute(text("DELETE FROM partner_marks"))
            connection.execute(text("DELETE FROM referral_marks"))
        assert casebook.referrals.rebuild(A) == 2
        assert casebook.referrals.rebuild(A) == 0
        day.whole()


MOVES = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from([*Step, "take", "approve", "again", "hold", "contest", "uphold"])),
    max_size=25,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_after_any_history_lines_equal_the_fold_and_nothing_left_twice(
    places: Callable[[], Place], moves: list[tuple[int, str]]
) -> None:
    day = day_at(places(), 1, 2)
    with day.casebook as casebook:
        made = {number: day.draft(number, campaign=None) for number in (1, 2)}
        sent: dict[EntryId, int] = dict.fromkeys(made.values(), 0)
        for target, what in moves:
            day.clock.move_to(day.clock.now() + minutes(7))
            acts: dict[str, Callable[[], object]] = {
                "approve": partial(casebook.referrals.approve, B, [made[target]]),
                "again": partial(casebook.referrals.again, C, made[target]),
                "hold": partial(day.hold, target_of(target)),
                "contest": partial(day.contest, target),
                "uphold": partial(day.rule, target, CaseStep.CONTEST_UPHELD),
            }
            try:
                if what == "take":
                    for one in day.take():
                        assert sent[one.id] == 0, "it left, or may have, and left again"
                        sent[one.id] += 1
                elif what in acts:
                    acts[what]()
                else:
                    day.told(made[target], Step(what), reason="for a reason")
                    if what == Step.NOT_SENT:
                        sent[made[target]] = 0  # a person says that it did not leave
            except (UsageError, ValueError):
                continue
        day.whole()
