"""The same before/after contrast at earlier dates, on which nothing was done: how much do posts change anyway?

Placebo dates stand a week apart, the last one so that its window after ends before the day's own begins. Their windows
overlap, so they count for less than their number; no more than half a year of them is used.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actionday.measure.change import ratio
from actionday.measure.posting import KINDS, Daily
from actionday.measure.sight import Sight
from actionday.measure.windows import Windows

MOST = 26
FEWEST = 5
"""With fewer placebo dates no interval and no rank is given."""


@dataclass(frozen=True, slots=True)
class Placebo:
    """Change of each kind of posts (dates x 3; NaN where nothing was posted before), on each date's own constant panel."""

    windows: tuple[Windows, ...]
    changes: npt.NDArray[np.float64]

    def of(self, kind: str) -> npt.NDArray[np.float64]:
        """The finite, positive changes of one kind."""
        values = self.changes[:, KINDS.index(kind)]
        return values[np.isfinite(values) & (values > 0)]


def placebo_windows(windows: Windows, first_observed: float) -> tuple[Windows, ...]:
    """The windows of the placebo dates, latest first; none where observation began too late or a window is empty."""
    if windows.days_before == 0 or windows.days_after == 0 or np.isnan(first_observed):
        return ()
    nearest = windows.after_last - windows.before_last
    shifted = (windows.shifted(-nearest - 7 * number) for number in range(MOST))
    return tuple(w for w in shifted if w.before_first >= np.ceil(first_observed))


def placebos(posts: Daily, seen: Sight, dates: tuple[Windows, ...]) -> Placebo:
    """The contrast at each placebo date. `posts` must reach back to the first of them."""
    changes = np.full((len(dates), len(KINDS)), np.nan)
    for row, at in enumerate(dates):
        panel = seen.throughout(at.before_first, at.after_last)
        before = posts.sums(at.before_first, at.before_last)[panel]
        after = posts.sums(at.after_first, at.after_last)[panel]
        for column in range(len(KINDS)):
            value = ratio(before[:, column], after[:, column], at.days_before, at.days_after).value
            changes[row, column] = np.nan if value is None else value
    return Placebo(dates, changes)
