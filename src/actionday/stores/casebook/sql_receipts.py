"""The intake over SQLAlchemy: permissions asked, histories looked at, entries appended, lines kept, in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from actionday.records import Actor, EntryId, Permission, UsageError, lookup_hash
from actionday.records.order import Order, follow, why_not
from actionday.records.order_event import NEEDS, OrderEvent, OrderStep
from actionday.stores.casebook import receipt_rows as rows
from actionday.stores.casebook.databases import Database
from actionday.stores.casebook.ledger import Means, append
from actionday.stores.casebook.people import key_of
from actionday.stores.casebook.receipt_payloads import of_receipt
from actionday.stores.casebook.receipts import Received
from actionday.stores.casebook.tables import LEDGER


class SqlReceipts:
    """See `Receipts`. Shares the casebook's database; may be used from several threads."""

    def __init__(self, database: Database, means: Means) -> None:
        self._database, self._means = database, means

    def receive(self, actor: Actor, event: OrderEvent) -> bool:
        """See `Receipts`."""
        _theirs(actor, event)
        if event.letter is None:
            raise UsageError("what is received begins with what was received")
        with self._database.writing() as connection:
            key = key_of(connection, actor, NEEDS[OrderStep.RECEIVED])
            if connection.execute(select(LEDGER.c.id).where(LEDGER.c.id == event.id)).first() is not None:
                return False
            places = tuple(f"url:{place}" for place in event.letter.locations)
            subjects = tuple(dict.fromkeys((*places, f"receipt:{event.id}")))
            try:
                append(connection, self._means, actor, [of_receipt(actor, event, subjects)], key)
            except UsageError:  # about somebody who was forgotten, and who is an order's all the same
                append(connection, self._means, actor, [of_receipt(actor, event, (f"receipt:{event.id}",))], key)
            rows.put_new(connection, follow(None, event))
        return True

    def follow(self, actor: Actor, event: OrderEvent) -> Order:
        """See `Receipts`."""
        _theirs(actor, event)
        with self._database.writing() as connection:
            key = key_of(connection, actor, NEEDS[event.step])
            order = rows.order_of(connection, event.receipt)
            if order is not None and any(one.id == event.id for one in order.told):
                append(connection, self._means, actor, [of_receipt(actor, event)], key)  # the same again, or refused
                return order
            if reason := why_not(order, event):
                raise UsageError(f"{event.receipt}: {reason}")
            after = follow(order, event)
            append(connection, self._means, actor, [of_receipt(actor, event)], key)
            rows.belong_to(connection, event.receipt, [lookup_hash(self._means.key, one) for one in event.about])
            rows.put(connection, after)
        return after

    def order(self, actor: Actor, receipt: EntryId) -> Order:
        """See `Receipts`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            order = rows.order_of(connection, receipt)
        if order is None:
            raise UsageError(f"nothing was received under {receipt} here")
        return order

    def list(self, actor: Actor, *, waiting: bool = True) -> Sequence[Received]:
        """See `Receipts`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return rows.lines(connection, waiting=waiting)

    def unacknowledged(self, actor: Actor) -> Sequence[Order]:
        """See `Receipts`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.ADD)
            found = [rows.order_of(connection, one) for one in rows.unacknowledged(connection)]
        return [one for one in found if one is not None]

    def known(self, actor: Actor, sources: Iterable[str]) -> frozenset[str]:
        """See `Receipts`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.ADD)
            return frozenset(rows.known_sources(connection, [*sources]))

    def sources(self, actor: Actor, beginning: str) -> Sequence[str]:
        """See `Receipts`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.ADD)
            return rows.sources_from(connection, beginning)

    def there(self, actor: Actor, receipt: EntryId) -> bool:
        """See `Receipts`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.ADD)
            return connection.execute(select(LEDGER.c.id).where(LEDGER.c.id == receipt)).first() is not None

    def expired(self, actor: Actor, now: datetime) -> Sequence[Order]:
        """See `Receipts`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.ERASE)
            found = [rows.order_of(connection, one) for one in rows.kept_beyond(connection, now, over=True)]
        return [one for one in found if one is not None]

    def every(self, actor: Actor) -> Sequence[Order]:
        """See `Receipts`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return [order for order, _ in rows.every(connection)]

    def kept(self) -> frozenset[str]:
        """See `Receipts`."""
        with self._database.reading() as connection:
            found = set()
            for order, _ in rows.every(connection):
                found.add(order.letter.original.sha256)
                if order.preserved is not None and order.erased is None:
                    found |= {one.sha256 for one in order.preserved.items}
        return frozenset(found)

    def rebuild(self, actor: Actor) -> int:
        """See `Receipts`."""
        with self._database.writing() as connection:
            key_of(connection, actor, Permission.READ)
            return rows.rebuilt(connection)


def _theirs(actor: Actor, event: OrderEvent) -> None:
    if event.by != actor.id:
        raise UsageError("a step is recorded by the person who takes it")
