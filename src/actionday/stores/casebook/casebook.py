"""What a casebook does, whichever database it lies in, and the values it hands out. One suite runs over all of them.

Not for: rules of casework (verbs have them), the fold (`records.lineage`), or what was seen (the archive).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from actionday.records import Actor, ActorId, Judgement, Lineage, Withdrawal
from actionday.records.preregistration import Frozen
from actionday.stores.casebook.chain import Head


@dataclass(frozen=True, slots=True)
class Fault:
    """The first bad entry of a chain, and what is wrong with it."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the chain found. `erased` counts entries that lost something by an erasure on record."""

    entries: int
    head: Head
    erased: int
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whom to erase: subject ids in text form, references, names that may stand in reasons. `reason` names nobody."""

    subjects: frozenset[str]
    names: frozenset[str] = field(default=frozenset(), repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Erased:
    """Entries that lost everything, and entries about others that lost only their reason, since it named the subject."""

    entries: int
    reasons: int


class Casebook(Protocol):
    """An append-only ledger. Every method that changes or reveals raises PermissionRefused for an actor who may not.

    Methods raise HomeError where the database cannot be used, HomeLocked where another process holds it for too long.
    Entries are written in one transaction a call, and a call that returned is on the disk.
    """

    def record(self, actor: Actor, judgements: Iterable[Judgement]) -> Head:
        """Append the actor's own judgements (permission `judge`). Those whose id is there already are not written again.

        Raises UsageError, and writes nothing, for a judgement of somebody else, one about a forgotten subject, or an id
        that is there with other content.
        """
        ...

    def withdraw(self, actor: Actor, withdrawals: Iterable[Withdrawal]) -> Head:
        """Append withdrawals of the actor's own judgements (permission `judge`). Raises UsageError for any other."""
        ...

    def judgements(self, actor: Actor, until: Head | None = None) -> Iterator[Judgement]:
        """All judgements that are not withdrawn or erased, in the order of the ledger (permission `read`).

        `until` gives them as they stood at a head, so that numbers can be computed again; what was erased since stays out.
        Raises UsageError for a head that is not of this chain.
        """
        ...

    def freeze(self, actor: Actor, frozen: Frozen) -> Head:
        """Append what is fixed before a day (permission `freeze`)."""
        ...

    def frozen(self, actor: Actor, until: Head | None = None) -> Sequence[Frozen]:
        """All that was fixed, in the order of the ledger (permission `read`); `until` as in `judgements`."""
        ...

    def names(self, actor: Actor) -> Mapping[ActorId, str]:
        """The name that each person last wrote under, as far as it was not erased (permission `read`)."""
        ...

    def lineage(self, actor: Actor) -> Lineage:
        """The fold of the judgements (permission `read`)."""
        ...

    def erase(self, actor: Actor, erasure: Erasure) -> Erased:
        """Erase what the casebook holds of a subject, keep it out, and leave a record (permission `erase`).

        No byte of it stays in the database's own files; a server's logs and backups are its operator's. Repeating it is harmless.
        """
        ...

    def head(self) -> Head:
        """The newest entry."""
        ...

    def verify(self, noted: Head | None = None) -> ChainReport:
        """Walk along the whole chain; with a noted head also see that nothing up to it was cut off or written anew."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
