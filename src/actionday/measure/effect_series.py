"""Daily posts of the targeted and of the comparison channels around a date, by channels fixed before it.

A channel is in a group by its platform or organisation and by having been in sight before the date, never by what it did after:
one that was removed stays and counts nothing; one that went out of sight is left out; a day on which fewer than half were in
sight is missing, not zero. Not for: the estimates themselves (`designs`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.posting import Daily
from actionday.measure.sight import Sight
from actionday.measure.windows import Windows
from actionday.records import Campaign

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Facts:
    """What every design reads: posts by channel and day, who was in sight when, and the groups' channels."""

    posts: Daily
    seen: Sight
    treated: Flags
    others: Flags


@dataclass(frozen=True, slots=True)
class Series:
    """Posts a channel and day before and after (NaN: missing), and the channels behind them."""

    before: Floats
    after: Floats
    channels: int


def groups(cohort: pa.Table, campaign: Campaign) -> tuple[Flags, Flags]:
    """Targeted and comparison channels, by platform and organisation alone. Accounts with a timeline count as channels."""
    platform, organisation, kind = (
        cohort[name].to_numpy(zero_copy_only=False).astype(str) for name in ("platform", "organisation", "kind")
    )
    other = np.isin(platform, campaign.comparison_platforms) | np.isin(organisation, campaign.comparison_organisations)
    targets = targeted_platforms(cohort, campaign)
    return (kind == "channel") & np.isin(platform, targets) & ~other, other


def targeted_platforms(cohort: pa.Table, campaign: Campaign) -> list[str]:
    """Platforms on which at least one in twenty of all removals in the day's window happened, the comparison's left out."""
    struck = cohort["event"].to_numpy(zero_copy_only=False) == "removed"
    at = cohort["first_miss"].cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.float64) / 1e6
    inside = struck & (at >= campaign.start.timestamp()) & (at < campaign.end.timestamp() + 86_400)
    platform = cohort["platform"].to_numpy(zero_copy_only=False).astype(str)
    names, counts = np.unique(platform[inside], return_counts=True)
    kept = names[counts >= max(1.0, 0.05 * counts.sum())] if len(names) else names
    return [str(name) for name in kept if name not in campaign.comparison_platforms]


def series(facts: Facts, members: Flags, windows: Windows) -> Series:
    """Daily posts per channel of the members that were in sight before the windows' date and are in sight, or gone, after."""
    chosen = members & accounted(facts.seen, windows)
    days = windows.days
    counts = facts.posts.by_day(days, chosen)[:, :2].sum(axis=1)
    begun, gone = np.floor(facts.seen.begun[chosen]), np.where(facts.seen.gone, facts.seen.first_miss, np.inf)[chosen]
    until = facts.seen.seen_to(float(windows.after_last + 1))[chosen]
    known = np.array([((begun <= d) & ((until >= d) | (gone <= d + 1))).sum() for d in days], np.float64)
    veiled = np.bincount(
        (facts.seen.unseen_day - windows.before_first)[_inside(facts.seen, chosen, windows)].astype(np.int64),
        minlength=len(days),
    )[: len(days)]
    seen = known - veiled
    rate = np.where(seen >= HALF * max(int(chosen.sum()), 1), counts / np.maximum(seen, 1.0), np.nan)
    cut = windows.before_last - windows.before_first + 1
    return Series(rate[:cut], rate[windows.after_first - windows.before_first :], int(chosen.sum()))


def accounted(seen: Sight, windows: Windows) -> Flags:
    """In sight from the first day before on, and until the last day after or until confirmed gone."""
    there = seen.begins(windows.before_first) & (seen.seen_to(float(windows.before_last)) >= windows.before_last)
    through = seen.seen_to(float(windows.after_last)) >= windows.after_last
    ended = seen.gone & (seen.first_miss <= windows.after_last + 1)
    return np.asarray(there & (through | ended))


def sums(facts: Facts, members: Flags, first: int, last: int) -> Floats:
    """Original and forwarded posts of each member within [first, last]."""
    return np.asarray(facts.posts.sums(first, last)[members, :2].sum(axis=1))


def _inside(seen: Sight, chosen: Flags, windows: Windows) -> Flags:
    day = seen.unseen_day
    return np.asarray(chosen[seen.unseen_subject] & (day >= windows.before_first) & (day <= windows.after_last))
