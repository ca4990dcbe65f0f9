"""The true dose-response of the second day: expected posts regained by community against the shares really removed.

What an observer with no noise, no gaps and no lost sight would find by least squares, weighted by posts before, across communities on Telegram. Not for:
the estimate from an archive (`measure.effect`), which must hold these numbers in its intervals.
"""

from typing import Any

import numpy as np

from actionday.measure.scenario.draws import Flags, Floats, Ints
from actionday.measure.scenario.listings import Register
from actionday.measure.scenario.lives import STRATA, TELEGRAM
from actionday.measure.scenario.posts import Poster

KINDS = {"users": ("user",), "administrators": ("admin", "bot"), "channels": ("channel",)}
HORIZONS = {7: (0, 7), 30: (23, 30)}
"""By horizon: days after the day's last one over which posts are averaged, the end excluded."""

BEFORE = 30


def dose_response(book: Register, poster: Poster) -> list[dict[str, Any]]:
    """The slope of each kind at each horizon; nothing where the second day removed nothing or communities are too few."""
    doses, regained, weight = outcomes(book, poster)
    if not book.parameters.acts or len(doses) <= len(KINDS) + 2:
        return []
    root = np.sqrt(weight)
    x = np.column_stack([np.ones(len(doses)), doses]) * root[:, None]
    rows = []
    for days, outcome in regained.items():
        slope = np.linalg.lstsq(x, outcome * root, rcond=None)[0][1:]
        rows += [
            {"days": days, "kind": kind, "slope": float(value), "communities": len(doses)}
            for kind, value in zip(KINDS, slope, strict=True)
        ]
    return rows


def outcomes(book: Register, poster: Poster) -> tuple[Floats, dict[int, Floats], Floats]:
    """Shares removed (communities x kinds), reach regained by horizon and posts a day before, of communities with somebody of each kind."""
    cast, parameters, n = book.cast, book.parameters, len(book.groups)
    day = int(parameters.day(parameters.second.start))
    last = day + len(parameters.second.daily)
    there = (cast.platform == TELEGRAM) & (cast.birth < day) & (cast.end >= day)
    gone = there & (cast.end < last)
    codes = [np.isin(cast.stratum, [STRATA.index(kind) for kind in kinds]) for kinds in KINDS.values()]
    risk = np.stack([_count(cast.community, there & code, n) for code in codes], axis=1)
    lost = np.stack([_count(cast.community, gone & code, n) for code in codes], axis=1)
    usual = _rate(book, poster, day - BEFORE, day)
    kept = (risk > 0).all(axis=1) & (usual > 0)
    regained = {
        k: (_rate(book, poster, last + a, last + b) / np.where(usual > 0, usual, 1.0))[kept]
        for k, (a, b) in HORIZONS.items()
    }
    return lost[kept] / risk[kept], regained, usual[kept]


def _rate(book: Register, poster: Poster, begin: int, end: int) -> Floats:
    """Expected posts a day of each community's venues on Telegram."""
    rows = poster.rows
    home = book.cast.platform[rows] == TELEGRAM
    expected = poster.expected(begin, end).sum(axis=1) / (end - begin)
    counted = np.bincount(book.cast.community[rows][home], weights=expected[home], minlength=len(book.groups))
    return counted.astype(np.float64)


def _count(community: Ints, members: Flags, n: int) -> Floats:
    return np.bincount(community[members], minlength=n).astype(np.float64)
