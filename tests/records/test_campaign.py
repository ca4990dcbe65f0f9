"""`day.toml` is read strictly: a time without zone, a window that ends early and an unknown event are refused by name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.records import Estimate, FixedClock, InputError, SubjectId, handle_reference, load_campaign

GOOD = """name = "day"
[window]
start = 2019-11-22T00:00:00+01:00
end = 2019-11-23T23:59:59Z
[[event]]
at = 2019-11-25T00:00:00Z
kind = "outage"
title = "Outage"
[[event]]
at = 2019-12-25T00:00:00Z
"""


def test_a_day_is_read_in_utc_with_its_windows_and_what_coincides(tmp_path: Path) -> None:
    path = tmp_path / "day.toml"
    path.write_text(GOOD)
    day = load_campaign(path)
    assert day.start == datetime(2019, 11, 21, 23, tzinfo=UTC)
    assert (day.start - day.before[0]).days == (day.after[1] - day.end).days == 30
    assert [event.title for event in day.coinciding()] == ["Outage"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2019-11-22T00:00:00+01:00", "2019-11-22T00:00:00", "with its zone"),
        ("2019-11-23T23:59:59Z", "2019-11-01T00:00:00Z", "ends before it starts"),
        ('"outage"', '"weather"', "unknown kind 'weather'"),
        ('name = "day"', "", "needs `name`"),
        ("[window]", "[window]\ndays_before = 0", "from 1 to"),
        ("[window]", "[window]\ndays_after = 999999999", "from 1 to"),
        ("[window]", "[window]\ndays_befor = 7", "unknown key `window.days_befor`"),
        ("[window]", "comparision = 1\n[window]", "unknown key `comparision`"),
        ("[window]", "comparison = 1\n[window]", "`comparison` must be a table"),
        ("[window]", 'comparison = { platforms = "twitter" }\n[window]', "must be a list of texts"),
        ("[window]", "synthetic = 1\n[window]", "true or false"),
        ("[[event]]", "[event]", "not TOML"),
        (GOOD[GOOD.index("[[event]]") :], "[event]\nat = 1", "must be a list of tables"),
        ('title = "Outage"', 'titel = "Outage"', "event 1: titel"),
        ("[window]", "[window", "not TOML"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "day.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError, match=told):
        load_campaign(path)


def test_a_folder_is_no_day(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_campaign(tmp_path)


@given(st.sampled_from(["telegram", "matrix"]), st.sampled_from(["account", "channel"]), st.text(min_size=1))
def test_subject_ids_survive_their_text_form(platform: str, kind: str, native: str) -> None:
    subject = SubjectId(platform, kind, native)
    assert SubjectId.parse(str(subject)) == subject


@pytest.mark.parametrize("text", ["", "telegram", "telegram:account:", "telegram:cat:1", ":account:1"])
def test_what_is_no_subject_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no subject id"):
        SubjectId.parse(text)


def test_handles_are_references_without_case_or_at_sign() -> None:
    assert handle_reference("telegram", "@Some_Name") == "telegram:@some_name"


def test_an_estimate_prints_everything_it_must_travel_with() -> None:
    estimate = Estimate("x", 1.0, 0.5, 2.0, "days", 7, "by hand", caveats=("few",))
    assert set(estimate.as_dict()) == {
        "name",
        "group",
        "value",
        "low",
        "high",
        "level",
        "unit",
        "n",
        "method",
        "caveats",
    }


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
    clock.move_to(datetime(2020, 1, 2, tzinfo=UTC))
    assert clock.now() == datetime(2020, 1, 2, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2020, 1, 1))  # noqa: DTZ001 - that is the point
