"""Dose and response across communities within one day: did more be regained where less was removed?

Pure: arrays of one row a community. Least squares, weighted by the reach before the day, with HC3 errors (`statsmodels`) for the slopes and their intervals;
p values by permuting residuals (Freedman and Lane 1983) of the studentised slope, of all slopes together by the wild bootstrap; Holm (1979) over the family.
Not for: who forms a community and what it regained (`community_table`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests

Floats = NDArray[np.float64]

FEWEST = 20
"""Communities below which no slope is given."""

MOST_INFLATION = 10.0
"""Variance inflation beyond which doses are taken to coincide."""

LEAST_SPREAD = 0.02
"""Standard deviation of a share below which a dose hardly differs between communities."""

PERMUTATIONS = 999


@dataclass(frozen=True, slots=True)
class Slope:
    """Change of the outcome from a dose of none to a dose of all: value, interval, permutation p, communities."""

    name: str
    value: float
    low: float
    high: float
    p: float
    n: int


def coinciding(doses: Floats, names: Sequence[str]) -> dict[str, str]:
    """Why a dose's slope cannot be told, by the dose's name; empty where all can be."""
    if len(doses) < FEWEST:
        return dict.fromkeys(names, f"{len(doses)} communities with posts and doses, fewer than {FEWEST}")
    reasons = {}
    varied = doses.std(axis=0, ddof=1) >= LEAST_SPREAD
    for place, name in enumerate(names):
        spread = float(doses[:, place].std(ddof=1))
        if spread < LEAST_SPREAD:
            reasons[name] = f"the share of {name} removed hardly differs between communities (deviation {spread:.3f})"
        elif (inflation := _inflation(doses, place, varied)) > MOST_INFLATION:
            reasons[name] = (
                f"the share of {name} removed goes with those of the others (variance inflation {inflation:.0f})"
            )
    return reasons


def _inflation(doses: Floats, place: int, varied: NDArray[np.bool_]) -> float:
    """By how much the other doses that vary inflate the variance of one dose's slope: 1 / (1 - R squared)."""
    rest = varied.copy()
    rest[place] = False
    x = np.column_stack([np.ones(len(doses)), doses[:, rest]])
    return float(1 / max(1 - OLS(doses[:, place], x).fit().rsquared, 1e-12))


@dataclass(frozen=True, slots=True)
class Response:
    """One row a community: outcome, doses (columns), and weight (reach before: a community of five posts says little)."""

    outcome: Floats
    doses: Floats
    weight: Floats

    def scaled(self) -> tuple[Floats, Floats]:
        """Outcome and design with an intercept, times the root of the weights: least squares on them is weighted."""
        root = np.sqrt(self.weight / self.weight.mean())
        return self.outcome * root, np.column_stack([np.ones(len(self.doses)), self.doses]) * root[:, None]


def slopes(made: Response, names: Sequence[str], seed: int, level: float = 0.95) -> list[Slope]:
    """The slope of each dose, all in one regression with an intercept."""
    outcome, x = made.scaled()
    found = OLS(outcome, x).fit(cov_type="HC3")
    free = len(outcome) - x.shape[1]
    reach = float(stdtrit(free, (1 + level) / 2))
    random = np.random.default_rng(seed)
    out = []
    for place, name in enumerate(names, 1):
        value, error = float(found.params[place]), float(found.bse[place])
        p = permuted(outcome, x, place, random)
        out.append(Slope(name, value, value - reach * error, value + reach * error, p, len(outcome)))
    return out


def combined(made: Response, places: Sequence[int], level: float = 0.95) -> tuple[float, float, float]:
    """The sum of several doses' slopes with its interval: all of these removed, against none."""
    outcome, x = made.scaled()
    found = OLS(outcome, x).fit(cov_type="HC3")
    contrast = np.zeros(x.shape[1])
    contrast[[place + 1 for place in places]] = 1.0
    test = found.t_test(contrast)
    value, error = float(np.squeeze(test.effect)), float(np.squeeze(test.sd))
    reach = float(stdtrit(len(outcome) - x.shape[1], (1 + level) / 2)) * error
    return value, value - reach, value + reach


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjusted p values of a family."""
    return [float(one) for one in multipletests(np.asarray(p), method="holm")[1]] if len(p) else []


def joint_p(made: Response, seed: int, times: int = PERMUTATIONS) -> float:
    """Test that no dose has a slope: on the change before the day it tests the trends before. p = (1 + exceeding) / (1 + times).

    The statistic is Wald's with HC3 errors. Its F distribution finds too much where weights, and errors, differ as much as communities do, so
    it is compared with its values under the wild bootstrap: residuals of the model without doses, with signs drawn anew, which leaves each
    community its own variance (Davidson and Flachaire 2008).
    """
    outcome, x = made.scaled()
    base = x[:, :1]
    fitted = base @ np.linalg.lstsq(base, outcome, rcond=None)[0]
    left = (outcome - fitted) / np.sqrt(1 - np.square(base[:, 0]) / np.square(base).sum())
    signs = 2.0 * np.random.default_rng(seed).integers(0, 2, (len(outcome), times)) - 1
    drawn = np.column_stack([outcome, fitted[:, None] + left[:, None] * signs])
    size = _wald(drawn, x)
    return float((1 + (size[1:] >= size[0] * (1 - 1e-9)).sum()) / (1 + times))


def _wald(y: Floats, x: Floats) -> Floats:
    """Wald's statistic with HC3 errors of all coefficients but the first, for each column of y."""
    inverse = np.linalg.inv(x.T @ x)
    rows = (inverse @ x.T)[1:]
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    residual = (y - x @ (inverse @ (x.T @ y))) / (1 - leverage)[:, None]
    slope = rows @ y
    spread = np.einsum("ai,bi,ip->pab", rows, rows, residual**2, optimize=True)
    return np.asarray(np.einsum("ap,pa->p", slope, np.linalg.solve(spread, slope.T[:, :, None])[:, :, 0]))


def permuted(outcome: Floats, x: Floats, place: int, random: np.random.Generator, times: int = PERMUTATIONS) -> float:
    """Two-sided p of coefficient `place`: residuals of the model without it, permuted; p = (1 + exceeding) / (1 + times)."""
    rest = np.delete(x, place, axis=1)
    fitted = rest @ np.linalg.lstsq(rest, outcome, rcond=None)[0]
    left = outcome - fitted
    drawn = fitted[:, None] + np.stack([left, *(random.permutation(left) for _ in range(times))], axis=1)
    size = np.abs(_studentised(drawn, x, place))
    return float((1 + (size[1:] >= size[0] * (1 - 1e-9)).sum()) / (1 + times))


def _studentised(y: Floats, x: Floats, place: int) -> Floats:
    """The coefficient over its HC3 error, for each column of y."""
    inverse = np.linalg.inv(x.T @ x)
    row = inverse[place] @ x.T
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    residual = (y - x @ (inverse @ (x.T @ y))) / (1 - leverage)[:, None]
    return np.asarray((row @ y) / np.sqrt((row[:, None] ** 2 * residual**2).sum(axis=0)))
