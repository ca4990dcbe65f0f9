"""Whom to wake, and when again: read off what was received and who was woken before, so that a restart neither forgets nor repeats.

A removal order wakes whoever is on duty at once, and again until somebody acknowledges it; then the deputy besides. It never waits for a digest.
Not for: how a page travels.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from actionday.records.order import Order
from actionday.records.order_clocks import clocks
from actionday.records.receipt import ReceiptKind

WITHIN = timedelta(seconds=60)
"""A page leaves within so long of the server's receipt."""


class Whom(StrEnum):
    """Who is woken."""

    DUTY = "duty"
    DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long between pages, and after how many to duty alone the deputy is woken too. Raises ValueError."""

    again: timedelta = timedelta(minutes=5)
    alone: int = 2

    def __post_init__(self) -> None:
        if self.again < timedelta(seconds=30) or self.alone < 1:
            raise ValueError("pages are half a minute apart at least, and duty is woken once before the deputy")


@dataclass(frozen=True, slots=True)
class Page:
    """What is said to whom. It names nobody and quotes nothing: a page may lie on a locked screen."""

    whom: Whom
    subject: str
    text: str


def due(order: Order, pace: Pace, now: datetime) -> tuple[Whom, ...]:
    """Whom to wake now; nobody where it wakes nobody, somebody has it, or the last page is not long ago."""
    if not order.is_order or order.acknowledged is not None:
        return ()
    if order.pages and now - order.pages[-1].at < pace.again:
        return ()
    waked = [one for one in order.pages if one.to == Whom.DUTY]
    return (Whom.DUTY, Whom.DEPUTY) if len(waked) >= pace.alone else (Whom.DUTY,)


def page(order: Order, whom: Whom, now: datetime) -> Page:
    """What to say about it."""
    what = "removal order" if order.kind is ReceiptKind.ORDER else "letter that may be a removal order"
    clock = clocks(order, max(now, order.letter.received))["act"]  # the server's clock may be ahead of ours
    due_by = "" if clock.due is None else f"; one hour ends {clock.due:%H:%M} UTC"
    subject = f"actionday: {what} received {order.letter.received:%H:%M} UTC{due_by}"
    lacking = ", ".join(one.name for one in order.letter.missing)
    lines = [
        f"A {what} was received at {order.letter.received:%Y-%m-%d %H:%M:%S} UTC{due_by}.",
        *([f"Missing in it: {lacking}."] if lacking else []),
        "Nobody has acknowledged it yet. Before anything is disabled: is it real?",
        f"  actionday intake show {order.id}",
        f"  actionday intake acknowledge {order.id}",
    ]
    return Page(whom, subject, "\n".join(lines) + "\n")
