"""Posts per channel and day, and what may be said of them although some channels went out of sight.

Counts are of posts, not of their versions: an edited post is one post. `link` posts are original or forwarded posts that
carry a link, so they overlap the other two kinds. Service messages are no posts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from actionday.measure.days import date_of, day_of
from actionday.measure.sight import Floats, Ints, Sight
from actionday.measure.windows import Windows
from actionday.stores.archive.view import View

KINDS = ("original", "forward", "link")
Small = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Daily:
    """Posts by channel (position in the cohort) and day, sorted by day; `counts` is n x 3 in the order of KINDS."""

    subject: Small
    day: Small
    counts: Small
    subjects: int

    def sums(self, first: int, last: int) -> Floats:
        """Posts of each subject within [first, last] days: subjects x 3."""
        rows = slice(np.searchsorted(self.day, first), np.searchsorted(self.day, last, side="right"))
        return np.stack(
            [np.bincount(self.subject[rows], self.counts[rows, k], minlength=self.subjects) for k in range(3)], axis=1
        ).astype(np.float64)

    def by_day(self, days: Ints, members: npt.NDArray[np.bool_] | None = None) -> Floats:
        """Posts of each of the consecutive `days`: days x 3; of `members` only, if given."""
        if len(days) == 0:
            return np.zeros((0, 3))
        rows = slice(np.searchsorted(self.day, days[0]), np.searchsorted(self.day, days[-1], side="right"))
        weight = self.counts[rows] if members is None else self.counts[rows] * members[self.subject[rows], None]
        place = self.day[rows] - days[0]
        return np.stack([np.bincount(place, weight[:, k], minlength=len(days)) for k in range(3)], axis=1).astype(
            np.float64
        )


def daily(view: View, cohort: pa.Table, first: int, last: int) -> Daily:
    """Posts of the cohort's channels from day `first` to day `last`, both inclusive."""
    numbers = pa.array(np.arange(len(cohort), dtype=np.int32))
    base = ibis.memtable(pa.table({"channel": cohort["subject"], "position": numbers}))
    begin, end = (
        ibis.literal(datetime.combine(date_of(day), time(), UTC), "timestamp('UTC')") for day in (first, last + 1)
    )
    posts = view.table("posts")
    posts = posts.filter((posts["at"] >= begin) & (posts["at"] < end) & posts.kind.isin(["original", "forward"]))
    parts = [view.arrow(_counted(table, base)) for table in (never_edited(posts), only_edited(posts))]
    both = ibis.union(*(ibis.memtable(part) for part in parts))
    counts = {kind: both[kind].sum().cast("int32") for kind in KINDS}
    table = view.arrow(both.group_by("position", "day").agg(**counts).order_by("day", "position"))
    return Daily(
        subject=table["position"].to_numpy(),
        day=table["day"].to_numpy(),
        counts=np.stack([table[kind].to_numpy() for kind in KINDS], axis=1),
        subjects=len(cohort),
    )


def _counted(posts: ir.Table, base: ir.Table) -> ir.Table:
    """Posts by channel and day in 32 bits: there are millions of such rows."""
    single = posts.inner_join(base, "channel")
    return single.group_by("position", day=day_of(single["at"]).cast("int32")).agg(
        original=(single.kind == "original").sum().cast("int32"),
        forward=(single.kind == "forward").sum().cast("int32"),
        link=(single.n_links > 0).fill_null(False).sum().cast("int32"),
    )


_COLUMNS = ("channel", "native", "at", "kind", "n_links")


def never_edited(posts: ir.Table) -> ir.Table:
    """Posts in their first version: channel, native, at, kind, n_links."""
    return posts.filter(posts.edited_at.isnull()).select(*_COLUMNS)


def only_edited(posts: ir.Table) -> ir.Table:
    """One row for each post of which no version but edited ones is known: channel, native, at, kind, n_links.

    Edits are few, so only they are grouped. With `never_edited` these are all posts once; both are queries of their own,
    because an engine that finds the unedited posts twice in one query writes all of them down in between.
    """
    edited = posts.filter(posts.edited_at.notnull())
    edited = edited.group_by("channel", "native").agg(
        **{"at": edited["at"].min(), "kind": edited.kind.min(), "n_links": edited.n_links.max()}
    )
    first = never_edited(posts)
    also_first = first.semi_join(edited, ["channel", "native"]).select("channel", "native")
    return edited.anti_join(also_first, ["channel", "native"]).select(*_COLUMNS)


@dataclass(frozen=True, slots=True)
class Compared:
    """Posts per channel in both windows, with what may have gone unseen: arrays are subjects x 3."""

    before: Floats
    after: Floats
    unseen_before: Floats  # posts that went unseen if the channel kept its own earlier rate
    unseen_after: Floats
    rate: Floats  # posts per readable day before


def compare(posts: Daily, seen: Sight, windows: Windows) -> Compared:
    """Sums of both windows and the most that may have been missed in them."""
    before = posts.sums(windows.before_first, windows.before_last)
    after = posts.sums(windows.after_first, windows.after_last)
    lost_from, lost_to = _lost(seen, windows)
    begin, end = float(windows.before_first), float(windows.before_last + 1)
    readable = np.clip(np.minimum(lost_from, end) - np.maximum(seen.begun, begin), 0.0, end - begin)
    rate = np.divide(before, readable[:, None], out=np.zeros_like(before), where=readable[:, None] > 0.5)
    return Compared(
        before,
        after,
        rate * _overlap(seen, lost_from, lost_to, windows.before_first, windows.before_last)[:, None],
        rate * _overlap(seen, lost_from, lost_to, windows.after_first, windows.after_last)[:, None],
        rate,
    )


def unseen_by_day(rate: Floats, seen: Sight, windows: Windows) -> Floats:
    """Posts of each day of the windows that went unseen if every channel kept its own earlier rate: days x 3."""
    days = windows.days
    lost_from, lost_to = _lost(seen, windows)
    total = np.zeros((len(days) + 1, 3))
    if len(days) == 0:
        return total[:0]
    for edge, sign in ((lost_from, 1.0), (lost_to, -1.0)):
        moment = np.clip(edge - days[0], 0.0, float(len(days)))
        whole = np.minimum(np.floor(moment), len(days) - 1).astype(np.int64)
        share = 1.0 - (moment - whole)
        steps = np.zeros((len(days) + 2, 3))
        np.add.at(steps, whole, sign * rate * share[:, None])
        np.add.at(steps, whole + 1, sign * rate * (1.0 - share[:, None]))
        total += np.cumsum(steps, axis=0)[: len(days) + 1]
    inside = _within_sight(seen, lost_from) & (seen.unseen_day >= days[0]) & (seen.unseen_day <= days[-1])
    np.add.at(total, seen.unseen_day[inside] - days[0], rate[seen.unseen_subject[inside]])
    return np.maximum(total[: len(days)], 0.0)


def _lost(seen: Sight, windows: Windows) -> tuple[Floats, Floats]:
    """When each subject went out of sight, and when it was confirmed gone (infinity: never)."""
    lost_from = seen.seen_to(float(windows.after_last + 1))
    return lost_from, np.where(seen.gone, np.fmax(seen.first_miss, lost_from), np.inf)


def _overlap(seen: Sight, lost_from: Floats, lost_to: Floats, first: int, last: int) -> Floats:
    """Days of [first, last] during which each subject was neither in sight nor confirmed gone."""
    length = np.minimum(lost_to, last + 1.0) - np.maximum(lost_from, float(first))
    days = np.clip(length, 0.0, None)
    hit = (seen.unseen_day >= first) & (seen.unseen_day <= last) & _within_sight(seen, lost_from)
    days += np.bincount(seen.unseen_subject[hit], minlength=len(days))
    return days


def _within_sight(seen: Sight, lost_from: Floats) -> npt.NDArray[np.bool_]:
    return seen.unseen_day < np.floor(lost_from)[seen.unseen_subject]


def labels_of(cohort: pa.Table, by: str) -> Sequence[tuple[str, npt.NDArray[np.bool_]]]:
    """Groups of the cohort by `by`: (value, members), sorted; "all" is one group of everybody."""
    if by == "all":
        return [("all", np.ones(len(cohort), bool))]
    column = cohort[by].fill_null("not known").to_numpy(zero_copy_only=False)
    return [(str(value), column == value) for value in sorted(set(column))]
