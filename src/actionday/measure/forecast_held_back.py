"""Held-back weeks: what the model would have said then, from what was known then, beside what came.

For each of the last half year's weeks the cohort is made again as known at its beginning. Not for: the rules themselves (`forecast_scores`), and
the forecast of what is not known yet (`forecast`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.days import dates
from actionday.measure.forecast_paths import outcome_range, simulate, start
from actionday.measure.forecast_rates import SETTLE, WEEK, Lives, Span, rates_of
from actionday.measure.forecast_scores import Skill, came, clear, crps, persistence, pit, seasonal, skill
from actionday.measure.schemas import FORECAST_SCORES

HELD_BACK = 26
HORIZONS = (1, 4)
OUTCOMES = ("ends", "arrivals", "standing")
LEVEL = 0.95
Key = tuple[str, int]
Score = Mapping[str, float]
Draws = NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Study:
    """What is being forecast: lives as known at the end (`now`), when observation began, action days, the seed."""

    lives: Lives
    now: float
    began: float
    spans: Sequence[Span]
    seed: int


def origins(now: float) -> list[float]:
    """The beginnings of the weeks that are held back, the oldest first; the last ends when ends are settled."""
    return [now - SETTLE - WEEK * (number + 1) for number in reversed(range(HELD_BACK))]


def held_back(
    studies: Mapping[str, Study], earlier: Callable[[float], Mapping[str, Lives]]
) -> dict[str, dict[Key, list[Score]]]:
    """By group and by (outcome, weeks ahead) a row each week held back, the oldest first.

    `earlier` gives each group's lives as known at a moment. Moments from which nothing can be said are not asked about.
    """
    out: dict[str, dict[Key, list[Score]]] = {
        name: {(outcome, weeks): [] for outcome in OUTCOMES for weeks in HORIZONS} for name in studies
    }
    some = next(iter(studies.values()), None)
    for at in origins(some.now) if some else ():
        ahead = _ahead(some, at) if some else []
        then = earlier(at) if ahead else {}
        for name, study in studies.items():
            if name in then:
                for key, score in _scored(study, then[name], at, ahead):
                    out[name][key].append(score)
    return out


def _ahead(study: Study, at: float) -> list[int]:
    """How many weeks ahead can be scored from a moment: settled by now, and no action day from the last settled day on."""
    if at - SETTLE < study.began:
        return []
    settled = [weeks for weeks in HORIZONS if at + WEEK * weeks <= study.now - SETTLE]
    return [weeks for weeks in settled if clear(at - SETTLE, at + WEEK * weeks, study.spans)]


def _scored(study: Study, then: Lives, at: float, ahead: Sequence[int]) -> Iterator[tuple[Key, Score]]:
    rates = rates_of(then, at, study.spans, study.began)
    if rates is None or not then.standing(at).any():
        return
    random = np.random.default_rng((study.seed, int(at)))
    paths = simulate(rates, start(then, at), max(ahead), random)
    for weeks in ahead:
        for outcome in OUTCOMES:
            same = persistence(then, outcome, at, weeks, study.spans)
            if len(same) > 1:
                year = seasonal(then, outcome, at, weeks, study.began, study.spans)
                real = came(study.lives, outcome, at, weeks)
                yield (outcome, weeks), _row(at, real, (paths.of(outcome, weeks), same, year), random)


def _row(at: float, real: float, said: tuple[Draws, Draws, Draws], random: np.random.Generator) -> Score:
    drawn, same, year = said
    low, high = outcome_range(drawn, LEVEL)
    return {
        "day": at,
        "came": real,
        "median": float(np.median(drawn)),
        "low": low,
        "high": high,
        "pit": pit(drawn, real, random),
        "crps": crps(drawn, real),
        "persistence": crps(same, real),
        "season": crps(year, real) if len(year) > 1 else np.nan,
    }


def skill_against(baseline: str, scores: Sequence[Score], weeks: int, seed: int) -> Skill | None:
    """Skill against `persistence` or the `season`, over the weeks for which that baseline is known."""
    use = [score for score in scores if not np.isnan(score[baseline])]
    return skill([score["crps"] for score in use], [score[baseline] for score in use], weeks, seed, LEVEL)


def beats(found: Skill | None) -> bool:
    """Whether a skill is above zero beyond chance."""
    return found is not None and found.low > 0


def score_table(label: tuple[str, str], scores: Mapping[Key, Sequence[Score]]) -> pa.Table:
    """The table FORECAST_SCORES of one group."""
    rows = [(outcome, weeks, score) for (outcome, weeks), told in scores.items() for score in told]
    names = ("came", "median", "low", "high", "pit", "crps", "persistence", "season")
    columns: dict[str, object] = {"group_by": [label[0]] * len(rows), "group": [label[1]] * len(rows)}
    columns |= {"outcome": [one[0] for one in rows], "weeks": [one[1] for one in rows]}
    columns["day"] = dates(
        np.floor([one[2]["day"] for one in rows]).astype(np.int32) if rows else np.empty(0, np.int32)
    )
    columns |= {name: pa.array([one[2][name] for one in rows], pa.float64(), from_pandas=True) for name in names}
    return pa.table(columns, schema=FORECAST_SCORES)
