"""The chain: what an entry's hash covers, and how an entry commits to what may be erased. Pure; no database.

An entry's hash is SHA-256 over its version, the hash before it and all its fields, so nothing in the chain changes without every
later hash. A payload is committed to by HMAC-SHA-256 under 32 random bytes of its own that lie beside it: with both gone the
commitment says nothing, not even to somebody who guesses the payload, and the chain holds.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from actionday.records import ActorId, EntryId, UsageError

GENESIS = "0" * 64
"""What the first entry follows."""
SALT_BYTES = 32
_VERSION = "actionday casebook entry 1"


class Kind(StrEnum):
    """What an entry says."""

    MADE = "casebook_made"
    JUDGEMENT = "judgement"
    NONE_OF = "none_of"
    WITHDRAWN = "judgement_withdrawn"
    FROZEN = "campaign_frozen"
    ERASURE = "erasure"
    PERSON = "person"
    UNIT = "unit"
    CASE = "case"
    HOLD = "hold"
    HOLD_LIFTED = "hold_lifted"
    LOOK_UP = "look_up"
    SIGN_IN = "sign_in"
    INTAKE = "intake"
    CAMPAIGN = "campaign"
    REFERRAL = "referral"
    RELEASED = "referral_released"
    PARTNER_LIST = "partner_list"
    PUBLICATION = "publication"
    SUBJECT_REQUEST = "subject_request"


class Part(StrEnum):
    """What an entry commits to, each erased on its own."""

    FACTS = "facts"
    """whom it is about and what it says"""
    WORDS = "words"
    """the reason in a person's own words, and the person's name"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger. It holds random and keyed ids and commitments; no subject, no name, no reason.

    `of` is the id of the entry it is about, where it is about one; `at` when it was written, ISO 8601 in UTC; `signature` is
    the actor's over the hash, where people are enrolled.
    """

    seq: int
    id: EntryId
    kind: str
    at: str
    actor: ActorId
    of: str | None
    facts: str | None
    words: str | None
    previous: str
    hash: str
    signature: str | None = None

    @property
    def digest(self) -> str:
        """The hash that the fields ask for."""
        fields = [
            _VERSION, self.previous, self.seq, self.id, self.kind, self.at, self.actor, self.of, self.facts, self.words,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry at some moment: noted elsewhere, it shows later whether anything up to it was changed or cut off."""

    casebook: str
    seq: int
    hash: str

    def __str__(self) -> str:
        return f"casebook:{self.casebook}:{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form. Raises UsageError when it is not one."""
        word, *rest = text.strip().split(":")
        if word != "casebook" or len(rest) != 3 or not rest[1].isdigit() or len(rest[2]) != len(GENESIS):
            raise UsageError(f"{text!r} is no head of a casebook; `actionday ledger verify` prints one")
        return cls(rest[0], int(rest[1]), rest[2])


def commitment(salt: bytes, body: bytes) -> str:
    """What an entry holds of a payload, in hex."""
    return hmac.new(salt, body, hashlib.sha256).hexdigest()


def moment(at: datetime) -> str:
    """A time as the ledger holds it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
