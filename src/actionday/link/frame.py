"""Profiles as flat arrays for the kernels, with how many subjects have each token. Built once, read by everything after.

Not for: deciding anything; that is `block`, `compare` and `score`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from actionday.link.evidence import TOKEN_FAMILIES
from actionday.link.scripts import skeletons
from actionday.link.tables import Profiles, token_place

DAY = 86_400.0
NEVER = np.inf

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Frame:
    """Arrays by subject (times are days since 1970, NaN unknown) and by token.

    `token_at[f * n + i] : token_at[f * n + i + 1]` are the tokens of subject i in token family f, ascending; `frequency`
    stands beside `token` and says how many subjects have it. `handle_at` bounds each subject's rows of `handles`.
    """

    profiles: Profiles
    begun: Floats
    ended: Floats  # infinite: there when last seen
    busy: Floats
    start: Flags  # linking may start from it
    platform: Places
    venue: Flags  # a channel, not an account
    language: Places  # -1 unknown
    rare_language: Flags
    per_day: Floats
    followers: Floats
    hours: NDArray[np.float32]  # unit vectors; zeros where unknown
    token: Ints
    token_at: Ints
    frequency: Places
    handles: Bytes
    handle_at: Ints
    handle_frequency: Places
    signals: tuple[Places, Places, Flags, Floats]  # sorted by source and target

    def __len__(self) -> int:
        return len(self.begun)

    @cached_property
    def posts_anything(self) -> Flags:
        """Subjects of whom links or signals could have been seen: those with any token but a name's or a profile's."""
        n = len(self)
        has = np.zeros(n, np.bool_)
        for family in range(2, len(TOKEN_FAMILIES)):
            has |= self.token_at[family * n + 1 : (family + 1) * n + 1] > self.token_at[family * n : (family + 1) * n]
        has[self.signals[0]] = True
        return has


def days(times: pa.ChunkedArray, missing: float) -> Floats:
    """Times as days since 1970."""
    micros = pc.cast(times, pa.int64()).to_numpy(zero_copy_only=False).astype(np.float64)
    return np.where(np.isnan(micros), missing, micros / (DAY * 1e6))


def frame(profiles: Profiles) -> Frame:
    """Lay the profiles out. Frequencies are counted over all of them."""
    subjects = profiles.subjects
    n = len(subjects)
    family = profiles.tokens["family"].to_numpy().astype(np.int64)
    owner = profiles.tokens["subject"].to_numpy().astype(np.int64)
    token = profiles.tokens["token"].to_numpy()
    handles, handle_at = _handles(profiles, n)
    ended = days(subjects["ended_at"], NEVER)
    language = _codes(pc.coalesce(subjects["language"], subjects["script"]))
    return Frame(
        profiles,
        days(subjects["begun_at"], np.nan),
        ended,
        days(subjects["busy_at"], np.nan),
        np.isfinite(ended) | subjects["finding"].fill_null(False).to_numpy(zero_copy_only=False),
        _codes(subjects["platform"]),
        pc.match_substring(subjects["subject"], ":channel:").to_numpy(zero_copy_only=False),
        language,
        _rare(language),
        subjects["per_day"].to_numpy(zero_copy_only=False).astype(np.float64),
        subjects["followers"].to_numpy(zero_copy_only=False).astype(np.float64),
        _hours(subjects["hours"], n),
        token,
        np.searchsorted(family * n + owner, np.arange(len(TOKEN_FAMILIES) * n + 1)),
        _token_frequencies(family, owner, token, language),
        handles,
        handle_at,
        frequencies(handle_keys(handles)),
        _signals(profiles),
    )


def _token_frequencies(family: Ints, owner: Ints, token: Ints, language: Places) -> Places:
    """How many subjects have each token; of names, how many of the same language (else script)."""
    named = family == token_place("display_name")
    tongue = np.where(named, language[owner].astype(np.int64) + 2, 0)
    return frequencies(in_tongue(mixed(family, token), tongue))


def in_tongue(keys: Ints, tongue: Ints) -> Ints:
    """Keys of names that are counted within a language (its code and 2); 0 leaves a key as it is."""
    with np.errstate(over="ignore"):
        return keys ^ (tongue * np.int64(-4417276706812531889))


def mixed(family: Ints, token: Ints) -> Ints:
    """One key of a family and a token."""
    with np.errstate(over="ignore"):
        return token ^ ((family + 1) * np.int64(-7046029254386353131))


def handle_keys(handles: Bytes) -> Ints:
    """A 64-bit key of each skeleton row; 0 where it is empty."""
    halves = np.ascontiguousarray(handles).view(np.int64)
    with np.errstate(over="ignore"):
        key = (halves[:, 0] * np.int64(-7046029254386353131)) ^ (halves[:, 1] * np.int64(-4417276706812531889))
        key = key ^ (halves[:, 2] * np.int64(1609587929392839161))
    return np.where(handles[:, 0] == 0, np.int64(0), key ^ (key >> 29)) if len(handles) else np.zeros(0, np.int64)


def frequencies(keys: Ints) -> Places:
    """How often each key occurs, beside it."""
    order = np.argsort(keys)
    ordered = keys[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[first, len(ordered)])
    out = np.empty(len(keys), np.int32)
    out[order] = np.repeat(sizes, sizes)
    return out


def _codes(column: pa.ChunkedArray) -> Places:
    encoded = column.combine_chunks().dictionary_encode() if isinstance(column, pa.ChunkedArray) else column
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)


def _rare(language: Places) -> Flags:
    known = language[language >= 0]
    if not len(known):
        return np.zeros(len(language), np.bool_)
    share = np.bincount(known) / len(known)
    return np.where(language >= 0, share[np.maximum(language, 0)] < 0.05, False)


def _hours(column: pa.ChunkedArray, n: int) -> NDArray[np.float32]:
    out = np.zeros((n, 24), np.float32)
    known = column.is_valid().to_numpy(zero_copy_only=False)
    flat = pc.list_flatten(column.filter(column.is_valid()))
    rows = flat.to_numpy(zero_copy_only=False).reshape(-1, 24).astype(np.float32)
    norm = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    out[known] = rows / np.where(norm > 0, norm, 1)
    return out


def _handles(profiles: Profiles, n: int) -> tuple[Bytes, Ints]:
    named = profiles.names.filter(pc.equal(profiles.names["what"], "handle"))
    owner = named["subject"].to_numpy()
    rows = skeletons(named["text"])
    keys = handle_keys(rows)
    order = np.lexsort((keys, owner))
    owner, rows, keys = owner[order], rows[order], keys[order]
    kept = keys != 0
    kept[1:] &= (owner[1:] != owner[:-1]) | (keys[1:] != keys[:-1])
    owner, rows = owner[kept], np.ascontiguousarray(rows[kept])
    return rows, np.searchsorted(owner, np.arange(n + 1))


def _signals(profiles: Profiles) -> tuple[Places, Places, Flags, Floats]:
    table = profiles.signals
    source, target = table["source"].to_numpy().astype(np.int32), table["target"].to_numpy().astype(np.int32)
    declared = table["declared"].fill_null(False).to_numpy(zero_copy_only=False)
    at = days(table["at"], np.nan)
    order = np.lexsort((at, target, source))
    return source[order], target[order], declared[order], at[order]
