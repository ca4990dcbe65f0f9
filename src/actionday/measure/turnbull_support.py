"""From brackets to a likelihood: equal brackets aggregated, and the innermost intervals that can carry mass.

A bracket is (left, right]; left == right is an exact time, right == inf is censored at left. With delayed entry v, the
likelihood divides by P(T > v) and the support is Frydman's (1994; Alioum and Commenges 1996): a region runs from a
bracket's left end to the next right end *or entry time*, since mass just before an entry time costs less.
Everything is done in whole-number codes that order "just before x", "at x", "just after x", so ends never tie.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BEFORE, AT, AFTER = 0, 1, 2  # where an end lies: an exact time begins before x, a right end is at x, a left end after


@dataclass(frozen=True, slots=True)
class Problem:
    """The likelihood, product over rows of (P(lo..hi) / P(after..))**weight, over m support regions.

    `left`, `right` (m): the regions, in order. `lo`, `hi`, `after`, `weight`: for each distinct bracket the regions
    lo <= j < hi inside it, and the first region after its entry (0 without delayed entry). `truncated`: any entry > 0.
    """

    left: Floats
    right: Floats
    lo: Integers
    hi: Integers
    after: Integers
    weight: Floats
    codes: tuple[Floats, Integers, Integers]
    truncated: bool

    def locate(self, left: Floats, right: Floats) -> tuple[Integers, Integers]:
        """The regions lo <= j < hi inside brackets that were among those the problem was made from."""
        ticks, begins, ends = self.codes
        opening, closing = _codes(ticks, np.asarray(left, np.float64), np.asarray(right, np.float64))
        return np.searchsorted(begins, opening, "left"), np.searchsorted(ends, closing, "right")


def make_problem(left: Floats, right: Floats, weight: Floats | None = None, entry: Floats | None = None) -> Problem:
    """Aggregate brackets and find the support. Brackets of weight 0 are dropped.

    Raises ValueError when nothing is left, an end is NaN, right < left, a weight is negative, or entry is not below
    an exact time or at most `left` of a bracket.
    """
    left, right, weight, entry = _checked(left, right, weight, entry)
    ticks = np.unique(np.concatenate([left, right] + ([] if entry is None else [entry])))
    opening, closing = _codes(ticks, left, right)
    base = 3 * ticks.size + 3
    start = np.zeros_like(opening) if entry is None else 3 * np.searchsorted(ticks, entry) + AT
    opening, closing, start, total = _aggregate(opening, closing, start, weight, base, entry is not None)
    rights = np.unique(closing if entry is None else np.concatenate([closing, start]))
    lefts = np.unique(opening)
    nearest = rights[np.searchsorted(rights, lefts)]
    innermost = np.append(lefts[1:], base) > nearest
    begins, ends = lefts[innermost], nearest[innermost]
    after = np.zeros_like(opening) if entry is None else np.searchsorted(ends, start, "right")
    return Problem(
        left=ticks[begins // 3],
        right=ticks[ends // 3],
        lo=np.searchsorted(begins, opening, "left"),
        hi=np.searchsorted(ends, closing, "right"),
        after=after,
        weight=total,
        codes=(ticks, begins, ends),
        truncated=bool((after > 0).any()),
    )


def _codes(ticks: Floats, left: Floats, right: Floats) -> tuple[Integers, Integers]:
    opening = 3 * np.searchsorted(ticks, left) + np.where(left == right, BEFORE, AFTER)
    return opening, 3 * np.searchsorted(ticks, right) + AT


def _aggregate(
    opening: Integers, closing: Integers, start: Integers, weight: Floats | None, base: int, delayed: bool
) -> tuple[Integers, Integers, Integers, Floats]:
    # one sort of one whole number a row; with entry times the pair is ranked first so that the product cannot overflow
    key = opening * base + closing
    if delayed:
        pairs, rank = np.unique(key, return_inverse=True)
        key = rank * base + start
    if weight is None:
        key, counts = np.unique(key, return_counts=True)
        total = counts.astype(np.float64)
    else:
        key, rows = np.unique(key, return_inverse=True)
        total = np.bincount(rows, weights=weight)
    if delayed:
        pair, start = np.divmod(key, base)
        key = pairs[pair]
    else:
        start = np.zeros_like(key)
    opening, closing = np.divmod(key, base)
    return opening, closing, start, total


def _checked(
    left: Floats, right: Floats, weight: Floats | None, entry: Floats | None
) -> tuple[Floats, Floats, Floats | None, Floats | None]:
    left, right = np.asarray(left, np.float64), np.asarray(right, np.float64)
    if weight is not None:
        weight = np.asarray(weight, np.float64)
        if not bool((weight >= 0).all()):
            raise ValueError("weights are at least 0")
        used = weight > 0
        left, right, weight = left[used], right[used], weight[used]
        entry = None if entry is None else np.asarray(entry, np.float64)[used]
    if left.size == 0:
        raise ValueError("no bracket to estimate from")
    if left.shape != right.shape or not bool((left <= right).all()) or not bool(np.isfinite(left).all()):
        raise ValueError("a bracket needs a finite left and a right that is not below it")
    if entry is not None:
        entry = np.asarray(entry, np.float64)
        late = np.where(left == right, entry >= left, entry > left)
        if entry.shape != left.shape or bool(late.any()):
            raise ValueError("a subject comes under observation before its bracket begins")
    return left, right, weight, entry
