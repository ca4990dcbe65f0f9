"""Paths of a population whose rates are uncertain: births, ages and ends by day, all draws at once.

A birth-death process with arrivals from outside, hazards by days since first sight, and a factor for each week. Columnar: an array of draws by
age, thinned binomially. Not for: where the rates come from (`forecast_rates`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actionday.measure.forecast_rates import BANDS, SETTLE, WEEK, Lives, Rates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DRAWS = 1_000
OLDEST = int(BANDS[2])


@dataclass(frozen=True, slots=True)
class Paths:
    """By draw and week ahead: ends and arrivals from the beginning on, and how many stand at the week's end."""

    ends: Ints
    arrivals: Ints
    standing: Ints

    def of(self, outcome: str, weeks: int) -> Ints:
        """The draws of an outcome (ends | arrivals | standing) so many weeks ahead."""
        return np.asarray(getattr(self, outcome)[:, weeks - 1])


@dataclass(frozen=True, slots=True)
class Plan:
    """Removals on top: of all that stand on day `first`, `every` so many days, the share; each comes back with a chance."""

    first: int
    every: int
    share: float
    times: int


def start(lives: Lives, now: float) -> tuple[Ints, Ints]:
    """Ages of those that stood when ends were last settled, and who arrived on each day since; what ended since is drawn."""
    settled = now - SETTLE
    days = np.array([lives.arrived(settled + day, settled + day + 1) for day in range(SETTLE)], np.int64)
    return lives.ages(settled), days


def simulate(
    rates: Rates,
    begin: tuple[Ints, Ints],
    weeks: int,
    random: np.random.Generator,
    plans: tuple[Plan, Floats, float] | None = None,
    draws: int = DRAWS,
) -> Paths:
    """Draw paths for so many weeks. `plans`: removals on top, the chance of a return in each draw, and how far arrivals go with numbers.

    That last exponent is 0 where arrivals go on as they were, 1 where half as many subjects as there were bring half as many arrivals.
    """
    hazard, arrive = rates.draw_hazards(draws, random), rates.draw_arrivals(draws, random)
    ages, known = begin
    state = np.tile(ages, (draws, 1))
    band = np.searchsorted(np.asarray(BANDS), np.arange(OLDEST + 1), side="right") - 1
    ends, arrivals, standing = (np.zeros((draws, weeks), np.int64) for _ in range(3))
    factor = np.ones((draws, 2))
    usual, exponent = max(rates.stood / rates.days, 1.0), 0.0 if plans is None else plans[2]
    for day in range(-len(known), weeks * WEEK):
        if (day + len(known)) % WEEK == 0:
            factor = np.stack([_factor(extra, draws, random) for extra in rates.wobble], axis=1)
        gone = random.binomial(state, -np.expm1(-hazard[:, band] * factor[:, :1]))
        state -= gone
        if day < 0:
            came = np.full(draws, known[day + len(known)])
        else:
            share = (state.sum(axis=1) / usual) ** exponent if exponent else 1.0
            came = random.poisson(arrive * factor[:, 1] * share)
        state = _older(state, came)
        if day >= 0:
            if plans is not None:
                state, extra = _act(state, plans[0], plans[1], day, random)
                gone = gone + extra
            ends[:, day // WEEK] += gone.sum(axis=1)
            arrivals[:, day // WEEK] += came
            standing[:, day // WEEK] = state.sum(axis=1)
    return Paths(np.cumsum(ends, axis=1), np.cumsum(arrivals, axis=1), standing)


def _factor(extra: float, draws: int, random: np.random.Generator) -> Floats:
    return np.ones(draws) if extra <= 1e-9 else random.gamma(1 / extra, extra, draws)


def _older(state: Ints, came: Ints) -> Ints:
    """Everybody a day older, the newcomers first."""
    moved = np.empty_like(state)
    moved[:, 0] = came
    moved[:, 1:] = state[:, :-1]
    moved[:, -1] += state[:, -1]
    return moved


def _act(state: Ints, plan: Plan, back: Floats, day: int, random: np.random.Generator) -> tuple[Ints, Ints]:
    """The plan's removals of a day; who comes back is new again."""
    number, due = divmod(day - plan.first, plan.every)
    if day < plan.first or due or number >= plan.times:
        return state, np.zeros_like(state)
    struck = random.binomial(state, plan.share)
    state = state - struck
    state[:, 0] += random.binomial(struck.sum(axis=1), back)
    return state, struck


def outcome_range(drawn: Ints | Floats, level: float) -> tuple[float, float]:
    """The central interval of whole numbers: the smallest and largest that each tail leaves in."""
    edges = ((1 - level) / 2 - 1e-9, (1 + level) / 2)  # rounded up, the lower edge would leave one more out
    low, high = (np.quantile(drawn, edge, method="inverted_cdf") for edge in edges)
    return float(low), float(high)
