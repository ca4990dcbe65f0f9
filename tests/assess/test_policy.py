"""Grounds are data: which hold on a day and where, what a home adds, and that marks and dates are never left out."""

from datetime import date
from pathlib import Path

import pytest

from actionday.assess import GroundKind, load_policy
from actionday.records import InputError, UsageError
from actionday.records.deadline import Mark

DAY = date(2026, 11, 25)
HOUSE = """
version = "3"
[[ground]]
id = "house.spam"
kind = "house_rule"
law = "Rules of our server"
article = "4"
from = 2026-01-01
until = 2026-12-31
mark = "verified"
says = "repeats the same post"
[[ground]]
id = "de.stgb.86a"
kind = "national_law"
jurisdiction = "DE"
law = "Strafgesetzbuch"
article = "§ 86a(1)"
from = 2021-01-01
mark = "verified"
says = "as we checked it"
forms = ["notice"]
[[authority]]
jurisdiction = "DE"
name = "Landeskriminalamt"
telephone = "+49 30 0"
address = "dienst@example.org"
mark = "verified"
"""


def house(folder: Path, text: str = HOUSE) -> Path:
    (folder / "policy.toml").write_text(text, "utf-8")
    return folder


def test_what_is_shipped_has_marks_dates_and_the_five_grounds_of_the_regulation() -> None:
    policy = load_policy()
    union = [one for one in policy.grounds if one.id.startswith("tco.")]
    assert [one.article for one in union] == [f"Art. 2(7)({letter})" for letter in "abcde"]
    assert {one.mark for one in union} == {Mark.VERIFIED}
    assert all(one.source for one in policy.grounds if one.mark is Mark.VERIFIED)
    national = [one for one in policy.grounds if one.kind is GroundKind.NATIONAL_LAW]
    assert {one.mark for one in national} == {Mark.RECALLED}
    assert not any(one.clocks or one.forms for one in national), "what nobody checked starts no clock and no form"


def test_a_ground_holds_on_its_days_and_in_its_place() -> None:
    policy = load_policy()
    assert policy.ground("tco.2.7.a", DAY, "FR").article == "Art. 2(7)(a)"
    for asked, day, where, platform, says in (
        ("tco.2.7.a", date(2022, 6, 6), "FR", "", "from 2022-06-07"),
        ("de.stgb.86a", DAY, "FR", "", "for DE"),
        ("rule.telegram.violence", DAY, "FR", "twitter", "for telegram"),
        ("tco.2.8.a", DAY, "FR", "", "no ground tco.2.8.a"),
    ):
        with pytest.raises(UsageError, match=says):
            policy.ground(asked, day, where, platform)
    assert {one.id for one in policy.usable(DAY, "FR", "matrix")} == {
        *(f"tco.2.7.{letter}" for letter in "abcde"),
        "fr.cp.421-2-5",
    }


def test_a_home_adds_rules_and_takes_the_place_of_shipped_ones(tmp_path: Path) -> None:
    policy = load_policy(house(tmp_path))
    assert policy.ground("house.spam", DAY, "FR").policy == policy.version.split("+")[1]
    with pytest.raises(UsageError, match="to 2026-12-31"):
        policy.ground("house.spam", date(2027, 1, 1), "FR")
    assert policy.ground("de.stgb.86a", DAY, "DE").forms == ("notice",)
    assert policy.authority("DE").address == "dienst@example.org"
    assert policy.authority("PT").jurisdiction == policy.hotline("PT").jurisdiction == "EU"
    assert load_policy(house(tmp_path, HOUSE.replace("the same", "a"))).version != policy.version


@pytest.mark.parametrize(
    "text", ["version = ", "[[ground]]\nid = 'x'", HOUSE.replace("2026-01-01", "'soon'"), HOUSE.replace("mark", "work")]
)
def test_what_is_no_policy_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="is no policy"):
        load_policy(house(tmp_path, text))
