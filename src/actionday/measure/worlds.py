"""Small synthetic cohorts whose generating parameters are known: do the intervals cover them as often as they say?

Each world draws one cohort (and campaign) from a seed and carries the true value of every listed estimand. Lifetimes
are Weibull, so survival, medians and restricted means have closed forms. Not for: the bundled scenario, which makes
export files of whole communities.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import gamma, gammainc

from actionday.measure.intervals import proportion
from actionday.measure.kaplan_meier import first_age_at_risk
from actionday.measure.lifetimes import estimates_of
from actionday.measure.lifetimes_fit import AT_RISK, Settings, fit_sample
from actionday.measure.lifetimes_sample import samples
from actionday.measure.schemas import COHORT
from actionday.records import Campaign

Floats = NDArray[np.float64]

DAY_ONE = datetime(2019, 9, 1, tzinfo=UTC)
"""Day 0 of every world."""

THE_DAY, WATCHED = 80.0, 160.0
CAMPAIGN = Campaign("synthetic", DAY_ONE + timedelta(THE_DAY), DAY_ONE + timedelta(THE_DAY + 1), synthetic=True)

Key = tuple[str, str, str]
"""An estimand: estimate name, clock, period."""


@dataclass(frozen=True, slots=True)
class Weibull:
    """P(T > t) = exp(-(t / scale)**shape), days."""

    shape: float
    scale: float

    def survival(self, t: float) -> float:
        """P(T > t)."""
        return math.exp(-((t / self.scale) ** self.shape))

    def median(self) -> float:
        """The t with survival 1/2."""
        return float(self.scale * math.log(2) ** (1 / self.shape))

    def restricted_mean(self, horizon: float) -> float:
        """E[min(T, horizon)]: the area under survival, an incomplete gamma function."""
        k = 1 / self.shape
        return float(self.scale * k * gamma(k) * gammainc(k, (horizon / self.scale) ** self.shape))

    def draw(self, random: np.random.Generator, n: int) -> Floats:
        """Draw n lifetimes."""
        return self.scale * random.weibull(self.shape, n)


@dataclass(frozen=True, slots=True)
class World:
    """A cohort with COHORT's schema, its campaign, and the truth by estimand."""

    cohort: pa.Table
    campaign: Campaign
    truth: Mapping[Key, float]


BEFORE, AFTER = Weibull(0.9, 50.0), Weibull(0.9, 20.0)
BRACKETED = Weibull(1.0, 30.0)
AGED = Weibull(1.2, 45.0)


def exact_world(seed: int, n: int = 300) -> World:
    """Ends known to the second; half entered before the day and live by BEFORE, half after it, by AFTER."""
    random = np.random.default_rng(seed)
    early = np.arange(n) < n // 2
    seen = np.where(early, random.uniform(0, 60, n), random.uniform(THE_DAY + 1, THE_DAY + 46, n))
    life = np.where(early, BEFORE.draw(random, n), AFTER.draw(random, n))
    end, watched = seen + life, np.full(n, WATCHED)
    gone = end <= watched
    present = np.where(gone, end, watched)
    cohort = _cohort(seen, present, np.where(gone, end, np.nan), exact=gone, looks=np.full(n, 100))
    clock = "since_first_seen"
    truth = {
        ("survival_7d", clock, "before"): BEFORE.survival(7),
        ("survival_30d", clock, "before"): BEFORE.survival(30),
        ("survival_30d", clock, "after"): AFTER.survival(30),
        ("median_lifetime", clock, "after"): AFTER.median(),
        ("rmst_30d", clock, "before"): BEFORE.restricted_mean(30),
        ("rmst_30d", clock, "after"): AFTER.restricted_mean(30),
        ("rmst_difference_before_after", clock, "after minus before"): AFTER.restricted_mean(30)
        - BEFORE.restricted_mean(30),
    }
    return World(cohort, CAMPAIGN, truth)


def bracketed_world(seed: int, n: int = 250, every: float = 7.0, jitter: float = 0.0) -> World:
    """Looks every `every` days from first sight on (one in five is missed), so ends are brackets.

    `jitter` moves each look by up to that share of `every`; 0 keeps the grid. All enter after the day.
    """
    random = np.random.default_rng(seed)
    seen = THE_DAY + 1.0 + random.uniform(0.01, 30, n)
    life = BRACKETED.draw(random, n)
    columns = int(WATCHED / every)
    moved = random.uniform(-jitter / 2, jitter / 2, (n, columns)) if jitter else 0.0
    looks = (np.arange(1, columns + 1) + moved) * every
    made = (random.random((n, columns)) < 0.8) & (looks <= (WATCHED - seen)[:, None])
    alive = made & (looks < life[:, None])
    dead = made & (looks >= life[:, None])
    present = np.where(alive, looks, 0.0).max(axis=1)
    miss = np.where(dead, looks, np.inf).min(axis=1)
    miss = np.where(np.isfinite(miss), miss, np.nan)
    cohort = _cohort(seen, seen + present, seen + miss, np.zeros(n, np.bool_), 1 + alive.sum(axis=1))
    clock = "since_first_seen"
    truth = {
        ("survival_7d", clock, "after"): BRACKETED.survival(7),
        ("survival_30d", clock, "after"): BRACKETED.survival(30),
        ("median_lifetime", clock, "after"): BRACKETED.median(),
        ("rmst_30d", clock, "after"): BRACKETED.restricted_mean(30),
    }
    return World(cohort, CAMPAIGN, truth)


def aged_world(seed: int, n: int = 400, bracketed: bool = False) -> World:
    """Known creations over 120 days; seen after an exponential delay if still alive then (delayed entry).

    The truth is conditional on survival to the first age with 20 at risk, as the estimate is. `bracketed`: daily looks
    from the first sight on, else exact ends.
    """
    random = np.random.default_rng(seed)
    created = random.uniform(0, 120, n)
    life, delay = AGED.draw(random, n), random.exponential(8.0, n)
    found = (life > delay) & (created + delay < WATCHED)
    created, life, delay = created[found], life[found], delay[found]
    end, seen = created + life, created + delay
    if bracketed:
        past = np.floor(np.minimum(end, WATCHED) - seen)
        present, miss = seen + past, np.where(seen + past + 1 <= WATCHED, seen + past + 1, np.nan)
        cohort = _cohort(seen, present, miss, np.zeros(seen.size, np.bool_), past + 1, created)
    else:
        gone, present = end <= WATCHED, np.minimum(end, WATCHED)
        cohort = _cohort(seen, present, np.where(gone, end, np.nan), gone, np.full(seen.size, 9), created)
    origin = first_age_at_risk(present - created, seen - created, AT_RISK) or 0.0
    return World(cohort, CAMPAIGN, {(name, "age", "all"): value for name, value in given(AGED, origin).items()})


def given(life: Weibull, origin: float) -> dict[str, float]:
    """The estimands of a lifetime given survival to `origin`: survival_30d, rmst_30d, median_lifetime."""
    reached = life.survival(origin)
    area = (life.restricted_mean(30) - life.restricted_mean(origin)) / reached
    half = life.scale * (math.log(2) - math.log(reached)) ** (1 / life.shape)
    return {"survival_30d": life.survival(30) / reached, "rmst_30d": origin + area, "median_lifetime": float(half)}


def denial_world(seed: int, n: int = 90, rate: float = 0.3) -> tuple[int, int, float]:
    """Of n arrivals on a platform, how many are denied within 30 days: (denied, arrived, true rate)."""
    return int(np.random.default_rng(seed).binomial(n, rate)), n, rate


WORLDS: Mapping[str, Callable[[int], World]] = {
    "exact": exact_world,
    "weekly looks": bracketed_world,
    "daily looks, jittered": lambda seed: bracketed_world(seed, every=1.0, jitter=0.8),
    "delayed entry, exact": aged_world,
    "delayed entry, daily looks": lambda seed: aged_world(seed, bracketed=True),
}
"""Worlds of cohorts by name, each a function of its seed."""

DENIALS = "denials"
"""The world of a plain proportion."""


def covered(name: str, seed: int, draws: int = 200) -> dict[str, bool]:
    """Does each 95 % interval of the world `name` cover its truth? By estimand, "survival_7d | clock | period".

    An interval without an upper end reaches to infinity; an estimate without a value covers nothing.
    """
    if name == DENIALS:
        denied, arrived, rate = denial_world(seed)
        _, low, high = proportion(denied, arrived)
        return {"denial_rate": low is not None and high is not None and low <= rate <= high}
    world = WORLDS[name](seed)
    needed = {(clock, period) for _, clock, span in world.truth for period in span.split(" minus ")}
    parts = samples(world.cohort, world.campaign, "all")
    settings = Settings(0.95, draws, seed)
    fitted = [fit_sample(part, settings) for part in parts if (part.label.clock, part.label.period) in needed]
    found = {(e.name, e.group["clock"], e.group["period"]): e for e in estimates_of(fitted, settings)}
    result = {}
    for key, truth in world.truth.items():
        e = found[key]
        known = e.value is not None and e.low is not None
        result[" | ".join(key)] = known and (e.low or 0.0) <= truth <= (math.inf if e.high is None else e.high)
    return result


def _cohort(
    seen: Floats,
    present: Floats,
    miss: Floats,
    exact: NDArray[np.bool_],
    looks: Floats | NDArray[np.int64],
    created: Floats | None = None,
) -> pa.Table:
    n, gone = seen.size, ~np.isnan(miss)
    columns = {
        "subject": [f"telegram:channel:{k}" for k in range(n)],
        "platform": ["telegram"] * n,
        "kind": ["channel"] * n,
        "organisation": ["none recorded"] * n,
        "language": pa.nulls(n, pa.string()),
        "created_at": pa.nulls(n, COHORT.field("created_at").type) if created is None else _times(created),
        "first_seen": _times(seen),
        "residual": np.zeros(n, np.bool_),
        "last_present": _times(present),
        "first_miss": _times(miss),
        "event": pa.array(np.where(gone, "removed", ""), pa.string(), mask=~gone),
        "exact": exact,
        "basis": ["observed"] * n,
        "blind": np.zeros(n, np.bool_),
        "n_looks": np.asarray(looks, np.int64),
    }
    return pa.table(columns, schema=COHORT)


def _times(days: Floats) -> pa.Array:
    base = DAY_ONE.timestamp() * 1e6
    whole = np.where(np.isnan(days), 0, np.round(base + np.nan_to_num(days) * 86_400e6)).astype(np.int64)
    return pa.array(whole, pa.int64(), mask=np.isnan(days)).cast(COHORT.field("first_seen").type)
