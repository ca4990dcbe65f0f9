"""The way of an order: what is refused and why, clocks that stop and start anew, and what no history can do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.received import AT, CALL, LISTED, PLACE, REGISTER, ROUTED, SAID, UNROUTED, happens, letter, received

from actionday.records.authority import Authority
from actionday.records.deadline import Phase
from actionday.records.order import Order, fold_order, follow, why_not
from actionday.records.order_clocks import clocks
from actionday.records.order_event import NEEDS, Answered, OrderEvent, OrderStep
from actionday.records.order_fields import ANNEX_I, missing
from actionday.records.receipt import ReceiptKind

S = OrderStep
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DONE = (S.ACKNOWLEDGED, S.REAL, S.PRESERVED, S.DISABLED)


def way(*steps: S, letter_: OrderEvent | None = None) -> Order:
    """After so many steps, a minute apart."""
    events = [happens(what, number + 1, AT + (number + 1) * MINUTE) for number, what in enumerate(steps)]
    order = fold_order([letter_ or received(), *events])
    assert order is not None
    return order


def refused(order: Order, what: S, at: timedelta = HOUR) -> str:
    return why_not(order, happens(what, 999, AT + at))


def test_an_order_goes_its_way_and_says_what_waits() -> None:
    told = []
    for count in range(len(DONE) + 1):
        told.append(way(*DONE[:count]).waits_for)
    assert told == ["acknowledge", "is it real?", "preserve", "disable, or say why not", "answer"]
    answered = way(*DONE, S.ANSWERED)
    assert answered.waits_for == "inform, or withhold"
    assert way(*DONE, S.ANSWERED, S.INFORMED).waits_for == ""


def test_nothing_is_disabled_before_it_is_real_and_preserved() -> None:
    assert "real is not answered" in refused(way(), S.DISABLED)
    assert "real is not answered" in refused(way(S.ACKNOWLEDGED, S.DOUBTFUL), S.DISABLED)
    assert "real is not answered" in refused(way(), S.PRESERVED)
    assert "preserve it first" in refused(way(S.REAL), S.DISABLED)
    assert refused(way(S.REAL, S.PRESERVED), S.DISABLED) == ""
    with pytest.raises(ValueError, match="preserve it first"):
        follow(way(S.REAL), happens(S.DISABLED, 9))


def test_a_forged_order_is_not_real_until_the_registers_own_number_was_called() -> None:
    order = way(S.ACKNOWLEDGED)
    real = happens(S.REAL, 9)
    doubt = replace(real, checks=(LISTED, UNROUTED))
    assert CALL in why_not(order, doubt)
    assert "not the register's number" in why_not(order, replace(doubt, called="+1 000"))  # the letter's own
    assert why_not(order, replace(doubt, called=CALL)) == ""
    unlisted = replace(LISTED, answer=Answered.NO, why="nobody of that name")
    assert "not in the register" in why_not(order, replace(real, checks=(unlisted, ROUTED), called=CALL))
    assert "has to be answered" in why_not(order, replace(real, checks=(LISTED,)))


def test_annex_three_stops_the_hour_and_clarification_starts_it_anew() -> None:
    order = way(S.ACKNOWLEDGED, S.REAL, S.IMPOSSIBLE)
    assert clocks(order, AT + 5 * HOUR)["act"].phase is Phase.STOPPED
    assert "Annex III stands" in refused(way(S.REAL, S.PRESERVED, S.IMPOSSIBLE), S.DISABLED)
    later = follow(order, happens(S.CLARIFIED, 50, AT + 5 * HOUR))
    clock = clocks(later, AT + 5 * HOUR)["act"]
    assert (clock.phase, clock.due) == (Phase.RUNNING, AT + 6 * HOUR)
    assert clocks(way(), AT + 30 * MINUTE)["act"].due == AT + HOUR
    assert clocks(way(), AT + 61 * MINUTE)["act"].phase is Phase.LAPSED
    assert clocks(way(*DONE), AT + HOUR)["act"].phase is Phase.MET


def test_an_answer_goes_out_once_after_each_measure() -> None:
    assert "nothing to answer" in refused(way(S.REAL), S.ANSWERED)
    once = way(S.REAL, S.IMPOSSIBLE, S.ANSWERED)
    assert "answered already" in refused(once, S.ANSWERED)
    again = way(S.REAL, S.IMPOSSIBLE, S.ANSWERED, S.CLARIFIED, S.PRESERVED, S.DISABLED)
    assert refused(again, S.ANSWERED) == ""
    assert refused(way(S.DOUBTFUL), S.ANSWERED) == ""
    assert clocks(once, AT + HOUR)["feedback"].phase in (Phase.MET, Phase.MISSED)


def test_the_content_provider_is_told_unless_section_c_forbids_it_for_six_weeks_and_six_more() -> None:
    assert refused(way(*DONE), S.INFORMED) == ""
    assert "does not ask" in refused(way(*DONE), S.WITHHELD)
    silent = received(letter(non_disclosure="yes"))
    order = way(*DONE, letter_=silent)
    assert "section C" in refused(order, S.INFORMED)
    too_long = replace(happens(S.WITHHELD, 8, AT + HOUR), until=AT + timedelta(weeks=7))
    assert "six weeks at a time" in why_not(order, too_long)
    order = follow(order, happens(S.WITHHELD, 9, AT + HOUR))
    assert "forbids it until" in why_not(order, happens(S.INFORMED, 10, AT + 2 * HOUR))
    more = replace(happens(S.WITHHELD, 10, AT + DAY), until=AT + timedelta(weeks=12))
    order = follow(order, more)
    assert "all there is" in why_not(order, replace(more, id=happens(S.WITHHELD, 11).id))
    assert why_not(order, happens(S.INFORMED, 12, AT + timedelta(weeks=12, days=1))) == ""


def test_what_is_preserved_is_erased_when_its_clock_is_over_and_not_before() -> None:
    order = way(*DONE)
    assert order.kept_until is not None
    assert (order.kept_until - AT).days in range(180, 186)
    assert "may lift that" in refused(order, S.ERASED)
    assert "office of  tests" in refused(order, S.ERASED)
    longer = follow(order, happens(S.KEPT_LONGER, 20, AT + DAY))
    assert longer.kept_until == AT + DAY + timedelta(days=400)
    assert "Court of Tests" in refused(longer, S.ERASED, timedelta(days=300))
    assert refused(order, S.ERASED, timedelta(days=190)) == ""
    gone = follow(order, happens(S.ERASED, 21, AT + timedelta(days=190)))
    assert (gone.kept_until, refused(gone, S.KEPT_LONGER)) == (None, "nothing is preserved")
    earlier = replace(happens(S.KEPT_LONGER, 22), until=AT + DAY)
    assert "in any case" in why_not(order, earlier)


def test_a_challenge_is_decided_and_reinstating_undoes() -> None:
    assert "nothing was disabled" in refused(way(S.REAL), S.SCRUTINY)
    order = way(*DONE, S.SCRUTINY)
    assert refused(order, S.REJECTED) == ""
    back = follow(order, happens(S.REINSTATED, 30, AT + DAY))
    assert (back.disabled, back.open_challenges) == (None, ())
    assert "nobody challenged" in refused(back, S.REJECTED)


def test_a_complaint_has_two_weeks_and_no_question_whether_it_is_real() -> None:
    order = way(S.ACKNOWLEDGED, letter_=received(letter(ReceiptKind.COMPLAINT)))
    due = clocks(order, AT + DAY)["complaint"].due
    assert due is not None
    assert (due - AT).days == 14
    assert "goes with orders" in refused(order, S.REAL)
    assert refused(order, S.ANSWERED) == ""
    assert refused(order, S.REINSTATED) == ""
    notice = way(S.ACKNOWLEDGED, letter_=received(letter(ReceiptKind.NOTICE)))
    assert set(clocks(notice, AT + DAY)) == {"notice_receipt", "notice_decision"}


def test_a_person_sorts_what_seemed_something_else() -> None:
    order = way(S.ACKNOWLEDGED, letter_=received(letter(ReceiptKind.OTHER)))
    assert (order.waits_for, dict(clocks(order, AT + HOUR))) == ("", {})
    assert "sort it first" in refused(order, S.REAL)
    order = follow(order, replace(happens(S.SORTED, 40), kind=ReceiptKind.ORDER))
    assert (order.waits_for, clocks(order, AT + 30 * MINUTE)["act"].due) == ("is it real?", AT + HOUR)
    assert "acted on already" in refused(way(*DONE), S.SORTED)


def test_what_an_order_lacks_is_named_in_the_order_of_the_form() -> None:
    assert missing(SAID, (PLACE,)) == ()
    lacking = missing({**SAID, "reference": " "}, ())
    assert [one.name for one in lacking] == ["reference", "locations"]
    assert [one.name for one in missing({}, ())] == [one.name for one in ANNEX_I if one.required]


def test_the_register_knows_names_routes_and_certificates_and_says_when_it_is_old() -> None:
    (office,) = REGISTER.authorities
    assert REGISTER.named("OFFICE of tests", "fr") is office
    assert REGISTER.named("Office of Tests", "DE") is None
    assert office.writes_from("duty@office.example")
    assert not office.writes_from("duty@office.example.evil.example")
    assert not office.writes_from("duty@evil-office.example")
    assert REGISTER.certified("c" * 64) is office
    assert REGISTER.stale(REGISTER.as_of + timedelta(days=181))
    with pytest.raises(ValueError, match="two capital letters"):
        Authority("A", "Fr", CALL)


def test_every_step_names_what_it_needs_and_refuses_what_goes_with_others() -> None:
    assert set(NEEDS) == set(S)
    for what in S:
        if what in (S.RECEIVED, S.REINSTATED):
            continue
        with pytest.raises(ValueError, match="goes with"):
            replace(happens(what, 1), letter=letter())
    with pytest.raises(ValueError, match="needs its items"):
        replace(happens(S.PRESERVED, 1), items=())


@given(
    st.lists(st.tuples(st.sampled_from([one for one in S if one is not S.RECEIVED]), st.integers(1, 60)), max_size=40)
)
def test_no_history_disables_unasked_or_erases_early(moves: list[tuple[S, int]]) -> None:
    order, at = way(), AT
    for number, (what, days) in enumerate(moves):
        at += timedelta(days=days)
        event = happens(what, number + 100, at)
        if why_not(order, event):
            continue
        if what is S.DISABLED and order.is_order:
            assert order.real is not None
            assert order.preserved is not None
            assert order.erased is None
        if what is S.ERASED:
            assert order.kept_until is not None
            assert at >= order.kept_until
        order = follow(order, event)
    assert fold_order(order.told) == order
