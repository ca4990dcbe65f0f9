"""Names in any script: what a skeleton keeps, what it leaves out, and that no text breaks it."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.link.scripts import script_of, skeletons, text_keys, words


def skeleton(text: str) -> str:
    return bytes(skeletons(pa.array([text]))[0]).rstrip(b"\0").decode()


@pytest.mark.parametrize(
    "text",
    [
        "karim",
        "Karim_07",
        "Re4l_Karim",
        "the.karim.backup",
        "karimbackup",
        "realkarim2",
        "карим",
        "KARIM-II",
        "k4r1m",
        "Kаrim",
        "ｋａｒｉｍ",
        "karim\u200f",
        "kariim",
    ],
)
def test_one_name_in_many_guises(text: str) -> None:
    assert skeleton(text) == "karim"


@pytest.mark.parametrize(("a", "b"), [("karim", "salim"), ("umar", "omran"), ("1234", "9876")])
def test_different_names_stay_apart(a: str, b: str) -> None:
    assert skeleton(a) != skeleton(b)


def test_affixes_stay_where_they_are_all_there_is() -> None:
    assert skeleton("backup") == "backup"
    assert skeleton("new") == "new"
    assert skeleton("") == ""


@given(st.lists(st.text(), max_size=8))
def test_any_text_has_a_skeleton_of_letters_and_digits(texts: list[str]) -> None:
    rows = skeletons(pa.array(texts, pa.string()))
    assert rows.shape == (len(texts), 24)
    for row in rows:
        kept = bytes(row).rstrip(b"\0")
        assert kept == b"" or kept.decode("ascii").isalnum()


@given(st.lists(st.text(alphabet="abc яж é", max_size=12), max_size=8))
def test_columns_are_rows(texts: list[str]) -> None:
    whole = skeletons(pa.array(texts, pa.string()))
    alone = [skeletons(pa.array([text], pa.string()))[0] for text in texts]
    assert [bytes(row) for row in whole] == [bytes(row) for row in alone]


def test_words_are_the_same_in_any_script_and_case() -> None:
    row, key = words(pa.array(["Abu Talib", "абу_ТАЛИБ", None, "x"]))
    assert row.tolist() == [0, 0, 1, 1]
    assert key[:2].tolist() == key[2:].tolist()


def test_keys_tell_texts_apart() -> None:
    keys = text_keys(pa.array(["a", "b", "a", None]))
    assert keys[0] == keys[2]
    assert len(set(keys.tolist())) == 3


def test_scripts() -> None:
    assert script_of(pa.array(["Ana", " 12 Яна", "سمر", "12", None])).to_pylist() == [
        "Latin",
        "Cyrillic",
        "Arabic",
        None,
        None,
    ]
