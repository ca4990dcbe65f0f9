"""The ratio of two windows' daily rates, and its interval when channels are the independent units.

Linearised ratio estimator (W. G. Cochran, Sampling Techniques, 3rd ed. 1977, ch. 6 and 9A): a channel is a cluster, so
that its own ups and downs from day to day are not taken for independent evidence. Never narrower than the Poisson
interval for the totals, which is what is left when there is a single channel.
Not for: changes that strike all channels at once; placebo dates show those.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit  # not scipy.stats, the same numbers half a second later

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratio:
    """value = rate after / rate before; None where there was nothing before. n channels had a post in either window."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def ratio(before: Floats, after: Floats, days_before: int, days_after: int, level: float = 0.95) -> Ratio:
    """Ratio of daily rates from each channel's sums in both windows."""
    active = (before > 0) | (after > 0)
    n = int(active.sum())
    total_before, total_after = float(before.sum()), float(after.sum())
    if total_before <= 0 or days_before <= 0 or days_after <= 0:
        return Ratio(None, None, None, n)
    scale = days_before / days_after
    value = total_after / total_before * scale
    if total_after <= 0:
        # nothing was seen: the most that fits a Poisson count of zero (one-sided)
        return Ratio(0.0, 0.0, float(-np.log((1 - level) / 2) / total_before * scale), n)
    poisson = 1 / total_before + 1 / total_after
    spread = after[active] / total_after - before[active] / total_before
    cluster = n / (n - 1) * float(spread @ spread) if n > 1 else 0.0
    upper = (1 + level) / 2
    # few channels: Student's t; the Poisson part rests on posts and needs none
    reach = max(
        float(stdtrit(n - 1, upper)) * np.sqrt(cluster) if n > 1 else 0.0,
        float(ndtri(upper)) * np.sqrt(poisson),
    )
    return Ratio(value, float(value * np.exp(-reach)), float(value * np.exp(reach)), n)
