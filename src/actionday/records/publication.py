"""What the casebook publishes: an append-only feed of advisories, recommendations, retractions and erasure records.

Sharing renders these and nothing else. A retraction and an erasure record carry an opaque id and never a handle: they name the item that
falls, and whoever holds it knows which that was. Not for: formats (STIX, MISP, lists), which are renderings.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType

from actionday.records.ids import EntryId, Randomness

PublicationId = NewType("PublicationId", str)
"""A UUID of version 7 (RFC 9562) in its text form; later ones sort behind earlier ones of the same casebook."""


class PublicationKind(StrEnum):
    """What is published."""

    ADVISORY = "advisory"
    """this was found"""
    RECOMMENDATION = "recommendation"
    """and this is asked of who can act"""
    RETRACTION = "retraction"
    """it fell"""
    ERASURE = "erasure"
    """its subject was erased"""


OUT = frozenset({PublicationKind.ADVISORY, PublicationKind.RECOMMENDATION})
"""Kinds that say something about a target; the others take it back."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One line of the feed. `item` is the id of the publication that began what this one is about, its own where it began it.

    `case` and `target` are those of an advisory or a recommendation, and empty for all else and once the subject was erased.
    `entry` is the number of the ledger's entry that it commits to; `at` in UTC.
    """

    id: PublicationId
    kind: PublicationKind
    item: PublicationId
    at: datetime
    entry: int
    case: EntryId | None = None
    target: str = field(default="", repr=False)


_RANDOM_BITS = 74
_LAST = (1 << _RANDOM_BITS) - 1


def publication_id(at: datetime, randomness: Randomness, after: str = "") -> PublicationId:
    """A UUIDv7 for a time, above `after`: where the clock stands still or goes back, the random part counts on (RFC 9562, 6.2, method 2)."""
    stamp = int(at.astimezone(UTC).timestamp() * 1000)
    value = stamp << _RANDOM_BITS | int.from_bytes(randomness(10)) & _LAST >> 1
    if after and (before := _value(after)) >= value:
        value = before + 1
    return PublicationId(_text(value))


def time_of(publication: str) -> datetime:
    """The time in an id, to the millisecond, UTC."""
    return datetime.fromtimestamp((_value(publication) >> _RANDOM_BITS) / 1000, UTC)


def _text(value: int) -> str:
    stamp, a, b = value >> _RANDOM_BITS, value >> 62 & 0xFFF, value & (1 << 62) - 1
    digits = f"{stamp:012x}{0x7000 | a:04x}{0b10 << 62 | b:016x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _value(text: str) -> int:
    digits = text.replace("-", "")
    if len(digits) != 32 or digits[12] != "7" or digits[16] not in "89ab":
        raise ValueError(f"{text!r} is no UUID of version 7")
    return int(digits[:12], 16) << _RANDOM_BITS | int(digits[13:16], 16) << 62 | int(digits[16:], 16) & (1 << 62) - 1
