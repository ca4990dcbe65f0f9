"""Three figures side by side: as confirmed, corrected for missed and wrong links, and bounds. One function per figure.

Not for: who came back (`returns_outcomes`), or how data are completed (`returns_imputation`).
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from actionday.measure.aalen_johansen import Incidence, Pooled, aalen_johansen, pooled
from actionday.measure.kaplan_meier import kaplan_meier
from actionday.measure.returns_imputation import (
    IMPUTATIONS,
    Completed,
    as_observed,
    bound,
    corrected,
    design,
    unlabelled,
)
from actionday.measure.returns_outcomes import MOVED, RETURNED, Outcomes
from actionday.records import Estimate

HORIZONS = (1, 7, 30)
AWAY = 30
FEWEST = 5
CAUSES: Mapping[str, int] = {"returned": RETURNED, "moved": MOVED}
NOT_MEASURED = "not measured here"
_DATES = f"{IMPUTATIONS} removal dates drawn inside their brackets, Rubin's rules"
METHODS: Mapping[str, str] = {
    "confirmed": f"Aalen-Johansen over confirmed links ({_DATES})",
    "corrected": f"Aalen-Johansen, links missed and wrong imputed from the labelled sample ({_DATES})",
    "bounds": f"Aalen-Johansen with none, and all, of the unlabelled back at once ({_DATES})",
}
ONLY_CONFIRMED = "as observed: returns that nobody linked and judged are counted as not returned"


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures need besides outcomes: the intervals' `level`, the `seed`, the estimate's `group`."""

    level: float
    seed: int
    group: Mapping[str, str]

    def random(self, figure: str) -> np.random.Generator:
        """Its own numbers for each figure and group, whatever else is estimated in the same run."""
        words = "\x1f".join([figure, *self.group.keys(), *self.group.values()])
        return np.random.default_rng([self.seed, zlib.crc32(words.encode())])


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure's completed data: an incidence and the mean days away of each imputation, and how many subjects are in it."""

    incidence: tuple[Incidence, ...]
    away: tuple[tuple[float, float] | None, ...]
    n: int

    def at(self, t: float, cause: int) -> Pooled | None:
        """Incidence by day t, pooled; None where any imputation ends before."""
        found = [one.at(t, cause) for one in self.incidence]
        return pooled([one for one in found if one is not None]) if found and None not in found else None

    def days_away(self) -> Pooled | None:
        """Mean days of the first 30 without a presence, pooled; None beyond what was followed."""
        return pooled([one for one in self.away if one is not None]) if self.away and None not in self.away else None


def drawn(make: Callable[[np.random.Generator], Completed], random: np.random.Generator) -> Drawn:
    """Complete the data, and estimate on each completion."""
    incidence, away, n = [], [], 0
    for _ in range(IMPUTATIONS):
        time, cause = make(random)
        n = len(time)
        incidence.append(aalen_johansen(time, cause))
        value, error = kaplan_meier(time, cause > 0)[0].restricted_mean(float(AWAY)) if n else (None, None)
        away.append(None if value is None or error is None else (value, error))
    return Drawn(tuple(incidence), tuple(away), n)


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is drawn for one group. `lacking` says why there is no corrected figure, where there is none."""

    confirmed: Drawn | None
    corrected: Drawn | None
    none: Drawn | None
    every: Mapping[str, Drawn]
    lacking: str
    labelled: int
    free: int
    unknown: int
    n: int


def figures(some: Outcomes, asked: Asked) -> Figures:
    """Draw everything for one group; nothing where it has fewer than FEWEST subjects."""
    plan, n = design(some), len(some)
    free, unknown = int(unlabelled(some).sum()), int(some.links.unknown.sum())
    if n < FEWEST:
        return Figures(None, None, None, {}, f"fewer than {FEWEST} subjects ({n})", plan.n, free, unknown, n)
    confirmed = drawn(lambda random: as_observed(random, some), asked.random("confirmed"))
    lacking = plan.lacking if plan.n else "no judgement has a sampling probability"
    fixed = None if lacking else drawn(lambda random: corrected(random, some, plan), asked.random("corrected"))
    none = drawn(lambda random: bound(random, some, None), asked.random("bounds"))
    every = {
        name: drawn(lambda random, cause=cause: bound(random, some, cause), asked.random("bounds"))  # type: ignore[misc]
        for name, cause in CAUSES.items()
    }
    return Figures(confirmed, fixed, none, every, lacking, plan.n, free, unknown, n)


def incidence_estimates(all_of: Figures, asked: Asked, horizons: Sequence[int] = HORIZONS) -> Iterator[Estimate]:
    """returned_ and moved_ by day, each confirmed, corrected and as bounds."""
    for name, cause in CAUSES.items():
        for days in horizons:
            for figure, made in (("confirmed", all_of.confirmed), ("corrected", all_of.corrected)):
                found = made.at(days, cause) if made is not None else None
                n = made.n if made is not None else all_of.n
                bounds = (None, None, None) if found is None else found.share(asked.level, n)
                said = _caveats(all_of, figure) if found is not None else _why_not(all_of, figure, made, days)
                yield _estimate(f"{name}_{days}d_{figure}", bounds, "probability", n, said, asked, METHODS[figure])
            yield _bounds(all_of, name, days, asked)


def away_estimates(all_of: Figures, asked: Asked) -> Iterator[Estimate]:
    """What a removal costs its operator: mean days of the first 30 without a presence, confirmed and corrected."""
    for figure, made in (("confirmed", all_of.confirmed), ("corrected", all_of.corrected)):
        found = made.days_away() if made is not None else None
        n = made.n if made is not None else all_of.n
        method = METHODS[figure].replace("Aalen-Johansen", "restricted mean to 30 d, Kaplan-Meier")
        if found is None:
            said = _why_not(all_of, figure, made, AWAY)
            yield _estimate(f"days_away_30d_{figure}", (None, None, None), "days", n, said, asked, method)
            continue
        half = found.half(asked.level)
        ends = (found.value, max(found.value - half, 0.0), min(found.value + half, float(AWAY)))
        yield _estimate(f"days_away_30d_{figure}", ends, "days", n, _caveats(all_of, figure), asked, method)


def _bounds(all_of: Figures, name: str, days: int, asked: Asked) -> Estimate:
    label, method = f"{name}_{days}d_bounds", METHODS["bounds"]
    least = all_of.none.at(days, CAUSES[name]) if all_of.none is not None else None
    most = all_of.every[name].at(days, CAUSES[name]) if name in all_of.every else None
    if least is None or most is None:
        said = _why_not(all_of, "bounds", all_of.none, days)
        return _estimate(label, (None, None, None), "probability", all_of.n, said, asked, method)
    low, high = least.share(asked.level, all_of.n)[1], most.share(asked.level, all_of.n)[2]
    said = (
        f"bounds, no value: {all_of.free} of {all_of.n} subjects are not labelled; their ends hold sampling error besides",
        f"{least.value:.3f} if none of them {name}, {most.value:.3f} if all did at once",
    )
    return _estimate(label, (None, low, high), "probability", all_of.n, said, asked, method)


def _caveats(all_of: Figures, figure: str) -> tuple[str, ...]:
    if figure == "corrected":
        return (f"rests on a labelled sample of {all_of.labelled} subjects",)
    unknown = (f"{all_of.unknown} subjects with unknown outcome are left out",) if all_of.unknown else ()
    return (ONLY_CONFIRMED, *unknown)


def _why_not(all_of: Figures, figure: str, made: Drawn | None, days: int) -> tuple[str, ...]:
    if figure == "corrected" and all_of.lacking:
        return (f"{NOT_MEASURED}: {all_of.lacking}",)
    if made is None:
        return (all_of.lacking,)
    return (f"nobody was followed for {days} d after a removal",)


def _estimate(
    name: str,
    ends: tuple[float | None, float | None, float | None],
    unit: str,
    n: int,
    said: tuple[str, ...],
    asked: Asked,
    method: str,
) -> Estimate:
    return Estimate(name, *ends, unit, n, method, asked.level, said, asked.group)
