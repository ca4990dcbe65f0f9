"""Pseudonyms hold within one brief and lead nowhere else."""

import hashlib
import hmac

import polars as pl
import pytest
from tests.brief.hostile import CORPUS

from actionday.brief.pseudonyms import group_value, pseudonym, pseudonym_column, without_address

KEY = b"k" * 32


@pytest.mark.parametrize("key", [b"k" * 16, b"k" * 64, b"k" * 100])
def test_pseudonyms_are_hmacs_one_by_one_and_by_the_column(key: bytes) -> None:
    subjects = [f"telegram:channel:{i % 40}" for i in range(50)] + [t for t in CORPUS if "\ud800" not in t]
    expected = [f"s-{hmac.new(key, subject.encode(), hashlib.sha256).hexdigest()[:16]}" for subject in subjects]
    assert [pseudonym(subject, key) for subject in subjects] == expected
    assert pseudonym_column(pl.Series("subject", subjects), key).to_list() == expected


def test_another_key_gives_other_names_and_a_short_one_is_refused() -> None:
    assert pseudonym("telegram:channel:1", KEY) != pseudonym("telegram:channel:1", b"j" * 32)
    with pytest.raises(ValueError, match="16 bytes"):
        pseudonym("telegram:channel:1", b"short")


def test_platforms_and_words_stay_addresses_are_hashed() -> None:
    assert without_address("telegram", KEY) == "telegram"
    assert without_address("Organisation A", KEY) == "Organisation A"
    for address in ("chat.example.org", "@handle", "matrix:room", "https://example.org"):
        assert without_address(address, KEY).startswith("place ")
        assert address not in without_address(address, KEY)


def test_groups_that_name_a_subject_or_host_are_hashed_whatever_they_say() -> None:
    assert group_value("platform", "matrix", KEY) == "matrix"
    assert group_value("host", "plainname", KEY) == f"host {pseudonym('plainname', KEY)[2:10]}"
