"""Handles and display names of synthetic accounts: short lists of common names, and returns that keep some of theirs.

Beside `worlds_of_returns`. Names are harmless syllables. Not for: the bundled scenario (`scenario.words`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

LANGUAGES = 12
COMMON, RARE = 300, 20_000
"""Names that many have, and names that few have, in each language."""
_SYLLABLES = np.array([a + b for a in "bdfgklmnprstvz" for b in "aeiou"])
STEMS = len(_SYLLABLES) ** 4
COMMON_STEMS = 3_000
COMMON_HANDLES = 0.3
_ENDINGS = np.array(["", "_2", "_new", "2", ".backup", "_official", "99", "x"])


@dataclass(frozen=True, slots=True)
class NameRules:
    """Chance that a return keeps its display name, and its handle's stem."""

    name: float
    handle: float


@dataclass(frozen=True)
class Names:
    """By account: language, given and family name (numbers), the handle's stem, its ending, digits."""

    language: Ints
    given: Ints
    family: Ints  # below COMMON: a common one
    stem: Ints
    ending: Ints
    digits: Ints

    def taken(self, rows: Ints) -> "Names":
        """The names of these rows, in that order."""
        return Names(
            self.language[rows],
            self.given[rows],
            self.family[rows],
            self.stem[rows],
            self.ending[rows],
            self.digits[rows],
        )


def draw_names(random: np.random.Generator, rules: NameRules, parent: Ints, community: Ints) -> Names:
    """Name everyone; returns and siblings (parent >= 0) keep names and stems as the rules say."""
    n, of = len(parent), np.maximum(parent, 0)
    tongue = np.minimum(random.geometric(0.25, community.max() + 1) - 1, LANGUAGES - 1)
    given, family = (
        _common(random, n),
        np.where(random.random(n) < 0.5, _common(random, n), COMMON + random.integers(0, RARE, n)),
    )
    kept = (parent >= 0) & (random.random(n) < rules.name)
    common = random.random(n) < COMMON_HANDLES
    stem = np.where(
        common, (random.random(n) ** 2 * COMMON_STEMS).astype(np.int64), random.integers(COMMON_STEMS, STEMS, n)
    )
    alike = (parent >= 0) & (random.random(n) < rules.handle)
    return Names(
        tongue[community],
        np.where(kept, given[of], given),
        np.where(kept, family[of], family),
        np.where(alike, stem[of], stem),
        random.integers(0, len(_ENDINGS), n),
        random.integers(0, 1000, n),
    )


def _common(random: np.random.Generator, n: int) -> Ints:
    drawn: Ints = (random.random(n) ** 2 * COMMON).astype(np.int64)
    return drawn


def chance_of_name(names: Names, rows: Ints) -> Floats:
    """How likely an unrelated account of the same language has these very names."""
    return _square_law(names.given[rows], COMMON) * np.where(
        names.family[rows] < COMMON, 0.5 * _square_law(names.family[rows], COMMON), 0.5 / RARE
    )


def chance_of_stem(names: Names, rows: Ints) -> Floats:
    """How likely an unrelated account has this stem."""
    stem = names.stem[rows]
    return np.where(stem < COMMON_STEMS, COMMON_HANDLES * _square_law(stem, COMMON_STEMS), (1 - COMMON_HANDLES) / STEMS)


def _square_law(value: Ints, size: int) -> Floats:
    """Chance of floor(u ** 2 * size) for even u."""
    low = np.minimum(value, size - 1) / size
    chance: Floats = np.sqrt(low + 1 / size) - np.sqrt(low)
    return chance


def name_tables(names: Names) -> tuple[pa.Table, tuple[Ints, Ints]]:
    """Handles as text, and display names as tokens (account, token): a given name and a family name."""
    n = len(names.stem)
    base, stock = len(_SYLLABLES), pa.array(_SYLLABLES)
    parts = [stock.take(pa.array((names.stem // base**k) % base)) for k in range(4)]
    digits = pc.if_else(pa.array(names.digits < 300), pc.cast(pa.array(names.digits), pa.string()), pa.scalar(""))
    handle = pc.binary_join_element_wise(*parts, pa.array(_ENDINGS).take(pa.array(names.ending)), digits, "")
    table = pa.table(
        {"subject": pa.array(np.arange(n, dtype=np.int32)), "what": pa.repeat("handle", n), "text": handle}
    )
    rows = np.arange(n)
    token = np.concatenate([names.given, names.family]) * 64 + np.tile(names.language, 2)
    return table, (np.concatenate([rows, rows]), token)
