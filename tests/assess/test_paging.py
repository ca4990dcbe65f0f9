"""Whom to wake and when: at once, again, the deputy, and nobody once somebody has it."""

from datetime import timedelta

import pytest
from tests.records.received import AT, happens, letter, received

from actionday.assess.paging import Pace, Whom, due, page
from actionday.records.order import Order, fold_order
from actionday.records.order_event import OrderEvent, OrderStep
from actionday.records.receipt import ReceiptKind

PACE = Pace(timedelta(minutes=5), 2)
MINUTE = timedelta(minutes=1)


def order(*events: OrderEvent, kind: ReceiptKind = ReceiptKind.ORDER) -> Order:
    found = fold_order([received(letter(kind)), *events])
    assert found is not None
    return found


def test_duty_at_once_and_again_then_the_deputy_too_until_somebody_has_it() -> None:
    assert due(order(), PACE, AT) == (Whom.DUTY,)
    once = happens(OrderStep.PAGED, 1, AT)
    assert due(order(once), PACE, AT + 4 * MINUTE) == ()
    assert due(order(once), PACE, AT + 5 * MINUTE) == (Whom.DUTY,)
    twice = happens(OrderStep.PAGED, 2, AT + 5 * MINUTE)
    assert due(order(once, twice), PACE, AT + 10 * MINUTE) == (Whom.DUTY, Whom.DEPUTY)
    has = happens(OrderStep.ACKNOWLEDGED, 3, AT + 11 * MINUTE)
    assert due(order(once, twice, has), PACE, AT + 60 * MINUTE) == ()


@pytest.mark.parametrize("kind", ReceiptKind)
def test_only_what_may_be_an_order_wakes_anybody(kind: ReceiptKind) -> None:
    wakes = kind in (ReceiptKind.ORDER, ReceiptKind.UNCLEAR)
    assert bool(due(order(kind=kind), PACE, AT)) is wakes


def test_a_page_names_no_one_and_a_server_ahead_of_us_breaks_nothing() -> None:
    says = page(order(), Whom.DUTY, AT - MINUTE)
    assert "one hour ends 04:00 UTC" in says.subject
    for name in ("office", "example", "FR-2026-17"):
        assert name not in says.subject + says.text
    with pytest.raises(ValueError, match="half a minute"):
        Pace(timedelta(seconds=1))
