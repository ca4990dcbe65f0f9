"""What a host received, as it came: an order, a notice, a report or a complaint, with the evidence of when. Nothing of it is believed yet.

The moment of receipt is the server's, since that is when clocks start; the original is kept sealed and named by its hash. Not for: what becomes of
it (`records.order`), or reading letters (`assess.intake`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from actionday.records.ids import EntryId
from actionday.records.order_fields import NON_DISCLOSURE, YES, OrderField, missing


class ReceiptKind(StrEnum):
    """What it says it is."""

    ORDER = "order"
    """a removal order: Art. 3 of Regulation (EU) 2021/784"""
    NOTICE = "notice"
    """somebody tells of illegal content: Art. 16 of the DSA"""
    USER_REPORT = "user_report"
    """a user reports by the platform's own means"""
    COMPLAINT = "complaint"
    """a content provider complains: Art. 10 of Regulation (EU) 2021/784"""
    UNCLEAR = "unclear"
    """it may be an order: part of it could not be read, or an authority sent it; a person is woken as for one"""
    OTHER = "other"
    """nothing in it speaks of an order; a person looks at it by day"""


WAKES = frozenset({ReceiptKind.ORDER, ReceiptKind.UNCLEAR})
"""Kinds that page somebody at once."""


class ReceivedBy(StrEnum):
    """Whose clock says when it was received."""

    MAIL_SERVER = "mail_server"
    PLATFORM = "platform"
    HANDED_IN = "handed_in"
    """nothing says it but the moment at which it was given here"""
    STATED = "stated"
    """whoever gave it here says so"""


class Signed(StrEnum):
    """What a look at a signature found. Whose the certificate is, the register says."""

    VALID = "valid"
    """it fits what was signed and the certificate that came with it"""
    BROKEN = "broken"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: what it covers, the signer's certificate by its SHA-256 in hex, and the name in it."""

    state: Signed
    covers: str
    certificate: str = ""
    signer: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes as they came, by SHA-256 in hex and size; they lie sealed."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One thing received. `received` is UTC, by `received_by`. `source` says where it came in (mailbox and number, file name, queue).

    `said` holds what the letter says by the names of Annex I, `locations` its addresses, unverified; `unread` names what could not be read and why.
    `sender` is what the transport says, `vouched` the domain that the host's own mail server vouches for, empty where it does for none. Raises ValueError.
    """

    id: EntryId
    kind: ReceiptKind
    received: datetime
    received_by: ReceivedBy
    source: str
    original: Original
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    said: Mapping[str, str] = field(default_factory=dict, repr=False)
    locations: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    unread: tuple[str, ...] = ()
    vouched: str = ""
    cases: tuple[EntryId, ...] = ()

    def __post_init__(self) -> None:
        if self.received.tzinfo is None:
            raise ValueError("a receipt needs an aware time")
        object.__setattr__(self, "received", self.received.astimezone(UTC))
        if len(self.original.sha256) != 64:
            raise ValueError("an original is named by its SHA-256 in hex")

    @property
    def missing(self) -> tuple[OrderField, ...]:
        """Fields of Annex I that an order lacks; none for what is no order."""
        return missing(self.said, self.locations) if self.kind is ReceiptKind.ORDER else ()

    @property
    def asks_silence(self) -> bool:
        """Whether section C asks not to tell the content provider."""
        return self.said.get(NON_DISCLOSURE, "") == YES
