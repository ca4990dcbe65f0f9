"""The change feed of a casebook: what it hands out and takes. One suite runs over both databases. Not for: formats, which render it."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from actionday.records import Actor, EntryId
from actionday.records.publication import Publication, PublicationId, PublicationKind


class Publications(Protocol):
    """The feed: append-only, each line written in the transaction of what causes it, and in the ledger.

    A launch publishes an advisory of every target. What is overturned or sealed is retracted, and what is forgotten leaves an erasure
    record, without anybody asking for it. Raises PermissionRefused and UsageError.
    """

    def publish(self, actor: Actor, kind: PublicationKind, cases: Iterable[EntryId]) -> Sequence[PublicationId]:
        """Publish findings that stand, as advisories or recommendations (permission `approve`); one that is out as that already is not again."""
        ...

    def since(self, actor: Actor, after: PublicationId | None = None, limit: int = 1000) -> Sequence[Publication]:
        """The feed behind a line, oldest first (permission `read`)."""
        ...

    def verify(self, actor: Actor) -> int:
        """Compare the feed with the ledger (permission `read`). Returns how many lines are missing, too many or other than their entries say."""
        ...
