"""Synthetic days, channels and communities with known effects: do the designs' intervals cover, and do their warnings warn?

Each world is drawn from a seed. Worlds that meet a method's assumptions carry its true effect; `null` worlds have none; worlds
that violate an assumption say which diagnostic should object. Not for: the bundled scenario, which makes export files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actionday.measure.designs import Effect, difference, discontinuity, interrupted
from actionday.measure.dose import Response, combined, holm, joint_p, slopes

Floats = NDArray[np.float64]
DAYS, GAP, LEVEL = 30, 2, 200.0
KINDS = ("users", "administrators", "channels")
TRUE_SLOPES = (-0.3, -0.3, -0.3)
COMMUNITIES = 60


def daily_world(
    seed: int, effect: float, rho: float = 0.4, noise: float = 0.08, wave: float = 0.0
) -> tuple[Floats, Floats]:
    """Posts a day before and after: a level, a trend of 0.2 % a day, AR(1) errors, one day in fifteen not seen.

    `effect` is relative to the mean before. `wave` adds a season of 20 days, which no design here knows of.
    """
    random = np.random.default_rng(seed)
    length = 2 * DAYS + GAP
    errors = random.standard_normal(length + 60) * np.sqrt(1 - rho**2)
    for place in range(1, length + 60):
        errors[place] += rho * errors[place - 1]
    day = np.arange(length) - DAYS
    base = 1 + 0.002 * (day + DAYS / 2 + 0.5) + noise * errors[60:] + wave * np.sin(2 * np.pi * day / 20)
    y = LEVEL * (base + effect * (day >= GAP))
    y[random.random(length) < 1 / 15] = np.nan
    return y[:DAYS], y[DAYS + GAP :]


def channels_world(seed: int, effect: float, drift: float = 0.0) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Posts of 60 treated and 60 other channels, early and late before the day, and after: gamma rates that wander, a common change.

    `drift` lets treated channels fall by that share from each window to the next by themselves: trends are not parallel.
    """
    random = np.random.default_rng(seed)
    treated = np.arange(120) < 60
    rate = random.gamma(2.0, 0.75, 120)
    common = np.exp(random.normal(0.0, 0.2, 3))
    windows = []
    for place, days in enumerate((DAYS / 2, DAYS / 2, DAYS)):
        own = random.gamma(8.0, 1 / 8.0, 120)
        change = np.where(treated, (1 - drift) ** place * (1 + effect * (place == 2)), 1.0)
        windows.append(random.poisson(rate * own * common[place] * change * days).astype(np.float64))
    return windows[0], windows[1], windows[2], treated


def dose_world(seed: int, slope: tuple[float, ...] = TRUE_SLOPES, trend: float = 0.0) -> tuple[Response, Response]:
    """Communities' doses (binomial around a chance of their own) with the share of reach regained, and with the change before the day.

    Outcomes differ more where a community is small. `trend`: the change before the day already goes with the doses.
    """
    random = np.random.default_rng(seed)
    n = COMMUNITIES
    shift = random.normal(0.0, 0.7, n)[:, None]
    chance = 1 / (1 + np.exp(-(np.log([1.5, 2.0, 0.8])[None, :] + shift + random.normal(0.0, 0.8, (n, 3)))))
    size = 2 + random.poisson([6.0, 3.0, 5.0], (n, 3))
    doses = random.binomial(size, chance) / size
    spread = 0.12 + 0.25 / np.sqrt(size.sum(axis=1))
    outcome = 1.1 + doses @ np.asarray(slope) + spread * random.gamma(4.0, 0.5, n) - 2 * spread
    earlier = spread * random.standard_normal(n) + trend * (doses.sum(axis=1) - doses.sum(axis=1).mean())
    weight = size.sum(axis=1) * random.gamma(3.0, 1 / 3.0, n)
    return Response(outcome, doses, weight), Response(earlier, doses, weight)


def its(seed: int, effect: float) -> Effect | None:
    """The interrupted time series of a world of days."""
    return interrupted(*daily_world(seed, effect), GAP)


def rdit(seed: int, effect: float) -> Effect | None:
    """The discontinuity of a world of days."""
    return discontinuity(*daily_world(seed, effect), GAP)


def did(seed: int, effect: float) -> Effect | None:
    """The difference in differences of a world of channels."""
    early, late, after, treated = channels_world(seed, effect)
    return difference(early + late, after, treated, (DAYS, DAYS))


DESIGNS: Mapping[str, tuple[Callable[[int, float], Effect | None], float]] = {
    "interrupted time series": (its, 0.28),
    "discontinuity in time": (rdit, 0.33),
    "difference in differences": (did, -0.25),
}
"""By design: how to estimate it in a world of a seed and an effect, and the effect that is found with about 80 % power."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an estimate in a world came to: covered its truth, excluded zero, had the wrong sign and excluded zero."""

    covered: bool
    significant: bool
    wrong: bool


def outcome_of(found: Effect | None, truth: float) -> Outcome:
    """Against the truth; nothing found covers nothing."""
    if found is None:
        return Outcome(covered=False, significant=False, wrong=False)
    significant = not found.low <= 0 <= found.high
    return Outcome(found.low <= truth <= found.high, significant, significant and found.value * truth < 0)


def design_counts(seed: int) -> dict[str, bool]:
    """Of each design: does it cover an effect and none, does it find one, with a wrong sign, and where there is none?"""
    out: dict[str, bool] = {}
    for name, (estimate, effect) in DESIGNS.items():
        real, null = outcome_of(estimate(seed, effect), effect), outcome_of(estimate(seed, 0.0), 0.0)
        out |= {
            f"{name}: covered": real.covered,
            f"{name}: covered, no effect": null.covered,
            f"{name}: power": real.significant,
            f"{name}: wrong sign": real.wrong,
            f"{name}: false alarm": null.significant,
        }
    return out | trend_counts(seed)


def trend_counts(seed: int) -> dict[str, bool]:
    """The test that groups were parallel before the day: false alarms where they were, power where treated ones fell by themselves."""
    out = {}
    for name, drift in (("false alarm", 0.0), ("power", 0.25)):
        early, late, _, treated = channels_world(seed, 0.0, drift)
        found = difference(early, late, treated, (DAYS // 2, DAYS // 2))
        out[f"parallel before the day: {name}"] = found is not None and found.p <= 0.05
    return out


def dose_counts(seed: int) -> dict[str, bool]:
    """Of the dose-response: coverage by kind and of users and administrators together, wrong signs, false alarms after Holm."""
    made, earlier = dose_world(seed)
    out: dict[str, bool] = {}
    for slope, truth in zip(slopes(made, KINDS, seed), TRUE_SLOPES, strict=True):
        out[f"{slope.name}: covered"] = slope.low <= truth <= slope.high
        out[f"{slope.name}: power"] = slope.p <= 0.05
        out[f"{slope.name}: wrong sign"] = slope.p <= 0.05 and slope.value > 0
    _, low, high = combined(made, (0, 1))
    out["users and administrators: covered"] = low <= TRUE_SLOPES[0] + TRUE_SLOPES[1] <= high
    found = slopes(dose_world(seed, (0.0, 0.0, 0.0))[0], KINDS, seed)
    out |= {f"{slope.name}: false alarm": slope.p <= 0.05 for slope in found}
    out["family, Holm: false alarm"] = min(holm([slope.p for slope in found])) <= 0.05
    out["trend before the day: false alarm"] = joint_p(earlier, seed) <= 0.05
    out["trend before the day: power"] = joint_p(dose_world(seed, trend=0.15)[1], seed) <= 0.05
    return out
