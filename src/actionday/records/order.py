"""The way of something received, from the server's time of receipt to the end of preservation: a pure fold over dated events.

Nothing is disabled before the question "is it real?" is answered and what is disabled is preserved; nothing preserved is erased while its clock
runs. A refused event is named with its reason and never written. Not for: clocks (`records.order_clocks`), or who is asked (`assess.genuine`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from actionday.records.deadlines import CLOCKS
from actionday.records.ids import EntryId
from actionday.records.office_hours import Office
from actionday.records.order_event import Asked, OrderEvent, OrderStep
from actionday.records.receipt import WAKES, Receipt, ReceiptKind

_S = OrderStep


@dataclass(frozen=True, slots=True)
class Order:
    """Where something received stands. Every part is the newest event that put it there; `open_challenges` are those undecided."""

    first: OrderEvent
    told: tuple[OrderEvent, ...]
    acknowledged: OrderEvent | None = None
    sorted: OrderEvent | None = None
    real: OrderEvent | None = None
    doubtful: OrderEvent | None = None
    preserved: OrderEvent | None = None
    disabled: OrderEvent | None = None
    impossible: OrderEvent | None = None
    answered: OrderEvent | None = None
    withheld: tuple[OrderEvent, ...] = ()
    informed: OrderEvent | None = None
    open_challenges: tuple[OrderEvent, ...] = ()
    reinstated: OrderEvent | None = None
    kept: tuple[OrderEvent, ...] = ()
    erased: OrderEvent | None = None

    @property
    def id(self) -> EntryId:
        """The id of what was received."""
        return self.first.id

    @property
    def letter(self) -> Receipt:
        """What was received."""
        assert self.first.letter is not None
        return self.first.letter

    @property
    def kind(self) -> ReceiptKind:
        """What it is: as a person who read it says, else as it seemed."""
        return self.letter.kind if self.sorted is None or self.sorted.kind is None else self.sorted.kind

    @property
    def is_order(self) -> bool:
        """Whether it is, or may be, a removal order."""
        return self.kind in WAKES

    @property
    def pages(self) -> tuple[OrderEvent, ...]:
        """When somebody was woken."""
        return tuple(one for one in self.told if one.step is _S.PAGED)

    def silent_until(self, now: datetime) -> datetime | None:
        """Until when the content provider is not told; None where nothing forbids it."""
        until = self.withheld[-1].until if self.withheld else None
        return until if until is not None and until > now else None

    @property
    def kept_until(self) -> datetime | None:
        """When what is preserved has to be erased: six months after the measure, or after preserving where there was none, or as long as an authority said."""
        if self.preserved is None or self.erased is not None:
            return None
        span = CLOCKS["preservation"].span
        assert span is not None
        start = self.disabled.at if self.disabled is not None else self.preserved.at
        return max([span.after(start, Office()), *(one.until for one in self.kept if one.until is not None)])

    @property
    def kept_for(self) -> str:
        """Who may lift the preservation."""
        if self.kept:
            return self.kept[-1].authority
        return self.letter.said.get("authority_name", "").strip() or "the authority that ordered it"

    @property
    def waits_for(self) -> str:
        """What a person has to do next, in words; empty where nothing waits."""
        if self.acknowledged is None:
            return "acknowledge"
        if not self.is_order:
            return "answer" if self.answered is None and self.kind is not ReceiptKind.OTHER else ""
        if self.disabled is None and self.impossible is None:
            if self.real is None:
                return "is it real?" if self.doubtful is None or not self._settled(self.doubtful) else ""
            return "preserve" if self.preserved is None else "disable, or say why not"
        if not self._settled(self.disabled or self.impossible):
            return "answer"
        if self.disabled is not None and self.informed is None and not self.withheld:
            return "inform, or withhold"
        return "clarification" if self.disabled is None else ""

    def _settled(self, what: OrderEvent | None) -> bool:
        """Whether an answer left after it."""
        if what is None or self.answered is None:
            return False
        return self.told.index(self.answered) > self.told.index(what)


def why_not(order: Order | None, event: OrderEvent) -> str:
    """Why an event cannot follow; empty where it can. Pure: permissions are asked elsewhere."""
    if order is None:
        return "" if event.step is _S.RECEIVED else "nothing was received under this number"
    if event.step is _S.RECEIVED:
        return "it was received already"
    if event.step in _ORDERS_ONLY and not order.is_order:
        return f"{event.step} goes with orders, and this is a {order.kind}: sort it first if it is not"
    return _WHY_NOT.get(event.step, _always)(order, event)


def follow(order: Order | None, event: OrderEvent) -> Order:
    """After one more event. Raises ValueError where it cannot follow."""
    if reason := why_not(order, event):
        raise ValueError(reason)
    if order is None:
        return Order(event, (event,))
    return _AFTER.get(event.step, _same)(replace(order, told=(*order.told, event)), event)


def fold_order(events: Iterable[OrderEvent]) -> Order | None:
    """After all events, in the order in which they were written. Raises ValueError."""
    order: Order | None = None
    for event in events:
        order = follow(order, event)
    return order


def _same(order: Order, event: OrderEvent) -> Order:
    return order


_AFTER: dict[OrderStep, Callable[[Order, OrderEvent], Order]] = {
    _S.ACKNOWLEDGED: lambda order, event: replace(order, acknowledged=event),
    _S.SORTED: lambda order, event: replace(order, sorted=event),
    _S.REAL: lambda order, event: replace(order, real=event, doubtful=None),
    _S.DOUBTFUL: lambda order, event: replace(order, doubtful=event, real=None),
    _S.PRESERVED: lambda order, event: replace(order, preserved=event),
    _S.DISABLED: lambda order, event: replace(order, disabled=event, impossible=None, reinstated=None),
    _S.IMPOSSIBLE: lambda order, event: replace(order, impossible=event),
    _S.CLARIFIED: lambda order, event: replace(order, impossible=None),
    _S.ANSWERED: lambda order, event: replace(order, answered=event),
    _S.WITHHELD: lambda order, event: replace(order, withheld=(*order.withheld, event)),
    _S.INFORMED: lambda order, event: replace(order, informed=event),
    **dict.fromkeys(
        (_S.COMPLAINED, _S.SCRUTINY, _S.COURT),
        lambda order, event: replace(order, open_challenges=(*order.open_challenges, event)),
    ),
    _S.REJECTED: lambda order, event: replace(order, open_challenges=()),
    _S.REINSTATED: lambda order, event: replace(order, reinstated=event, disabled=None, open_challenges=()),
    _S.KEPT_LONGER: lambda order, event: replace(order, kept=(*order.kept, event)),
    _S.ERASED: lambda order, event: replace(order, erased=event),
}
"""What an event changes."""
_ORDERS_ONLY = frozenset({_S.REAL, _S.DOUBTFUL, _S.IMPOSSIBLE, _S.CLARIFIED, _S.WITHHELD, _S.SCRUTINY, _S.COURT})


def _always(order: Order, event: OrderEvent) -> str:
    return ""


def _being_real(order: Order, event: OrderEvent) -> str:
    """The register knows the authority, and a signature, a route or a call to the register's own number leads to it."""
    if order.disabled is not None:
        return "it was acted on already"
    checks = {one.asked: one for one in event.checks}
    listed, route = checks.get(Asked.LISTED), checks.get(Asked.ROUTE)
    if listed is None or route is None:
        return "whether its authority is listed and whether a route leads to it has to be answered"
    if listed.red:
        return f"its authority is not in the register: {listed.why}"
    if not route.red:
        return ""
    if not event.called:
        return f"{route.why}: call {route.call_back}, the register's number, and say so"
    return "" if event.called == route.call_back else f"{event.called} is not the register's number ({route.call_back})"


def _sorting(order: Order, event: OrderEvent) -> str:
    return "it was acted on already" if order.disabled is not None or order.answered is not None else ""


def _doubting(order: Order, event: OrderEvent) -> str:
    return "it was acted on already" if order.disabled is not None else ""


def _preserving(order: Order, event: OrderEvent) -> str:
    if order.is_order and order.real is None:
        return "whether it is real is not answered yet"
    return "it was preserved already" if order.preserved is not None and order.erased is None else ""


def _disabling(order: Order, event: OrderEvent) -> str:
    if order.disabled is not None:
        return "it was acted on already"
    if order.is_order and order.real is None:
        return "whether it is real is not answered yet"
    if order.is_order and (order.preserved is None or order.erased is not None):
        return "preserve it first: Art. 6"
    return "Annex III stands, and nothing was clarified since" if order.impossible is not None else ""


def _impossible(order: Order, event: OrderEvent) -> str:
    if order.real is None:
        return "whether it is real is not answered yet"
    if order.disabled is not None:
        return "it was acted on already"
    return "that was said already" if order.impossible is not None else ""


def _clarifying(order: Order, event: OrderEvent) -> str:
    return "" if order.impossible is not None else "nothing has to be clarified"


def _answering(order: Order, event: OrderEvent) -> str:
    if not order.is_order:
        return "it was answered already" if order.answered is not None else ""
    about = order.disabled or order.impossible or order.doubtful
    if about is None:
        return "there is nothing to answer with yet: no measure, no impossibility, no doubt"
    newest = order.told.index(about)
    return "" if order.answered is None or order.told.index(order.answered) < newest else "it was answered already"


def _withholding(order: Order, event: OrderEvent) -> str:
    if order.disabled is None:
        return "nothing was disabled"
    if order.informed is not None:
        return "the content provider knows already"
    if not order.letter.asks_silence:
        return "section C of the order does not ask for it"
    if len(order.withheld) > 1:
        return "six weeks and six more are all there is: Art. 11(3)"
    span = CLOCKS["non_disclosure"].span
    last = order.withheld[-1].until if order.withheld else event.at
    assert span is not None
    assert last is not None
    assert event.until is not None
    if order.withheld and last <= event.at:
        return "the time had ended"
    return "" if event.until <= span.after(last, Office()) else "no longer than six weeks at a time: Art. 11(3)"


def _informing(order: Order, event: OrderEvent) -> str:
    if order.disabled is None:
        return "nothing was disabled"
    if order.informed is not None:
        return "the content provider knows already"
    until = order.silent_until(event.at)
    if until is not None:
        return f"section C forbids it until {until:%Y-%m-%d %H:%M} UTC"
    return "section C asks not to: withhold it, until its time has ended" if _must_be_silent(order) else ""


def _must_be_silent(order: Order) -> bool:
    return order.is_order and order.letter.asks_silence and not order.withheld


def _challenging(order: Order, event: OrderEvent) -> str:
    return "" if order.disabled is not None or not order.is_order else "nothing was disabled"


def _deciding(order: Order, event: OrderEvent) -> str:
    return "" if order.open_challenges else "nobody challenged it"


def _reinstating(order: Order, event: OrderEvent) -> str:
    if order.kind is ReceiptKind.COMPLAINT:
        return ""
    return "" if order.disabled is not None else "nothing was disabled"


def _having_kept(order: Order, event: OrderEvent) -> str:
    return "" if order.preserved is not None and order.erased is None else "nothing is preserved"


def _keeping_longer(order: Order, event: OrderEvent) -> str:
    if reason := _having_kept(order, event):
        return reason
    kept = order.kept_until
    assert kept is not None
    assert event.until is not None
    return "" if event.until > kept else f"it is kept until {kept:%Y-%m-%d} in any case"


def _erasing(order: Order, event: OrderEvent) -> str:
    if reason := _having_kept(order, event):
        return reason
    kept = order.kept_until
    assert kept is not None
    return (
        "" if event.at >= kept else f"it is preserved until {kept:%Y-%m-%d %H:%M} UTC; {order.kept_for} may lift that"
    )


def _acknowledging(order: Order, event: OrderEvent) -> str:
    return "somebody has it already" if order.acknowledged is not None else ""


_WHY_NOT: dict[OrderStep, Callable[[Order, OrderEvent], str]] = {
    _S.ACKNOWLEDGED: _acknowledging,
    _S.SORTED: _sorting,
    _S.REAL: _being_real,
    _S.DOUBTFUL: _doubting,
    _S.PRESERVED: _preserving,
    _S.DISABLED: _disabling,
    _S.IMPOSSIBLE: _impossible,
    _S.CLARIFIED: _clarifying,
    _S.ANSWERED: _answering,
    _S.WITHHELD: _withholding,
    _S.INFORMED: _informing,
    _S.COMPLAINED: _challenging,
    _S.SCRUTINY: _challenging,
    _S.COURT: _challenging,
    _S.REJECTED: _deciding,
    _S.REINSTATED: _reinstating,
    _S.KEPT_LONGER: _keeping_longer,
    _S.ERASED: _erasing,
}
"""Why an event cannot follow; empty where it can."""
