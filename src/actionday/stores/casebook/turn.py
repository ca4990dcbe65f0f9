"""Somebody's turn to write: the transaction, what writing needs from outside, who writes and with which key. Not for: who may (`people`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from actionday.records import Actor, lookup_hash
from actionday.stores.casebook.ledger import Means, append
from actionday.stores.casebook.payloads import Draft


@dataclass(frozen=True, slots=True)
class Turn:
    """One write transaction of an actor who may write. `key` is the actor's, where people are enrolled."""

    connection: Connection
    means: Means
    actor: Actor
    key: bytes | None = field(repr=False)

    @property
    def now(self) -> datetime:
        """The time, UTC."""
        return self.means.clock.now()

    def append(self, drafts: Sequence[Draft]) -> None:
        """Append to the ledger; see `ledger.append`."""
        append(self.connection, self.means, self.actor, drafts, self.key)

    def hashed(self, name: str) -> str:
        """The keyed hash under which a name is found."""
        return lookup_hash(self.means.key, name)
