from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.observe.times import (
    BARE_NUMBER,
    NO_ZONE,
    NOT_A_TIME,
    OUT_OF_RANGE,
    SKIPPED,
    Declared,
    format_fault,
    parse_days,
    parse_times,
    zone_fault,
)

MOMENT = datetime(2019, 11, 22, 10, 0, tzinfo=UTC)


def one(text: object, declared: Declared | None = None) -> tuple[datetime | None, int | None, str | None]:
    read = parse_times(pl.Series([text]), declared)
    return read.at[0], read.offset[0], read.reason[0]


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2019-11-22T10:00:00Z", None),
        ("2019-11-22 10:00:00+00:00", 0),
        ("2019-11-22T15:30:00+05:30", 330),
        ("2019-11-22T15:30+0530", 330),
        ("2019-11-22T08:00:00-02", -120),
        ("2019/11/22 10:00 UTC", None),
        ("Fri Nov 22 10:00:00 +0000 2019", 0),
        ("Fri, 22 Nov 2019 11:00:00 +0100", 60),
        ("22 Nov 2019 10:00 GMT", 0),
        ("22 November 2019 05:00:00 EST", -300),
        ("1574416800", None),
        ("1574416800000", None),
        ("1574416800000000", None),
        ("1574416800000000000", None),
        ("١٥٧٤٤١٦٨٠٠", None),
        ("۲۰۱۹-۱۱-۲۲T۱۰:۰۰:۰۰Z", None),
        ("\u200f2019-11-22T10:00:00Z\u200f ", None),
    ],
)
def test_forms_that_need_no_declaration(text: str, offset: int | None) -> None:
    assert one(text) == (MOMENT, offset, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2019-11-22 10:00", NO_ZONE),
        ("2019-11-22", NO_ZONE),
        ("01/02/2019", NOT_A_TIME),
        ("2019-02-30T10:00:00Z", NOT_A_TIME),
        ("2019-11-22T24:30:00Z", NOT_A_TIME),
        ("2019-11-22T23:59:60Z", NOT_A_TIME),
        ("yesterday", NOT_A_TIME),
        ("20191122", BARE_NUMBER),
        ("201911221000", BARE_NUMBER),
        ("0", BARE_NUMBER),
        ("99999999999999999999", BARE_NUMBER),
        ("0001-01-01T00:00:00Z", OUT_OF_RANGE),
        ("2300-01-01T00:00:00Z", OUT_OF_RANGE),
        ("2019-11-22T10:00:00 XYZ", "unknown time zone in the value; write it as +HH:MM"),
    ],
)
def test_what_is_refused_and_why(text: str, reason: str) -> None:
    assert one(text) == (None, None, reason)


def test_a_clock_time_that_occurs_twice_is_the_first_and_one_that_never_occurs_is_refused() -> None:
    paris = Declared(zone="Europe/Paris")
    assert one("2019-10-27 02:30:00", paris) == (datetime(2019, 10, 27, 0, 30, tzinfo=UTC), 120, None)
    assert one("2019-03-31 02:30:00", paris) == (None, None, SKIPPED)


def test_empty_cells_are_neither_read_nor_refused() -> None:
    read = parse_times(pl.Series(["", None, "  "]))
    assert read.at.null_count() == 3
    assert not read.bad.any()


def test_typed_columns() -> None:
    aware = pl.Series([MOMENT]).cast(pl.Datetime("ms", "Europe/Paris"))
    assert (parse_times(aware).at[0], parse_times(aware).offset[0]) == (MOMENT, 60)
    naive = pl.Series([MOMENT.replace(tzinfo=None)])
    assert parse_times(naive).reason[0] == NO_ZONE
    assert parse_times(naive, Declared(zone="UTC")).at[0] == MOMENT
    assert parse_times(pl.Series([1574416800.25, float("nan")])).at.to_list() == [
        MOMENT + timedelta(seconds=0.25),
        None,
    ]
    assert parse_times(pl.Series([], dtype=pl.Null)).at.len() == 0
    assert one(5, Declared(unit="ms")) == (datetime(1970, 1, 1, 0, 0, 0, 5000, tzinfo=UTC), None, None)


def test_a_declared_format_is_the_only_one() -> None:
    declared = Declared(format="%d/%m/%Y %H:%M %z")
    assert one("22/11/2019 11:30 +01:30", declared) == (MOMENT, 90, None)
    assert one("2019-11-22T10:00:00Z", declared)[2] == NOT_A_TIME
    assert one("22.11.2019", Declared(format="%d.%m.%Y", zone="UTC"))[0] == datetime(2019, 11, 22, tzinfo=UTC)
    assert one("20191122100000250000", Declared(format="%Y%m%d%H%M%S%f", zone="UTC"))[0] == MOMENT + timedelta(
        seconds=0.25
    )


def test_days_are_the_written_ones() -> None:
    days, reasons = parse_days(pl.Series(["2019-11-22", "2019-11-22T23:00:00-05:00", "x"]))
    assert days.to_list() == [MOMENT.date(), MOMENT.date(), None]
    assert reasons.to_list() == [None, None, NOT_A_TIME]


def test_faulty_declarations_are_named() -> None:
    assert format_fault("%d/%m/%Y") is None
    assert "full day" in str(format_fault("%H:%M"))
    assert zone_fault("Europe/Paris") is None
    assert "Mars/Base" in str(zone_fault("Mars/Base"))


instants = st.datetimes(datetime(1990, 1, 2), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(instants, st.integers(-14 * 60, 14 * 60)), min_size=1, max_size=20))
def test_any_instant_in_any_form_comes_back(pairs: list[tuple[datetime, int]]) -> None:
    walls = [at + timedelta(minutes=m) for at, m in pairs]
    signs = ["-" if m < 0 else "+" for _, m in pairs]
    iso = [
        f"{w:%Y-%m-%dT%H:%M:%S.%f}{s}{abs(m) // 60:02}:{abs(m) % 60:02}"
        for w, s, (_, m) in zip(walls, signs, pairs, strict=True)
    ]
    read = parse_times(pl.Series(iso))
    assert read.at.to_list() == [at for at, _ in pairs]
    assert read.offset.to_list() == [m for _, m in pairs]
    whole = [at.replace(microsecond=0) for at, _ in pairs]
    assert parse_times(pl.Series([format_datetime(at) for at in whole])).at.to_list() == whole
    assert parse_times(pl.Series([str(int(at.timestamp())) for at in whole])).reason.null_count() == sum(
        at.timestamp() >= 631152000 for at in whole
    )


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)), min_size=1, max_size=20),  # noqa: DTZ001
    st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Tehran", "UTC"]),
)
def test_wall_clocks_follow_the_zone_with_fold_zero(walls: list[datetime], zone: str) -> None:
    read = parse_times(pl.Series([w.isoformat(sep=" ") for w in walls]), Declared(zone=zone))
    for wall, at, offset, reason in zip(walls, read.at, read.offset, read.reason, strict=True):
        placed = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
        exists = placed.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
        assert (at is not None) == exists
        assert (reason is None) == exists
        if exists:
            assert at == placed.astimezone(UTC)
            assert timedelta(minutes=offset) == placed.utcoffset()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=20))
def test_no_text_raises_and_every_row_is_answered(texts: list[str | None]) -> None:
    read = parse_times(pl.Series(texts, dtype=pl.String), Declared(zone="UTC"))
    assert len(read.at) == len(read.offset) == len(read.reason) == len(texts)
    assert not (read.at.is_not_null() & read.bad).any()
