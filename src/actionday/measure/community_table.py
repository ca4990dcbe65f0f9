"""One row a community: what share of it the day removed, by kind, and what share of its reach it regained.

*Reach* is posting: original and forwarded posts a day of its channels, newcomers included, over the same before the day.
Channels that went out of sight are left out above and below the line; removed ones count nothing from then on.
Not for: slopes (`dose`), and how communities are found (`communities`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.communities import Ties, joined, propagate
from actionday.measure.effect_series import Facts
from actionday.measure.sight import Sight
from actionday.measure.windows import Windows

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
DOSES = {"users": ("user",), "administrators": ("admin", "bot"), "channels": ("channel",)}
LEAST_POSTS = 5.0
"""Posts in the window before that a community must have."""

LEAST_MEMBERS = 3
HORIZONS = {7: (1, 7), 30: (24, 30)}
"""By horizon: first and last day after the day over which posts are averaged."""


@dataclass(frozen=True, slots=True)
class Communities:
    """One row a community: reach before (posts a day), doses by kind, reach regained by horizon, change before the day."""

    reach: Floats
    doses: Floats
    regained: dict[int, Floats]
    earlier: Floats
    labels: Ints  # of every subject of the cohort; -1: in none

    def __len__(self) -> int:
        return len(self.reach)


def tabulate(cohort: pa.Table, facts: Facts, made: Ties, windows: Windows, platforms: list[str]) -> Communities:
    """Communities on the targeted platforms that had a channel with posts and somebody of each kind to lose."""
    seen = facts.seen
    kind = cohort["kind"].to_numpy(zero_copy_only=False).astype(str)
    home = np.isin(cohort["platform"].to_numpy(zero_copy_only=False).astype(str), platforms)
    day = windows.before_last + 1
    before = home & (seen.begun < day) & ~(seen.gone & (seen.first_miss < day))
    a, b, weight = made.before
    use = (home & (seen.begun < day))[a] & (home & (seen.begun < day))[b]
    label = propagate(len(kind), (a[use], b[use], weight[use]))
    label = np.where(before, label, -1)
    late = home & (seen.begun >= day)
    label = np.where(late, joined(label, before, made.after), label)
    struck = before & seen.gone & (seen.first_miss < windows.after_first + 1)
    n = int(label.max(initial=-1)) + 1
    at_risk = before & (struck | (seen.seen_to(float(windows.after_first)) >= windows.after_first))
    risk = np.stack([_count(label, at_risk & np.isin(kind, kinds), n) for kinds in DOSES.values()], axis=1)
    lost = np.stack([_count(label, struck & np.isin(kind, kinds), n) for kinds in DOSES.values()], axis=1)
    reach = _Reach(facts, label, kind == "channel", before, windows, n)
    kept = (risk > 0).all(axis=1) & (risk.sum(axis=1) >= LEAST_MEMBERS) & (reach.usual(30)[0] * 30 >= LEAST_POSTS)
    doses = lost[kept] / risk[kept]
    regained = {days: reach.regained(days)[kept] for days in HORIZONS}
    return Communities(reach.usual(30)[0][kept], doses, regained, reach.earlier()[kept], label)


@dataclass(frozen=True, slots=True)
class _Reach:
    """Posts a day of each community in some days, by channels that can be followed through them."""

    facts: Facts
    label: Ints
    channel: Flags
    before: Flags
    windows: Windows
    n: int

    def usual(self, days: int) -> tuple[Floats, Flags]:
        """Posts a day before, of the channels that are in sight, or gone, on the last day of a horizon; and who they are."""
        last = self.windows.after_first - 1 + days
        followed = self.before & self.channel & _followed(self.facts.seen, last)
        return self._rate(followed, self.windows.before_first, self.windows.before_last), followed

    def regained(self, days: int) -> Floats:
        """Posts a day around a horizon over those before; NaN where nothing was posted before."""
        first, last = (self.windows.after_first - 1 + edge for edge in HORIZONS[days])
        usual, followed = self.usual(days)
        newcomers = self.channel & ~self.before & (self.label >= 0)
        return _over(self._rate(followed | newcomers, first, last), usual)

    def earlier(self) -> Floats:
        """Change of posts a day from the first to the second half of the window before, over their mean."""
        w = self.windows
        middle = (w.before_first + w.before_last) // 2
        mine = self.before & self.channel
        first, second = self._rate(mine, w.before_first, middle), self._rate(mine, middle + 1, w.before_last)
        return _over(second - first, (first + second) / 2)

    def _rate(self, channels: Flags, first: int, last: int) -> Floats:
        posts = self.facts.posts.sums(first, last)[:, :2].sum(axis=1)
        use = channels & (self.label >= 0)
        return np.bincount(self.label[use], weights=posts[use], minlength=self.n) / (last - first + 1)


def _followed(seen: Sight, last: int) -> Flags:
    ended = seen.gone & (seen.first_miss <= last + 1)
    return np.asarray((seen.seen_to(float(last)) >= last) | ended)


def _count(label: Ints, members: Flags, n: int) -> Floats:
    return np.bincount(label[members & (label >= 0)], minlength=n).astype(np.float64)


def _over(value: Floats, usual: Floats) -> Floats:
    return np.divide(value, usual, out=np.full(len(value), np.nan), where=usual > 0)
