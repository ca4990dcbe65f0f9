"""From quantities to places on a figure, and the ticks a reader expects there."""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from actionday.brief.svg import Floats

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class Linear:
    """A straight scale from [lo, hi] to [start, end]."""

    lo: float
    hi: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of one value."""
        span = self.hi - self.lo
        return self.start + (self.end - self.start) * ((value - self.lo) / span if span else 0.5)

    def many(self, values: Floats) -> Floats:
        """The places of many values; NaN stays NaN."""
        span = self.hi - self.lo
        share = (values - self.lo) / span if span else np.full(len(values), 0.5)
        return np.asarray(self.start + (self.end - self.start) * share, dtype=np.float64)

    def clamp(self, value: float) -> float:
        """The place of a value, held inside the scale."""
        return self(min(max(value, self.lo), self.hi))


def ticks(lo: float, hi: float, count: int = 5) -> list[float]:
    """Round numbers from at or below `lo` to at or above `hi`, about `count` of them; steps of 1, 2 or 5 times ten."""
    if not hi > lo:
        return [lo, lo + 1]
    raw = (hi - lo) / max(count - 1, 1)
    magnitude = 10 ** math.floor(math.log10(raw))
    step = next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= raw * 0.999)
    first, last = math.floor(lo / step + 1e-9), math.ceil(hi / step - 1e-9)
    return [k * step for k in range(first, last + 1)]


def day_ticks(first: date, last: date, room: float, label: float = 46) -> list[date]:
    """Mondays at equal distances, as many as fit into `room` with labels `label` wide; first days of months for long spans."""
    days = (last - first).days + 1
    most = max(int(room / label), 2)
    if days > 7 * most * 4:
        months = [d for d in _days(first, last) if d.day == 1]
        return months[:: max(math.ceil(len(months) / most), 1)]
    mondays = [d for d in _days(first, last) if d.weekday() == 0]
    return mondays[:: max(math.ceil(len(mondays) / most), 1)]


def day_label(day: date, *, year: bool = False) -> str:
    """`18 Nov`, or `18 Nov 2019`. Months are written in English whatever the machine's locale."""
    short = f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{short} {day.year}" if year else short


def _days(first: date, last: date) -> list[date]:
    return [date.fromordinal(k) for k in range(first.toordinal(), last.toordinal() + 1)]
