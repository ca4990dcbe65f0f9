"""Synthetic looks whose generating lifetimes are known: do intervals still cover when the cohort has to be found first?

Many worlds lie in one archive, each a platform of its own, so that one import and one cohort serve a thousand of them.
Beside `worlds`, which hands cohorts to the estimators. Not for: the bundled scenario.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.lifetimes import estimates_of
from actionday.measure.lifetimes_fit import Settings, fit_sample
from actionday.measure.lifetimes_sample import samples
from actionday.measure.worlds import BRACKETED, CAMPAIGN, DAY_ONE, THE_DAY, WATCHED
from actionday.records import Campaign, State
from actionday.stores.archive.schemas import TABLES

CLOCK, PERIOD = "since_first_seen", "after"
TRUTH: Mapping[str, float] = {
    "survival_7d": BRACKETED.survival(7),
    "survival_30d": BRACKETED.survival(30),
    "median_lifetime": BRACKETED.median(),
    "rmst_30d": BRACKETED.restricted_mean(30),
}
"""An exponential life has no memory, so it does not matter how old a subject was when it was found."""


@dataclass(frozen=True, slots=True)
class Looking:
    """How a world is looked at: subjects, days between looks, share of looks that are made, misses that confirm an end."""

    subjects: int = 200
    every: float = 4.0
    made: float = 0.8
    confirmations: int = 3

    @property
    def campaign(self) -> Campaign:
        """The day, with as many confirmations."""
        return Campaign(CAMPAIGN.name, CAMPAIGN.start, CAMPAIGN.end, confirmations=self.confirmations, synthetic=True)


def platform_of_world(seed: int) -> str:
    """The platform under which a world lies in the archive."""
    return f"world{seed}"


def looks_at(seeds: Sequence[int], looking: Looking) -> pa.Table:
    """Rows of `sightings` (payload schema) of every world: found after the day, looked at until the watch ends.

    One subject a world is there from the first day on, so that the others are no first snapshot.
    """
    return pa.concat_tables([_looks_at(seed, looking) for seed in seeds])


def _looks_at(seed: int, looking: Looking) -> pa.Table:
    random = np.random.default_rng(seed)
    n, columns = looking.subjects, int(WATCHED / looking.every)
    seen = THE_DAY + 1.0 + random.uniform(0.01, 30, n)
    seen[0] = 0.0
    life = BRACKETED.draw(random, n)
    after = np.arange(columns + 1) * looking.every
    made = random.random((n, columns + 1)) < looking.made
    made[:, 0] = True
    made &= after[None, :] <= (WATCHED - seen)[:, None]
    who, which = np.nonzero(made)
    alive = after[which] < life[who]
    at = np.round((seen[who] + after[which]) * 86_400e6).astype(np.int64)
    platform = platform_of_world(seed)
    names = pa.array([f"{platform}:channel:{k}" for k in range(n)])
    states = pa.array([State.REMOVED_BY_PLATFORM.value, State.PRESENT.value])
    columns_of = {
        "subject": names.take(pa.array(who)),
        "platform": pa.repeat(platform, len(who)),
        "at": pc.add(pa.array(at, pa.duration("us")), pa.scalar(DAY_ONE, pa.timestamp("us", tz="UTC"))),
        "state": states.take(pa.array(alive.astype(np.int64))),
        "basis": pa.repeat("probe", len(who)),
        "vantage": pa.repeat("desk", len(who)),
    }
    schema = TABLES["sightings"].payload
    return pa.table([columns_of.get(f.name, pa.nulls(len(who), f.type)) for f in schema], schema=schema)


def covered_by(cohort: pa.Table, seed: int, looking: Looking, draws: int = 200) -> dict[str, bool]:
    """Does each 95 % interval of a world cover its truth, from the rows of the whole cohort? By estimand."""
    own = cohort.filter(pc.equal(cohort["platform"], platform_of_world(seed)))
    settings = Settings(0.95, draws, seed)
    parts = [part for part in samples(own, looking.campaign, "all") if part.label.group == "all"]
    fitted = [fit_sample(part, settings) for part in parts if (part.label.clock, part.label.period) == (CLOCK, PERIOD)]
    found = {e.name: e for e in estimates_of(fitted, settings)}
    result = {}
    for name, truth in TRUTH.items():
        e = found[name]
        known = e.value is not None and e.low is not None
        result[f"{name} | {CLOCK} | {PERIOD}"] = known and (e.low or 0.0) <= truth <= (
            math.inf if e.high is None else e.high
        )
    return result
