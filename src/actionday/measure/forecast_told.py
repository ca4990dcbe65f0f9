"""What a group's forecast is told as: estimates, each with its score, or the reason why there is no number.

Not for: how anything is estimated.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from actionday.measure.forecast_held_back import HORIZONS, LEVEL, OUTCOMES, Key, Score, Study, beats, skill_against
from actionday.measure.forecast_next import Chances, Drawn, plan_estimates, thresholds
from actionday.measure.forecast_paths import DRAWS, outcome_range, simulate, start
from actionday.measure.forecast_rates import WEEK, Rates
from actionday.measure.forecast_scores import AROUND, PAST, Skill, clear
from actionday.measure.forecast_threshold import elasticity
from actionday.measure.intervals import proportion
from actionday.records import Estimate

_METHOD = f"birth-death process with arrivals, rates of the last 12 settled weeks, simulated, {DRAWS} draws"
_SKILL = "1 - CRPS over the baseline's, on weeks held back, from what was known then; moving-block bootstrap"
_BASELINES = {
    "persistence": "as the newest weeks were, give or take changes from week to week",
    "season": f"as the same weeks a year before, and {AROUND} on either side",
}
_COVERAGE = "share of weeks held back whose outcome lay in the 95 % interval; Wilson score interval"
_RATE = "events over subject-days at risk, last 12 settled weeks without an action day; gamma interval, quasi-Poisson"
_FOLLOWS = "Poisson regression of a week's arrivals on the logarithm of the numbers that stood; Pearson's dispersion"
PLANNED = ("standing", 4)
"""The forecast whose score stands for plans."""


@dataclass(frozen=True, slots=True)
class Part:
    """One group of subjects: its study, scores, and rates (None: none, and `why`)."""

    group: dict[str, str]
    label: tuple[str, str]
    study: Study
    scores: Mapping[Key, Sequence[Score]]
    rates: Rates | None
    why: str

    def skill(self, key: Key, baseline: str = "persistence") -> Skill | None:
        """Skill of an outcome so many weeks ahead."""
        return skill_against(baseline, self.scores[key], key[1], self.study.seed)

    @property
    def follows(self) -> tuple[float, float, float] | None:
        """How arrivals go with numbers."""
        return follows_of(self.study)


def follows_of(study: Study) -> tuple[float, float, float] | None:
    """How arrivals go with numbers, over all weeks that were observed, but for the first and those of action days."""
    begins = np.arange(study.now - WEEK, study.began + WEEK, -WEEK)
    used = [begin for begin in begins if clear(begin, begin + WEEK, study.spans)]
    came = np.array([study.lives.arrived(begin, begin + WEEK) for begin in used], np.float64)
    stood = np.array([study.lives.standing(begin).sum() for begin in used], np.float64)
    return elasticity(came, stood)


def may_plan(part: Part) -> bool:
    """Whether plans may be told: there are rates, and four weeks ahead the model beats persistence."""
    return part.rates is not None and beats(part.skill(PLANNED))


def of_part(part: Part, chances: Chances, made: Mapping[str, NDArray[np.int64]] | None) -> list[Estimate]:
    """Everything told of one group; `made` are its plans."""
    out = [one for key in _keys() for one in _scores(part, key)]
    out += list(_forecasts(part))
    rates = part.rates
    if rates is None:
        return out
    out += _rates(part, rates)
    scored = said_of(part.skill(PLANNED), *PLANNED)
    said = (proportion_of(part.follows), scored)
    drawn = Drawn.of(rates, np.random.default_rng((part.study.seed, 4)))
    out += thresholds(drawn, chances, rates.ends + rates.arrivals, (said, part.group))
    if made is not None:
        return [*out, *plan_estimates(made, chances, ((scored,), part.group))]
    empty = Estimate("what_if_12w", None, None, None, "subjects", 0, _METHOD, LEVEL, (scored,), part.group)
    return [*out, empty]


def proportion_of(follows: tuple[float, float, float] | None) -> str:
    """What arrivals say of a rate at which numbers break even."""
    if follows is None:
        return (
            "whether arrivals go with the numbers that stand could not be tested: read the rate at today's numbers only"
        )
    value, low, high = follows
    told = f"exponent {value:.2f}, {low:.2f} to {high:.2f}"
    if high < 1:
        return f"arrivals do not go with the numbers that stand ({told}): the rate holds at today's numbers only"
    return f"arrivals may go with the numbers that stand ({told}): then the rate holds at any size"


def said_of(found: Skill | None, outcome: str, weeks: int) -> str:
    """A score in words."""
    ahead = f"{outcome}, {weeks} week{'s' if weeks > 1 else ''} ahead"
    if found is None:
        return f"not scored ({ahead}): fewer than eight weeks could be held back, so there is no number"
    scored = f"CRPS {found.own:.3g} against {found.baseline:.3g}, skill {found.value:+.2f} ({found.low:+.2f} to {found.high:+.2f}), {found.n} weeks held back"
    verdict = "beats persistence" if beats(found) else "does not beat persistence"
    return f"{verdict} ({ahead}): {scored}"


def _keys() -> Iterator[Key]:
    return ((outcome, weeks) for outcome in OUTCOMES for weeks in HORIZONS)


def _forecasts(part: Part) -> Iterator[Estimate]:
    """The forecasts themselves; without a value where they do not beat persistence."""
    study = part.study
    paths = None
    if part.rates is not None:
        random = np.random.default_rng((study.seed, int(study.now)))
        paths = simulate(part.rates, start(study.lives, study.now), max(HORIZONS), random)
    n = int(study.lives.standing(study.now).sum())
    for outcome, weeks in _keys():
        found = part.skill((outcome, weeks))
        group = {**part.group, "outcome": outcome, "weeks": str(weeks)}
        said = (said_of(found, outcome, weeks), *((part.why,) if part.why else ()))
        if paths is None or not beats(found):
            yield Estimate("forecast", None, None, None, "subjects", n, _METHOD, LEVEL, said, group)
            continue
        drawn = paths.of(outcome, weeks)
        low, high = outcome_range(drawn, LEVEL)
        yield Estimate("forecast", float(np.median(drawn)), low, high, "subjects", n, _METHOD, LEVEL, said, group)


def _scores(part: Part, key: Key) -> Iterator[Estimate]:
    outcome, weeks = key
    group = {**part.group, "outcome": outcome, "weeks": str(weeks)}
    for baseline, words in _BASELINES.items():
        found, own = part.skill(key, baseline), {**group, "against": baseline}
        if found is None:
            few = ("fewer than eight weeks could be held back",)
            few = few if baseline == "persistence" else ("fewer than eight weeks held back have a year before them",)
            yield Estimate("forecast_skill", None, None, None, "share", 0, f"{_SKILL}; {words}", LEVEL, few, own)
            continue
        said: tuple[str, ...] = (f"CRPS {found.own:.4g} against {found.baseline:.4g}",)
        said += (f"the baseline's spread: changes within {PAST} weeks",) if baseline == "persistence" else ()
        yield Estimate(
            "forecast_skill",
            found.value,
            found.low,
            found.high,
            "share",
            found.n,
            f"{_SKILL}; {words}",
            LEVEL,
            said,
            own,
        )
    told = part.scores[key]
    hits = sum(one["low"] <= one["came"] <= one["high"] for one in told)
    value, low, high = proportion(hits, len(told))
    overlap = ("weeks ahead overlap: they count for less than their number",) if weeks > 1 else ()
    yield Estimate("forecast_calibration", value, low, high, "share", len(told), _COVERAGE, LEVEL, overlap, group)


def _rates(part: Part, rates: Rates) -> list[Estimate]:
    """What a quarter says of hazards and arrivals, and whether arrivals go with numbers."""
    days, group = float(rates.exposure.sum()), part.group
    others = rates.ends - rates.removals
    out = [
        _gamma("hazard_removed", rates.removals, days, rates.stretch[0], ("removed by the platform", group)),
        _gamma(
            "hazard_other", others, days, rates.stretch[0], ("closed, moved, or gone by nobody-knows-whose act", group)
        ),
        _gamma("arrivals", rates.arrivals, rates.days, rates.stretch[1], ("first seen, returns among them", group)),
    ]
    found = part.follows
    value, low, high = (None, None, None) if found is None else found
    few = () if found is not None else ("numbers hardly differed from week to week, or weeks are fewer than eight",)
    said = (
        "1: arrivals go with the numbers that stand, and a break-even rate holds at any size; 0: they do not, and it holds at today's numbers only",
        *few,
    )
    follows = Estimate(
        "arrivals_follow_numbers", value, low, high, "exponent", rates.arrivals, _FOLLOWS, LEVEL, said, group
    )
    return [*out, follows]


def _gamma(name: str, count: int, days: float, stretch: float, more: tuple[str, dict[str, str]]) -> Estimate:
    """Events a day with the interval of a gamma distribution whose variance is stretched."""
    shape = (count + 0.5) / stretch
    low, high = (float(gammaincinv(shape, edge)) * stretch / days for edge in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    unit = "a day" if name == "arrivals" else "a subject and day"
    return Estimate(name, count / days, min(low, count / days), high, unit, count, _RATE, LEVEL, (more[0],), more[1])
