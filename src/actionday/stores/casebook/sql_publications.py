"""The change feed over SQLAlchemy: permissions asked, findings looked at, lines written by `publication_rows`."""

from collections.abc import Iterable, Sequence

from actionday.records import Actor, EntryId, Permission, UsageError
from actionday.records.case import fold_case
from actionday.records.publication import OUT, Publication, PublicationId, PublicationKind
from actionday.stores.casebook import case_rows, publication_rows
from actionday.stores.casebook.databases import Database
from actionday.stores.casebook.ledger import Means
from actionday.stores.casebook.people import key_of
from actionday.stores.casebook.publication_rows import Announced
from actionday.stores.casebook.turn import Turn


class SqlPublications:
    """See `Publications`. Shares the casebook's database; may be used from several threads."""

    def __init__(self, database: Database, means: Means) -> None:
        self._database, self._means = database, means

    def publish(self, actor: Actor, kind: PublicationKind, cases: Iterable[EntryId]) -> Sequence[PublicationId]:
        """See `Publications`."""
        if kind not in OUT:
            raise UsageError(f"a {kind} follows from what happened to its case, and is not published by hand")
        with self._database.writing() as connection:
            key = key_of(connection, actor, Permission.APPROVE)
            return publish(Turn(connection, self._means, actor, key), kind, list(dict.fromkeys(cases)))

    def since(self, actor: Actor, after: PublicationId | None = None, limit: int = 1000) -> Sequence[Publication]:
        """See `Publications`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return publication_rows.page(connection, after, limit)

    def verify(self, actor: Actor) -> int:
        """See `Publications`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return publication_rows.compared(connection)


def publish(turn: Turn, kind: PublicationKind, cases: Sequence[EntryId]) -> list[PublicationId]:
    """Publish findings inside the caller's write transaction. Raises UsageError where one does not stand."""
    what = []
    for case in cases:
        found = fold_case(case_rows.events_of(turn.connection, case))
        if found is None or not found.stands(turn.now):
            raise UsageError(f"{case}: only a finding that stands is published")
        out = publication_rows.kinds_of(turn.connection, case)
        if kind.value not in out:
            what.append(Announced(kind, case, next(iter(out.values()), None)))
    return publication_rows.announce(turn, what)
