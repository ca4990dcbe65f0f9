"""Subjects under a name that only this brief knows.

A pseudonym is HMAC-SHA-256 of the subject's id under a key that is fresh for each brief, cut to 64 bits: two briefs cannot
be joined by it, and without the key nobody can test whether a given channel is in a brief. The key is never written.
"""

import hashlib
import re
from collections.abc import Callable

import polars as pl

from actionday.records import platform_of

KEY_BYTES = 16
"""The least length of a key."""

_BLOCK = 64
_HEX = 16
_ADDRESS = re.compile(r"[.@:/]")
_SUBJECT_KEYS = frozenset({"subject", "account", "channel", "host", "domain", "venue", "server", "handle", "target"})


def pseudonym(subject: str, key: bytes) -> str:
    """One subject's pseudonym: ``s-`` and 16 hexadecimal digits."""
    return _maker(key)(subject)


def pseudonym_column(subjects: pl.Series, key: bytes) -> pl.Series:
    """`pseudonym` over a column, once for each distinct subject."""
    made = _maker(key)
    distinct = subjects.drop_nulls().unique()
    # a loop on purpose: copying a begun hash is three times as fast as the database's sha256
    names = pl.DataFrame({"subject": distinct, "name": [made(subject) for subject in distinct.to_list()]})
    joined = subjects.to_frame("subject").join(names, on="subject", how="left", maintain_order="left")
    return joined["name"].alias(subjects.name)


def _maker(key: bytes) -> Callable[[str], str]:
    """HMAC-SHA-256 (RFC 2104) with both of its padded keys hashed once."""
    if len(key) < KEY_BYTES:
        raise ValueError(f"a pseudonym key needs at least {KEY_BYTES} bytes")
    padded = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))

    def made(subject: str) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(subject.encode("utf-8", "surrogatepass"))
        second.update(first.digest())
        return f"s-{second.hexdigest()[:_HEX]}"

    return made


def without_address(name: str, key: bytes) -> str:
    """A platform's name or any plain word as it is; what looks like an address (a host, a handle) becomes a hash."""
    if platform_of(name) is None and _ADDRESS.search(name):
        return f"place {pseudonym(name, key)[2:10]}"
    return name


def group_value(key_name: str, value: str, key: bytes) -> str:
    """The value of an estimate's group as a brief may print it: subjects and hosts hashed."""
    if key_name in _SUBJECT_KEYS:
        return f"{key_name} {pseudonym(value, key)[2:10]}"
    return without_address(value, key)
