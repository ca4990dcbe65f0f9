"""The tidy tables of lifetimes: curves to draw, Turnbull's support, one row a subject and clock."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.lifetimes_fit import Fitted
from actionday.measure.lifetimes_sample import CLOCKS, RESIDUAL, period_of, read_subjects
from actionday.measure.schemas import CURVES, SUPPORT, TIDY_LIFETIMES
from actionday.measure.turnbull import NO_MASS
from actionday.measure.turnbull_bootstrap import Bootstrap
from actionday.records import Campaign

Floats = NDArray[np.float64]

MOST_POINTS = 1_000
"""A curve with more steps is handed on at evenly spaced steps: no figure shows more."""


def curves_table(fitted: Sequence[Fitted]) -> pa.Table:
    """Curves as CURVES. Kaplan-Meier rows are steps; Turnbull rows are corners of a polyline (even spreading)."""
    return _stacked([_curve(one) for one in fitted if one.curve is not None], CURVES)


def support_table(fitted: Sequence[Fitted]) -> pa.Table:
    """Regions with mass as SUPPORT, for the samples with brackets; `right` is infinite where all is censored."""
    return _stacked([_support(one) for one in fitted if isinstance(one.curve, Bootstrap)], SUPPORT)


def tidy_table(cohort: pa.Table, campaign: Campaign) -> pa.Table:
    """One row a subject and clock as TIDY_LIFETIMES, brackets not cut at the day.

    `period` is when it was first seen: before, during or after the day. Residual subjects have the clock
    "since_first_seen, residual". `event` is null where the end does not count (inferred ends included).
    """
    subjects, pieces = read_subjects(cohort), []
    period = period_of(subjects, campaign)
    for clock in CLOCKS:
        zero = subjects.created if clock == "age" else subjects.seen
        known = ~np.isnan(zero) & (zero <= subjects.seen)
        mine, start = cohort.filter(pa.array(known)), zero[known]
        gone = subjects.gone[known]
        names = np.where(subjects.residual[known] & (clock != "age"), clock + RESIDUAL, clock)
        event = mine["event"].to_numpy(zero_copy_only=False).astype(object)
        columns = {
            "subject": mine["subject"],
            "entry": subjects.seen[known] - start,
            "left": subjects.left[known] - start,
            "right": subjects.right[known] - start,
            "event": pa.array(np.where(gone, event, None), pa.string()),
            "kind": mine["kind"],
            "platform": mine["platform"],
            "organisation": mine["organisation"],
            "period": pa.array(period[known], pa.string()),
            "clock": pa.array(names.astype(object), pa.string()),
        }
        pieces.append(pa.table(columns).cast(TIDY_LIFETIMES))
    return pa.concat_tables(pieces)


def _curve(fitted: Fitted) -> pa.Table:
    if isinstance(fitted.curve, Bootstrap):
        days, survival, low, high = fitted.curve.curve()
        at_risk, method = None, "turnbull"
    else:
        assert fitted.curve is not None
        curve = fitted.curve
        days, survival, low, high = curve.days, curve.survival, curve.low, curve.high
        at_risk, method = curve.at_risk, "kaplan-meier"
    chosen: NDArray[np.int64] = (
        np.unique(np.linspace(0, days.size - 1, min(days.size, MOST_POINTS)).astype(int))
        if days.size
        else np.empty(0, int)
    )
    columns = {
        "method": [method] * (len(chosen) + 1),
        "days": np.concatenate(([fitted.origin], days[chosen])),
        "survival": np.concatenate(([1.0], survival[chosen])),
        "low": np.concatenate(([1.0], low[chosen])),
        "high": np.concatenate(([1.0], high[chosen])),
        "at_risk": pa.nulls(len(chosen) + 1, pa.int64())
        if at_risk is None
        else pa.array(np.concatenate(([at_risk[0] if at_risk.size else fitted.sample.n], at_risk[chosen]))),
    }
    return _labelled(fitted, columns, len(chosen) + 1, CURVES)


def _support(fitted: Fitted) -> pa.Table:
    assert isinstance(fitted.curve, Bootstrap)
    fit = fitted.curve.estimate
    used = fit.mass > NO_MASS
    columns = {"left": fit.left[used], "right": fit.right[used], "mass": fit.mass[used], "unique": fit.unique[used]}
    return _labelled(fitted, columns, int(used.sum()), SUPPORT)


def _labelled(fitted: Fitted, columns: Mapping[str, object], rows: int, schema: pa.Schema) -> pa.Table:
    label = fitted.sample.label
    named = {"clock": label.clock, "group_by": label.by, "group": label.group, "period": label.period}
    whole = {**{name: [value] * rows for name, value in named.items()}, **columns}
    return pa.table({name: whole[name] for name in schema.names}, schema=schema)


def _stacked(pieces: list[pa.Table], schema: pa.Schema) -> pa.Table:
    return pa.concat_tables(pieces) if pieces else schema.empty_table()
