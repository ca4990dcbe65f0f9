"""Intervals for the plain numbers: proportions, counts, rate ratios, and the log-log scale for survival.

Not for: intervals of survival curves themselves (kaplan_meier, turnbull_bootstrap). Every function returns
(value, low, high) at two-sided `level`; None where the data do not determine it, so that callers pass it on as it is.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv  # not scipy.stats, the same numbers half a second later

Floats = NDArray[np.float64]
Interval = tuple[float | None, float | None, float | None]


def z_value(level: float) -> float:
    """The standard normal's two-sided critical value, 1.96 for 0.95. Raises ValueError outside (0, 1)."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"a level lies between 0 and 1, not {level}")
    return NormalDist().inv_cdf(0.5 + level / 2)


def proportion(k: int, n: int, level: float = 0.95) -> Interval:
    """Share k / n with Wilson's score interval (Wilson 1927). (None, None, None) for n = 0.

    Raises ValueError unless 0 <= k <= n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no proportion")
    return (None, None, None) if n == 0 else proportion_of(k / n, n, level)


def proportion_of(share: float, n: float, level: float = 0.95) -> tuple[float, float, float]:
    """The same for a weighted share at an effective number, which need not be whole."""
    z = z_value(level)
    spread = z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5 / (1 + spread)
    return share, 0.0 if share <= 0 else max(0.0, middle - half), 1.0 if share >= 1 else min(1.0, middle + half)


def none_of(n: int, level: float = 0.95) -> float:
    """The upper bound of a share when none of n had it (exact binomial, two-sided level); 1 for n = 0."""
    return 1.0 - float(((1 - level) / 2) ** (1 / n)) if n > 0 else 1.0


def count_interval(k: int, level: float = 0.95) -> tuple[float, float, float]:
    """A Poisson count with its exact interval (Garwood 1936). Raises ValueError for k < 0."""
    if k < 0:
        raise ValueError(f"{k} is no count")
    alpha = 1 - level
    low = 0.0 if k == 0 else float(gammaincinv(k, alpha / 2))
    return float(k), low, float(gammaincinv(k + 1, 1 - alpha / 2))


def rate_ratio(first: tuple[int, float], second: tuple[int, float], level: float = 0.95) -> Interval:
    """(events, exposure) over (events, exposure), exact and conditional on the sum (Clopper and Pearson 1934).

    The value is None where the second count is 0; `high` is then None too (unbounded). Both counts 0: all None.
    Raises ValueError for a negative count or an exposure that is not positive.
    """
    (a, s), (b, t) = first, second
    if min(a, b) < 0 or min(s, t) <= 0:
        raise ValueError("a rate needs a count of at least 0 and a positive exposure")
    if a + b == 0:
        return None, None, None
    tail = (1 - level) / 2
    low = 0.0 if a == 0 else float(betaincinv(a, b + 1, tail))
    high = 1.0 if b == 0 else float(betaincinv(a + 1, b, 1 - tail))
    scale = t / s
    return (
        None if b == 0 else a / b * scale,
        low / (1 - low) * scale,
        None if b == 0 else high / (1 - high) * scale,
    )


def loglog_bounds(survival: Floats, error: Floats, level: float) -> tuple[Floats, Floats]:
    """Bounds of survival probabilities on the log(-log) scale from their standard errors (delta method).

    Where survival is 1 or 0, or the error is 0, that scale says nothing: the bounds equal the value and callers decide.
    """
    low, high = survival.copy(), survival.copy()
    inner = (survival > 0) & (survival < 1) & (error > 0)
    s = survival[inner]
    with np.errstate(over="ignore", under="ignore"):  # close to 1 the scale stretches without bound: (0, 1) is right
        stretch = np.exp(z_value(level) * error[inner] / (s * np.abs(np.log(s))))
        low[inner], high[inner] = s**stretch, s ** (1 / stretch)
    return low, high
