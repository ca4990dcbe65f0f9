"""The rate of removal below which clusters outgrow removals, and what a rhythm of action days has to take each time.

A linear birth-death process (Kendall 1948): who stands brings `arrive` newcomers a day, is removed at `removed`, ends otherwise at `other`, and
comes back with chance `back` after a removal. Arrivals hold the returns, so without removals numbers grow by `arrive - back * removed -
other`, and break even where removals a day times (1 - back) equal that. Action days every `every` days are disasters in the sense of
Kaplan, Sudbury and Nilsen (1975): numbers fall in the long run when share * (1 - back) > 1 - exp(-growth * every). All arrays are draws.
Not for: whether arrivals go with numbers at all (`elasticity` tests it), and paths (`forecast_paths`).
"""

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

Floats = NDArray[np.float64]
STEPS = 40
SPREAD = 1.25


def growth(arrive: Floats, removed: Floats, other: Floats, back: Floats) -> Floats:
    """By how much numbers would grow a day if nobody were removed; below zero they fall by themselves."""
    return np.asarray(arrive - back * removed - other)


def break_even(arrive: Floats, removed: Floats, other: Floats, back: Floats) -> Floats:
    """Removals a subject and day at which numbers stand still; 0 where they fall by themselves."""
    return np.maximum(growth(arrive, removed, other, back) / (1 - back), 0.0)


def share_needed(grows: Floats, every: float, back: Floats) -> Floats:
    """The share of all that stand which each action day must take, one every so many days; above 1 no share is enough."""
    return np.maximum(-np.expm1(-grows * every) / (1 - back), 0.0)


def most_returns(arrive: Floats, removed: Floats) -> Floats:
    """The largest chance of a return that the arrivals allow: all of them are returns."""
    return np.minimum(np.divide(arrive, removed, out=np.ones_like(arrive), where=removed > 0), 0.99)


def extinction(arrive: float, ends: float, number: int) -> float:
    """Chance that a cluster of that number dies out (Kendall 1948): 1 where ends are at least as frequent as births."""
    return 1.0 if ends >= arrive else (ends / arrive) ** number


def shares_over_platforms(grows: Floats, back: Floats, follow: Floats, every: float) -> tuple[Floats, Floats]:
    """The share that action days must take on every platform: all platforms on one day, and one platform after the other.

    `grows` is draws x platforms; `follow[i, j]` the chance that one removed on i opens on j. An action day on all platforms
    every `every` days is set against one platform at a time, each of them every `every` days. By bisection on the spectral
    radius of the mean over one round; 1 where not even all is enough.
    """
    n = grows.shape[1]
    whole, part = (np.exp(grows * days)[:, :, None] * np.eye(n) for days in (every, every / n))
    once = np.tile(np.eye(n), (len(grows), 1, 1))
    come = back[:, None, None] * np.eye(n) + follow.T[None]

    def together(share: Floats) -> Floats:
        return ((once + share[:, None, None] * (come - np.eye(n))) @ whole).astype(np.float64)

    def in_turns(share: Floats) -> Floats:
        out = once
        for place in range(n):
            act = once.copy()
            act[:, :, place] += share[:, None] * (come - np.eye(n))[:, :, place]
            out = act @ part @ out
        return np.asarray(out)

    return _bisected(together, len(grows)), _bisected(in_turns, len(grows))


def _bisected(mean: Callable[[Floats], Floats], draws: int) -> Floats:
    low, high = np.zeros(draws), np.ones(draws)
    for _ in range(STEPS):
        middle = (low + high) / 2
        grows = np.abs(np.linalg.eigvals(mean(middle))).max(axis=1) > 1
        low, high = np.where(grows, middle, low), np.where(grows, high, middle)
    return high


def elasticity(came: Floats, stood: Floats, level: float = 0.95) -> tuple[float, float, float] | None:
    """How arrivals of a week go with the numbers that stood: 1 in proportion, 0 not at all; with its interval.

    Poisson regression of arrivals on the logarithm of numbers, dispersion by Pearson's statistic where that is above 1. None where numbers hardly
    differed (by less than a quarter between the lowest and the highest week: there the estimate leans to zero) or weeks are fewer
    than eight.
    """
    use = stood > 0
    came, stood = came[use], stood[use]
    if len(came) < 8 or came.sum() < 8 or stood.max() < SPREAD * stood.min():
        return None
    x = np.column_stack([np.ones(len(came)), np.log(stood / stood.mean())])
    with warnings.catch_warnings():  # arrivals that are the same each week are fitted without error, and that is fine
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        found = GLM(came, x, family=Poisson()).fit()
    stretch = max(1.0, float(found.pearson_chi2) / (len(came) - 2))
    reach = float(stdtrit(len(came) - 2, (1 + level) / 2)) * float(found.bse[1]) * stretch**0.5
    value = float(found.params[1])
    return value, value - reach, value + reach
