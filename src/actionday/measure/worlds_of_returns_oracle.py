"""The generator's own likelihood ratio: how much likelier what is seen of two accounts is if one is the other's return.

Exact for the generating model, with the operator's care summed over; it knows which tokens are an operator's own, who lives
where, and every rate. The best that anyone who links could do on the same data. Not for: linking.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import binom

from actionday.measure.worlds_of_names import chance_of_name, chance_of_stem
from actionday.measure.worlds_of_returns import (
    ANNOUNCED_BY_CHANCE,
    SUBSET,
    THE_DAY,
    TRACES,
    ReturnWorld,
    Trace,
    hour_profiles,
    own_tokens,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def log_ratio(world: ReturnWorld, earlier: Ints, later: Ints) -> Floats:
    """Natural log of P(seen | return) / P(seen | unrelated), a pair a row."""
    size = np.bincount(world.community)
    near = world.community[earlier] == world.community[later]
    out = np.where(near, np.log(len(size)), -60.0)
    out += _traces(world, earlier, later, size[world.community[earlier]])
    out += _names(world, earlier, later) + _hours(world, earlier, later) + _rates(world, earlier, later)
    return out + _gaps(world, earlier, later) + _signals(world, earlier, later, size)


def _traces(world: ReturnWorld, earlier: Ints, later: Ints, size: Ints) -> Floats:
    by_care = np.zeros((2, len(earlier)))
    for name, trace in TRACES.items():
        both = world.has[name][earlier] & world.has[name][later]
        shared = _shared(world, name, earlier, later)
        by_chance = _by_chance(trace, shared, size)
        # at least one of the pool is always shown, which the binomial leaves out: a little less sure than the truth
        kept = binom.pmf(shared, trace.pool, SUBSET**2)
        for row, care in enumerate((1.0, 0.5)):
            keeps = world.level.kept * trace.kept * care
            by_care[row] += np.where(both, np.log(keeps * kept / by_chance + 1 - keeps), 0.0)
    weights = np.log([1 - world.level.careful, world.level.careful])[:, None]
    mixed: Floats = logsumexp(by_care + weights, axis=0)
    return mixed


def _shared(world: ReturnWorld, name: str, earlier: Ints, later: Ints) -> Ints:
    """How many of an operator's own tokens both show."""
    owner, token = world.tokens[name]
    mine = own_tokens(token)
    _, code = np.unique(token[mine], return_inverse=True)
    width = int(code.max()) + 1 if len(code) else 1
    held = np.unique(owner[mine].astype(np.int64) * width + code)
    bounds = np.searchsorted(held, np.arange(len(world) + 1, dtype=np.int64) * width)
    counts = np.diff(bounds)
    rows = np.repeat(np.arange(len(earlier)), counts[earlier])
    start = np.repeat(bounds[earlier], counts[earlier])
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts[earlier]) - counts[earlier], counts[earlier])
    wanted = later[rows].astype(np.int64) * width + held[start + within] % width
    at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    return np.bincount(rows, weights=held[at] == wanted, minlength=len(earlier)).astype(np.int64)


def _by_chance(trace: Trace, shared: Ints, size: Ints) -> Floats:
    """Neighbours share own tokens because one copied the other, or both a third."""
    rate = 2 * trace.copied * SUBSET / size + trace.copied**2 / (size * trace.pool) + 1e-9
    return np.where(shared == 0, 1 - rate, rate ** np.maximum(shared, 1))


def _names(world: ReturnWorld, earlier: Ints, later: Ints) -> Floats:
    names, rules = world.names, world.level
    same = (names.given[earlier] == names.given[later]) & (names.family[earlier] == names.family[later])
    stem = names.stem[earlier] == names.stem[later]
    by_name = rules.name * same / chance_of_name(names, later) + 1 - rules.name
    by_stem = rules.handle * stem / chance_of_stem(names, later) + 1 - rules.handle
    return np.log(by_name) + np.log(by_stem)


def _hours(world: ReturnWorld, earlier: Ints, later: Ints) -> Floats:
    """One peak for both against one each, peaks even within a community's reach of each other."""
    logs = np.log(hour_profiles()).T
    a: Floats = world.hours[earlier].astype(np.float64) @ logs
    b: Floats = world.hours[later].astype(np.float64) @ logs
    apart = (np.arange(24)[None, :] - np.arange(24)[:, None] + 12) % 24 - 12
    near = np.exp(-0.5 * (apart / 2.5) ** 2)
    prior = near / near.sum(axis=1, keepdims=True)
    centre, other = _averaged(a, prior), _averaged(b, prior)
    together = _averaged(a + b, prior)
    ratio: Floats = logsumexp(together, axis=1) - logsumexp(centre + other, axis=1)
    return ratio


def _averaged(logs: Floats, prior: Floats) -> Floats:
    """Log of the mean over peaks, by centre: a row a pair, a column a centre."""
    top = logs.max(axis=1, keepdims=True)
    mean: Floats = np.log(np.exp(logs - top) @ prior.T) + top
    return mean


def _rates(world: ReturnWorld, earlier: Ints, later: Ints) -> Floats:
    """Two log rates of one operator (own deviation 1, noise 0.4) against two operators'."""
    x, y = np.log(world.rate[earlier]) - 0.5, np.log(world.rate[later]) - 0.5
    spread = 1.0 + 0.4**2
    determinant = spread**2 - 1.0
    joint = -0.5 * (spread * (x**2 + y**2) - 2 * x * y) / determinant - 0.5 * np.log(determinant)
    apart: Floats = -0.5 * (x**2 + y**2) / spread - np.log(spread)
    ratio: Floats = joint - apart
    return ratio


def _gaps(world: ReturnWorld, earlier: Ints, later: Ints) -> Floats:
    """Density of the wait after an end against that of any birth (a tenth of them in the fortnight after the day)."""
    born, end = world.begun[later], world.ended[earlier]
    wait = born - end
    with np.errstate(all="ignore"):
        logged = np.log(np.maximum(wait, 1e-6))
        after = np.exp(-0.5 * ((logged - np.log(3.0)) / 1.5) ** 2) / (np.maximum(wait, 1e-6) * 1.5 * np.sqrt(2 * np.pi))
    # a backup took over within three days of the end; whoever merely stands beside began to post at once
    took = world.busy[later] - end
    stood = ((wait <= -5) & (wait >= -60) & (took >= 0.3) & (took <= 3.0)) / (55.0 * 2.7)
    with np.errstate(all="ignore"):
        idle = np.exp(-np.maximum(world.busy[later] - born, 0.0))
    back = np.where(wait > 0, 0.92 * after, 0.08 * stood / np.maximum(idle, 1e-40))
    rush = (born >= THE_DAY) & (born < THE_DAY + 14)
    any_birth = 0.9 / 630.0 + 0.1 * rush / 14.0
    return np.log(np.maximum(np.where(np.isfinite(end), back, 0.0), 1e-60) / any_birth)


def _signals(world: ReturnWorld, earlier: Ints, later: Ints, size: Ints) -> Floats:
    source, target, _ = world.signals
    n = np.int64(len(world))
    told = np.isin(earlier * n + later, source * n + target)
    chance = ANNOUNCED_BY_CHANCE / size[world.community[earlier]]
    says = world.level.announced
    return np.where(told, np.log(says / chance + 1 - says), np.log(1 - says))
