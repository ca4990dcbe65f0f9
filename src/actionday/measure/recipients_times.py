"""How long hosts take: by their own word to the minute, by our looks between two of them; and how many orders were met within the hour.

What was declined, or is silent, stays among those that could still be removed, so the median is that of everything sent. Orders go through the
deadline's fold, which knows what stops the hour. Not for: whether it was removed rightly.
"""

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from actionday.measure.intervals import Interval, proportion
from actionday.measure.kaplan_meier import kaplan_meier
from actionday.measure.lifetimes_fit import FEWEST
from actionday.measure.recipients_rates import AFTER, BEFORE, CLAIMED
from actionday.measure.recipients_read import KEY
from actionday.measure.turnbull import turnbull
from actionday.measure.turnbull_smoothed import smoothed_median
from actionday.records import Estimate
from actionday.records.deadline import Done, Ended, Evidence, Phase, Started, Stop, Stopped, deadline, gathered
from actionday.records.deadlines import CLOCKS
from actionday.records.referral import TAKEN_DOWN, Step

HOUR_US = 3_600_000_000
_HOURS = 24.0
Floats = NDArray[np.float64]


def claimed(rows: pl.DataFrame, until: int, group: dict[str, str], level: float = 0.95) -> Estimate:
    """Median hours from sending to removal by the host's word; `until` (microseconds) ends what the sheet tells."""
    end = pl.when(CLAIMED).then(pl.col("claim_at").cast(pl.Int64)).otherwise(until)
    hours = ((end - pl.col("sent").cast(pl.Int64)) / HOUR_US).clip(0)
    times = rows.select(hours.alias("hours"), CLAIMED.fill_null(value=False).alias("gone"))
    if len(times) < FEWEST:
        return _too_few("median_hours_to_act_claimed", len(times), group, level)
    days = times["hours"].cast(pl.Float64).to_numpy() / _HOURS
    curve = kaplan_meier(days, times["gone"].to_numpy(), level=level)[0]
    return _median("median_hours_to_act_claimed", curve.median(), len(times), "Kaplan-Meier, Greenwood", group, level)


def seen(rows: pl.DataFrame, group: dict[str, str], seed: int, draws: int = 200, level: float = 0.95) -> Estimate:
    """Median hours from sending to being gone, as our own looks bracket it."""
    rows = rows.filter(pl.col("looked") & ~BEFORE)
    if len(rows) < FEWEST:
        return _too_few("median_hours_to_act_seen", len(rows), group, level)
    left, right = brackets(rows)
    fit = turnbull(left, right)
    found = smoothed_median(fit, left, right, draws, seed, level)
    state = "converged" if fit.converged else "NOT converged"
    made = _median(
        "median_hours_to_act_seen",
        found,
        len(rows),
        f"Turnbull, {state}, smoothed bootstrap, {draws} draws",
        group,
        level,
    )
    widths = (right - left)[np.isfinite(right)] * _HOURS
    if not widths.size:
        return made
    wide = f"looks lie {np.median(widths):.3g} hours apart (median): the times within are not known, and spread evenly"
    return replace(made, caveats=(wide, *made.caveats))


def brackets(rows: pl.DataFrame) -> tuple[Floats, Floats]:
    """(last present, first miss] in days since sending, as arrays; infinity where it is there."""
    sent = pl.col("sent").cast(pl.Int64)
    last = pl.max_horizontal(pl.col("last_present").cast(pl.Int64), sent)
    left = (last - sent) / (_HOURS * HOUR_US)
    right = (
        pl.when(AFTER).then((pl.col("first_miss").cast(pl.Int64) - sent) / (_HOURS * HOUR_US)).otherwise(float("inf"))
    )
    made = rows.select(left.cast(pl.Float64).alias("left"), right.alias("right"))
    return made["left"].to_numpy(), made["right"].to_numpy()


def one_hour(
    rows: pl.DataFrame, events: pl.DataFrame, until: int, group: dict[str, str], level: float = 0.95
) -> Estimate | None:
    """The share of orders met within the hour that the law gives, of those whose hour is over; None without orders.

    `events` has ref, subject, step, at. An order without evidence of receipt has no clock and is left out.
    """
    orders = rows.filter(pl.col("act") == "order")
    if not len(orders):
        return None
    told = events.join(orders.select(KEY), on=KEY, how="semi").sort(*KEY, "at")
    phases = [_phase(part, until) for part in told.partition_by(KEY)]
    met, missed = phases.count(Phase.MET), sum(phase in (Phase.MISSED, Phase.LAPSED) for phase in phases)
    rule = CLOCKS["act"]
    caveats = [f"the clock is {rule.mark}: {rule.source}"]
    unproven = len(orders) - sum(phase is not Phase.NOT_STARTED for phase in phases)
    caveats += (
        [f"{unproven} of {len(orders)} orders without evidence of receipt: their hour cannot be counted"]
        if unproven
        else []
    )
    stopped = phases.count(Phase.STOPPED)
    caveats += [f"{stopped} of {len(orders)} orders wait for a clarification"] if stopped else []
    return Estimate(
        "one_hour_share", *proportion(met, met + missed, level), "share", met + missed,
        "share of orders whose hour is over, through the deadline's fold, Wilson", level, tuple(caveats), group,
    )  # fmt: skip


def _phase(events: pl.DataFrame, until: int) -> Phase:
    """Where one order's hour stands; orders are few, so each is folded alone."""
    evidence: list[Evidence] = []
    asked = 0
    for step, at in events.select("step", "at").iter_rows():
        if step == Step.RECEIVED:
            evidence.append(Started(at))
        elif step in TAKEN_DOWN:
            evidence.append(Done(at))
        elif step == Step.RETURNED:
            asked += 1
            evidence.append(Stopped(at, str(asked), Stop.UNCLEAR))
        elif step == Step.SUPPLIED and asked:
            evidence.append(Ended(at, str(asked)))
    now = pl.Series([until]).cast(pl.Datetime("us", "UTC"))[0]
    return deadline(CLOCKS["act"], gathered(evidence), now).phase


def _median(name: str, found: Interval, n: int, method: str, group: dict[str, str], level: float) -> Estimate:
    value, low, high = (None if end is None else end * _HOURS for end in found)
    caveats = () if value is not None else ("not reached: fewer than half are gone by now",)
    if value is not None and high is None:
        caveats = ("the upper limit lies beyond what was followed",)
    return Estimate(name, value, low, high, "hours", n, f"{method}, band inverted at 1/2", level, caveats, group)


def _too_few(name: str, n: int, group: dict[str, str], level: float) -> Estimate:
    return Estimate(name, None, None, None, "hours", n, "none", level, (f"fewer than {FEWEST}",), group)
