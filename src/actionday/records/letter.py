"""A foreign letter as a parser process read it: what its parts say, attachments by hash, what signatures say. JSON both ways.

Not for: what a letter means (`assess.messages`), or reading one (`observe.letters`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from actionday.records.receipt import Signature, Signed


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a letter: its name as told, SHA-256 in hex, size in bytes, type by its first bytes."""

    name: str
    sha256: str
    size: int
    type: str


@dataclass(frozen=True, slots=True)
class LetterPart:
    """What one part of a letter says. `name` is unique in the letter, as signatures name what they cover; `fields` came with names."""

    name: str
    text: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """What was read. `form` is mail, json, form, pdf, text or unknown; `parts` in the order in which they stand.

    `vouchers` are `Authentication-Results` headers, outermost first; `unread` names what could not be read, and why.
    """

    form: str
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    parts: tuple[LetterPart, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    signatures: tuple[Signature, ...] = ()
    vouchers: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON-able values."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """What `to_json` wrote. Raises KeyError, TypeError and ValueError for anything else."""
        return cls(
            str(told["form"]),
            str(told["sender"]),
            str(told["subject"]),
            tuple(LetterPart(str(one["name"]), str(one["text"]), _texts(one["fields"])) for one in told["parts"]),
            tuple(Attachment(one["name"], one["sha256"], int(one["size"]), one["type"]) for one in told["attachments"]),
            tuple(
                Signature(Signed(one["state"]), one["covers"], one["certificate"], one["signer"])
                for one in told["signatures"]
            ),
            tuple(map(str, told["vouchers"])),
            tuple(map(str, told["unread"])),
        )


def _texts(told: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in told.items()}
