"""What a casebook does, whichever database it lies in, and the values it hands out. One suite runs over all of them.

Not for: rules of casework (verbs have them), the fold (`records.lineage`), or what was seen (the archive).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from actionday.records import Actor, ActorId, Answer, Enrolment, Lineage, Person, Withdrawal
from actionday.records.preregistration import Frozen
from actionday.stores.casebook.campaigns import Campaigns
from actionday.stores.casebook.cases import Cases
from actionday.stores.casebook.chain import Head
from actionday.stores.casebook.publications import Publications
from actionday.stores.casebook.receipts import Receipts
from actionday.stores.casebook.referrals import Referrals
from actionday.stores.casebook.requests import Requests


@dataclass(frozen=True, slots=True)
class Fault:
    """The first bad entry of a chain, and what is wrong with it."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the chain found. `erased` counts entries that lost something by an erasure on record.

    `people` are those who were ever enrolled; `signed` counts entries with a signature, which is every entry from the first
    enrolment on.
    """

    entries: int
    head: Head
    erased: int
    fault: Fault | None
    people: int = 0
    signed: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head and who signed it, to be kept where nobody who writes to the casebook can reach it."""

    head: Head
    actor: ActorId
    signature: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a list shows it: no subject and no reason. `at` is ISO 8601 in UTC."""

    seq: int
    id: str
    kind: str
    at: str
    actor: ActorId
    of: str | None
    signed: bool


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

    Where people are enrolled, what an actor may do is what the ledger says of them, whatever the `Actor` claims, and what they
    write is signed: UsageError where the signature is not made with their key.

    Methods raise HomeError where the database cannot be used, HomeLocked where another process holds it for too long.
    Entries are written in one transaction a call, and a call that returned is on the disk.
    """

    @property
    def cases(self) -> Cases:
        """Its casework."""
        ...

    @property
    def receipts(self) -> Receipts:
        """What a host received."""
        ...

    @property
    def campaigns(self) -> Campaigns:
        """Its campaigns."""
        ...

    @property
    def referrals(self) -> Referrals:
        """Its referrals, and the outbox from which they leave."""
        ...

    @property
    def publications(self) -> Publications:
        """Its change feed."""
        ...

    @property
    def requests(self) -> Requests:
        """Requests of those whom its entries are about."""
        ...

    def record(self, actor: Actor, judgements: Iterable[Answer]) -> Head:
        """Append the actor's own judgements (permission `judge`). Those whose id is there already are not written again.

        Raises UsageError, and writes nothing, for a judgement of somebody else, one about a forgotten subject, or an id
        that is there with other content.
        """
        ...

    def withdraw(self, actor: Actor, withdrawals: Iterable[Withdrawal]) -> Head:
        """Append withdrawals of the actor's own judgements (permission `judge`). Raises UsageError for any other."""
        ...

    def judgements(self, actor: Actor, until: Head | None = None) -> Iterator[Answer]:
        """All judgements, and answers about a subject as a whole, that are not withdrawn or erased, in the order of the ledger (permission `read`).

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

    def names(self, actor: Actor, of: Collection[ActorId] | None = None) -> Mapping[ActorId, str]:
        """The name that each person (`of`: these alone) last wrote under, as far as it was not erased (permission `read`)."""
        ...

    def lineage(self, actor: Actor) -> Lineage:
        """The fold of the judgements (permission `read`)."""
        ...

    def erase(self, actor: Actor, erasure: Erasure) -> Erased:
        """Erase what the casebook holds of a subject, keep it out, and leave a record (permission `erase`).

        No byte of it stays in the database's own files; a server's logs and backups are its operator's. Repeating it is harmless.
        """
        ...

    def enrol(self, actor: Actor, enrolment: Enrolment) -> Head:
        """Say who works here, with which key and in which roles (permission `enrol`).

        The first person enrols themselves. Raises UsageError where the enrolment may not stand (`records.fault_in`).
        """
        ...

    def people(self) -> Mapping[ActorId, tuple[Person, str]]:
        """Everybody who ever was enrolled, and what they are called. Empty: identities here are self-declared."""
        ...

    def signed_in(self, actor: Actor, way: str) -> Head:
        """Note that somebody who works here came in, and which way (a word). Raises UsageError for anybody else."""
        ...

    def entries(self, actor: Actor, before: int | None = None, limit: int = 50) -> Sequence[Line]:
        """Entries, the newest first, from below a number (permission `read`)."""
        ...

    def checkpoint(self, actor: Actor) -> Checkpoint:
        """The newest entry, signed by somebody who is enrolled. Raises UsageError for anybody else."""
        ...

    def head(self) -> Head:
        """The newest entry."""
        ...

    def verify(self, noted: Head | None = None, checkpoint: Checkpoint | None = None) -> ChainReport:
        """Walk along the whole chain; with a noted head also see that nothing up to it was cut off or written anew.

        A checkpoint is a noted head, and its signature must be its signer's.
        """
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
