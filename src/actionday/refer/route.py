"""The route protocol: one way by which something reaches whoever can act, and the receipt that it leaves.

A parcel can only be made of what may leave, so no route can forget to ask: its documents are complete and unstamped, and it names the entry that
approved it. A route sends once; whether a key was sent before, holds, ceilings and batching are the dispatcher's. Entry point group:
``actionday.routes``. Not for: choosing a route, or deciding what is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from actionday.records import Clock
from actionday.records.referral import Step
from actionday.refer.forms import Document
from actionday.refer.package import EvidenceHash, Kind, Package, Recipient, is_reference


class RouteKind(StrEnum):
    """What a route is for."""

    REFER = "refer"
    """asks somebody else to act"""
    ENFORCE = "enforce"
    """acts on one's own server"""
    SHARE = "share"
    """tells partners"""


RECEIPTS = frozenset({Step.QUEUED, Step.SENT, Step.IN_DOUBT, Step.NOT_SENT, Step.RECEIVED})
"""What a receipt can say. `queued`: a person has it, and it has not left."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one recipient gets at one time. `key` is the idempotency key, `approved` the ledger entry without which nothing leaves.

    Raises ValueError for a document that may not leave, packages of several recipients, nothing inside, no reference or no approval.
    """

    key: str
    approved: str
    reference: str
    recipient: Recipient
    documents: tuple[Document, ...]
    packages: tuple[Package, ...] = ()

    def __post_init__(self) -> None:
        if not self.approved.strip() or not self.key.strip():
            raise ValueError(f"{self.reference}: nothing leaves without an approval and a key")
        if not is_reference(self.reference):
            raise ValueError(f"{self.reference!r} is no reference number")
        if not self.documents:
            raise ValueError(f"{self.reference}: there is nothing in it")
        for one in self.documents:
            if not one.sendable:
                raise ValueError(f"{one.form.reference}: it is {' and '.join(one.stamps)}, and may not leave")
        if any(package.recipient != self.recipient for package in self.packages):
            raise ValueError(f"{self.reference}: its packages are for several recipients")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a route knows of a parcel: a step, when (aware), who did it, what shows it. Raises ValueError for a step that no receipt can say."""

    key: str
    step: Step
    at: datetime
    by: str
    evidence: tuple[EvidenceHash, ...] = ()
    says: str = ""

    def __post_init__(self) -> None:
        if self.step not in RECEIPTS:
            raise ValueError(f"a receipt does not say {self.step}")
        if self.at.tzinfo is None:
            raise ValueError("a receipt needs an aware time")


@dataclass(frozen=True, slots=True)
class Errand:
    """What a route is given from outside: the clock, a folder of its own, and in whose name it acts."""

    clock: Clock
    folder: Path
    by: str


@runtime_checkable
class Route(Protocol):
    """One way to a recipient."""

    name: str  # the entry point's name
    title: str
    kind: RouteKind
    carries: tuple[Kind, ...]
    by_person: bool  # whether a person does the last step, so that `send` leaves it queued
    sees: str  # one sentence: who sees what of it
    tested: str  # what it was tested against
    extra: str  # the optional extra it needs, or ""
    credentials: tuple[str, ...]  # names of credentials it cannot do without

    async def send(self, parcel: Parcel, errand: Errand) -> Receipt:
        """Send it, or hand it to a person. Mishaps after which nobody knows whether it left are `in_doubt`, not errors.

        Raises UsageError for a kind that it does not carry.
        """
        ...

    async def settle(self, key: str, errand: Errand) -> Receipt | None:
        """What is known now of a parcel that is queued with a person or in doubt; None: nothing new. It never sends."""
        ...

    def examples(self) -> Sequence[Parcel]:
        """At least one small synthetic parcel of each kind that it carries and that may leave."""
        ...
