"""What an authority is told, and what is said to whoever meets child abuse; and how a lead's numbers come about."""

from datetime import UTC, datetime

import pytest

from actionday.assess import Threat, abuse_notice, load_policy, priority_of, reach_of, threat_message
from actionday.records.unit import Unit, UnitKind

AT = datetime(2026, 11, 25, 3, tzinfo=UTC)
UNIT = Unit(UnitKind.REFERRAL_UNIT, "Unit of tests", "FR", "Art. 1 of an act", 5, AT)


def test_the_message_says_whom_to_call_where_what_and_how_to_confirm() -> None:
    threat = Threat("m-1", "telegram:channel:1", "names a place and an hour", AT, "Ann", "d" * 64)
    text = threat_message(threat, load_policy().authority("FR"), UNIT)
    for part in (
        "m-1",
        "Call first: 17",
        "Unit of tests",
        "2026-11-25T03:00:00+00:00",
        "telegram:channel:1",
        "d" * 64,
        "names a place",
    ):
        assert part in text
    bare = threat_message(Threat("m-1", "x", "y", AT, "Ann"), load_policy().authority("EU"), None)
    assert "none is frozen yet" in bare
    assert "Call first: 112" in bare


def test_child_abuse_is_sealed_and_reported_without_a_copy() -> None:
    text = abuse_notice(load_policy().hotline("DE"))
    assert "internet-beschwerdestelle.de" in text
    assert "without a copy" in text


def test_reach_grows_with_the_audience_and_stays_in_its_range() -> None:
    told = [reach_of(one) for one in (None, 0, 10, 1000, 1_000_000, 50_000_000)]
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.1, 1.0)
    assert priority_of("order", AT, 5).confidence == 1.0
    assert priority_of("pasted", AT, 5, harm=0.9).harm == 0.9
    with pytest.raises(ValueError, match="harm"):
        priority_of("pasted", AT, 5, harm=1.5)
