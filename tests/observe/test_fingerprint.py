"""Text fingerprints against slow set arithmetic in plain Python; images against files made here."""

import hashlib
import io
import os
import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from actionday.observe import fingerprint, fingerprint_images
from actionday.observe.fingerprint import (
    LEAST_CODE_POINTS,
    normalise_texts,
    text_digests,
    text_fingerprints,
    whole_shingle_sets,
)
from actionday.observe.fingerprint_images import image_fingerprint, image_fingerprints
from actionday.observe.plain_kernels import PLAIN_RANGES, normalise_plain
from actionday.observe.shingle_kernels import mixers
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.sketches import bottom_k_jaccard, estimate_jaccard, estimate_jaccards

MASK = (1 << 64) - 1
SEED = 7
TEXT = st.text(alphabet=st.sampled_from("abcdefgh ابتثجحخد абвгдежз 𝄞🙂é٣,"), min_size=30, max_size=300)


def shingles(text: str) -> set[int]:
    """The set of window hashes as the kernels' contract states it, in Python integers."""
    mix = mixers(SEED)
    out = set()
    for i in range(len(text) - 4):
        value = 0
        for letter in text[i : i + 5]:
            value = (value + ord(letter)) * int(mix.base) & MASK
        value ^= int(mix.salt)
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCD & MASK
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53 & MASK
        out.add(value >> 32)
    return out


def minhash(members: set[int]) -> bytes:
    mix = mixers(SEED)
    lines = zip(mix.factors.tolist(), mix.terms.tolist(), strict=True)
    least = [min((x * factor + term) & 0xFFFFFFFF for x in members) & 0xFFFF for factor, term in lines]
    return np.array(least, "<u2").tobytes()


def sketches(*texts: str) -> list[dict[str, Any]]:
    column = pa.array(texts)
    rows: list[dict[str, Any]] = text_fingerprints(column, text_digests(column), seed=SEED).to_pylist()
    return rows


def normalised(*texts: str) -> list[str]:
    normal = normalise_texts(pa.array(texts, pa.string()))
    places = zip(normal.starts.tolist(), normal.ends.tolist(), strict=True)
    return [normal.data[start:end].tobytes().decode() for start, end in places]


def jaccard(a: str, b: str) -> float:
    left, right = (shingles(normalised(text)[0]) for text in (a, b))
    return len(left & right) / len(left | right)


def test_digests_equal_hashlib_in_order() -> None:
    texts = [None, "", "a", "اسم", "имя 🙂", *(f"text {n}" * (n % 40) for n in range(5_000))]
    expected = [hashlib.sha256(text.encode()).digest() if text else None for text in texts]
    assert text_digests(pa.array(texts)).to_pylist() == expected
    assert text_digests(pa.array(texts).slice(2)).to_pylist() == expected[2:]
    assert text_digests(pa.array([], pa.string())).to_pylist() == []
    assert text_digests(pa.array([None], pa.string())).to_pylist() == [None]


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=6, unique=True))
def test_sketches_equal_plain_python(texts: list[str]) -> None:
    normal = normalised(*texts)
    rows = {row["digest"]: row for row in sketches(*texts)}
    for text, plain in zip(texts, normal, strict=True):
        row = rows.get(hashlib.sha256(text.encode()).digest())
        if len(plain) < LEAST_CODE_POINTS:
            assert row is None
            continue
        assert row is not None
        members = shingles(plain)
        assert row["n_shingles"] == len(members)
        assert np.frombuffer(row["shingles"], "<u4").tolist() == sorted(members)[:64]
        assert row["minhash"] == minhash(members)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, max_size=5))
def test_whole_sets_are_the_sets_of_windows(texts: list[str]) -> None:
    members, ends = whole_shingle_sets(pa.array([*texts, "la", None], pa.string()), seed=SEED)
    found = np.split(members, ends[:-1])
    wanted = [shingles(normalised(text)[0]) for text in texts] + [set(), set()]
    assert [part.tolist() for part in found] == [sorted(one) for one in wanted]


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT)
def test_bottom_k_is_exact_for_small_sets(a: str, b: str) -> None:
    rows = sketches(a[:60], b[:60])
    if len(rows) == 2:
        sizes = (rows[0]["n_shingles"], rows[1]["n_shingles"])
        assert max(sizes) <= 64
        assert bottom_k_jaccard(rows[0]["shingles"], rows[1]["shingles"], sizes=sizes) == jaccard(a[:60], b[:60])


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.6, 0.9, 1.0])
def test_estimates_lie_within_four_standard_errors(overlap: float) -> None:
    rng = np.random.default_rng(3)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    errors = []
    for _ in range(40):
        common, left, right = ("".join(rng.choice(letters, 600)) for _ in range(3))
        cut = int(600 * overlap)
        a, b = common[:cut] + left[cut:], common[:cut] + right[cut:]
        first, second = sketches(a, b) if a != b else sketches(a) * 2
        truth = jaccard(a, b)
        for value in (
            estimate_jaccard(first["minhash"], second["minhash"]),
            bottom_k_jaccard(first["shingles"], second["shingles"]),
        ):
            assert abs(value - truth) <= 4 * np.sqrt(truth * (1 - truth) / 64) + 1e-3
            errors.append(value - truth)
    assert abs(np.mean(errors)) < 0.02  # no bias


def test_estimates_over_columns_equal_single_ones() -> None:
    rows = sketches(*(f"some harmless words about the number {n} " * 2 for n in range(9)))
    column = pa.array([row["minhash"] for row in rows])
    pairs = estimate_jaccards(column.slice(0, 8), column.slice(1))
    assert pairs.tolist() == [estimate_jaccard(a["minhash"], b["minhash"]) for a, b in pairwise(rows)]
    assert estimate_jaccards(column, column).tolist() == [1.0] * 9


def test_fingerprints_are_of_distinct_long_texts_in_the_archives_schema() -> None:
    long = "a text that is long enough to count"
    texts = pa.array([long, "short", None, long, long.upper() + " https://t.me/x"])
    table = text_fingerprints(texts, text_digests(texts), seed=SEED)
    assert table.schema == TABLES["fingerprints"].payload
    assert table.num_rows == 2
    first, second = table.to_pylist()
    assert first["digest"] == hashlib.sha256(long.encode()).digest()
    assert (first["minhash"], first["shingles"]) == (second["minhash"], second["shingles"])


def test_seeds_blocks_and_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.array(["x"] + [f"a harmless text with the number {n} in it" for n in range(10)])
    digests = text_digests(texts)
    whole = text_fingerprints(texts, digests, seed=SEED)
    assert text_fingerprints(texts.slice(1), digests.slice(1), seed=SEED).equals(whole)
    assert not text_fingerprints(texts, digests, seed=SEED + 1).equals(whole)
    monkeypatch.setattr(fingerprint, "BLOCK", 3)
    assert text_fingerprints(texts, digests, seed=SEED).combine_chunks().equals(whole.combine_chunks())
    empty = text_fingerprints(texts.slice(0, 0), digests.slice(0, 0), seed=SEED)
    assert (empty.num_rows, empty.schema) == (0, whole.schema)


def slowly(text: str) -> str:
    """The contract of normalise_texts in plain Python."""
    text = re.sub(r"(?i)(?:[a-z][a-z0-9+.\-]*://|www\.)[^\s]+|t\.me/[^\s]+", " ", text)
    text = re.sub("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]", "", text)
    text = re.sub("[\u0640\u064b-\u065f\u0670\u06d6-\u06ed]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"\s+", " ", text).strip(" ").lower()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aÉe\u0301ßＡ１ﬁ ـَاأا\u0654иЙи\u0306中\u200f\u200b\t\n\u00a0²Ｋ" + ":/.wtm", max_size=40))
def test_normalising_equals_the_contract(text: str) -> None:
    assert normalised(text, "b", "a b") == [slowly(text), "b", "a b"]


def test_plain_letters_are_left_alone_by_what_other_letters_need() -> None:
    dropped = re.compile(
        "[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u0640\u064b-\u065f\u0670\u06d6-\u06ed]"
    )
    for first, last in PLAIN_RANGES:
        for letter in map(chr, range(first, last + 1)):
            assert unicodedata.normalize("NFKC", letter) == letter
            assert not letter.isspace()
            assert not unicodedata.combining(letter)
            assert not dropped.match(letter)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="aZÀ×ßÿЀЙЯяџ中س٣ی—🙂\ufe0f \t\n" + "http:/.-+9wWtme" * 2, max_size=60))
def test_plain_texts_come_out_as_any_others_do(text: str) -> None:
    slow = fingerprint._normalise_any(pl.Series([text]))[0]  # the way of other letters
    assert normalised(text) == [slow]
    assert normalise_plain(np.frombuffer(text.encode(), np.uint8), np.array([0, len(text.encode())]))[3].size == 0


@pytest.mark.parametrize(
    "link", ["https://a.b/C", "www.a", "xt.me/x", "a.www.b://c", "www.t.me/x", "1+http://x", "a:b://c"]
)
def test_links_go_from_where_the_pattern_finds_them(link: str) -> None:
    texts = [link, f"ab{link} cd", f"ab {link}", f"ab-{link}\ncd {link}", link[:-1] + " ab"]
    assert normalised(*texts) == fingerprint._normalise_any(pl.Series(texts)).to_list()


def test_marks_case_and_links_do_not_matter() -> None:
    plain, marked = normalised("السلام عليكم", "السَّـــلام\u200f  عليكم t.me/x")
    assert plain == marked


def picture(size: tuple[int, int] = (96, 64), form: str = "PNG") -> bytes:
    gradient = np.add.outer(np.arange(size[1]), np.arange(size[0]) * 2) % 256
    noise = np.random.default_rng(1).integers(0, 60, (size[1], size[0], 3))
    out = io.BytesIO()
    Image.fromarray((gradient[..., None] // 2 + noise).astype(np.uint8)).save(out, form)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_image_formats(tmp_path: Path, form: str) -> None:
    (tmp_path / "a").write_bytes(picture(form=form))
    result = image_fingerprint(tmp_path / "a")
    assert result is not None
    digest, pdq, quality = result
    assert digest == hashlib.sha256((tmp_path / "a").read_bytes()).digest()
    assert len(pdq) == 32
    assert 0 <= quality <= 100


def test_a_resized_image_is_near_and_another_is_far(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    first, other = (Image.fromarray(rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)) for _ in range(2))
    large = first.resize((400, 300), Image.Resampling.BICUBIC)
    large.save(tmp_path / "a.png")
    large.resize((300, 225), Image.Resampling.LANCZOS).save(tmp_path / "b.jpg", quality=90)
    other.resize((400, 300), Image.Resampling.BICUBIC).save(tmp_path / "c.png")
    hashes = image_fingerprints([tmp_path / name for name in ("a.png", "b.jpg", "c.png")])["pdq"].to_pylist()
    bits = [np.unpackbits(np.frombuffer(pdq, np.uint8)) for pdq in hashes]
    assert (bits[0] != bits[1]).sum() <= 31  # the threshold that PDQ's authors give for a match
    assert (bits[0] != bits[2]).sum() > 80


def test_bad_images_are_reported_and_good_ones_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = picture()
    files = {
        "good.png": good,
        "cut.png": good[:200],
        "text.jpg": b"no image",
        "empty.webp": b"",
        "a.gif": picture(form="GIF"),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "link.png").symlink_to(tmp_path / "good.png")
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "big.png").write_bytes(picture((300, 300)))
    monkeypatch.setattr(fingerprint_images, "MAX_PIXELS", 80_000)
    names = [
        "good.png",
        "cut.png",
        "text.jpg",
        "empty.webp",
        "a.gif",
        "link.png",
        "folder.png",
        "pipe.png",
        "big.png",
        "no",
    ]
    table = image_fingerprints([tmp_path / name for name in names])
    assert table.schema == fingerprint_images.IMAGES
    assert [name for name, problem in zip(names, table["problem"].to_pylist(), strict=True) if not problem] == [
        "good.png"
    ]
    assert table["pdq"].null_count == len(names) - 1
    assert all(image_fingerprint(tmp_path / name) is None for name in names[1:])


def test_a_decompression_bomb_is_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bomb.png").write_bytes(picture((200, 200)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 30_000)
    assert image_fingerprint(tmp_path / "bomb.png") is None
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    assert image_fingerprint(tmp_path / "bomb.png") is None
