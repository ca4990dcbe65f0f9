"""What a host tells of a year: orders, notices and complaints received, what was done, how soon, and what was challenged and undone.

Complete counts, for the reports of Art. 7 of Regulation (EU) 2021/784 and Art. 15 and 24 of the DSA; authorities report by Art. 8, from their own side.
What a micro or small host is exempt from is said beside them. docs/methods/host-report.md. Not for: what removals changed (`effect`), or text of a report.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median

from actionday.records import Estimate, Measure
from actionday.records.order import Order
from actionday.records.order_event import OrderEvent, OrderStep
from actionday.records.receipt import ReceiptKind

SMALL, MICRO = 50, 10
"""Below so many people a host is small, or micro; turnover decides too, and is not known here."""
_HOUR = timedelta(hours=1)
_S = OrderStep
_RECALLED = "articles and thresholds are recalled, not compared with the published text"


def measure_host(orders: Sequence[Order], window: tuple[datetime, datetime], size: int | None) -> Measure:
    """Counts of what was received in [begin, end) and of what was done about it until now; UTC. `size` is the host's people, None: not said.

    Estimates: received (by kind); orders_real, orders_doubtful, orders_disabled (by outcome), orders_impossible (by obstacle), orders_within_the_hour,
    challenges (by way), reinstated, complaints_answered, median_minutes_to_act (None where nothing was done). Counts have no interval to speak of.
    """
    begin, end = window
    inside = [one for one in orders if begin <= one.letter.received < end]
    asked = [one for one in inside if one.is_order]
    found = [_count("received", [one for one in inside if one.kind is kind], kind=kind.value) for kind in ReceiptKind]
    found += _done(asked)
    found += _challenged(inside)
    return Measure("host_report", tuple(found), {}, (*_exemptions(size), _RECALLED))


def _done(asked: Sequence[Order]) -> list[Estimate]:
    measures = [one for one in (_first(order, _S.DISABLED) for order in asked) if one is not None]
    minutes = [_minutes(order) for order in asked if _first(order, _S.DISABLED) is not None]
    obstacles = [
        reason for order in asked for one in order.told if one.step is _S.IMPOSSIBLE for reason in one.obstacles
    ]
    found = [
        _count("orders_real", [one for one in asked if one.real is not None]),
        _count("orders_doubtful", [one for one in asked if one.doubtful is not None]),
        *(_count("orders_disabled", [one for one in measures if one.outcome == kind], outcome=kind) for kind in ("removed", "access_disabled")),
        *(_count("orders_impossible", [one for one in obstacles if one == kind], obstacle=kind) for kind in ("impossible", "manifest_errors", "insufficient")),
        _count("orders_within_the_hour", [one for one in minutes if one <= _HOUR / timedelta(minutes=1)]),
    ]  # fmt: skip
    value = median(minutes) if minutes else None
    none = () if minutes else ("nothing was disabled or removed",)
    low, high = (min(minutes), max(minutes)) if minutes else (None, None)
    why = (
        "from receipt, or from the clarification that started the hour anew; low and high are the shortest and the longest",
        *none,
    )
    found.append(
        Estimate("median_minutes_to_act", value, low, high, "minutes", len(minutes), "median of all", 1.0, why)
    )
    return found


def _challenged(inside: Sequence[Order]) -> list[Estimate]:
    told = [one for order in inside for one in order.told]
    ways = (_S.COMPLAINED, _S.SCRUTINY, _S.COURT)
    complaints = [one for one in inside if one.kind is ReceiptKind.COMPLAINT]
    return [
        *(_count("challenges", [one for one in told if one.step is way], way=way.value) for way in ways),
        _count("reinstated", [one for one in told if one.step is _S.REINSTATED]),
        _count("complaints_answered", [one for one in complaints if one.answered is not None]),
    ]


def _minutes(order: Order) -> float:
    """From when the hour began last to the first measure."""
    done = _first(order, _S.DISABLED)
    assert done is not None
    before = [one.at for one in order.told if one.step is _S.CLARIFIED and one.at <= done.at]
    return (done.at - max([order.letter.received, *before])) / timedelta(minutes=1)


def _first(order: Order, step: OrderStep) -> OrderEvent | None:
    return next((one for one in order.told if one.step is step), None)


def _count(name: str, what: Iterable[object], **group: str) -> Estimate:
    number = len(list(what))
    return Estimate(name, number, number, number, "count", number, "count", group=group)


def _exemptions(size: int | None) -> tuple[str, ...]:
    if size is None:
        return ("how large the host is was not said, so nothing is said of exemptions",)
    if size < SMALL:
        word = "micro" if size < MICRO else "small"
        return (
            f"with {size} people a {word} enterprise, if its turnover is one's too: exempt from the reports of Art. 15 and 24 of the DSA "
            "(Art. 15(2), Art. 19), and not from Art. 7 of Regulation (EU) 2021/784 for a year in which it acted",
        )
    return (f"with {size} people not small: Art. 15 and, for online platforms, Art. 24 of the DSA apply",)
