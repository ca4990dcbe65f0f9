"""How far coders agree beyond chance: Krippendorff's alpha for nominal values, with a bootstrap interval over units.

K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): alpha = 1 - observed / expected disagreement, over all values
of units that have two or more; units with fewer say nothing. Not for: which answer is right.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from actionday.records import Estimate

Floats = NDArray[np.float64]
METHOD = "Krippendorff's alpha, nominal; bootstrap over units"
DRAWS = 2_000
FEWEST = 10
"""Units below which the bootstrap says little; a caveat says so."""


def coincidences(units: Sequence[Sequence[str]], values: Sequence[str]) -> Floats:
    """One matrix of coincidences a unit: every ordered pair of its values, weighing 1 / (how many values it has - 1)."""
    place = {value: number for number, value in enumerate(values)}
    out = np.zeros((len(units), len(values), len(values)))
    for number, unit in enumerate(units):
        counts = np.bincount([place[value] for value in unit], minlength=len(values)).astype(np.float64)
        if len(unit) > 1:
            out[number] = (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    return out


def alpha_of(matrix: Floats) -> float | None:
    """Alpha from a matrix of coincidences; None where fewer than two different values occur: there is nothing to tell apart."""
    totals, n = matrix.sum(axis=1), matrix.sum()
    expected = n * n - (totals**2).sum()
    if expected <= 0:
        return None
    return float(1.0 - (n - 1) * (n - np.trace(matrix)) / expected)


def krippendorff(
    name: str,
    units: Sequence[Sequence[str]],
    *,
    seed: int = 7,
    level: float = 0.95,
    group: Mapping[str, str] | None = None,
) -> Estimate:
    """Alpha of units, each the values that its coders gave, whoever they are. The unit of the estimate is ``alpha``."""
    paired = [unit for unit in units if len(unit) > 1]
    values = sorted({value for unit in paired for value in unit})
    told = dict(group or {})
    matrices = coincidences(paired, values)
    value = alpha_of(matrices.sum(axis=0)) if paired else None
    if value is None:
        said = "all coders gave one and the same value: nothing to tell apart" if paired else "no unit has two answers"
        return Estimate(name, None, None, None, "alpha", len(paired), METHOD, level, (said,), told)
    low, high, lost = _interval(matrices, seed, level)
    caveats = [f"only {len(paired)} units"] if len(paired) < FEWEST else []
    if lost:
        caveats.append(f"{lost} of {DRAWS} bootstrap samples had one value only, and are left out of the interval")
    return Estimate(name, value, low, high, "alpha", len(paired), METHOD, level, tuple(caveats), told)


def _interval(matrices: Floats, seed: int, level: float) -> tuple[float, float, int]:
    """Percentiles of alpha over units drawn again with replacement, and how many samples had no alpha."""
    random = np.random.default_rng(seed)
    n = len(matrices)
    drawn = random.multinomial(n, np.full(n, 1 / n), size=DRAWS).astype(np.float64)
    summed = np.tensordot(drawn, matrices, axes=1)
    whole = summed.sum(axis=(1, 2))
    expected = whole**2 - (summed.sum(axis=2) ** 2).sum(axis=1)
    apart = whole - np.trace(summed, axis1=1, axis2=2)
    told = expected > 0
    found = 1.0 - (whole[told] - 1) * apart[told] / expected[told]
    tail = (1 - level) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high), DRAWS - len(found)
