"""What comes next, if nobody acts, and what the next day would do? Every number with its score on weeks held back.

A birth-death process with arrivals, its rates taken from the archive's last quarter. A forecast that does not beat persistence has no value but says so.
docs/methods/forecast.md derives it. Not for: what past days did (`effect`), and what structure would be left (`strategy`).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from actionday.measure.cohort import cohort as cohort_of
from actionday.measure.days import as_days
from actionday.measure.destinations import follow
from actionday.measure.forecast_held_back import Key, Score, Study, held_back, score_table
from actionday.measure.forecast_homes import homes
from actionday.measure.forecast_next import Chances, Drawn, Scene, path_table, plans, together_or_in_turns
from actionday.measure.forecast_rates import SETTLE, WEEK, Lives, Rates, Span, rates_of
from actionday.measure.forecast_scores import clear
from actionday.measure.forecast_told import Part, follows_of, may_plan, of_part, proportion_of
from actionday.measure.posting import labels_of
from actionday.measure.schemas import FORECAST_PATHS, FORECAST_SCORES
from actionday.measure.venues import venues
from actionday.records import Campaign, Estimate, Measure
from actionday.stores.archive.view import View

FEWEST = 20
"""Subjects that must stand for a group to be forecast."""

OTHER_DAY = 3.0
"""Days that another action day, of which only the beginning is on record, is taken to last."""

IF_NOBODY_ACTS = "a forecast says what comes if nobody acts otherwise than in the last quarter; action days and the week after are left out"


def measure_forecast(
    view: View, cohort: pa.Table, campaign: Campaign, by: str = "all", *, returns: Measure | None = None, seed: int = 7
) -> Measure:
    """Forecasts of the next 1 and 4 weeks by group of `by`, their scores, rates, thresholds, plans, and destinations.

    Estimates: forecast, forecast_skill, forecast_calibration (by outcome and weeks); hazard_removed, hazard_other, arrivals,
    arrivals_follow_numbers; chance_of_return, chance_of_move; break_even_removals, outgrows, break_even_share; what_if_12w;
    follows_to, home_kept_30d, stable_home. Tables: forecast_scores, forecast_paths. `returns` is what `measure_returns` told of
    the whole; without it the chance of a return is not known.
    """
    told = {} if returns is None else {one.name: one for one in returns.estimates if not one.group}
    chances = Chances.of(told, np.random.default_rng((seed, 2)))
    studies = _studies(cohort, campaign, by, seed)
    scores = held_back(studies, lambda at: _lives(_as_known(view, campaign, at), by, at))
    parts = [_part(by, name, study, scores[name]) for name, study in studies.items()]
    estimates, paths = list[Estimate](), [FORECAST_PATHS.empty_table()]
    for part in parts:
        made = plans(_scene(part), chances) if may_plan(part) else None
        estimates += of_part(part, chances, made)
        paths += [path_table(part.label, made)] if made is not None else []
    places = homes(follow(view, cohort, campaign, venues(view, cohort)))
    estimates += _chances(told)
    estimates += _over_platforms(_studies(cohort, campaign, "platform", seed), (chances, told, places), seed)
    estimates += places
    tables = [FORECAST_SCORES.empty_table(), *(score_table(part.label, part.scores) for part in parts)]
    both = {"forecast_scores": pa.concat_tables(tables), "forecast_paths": pa.concat_tables(paths)}
    return Measure("forecast", tuple(estimates), both, (IF_NOBODY_ACTS,))


def spans_of(campaign: Campaign) -> list[Span]:
    """Action days in days since 1970: the campaign's window, and others that are on record among its events."""
    window = (campaign.start.timestamp() / 86_400, campaign.end.timestamp() / 86_400)
    others = [one.at.timestamp() / 86_400 for one in campaign.events if one.kind == "other_action_day"]
    return [window, *((at, at + OTHER_DAY) for at in others)]


def _as_known(view: View, campaign: Campaign, at: float) -> pa.Table:
    return cohort_of(view, campaign, now=datetime.fromtimestamp(at * 86_400, UTC))


def _lives(table: pa.Table, by: str, at: float) -> dict[str, Lives]:
    every = Lives.of(table, at)
    return {label: every.pick(members) for label, members in labels_of(table, by)}


def _studies(cohort: pa.Table, campaign: Campaign, by: str, seed: int) -> dict[str, Study]:
    """Groups that are large enough, the whole among them even if it is not."""
    if not len(cohort):
        return {}
    last = np.fmax(as_days(cohort["last_present"]), as_days(cohort["first_miss"]))
    now, began = float(np.nanmax(last)), float(np.nanmin(as_days(cohort["first_seen"])))
    some = _lives(cohort, by, now)
    large = {name: lives for name, lives in some.items() if by == "all" or lives.standing(now).sum() >= FEWEST}
    return {name: Study(lives, now, began, spans_of(campaign), seed) for name, lives in large.items()}


def _part(by: str, name: str, study: Study, scores: Mapping[Key, Sequence[Score]]) -> Part:
    group = {} if by == "all" else {by: name}
    rates, why = _rates(study)
    return Part(group, (by, name), study, scores, rates, why)


def _rates(study: Study) -> tuple[Rates | None, str]:
    stood = int(study.lives.standing(study.now).sum())
    if stood < FEWEST:
        return None, f"{stood} subjects stand, fewer than {FEWEST}"
    if not clear(study.now - SETTLE, study.now, study.spans):
        return None, f"an action day lies within the last {SETTLE + WEEK} days: its ends are not settled"
    found = rates_of(study.lives, study.now, study.spans, study.began)
    return found, "" if found is not None else "fewer than four settled weeks without an action day were observed"


def _scene(part: Part) -> Scene:
    study = part.study
    if part.rates is None:
        raise ValueError("no rates to plan with")
    return Scene(study.lives, part.rates, study.now, 0.0 if part.follows is None else part.follows[0], study.seed)


def _chances(told: Mapping[str, Estimate]) -> list[Estimate]:
    """The chances of a return and of a move within 30 days, as `returns` tells them, under the names of this measure."""
    out = []
    for name, source in (("chance_of_return", "returned_30d"), ("chance_of_move", "moved_30d")):
        known = [
            one for end in ("corrected", "confirmed") if (one := told.get(f"{source}_{end}")) and one.value is not None
        ]
        if known:
            one = known[0]
            out.append(
                Estimate(name, one.value, one.low, one.high, one.unit, one.n, one.method, one.level, one.caveats)
            )
        else:
            why = ("nobody judged returns",)
            out.append(Estimate(name, None, None, None, "probability", 0, "none", caveats=why))
    return out


def _over_platforms(
    studies: Mapping[str, Study], known: tuple[Chances, Mapping[str, Estimate], Sequence[Estimate]], seed: int
) -> list[Estimate]:
    """All platforms on one day, or one after the other."""
    chances, told, places = known
    random, drawn, against = np.random.default_rng((seed, 3)), {}, list[str]()
    for name in sorted(studies):
        rates, _ = _rates(studies[name])
        follows = follows_of(studies[name])
        if rates is None:
            continue
        drawn[name] = Drawn.of(rates, random)
        if follows is not None and follows[2] < 1:
            against.append(f"{name}: {proportion_of(follows)}")
    move = next((one.value for one in _chances(told) if one.name == "chance_of_move"), None) or 0.0
    goes = {one.group["destination"]: one.value or 0.0 for one in places if one.name == "follows_to"}
    return together_or_in_turns(drawn, chances, {name: move * share for name, share in goes.items()}, against)
