"""Counts of a host's year, held against a year counted by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.records.received import AT, happens, letter, received

from actionday.measure.host_report import measure_host
from actionday.records import Measure
from actionday.records.order import Order, fold_order
from actionday.records.order_event import Obstacle, OrderStep, Outcome
from actionday.records.receipt import ReceiptKind

S = OrderStep
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def way(number: int, *steps: tuple[S, int], kind: ReceiptKind = ReceiptKind.ORDER, late: int = 0) -> Order:
    """Steps at so many minutes after receipt."""
    one = replace(letter(kind, number), received=AT + timedelta(days=late))
    events = [
        happens(what, 100 * number + count, one.received + timedelta(minutes=at), one.id)
        for count, (what, at) in enumerate(steps)
    ]
    order = fold_order([received(one), *events])
    assert order is not None
    return order


def value(measure: Measure, name: str, **group: str) -> float | None:
    (one,) = [each for each in measure.estimates if each.name == name and dict(each.group) == group]
    return one.value


DONE = [(S.REAL, 5), (S.PRESERVED, 6)]
ORDERS = [
    way(1, *DONE, (S.DISABLED, 30), (S.SCRUTINY, 90), (S.REJECTED, 99)),
    way(2, *DONE, (S.DISABLED, 70), (S.COURT, 90), (S.REINSTATED, 99)),
    way(3, (S.REAL, 5), (S.IMPOSSIBLE, 6), (S.CLARIFIED, 600), (S.PRESERVED, 601), (S.DISABLED, 640)),
    way(4, (S.DOUBTFUL, 5)),
    way(5, (S.ACKNOWLEDGED, 5), (S.ANSWERED, 50), kind=ReceiptKind.COMPLAINT),
    way(6, kind=ReceiptKind.NOTICE),
    way(7, late=60),  # next year's
]


def test_a_year_as_counted_by_hand() -> None:
    found = measure_host(ORDERS, YEAR, 3)
    assert (
        value(found, "received", kind="order"),
        value(found, "received", kind="complaint"),
        value(found, "received", kind="notice"),
    ) == (4, 1, 1)
    assert (value(found, "orders_real"), value(found, "orders_doubtful")) == (3, 1)
    assert (
        value(found, "orders_disabled", outcome=Outcome.REMOVED.value),
        value(found, "orders_disabled", outcome="access_disabled"),
    ) == (3, 0)
    assert value(found, "orders_impossible", obstacle=Obstacle.INSUFFICIENT.value) == 1
    assert value(found, "orders_within_the_hour") == 2  # 30 and 40 minutes, the second from its clarification
    assert value(found, "median_minutes_to_act") == 40
    assert (
        value(found, "challenges", way="scrutiny"),
        value(found, "challenges", way="court"),
        value(found, "reinstated"),
    ) == (1, 1, 1)
    assert value(found, "complaints_answered") == 1


def test_an_empty_year_has_no_median_and_says_why() -> None:
    found = measure_host([], YEAR, None)
    (one,) = [each for each in found.estimates if each.name == "median_minutes_to_act"]
    assert (one.value, one.n) == (None, 0)
    assert "nothing was disabled or removed" in one.caveats


def test_what_a_small_host_is_exempt_from_is_said() -> None:
    for size, word in ((3, "micro"), (20, "small"), (80, "not small"), (None, "was not said")):
        assert word in measure_host([], YEAR, size).notes[0]
