"""What a package still lacks is said field by field; exact places stay exact; times keep the offset under which they were told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.refer.forms.examples import MADE, SEEN, example_package, example_withheld
from actionday.refer.package import Contest, EvidenceHash, Item, Kind, Moment, Withheld, faults, is_exact

PACKAGE = example_package(Kind.REFERRAL)


def test_the_example_lacks_nothing() -> None:
    for kind in (Kind.REFERRAL, Kind.NOTICE, Kind.LETTER, Kind.ORDER):
        assert faults(example_package(kind)) == ()
        assert faults(example_withheld(example_package(kind))) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": "no spaces"}, "reference"),
        ({"reference": ""}, "reference"),
        ({"explanation": " "}, "explanation"),
        ({"items": ()}, "items"),
        ({"items": PACKAGE.items[:1] * 2}, "items"),
        ({"items": (Item("", "", SEEN),)}, "items.1.url"),
        ({"items": (Item("host.example/x", "", SEEN),)}, "items.1.url"),
        ({"items": (Item("https://host.example/…", "", SEEN),)}, "items.1.url"),
        ({"items": (Item("", "telegram:person:1", SEEN),)}, "items.1.native"),
        ({"ground": replace(PACKAGE.ground, code="")}, "ground.code"),
        ({"ground": replace(PACKAGE.ground, words="")}, "ground.words"),
        ({"sender": replace(PACKAGE.sender, email="desk")}, "sender.email"),
        ({"recipient": replace(PACKAGE.recipient, name="")}, "recipient.name"),
        ({"evidence": (EvidenceHash("crc32", "00", "x", SEEN),)}, "evidence"),
        ({"evidence": (EvidenceHash("sha256", "0F" * 32, "x", SEEN),)}, "evidence"),
        ({"evidence": (EvidenceHash("md5", "0f" * 32, "x", SEEN),)}, "evidence"),
        ({"contest": Contest("")}, "contest.address"),
        ({"contest": Withheld("", Moment(MADE.at + timedelta(days=1)))}, "contest.reason"),
        ({"contest": Withheld("why", MADE)}, "contest.until"),
    ],
)
def test_what_is_missing_or_off_is_named(change: dict[str, Any], field: str) -> None:
    assert field in [fault.field for fault in faults(replace(PACKAGE, **change))]


@pytest.mark.parametrize(
    ("kind", "fine"), [(Kind.REFERRAL, True), (Kind.LETTER, True), (Kind.NOTICE, False), (Kind.ORDER, False)]
)
def test_notices_and_orders_need_an_address_where_others_may_have_an_id(kind: Kind, fine: bool) -> None:
    package = replace(example_package(kind), items=(Item("", "matrix:channel:!a:example.org", SEEN),))
    assert (faults(package) == ()) == fine


@pytest.mark.parametrize(("days", "fine"), [(42, True), (44, False)])
def test_an_order_is_kept_back_six_weeks_at_most(days: int, fine: bool) -> None:
    kept = Withheld("public security", Moment(MADE.at + timedelta(days=days)))
    assert (faults(replace(example_package(Kind.ORDER), contest=kept)) == ()) == fine
    assert faults(replace(PACKAGE, contest=kept)) == (), "a referral asks, it does not order"


@pytest.mark.parametrize(
    ("url", "exact"),
    [
        ("https://host.example/a?b=c&d=%20e#f", True),
        ("https://хост.example/путь", True),
        ("xmpp:room@muc.example.org?join", True),
        ("matrix:r/room:example.org", True),
        ("tg://resolve?domain=demo", True),
        ("https:///no-host", False),
        ("//host.example/x", False),
        ("https://host.example/a b", False),
        ("https://host.example/\u202egpj", False),
        ("https://[broken", False),
        ("hxxps[:]//host[.]example", False),
        ("", False),
    ],
)
def test_exact_addresses(url: str, exact: bool) -> None:
    assert is_exact(url) == exact


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_a_moment_keeps_its_instant_and_its_offset(wall: datetime, offset: int) -> None:
    told = wall.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    moment = Moment.of(told)
    assert moment.at == told
    assert moment.at.tzinfo is UTC
    assert datetime.fromisoformat(moment.told) == told
    assert datetime.fromisoformat(moment.told).utcoffset() == told.utcoffset()
    assert datetime.fromisoformat(moment.utc) == told


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Moment.of(datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="UTC"):
        Moment(datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1))))
