"""Names in any script as comparable bytes: transliteration, confusables, leetspeak, digits, affixes.

Each distinct character is transliterated once; a kernel then rewrites whole columns, so a million names cost no Python loop.
Not for: how alike two skeletons are (`compare_kernels`).
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pyarrow as pa
from anyascii import anyascii
from numpy.typing import NDArray

from actionday.link.scripts_kernels import LONGEST, SPREAD, codepoints, plain, row_keys, skeleton_rows, word_rows

AFFIXES = (
    *("real", "new", "official", "backup", "bak", "reserve", "the", "again", "back", "channel", "account", "page"),
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "ii", "iii", "iv"),
)
"""Words that say "again" and not who: left out of a skeleton as long as four letters remain."""
# What looks like a Latin letter and is none, where the rest of a name is Latin. Unicode's own list (UTS 39) has thousands.
LOOKALIKES = dict(
    zip("аеорсухікмнтвзьѕјһԁɡοαερντικυωηΑΒΕΖΗΙΚΜΝΟΡΤΥΧӏ", "aeopcyxikmhtb3bsjhdgoaepvtikuwnabezhikmnoptyxl", strict=True)
)
_BREAK = 32
SHORT = 10_000
"""Bytes up to which texts are looked through one by one."""

Bytes = NDArray[np.uint8]


def _buffers(strings: pa.Array) -> tuple[NDArray[np.int64], Bytes]:
    """Offsets and bytes of a string array without nulls (null becomes empty)."""
    whole = pa.large_binary() if pa.types.is_large_binary(strings.type) else pa.large_string()
    filled = strings.fill_null("").cast(whole)
    if isinstance(filled, pa.ChunkedArray):
        filled = filled.combine_chunks()
    _, offsets, data = filled.buffers()
    starts = np.frombuffer(offsets, np.int64)[filled.offset : filled.offset + len(filled) + 1]
    return starts, np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)


@lru_cache(maxsize=65_536)
def _written(point: int) -> tuple[int, ...]:
    """A character as at most SPREAD bytes of a-z, 0-9; a break where it parts words; nothing for marks and joiners."""
    character = chr(point)
    if unicodedata.category(character) in ("Mn", "Cf", "Me", "Cc") and not character.isspace():
        return ()
    text = anyascii(unicodedata.normalize("NFKC", character).casefold()).lower()
    kept = tuple(ord(c) for c in text if c.isascii() and c.isalnum())
    return kept[:SPREAD] or (_BREAK,)


def _table(points: Iterable[int], lookalike: bool) -> tuple[NDArray[np.int32], Bytes]:
    """Where each character's row is, and the rows."""
    known = sorted(points)
    where = np.zeros((known[-1] if known else 0) + 1, np.int32)
    rows = np.zeros((len(known), SPREAD), np.uint8)
    for row, point in enumerate(known):
        where[point] = row
        likeness = LOOKALIKES.get(chr(point)) if lookalike else None
        text = (ord(likeness),) if likeness else _written(point)
        rows[row, : len(text)] = text
    return where, rows


def _characters(starts: NDArray[np.int64], data: Bytes) -> list[int]:
    """Which characters occur; a few names are read faster by Python than a table of all characters is cleared."""
    if starts[-1] - starts[0] > SHORT:
        return np.flatnonzero(codepoints(starts, data)).tolist()
    return sorted(set(map(ord, bytes(data[starts[0] : starts[-1]]).decode("utf-8"))))


def normalised(strings: pa.Array) -> tuple[NDArray[np.int64], Bytes]:
    """Offsets and bytes of each text in a-z and 0-9, words parted by one space. Null gives nothing."""
    starts, data = _buffers(strings)
    found = _characters(starts, data)
    where, rows = _table(found, lookalike=False)
    _, alike = _table(found, lookalike=True)
    return plain(starts, data, where, rows, alike)


def _affixes() -> Bytes:
    rows = np.zeros((len(AFFIXES), LONGEST), np.uint8)
    for row, word in enumerate(AFFIXES):
        rows[row, : len(word)] = list(word.encode())
    return rows


def skeletons(strings: pa.Array) -> Bytes:
    """What stays of each handle, LONGEST bytes a row, zero-padded: letters only, affixes and digits gone, leetspeak read.

    `Re4l_Karim_07`, `the.karim.backup` and `карим` all become `karim`. What has no letters is read as it stands.
    """
    starts, data = normalised(strings)
    return skeleton_rows(starts, data, _affixes())


def words(strings: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Row and 64-bit hash of every word of two bytes or more, after transliteration."""
    starts, data = normalised(strings)
    return word_rows(starts, data)


def script_of(strings: pa.Array) -> pa.Array:
    """The script of each text's first letter (Latin, Cyrillic, Arabic …), null where it has none."""
    return pa.array([_script(text) for text in strings.to_pylist()], pa.string())


@lru_cache(maxsize=65_536)
def _script(text: str | None) -> str | None:
    letter = next((c for c in text or "" if c.isalpha()), None)
    return unicodedata.name(letter, "").split(" ")[0].title() or None if letter else None


def text_keys(strings: pa.Array) -> NDArray[np.int64]:
    """A 64-bit hash of each whole text."""
    starts, data = _buffers(strings)
    return row_keys(starts, data)


def digest_keys(digests: pa.Array) -> NDArray[np.int64]:
    """A 64-bit hash of each digest (SHA-256)."""
    return text_keys(digests.cast(pa.large_binary()))
