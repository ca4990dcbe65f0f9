"""Regression on days whose errors follow one another: AR(1) errors, missing days left out as missing.

For each autocorrelation on a grid `statsmodels` fits generalised least squares; the answers are averaged with the restricted
likelihood as weight (Zellner and Tiao 1964, with flat priors), so that not knowing the autocorrelation widens the
interval. Plugging in one estimate of it, or Newey and West's errors, covers too little on a month of days.
Not for: which regressors a design asks for (`designs`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr
from statsmodels.regression.linear_model import GLS

Floats = NDArray[np.float64]

GRID = np.linspace(-0.3, 0.95, 26)
"""Autocorrelations between neighbouring days that are thought possible."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One linear combination of coefficients: value, interval, two-sided p, mean autocorrelation, days used."""

    value: float
    low: float
    high: float
    p: float
    autocorrelation: float
    n: int


def fit(y: Floats, x: Floats, contrast: Floats, level: float = 0.95) -> Fit | None:
    """`y` by consecutive day (NaN: missing), `x` days x coefficients. None with fewer than 4 days more than coefficients."""
    day = np.flatnonzero(~np.isnan(y))
    y, x = y[day], x[day]
    free = len(day) - x.shape[1]
    if free < 4 or np.linalg.matrix_rank(x) < x.shape[1]:
        return None
    apart = np.abs(day[:, None] - day[None, :]).astype(np.float64)
    weight, centre, spread = np.empty(len(GRID)), np.empty(len(GRID)), np.empty(len(GRID))
    for place, rho in enumerate(GRID):
        model = GLS(y, x, sigma=_correlation(rho, apart))
        found = model.fit()
        whitened = np.linalg.slogdet(model.wexog.T @ model.wexog)[1]
        scale = float(found.ssr)
        if scale <= 0:
            return None
        weight[place] = np.log(np.abs(np.diag(model.cholsigmainv))).sum() - whitened / 2 - free / 2 * np.log(scale)
        test = found.t_test(contrast)
        centre[place], spread[place] = float(np.squeeze(test.effect)), float(np.squeeze(test.sd))
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    return _mixed(weight, centre, spread, free, level)


def _correlation(rho: float, apart: Floats) -> Floats:
    """Correlations of an AR(1) process between days `apart`; signs of a negative one alternate."""
    return np.asarray(np.abs(rho) ** apart * np.where((rho < 0) & (apart % 2 == 1), -1.0, 1.0))


def _mixed(weight: Floats, centre: Floats, spread: Floats, free: int, level: float) -> Fit:
    """Quantiles of the weighted mixture of Student's t distributions."""
    at = np.linspace((centre - 12 * spread).min(), (centre + 12 * spread).max(), 4001)
    below = weight @ stdtr(free, (at[None, :] - centre[:, None]) / spread[:, None])
    zero = float(weight @ stdtr(free, -centre / spread))
    low, high = np.interp([(1 - level) / 2, (1 + level) / 2], below, at)
    n = free
    return Fit(float(weight @ centre), float(low), float(high), 2 * min(zero, 1 - zero), float(weight @ GRID), n)
