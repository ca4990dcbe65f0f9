"""Synthetic populations with known rates: do the intervals of rates, thresholds and forecasts cover what is true, and what comes?

The model's own assumptions hold: constant hazards by days since first seen, arrivals at a rate that does not change, weeks that wobble. Ends are
confirmed two weeks after they are first missed, so that what is known at a moment lags behind. Not for: the bundled scenario.
"""

import numpy as np

from actionday.measure.forecast_next import Chances, Drawn, thresholds
from actionday.measure.forecast_paths import simulate, start
from actionday.measure.forecast_rates import BANDS, WEEK, Floats, Lives, rates_of
from actionday.measure.forecast_scores import came, pit
from actionday.measure.forecast_threshold import elasticity
from actionday.records import Estimate

HAZARDS = (0.02, 0.008, 0.004)
ARRIVALS, REMOVED, BACK, BEFORE = 2.5, 0.8, 0.2, 300
HAZARD, BRINGS = 0.006, 0.011
DAYS = 280
NOW = 240.0
CONFIRMED = 14.0


def population(seed: int, arrivals: float = ARRIVALS) -> Lives:
    """Everybody who ever was there, ends and all: `BEFORE` when observation begins, the others as they arrive."""
    random = np.random.default_rng(seed)
    first = np.concatenate([np.zeros(BEFORE), np.sort(random.uniform(0, DAYS, random.poisson(arrivals * DAYS)))])
    residual = np.arange(len(first)) < BEFORE
    end = first + lasting(random, len(first), residual)
    removed = random.random(len(first)) < REMOVED
    none = np.zeros(len(first), np.bool_)
    return Lives(first, np.minimum(end, DAYS), np.where(end < DAYS, end, np.inf), removed, residual, none)


def lasting(random: np.random.Generator, n: int, old: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Days to the end under HAZARDS; those that are old begin in the last band."""
    left, out = random.exponential(size=n), np.full(n, np.inf)
    spent = np.zeros(n)
    for hazard, low, high in zip(HAZARDS, BANDS[:-1], BANDS[1:], strict=True):
        here = np.isinf(out) & (np.isinf(high) | ~old)
        whole = hazard * (high - low)
        ends = here & (left <= whole)
        out[ends] = (np.where(old, 0.0, low) + left / hazard)[ends]
        spent = np.where(here & ~ends, whole if np.isfinite(whole) else 0.0, 0.0)
        left = left - spent
    return out


def known_at(lives: Lives, now: float) -> Lives:
    """The same as it was known at a moment: ends that were not confirmed by then are not known."""
    mine = lives.first <= now
    told = lives.end + CONFIRMED <= now
    last = np.minimum(lives.end, now)
    end = np.where(told, lives.end, np.inf)
    lost = ~told & (last < now - 28.0)
    return Lives(lives.first, last, end, lives.removed & told, lives.residual, lost).pick(mine)


def forecasts_covered(seed: int) -> dict[str, bool]:
    """Does each 95 % interval cover: the hazard's and the arrivals' truth, the break-even rate, how arrivals go, and what came?"""
    whole = population(seed)
    then = known_at(whole, NOW)
    rates = rates_of(then, NOW, (), 0.0)
    if rates is None:
        return {}
    random = np.random.default_rng((seed, 9))
    paths = simulate(rates, start(then, NOW), 4, random)
    out = {}
    for outcome in ("ends", "arrivals", "standing"):
        for weeks in (1, 4):
            place = pit(paths.of(outcome, weeks), came(whole, outcome, NOW, weeks), random)
            out[f"{outcome}, {weeks} weeks ahead"] = 0.025 <= place <= 0.975  # by chance where a count lies on the edge
    low, high = np.quantile(rates.draw_arrivals(1_000, random), (0.025, 0.975))
    out["arrivals a day"] = bool(low <= ARRIVALS <= high)
    return out | _rates_covered(seed, random)


def steady(seed: int, size: int = 400, hazard: float = HAZARD, arrive: float = BRINGS) -> Lives:
    """A population with one hazard whose arrivals go with its numbers: what the threshold's process is."""
    random = np.random.default_rng((seed, 5))
    standing, first, end = size, [np.zeros(size)], [random.exponential(1 / hazard, size)]
    for day in range(DAYS):
        both = np.concatenate(end)
        standing = int((both > day).sum())
        new = random.poisson(arrive * standing)
        first.append(day + random.random(new))
        end.append(first[-1] + random.exponential(1 / hazard, new))
    begun, ended = np.concatenate(first), np.concatenate(end)
    n = len(begun)
    removed, residual = random.random(n) < REMOVED, np.arange(n) < size
    return Lives(
        begun, np.minimum(ended, DAYS), np.where(ended < DAYS, ended, np.inf), removed, residual, np.zeros(n, np.bool_)
    )


def _rates_covered(
    seed: int, random: np.random.Generator, hazard: float = 0.006, arrive: float = 0.007
) -> dict[str, bool]:
    lives = known_at(steady(seed), NOW)
    rates = rates_of(lives, NOW, (), 0.0)
    if rates is None:
        return {}
    back = np.full(1_000, BACK)
    drawn = Drawn.of(rates, random)
    told: dict[str, Estimate] = {one.name: one for one in thresholds(drawn, Chances(back), 0, ((), {}))[:1]}
    low, high = np.quantile(drawn.removed, (0.025, 0.975))
    out = {"hazard of removal": bool(low <= HAZARD * REMOVED <= high)}
    truth = (BRINGS - BACK * HAZARD * REMOVED - HAZARD * (1 - REMOVED)) / (1 - BACK)
    one = told["break_even_removals"]
    out["break-even rate"] = one.low is not None and one.high is not None and one.low <= truth <= one.high
    begins = np.arange(NOW - WEEK, WEEK, -WEEK)
    come = np.array([lives.arrived(begin, begin + WEEK) for begin in begins], np.float64)
    found = elasticity(come, np.array([lives.standing(begin).sum() for begin in begins], np.float64))
    return out | ({} if found is None else {"arrivals follow numbers": found[1] <= 1 <= found[2]})
