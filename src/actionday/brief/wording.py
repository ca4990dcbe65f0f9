"""How numbers, dates and lists are written in a brief: one place, so that the same number reads the same everywhere."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from actionday.brief.scales import day_label
from actionday.records import Estimate

NOT_IDENTIFIED, NO_VALUE, NOT_REACHED = "not identified", "no value", "not reached"
THIN = "\u202f"
MINUS = "\u2212"

_PERCENT = frozenset({"share", "proportion", "fraction", "probability", "rate"})
_DAYS = frozenset({"day", "days", "d"})
_RATIO = frozenset({"ratio", "times", "factor"})
_P = frozenset({"p", "p-value", "p value", "p_value"})
_BARE = frozenset({"", "count", "number", "n", "index", "hhi", "boolean", "flag", "1"})
_COUNTED = frozenset(
    ["count", "number", "subjects", "accounts", "channels", "removals", "posts", "pairs", "venues", "lines"]
)


def is_share(unit: str) -> bool:
    """Whether values in this unit are parts of one, printed as per cent."""
    return unit in _PERCENT


def is_ratio(unit: str) -> bool:
    """Whether values in this unit are after over before, 1 meaning no change."""
    return unit in _RATIO


def is_count(estimate: Estimate) -> bool:
    """Whether the estimate is a plain count of things, as against a rate, a duration or an index."""
    return estimate.method == "count" or estimate.unit in _COUNTED


def unit_of(estimate: Estimate) -> str:
    """The unit to print in: the part before a comma (``index, 1 = one home``); p values are known by their name."""
    return "p" if estimate.name.endswith("_p") else estimate.unit.split(",", maxsplit=1)[0]


def quantity(value: float, unit: str) -> str:
    """A value with its unit: ``62 %``, ``41.2 days``, ``×0.45``, ``5,055``, ``<0.001`` (p values)."""
    if unit in _P:
        return "<0.001" if value < 0.001 else _significant(value)
    written = plain(value, unit)
    if unit in _RATIO:
        return f"×{written}"
    if unit in _PERCENT:
        return f"{written}{THIN}%"
    if unit in _DAYS:
        return f"{written} day{'' if written == '1' else 's'}"
    return written if unit in _BARE else f"{written} {unit.replace('_', ' ')}"


def plain(value: float, unit: str, decimals: int | None = None) -> str:
    """The value's digits alone; per cent for shares. `decimals` fixes how many, so that an interval matches its value."""
    if unit in _P:
        return quantity(value, unit)
    scaled = 100 * value if unit in _PERCENT else float(value)
    places = decimals_of(value, unit) if decimals is None else decimals
    return _signed(f"{abs(scaled):,.{places}f}", value)


def decimals_of(value: float, unit: str) -> int:
    """How many decimals a value is printed with: about three digits, whole numbers without any."""
    if unit in _PERCENT:
        return 1 if 0 < abs(value) < 0.1 or 0.99 < abs(value) < 1 else 0
    size = abs(value)
    if unit in _RATIO and 0.02 <= size < 10:
        return 2
    if float(value).is_integer() and unit not in _DAYS | _RATIO:
        return 0
    return 0 if size >= 100 else 1 if size >= 10 or unit in _DAYS else 2 if size >= 0.1 or size == 0 else 3


def interval(estimate: Estimate) -> str:
    """The interval in words, without the level: ``36 to 47``; ``complete count`` where nothing is uncertain; or empty."""
    low, high, unit = estimate.low, estimate.high, unit_of(estimate)
    if estimate.value is None and low is None and high is None:
        return ""
    if low is not None and low == high == estimate.value:
        return "complete count" if is_count(estimate) else "as counted"
    if low is None and high is None:
        return "no interval"
    around = estimate.value if estimate.value is not None else low if low is not None else high
    places = 0 if around is None or not math.isfinite(around) else decimals_of(around, unit)
    ends = [NOT_REACHED if e is None or math.isinf(e) else plain(e, unit, places) for e in (low, high)]
    percent = f"{THIN}%" if is_share(unit) and ends[1] != NOT_REACHED else ""
    return f"{ends[0]} to {ends[1]}{percent}"


def value_of(estimate: Estimate) -> str:
    """The value in words; why there is none where there is none."""
    if estimate.value is not None and math.isfinite(estimate.value):
        return quantity(estimate.value, unit_of(estimate))
    if any(caveat.startswith(NOT_IDENTIFIED) for caveat in estimate.caveats):
        return NOT_IDENTIFIED
    beyond = estimate.value is not None or any("outlive" in c or "not reached" in c for c in estimate.caveats)
    return NOT_REACHED if beyond else NO_VALUE


def told(estimate: Estimate) -> str:
    """Value, interval and n in one phrase for running text: ``62 % (55 to 68 %, n = 210)``; a level other than 95 % is named."""
    said, around = value_of(estimate), interval(estimate)
    if is_ratio(unit_of(estimate)) and estimate.value is not None:
        said, around = change(estimate.value), changes(estimate)
    if abs(estimate.level - 0.95) > 1e-9 and around:
        around = f"{100 * estimate.level:g}{THIN}% interval {around}"
    return f"{said} ({', '.join(part for part in (around, count_of(estimate.n)) if part)})"


def count_of(n: int) -> str:
    """``n = 1,204``."""
    return f"n = {n:,}"


def change(ratio: float) -> str:
    """A ratio after over before as a signed change: ``−95.5 %``."""
    return f"{_change(ratio, decimals_of(ratio - 1, 'share'))}{THIN}%"


def changes(estimate: Estimate) -> str:
    """A ratio's interval as signed changes: ``−91 to −84 %``."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "no interval"
    places = decimals_of(estimate.value - 1, "share")
    return f"{_change(estimate.low, places)} to {_change(estimate.high, places)}{THIN}%"


def join(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentence(words: str) -> str:
    """A remark as a sentence: a capital first, a full stop last."""
    begun = words[:1].upper() + words[1:]
    return begun if not begun or begun[-1] in ".!?" else f"{begun}."


def plural(count: int, one: str, many: str = "") -> str:
    """``1 event``, ``3 events``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def moment(at: datetime) -> str:
    """``22 Nov 2019, 10:00 UTC``."""
    utc = at.astimezone(UTC)
    return f"{day_label(utc.date(), year=True)}, {utc:%H:%M} UTC"


def span(start: datetime, end: datetime) -> str:
    """``21 to 24 Nov 2019``; the year once where it is the same."""
    first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date()
    if first == last:
        return day_label(first, year=True)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day_label(last, year=True)}"
    return f"{day_label(first, year=first.year != last.year)} to {day_label(last, year=True)}"


def compact(value: float) -> str:
    """A count for a tight place: ``950``, ``2.1k``, ``12k``, ``1.3M``."""
    size = abs(value)
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if size >= limit * 0.9995:
            scaled = value / limit
            return f"{scaled:.1f}{unit}".replace(".0", "") if abs(scaled) < 9.95 else f"{scaled:.0f}{unit}"
    return f"{value:.0f}" if float(value).is_integer() or size >= 10 else f"{value:.1f}"


def _change(ratio: float, places: int) -> str:
    return f"{'+' if ratio > 1 else ''}{plain(ratio - 1, 'share', places)}"


def _significant(value: float) -> str:
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 100:
        return _signed(f"{size:,.0f}", value)
    decimals = 1 if size >= 10 else 2 if size >= 0.1 else 3
    return _signed(f"{size:.{decimals}f}".rstrip("0").rstrip("."), value)


def _signed(digits: str, value: float) -> str:
    return f"{MINUS}{digits}" if value < 0 and digits.strip("0.") else digits
