"""Harmless words: names, titles and sentences out of random syllables in Latin, Cyrillic and Arabic script.

The syllables are chosen so that no violent word can come of them in the languages of those scripts.
Not for: which subject is called what (profiles), or which post says what (posts).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.scenario.draws import Ints

SYLLABLES = (
    ("ka", "lo", "mi", "ru", "so", "ta", "ve", "po", "li", "de"),
    ("ка", "ло", "ми", "ру", "со", "та", "ве", "по", "ли", "де"),
    ("كا", "لو", "مي", "رو", "سو", "تا", "في", "بو", "لي", "دو"),
)
DECORATIONS = ("", "", "", "", "", "", " 2019", " !")
ARABIC_DECORATIONS = ("", "", "", "", "", "\u200f", " ٢٠١٩", "\u200f ١٢")
SENTENCES = 1_500
"""Distinct half sentences a language; a post joins two, so that two million texts differ."""


def join(*parts: pa.Array | str) -> pa.Array:
    """Glue string arrays and literals; a null anywhere makes the row null."""
    return pc.binary_join_element_wise(*parts, "")


def words(rng: np.random.Generator, n: int, language: int, syllables: int = 3) -> pa.Array:
    """`n` words of that many syllables; repeats occur."""
    stock = pa.array(SYLLABLES[language])
    return join(*(stock.take(pa.array(rng.integers(0, len(stock), n))) for _ in range(syllables)))


def numbers(values: Ints) -> pa.Array:
    """Whole numbers as decimal text."""
    return pc.cast(pa.array(values, pa.int64()), pa.string())


def codes(values: Ints, width: int) -> pa.Array:
    """Whole numbers as base-36 capitals of fixed width, such as a Threema id."""
    alphabet = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    digits = (values[:, None] // 36 ** np.arange(width - 1, -1, -1)) % 36
    return pa.array(np.ascontiguousarray(alphabet[digits]).view(f"<U{width}").reshape(-1), pa.string())


def sentences(rng: np.random.Generator) -> pa.Array:
    """Half sentences of three to nine words: SENTENCES of each language, one language after the other."""
    pools = []
    for language in range(len(SYLLABLES)):
        stock = words(rng, 600, language, 2).to_pylist() + words(rng, 300, language, 3).to_pylist()
        lengths = rng.integers(3, 10, SENTENCES)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        chosen = pa.array(stock).take(pa.array(rng.integers(0, len(stock), offsets[-1])))
        said = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), chosen), " ")
        extra = pa.array(ARABIC_DECORATIONS if language == 2 else DECORATIONS)
        pools.append(join(said, extra.take(pa.array(rng.integers(0, len(extra), SENTENCES)))))
    return pa.concat_arrays(pools)
