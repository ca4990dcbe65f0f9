"""How concentrated outlinks are over destination platforms: the Herfindahl-Hirschman index and its interval.

The interval is by the delta method with channels as independent clusters, and never narrower than the multinomial one.
One destination only: the bound is that of a share of which nothing else was seen among n channels (Wilson), squared.
Not for: comparing weeks with a handful of links; a small sample looks more concentrated than it is.
"""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from scipy.special import ndtri, stdtrit  # not scipy.stats, the same numbers half a second later

from actionday.measure.days import dates
from actionday.measure.flows import judged, outlinks
from actionday.measure.intervals import proportion
from actionday.measure.schemas import CONCENTRATION
from actionday.stores.archive.view import View

_BY = ("period", "organisation")
EVERYBODY = "all"


def concentration(view: View, cohort: pa.Table) -> pa.Table:
    """The table CONCENTRATION, sorted; a row "all" a week beside those of the organisations."""
    links = outlinks(view.table("links"), judged(cohort))
    rows = indices(view, links.mutate(period=links.week))
    table = pa.table(
        {"week": dates(rows["period"].to_numpy()), **{n: rows[n] for n in CONCENTRATION.names if n != "week"}}
    )
    return table.cast(CONCENTRATION)


def indices(view: View, links: ir.Table) -> pa.Table:
    """Index by `period` (whole number) and organisation: hhi, low, high (95 %), destinations, n links; sorted."""
    links = links.filter(links.signal == "links")
    both = ibis.union(
        links.select(*_BY, "channel", "target_platform"),
        links.mutate(organisation=ibis.literal(EVERYBODY)).select(*_BY, "channel", "target_platform"),
    )
    cells = both.group_by(*_BY, "channel", "target_platform").agg(x=both.count())
    total = cells.group_by(*_BY).agg(n=cells.x.sum(), channels=cells.channel.nunique())
    shares = cells.group_by(*_BY, "target_platform").agg(x=cells.x.sum()).join(total, list(_BY))
    shares = shares.mutate(p=shares.x / shares.n)
    index = shares.group_by(*_BY, "n", "channels").agg(
        hhi=(shares.p * shares.p).sum(), cubes=(shares.p * shares.p * shares.p).sum(), destinations=shares.count()
    )
    own = cells.join(shares.select(*_BY, "target_platform", "p"), [*_BY, "target_platform"])
    own = own.group_by(*_BY, "channel").agg(x=own.x.sum(), px=(own.p * own.x).sum()).join(index, list(_BY))
    # influence of one channel on the index: 2 / n (sum of its links' shares - index x its links)
    own = own.mutate(z=2 * (own.px - own.hhi * own.x) / own.n)
    spread = own.group_by(*_BY).agg(zz=(own.z * own.z).sum())
    table = view.arrow(index.join(spread, list(_BY)).order_by(*_BY))
    return _with_intervals(table)


def _with_intervals(table: pa.Table) -> pa.Table:
    hhi, cubes, n, channels, k, zz = (
        table[name].to_numpy().astype(np.float64) for name in ("hhi", "cubes", "n", "channels", "destinations", "zz")
    )
    several = np.maximum(channels - 1, 1)
    multinomial = ndtri(0.975) * np.sqrt(np.maximum(4 * (cubes - hhi**2) / n, 0))
    clustered = stdtrit(several, 0.975) * np.sqrt(channels / several * zz)
    reach = np.maximum(multinomial, np.where(channels > 1, clustered, 0.0))
    alone = np.array([(proportion(int(m), int(m))[1] or 0.0) ** 2 for m in channels])
    low = np.where(k == 1, alone, np.maximum(hhi - reach, 1 / k))
    columns = {name: table[name] for name in (*_BY, "destinations", "n")}
    return pa.table({**columns, "hhi": hhi, "low": low, "high": np.minimum(hhi + reach, 1.0)})
