"""What happens to something that was received, as dated events. Not for: how they follow on each other (`records.order`)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from actionday.records.case_event import Item
from actionday.records.ids import ActorId, EntryId
from actionday.records.permission import Permission
from actionday.records.receipt import Receipt, ReceiptKind


class OrderStep(StrEnum):
    """What an event says."""

    RECEIVED = "received"
    PAGED = "paged"
    """somebody was woken, or it was tried"""
    ACKNOWLEDGED = "acknowledged"
    """a person has it"""
    SORTED = "sorted"
    """a person read it and says that it is something else"""
    REAL = "real"
    DOUBTFUL = "doubtful"
    PRESERVED = "preserved"
    """content and related data were sealed: Art. 6"""
    DISABLED = "disabled"
    """removed, or access disabled in all Member States"""
    IMPOSSIBLE = "impossible"
    """Annex III"""
    CLARIFIED = "clarified"
    """the reason of Annex III has ended, and the clock starts anew"""
    ANSWERED = "answered"
    """Annex II or III, a decision on a notice or a complaint, left here"""
    WITHHELD = "withheld"
    """the content provider is not told: Art. 11(3)"""
    INFORMED = "informed"
    """the content provider was told: Art. 11(1)"""
    COMPLAINED = "complained"
    """the content provider objects, to the host"""
    SCRUTINY = "scrutiny"
    """the home authority was asked to scrutinise it: Art. 4(4)"""
    COURT = "court"
    """it is challenged before a court: Art. 9"""
    REJECTED = "rejected"
    """that was decided, and the order stands"""
    REINSTATED = "reinstated"
    KEPT_LONGER = "kept_longer"
    """a named authority or court wants it kept"""
    OPENED = "opened"
    """somebody looked at what lies sealed"""
    ERASED = "erased"
    """what was preserved is gone"""


class Answered(StrEnum):
    """A check's answer to one part of the question whether an order is real."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Asked(StrEnum):
    """The parts of that question."""

    LISTED = "listed"
    """is the authority in the register?"""
    ROUTE = "route"
    """does a valid signature, or a known route, lead to it?"""
    PUBLIC = "public"
    """is the material public?"""
    HOSTED = "hosted"
    """is it hosted here?"""
    COMPLETE = "complete"
    """does it say what Annex I asks for?"""


@dataclass(frozen=True, slots=True)
class Check:
    """One part answered, with the reason; `call_back` is the register's number where there is doubt and the register has one."""

    asked: Asked
    answer: Answered
    why: str
    call_back: str = ""

    @property
    def red(self) -> bool:
        """Whether it is a doubt."""
        return self.answer is not Answered.YES


class Outcome(StrEnum):
    """What a host did, by Annex II."""

    REMOVED = "removed"
    ACCESS_DISABLED = "access_disabled"


class Obstacle(StrEnum):
    """Why a host could not, by Annex III."""

    IMPOSSIBLE = "impossible"
    """force majeure or de facto impossibility: Art. 3(7)"""
    MANIFEST_ERRORS = "manifest_errors"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One dated fact about one receipt. `receipt` is the id of its first event; `why` is in people's words; `at` in UTC.

    `letter` goes with received; `checks` and `register` (date and digest) with real and doubtful, `called` with real where the register's number was
    called; `items` with preserved, and `about`, the subjects whose they are; `outcome` with disabled; `obstacles` with impossible; `until` with withheld and kept longer, `authority`
    with kept longer; `to` with paged; `kind` with sorted; `reference` with what leaves or came in under a number. Raises ValueError.
    """

    id: EntryId
    receipt: EntryId
    step: OrderStep
    at: datetime
    by: ActorId
    why: str = field(default="", repr=False)
    letter: Receipt | None = None
    checks: tuple[Check, ...] = ()
    register: str = ""
    called: str = ""
    items: tuple[Item, ...] = ()
    outcome: Outcome | None = None
    obstacles: tuple[Obstacle, ...] = ()
    until: datetime | None = None
    authority: str = ""
    to: str = ""
    reference: str = ""
    kind: ReceiptKind | None = None
    about: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("at", "until"):
            value = getattr(self, name)
            if value is not None and value.tzinfo is None:
                raise ValueError("it needs an aware time")
            if value is not None:
                object.__setattr__(self, name, value.astimezone(UTC))
        if (self.step is OrderStep.RECEIVED) != (self.id == self.receipt):
            raise ValueError("a receipt's id is that of its first event")
        for name, steps in _NEEDED.items():
            if self.step in steps and not getattr(self, name):
                raise ValueError(f"{self.step} needs its {name}")
            if getattr(self, name) and self.step not in steps | _ALLOWED.get(name, frozenset()):
                raise ValueError(f"`{name}` goes with {' and '.join(sorted(steps))}")
        if self.step in _REASONED and not self.why.strip():
            raise ValueError(f"{self.step} needs its reason")


_S = OrderStep
_NEEDED: dict[str, frozenset[OrderStep]] = {
    "letter": frozenset({_S.RECEIVED}),
    "kind": frozenset({_S.SORTED}),
    "checks": frozenset({_S.REAL, _S.DOUBTFUL}),
    "items": frozenset({_S.PRESERVED}),
    "outcome": frozenset({_S.DISABLED}),
    "obstacles": frozenset({_S.IMPOSSIBLE}),
    "until": frozenset({_S.WITHHELD, _S.KEPT_LONGER}),
    "authority": frozenset({_S.KEPT_LONGER}),
    "to": frozenset({_S.PAGED}),
    "reference": frozenset({_S.ANSWERED, _S.COMPLAINED, _S.SCRUTINY, _S.COURT}),
    "about": frozenset(),
    "register": frozenset(),
    "called": frozenset(),
}
_ALLOWED: dict[str, frozenset[OrderStep]] = {
    "register": frozenset({_S.REAL, _S.DOUBTFUL}),
    "called": frozenset({_S.REAL}),
    "about": frozenset({_S.PRESERVED}),
    "reference": frozenset({_S.CLARIFIED, _S.INFORMED, _S.REJECTED, _S.REINSTATED, _S.KEPT_LONGER}),
}
_REASONED = frozenset(
    {
        _S.SORTED,
        _S.DOUBTFUL, _S.IMPOSSIBLE, _S.CLARIFIED, _S.WITHHELD, _S.REJECTED, _S.REINSTATED, _S.KEPT_LONGER, _S.OPENED,
    }
)  # fmt: skip
NEEDS: dict[OrderStep, Permission] = dict.fromkeys(OrderStep, Permission.ENFORCE) | dict.fromkeys(
    (_S.RECEIVED, _S.PAGED, _S.COMPLAINED), Permission.ADD
)
NEEDS[_S.ERASED] = Permission.ERASE
"""What whoever takes a step needs. Receiving and paging are for everybody who works here, and for the watch."""
