"""Every path on which a held target might leave, on both databases: none does."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.records.campaigning import DAY
from tests.records.casework import ANNA, BEN, HOLDS, NOW, opening, read_by, step
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.days import ACTORS, DONE, HOST, A, C, Day, day_at, target_of

from actionday.records import EntryId, FixedClock, UsageError
from actionday.records.case_event import CaseStep
from actionday.records.hold import Lift
from actionday.records.referral import Step
from actionday.stores.casebook import Sending

HELD: dict[str, Callable[[Day], object]] = {
    "its target": lambda day: day.hold(target_of(1)),
    "another of its names": lambda day: day.hold("telegram:@one"),
}


@pytest.mark.parametrize("what", HELD)
def test_a_held_target_leaves_on_no_path(place: Place, what: str) -> None:
    day = day_at(place, 1)
    named = {"names": ("telegram:@one",)}
    with day.casebook as casebook:
        day.launch(1)
        in_campaign = day.queue(1, **named)
        single = day.queue(1, campaign=None, recipient="another-host", **named)
        failed = day.queue(1, recipient="third-host", **named)
        casebook.referrals.take(C, Sending("third-host"))
        day.told(failed, Step.NOT_SENT)
        HELD[what](day)
        casebook.referrals.again(C, failed)
        for recipient, referral in ((HOST, in_campaign), ("another-host", single), ("third-host", failed)):
            for only in (None, [referral]):  # in a batch, and by itself
                batch = casebook.referrals.take(C, Sending(recipient), only)
                assert batch.taken == ()
                assert {one.referral: one.reason for one in batch.left} == {referral: "it is held for an authority"}
            with pytest.raises(UsageError, match="taken to be sent first"):  # nor by saying that it left
                day.told(referral, Step.SENT)
            with pytest.raises(UsageError, match="taken to be sent first"):
                day.told(referral, Step.IN_DOUBT)
        for campaign in (DAY, None):
            with pytest.raises(UsageError, match="held for an authority"):
                day.draft(1, recipient="fourth-host", campaign=campaign, **named)
        day.clock.move_to(day.clock.now() + timedelta(hours=1))
        assert [one.id for one in day.take()] == [in_campaign]  # it was over, and nobody had to do it again
        day.whole()


def test_a_hold_that_is_lifted_lets_it_go(place: Place) -> None:
    day = day_at(place, 1)
    with day.casebook as casebook:
        made = day.queue(1, campaign=None)
        held = day.hold(target_of(1))
        assert day.take() == []
        casebook.cases.lift(A, Lift(EntryId("l-1"), held.id, day.clock.now(), A.id, "over"))
        assert [one.id for one in day.take()] == [made]


def test_a_hold_on_whom_an_address_belongs_to_holds_the_address(place: Place) -> None:
    clock = FixedClock(NOW)
    with place.open(clock) as casebook:
        address = "url:https://host.example/1/9"
        made = opening(1)
        assert made.opening is not None
        what = replace(made.opening, target=address, about=target_of(1))
        casebook.cases.open(A, [replace(made, opening=what)])
        for event in (step(1, CaseStep.EVIDENCE, ANNA), *read_by(10, ANNA, HOLDS), *read_by(20, BEN, HOLDS)):
            casebook.cases.follow(ACTORS[event.by], event)
        clock.move_to(DONE)
        day = Day(casebook, clock)
        queued = day.queue(1, target=address, names=(), campaign=None)
        day.hold(target_of(1))
        assert day.left() == {queued: "it is held for an authority"}
        with pytest.raises(UsageError, match="held for an authority"):
            day.draft(1, target=address, names=(), campaign=None, recipient="another-host")
        assert day.take() == []
        day.whole()


def test_two_that_hold_and_send_at_once_never_both_win(place: Place) -> None:
    day = day_at(place, *range(1, 9))
    with day.casebook as casebook:
        made = {number: day.queue(number, campaign=None) for number in range(1, 9)}
        before: set[int] = set()

        def hold() -> None:
            for number in range(8, 0, -1):
                if day.status(made[number]) == "queued":
                    day.hold(target_of(number))
                    if day.status(made[number]) == "queued":
                        before.add(number)  # the hold was there first

        def send() -> None:
            while any(day.status(made[number]) == "queued" and number not in before for number in made) and day.take(1):
                pass

        threads = [threading.Thread(target=one) for one in (hold, send)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        day.take()
        assert all(day.status(made[number]) == "queued" for number in before)
        assert casebook.verify().fault is None
