"""Measure a home: the people at risk once, what could be seen of them, then each measure that was asked for.

Measures are imported where they are used: compiled statistics take seconds to load, and naming them should not.
"""

import dataclasses
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from actionday.playbook.orders import MEASURES, Asked
from actionday.records import Campaign, Clock, Measure, Progress, UsageError
from actionday.records.preregistration import Frozen
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.view import View

_COMPARED = ("after minus before", "before against after")


def measure(
    settings: Settings, names: Sequence[str], asked: Asked, clock: Clock, progress: Progress
) -> tuple[list[Measure], Campaign]:
    """Compute measures by name. Raises HomeError without a home, UsageError for an unknown measure."""
    unknown = set(names) - {*MEASURES, "network", "strategies"}
    if unknown:
        raise UsageError(f"no measure {', '.join(sorted(unknown))}; one of {', '.join(MEASURES)}")
    from actionday.measure.cohort import cohort
    from actionday.measure.coverage import measure_coverage

    view = Archive(open_home(settings.home), query_memory=settings.query_memory).view(asked.versions)
    campaign = asked.campaign or without_day(view, clock)
    progress.phase("measuring", 1 + len({"coverage", *names}), "steps")
    progress.item("who was at risk")
    people = cohort(view, campaign)
    progress.advance(1)
    progress.item("coverage")
    coverage = measure_coverage(view, people, campaign, asked.by)
    progress.advance(1)
    # Lifetimes need the cohort alone and are compiled code, so they run beside the measures that query the archive.
    alone = [name for name in names if name == "lifetimes"]
    with ThreadPoolExecutor(1, thread_name_prefix="lifetimes") as aside:
        lives = {name: aside.submit(_lifetimes, people, coverage, asked, campaign) for name in alone}
        found = {"coverage": coverage}
        for name in dict.fromkeys([*(n for n in names if n not in lives), *alone]):
            if name != "coverage":
                progress.item(name)
                if name in lives:
                    found[name] = lives[name].result()
                elif name == "returns":
                    found[name] = _returns(settings, view, people, asked, (campaign, clock))
                elif name == "effect":
                    fixed = _fixed(settings, asked, clock)
                    found[name] = _effect(view, people, coverage, asked, (campaign, fixed))
                elif name == "forecast":
                    found[name] = _forecast(settings, view, people, asked, (campaign, clock))
                else:
                    found[name] = _queried(name, view, people, coverage, asked, campaign)
                progress.advance(1)
    return [found[name] for name in names], campaign


def prepare() -> None:
    """Load what measuring and the brief need, kernels compiled: for a thread beside work that mostly waits."""
    from actionday.brief import campaign  # noqa: F401 - loaded for later, like the next line's
    from actionday.measure import activity, cohort, coverage, lifetimes, migration, network, recipients, returns  # noqa: F401

    lifetimes.prepare()


def _lifetimes(people: pa.Table, coverage: Measure, asked: Asked, campaign: Campaign) -> Measure:
    from actionday.measure.coverage import if_identified
    from actionday.measure.lifetimes import measure_lifetimes

    lives = measure_lifetimes(people, campaign, asked.by, seed=asked.seed)
    # Before against after is only as good as what could be seen of both.
    checked = [
        if_identified([estimate], coverage)[0] if estimate.group.get("period") in _COMPARED else estimate
        for estimate in lives.estimates
    ]
    return dataclasses.replace(lives, estimates=tuple(checked))


def _returns(settings: Settings, view: View, people: pa.Table, asked: Asked, when: tuple[Campaign, Clock]) -> Measure:
    from actionday.measure.returns import Judged, measure_returns
    from actionday.playbook.casebooks import (
        judged_until,
    )  # a database's toolkit, which other measures need not wait for

    campaign, clock = when
    judged = Judged(judged_until(settings, asked.casebook, clock), asked.seed)
    return measure_returns(view, people, campaign, asked.by, judged)


def _queried(name: str, view: View, people: pa.Table, coverage: Measure, asked: Asked, campaign: Campaign) -> Measure:
    from actionday.measure.activity import measure_activity
    from actionday.measure.migration import measure_migration
    from actionday.measure.network import network_sketch

    if name == "strategies":
        return _strategies(view, people, asked, campaign)
    if name == "activity":
        return measure_activity(view, people, campaign, asked.by, coverage=coverage)
    if name == "recipients":
        from actionday.measure.coverage import if_identified
        from actionday.measure.recipients import measure_recipients

        told = measure_recipients(view, people, campaign, asked.by, seed=asked.seed)
        # Only the neighbours' activity compares before with after, and that is only as good as what could be seen of both.
        checked = [
            if_identified([one], coverage)[0] if one.name == "neighbours_activity" else one for one in told.estimates
        ]
        return dataclasses.replace(told, estimates=tuple(checked))
    if name == "migration":
        return measure_migration(view, people, campaign, asked.by, coverage=coverage)
    return network_sketch(view, people)


def _strategies(view: View, people: pa.Table, asked: Asked, campaign: Campaign) -> Measure:
    from actionday.measure.graph_archive import graph_of
    from actionday.measure.removal_orders import Wanted
    from actionday.measure.strategy import measure_strategies
    from actionday.measure.strategy_brief import for_brief

    graph = graph_of(view, people, campaign)
    return for_brief(measure_strategies(graph, Wanted(seed=asked.seed)), len(graph))


def _effect(
    view: View, people: pa.Table, coverage: Measure, asked: Asked, day: tuple[Campaign, Sequence[Frozen]]
) -> Measure:
    from actionday.observe.no_pandas import do_with_pandas

    do_with_pandas()
    from actionday.measure.effect import measure_effect

    campaign, fixed = day
    return measure_effect(view, people, campaign, coverage=coverage, registered=fixed, seed=asked.seed)


def _forecast(settings: Settings, view: View, people: pa.Table, asked: Asked, when: tuple[Campaign, Clock]) -> Measure:
    from actionday.observe.no_pandas import do_with_pandas

    do_with_pandas()
    from actionday.measure.forecast import measure_forecast

    # the chance of a return is that of the whole, however the forecast is split
    returns = _returns(settings, view, people, dataclasses.replace(asked, by="all"), when)
    return measure_forecast(view, people, when[0], asked.by, returns=returns, seed=asked.seed)


def _fixed(settings: Settings, asked: Asked, clock: Clock) -> Sequence[Frozen]:
    """What was fixed in the ledger before days, at the head that is asked about."""
    from actionday.playbook.casebooks import frozen_until

    return frozen_until(settings, asked.casebook, clock)


def without_day(view: View, clock: Clock) -> Campaign:
    """A campaign for measuring without `day.toml`: its window lies at the end of what was seen, so nothing comes after it."""
    posts, looks = view.table("posts"), view.table("sightings")
    last = [view.arrow(table.agg(last=table.at.max()))["last"][0].as_py() for table in (posts, looks)]
    end = max((at for at in last if at is not None), default=clock.now())
    return Campaign(name="no day given", start=end, end=end)
