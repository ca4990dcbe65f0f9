"""Tables of the effect's figures: posts a channel and day by group, and effects at placebo dates. Not for: estimates."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from actionday.measure.days import dates
from actionday.measure.designs import Effect
from actionday.measure.effect_series import Facts, series
from actionday.measure.schemas import EFFECT_DAYS, EFFECT_PLACEBOS
from actionday.measure.windows import Windows


def effect_days(facts: Facts, windows: Windows) -> pa.Table:
    """Posts a channel and day of the targeted and the comparison channels, over their mean before (null: day not seen)."""
    parts = [EFFECT_DAYS.empty_table()]
    for name, members in (("targeted", facts.treated), ("comparison", facts.others)):
        made = series(facts, members, windows)
        usual = float(np.nanmean(made.before)) if np.any(~np.isnan(made.before)) else 0.0
        if made.channels == 0 or usual <= 0:
            continue
        gap = windows.after_first - windows.before_last - 1
        values = np.concatenate([made.before, np.full(gap, np.nan), made.after]) / usual
        days = np.arange(windows.before_first, windows.before_first + len(values))
        columns = [
            dates(days),
            pa.array([name] * len(values)),
            pa.array(values, from_pandas=True),
            pa.array([made.channels] * len(values)),
        ]
        parts.append(pa.table(columns, names=EFFECT_DAYS.names).cast(EFFECT_DAYS))
    return pa.concat_tables(parts)


def placebo_table(found: Mapping[str, tuple[Effect | None, Sequence[float]]]) -> pa.Table:
    """Effects at placebo dates by design; the dates themselves do not matter and are not told."""
    rows = [(name, value) for name, (_, usual) in found.items() for value in usual]
    columns = [pa.array([name for name, _ in rows], pa.string()), pa.array([value for _, value in rows], pa.float64())]
    return pa.table(columns, schema=EFFECT_PLACEBOS)
