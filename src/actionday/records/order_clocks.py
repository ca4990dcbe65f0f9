"""Which clocks run over something received, and where they stand: evidence read off its fold, counted by `records.deadline`.

Not for: the clocks themselves, which are data (`records.deadlines`), or how long something is kept, which an authority may say (`Order.kept_until`).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from actionday.records.deadline import (
    Deadline,
    Done,
    Ended,
    Evidence,
    Extended,
    Started,
    Stop,
    Stopped,
    deadline,
    gathered,
)
from actionday.records.deadlines import CLOCKS
from actionday.records.office_hours import Office
from actionday.records.order import Order
from actionday.records.order_event import Obstacle, OrderEvent, OrderStep
from actionday.records.receipt import ReceiptKind

_S = OrderStep


def clocks(order: Order, now: datetime, office: Office | None = None) -> Mapping[str, Deadline]:
    """Every clock that has started, by the name of its rule. `office` is the host's, for clocks that count its days."""
    found = {}
    for name, evidence in _evidence(order).items():
        clock = deadline(CLOCKS[name], gathered(evidence), now, office)
        if clock.since is not None:
            found[name] = clock
    return found


def _evidence(order: Order) -> dict[str, list[Evidence]]:
    received = Started(order.letter.received)
    match order.kind:
        case ReceiptKind.NOTICE | ReceiptKind.USER_REPORT:
            kinds: dict[str, list[Evidence]] = {
                "notice_receipt": [received, *_done(order, _S.ACKNOWLEDGED)],
                "notice_decision": [received, *_done(order, _S.ANSWERED)],
            }
        case ReceiptKind.COMPLAINT:
            kinds = {"complaint": [received, *_done(order, _S.ANSWERED)]}
        case ReceiptKind.ORDER | ReceiptKind.UNCLEAR:
            kinds = {
                "act": [received, *_stops(order), *_done(order, _S.DISABLED)],
                "feedback": list(_feedback(order)),
                "scrutiny_request": [received, *_done(order, _S.SCRUTINY)],
                "non_disclosure": list(_silence(order)),
            }
        case ReceiptKind.OTHER:
            kinds = {}
    return kinds


def _of(order: Order, step: OrderStep) -> Iterator[OrderEvent]:
    return (one for one in order.told if one.step is step)


def _done(order: Order, step: OrderStep) -> list[Evidence]:
    return [Done(one.at) for one in _of(order, step)]


def _stops(order: Order) -> Iterator[Evidence]:
    """Annex III stops the hour, and what clarifies it starts it anew."""
    running = ""
    for one in order.told:
        if one.step is _S.IMPOSSIBLE:
            running = one.id
            why = Stop.IMPOSSIBLE if Obstacle.IMPOSSIBLE in one.obstacles else Stop.UNCLEAR
            yield Stopped(one.at, running, why)
        elif one.step is _S.CLARIFIED:
            yield Ended(one.at, running)


def _feedback(order: Order) -> Iterator[Evidence]:
    about = order.disabled or order.impossible
    if about is not None:
        yield Started(about.at)
        after = order.told.index(about)
        yield from (Done(one.at) for one in order.told[after:] if one.step is _S.ANSWERED)


def _silence(order: Order) -> Iterator[Evidence]:
    for number, one in enumerate(order.withheld):
        yield Extended(one.at, one.id) if number else Started(one.at)
