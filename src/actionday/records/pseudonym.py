"""Keyed names: how an account is called when its id may not be kept, and how a forgotten or a judged one is recognised again.

All are BLAKE2b in its keyed mode (RFC 7693) with a personalisation for each use, so that none can be turned into
another. Without the home's 32-byte key none can be computed or reversed by trying ids.
"""

import hashlib
import re
from collections.abc import Sequence

from actionday.records.ids import ActorId, JudgementId

_WORD = re.compile(r"[^\W_]+")
LONGEST_NAME = 12
"""Words of a name that are compared; what follows them is not looked at."""


def pseudonym(key: bytes, subject: str) -> str:
    """``platform:pseudonym:<80 bits in hex>`` for an account id; ids of other kinds come back unchanged."""
    platform, _, rest = subject.partition(":")
    if not rest.startswith("account:"):
        return subject
    return f"{platform}:pseudonym:{_keyed(key, subject, b'pseudonym', 10)}"


def name_hash(key: bytes, name: str) -> str:
    """``name:<80 bits in hex>`` for a display name that may belong to a person."""
    return f"name:{_keyed(key, name, b'name', 10)}"


def subject_hash(key: bytes, subject: str) -> str:
    """128 bits in hex under which a forgotten subject stays known."""
    return _keyed(key, subject, b"suppress", 16)


def name_words(name: str) -> list[tuple[str, int, int]]:
    """The words of a text, case folded, each with its start and end: runs of letters and digits, ``_`` parts them."""
    return [(match.group().casefold(), *match.span()) for match in _WORD.finditer(name)]


def first_word_hash(key: bytes, word: str) -> str:
    """128 bits in hex under which the first word of a forgotten name stays known: what is looked for before a whole name."""
    return _keyed(key, word, b"first word", 16)


def whole_name_hash(key: bytes, words: Sequence[str]) -> str:
    """128 bits in hex under which a forgotten name stays known, however its words are parted."""
    return _keyed(key, " ".join(words[:LONGEST_NAME]), b"whole name", 16)


def lookup_hash(key: bytes, subject: str) -> str:
    """128 bits in hex under which the casebook finds what was decided about a subject."""
    return _keyed(key, subject, b"lookup", 16)


def actor_id(key: bytes, name: str) -> ActorId:
    """The id of somebody who says a name and shows no credential."""
    return ActorId(f"a-{_keyed(key, name, b'actor', 16)}")


def imported_judgement_id(key: bytes, subject: str, target: str, who: str, at: str) -> JudgementId:
    """The id of a judgement that a file brought, by what makes it one: read twice, it is the same."""
    text = "\x1f".join((subject, target, who, at))
    return JudgementId(f"j-{_keyed(key, text, b'judgement', 16)}")


def key_check(key: bytes) -> str:
    """128 bits in hex by which a store tells whether it is opened with its own key."""
    return _keyed(key, "", b"key check", 16)


def _keyed(key: bytes, text: str, use: bytes, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key, person=use, digest_size=size).hexdigest()
