"""Bootstrap intervals for Turnbull's estimate: S(t), the median, the restricted mean.

Resampling the aggregated brackets (multinomial weights) and solving again from the estimate gives masses, and every
figure is linear in them, so one matrix serves all. The bootstrap's standard error is put on the log(-log) scale for
survival (as Kaplan and Meier's is) and used as it is for means; the median's interval inverts the band (Brookmeyer and
Crowley). Percentiles of a few hundred draws would be coarser. Where looks are dense and lifetimes
continuous, S(t) converges slower than the root of n and these intervals are approximate (Groeneboom and Wellner 1992).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from actionday.measure.intervals import Interval, loglog_bounds
from actionday.measure.turnbull import NO_MASS, Turnbull, beyond, crossing, knots, restricted
from actionday.measure.turnbull_kernels import solve

Floats = NDArray[np.float64]

DRAW_TOLERANCE = 1e-5
"""Gap per subject at which a draw is good enough: far below its own sampling error."""

MOST_ITERATIONS = 500

MOST_DRAWN = 20_000
"""Larger samples are resampled at this size, and the deviations shrunk by the root of the ratio: the error falls so."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """An estimate with `draws` (resamples by regions): the masses of every resample. `failed`: not converged draws."""

    estimate: Turnbull
    draws: Floats
    failed: int
    level: float

    def given(self, origin: float) -> "Bootstrap":
        """Estimate and draws, each conditional on T > origin."""
        fit = self.estimate
        kept = fit.right > origin
        mass = self.draws[:, kept] * beyond(fit.left[kept], fit.right[kept], origin)
        return replace(self, estimate=fit.given(origin), draws=mass / mass.sum(axis=1, keepdims=True))

    def survival_at(self, t: float) -> Interval:
        """S(t) under even spreading with its interval; all None beyond the end of what is estimated."""
        fit = self.estimate
        if t > fit.limit:
            return None, None, None
        share = beyond(fit.left, fit.right, t)
        value = float(np.clip(fit.mass @ share, 0.0, 1.0))
        if value <= NO_MASS:
            days, _, _, high = self.curve()
            return value, 0.0, float(np.interp(t, days, high))
        low, high = self._bounds(np.array([value]), (self.draws @ share)[:, None])
        return value, float(low[0]), float(high[0])

    def curve(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The polyline of survival with its pointwise band: days, survival, low, high."""
        fit = self.estimate
        days, survival = knots(fit.left, fit.right, fit.mass)
        used = np.flatnonzero(fit.mass > NO_MASS)
        after = 1.0 - np.cumsum(self.draws, axis=1)[:, used]
        before = np.concatenate([np.ones((len(after), 1)), after[:, :-1]], axis=1)
        drawn = np.stack([before, after], axis=2).reshape(len(after), -1)[:, : days.size]
        low, high = self._bounds(survival, drawn)
        high[survival <= NO_MASS] = 1.0  # the scale ends at 0: the last bound still holds, since survival only falls
        return days, survival, np.minimum.accumulate(low), np.minimum.accumulate(high)

    def median(self) -> Interval:
        """The median under even spreading, with the days at which the band passes 1/2; None where it does not."""
        days, survival, low, high = self.curve()
        return crossing(days, survival), crossing(days, low), crossing(days, high)

    def restricted_mean(self, horizon: float) -> tuple[float | None, float | None]:
        """E[min(T, horizon)] under even spreading and its standard error; None if `horizon` is beyond the estimate."""
        fit = self.estimate
        if horizon > fit.limit:
            return None, None
        share = restricted(fit.left, fit.right, horizon)
        return float(fit.mass @ share), float((self.draws @ share).std(ddof=1))

    def _bounds(self, survival: Floats, drawn: Floats) -> tuple[Floats, Floats]:
        return loglog_bounds(survival, drawn.std(axis=0, ddof=1), self.level)


def bootstrap(estimate: Turnbull, draws: int, seed: int, level: float = 0.95) -> Bootstrap:
    """Resample `draws` times (at least 2) with numpy's PCG64 from `seed`. Raises ValueError for fewer."""
    if draws < 2:
        raise ValueError("a standard error needs at least two draws")
    problem = estimate.problem
    subjects = round(float(problem.weight.sum()))
    drawn = min(subjects, MOST_DRAWN)
    weights = np.random.default_rng(seed).multinomial(drawn, problem.weight / problem.weight.sum(), size=draws)
    m = estimate.mass.size
    start = np.concatenate(([0.0], np.cumsum(estimate.mass)))
    # a little mass everywhere, so that EM can revive what the full data left empty
    start = 0.98 * start / start[-1] + 0.02 * np.arange(m + 1) / m
    masses, failed = np.empty((draws, m)), 0
    for draw in range(draws):
        kept, cum = np.flatnonzero(weights[draw]), start.copy()
        rows = (problem.lo[kept], problem.hi[kept], problem.after[kept], weights[draw, kept].astype(np.float64))
        gap, _ = solve(rows, cum, DRAW_TOLERANCE, MOST_ITERATIONS)
        failed += gap > DRAW_TOLERANCE
        masses[draw] = estimate.mass + (np.diff(cum) - estimate.mass) * (drawn / subjects) ** 0.5
    return Bootstrap(estimate, masses, int(failed), level)
