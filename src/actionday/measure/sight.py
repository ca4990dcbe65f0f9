"""From when to when each subject of the cohort could be seen, and on which days in between it could not.

A subject's evidence has a cadence (posts, looks). It counts as still readable at a later moment only if that moment lies
within five of its own usual gaps (one to fourteen days) of its last evidence; otherwise it went out of sight at its last
evidence, not five gaps later. The same holds backwards for its beginning.
Not for: whether a subject is gone (`cohort` says so).
"""

from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from actionday.measure.days import as_days, day_of
from actionday.measure.evidence import ALIVE, aliases, attach, looks, spans, unify
from actionday.records import UNSEEN
from actionday.stores.archive.view import View

GAPS, LEAST_DAYS, MOST_DAYS = 5.0, 1.0, 14.0

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sight:
    """One entry a subject, in the cohort's order. Moments are float days since 1970."""

    begun: Floats  # first seen; for accounts their creation, if that is known and earlier
    last: Floats  # last certain presence
    first_miss: Floats  # NaN unless confirmed gone
    gone: Bools
    blind: Bools
    grace: Floats  # days of silence that say nothing; 0 where gone or blind
    unseen_subject: Ints  # position of the subject of each unseen day
    unseen_day: Ints  # days on which every look saw nothing and nothing else was seen
    first: float  # when observation began and ended, over everything; NaN where there is none
    ended: float

    def of(self, members: Bools) -> "Sight":
        """The same for some of the subjects; when observation began and ended stays that of all."""
        place = np.cumsum(members) - 1
        kept = members[self.unseen_subject]
        arrays = ("begun", "last", "first_miss", "gone", "blind", "grace")
        return replace(
            self,
            **{name: getattr(self, name)[members] for name in arrays},
            unseen_subject=place[self.unseen_subject[kept]].astype(np.int64),
            unseen_day=self.unseen_day[kept],
        )

    def begins(self, day: float) -> Bools:
        """Which subjects were readable from `day` on."""
        late = np.where(np.isnan(self.begun), np.inf, np.floor(self.begun) - self.grace)
        return late <= day

    def seen_to(self, moment: float) -> Floats:
        """Until when each subject was in sight, judged at `moment`: `moment` itself, or its last evidence before."""
        return np.where(self.last + self.grace >= moment, np.maximum(moment, self.last), self.last)

    def unseen_within(self, first: int, last: int) -> Bools:
        """Which subjects have an unseen day in [first, last]."""
        hit = (self.unseen_day >= first) & (self.unseen_day <= last)
        out = np.zeros(len(self.last), bool)
        out[self.unseen_subject[hit]] = True
        return out

    def throughout(self, first: int, last: int) -> Bools:
        """Which subjects were readable on every day of [first, last]."""
        return self.begins(first) & (np.floor(self.seen_to(last)) >= last) & ~self.unseen_within(first, last)


def sight(view: View, cohort: pa.Table) -> Sight:
    """Sight of every subject of the cohort; an empty cohort gives empty arrays."""
    position = pa.array(np.arange(len(cohort), dtype=np.int64))
    base = ibis.memtable(pa.table({"subject": cohort["subject"], "position": position}))
    paced = view.arrow(attach(base, _pace(view, base), "subject").order_by("position"))
    gaps = paced["gap"].to_numpy(zero_copy_only=False).astype(np.float64)
    last, first_seen, created = (as_days(cohort[name]) for name in ("last_present", "first_seen", "created_at"))
    # a channel's earlier posts may not have been read, so its creation does not make it readable
    channel = cohort["kind"].to_numpy(zero_copy_only=False) == "channel"
    gone = cohort["event"].is_valid().to_numpy(zero_copy_only=False)
    blind = cohort["blind"].to_numpy(zero_copy_only=False)
    settled = gone | blind | (cohort["basis"].to_numpy(zero_copy_only=False) == "inferred")
    grace = np.clip(GAPS * np.where(np.isnan(gaps), 0.0, gaps), LEAST_DAYS, MOST_DAYS)
    days = view.arrow(_unseen_days(view, base))
    span = view.arrow(_observed(view))
    return Sight(
        begun=np.where(channel, first_seen, np.fmin(created, first_seen)),
        last=last,
        first_miss=as_days(cohort["first_miss"]),
        gone=gone,
        blind=blind,
        grace=np.where(settled, 0.0, grace),
        unseen_subject=days["position"].to_numpy().astype(np.int64),
        unseen_day=days["day"].to_numpy().astype(np.int64),
        first=float(as_days(span["first"])[0]),
        ended=float(as_days(span["last"])[0]),
    )


def _pace(view: View, base: ir.Table) -> ir.Table:
    """The usual gap in days between a subject's posts or between its looks, whichever is shorter."""
    posts, seen, alias = view.table("posts"), looks(view), aliases(view)
    known = base.select("subject")
    known = known if alias is None else ibis.union(known, alias.select(subject="pseudonym"))
    wrote = posts.semi_join(known, posts.author == known.subject)
    looked = seen.group_by("subject").agg(first=seen["at"].min(), last=seen["at"].max(), n=seen["at"].nunique())
    columns = ["subject", "first", "last", "n"]
    wrote = unify(spans(wrote, "author"), "subject", alias).select(*columns)
    pieces = []
    for table in (spans(posts, "channel").select(*columns), wrote, looked.select(*columns)):
        one = table.group_by("subject").agg(first=table["first"].min(), last=table["last"].max(), n=table.n.sum())
        length = day_of(one["last"]) - day_of(one["first"])
        pieces.append(one.filter(one.n > 1).select("subject", gap=length / (one.n - 1)))
    every = ibis.union(*pieces)
    return every.group_by("subject").agg(gap=every.gap.min())


def _unseen_days(view: View, base: ir.Table) -> ir.Table:
    """Days on which a subject was looked at in vain: position, day. A post dated that day shows that it was there."""
    seen, posts = looks(view), view.table("posts")
    dated = seen.inner_join(base, "subject").mutate(day=day_of(seen["at"]))
    vain = dated.filter(dated.state.isin(sorted(UNSEEN))).select("subject", "position", "day").distinct()
    alive = dated.filter(dated.state.isin(ALIVE)).select("subject", "day").distinct()
    wrote = posts.semi_join(vain, posts.channel == vain.subject)
    wrote = wrote.select(subject=wrote.channel, day=day_of(wrote["at"])).distinct()
    shown = ibis.union(alive, wrote)
    return vain.anti_join(shown, ["subject", "day"]).select("position", "day")


def _observed(view: View) -> ir.Table:
    """First and last moment of any evidence, whatever it says."""
    posts, seen = view.table("posts"), view.table("sightings")
    accounts, channels = view.table("accounts"), view.table("channels")
    pieces = [
        table.agg(first=table[name].min(), last=table[name].max())
        for table, name in ((posts, "at"), (seen, "at"), (accounts, "seen_at"), (channels, "seen_at"))
    ]
    every = ibis.union(*pieces)
    return every.agg(first=every["first"].min(), last=every["last"].max())
