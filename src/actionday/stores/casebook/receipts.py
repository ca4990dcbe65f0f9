"""What a casebook does with what a host receives, and the values it hands out. One suite runs over both databases.

Every call is one transaction in which nobody else writes, so nothing is taken twice and no step overtakes another. Not for: how it goes
(`records.order`), or the original, which lies sealed (`stores.sealed`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from actionday.records import Actor, EntryId
from actionday.records.order import Order
from actionday.records.order_event import OrderEvent
from actionday.records.receipt import ReceiptKind


@dataclass(frozen=True, slots=True)
class Received:
    """One line of a list, oldest receipt first. `waits_for` says in words what a person has to do next; empty: nothing."""

    receipt: EntryId
    kind: ReceiptKind
    received: str
    waits_for: str
    acknowledged: bool
    kept_until: str | None
    source: str
    events: int


class Receipts(Protocol):
    """The intake of a casebook. Raises PermissionRefused, and UsageError with the reason where a step cannot follow."""

    def receive(self, actor: Actor, event: OrderEvent) -> bool:
        """Write down what was received (permission `add`). False where it was there already: the first word stands."""
        ...

    def follow(self, actor: Actor, event: OrderEvent) -> Order:
        """Take one step (permission by `records.order_event.NEEDS`)."""
        ...

    def order(self, actor: Actor, receipt: EntryId) -> Order:
        """Everything about one receipt (permission `read`)."""
        ...

    def list(self, actor: Actor, *, waiting: bool = True) -> Sequence[Received]:
        """What was received (permission `read`): all, or only what waits for somebody."""
        ...

    def unacknowledged(self, actor: Actor) -> Sequence[Order]:
        """What may be an order and nobody has yet (permission `add`): whom to wake, the watch asks."""
        ...

    def known(self, actor: Actor, sources: Iterable[str]) -> frozenset[str]:
        """Which sources something was received from already (permission `add`)."""
        ...

    def sources(self, actor: Actor, beginning: str) -> Sequence[str]:
        """Sources that begin so, of everything received (permission `add`)."""
        ...

    def there(self, actor: Actor, receipt: EntryId) -> bool:
        """Whether it was received (permission `add`)."""
        ...

    def expired(self, actor: Actor, now: datetime) -> Sequence[Order]:
        """What is preserved and whose time is over (permission `erase`)."""
        ...

    def every(self, actor: Actor) -> Sequence[Order]:
        """Everything that was received and not forgotten, in the order in which it was written (permission `read`)."""
        ...

    def kept(self) -> frozenset[str]:
        """SHA-256 of all originals and of all that is preserved: what has to lie sealed, and nothing else may. Reveals nothing, so nobody is asked."""
        ...

    def rebuild(self, actor: Actor) -> int:
        """Fold everything anew (permission `read`). Returns how many lines were other than what their entries say."""
        ...
