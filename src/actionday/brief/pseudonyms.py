"""Subjects under a name that only this brief knows.

A pseudonym is HMAC-SHA-256 of the subject's id under a key that is fresh for each brief, cut to 64 bits: two briefs cannot
be joined by it, and without the key nobody can test whether a given channel is in a brief. The key is never written.
"""

import hashlib
import hmac
import re

import duckdb
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
    return f"s-{hmac.new(_checked(key), subject.encode('utf-8', 'surrogatepass'), hashlib.sha256).hexdigest()[:_HEX]}"


def pseudonym_column(subjects: pl.Series, key: bytes) -> pl.Series:
    """`pseudonym` over a column, equal value by value, computed by the database (a million in about a second)."""
    padded = _checked(key).ljust(_BLOCK, b"\0")
    inner, outer = (bytes(b ^ pad for b in padded).hex() for pad in (0x36, 0x5C))
    with duckdb.connect() as connection:
        connection.register("subjects", pl.DataFrame({"place": range(len(subjects)), "subject": subjects}).to_arrow())
        table = connection.execute(
            "SELECT 's-' || substr(sha256(unhex(?) || unhex(sha256(unhex(?) || encode(subject)))), 1, ?) AS name "
            "FROM subjects ORDER BY place",
            [outer, inner, _HEX],
        ).to_arrow_table()
    return pl.Series(subjects.name, table["name"])


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


def _checked(key: bytes) -> bytes:
    if len(key) < KEY_BYTES:
        raise ValueError(f"a pseudonym key needs at least {KEY_BYTES} bytes")
    return hashlib.sha256(key).digest() if len(key) > _BLOCK else key
