"""What is fixed before a day: read with clear errors, hashed, and compared with what was done."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.records import InputError
from actionday.records.preregistration import (
    Analysis,
    Frozen,
    Preregistration,
    Standing,
    binding,
    load_preregistration,
    registered,
)

DAY = """name = "A day"
[window]
start = 2024-03-05T00:00:00Z
end = 2024-03-06T00:00:00Z
[comparison]
platforms = ["twitter"]
organisations = ["another"]
"""
FIXED = """[preregistered]
outcomes = ["posts_change_original", "returned_30d_corrected"]
windows = [{ before = 30, after = 30 }, { before = 30, after = 7 }]
comparison = "who was not targeted"
method = "daily rates"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "day.toml"
    path.write_text(text, "utf-8")
    return path


def test_it_is_read_and_its_hash_is_that_of_its_content(tmp_path: Path) -> None:
    campaign, what = load_preregistration(write(tmp_path, DAY + FIXED))
    assert what.windows == ((30, 7), (30, 30))
    assert what.untargeted == ("another", "twitter")
    assert Preregistration.parse(what.document()) == what
    _, again = load_preregistration(write(tmp_path, "# a remark\n" + DAY + FIXED))
    assert again.digest == what.digest
    _, other = load_preregistration(write(tmp_path, DAY + FIXED.replace("after = 7", "after = 14")))
    assert other.digest != what.digest
    assert campaign.name == what.campaign


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"no part \[preregistered\]"),
        ("[preregistered]\noutcomes = ['a']\n", "needs `windows`"),
        ("[preregistered]\nhypothesis = 'x'\n", "unknown key `preregistered.hypothesis`"),
        (FIXED.replace('["posts_change_original", "returned_30d_corrected"]', '"posts"'), "list of names"),
        (FIXED.replace("after = 7", "after = 0"), "whole numbers from 1"),
        (FIXED.replace("before = 30, after = 7", "before = 30"), "`before` and `after`"),
        (FIXED.replace('"daily rates"', "3"), "preregistered.method must be a text"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        load_preregistration(write(tmp_path, DAY + text))


def test_an_analysis_is_registered_only_as_it_was_fixed(tmp_path: Path) -> None:
    campaign, what = load_preregistration(write(tmp_path, DAY + FIXED))
    early, late = Frozen(what, campaign.start - timedelta(days=1)), Frozen(what, campaign.start)
    good = Analysis("posts_change_original", 30, 7, ("twitter", "another"), "ratio of daily rates, clusters")
    assert registered(good, campaign, [early]).standing is Standing.REGISTERED
    assert registered(good, campaign, [late]).standing is Standing.AFTER_THE_FACT
    assert registered(good, campaign, []).standing is Standing.NOT
    other = Analysis("posts_change_forward", 30, 7, ("twitter", "another"), "ratio of daily rates")
    assert registered(other, campaign, [early]).standing is Standing.NOT
    shifted = registered(Analysis("posts_change_original", 30, 14, ("twitter",), "regression"), campaign, [early])
    assert (shifted.standing, shifted.differs) == (Standing.DIFFERS, ("windows", "comparison group", "method"))


def test_the_last_record_before_the_window_counts_and_other_days_do_not(tmp_path: Path) -> None:
    campaign, what = load_preregistration(write(tmp_path, DAY + FIXED))
    _, later = load_preregistration(write(tmp_path, DAY + FIXED.replace("after = 7", "after = 14")))
    _, foreign = load_preregistration(write(tmp_path, DAY.replace("A day", "Another") + FIXED))
    days = [
        Frozen(one, campaign.start + timedelta(days=n))
        for one, n in ((what, -3), (later, -1), (what, 1), (foreign, -1))
    ]
    assert binding(campaign, days) == days[1]
    assert binding(campaign, [days[2]]) == days[2]
    assert binding(campaign, [days[3]]) is None


@given(
    st.text(),
    st.integers(0, 2**31).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.lists(st.text(min_size=1), min_size=1),
    st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=1),
    st.text(),
)
def test_the_canonical_form_comes_back(name: str, start: datetime, outcomes: list[str], windows: list[tuple[int, int]], words: str) -> None:  # fmt: skip
    what = Preregistration(name, start, start, tuple(outcomes), tuple(windows), words, words)
    back = Preregistration.parse(what.document())
    assert back == what
    assert back.digest == what.digest
