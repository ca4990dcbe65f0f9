"""What the next day would do: removals needed to break even, by rhythm, and numbers twelve weeks on under plans of one size.

Everything follows from rates of the last quarter and from the chance of a return; nobody learns or deters here. Not for: scores (`forecast_held_back`), which
stand beside all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.forecast_paths import DRAWS, Plan, outcome_range, simulate, start
from actionday.measure.forecast_rates import Lives, Rates
from actionday.measure.forecast_threshold import (
    break_even,
    growth,
    most_returns,
    share_needed,
    shares_over_platforms,
)
from actionday.measure.schemas import FORECAST_PATHS
from actionday.records import Estimate

Floats = NDArray[np.float64]
AHEAD = 12
RHYTHMS = {"daily": 1, "weekly": 7, "monthly": 30}
EFFORT = 0.2
"""The share of those that stand now which every plan removes in all: at once, week by week or day by day."""

_RATE = "a subject and day"
_BREAK = "linear birth-death process at the last quarter's rates (Kendall 1948); arrivals hold the returns"
_RHYTHM = "action days as disasters of that process (Kaplan, Sudbury and Nilsen 1975): 1 - exp(-growth × days), over the chance of no return"
_PLAN = f"simulated, {DRAWS} draws"
_TYPES = "several types of the same process, weekly on each platform; spectral radius of the mean over a week"
ORDERS = ("all platforms at once", "one after the other")
UNKNOWN = "how many return was not judged: bounds over every chance of a return that the arrivals allow"


@dataclass(frozen=True, slots=True)
class Chances:
    """Draws of the chance that a removed subject returns on its platform; None where nobody judged returns."""

    back: Floats | None

    @classmethod
    def of(cls, told: Mapping[str, Estimate], random: np.random.Generator) -> "Chances":
        """From what `returns` tells of 30 days: corrected for missed links where there is a labelled sample, else confirmed."""
        for name in ("returned_30d_corrected", "returned_30d_confirmed"):
            one = told.get(name)
            if one is not None and one.value is not None and one.low is not None and one.high is not None:
                return cls(logit_draws(one.value, one.low, one.high, random))
        return cls(None)


def logit_draws(value: float, low: float, high: float, random: np.random.Generator, draws: int = DRAWS) -> Floats:
    """Draws of a probability with that centre and 95 % interval, normal on the logit scale."""
    low, value, high = (float(np.clip(one, 1e-4, 1 - 1e-4)) for one in (low, value, high))
    centre, ends = np.log(value / (1 - value)), np.log([low / (1 - low), high / (1 - high)])
    spread = max(float(ends[1] - ends[0]) / 3.92, 1e-9)
    return np.asarray(1 / (1 + np.exp(-(centre + spread * random.standard_normal(draws)))))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws of what a subject does a day: bring newcomers, be removed, end otherwise."""

    arrive: Floats
    removed: Floats
    other: Floats

    @classmethod
    def of(cls, rates: Rates, random: np.random.Generator) -> "Drawn":
        """From a quarter's counts. Ends divide into removals and others as they were told."""
        days, stretch = float(rates.exposure.sum()), rates.stretch[0]
        hazard = random.gamma((rates.ends + 0.5) / stretch, stretch / days, DRAWS)
        share = random.beta(rates.removals + 0.5, rates.ends - rates.removals + 0.5, DRAWS)
        each = rates.stretch[2]
        arrive = random.gamma((rates.arrivals + 0.5) / each, each / max(rates.stood, 1.0), DRAWS)
        return cls(arrive, hazard * share, hazard * (1 - share))


def thresholds(drawn: Drawn, chances: Chances, n: int, more: tuple[tuple[str, ...], dict[str, str]]) -> list[Estimate]:
    """Break-even rate, how far removals are from it, whether numbers outgrow them, and the share each rhythm must take.

    `more`: caveats that stand with each, and the group.
    """
    back = chances.back
    ends = [back] if back is not None else [np.zeros(len(drawn.arrive)), most_returns(drawn.arrive, drawn.removed)]
    caveats, group = more
    said = (*(() if back is not None else (UNKNOWN,)), *caveats)
    needed = [break_even(drawn.arrive, drawn.removed, drawn.other, one) for one in ends]
    grows = [growth(drawn.arrive, drawn.removed, drawn.other, one) for one in ends]
    out = [_bounded("break_even_removals", needed, _RATE, n, _BREAK, said, group)]
    outgrows = float((drawn.arrive > drawn.removed + drawn.other).mean())
    out.append(
        Estimate(
            "outgrows", outgrows, None, None, "probability", n, f"{_BREAK}: arrivals above ends", 0.95, said, group
        )
    )
    for name, every in RHYTHMS.items():
        shares = [share_needed(one, every, chance) for one, chance in zip(grows, ends, strict=True)]
        beyond = ("above 1: no share is enough at this rhythm",) if np.median(shares[-1]) > 1 else ()
        within = {**group, "rhythm": name}
        out.append(_bounded("break_even_share", shares, "share", n, _RHYTHM, (*said, *beyond), within))
    return out


def _bounded(
    name: str, draws: Sequence[Floats], unit: str, n: int, method: str, caveats: tuple[str, ...], group: dict[str, str]
) -> Estimate:
    """Median and interval of draws; of two extremes the outer ends, and no value."""
    low, high = float(np.quantile(draws[0], 0.025)), float(np.quantile(draws[-1], 0.975))
    if len(draws) > 1:
        low, high = min(low, float(np.quantile(draws[1], 0.025))), max(high, float(np.quantile(draws[0], 0.975)))
    value = float(np.median(draws[0])) if len(draws) == 1 else None
    return Estimate(name, value, low, high, unit, n, method, 0.95, caveats, group)


def together_or_in_turns(
    by_platform: Mapping[str, Drawn], chances: Chances, follow: Mapping[str, float], against: Sequence[str]
) -> list[Estimate]:
    """The share that weekly action days must take on all platforms at once, and on one after the other, to break even.

    `against`: reasons why the process does not hold, which leave both without a value.
    """
    names = sorted(by_platform)
    why = [*against, *(["fewer than two platforms with rates"] if len(names) < 2 else [])]
    why += [UNKNOWN] if chances.back is None else []
    if why or chances.back is None:
        groups = [{"rhythm": "weekly", "order": order} for order in ORDERS]
        return [
            Estimate("break_even_share", None, None, None, "share", 0, _TYPES, 0.95, tuple(why), one) for one in groups
        ]
    grows = np.stack(
        [growth(d.arrive, d.removed, d.other, chances.back) for d in (by_platform[name] for name in names)], axis=1
    )
    moves = np.array([[0.0 if a == b else follow.get(b, 0.0) for b in names] for a in names])
    shares = shares_over_platforms(grows, chances.back, moves, float(RHYTHMS["weekly"]))
    said = (
        "chances of a return and a move do not depend here on what else is removed: if they fall when all platforms act at once, at once is better than told",
        f"{len(names)} platforms: {', '.join(names)}",
    )
    return [
        _bounded("break_even_share", [drawn], "share", len(names), _TYPES, said, {"rhythm": "weekly", "order": order})
        for order, drawn in zip(ORDERS, shares, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Scene:
    """From where plans begin: lives, rates, when, how arrivals go with numbers, and the seed."""

    lives: Lives
    rates: Rates
    now: float
    follows: float
    seed: int


def plans(scene: Scene, chances: Chances) -> dict[str, NDArray[np.int64]]:
    """Numbers by draw and week ahead under each plan: nothing more, and one effort at once, by weeks, by days."""
    back = np.zeros(DRAWS) if chances.back is None else chances.back
    days = AHEAD * 7
    each = {"at once": (days, 1), "weekly": (7, AHEAD), "daily": (1, days)}
    told = {"nothing more": Plan(0, days, 0.0, 0)}
    told |= {name: Plan(0, every, 1 - (1 - EFFORT) ** (1 / times), times) for name, (every, times) in each.items()}
    begin = start(scene.lives, scene.now)
    exponent = float(np.clip(scene.follows, 0.0, 1.0))
    return {
        name: simulate(
            scene.rates, begin, AHEAD, np.random.default_rng((scene.seed, 1)), (plan, back, exponent)
        ).standing
        for name, plan in told.items()
    }


def plan_estimates(
    made: Mapping[str, NDArray[np.int64]], chances: Chances, more: tuple[tuple[str, ...], dict[str, str]]
) -> list[Estimate]:
    """How many stand after twelve weeks under each plan."""
    caveats, group = more
    said = (f"each plan removes {EFFORT:.0%} of those it finds, in all", *caveats)
    said += () if chances.back is not None else ("nobody judged returns: taken that nobody returns",)
    out = []
    for name, drawn in made.items():
        low, high = outcome_range(drawn[:, -1], 0.95)
        n = len(drawn)
        out.append(
            Estimate(
                "what_if_12w",
                float(np.median(drawn[:, -1])),
                low,
                high,
                "subjects",
                n,
                _PLAN,
                0.95,
                said,
                {**group, "plan": name},
            )
        )
    return out


def path_table(label: tuple[str, str], made: Mapping[str, NDArray[np.int64]]) -> pa.Table:
    """The table FORECAST_PATHS of one group."""
    rows = []
    for name, drawn in made.items():
        for week in range(drawn.shape[1]):
            low, high = outcome_range(drawn[:, week], 0.95)
            median = float(np.median(drawn[:, week]))
            rows.append(
                {
                    "group_by": label[0],
                    "group": label[1],
                    "plan": name,
                    "week": week + 1,
                    "median": median,
                    "low": low,
                    "high": high,
                }
            )
    return pa.Table.from_pylist(rows, FORECAST_PATHS)
