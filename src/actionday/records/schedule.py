"""When a subject is looked at: often around an action day, seldom later, and again soon after a miss.

Slots lie on a grid that follows from the plan alone, so that after a restart, or a clock that was set, the same slot is the
same instant: `dense` apart from the start to `dense_until`, then `sparse` apart to `ends`. Only the latest slot that has
passed is ever due; missed ones are not made up for, since a look tells of its own time only. After a miss the next looks come
at `CONFIRM_AFTER`, so that "gone" rests on several misses, spaced. Not for: who is looked at (plans) or how (probers).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

CONFIRM_AFTER = (timedelta(minutes=3), timedelta(hours=3))
"""After the first miss, after the second: the default policy of three misses. Further ones keep the last distance."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A grid of slots. Times are UTC; a plan made after `dense_until` is sparse from its start."""

    starts: datetime
    dense: timedelta
    dense_until: datetime
    sparse: timedelta
    ends: datetime

    def __post_init__(self) -> None:
        if min(self.dense, self.sparse) < timedelta(minutes=1):
            raise ValueError("looks less than a minute apart are no schedule")
        if self.dense_until > self.ends:
            raise ValueError("a schedule gets sparse before it ends")

    @property
    def sparse_from(self) -> datetime:
        """Where the sparse grid is anchored."""
        return max(self.starts, self.dense_until)

    def slot(self, now: datetime) -> datetime | None:
        """The latest slot at or before `now`; None before the start and after the end."""
        if now < self.starts or now > self.ends:
            return None
        if now < self.dense_until:
            return self.starts + (now - self.starts) // self.dense * self.dense
        return self.sparse_from + (now - self.sparse_from) // self.sparse * self.sparse

    def next_slot(self, now: datetime) -> datetime | None:
        """The first slot after `now`; None when there is none."""
        if now < self.starts:
            following = self.starts
        elif now < self.dense_until:
            following = min(self.starts + ((now - self.starts) // self.dense + 1) * self.dense, self.dense_until)
        else:
            following = self.sparse_from + ((now - self.sparse_from) // self.sparse + 1) * self.sparse
        return following if following <= self.ends else None


def confirm_at(last_miss: datetime, misses: int, confirmations: int) -> datetime | None:
    """When the next look after `misses` consecutive misses is due; None when there was none or enough were seen."""
    if misses < 1 or misses >= confirmations:
        return None
    return last_miss + CONFIRM_AFTER[min(misses, len(CONFIRM_AFTER)) - 1]
