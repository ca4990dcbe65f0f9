"""From a cohort to samples: one clock, one period, one group, as brackets in days.

Clocks: `since_first_seen` (0 is the first sight; subjects of a first snapshot are residual, their beginning was not
seen, and they make samples of their own) and `age` (0 is the known creation, under observation from the first sight).
Periods: all; before (first seen before the day, followed until it begins); after (first seen after it).
Only observed ends count; an end inferred from silence is censored at the last sight.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from actionday.records import Campaign

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]

CLOCKS = ("since_first_seen", "age")
PERIODS = ("all", "before", "after")
RESIDUAL = ", residual"
_MICROSECONDS_A_DAY = 86_400e6


@dataclass(frozen=True, slots=True)
class Label:
    """What a sample is: `group` is the value of `by`, with ", residual" for subjects of a first snapshot."""

    clock: str
    period: str
    by: str
    group: str

    def as_dict(self) -> dict[str, str]:
        """The `group` of an Estimate."""
        return {"clock": self.clock, "period": self.period, self.by: self.group}


@dataclass(frozen=True, slots=True)
class Sample:
    """Brackets (left, right] in days on one clock; right == left is exact, infinite is censored.

    `entry`: days at which each came under observation (all 0 on the clock since first seen). `gap`: mean days between
    looks, NaN for fewer than two. `naive`: days from first to last sight. `straddling`: brackets over the day's start.
    """

    label: Label
    left: Floats
    right: Floats
    entry: Floats
    gap: Floats
    naive: Floats
    blind: int
    unconfirmed: int
    inferred: int
    straddling: int
    residual_elsewhere: int

    @property
    def n(self) -> int:
        """Subjects."""
        return self.left.size

    @property
    def gone(self) -> int:
        """Subjects whose end was observed."""
        return int(np.isfinite(self.right).sum())

    @property
    def exact(self) -> bool:
        """No end is bracketed, so Kaplan and Meier's estimator applies."""
        ended = np.isfinite(self.right)
        return bool((self.left[ended] == self.right[ended]).all())

    @property
    def widths(self) -> Floats:
        """Widths of the brackets, in days."""
        return (self.right - self.left)[np.isfinite(self.right) & (self.right > self.left)]


@dataclass(frozen=True, slots=True)
class Subjects:
    """The cohort as columns of days since 1970 (NaN where null) and flags."""

    created: Floats
    seen: Floats
    left: Floats
    right: Floats
    gone: Flags
    residual: Flags
    gap: Floats
    blind: Flags
    unconfirmed: Flags
    inferred: Flags

    def pick(self, rows: Flags) -> "Subjects":
        """Some of the rows."""
        return Subjects(*(getattr(self, name)[rows] for name in self.__slots__))


def read_subjects(cohort: pa.Table) -> Subjects:
    """Columns from a COHORT table. Never a loop over rows."""
    seen, present, miss = (_days(cohort, name) for name in ("first_seen", "last_present", "first_miss"))
    present = np.where(np.isnan(present), seen, np.maximum(present, seen))
    exact, residual, blind = (_flags(cohort, name) for name in ("exact", "residual", "blind"))
    ended = ~cohort["event"].is_null().to_numpy()
    observed = pc.fill_null(pc.equal(cohort["basis"], "observed"), False).to_numpy()
    gone = ended & observed & (exact | ~np.isnan(miss))
    end = np.maximum(np.where(np.isnan(miss), present, miss), present)
    looks = pc.fill_null(cohort["n_looks"], 0).to_numpy().astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where((looks >= 2) & (present > seen), (present - seen) / (looks - 1), np.nan)
    return Subjects(
        created=_days(cohort, "created_at"),
        seen=seen,
        left=np.where(gone & exact, end, present),
        right=np.where(gone, end, np.inf),
        gone=gone,
        residual=residual,
        gap=gap,
        blind=blind & ~gone,
        unconfirmed=~ended & ~np.isnan(miss),
        inferred=ended & ~observed,
    )


def samples(cohort: pa.Table, campaign: Campaign, by: str) -> Iterator[Sample]:
    """Every sample with a subject in it, and always the newly seen of the whole cohort (by "all") however few."""
    subjects = read_subjects(cohort)
    groups = np.full(len(cohort), "all", object) if by == "all" else _texts(cohort, by)
    for clock in CLOCKS:
        for period in PERIODS:
            for group in np.unique(groups.astype(str)) if len(cohort) else ["all"]:
                rows = groups == group
                for residual in (False, True) if clock == "since_first_seen" else (None,):
                    chosen = rows if residual is None else rows & (subjects.residual == residual)
                    name = str(group) + (RESIDUAL if residual else "")
                    sample = _sample(subjects, chosen, Label(clock, period, by, name), campaign)
                    elsewhere = int((rows & subjects.residual).sum()) if residual is False else 0
                    if sample.n or (name == "all" and not residual):
                        yield replace(sample, residual_elsewhere=elsewhere)


def period_of(subjects: Subjects, campaign: Campaign) -> Texts:
    """Before, during or after the day, by first sight; an array of "before", "during", "after"."""
    start, end = _instants(campaign)
    return np.where(subjects.seen < start, "before", np.where(subjects.seen > end, "after", "during")).astype(object)


def _sample(subjects: Subjects, rows: Flags, label: Label, campaign: Campaign) -> Sample:
    start, end = _instants(campaign)
    if label.period != "all":
        rows = rows & ((subjects.seen < start) if label.period == "before" else (subjects.seen > end))
    if label.clock == "age":
        rows = rows & ~np.isnan(subjects.created) & (subjects.created <= subjects.seen)
    mine = subjects.pick(rows)
    left, right, straddling = mine.left, mine.right, 0
    if label.period == "before":
        left, right, straddling = _until(mine, start)
    zero = mine.created if label.clock == "age" else mine.seen
    entry = mine.seen - zero
    left, right = left - zero, right - zero
    # under delayed entry an end at the moment of the first sight tells nothing
    kept = (entry < right) if label.clock == "age" else np.ones(left.size, np.bool_)
    return Sample(
        label,
        left[kept],
        right[kept],
        entry[kept],
        mine.gap[kept],
        (mine.left - mine.seen)[kept],
        blind=int(mine.blind.sum()),
        unconfirmed=int(mine.unconfirmed.sum()),
        inferred=int(mine.inferred.sum()),
        straddling=straddling,
        residual_elsewhere=0,
    )


def _until(mine: Subjects, start: float) -> tuple[Floats, Floats, int]:
    """Follow-up cut at the day's start.

    An end counts when it was confirmed by then. Those alive later are censored at what must have been their last look
    before the day (from their own mean gap): an end between that look and the day could not have counted either.
    """
    counted = mine.gone & (mine.right <= start)
    bracketed = bool((mine.right[counted] > mine.left[counted]).any())
    look = np.full(mine.seen.size, start)
    if bracketed:
        whole = np.floor((start - mine.seen) / mine.gap) * mine.gap + mine.seen
        look = np.where(np.isnan(mine.gap), start, np.clip(whole, mine.seen, start))
    left = np.where(counted, mine.left, np.minimum(mine.left, look))
    straddling = mine.gone & (mine.left < start) & (mine.right > start)
    return left, np.where(counted, mine.right, np.inf), int(straddling.sum())


def _instants(campaign: Campaign) -> tuple[float, float]:
    return campaign.start.timestamp() / 86_400, campaign.end.timestamp() / 86_400


def _days(cohort: pa.Table, name: str) -> Floats:
    whole = cohort[name].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return np.asarray(whole.cast(pa.float64()).to_numpy(), np.float64) / _MICROSECONDS_A_DAY


def _flags(cohort: pa.Table, name: str) -> Flags:
    return np.asarray(pc.fill_null(cohort[name], False).to_numpy(), np.bool_)


def _texts(cohort: pa.Table, name: str) -> Texts:
    return np.asarray(pc.fill_null(cohort[name], "unknown").to_numpy(), object)
