"""Whack-a-mole or a stable home? What became of the places that were opened elsewhere, by destination.

A place that was opened is *kept* when 30 days later it stands and has posts from its first 14 days on. A destination is a stable home when at least half of
what is opened there is kept; the probability of that is the posterior's under Jeffreys' prior. Not for: who goes (`returns`), and concentration
(`concentration`).
"""

from scipy.special import betainc, betaincinv

from actionday.measure.destinations import Followed, groups
from actionday.records import Estimate

DAYS = 30
HALF = 0.5
_KEPT = f"share of places opened there that stand {DAYS} days later and are not silent; Jeffreys interval"
_STABLE = f"probability that at least half of what is opened there is kept {DAYS} days; Beta posterior, Jeffreys prior"
_GOES = "share of the places named that lie there; Jeffreys interval"
_LED = "a destination is looked at because it was named: unnamed ones are not counted"


def homes(followed: Followed, level: float = 0.95) -> list[Estimate]:
    """`follows_to`, `home_kept_30d` and `stable_home` by destination, sorted."""
    total, out = len(followed.table), list[Estimate]()
    for (destination,), hit in groups(followed, ("destination",)) if total else ():
        group = {"destination": destination}
        out.append(_share("follows_to", int(hit.sum()), total, _GOES, (_LED,), group, level))
        use = hit & followed.eligible[DAYS]
        kept = use & ~followed.denied[DAYS] & ~followed.quiet
        n, k = int(use.sum()), int(kept.sum())
        few = (_LED, *(() if n else ("no place there was followed that long",)))
        out.append(_share("home_kept_30d", k, n, _KEPT, few, group, level))
        stable = None if n == 0 else stable_home(k, n)
        said = (f"{k} of {n} were kept", *few)
        out.append(Estimate("stable_home", stable, None, None, "probability", n, _STABLE, level, said, group))
    return out


def stable_home(kept: int, opened: int) -> float:
    """Posterior probability that at least half are kept: 1/2 for none of none, and whenever as many were kept as not."""
    return float(1.0 - betainc(kept + 0.5, opened - kept + 0.5, HALF))


def _share(
    name: str, k: int, n: int, method: str, caveats: tuple[str, ...], group: dict[str, str], level: float
) -> Estimate:
    if n == 0:
        return Estimate(name, None, None, None, "share", 0, method, level, caveats, group)
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(betaincinv(k + 0.5, n - k + 0.5, tail))
    high = 1.0 if k == n else float(betaincinv(k + 0.5, n - k + 0.5, 1 - tail))
    return Estimate(name, k / n, low, high, "share", n, method, level, caveats, group)
