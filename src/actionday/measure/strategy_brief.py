"""What a brief shows of strategies: one of each family, its curves at a hundred places, and how far they can be trusted.

Not for: the whole curves, which `measure strategies` prints.
"""

import numpy as np
import pyarrow as pa

from actionday.measure.schemas import STRATEGY_CURVES
from actionday.records import Measure

SHOWN = (
    "adaptive degree",
    "channels by new reach",
    "channels by size",
    "administrators by channels held",
    "ordinary users",
    "bots",
)
"""One strategy a family, chosen beforehand; each is known for networks of any size."""

PLACES = 101
_CHECKS = ("rank_stability", "first_stays_first", "gap_to_bound")


def for_brief(found: Measure, nodes: int) -> Measure:
    """Estimates of the strategies shown (backups not followed) and of the checks; the table STRATEGY_CURVES.

    `nodes`: of the network, from which shares of it are taken.
    """
    kept = [
        one
        for one in found.estimates
        if one.name in _CHECKS
        or (one.group.get("strategy") in (*SHOWN, "random") and one.group.get("backups") == "not followed")
    ]
    whole = found.tables["removal_curves"]
    tables = [STRATEGY_CURVES.empty_table(), *(_thinned(whole, name, nodes) for name in SHOWN)]
    return Measure("strategies", tuple(kept), {"strategy_curves": pa.concat_tables(tables)}, found.notes)


def _thinned(whole: pa.Table, name: str, nodes: int) -> pa.Table:
    strategy = whole["strategy"].to_numpy(zero_copy_only=False).astype(str)
    rows = np.flatnonzero((strategy == name) & ~whole["backups"].to_numpy(zero_copy_only=False))
    if not len(rows):
        return STRATEGY_CURVES.empty_table()
    mine = whole.take(pa.array(rows[np.unique(np.linspace(0, len(rows) - 1, PLACES).round().astype(np.int64))]))
    columns = {name: mine[name] for name in ("strategy", "removal", "giant", "audience")}
    columns["nodes"] = pa.array(np.full(len(mine), nodes))
    columns["reached"] = pa.array(np.full(len(mine), int(whole["audience"][int(rows[0])].as_py())))
    return pa.table({name: columns[name] for name in STRATEGY_CURVES.names}).cast(STRATEGY_CURVES)
