"""Fingerprints of texts, so that content need not be kept to be recognised; images are in `fingerprint_images`.

SHA-256 of the text as it stands; of longer texts also character 5-gram shingles of the normalised text: as a b-bit
minwise sketch (Li and König 2010, b = 16, 64 hashes) and as a bottom-k sketch (Cohen and Kaplan 2007, k = 64).
Not for: finding near-duplicates among many, or judging content.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from actionday.observe.link_patterns import INVISIBLE
from actionday.observe.plain_kernels import count_letters, normalise_plain
from actionday.observe.shingle_kernels import mixers, shingle_sets, sketch_texts
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.sketches import HASHES

LEAST_CODE_POINTS = 24
"""Texts shorter than this after normalising get no sketch: too many of them are alike by chance."""

BLOCK = 100_000
_URL = r"(?i)(?:[a-z][a-z0-9+.\-]*://|www\.)[^\s]+|t\.me/[^\s]+"
# Beyond these letters NFKC, or one of the marks, may change something: ASCII, accented Latin, Cyrillic, Arabic, Han.
_NOT_SURELY_NORMAL = (
    r"[^\x00-\x7F\u00C0-\u00FF\u0400-\u045F\u060C\u061F\u0621-\u063A\u0641-\u064A\u0660-\u0669\u4E00-\u9FFF]"
)
_MARKS = r"[\u0640\u064B-\u065F\u0670\u06D6-\u06ED]"  # Arabic tatweel and vowel signs


def text_digests(texts: pa.Array) -> pa.Array:
    """SHA-256 of each text's UTF-8 bytes (binary, 32 bytes); null for a null or empty text.

    Each distinct text is hashed once, by the standard library: DuckDB's `sha256` took twice as long on 143,000 posts.
    """
    encoded = texts.cast(pa.large_binary()).dictionary_encode()
    words = [hashlib.sha256(word).digest() if word else None for word in encoded.dictionary.to_pylist()]
    return pa.array(words, pa.binary()).take(encoded.indices)


@dataclass(frozen=True, slots=True)
class Normal:
    """Normalised texts: bytes of UTF-8, and where each text begins and ends in them."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def normalise_texts(texts: pa.Array) -> Normal:
    """Texts as shingles see them, in the order given; a null is an empty one.

    NFKC, lower case, without links, invisible marks, Arabic tatweel and vowel signs, white space as single spaces.
    """
    data, starts, ends, declined = normalise_plain(*_bytes(texts))
    if not declined.size:
        return Normal(data, starts, ends)
    more, places = _bytes(_normalise_any(pl.Series(texts.take(pa.array(declined)), dtype=pl.String)).to_arrow())
    starts[declined], ends[declined] = places[:-1] + data.size, places[1:] + data.size
    return Normal(np.concatenate([data, more]), starts, ends)


def _bytes(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """A string column's bytes and offsets."""
    plain = texts.cast(pa.large_string())
    _, offsets, data = plain.buffers()
    places = np.frombuffer(offsets, np.int64)[plain.offset : plain.offset + len(plain) + 1] if len(plain) else [0]
    return np.frombuffer(data or b"", np.uint8), np.asarray(places, np.int64)


def _normalise_any(texts: pl.Series) -> pl.Series:
    """As `normalise_texts`, for texts with any letters."""
    text = pl.col("text")
    frame = texts.rename("text").to_frame().with_row_index("row")
    frame = _where(frame, text.str.contains(r"://|www\.|t\.me/"), text.str.replace_all(_URL, " "))
    unsure = text.str.replace_all(INVISIBLE, "").str.normalize("NFKC").str.replace_all(_MARKS, "")
    frame = _where(frame, text.str.contains(_NOT_SURELY_NORMAL), unsure)
    frame = _where(frame, text.str.contains(r"[^\S ]|  |^ | $"), text.str.replace_all(r"\s+", " ").str.strip_chars(" "))
    return frame.sort("row")["text"].str.to_lowercase()


def _where(frame: pl.DataFrame, condition: pl.Expr, change: pl.Expr) -> pl.DataFrame:
    """`text` changed where the condition holds; the order of rows is not kept."""
    chosen = frame.select(condition.fill_null(value=False))["text"]
    if not chosen.any():
        return frame
    return pl.concat([frame.filter(~chosen), frame.filter(chosen).with_columns(text=change)])


def text_fingerprints(texts: pa.Array, digests: pa.Array, *, seed: int) -> pa.Table:
    """Sketches of the distinct texts of at least 24 code points, as the archive's `fingerprints` payload.

    `digests` are the texts' SHA-256 (null: no text); the first text of a digest is taken. Sketches compare only with
    sketches of the same seed. In order of first appearance.
    """
    codes = digests.dictionary_encode().indices
    known = np.maximum.accumulate(codes.fill_null(-1).to_numpy()) if len(codes) else np.empty(0, np.int32)
    first = np.flatnonzero(np.diff(known, prepend=-1))
    starts = range(0, max(first.size, 1), BLOCK)
    with ThreadPoolExecutor(max_workers=pl.thread_pool_size()) as pool:
        blocks = (pa.array(first[start : start + BLOCK]) for start in starts)
        return pa.concat_tables(pool.map(lambda rows: _sketched(texts.take(rows), digests.take(rows), seed), blocks))


def _sketched(texts: pa.Array, digests: pa.Array, seed: int) -> pa.Table:
    normal = normalise_texts(texts)
    long = np.flatnonzero(count_letters(normal.data, normal.starts, normal.ends) >= LEAST_CODE_POINTS)
    mix = mixers(seed)
    minwise, bottom, lengths, sizes = sketch_texts(
        normal.data, (normal.starts[long], normal.ends[long]), (mix.base, mix.salt), (mix.factors, mix.terms)
    )
    n = long.size
    columns = {
        "digest": digests.take(pa.array(long)),
        "kind": pa.repeat(pa.scalar("text"), n),
        "minhash": _binary(minwise.astype("<u2", copy=False), np.full(n, 2 * HASHES)),
        "shingles": _binary(bottom.astype("<u4", copy=False), lengths * 4),
        "n_shingles": pa.array(sizes, pa.int32()),
        "pdq": pa.nulls(n, pa.binary()),
        "quality": pa.nulls(n, pa.int16()),
    }
    return pa.table(columns, TABLES["fingerprints"].payload)


def _binary(data: npt.NDArray[np.integer], lengths: npt.NDArray[np.integer]) -> pa.Array:
    """An array's bytes cut into values of these lengths."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.Array.from_buffers(pa.binary(), len(lengths), [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def whole_shingle_sets(texts: pa.Array, *, seed: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """The whole sets of which `fingerprints` keeps sketches: hashes ascending in each, end to end, and where each set ends."""
    normal, mix = normalise_texts(texts), mixers(seed)
    return shingle_sets(normal.data, normal.starts, normal.ends, (mix.base, mix.salt))


def seed_of(key: bytes) -> int:
    """The seed of a home's sketches, from its key: hashes cannot be turned into words by trying, nor compared between homes."""
    return int.from_bytes(key[:8], "little")
