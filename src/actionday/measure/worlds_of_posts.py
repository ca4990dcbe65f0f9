"""Synthetic posts and links with known rates and shares: do the intervals of activity and concentration cover?

Channels differ from one another, which is what their intervals are clustered for. Not for: lifetimes (`worlds`).
"""

from collections.abc import Mapping, Sequence

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.change import ratio
from actionday.measure.concentration import EVERYBODY, indices
from actionday.stores.archive.view import View

CHANGE, DAYS = 0.6, 30
CHANNELS = 60
SHARES: Mapping[str, float] = {"website": 0.45, "xmpp": 0.25, "matrix": 0.15, "mewe": 0.1, "threema": 0.05}
TRUE_INDEX = sum(share**2 for share in SHARES.values())


def change_covered(seed: int) -> dict[str, bool]:
    """Posts of channels whose rates and changes differ (both gamma), 0.6 times as many after: is 0.6 in the interval?"""
    random = np.random.default_rng(seed)
    rate = random.gamma(1.5, 1.0, CHANNELS)
    own = random.gamma(4.0, CHANGE / 4.0, CHANNELS)
    before, after = random.poisson(rate * DAYS).astype(float), random.poisson(rate * own * DAYS).astype(float)
    found = ratio(before, after, DAYS, DAYS)
    hit = found.low is not None and found.high is not None and found.low <= CHANGE <= found.high
    return {"posts_change": hit}


def index_covered(view: View, seeds: Sequence[int]) -> dict[int, bool]:
    """By seed: does the interval of the index of a world's links hold that of the shares they were drawn from?

    A world is a period of its own, so that one query serves them all.
    """
    links = ibis.memtable(pa.concat_tables([_links(seed) for seed in seeds]))
    rows = indices(view, links).to_pylist()
    return {row["period"]: row["low"] <= TRUE_INDEX <= row["high"] for row in rows if row["organisation"] == EVERYBODY}


def _links(seed: int) -> pa.Table:
    """Links of channels that each have leanings of their own (Dirichlet around SHARES)."""
    random = np.random.default_rng(seed)
    leanings = random.dirichlet(4.0 * np.array(list(SHARES.values())), CHANNELS)
    each: NDArray[np.int64] = 1 + random.poisson(8.0, CHANNELS)
    drawn = np.concatenate([random.choice(len(SHARES), size=k, p=p) for k, p in zip(each, leanings, strict=True)])
    channel = np.repeat(np.arange(CHANNELS), each)
    names = pa.array(list(SHARES))
    return pa.table(
        {
            "signal": pa.repeat("links", len(drawn)),
            "period": pa.array(np.full(len(drawn), seed)),
            "organisation": pa.repeat("none recorded", len(drawn)),
            "channel": pa.array([f"telegram:channel:{k}" for k in channel]),
            "target_platform": names.take(pa.array(drawn)),
        }
    )
