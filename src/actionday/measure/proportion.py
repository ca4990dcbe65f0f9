"""A proportion and its interval."""

import math

from scipy import stats


def proportion(k: int, n: int, level: float = 0.95) -> tuple[float, float, float]:
    """K / n with Wilson's score interval (E. B. Wilson, JASA 22, 1927). Raises ValueError unless 0 <= k <= n and n > 0."""
    if n <= 0 or not 0 <= k <= n:
        raise ValueError(f"no proportion: {k} of {n}")
    z = float(stats.norm.ppf((1 + level) / 2))
    share = k / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return share, max(0.0, middle - reach) if k else 0.0, min(1.0, middle + reach) if k < n else 1.0
