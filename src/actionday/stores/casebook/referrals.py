"""What a casebook does with referrals: the outbox, and the values it hands out. One suite runs over both databases.

A referral leaves at most once: `take` writes that it may have left before anything is sent, so whoever is killed in between leaves it in
doubt, and what is in doubt is never taken again. Not for: how a referral goes (`records.referral`), or sending (routes).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from actionday.records import Actor, EntryId
from actionday.records.outgoing import Outgoing
from actionday.records.referral import Referral, ReferralEvent


class PartnerList(StrEnum):
    """What a partner's list of a joint campaign says of the targets on it."""

    HELD = "held"
    """leave alone; nobody is told why"""
    REFERRED = "referred"
    """it was referred already: a person decides"""
    ITEMS = "items"
    """among the partner's own items; for counting"""


@dataclass(frozen=True, slots=True)
class Sending:
    """To whom, and how much: at most so many now, in an hour and in a day (24 hours), counted over all who send.

    `called` gives further names under which targets are known by now, by target: a hold on any of them counts.
    """

    recipient: str
    limit: int = 100
    hourly: int = 100
    daily: int = 500
    called: Mapping[str, Collection[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if min(self.limit, self.hourly, self.daily) < 1:
            raise ValueError("at least one is sent at a time")


@dataclass(frozen=True, slots=True)
class Filed:
    """A referral as it stands, and what it is about."""

    id: EntryId
    outgoing: Outgoing
    state: Referral
    released: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A referral that waits and was not taken, and why."""

    referral: EntryId
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What was taken to be sent: it is in doubt from now on, until `tell` says what became of it. And what was passed over, with reasons.

    `full`: more waits, and the limit or the recipient's ceiling was reached.
    """

    taken: tuple[Filed, ...]
    left: tuple[Kept, ...]
    full: bool = False


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One line of a list of referrals. `taken` is ISO 8601 in UTC; `drafted` the number of the entry that drafted it."""

    referral: EntryId
    case: EntryId
    campaign: str
    recipient: str
    reference: str
    form: str
    status: str
    stage: str
    taken: str | None
    drafted: int
    platform: str = ""
    case_stage: str = ""


@dataclass(frozen=True, slots=True)
class ReferralListing:
    """Which referrals to list: of one campaign or all, one recipient or all, one case or all; behind which entry number, how many."""

    campaign: str | None = None
    recipient: str | None = None
    case: EntryId | None = None
    after: int = 0
    limit: int = field(default=1000)


class Referrals(Protocol):
    """The referrals of a casebook. Raises PermissionRefused, and UsageError with the reason where a step cannot follow."""

    def draft(self, actor: Actor, drafts: Iterable[Outgoing]) -> Sequence[EntryId]:
        """Draft referrals of findings that stand (permission `refer`), each a target of the launched campaign that it names.

        Refused: a second one about a target, under any of its names, for the same recipient; a held target; a referral in the form
        of a unit's by a unit of one; a draft within a joint campaign without marks.
        """
        ...

    def approve(self, actor: Actor, referrals: Iterable[EntryId]) -> None:
        """Approve drafts, and let them wait to be sent (permission `approve`). Not by who drafted it, except in a unit of one."""
        ...

    def again(self, actor: Actor, referral: EntryId) -> None:
        """Let one that was settled as not sent wait again (permission `refer`)."""
        ...

    def take(self, actor: Actor, sending: Sending, only: Collection[EntryId] | None = None) -> Batch:
        """Take what waits for a recipient, oldest first (permission `refer`); with `only`, of those.

        In this transaction all is looked at again: holds of any name, partners' lists, whether the finding stands (no contest, no seal), whether the
        campaign runs, and how much the recipient got. What is taken is in doubt until `tell` settles it.
        """
        ...

    def tell(self, actor: Actor, referral: EntryId, event: ReferralEvent) -> Referral:
        """Record what became of it (permission `refer`): sent or not, a receipt, an answer, a sighting, a withdrawal.

        An answer that cannot be yet is kept and counts as soon as it can; a step of our own is refused. Sent and not sent are dated
        behind the moment of taking.
        """
        ...

    def release(self, actor: Actor, referral: EntryId, why: str) -> None:
        """Let go what a partner's list of what it referred had parked (permission `approve`). A hold is nobody's to release here."""
        ...

    def referral(self, actor: Actor, referral: str) -> Filed:
        """One referral, by id or reference (permission `read`)."""
        ...

    def list(self, actor: Actor, asked: ReferralListing) -> Sequence[ReferralLine]:
        """Referrals in the order in which they were drafted (permission `read`)."""
        ...

    def put_list(self, actor: Actor, campaign: str, unit: str, kind: PartnerList, marks: Iterable[str]) -> int:
        """Put a partner's list in the place of its last one (permission `refer`). Returns how many marks it has."""
        ...

    def partner_marks(self, actor: Actor, campaign: str) -> Sequence[tuple[str, PartnerList, str]]:
        """What partners listed for a joint campaign: unit, list, mark (permission `read`). Whose hold it is, is not told."""
        ...

    def rebuild(self, actor: Actor) -> int:
        """Fold every referral anew (permission `read`). Returns how many lines were other than what their entries say."""
        ...
