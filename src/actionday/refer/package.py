"""The bundle that a recipient can act on: exactly where it is, when it was seen, on which ground, on what evidence, and whom to answer.

Plain values in frozen dataclasses: whoever has a finding fills them in. `faults` says what is missing or off; nothing here refuses to be built,
so that a draft can be shown with what it still lacks. Not for: how it looks on paper (`refer.forms`), or how it travels (`refer.route`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from actionday.records import SubjectId
from actionday.records.deadlines import CLOCKS
from actionday.records.office_hours import Office

_DIGEST = {"sha256": 64, "sha512": 128, "sha1": 40, "md5": 32}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_BROKEN = re.compile(r"[\s\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\\<>\"]")


class Kind(StrEnum):
    """What is sent, or answered."""

    REFERRAL = "referral"
    """a voluntary request to a host, on the host's own terms"""
    NOTICE = "notice"
    """Art. 16 of Regulation (EU) 2022/2065"""
    LETTER = "letter"
    """to a platform that takes letters"""
    ORDER = "order"
    """Annex I of Regulation (EU) 2021/784: a national competent authority's alone"""
    FEEDBACK = "feedback"
    """Annex II: what the host did"""
    IMPOSSIBILITY = "impossibility"
    """Annex III: why the host could not"""


class Language(StrEnum):
    """Languages in which the fixed texts are there."""

    ENGLISH = "en"
    FRENCH = "fr"
    GERMAN = "de"
    ARABIC = "ar"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is missing or off: the field's name and what is wrong, in English."""

    field: str
    says: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as UTC, with the offset (minutes) under which it was first told. Raises ValueError for a time without zone, or not in UTC."""

    at: datetime
    offset: int = 0

    def __post_init__(self) -> None:
        if self.at.utcoffset() != timedelta(0):
            raise ValueError("a moment is kept in UTC, its offset beside it")

    @classmethod
    def of(cls, told: datetime) -> Self:
        """From an aware time in any zone. Raises ValueError without one."""
        shift = told.utcoffset()
        if shift is None:
            raise ValueError("a moment needs an aware time")
        return cls(told.astimezone(UTC), int(shift.total_seconds() // 60))

    @property
    def utc(self) -> str:
        """For example ``2024-03-01T12:00:00Z``."""
        return self.at.isoformat(timespec="seconds").replace("+00:00", "Z")

    @property
    def told(self) -> str:
        """The same under its original offset: ``2024-03-01T13:00:00+01:00``."""
        return self.at.astimezone(timezone(timedelta(minutes=self.offset))).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Contact:
    """Who writes, and where an answer goes. `address` and `phone` may be empty."""

    unit: str
    name: str
    email: str
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """The clause of a host's own terms: its title, the words that are relied on, where they are published, when they were read."""

    title: str
    clause: str
    words: str
    url: str
    read_at: Moment


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom it is for. `terms` is what a referral rests on; a letter needs `address`."""

    name: str
    language: Language
    email: str = ""
    address: str = ""
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing at one exact place. `url` is never shortened, unwrapped or cleaned; `native` is the platform's own id, ``platform:kind:id``."""

    url: str
    native: str
    seen: Moment
    says: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """The legal or policy basis: a code of the unit's own list, its words, and where it stands."""

    code: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class EvidenceHash:
    """That something was kept, without sending it: algorithm, digest in lower-case hex, what it is, when it was taken."""

    algorithm: str
    digest: str
    says: str
    taken: Moment


@dataclass(frozen=True, slots=True)
class Contest:
    """Where the person whose content it is can object; the recipient is asked to pass it on with the reference."""

    address: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """The content provider is not to be told: why, and until when."""

    reason: str
    until: Moment


@dataclass(frozen=True, slots=True)
class Package:
    """Everything that a recipient needs to act, and nothing else. One recipient, one reference."""

    reference: str
    kind: Kind
    recipient: Recipient
    sender: Contact
    items: tuple[Item, ...]
    ground: Ground
    explanation: str
    evidence: tuple[EvidenceHash, ...]
    contest: Contest | Withheld
    made: Moment


def faults(package: Package) -> tuple[Fault, ...]:
    """What is missing or off, in order of the fields; empty where it can be acted on."""
    found = [] if is_reference(package.reference) else [Fault("reference", "letters, digits and . _ - only")]
    found += _blank({"recipient.name": package.recipient.name, "sender.unit": package.sender.unit})
    found += _blank({"ground.code": package.ground.code, "ground.words": package.ground.words})
    found += _blank({"explanation": package.explanation, "sender.name": package.sender.name})
    if not is_mail(package.sender.email):
        found.append(Fault("sender.email", "no e-mail address: nobody could answer"))
    found += _items(package)
    found += [fault for one in package.evidence for fault in _evidence(one)]
    return (*found, *_contest(package))


_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,63}")


def is_reference(text: str) -> bool:
    """Whether it can be a reference number: 3 to 64 letters, digits and . _ -, safe in a file's name and in a subject line."""
    return _REFERENCE.fullmatch(text) is not None


def is_mail(text: str) -> bool:
    """Whether it has the shape of an e-mail address."""
    return _MAIL.fullmatch(text) is not None


def is_exact(url: str) -> bool:
    """Whether it is one whole address with a scheme, and nothing that hides, breaks or is left out."""
    if _BROKEN.search(url) or "…" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.scheme) and bool(
        parts.netloc if parts.scheme in ("http", "https") else parts.netloc or parts.path
    )


def _blank(texts: dict[str, str]) -> list[Fault]:
    return [Fault(name, "missing") for name, text in texts.items() if not text.strip()]


def _items(package: Package) -> list[Fault]:
    if not package.items:
        return [Fault("items", "missing: nothing is named that could be acted on")]
    found, needs_url = list[Fault](), package.kind in (Kind.NOTICE, Kind.ORDER)
    for n, item in enumerate(package.items, 1):
        if item.url and not is_exact(item.url):
            found.append(Fault(f"items.{n}.url", "no exact address"))
        elif not item.url and (needs_url or not item.native):
            found.append(Fault(f"items.{n}.url", "missing: its exact place is not said"))
        if item.native and not _is_subject(item.native):
            found.append(Fault(f"items.{n}.native", "no native id: platform:kind:id"))
    places = [(item.url, item.native) for item in package.items]
    if len(set(places)) < len(places):
        found.append(Fault("items", "one thing is named twice"))
    return found


def _is_subject(text: str) -> bool:
    try:
        SubjectId.parse(text)
    except ValueError:
        return False
    return True


def _evidence(one: EvidenceHash) -> list[Fault]:
    length = _DIGEST.get(one.algorithm)
    if length is None:
        return [Fault("evidence", f"{one.algorithm or 'nothing'} is none of {', '.join(_DIGEST)}")]
    good = re.fullmatch(f"[0-9a-f]{{{length}}}", one.digest)
    return [] if good else [Fault("evidence", f"no {one.algorithm} digest: {length} lower-case hexadecimal digits")]


def _contest(package: Package) -> list[Fault]:
    kept = package.contest
    if isinstance(kept, Contest):
        return _blank({"contest.address": kept.address})
    found = _blank({"contest.reason": kept.reason})
    if kept.until.at <= package.made.at:
        found.append(Fault("contest.until", "it has expired already"))
    span = CLOCKS["non_disclosure"].span
    if package.kind is Kind.ORDER and span and kept.until.at > span.after(package.made.at, Office()):
        found.append(Fault("contest.until", "longer than an order may keep it back: 6 weeks (Art. 11(3))"))
    return found
