"""Receipts on both databases: nothing twice, refused steps leave nothing, lines that equal the fold, and what preservation keeps from being forgotten."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.records.casework import ANNA, BEN
from tests.records.received import AT, PLACE, RECEIPT, happens, letter, received
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.test_cases import A, B, actor

from actionday.records import EntryId, FixedClock, Permission, PermissionRefused, UsageError
from actionday.records.order_event import NEEDS, OrderStep
from actionday.records.receipt import ReceiptKind
from actionday.stores.casebook import Casebook, Erasure

S = OrderStep
SUBJECT = "matrix:account:@writer:example.org"
DONE = (S.ACKNOWLEDGED, S.REAL, S.PRESERVED, S.DISABLED)


def opened(place: Place, clock: FixedClock | None = None) -> Casebook:
    casebook = place.open(clock or FixedClock(AT))
    assert casebook.receipts.receive(A, received())
    return casebook


def take(casebook: Casebook, *steps: S, number: int = 10) -> None:
    for count, what in enumerate(steps):
        event = happens(what, number + count, AT + timedelta(minutes=count))
        casebook.receipts.follow(A, replace(event, about=(SUBJECT,)) if what is S.PRESERVED else event)


def test_what_was_received_comes_back_whole_and_the_first_word_stands(place: Place) -> None:
    with opened(place) as casebook:
        order = casebook.receipts.order(A, RECEIPT)
        assert order.letter == letter()
        before = casebook.head()
        assert not casebook.receipts.receive(A, received(letter(reference="another")))
        assert casebook.head() == before
        assert casebook.receipts.there(A, RECEIPT)
        assert casebook.receipts.known(A, [letter().source, "other"]) == {letter().source}
        assert casebook.receipts.order(A, RECEIPT).letter.said["reference"] == "FR-2026-17"
        assert casebook.receipts.sources(A, "imap://mail.example.org/") == [letter().source]
        assert casebook.receipts.sources(A, "imap://mail_example%") == []  # no wildcards


def test_lists_say_what_waits_and_for_what(place: Place) -> None:
    with opened(place) as casebook:
        earlier = replace(letter(ReceiptKind.OTHER, 2), received=AT - timedelta(hours=1))
        casebook.receipts.receive(B, received(earlier, BEN))
        assert [line.kind for line in casebook.receipts.list(A)] == [ReceiptKind.OTHER, ReceiptKind.ORDER]
        assert [order.id for order in casebook.receipts.unacknowledged(A)] == [RECEIPT]  # the other wakes nobody
        take(casebook, S.ACKNOWLEDGED)
        assert [line.waits_for for line in casebook.receipts.list(A)] == ["acknowledge", "is it real?"]
        assert casebook.receipts.unacknowledged(A) == []
        casebook.receipts.follow(A, happens(S.ACKNOWLEDGED, 50, receipt=earlier.id))
        assert [line.receipt for line in casebook.receipts.list(A)] == [RECEIPT]
        assert len(casebook.receipts.list(A, waiting=False)) == 2


def test_a_refused_step_leaves_nothing_and_the_same_step_twice_counts_once(place: Place) -> None:
    with opened(place) as casebook:
        before = casebook.head()
        with pytest.raises(UsageError, match="real is not answered"):
            casebook.receipts.follow(A, happens(S.DISABLED, 5))
        with pytest.raises(UsageError, match="nothing was received"):
            casebook.receipts.follow(A, happens(S.ACKNOWLEDGED, 5, receipt=EntryId("i-none")))
        with pytest.raises(UsageError, match="by the person who takes it"):
            casebook.receipts.follow(B, happens(S.ACKNOWLEDGED, 5))
        assert casebook.head() == before
        step = happens(S.ACKNOWLEDGED, 5)
        casebook.receipts.follow(A, step)
        after = casebook.head()
        casebook.receipts.follow(A, step)
        assert casebook.head() == after
        assert casebook.verify().fault is None


@pytest.mark.parametrize("what", S)
def test_every_step_asks_for_its_permission(place: Place, what: S) -> None:
    less = actor(ANNA, frozenset(Permission) - {NEEDS[what]})
    with opened(place) as casebook:
        receipts = casebook.receipts
        call: Callable[[], object] = lambda: receipts.follow(less, happens(what, 9))  # noqa: E731
        if what is S.RECEIVED:
            call = lambda: receipts.receive(less, received(letter(number=2)))  # noqa: E731
        with pytest.raises(PermissionRefused):
            call()


def test_every_other_call_asks_for_its_permission(place: Place) -> None:
    with opened(place) as casebook:
        receipts = casebook.receipts
        none = actor(ANNA, frozenset())
        calls: list[Callable[[], object]] = [
            lambda: receipts.order(none, RECEIPT),
            lambda: receipts.list(none),
            lambda: receipts.unacknowledged(none),
            lambda: receipts.known(none, []),
            lambda: receipts.sources(none, ""),
            lambda: receipts.there(none, RECEIPT),
            lambda: receipts.expired(none, AT),
            lambda: receipts.every(none),
            lambda: receipts.rebuild(none),
        ]
        for call in calls:
            with pytest.raises(PermissionRefused):
                call()


def test_forget_refuses_while_preservation_runs_and_names_who_may_lift_it(place: Place) -> None:
    clock = FixedClock(AT)
    with opened(place, clock) as casebook:
        take(casebook, *DONE)
        for subject in (SUBJECT, f"url:{PLACE}"):
            with pytest.raises(UsageError, match=r"preserved until 2027-05-2\d.*office of  tests may lift"):
                casebook.erase(A, Erasure(frozenset({subject})))
        assert casebook.receipts.expired(A, AT + timedelta(days=150)) == []
        clock.move_to(AT + timedelta(days=200))
        assert [order.id for order in casebook.receipts.expired(A, clock.now())] == [RECEIPT]
        take(casebook, number=90)
        casebook.receipts.follow(A, happens(S.ERASED, 91, clock.now()))
        assert casebook.receipts.expired(A, clock.now()) == []
        assert casebook.receipts.kept() == {letter().original.sha256}
        casebook.erase(A, Erasure(frozenset({SUBJECT})))
        with pytest.raises(UsageError, match="nothing was received"):
            casebook.receipts.order(A, RECEIPT)
        assert casebook.receipts.list(A, waiting=False) == []
        assert casebook.receipts.kept() == frozenset()
        assert casebook.receipts.rebuild(A) == 0
        assert casebook.verify().fault is None
    assert "writer:example.org" not in place.dump()
    assert PLACE not in place.dump()


def test_an_order_about_somebody_forgotten_is_received_all_the_same(place: Place) -> None:
    with place.open(FixedClock(AT)) as casebook:
        casebook.erase(A, Erasure(frozenset({f"url:{PLACE}"})))
        assert casebook.receipts.receive(A, received())
        assert casebook.receipts.order(A, RECEIPT).letter.locations == (PLACE,)


def test_words_may_go_and_the_way_stands(place: Place) -> None:
    with place.open(FixedClock(AT)) as casebook:
        casebook.receipts.receive(A, received(letter(non_disclosure="yes", representative="Maximiliane Musterfrau")))
        take(casebook, *DONE, S.WITHHELD)
        casebook.erase(A, Erasure(frozenset({"x:account:0"}), frozenset({"Maximiliane Musterfrau"})))
        order = casebook.receipts.order(A, RECEIPT)
        assert (order.letter.sender, order.letter.asks_silence) == ("[erased]", True)
        assert order.kept_for == "office of  tests"
        assert casebook.receipts.rebuild(A) == 0
        assert casebook.verify().fault is None
    assert "Musterfrau" not in place.dump()


def test_twelve_watches_at_once_receive_each_letter_once(place: Place) -> None:
    with place.open(FixedClock(AT)) as casebook:
        letters = [received(letter(number=number)) for number in range(1, 9)]
        new: list[bool] = []
        work = lambda: new.extend([casebook.receipts.receive(A, one) for one in letters])  # noqa: E731
        threads = [threading.Thread(target=work) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(new) == 8
        assert len(casebook.receipts.list(A)) == 8
        assert casebook.verify().fault is None


def test_lines_that_somebody_changed_are_found_and_made_anew(place: Place) -> None:
    with opened(place) as casebook:
        take(casebook, S.ACKNOWLEDGED)
        with place.sql() as engine, engine.begin() as connection:
            connection.execute(text("UPDATE receipts SET waits_for = ''"))
        assert casebook.receipts.rebuild(A) == 1
        assert casebook.receipts.rebuild(A) == 0
        assert [line.waits_for for line in casebook.receipts.list(A)] == ["is it real?"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from([one for one in S if one is not S.RECEIVED]), st.integers(0, 60)), max_size=25)
)
def test_after_any_history_the_lines_are_those_of_a_fold_made_anew(
    places: Callable[[], Place], moves: list[tuple[S, int]]
) -> None:
    at = AT
    with opened(places()) as casebook:
        for number, (what, days) in enumerate(moves):
            at += timedelta(days=days)
            try:
                casebook.receipts.follow(A, happens(what, number + 50, at))
            except UsageError:
                continue
        assert casebook.receipts.rebuild(A) == 0
        assert casebook.verify().fault is None
