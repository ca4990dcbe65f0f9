"""A share from a sample drawn at random within strata, with Wilson's interval at the size that the design is worth.

Weights are the strata's sizes; the variance is that of stratified sampling (Cochran, Sampling Techniques, 3rd ed. 1977, ch. 5) without a correction for
finite strata, since the share is meant of what such a stratum brings, not of this one alone; with each stratum's share drawn towards the whole, so that a stratum without a hit is not taken for certain; the effective size that follows goes into
Wilson's formula (Korn and Graubard 1998 do the same with the exact one). Not for: shares of things that were all counted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actionday.measure.intervals import Interval, wilson

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Strata:
    """By stratum: hits and drawn, and how many there are of which they were drawn (at least as many)."""

    hits: Floats
    drawn: Floats
    sizes: Floats


def stratified(strata: Strata, level: float = 0.95) -> Interval:
    """The share in the whole of all strata. (None, None, None) where nothing was drawn, or a stratum has no draw."""
    hits, drawn, sizes = strata.hits, strata.drawn, np.maximum(strata.sizes, strata.drawn)
    if not drawn.size or (drawn <= 0).any():
        return None, None, None
    weight = sizes / sizes.sum()
    share = float(weight @ (hits / drawn))
    pulled = (hits + share) / (drawn + 1)
    middle = float(weight @ pulled)
    kish = 1 / float((weight**2 / drawn).sum())
    spread = float((weight**2 * pulled * (1 - pulled) / drawn).sum())
    worth = middle * (1 - middle) / spread if spread > 0 and 0 < middle < 1 else kish
    return (share, *wilson(share, worth, level))


def clustered(hits: Floats, drawn: Floats, level: float = 0.95) -> Interval:
    """The share of all hits among all draws that come in clusters; (None, None, None) for fewer than two clusters."""
    used = drawn > 0
    hits, drawn = hits[used], drawn[used]
    if drawn.size < 2:
        return None, None, None
    total = float(drawn.sum())
    share = float(hits.sum()) / total
    off = hits - share * drawn
    spread = drawn.size / (drawn.size - 1) * float(off @ off) / total**2
    plain = share * (1 - share) / total
    worth = total if spread <= plain else share * (1 - share) / spread
    return (share, *wilson(share, max(worth, 1.0), level))
