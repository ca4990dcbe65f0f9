"""The two windows that are compared, in whole days (UTC), cut to what was observed at all.

The days of the action day itself belong to neither window. Days are numbers, see `days`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actionday.measure.days import day_number
from actionday.records import Campaign


@dataclass(frozen=True, slots=True)
class Windows:
    """First and last day of each window, inclusive; a window with `last < first` is empty."""

    before_first: int
    before_last: int
    after_first: int
    after_last: int

    @property
    def days_before(self) -> int:
        """Length of the window before, in days."""
        return max(0, self.before_last - self.before_first + 1)

    @property
    def days_after(self) -> int:
        """Length of the window after, in days."""
        return max(0, self.after_last - self.after_first + 1)

    @property
    def days(self) -> npt.NDArray[np.int64]:
        """Every day from the first of the window before to the last of the window after."""
        return np.arange(self.before_first, max(self.after_last, self.after_first - 1) + 1, dtype=np.int64)

    def shifted(self, days: int) -> "Windows":
        """The same windows around another date: placebo dates are shifted by a negative number of days."""
        return Windows(
            self.before_first + days, self.before_last + days, self.after_first + days, self.after_last + days
        )


def nominal(campaign: Campaign) -> Windows:
    """The windows that the campaign asks for."""
    start, end = day_number(campaign.start), day_number(campaign.end)
    return Windows(start - campaign.days_before, start - 1, end + 1, end + campaign.days_after)


def observed(campaign: Campaign, first: float, last: float) -> Windows:
    """The campaign's windows cut to [first, last], the moments (float days) between which anything was observed.

    A day on which observation began or ended is cut off with it, unless it is the window's own first or last day:
    half a day's count is no day's count.
    """
    asked = nominal(campaign)
    begun, ended = int(np.floor(first)), int(np.floor(last))
    return Windows(
        asked.before_first if begun <= asked.before_first else begun + 1,
        asked.before_last,
        asked.after_first,
        asked.after_last if ended >= asked.after_last else ended - 1,
    )
