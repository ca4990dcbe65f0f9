"""Clocks against an independent calculation, and the laws that the fold keeps: order does not matter, a stop never shortens."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.records.deadline import (
    Done,
    Ended,
    Evidence,
    Extended,
    Mark,
    Phase,
    Span,
    Started,
    Stop,
    Stopped,
    Unit,
    deadline,
    gathered,
)
from actionday.records.deadlines import CLOCKS, RULES
from actionday.records.office_hours import Office, first_instant

ZONES = ["Europe/Berlin", "America/New_York", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata"]  # fmt: skip
WEEK = dict.fromkeys(range(5), ((time(9), time(12)), (time(13), time(17, 30))))
T0 = datetime(2024, 3, 1, 12, tzinfo=UTC)
LATE = T0 + timedelta(days=4_000)
moments = st.integers(0, 3 * 365 * 1440).map(lambda minutes: T0 + timedelta(minutes=minutes))
zones = st.sampled_from(ZONES)
spans = st.builds(Span, st.integers(1, 40), st.sampled_from([Unit.HOURS, Unit.WEEKS, Unit.MONTHS]))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def due(name: str, *evidence: Evidence, now: datetime = LATE, office: Office | None = None) -> datetime | None:
    return deadline(CLOCKS[name], gathered(evidence), now, office).due


def test_the_hour_restarts_when_what_stopped_it_ends() -> None:
    received, stop, end = Started(T0), Stopped(T0 + timedelta(minutes=20), "a", Stop.UNCLEAR), Ended(T0 + timedelta(hours=5), "a")  # fmt: skip
    assert due("act", received) == T0 + timedelta(hours=1)
    open_ = deadline(CLOCKS["act"], gathered([received, stop]), T0 + timedelta(hours=2))
    assert (open_.phase, open_.due) == (Phase.STOPPED, None)
    assert due("act", received, stop, end) == T0 + timedelta(hours=6)
    other = Stopped(T0 + timedelta(minutes=30), "b", Stop.IMPOSSIBLE)
    assert due("act", received, stop, end, other) is None, "one reason ended, the other did not"
    assert due("act", received, stop, end, other, Ended(T0 + timedelta(hours=7), "b")) == T0 + timedelta(hours=8)


def test_what_is_said_after_the_end_changes_nothing_and_is_named() -> None:
    late = Stopped(T0 + timedelta(minutes=61), "a", Stop.IMPOSSIBLE)
    found = deadline(CLOCKS["act"], gathered([Started(T0), late]), LATE)
    assert (found.phase, found.due) == (Phase.LAPSED, T0 + timedelta(hours=1))
    assert found.aside == ("impossible: said after the clock had ended",)
    assert deadline(CLOCKS["complaint"], gathered([Started(T0), late]), LATE).aside == ("impossible: nothing stops this clock",)  # fmt: skip


@pytest.mark.parametrize(("minutes", "phase"), [(59, Phase.MET), (60, Phase.MET), (61, Phase.MISSED)])
def test_by(minutes: int, phase: Phase) -> None:
    assert deadline(CLOCKS["act"], gathered([Started(T0), Done(T0 + timedelta(minutes=minutes))]), LATE).phase is phase


@pytest.mark.parametrize(("hours", "phase"), [(11, Phase.MISSED), (12, Phase.MET), (13, Phase.MET)])
def test_not_before(hours: int, phase: Phase) -> None:
    found = deadline(CLOCKS["prior_information"], gathered([Started(T0), Done(T0 + timedelta(hours=hours))]), LATE)
    assert found.phase is phase


def test_non_disclosure_is_lengthened_once_and_preservation_as_often_as_ordered() -> None:
    berlin = Office("Europe/Berlin")
    start = Started(at("2024-02-28T23:30:00+01:00"))
    first, second = Extended(at("2024-03-20T12:00:00Z"), "o1"), Extended(at("2024-03-21T12:00:00Z"), "o2")
    assert due("non_disclosure", start, office=berlin) == at("2024-04-11T00:00:00+02:00")
    assert due("non_disclosure", start, first, office=berlin) == at("2024-05-23T00:00:00+02:00")
    again = deadline(CLOCKS["non_disclosure"], gathered([start, first, second]), LATE, berlin)
    assert again.due == at("2024-05-23T00:00:00+02:00")
    assert again.aside == ("extension o2: this clock may not be lengthened again",)
    assert due("preservation", start, first, second, office=berlin) == at("2025-08-29T00:00:00+02:00")
    assert due("preservation", Started(at("2024-08-31T10:00:00Z"))) == at("2025-03-01T00:00:00Z"), "no 31st of February"


def test_warnings_come_ahead_and_only_while_it_runs() -> None:
    history = gathered([Started(T0)])
    soon = deadline(CLOCKS["act"], history, T0 + timedelta(minutes=5))
    assert soon.warnings(T0, T0 + timedelta(hours=2)) == (T0 + timedelta(minutes=30), T0 + timedelta(minutes=50))
    assert soon.warnings(T0 + timedelta(minutes=30), T0 + timedelta(minutes=49)) == ()
    assert deadline(CLOCKS["act"], history, LATE).warnings(T0, LATE) == ()


def test_every_clock_that_ends_warns_ahead_of_its_end_and_again_when_its_end_moves() -> None:
    for rule in RULES:
        running = deadline(rule, gathered([Started(T0)]), T0)
        assert running.due is not None
        told = running.warnings(T0, running.due)
        assert bool(told) == (rule.span is not None), f"{rule.name}: whoever must act hears of it too late"
        assert all(T0 < at < running.due for at in told), rule.name
    stop, end = Stopped(T0 + timedelta(minutes=40), "a", Stop.UNCLEAR), Ended(T0 + timedelta(hours=9), "a")
    still = deadline(CLOCKS["act"], gathered([Started(T0), stop]), T0 + timedelta(hours=1))
    assert still.warnings(T0, LATE) == (), "nothing is due while it stands still"
    again = deadline(CLOCKS["act"], gathered([Started(T0), stop, end]), T0 + timedelta(hours=9))
    assert again.warnings(T0, LATE) == (T0 + timedelta(hours=9.5), T0 + timedelta(hours=9, minutes=50))
    longer: list[Evidence] = [Started(T0), Extended(T0 + timedelta(days=1), "o")]
    kept = deadline(CLOCKS["non_disclosure"], gathered(longer), T0 + timedelta(days=2))
    assert kept.due is not None
    assert kept.warnings(T0, LATE) == (kept.due - timedelta(days=7), kept.due - timedelta(days=1))


@pytest.mark.parametrize(
    ("name", "start", "expected"),
    [
        # clocks go forward on 2024-03-31 at 02:00: hours are hours, whatever the wall shows
        ("act", "2024-03-31T01:30:00+01:00", "2024-03-31T03:30:00+02:00"),
        ("prior_information", "2024-03-30T20:00:00+01:00", "2024-03-31T09:00:00+02:00"),
        ("scrutiny_request", "2024-03-30T12:00:00+01:00", "2024-04-01T13:00:00+02:00"),
        ("scrutiny_decision", "2024-03-29T12:00:00+01:00", "2024-04-01T13:00:00+02:00"),
        # and back on 2024-10-27 at 03:00: the hour from 02:00 is there twice
        ("act", "2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00"),
        ("act", "2024-10-27T02:30:00+01:00", "2024-10-27T03:30:00+01:00"),
        ("scrutiny", "2024-10-25T12:00:00+02:00", "2024-10-28T11:00:00+01:00"),
        # weeks and months end with a day there, which a change makes shorter or longer
        ("complaint", "2024-03-24T12:00:00+01:00", "2024-04-08T00:00:00+02:00"),
        ("complaint", "2024-10-20T12:00:00+02:00", "2024-11-04T00:00:00+01:00"),
        ("non_disclosure", "2024-10-01T00:30:00+02:00", "2024-11-13T00:00:00+01:00"),
        ("preservation", "2024-03-30T23:59:59+01:00", "2024-10-01T00:00:00+02:00"),
        ("preservation", "2024-09-30T22:30:00+00:00", "2025-04-02T00:00:00+02:00"),
    ],
)
def test_clocks_across_the_change_of_the_hour(name: str, start: str, expected: str) -> None:
    assert due(name, Started(at(start)), office=Office("Europe/Berlin")) == at(expected)


def test_office_hours_on_the_day_on_which_an_hour_comes_twice() -> None:
    night = Office("Europe/Berlin", {6: ((time(0), time(6)),)})
    rule = Span(7, Unit.OFFICE_HOURS)
    assert rule.after(at("2024-10-27T00:00:00+02:00"), night) == at("2024-10-27T06:00:00+01:00"), "seven hours pass"
    assert Span(5, Unit.OFFICE_HOURS).after(at("2024-03-31T00:00:00+01:00"), night) == at("2024-03-31T06:00:00+02:00")


def test_office_hours_skip_nights_weekends_and_the_recipients_own_holidays() -> None:
    rule = Span(8, Unit.OFFICE_HOURS)
    office = Office("Europe/Berlin", WEEK, frozenset({date(2024, 5, 1)}))
    # Tuesday 16:00: 1.5 hours, the first of May is off, Thursday 09 to 12 and from 13 on 3.5 more
    assert rule.after(at("2024-04-30T16:00:00+02:00"), office) == at("2024-05-02T16:30:00+02:00")
    # into the night in which clocks go forward: Friday's hours are one UTC hour later than Monday's
    assert rule.after(at("2024-03-29T17:00:00+01:00"), office) == at("2024-04-01T17:30:00+02:00")
    with pytest.raises(ValueError, match="no office hours"):
        rule.after(T0, Office())


@pytest.mark.parametrize("week", [{7: ()}, {0: ((time(12), time(9)),)}, {0: ((time(9), time(12)), (time(11), time(13)))}])  # fmt: skip
def test_impossible_offices_are_refused(week: dict[int, tuple[tuple[time, time], ...]]) -> None:
    with pytest.raises(ValueError, match=r"weekday"):
        Office("UTC", week)


def test_unknown_zones_and_times_without_one_are_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Office("Europe/Nowhere")
    with pytest.raises(ValueError, match="aware"):
        gathered([Started(datetime(2024, 1, 1))])  # noqa: DTZ001


walls = st.integers(0, 15 * 365 * 1440).map(lambda minutes: at("2015-01-01") + timedelta(minutes=minutes))


@given(zones, walls)
def test_a_wall_clock_reading_is_its_first_moment_by_walking_through_the_minutes(zone: str, wall: datetime) -> None:
    there, found = ZoneInfo(zone), first_instant(wall, zone)
    # independent: walk minute by minute over the hours in which the reading can lie
    begin = (wall - timedelta(hours=1)).replace(tzinfo=there).astimezone(UTC) - timedelta(hours=3)
    walked = next(
        moment
        for n in range(9 * 60)
        if (moment := begin + timedelta(minutes=n)).astimezone(there).replace(tzinfo=None) >= wall and moment > begin
    )
    assert abs(found - walked) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Europe/Berlin", "2024-03-31T02:30", "2024-03-31T01:00:00+00:00"),  # skipped: the moment of the jump
        ("Europe/Berlin", "2024-10-27T02:30", "2024-10-27T00:30:00+00:00"),  # twice: the first
        ("Africa/Cairo", "2024-04-26T00:00", "2024-04-25T22:00:00+00:00"),  # midnight itself is skipped
        ("Asia/Beirut", "2024-03-31T00:00", "2024-03-30T22:00:00+00:00"),
    ],
)
def test_gap_and_fold(zone: str, wall: str, expected: str) -> None:
    assert first_instant(at(wall), zone) == at(expected)


@given(spans, zones, moments)
def test_calendar_periods_agree_with_counting_days(span: Span, zone: str, start: datetime) -> None:
    end = span.after(start, Office(zone))
    if span.unit is Unit.HOURS:
        assert end.timestamp() - start.timestamp() == span.amount * 3600
        return
    there = ZoneInfo(zone)
    first, last = start.astimezone(there).date(), (end - timedelta(microseconds=1)).astimezone(there).date()
    assert end.astimezone(there).date() == last + timedelta(days=1), "it ends with a day"
    if span.unit is Unit.WEEKS:
        assert (last - first).days == 7 * span.amount
    else:
        assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == span.amount
        assert last.day == first.day or (last.day < first.day and (last + timedelta(days=1)).day == 1)


@given(st.integers(1, 60), zones, moments)
def test_office_hours_agree_with_counting_minutes(hours: int, zone: str, start: datetime) -> None:
    office = Office(zone, WEEK, frozenset({date(2024, 12, 25), date(2025, 5, 1)}))
    end, there = Span(hours, Unit.OFFICE_HOURS).after(start, office), ZoneInfo(zone)

    def is_open(moment: datetime) -> bool:
        local = moment.astimezone(there)
        shut = local.date() in office.holidays
        return not shut and any(a <= local.time() < b for a, b in WEEK.get(local.weekday(), ()))

    counted = sum(is_open(start + timedelta(minutes=n)) for n in range(int((end - start).total_seconds()) // 60))
    assert counted == hours * 60


@given(spans, zones, moments, st.integers(0, 100_000))
def test_a_later_start_never_gives_an_earlier_end(span: Span, zone: str, start: datetime, minutes: int) -> None:
    office = Office(zone, WEEK)
    assert span.after(start, office) <= span.after(start + timedelta(minutes=minutes), office)


close = st.integers(0, 600).map(lambda minutes: T0 + timedelta(minutes=minutes))
pieces = st.one_of(
    st.builds(Started, close),
    st.builds(Stopped, close, st.sampled_from("abc"), st.sampled_from(Stop)),
    st.builds(Ended, close, st.sampled_from("abc")),
    st.builds(Extended, close, st.sampled_from("xy")),
    st.builds(Done, close),
)
histories = st.lists(pieces, max_size=10)
rules = st.sampled_from(RULES)


@given(rules, histories, st.randoms(), st.data())
def test_the_order_of_telling_does_not_matter(rule: object, evidence: list[Evidence], random: object, data: st.DataObject) -> None:  # fmt: skip
    mixed = data.draw(st.permutations(evidence))
    now = data.draw(close)
    assert deadline(rule, gathered(evidence), now) == deadline(rule, gathered(mixed), now)  # type: ignore[arg-type]
    assert gathered([*evidence, *mixed]) == gathered(evidence), "told twice counts once"


@given(histories, close, st.sampled_from(Stop), st.one_of(st.none(), close))
def test_a_stop_never_shortens(evidence: list[Evidence], when: datetime, why: Stop, end: datetime | None) -> None:
    evidence = [Started(T0), *evidence]
    more: list[Evidence] = [Stopped(when, "new", why), *([Ended(end, "new")] if end else [])]
    before, after = (due("act", *told) for told in (evidence, evidence + more))
    assert after is None or (before is not None and before <= after)


@given(histories, close)
def test_no_phase_without_what_it_rests_on(evidence: list[Evidence], now: datetime) -> None:
    history = gathered(evidence)
    found = deadline(CLOCKS["act"], history, now)
    if found.phase is not Phase.NOT_STARTED:
        assert history.started is not None
        assert history.started <= now
        assert found.since is not None
        assert found.since >= history.started
    if found.phase in (Phase.MET, Phase.MISSED):
        assert history.done is not None
    if found.phase is Phase.STOPPED:
        assert history.stops


def test_the_table_names_every_clock_once_a_version_with_source_and_mark() -> None:
    assert len({(rule.name, rule.version) for rule in RULES}) == len(RULES)
    assert {rule.name for rule in RULES} >= {
        "prior_information", "act", "scrutiny", "scrutiny_request", "scrutiny_decision", "preservation", "non_disclosure",
        "complaint", "threat_to_life", "notice_receipt", "notice_decision",
    }  # fmt: skip
    assert all("Art." in rule.source and date.fromisoformat(rule.since) for rule in RULES)
    assert {rule.name for rule in RULES if rule.mark is Mark.VERIFIED} == {"act", "preservation"}
    now = deadline(CLOCKS["threat_to_life"], gathered([Started(T0)]), T0)
    assert (now.phase, now.due) == (Phase.RUNNING, T0), "promptly: due at once, and no length is invented"
