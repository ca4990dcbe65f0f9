"""Lists that units of a joint campaign exchange: what they hold, referred already, or have among their items, as keyed hashes only.

A mark is a hash of platform and native id under the campaign's shared key: whoever has the key knows a target again that they have
themselves, and learns of no other. Not for: carrying the key, or evidence, which stays with its owner.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from actionday.records.subject import SubjectId

KEY_BYTES = 32
_FORMAT = "actionday exchange 1"


@dataclass(frozen=True, slots=True)
class ExchangeList:
    """One list of one unit: `kind` is held, referred or items; `at` in UTC."""

    campaign: str
    unit: str
    kind: str
    at: datetime
    marks: tuple[str, ...] = field(repr=False)


def mark_of(key: bytes, name: str) -> str:
    """128 bits in hex for a typed id or a reference: of its platform and native id (a reference's is ``@`` and the handle)."""
    try:
        subject = SubjectId.parse(name)
        said = (subject.platform, subject.native)
    except ValueError:
        platform, _, rest = name.partition(":")
        said = (platform, rest)
    text = "\x1f".join(said)
    return hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), key=key, person=b"joint mark", digest_size=16
    ).hexdigest()


def marks_of(key: bytes, names: Iterable[str]) -> tuple[str, ...]:
    """The marks of all names of a target, sorted."""
    return tuple(sorted({mark_of(key, name) for name in names}))


def written(key: bytes, one: ExchangeList) -> str:
    """The list as a file: JSON, with a code by which whoever has the key sees that it is whole and from somebody who has it."""
    said = {
        "format": _FORMAT, "campaign": one.campaign, "unit": one.unit, "list": one.kind, "at": one.at.isoformat(),
        "marks": sorted(set(one.marks)),
    }  # fmt: skip
    return json.dumps({**said, "mac": _code(key, said)}, ensure_ascii=True, sort_keys=True, indent=1) + "\n"


def read(key: bytes, text: str) -> ExchangeList:
    """Read such a file. Raises ValueError for one that is none, that was changed, or that was made with another key."""
    try:
        said = json.loads(text)
        code = said.pop("mac")
        if said["format"] != _FORMAT or not all(isinstance(mark, str) for mark in said["marks"]):
            raise ValueError("no list of a joint campaign")
        made = ExchangeList(
            said["campaign"], said["unit"], said["list"], datetime.fromisoformat(said["at"]).astimezone(UTC), tuple(said["marks"])
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError("no list of a joint campaign") from error
    if not hmac.compare_digest(str(code), _code(key, said)):
        raise ValueError("it was changed, or made with another key than this campaign's")
    return made


def _code(key: bytes, said: object) -> str:
    text = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), key=key, person=b"joint list", digest_size=32).hexdigest()
