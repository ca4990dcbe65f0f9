"""What a referral is about: one finding, one recipient, under one reference number. Not for: its way (`referral`), or what it says (`refer`)."""

from dataclasses import dataclass
from enum import StrEnum

from actionday.records.ids import EntryId, Randomness

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit."""


class Form(StrEnum):
    """As what it goes out."""

    REFERRAL = "referral"
    """a voluntary request to a host, by a unit"""
    NOTICE = "notice"
    """DSA Art. 16; anybody's"""
    PLATFORM_REPORT = "platform_report"
    """through the platform's own report; anybody's"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One finding for one recipient. `reference` is the number under which host and content provider answer and contest.

    `target` is the case's; `names` are all under which it is known here (it too), so that a hold on any of them stops it and no second
    referral of it goes to the same recipient under another name. `marks` are the keyed hashes by which partners' lists know it, or whom it belongs to.
    `campaign` is None for a single case. `recipient` names an entry of the recipient registry. Raises ValueError.
    """

    case: EntryId
    recipient: str
    form: Form
    reference: str
    target: str
    names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    campaign: EntryId | None = None

    def __post_init__(self) -> None:
        if not (self.recipient.strip() and self.reference.strip() and self.target.strip()):
            raise ValueError("a referral has a recipient, a reference and a target")
        object.__setattr__(self, "names", tuple(sorted({self.target, *self.names})))
        object.__setattr__(self, "marks", tuple(sorted(set(self.marks))))


def new_reference(randomness: Randomness) -> str:
    """A reference number of 60 random bits: ``7Q2M-K3XD-9TPA``."""
    value = int.from_bytes(randomness(8)) >> 4
    digits = "".join(_DIGITS[value >> shift & 31] for shift in range(55, -1, -5))
    return "-".join(digits[at : at + 4] for at in range(0, 12, 4))


def reference_as_written(text: str) -> str:
    """A reference as people write it: lower case, without dashes, O for 0, I or L for 1."""
    digits = text.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    digits = "".join(digit for digit in digits if digit in _DIGITS)
    return "-".join(digits[at : at + 4] for at in range(0, 12, 4)) if len(digits) == 12 else text.strip()
