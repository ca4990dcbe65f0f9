"""The curves of returns as a table: each figure's incidence by day, its band, and who was at risk. Not for: estimating them."""

import numpy as np
import pyarrow as pa

from actionday.measure.returns_figures import CAUSES, Drawn, Figures
from actionday.measure.schemas import INCIDENCE

DAYS = (0.0, 0.25, 0.5, *(float(day) for day in range(1, 15)), *(float(day) for day in range(16, 91, 2)))
"""Days since a removal at which curves are told: finer where most returns come."""


def incidence_table(all_of: Figures, by: str, label: str, level: float) -> pa.Table:
    """INCIDENCE of one group: confirmed, corrected, and both bounds as far as they are known."""
    parts = [pa.Table.from_pylist([], INCIDENCE)]
    for cause in CAUSES:
        named = {
            "confirmed": all_of.confirmed,
            "corrected": all_of.corrected,
            "none": all_of.none,
            "all": all_of.every.get(cause),
        }
        parts += [_curve(name, cause, made, (by, label), level) for name, made in named.items() if made is not None]
    return pa.concat_tables(parts)


def _curve(figure: str, cause: str, made: Drawn, group: tuple[str, str], level: float) -> pa.Table:
    bound = figure in ("none", "all")
    first = made.incidence[0]
    rows = []
    for day in DAYS:
        found = made.at(day, CAUSES[cause])
        if found is None:
            break
        value, low, high = found.share(level, made.n)
        place = int(np.searchsorted(first.days, day, side="right"))
        risk = int(first.at_risk[place]) if place < len(first.at_risk) else None
        rows.append(
            {
                "figure": figure,
                "cause": cause,
                "group_by": group[0],
                "group": group[1],
                "days": day,
                "value": value,
                "low": None if bound else low,
                "high": None if bound else high,
                "at_risk": None if bound else risk,
            }
        )
    return pa.Table.from_pylist(rows, INCIDENCE)
