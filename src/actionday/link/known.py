"""What is known: the listings of `known_content` that stand. Not for: reading lists (`observe`), comparing them with what was seen (`match`)."""

from typing import Any

import ibis
import polars as pl

from actionday.link.pdq_index import LEAST_QUALITY
from actionday.stores.archive.view import View

_LISTING = ("list", "kind", "value")


def standing(view: View) -> Any:  # noqa: ANN401 - ibis ships no types
    """The newest listing of each value by each list (by its own time, else by when it was read), unless that withdraws it."""
    known = view.table("known_content")
    listed = ibis.coalesce(known.listed_at, ibis.timestamp("1970-01-01 00:00:00+00:00"))
    newest = ibis.row_number().over(ibis.window(group_by=_LISTING, order_by=[listed.desc(), known.row.desc()]))
    return known.mutate(place=newest).filter(lambda t: (t.place == 0) & ~t.withdrawn).drop("place")


def by_kind(view: View) -> dict[str, pl.DataFrame]:
    """Standing listings by kind: list, kind, value, label, negative, and `key`, the value as bytes (of URLs: as it is).

    PDQ hashes of which the list says that they are of poor quality are left out.
    """
    rows = standing(view).select(*_LISTING, "label", "negative", "quality")
    frame = pl.DataFrame(pl.from_arrow(view.arrow(rows)))
    frame = frame.filter((pl.col("kind") != "pdq") | (pl.col("quality").fill_null(LEAST_QUALITY) >= LEAST_QUALITY))
    found = {}
    for kind in frame["kind"].unique().sort():
        some = frame.filter(pl.col("kind") == kind).drop("quality")
        key = pl.col("value") if kind in ("url", "url_md5") else pl.col("value").str.decode("hex")
        found[str(kind)] = some.with_columns(key=key)
    return found
