"""Places and ticks."""

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.brief.scales import Linear, day_label, day_ticks, ticks


def test_a_scale_maps_ends_to_ends_and_keeps_gaps() -> None:
    scale = Linear(0, 10, 100, 0)
    assert (scale(0), scale(10), scale.clamp(99)) == (100, 0, 0)
    assert np.isnan(scale.many(np.array([np.nan, 5.0]))).tolist() == [True, False]
    assert Linear(3, 3, 0, 10)(3) == 5


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 9))
def test_ticks_enclose_the_range_at_equal_distances(low: float, width: float, count: int) -> None:
    marks = ticks(low, low + width, count)
    step = marks[1] - marks[0]
    assert marks[0] <= low + 1e-6 * step
    assert marks[-1] >= low + width - 1e-6 * step
    assert len(marks) <= count + 3
    assert np.allclose(np.diff(marks), step)


def test_day_ticks_are_mondays_that_fit_or_months() -> None:
    marks = day_ticks(date(2019, 10, 22), date(2019, 12, 24), 344)
    assert {d.weekday() for d in marks} == {0}
    assert len(marks) <= 344 / 46
    assert {d.day for d in day_ticks(date(2015, 1, 5), date(2019, 12, 24), 720)} == {1}
    assert day_label(date(2019, 11, 18), year=True) == "18 Nov 2019"
