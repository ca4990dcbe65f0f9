"""Numbers read the same everywhere."""

from datetime import UTC, datetime

import pytest

from actionday.brief.wording import change, compact, interval, join, plural, quantity, span, told, value_of
from actionday.records import Estimate


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.62, "share", "62\u202f%"),
        (0.045, "share", "4.5\u202f%"),
        (0.0, "share", "0\u202f%"),
        (33.42, "days", "33.4 days"),
        (1.0, "days", "1.0 days"),
        (-12.9, "days", "−12.9 days"),
        (0.123, "ratio", "×0.12"),
        (2096.0, "count", "2,096"),
        (905.0, "subjects", "905 subjects"),
        (0.00012, "p", "<0.001"),
        (0.034, "p", "0.034"),
        (0.18, "index", "0.18"),
        (3.0, "of 9", "3 of 9"),
    ],
)
def test_quantities(value: float, unit: str, words: str) -> None:
    assert quantity(value, unit) == words


def estimate(value: float | None, low: float | None, high: float | None, unit: str, *caveats: str) -> Estimate:
    return Estimate("x", value, low, high, unit, 100, "m", caveats=caveats)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (estimate(6.1, 5.49, 6.83, "days"), "5.5 to 6.8"),
        (estimate(0.62, 0.55, 0.68, "share"), "55 to 68\u202f%"),
        (estimate(33.4, 30.0, None, "days"), "30.0 to not reached"),
        (estimate(905, 905, 905, "subjects"), "complete count"),
        (estimate(0.5, 0.5, 0.5, "share"), "as counted"),
        (estimate(0.5, None, None, "p"), "no interval"),
        (estimate(None, None, None, "days"), ""),
    ],
)
def test_intervals_have_the_decimals_of_their_value(given: Estimate, words: str) -> None:
    assert interval(given) == words


def test_why_there_is_no_value() -> None:
    assert value_of(estimate(None, None, None, "days", "not identified: blind")) == "not identified"
    assert value_of(estimate(None, None, None, "days", "more than half outlive follow-up")) == "not reached"
    assert value_of(estimate(None, None, None, "days", "12% of the mass is not identified")) == "no value"


def test_running_text_carries_value_interval_and_n_and_ratios_read_as_changes() -> None:
    assert told(estimate(0.62, 0.55, 0.68, "share")) == "62\u202f% (55 to 68\u202f%, n = 100)"
    assert told(estimate(0.12, 0.09, 0.16, "ratio")) == "−88\u202f% (−91 to −84\u202f%, n = 100)"
    narrow = Estimate("x", 2.0, 1.0, 3.0, "index", 9, "m", level=0.9)
    assert told(narrow) == "2 (90\u202f% interval 1 to 3, n = 9)"


def test_words() -> None:
    assert change(1.5) == "+50\u202f%"
    assert [compact(v) for v in (7, 950, 2096, 12000, 1.3e6)] == ["7", "950", "2.1k", "12k", "1.3M"]
    assert join(["a", "b", "c"]) == "a, b and c"
    assert plural(1, "miss", "misses") == "1 miss"
    assert span(datetime(2019, 11, 21, tzinfo=UTC), datetime(2019, 11, 24, tzinfo=UTC)) == "21 to 24 Nov 2019"
    assert span(datetime(2019, 12, 30, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)) == "30 Dec 2019 to 2 Jan 2020"
