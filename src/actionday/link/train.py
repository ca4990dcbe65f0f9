"""Weights without labels: expectation-maximisation over the levels of candidate pairs, in log space.

Strangers' levels are not learned from candidates, which are chosen because they agree: they are counted over random pairs
and over the groups of shared tokens. The other classes are learned under the truncation that blocking makes: what it
cannot have found is imputed in each step (A. P. Dempster, N. M. Laird, D. B. Rubin, JRSS B 39 (1977), section 4.2). Each step
raises the penalised likelihood; the penalty is a Dirichlet prior around `Family.start`, worth `PRIOR` pairs a class.
Not for: judgements (`learn`).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from actionday.link.compare import Levels, compare
from actionday.link.compare_kernels import COMMON, RARE
from actionday.link.evidence import FAMILIES, NAMES, TOKEN_FAMILIES
from actionday.link.frame import Flags, Frame
from actionday.link.model import BLOCKS, CLASSES, LEVELS, Model
from actionday.link.train_kernels import expect

Floats = NDArray[np.float64]
PRIOR = 20.0
"""Pairs that what was expected beforehand is worth, a class and family."""
LARGEST_SAMPLE = 200_000
RANDOM_PAIRS = 400_000
_FLOOR = 1e-10
_NEIGHBOUR = {
    5: (0.55, 0.3, 0.1, 0.04, 0.01),
    4: (0.4, 0.3, 0.2, 0.1),
    3: (0.4, 0.4, 0.2),
    6: (0.5, 0.1, 0.1, 0.15, 0.1, 0.05),
}


@dataclass(frozen=True, slots=True)
class Training:
    """The model, and the penalised log-likelihood after each step, which never falls."""

    model: Model
    likelihood: tuple[float, ...]


def train(frame: Frame, levels: Levels, *, seed: int = 7, steps: int = 200) -> Training:
    """Learn weights from the candidates' levels (in the order of FAMILIES); few candidates leave the start nearly as it is."""
    random = np.random.default_rng(seed)
    if len(levels) > LARGEST_SAMPLE:
        levels = levels[np.sort(random.choice(len(levels), LARGEST_SAMPLE, replace=False))]
    patterns, counts = patterns_of(levels)
    start = starting_model(stranger_levels(frame, random), _present(levels))
    return fit(replace(start, pairs=len(levels), trained_on="candidates without labels"), patterns, counts, steps=steps)


def patterns_of(levels: Levels) -> tuple[Levels, Floats]:
    """Distinct rows of levels and how often each occurs."""
    weights = np.array([LEVELS + 1] * levels.shape[1], np.int64) ** np.arange(levels.shape[1])
    code = (levels.astype(np.int64) + 1) @ weights
    _, first, counts = np.unique(code, return_index=True, return_counts=True)
    return np.ascontiguousarray(levels[first]), counts.astype(np.float64)


def starting_model(stranger: Floats, present: Floats) -> Model:
    """Where training begins, and what it is drawn to: strangers as counted, the rest as `evidence` expects."""
    level = np.zeros((len(CLASSES), len(FAMILIES), LEVELS))
    for f, family in enumerate(FAMILIES):
        start, size = np.array(family.start), len(family.levels)
        level[0, f] = stranger[f]
        level[1, f, :size] = _neighbour(family.name, size)
        copied = 0.0 if family.name == "admins" else 0.2  # nobody copies an administrator
        level[2, f, :size] = (1.0 - copied) * level[1, f, :size] + copied * start
        level[3, f, :size] = start
    return Model(np.array([0.5, 0.3, 0.15, 0.05]), level, present, "expectations", 0)


def fit(start: Model, patterns: Levels, counts: Floats, *, steps: int = 200, tolerance: float = 1e-6) -> Training:
    """Expectation-maximisation from `start`, strangers held, until a step gains less than `tolerance` of the whole."""
    prior = start.level[1:] * PRIOR
    model, climbed = start, []
    for _ in range(steps):
        sums = np.zeros((len(CLASSES), len(FAMILIES) + 1, LEVELS))
        found = expect(patterns, counts, model.log_share, np.nan_to_num(model.log_level, neginf=-700.0), sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            penalty = np.where(prior > 0, prior * np.log(model.level[1:]), 0.0).sum() + np.log(model.share).sum()
        climbed.append(float(found + penalty))
        if len(climbed) > 1 and climbed[-1] - climbed[-2] < tolerance * abs(climbed[-1]):
            break
        model = _maximise(model, sums, prior)
    return Training(model, tuple(climbed))


def _maximise(model: Model, sums: Floats, prior: Floats) -> Model:
    """The step that raises the likelihood: expected counts, what blocking cannot have found, and the prior."""
    each = sums[:, -1, 0]
    unseen = each * (1.0 - model.reach) / model.reach
    counts = sums[1:, :-1] + unseen[1:, None, None] * missed(model)[1:] + prior
    level = model.level.copy()
    level[1:] = counts / counts.sum(axis=2, keepdims=True)
    share = (each + 1.0) / (each + 1.0).sum()
    return replace(model, share=share, level=level)


def missed(model: Model) -> Floats:
    """By class, family and level: how often a pair shows it that blocking did not find."""
    out = model.level * model.present[None, :, None]
    for name, first in BLOCKS.items():
        f = NAMES.index(name)
        hidden = 1.0 - model.present[f] * model.level[:, f, first:].sum(axis=1)
        out[:, f, first:] = 0.0
        out[:, f] /= np.maximum(hidden, 1e-12)[:, None]
    return out


def _neighbour(name: str, size: int) -> Floats:
    if name == "admins":
        return np.array([0.9, 0.05, 0.03, 0.015, 0.005])
    if name == "handle":
        return np.array([0.9, 0.08, 0.015, 0.004, 0.001])
    if name == "announced":
        return np.array([0.97, 0.015, 0.01, 0.005])
    if name == "hours":
        return np.array([0.25, 0.2, 0.2, 0.2, 0.15])
    if name == "language":
        return np.array([0.1, 0.65, 0.25])
    return np.array(_NEIGHBOUR[size])


def _present(levels: Levels) -> Floats:
    return np.clip((levels >= 0).mean(axis=0), 0.001, 1.0) if len(levels) else np.full(len(FAMILIES), 0.5)


def stranger_levels(frame: Frame, random: np.random.Generator) -> Floats:
    """How often each level occurs between two subjects taken at random, the first one from which linking may start.

    Rare levels of shared tokens are counted over all pairs, by the sizes of groups, for random pairs hardly ever show them.
    """
    out = np.zeros((len(FAMILIES), LEVELS))
    starts = np.flatnonzero(frame.start)
    a = random.choice(starts, RANDOM_PAIRS) if len(starts) else np.zeros(0, np.int64)
    b = random.integers(0, max(len(frame), 1), len(a))
    kept = a != b
    drawn = compare(frame, (a[kept].astype(np.int32), b[kept].astype(np.int32)))
    for f, family in enumerate(FAMILIES):
        seen = drawn[:, f][drawn[:, f] >= 0]
        counts = np.bincount(seen, minlength=LEVELS).astype(np.float64)
        size = len(family.levels)
        counts[:size] += np.array(_NEIGHBOUR[size]) if not len(seen) else _FLOOR
        if family.name in TOKEN_FAMILIES and len(seen):
            counts = _counted(frame, family.name, counts / counts.sum())
        out[f] = counts / counts.sum()
        out[f, :size] = np.maximum(out[f, :size], _FLOOR)
    return out / out.sum(axis=1, keepdims=True)


def _counted(frame: Frame, family: str, drawn: Floats) -> Floats:
    """Levels with the rare ones counted over all pairs of a start and another."""
    n, number = len(frame), TOKEN_FAMILIES.index(family)
    at = frame.token_at[number * n : (number + 1) * n + 1]
    size = frame.frequency[at[0] : at[-1]]
    owner = np.repeat(np.arange(n), np.diff(at))
    has: Flags = np.diff(at) > 0
    whole = max(float((has & frame.start).sum()) * float(has.sum()), 1.0)
    begun = frame.start[owner]
    known = float((size[begun & (size <= COMMON)] - 1).sum()) / whole
    rare = float((size[begun & (size <= RARE)] - 1).sum()) / whole
    out = drawn.copy()
    out[2], out[3] = max(known - rare, _FLOOR), max(rare, _FLOOR)
    out[4] = min(drawn[4], rare) if drawn[4] > 1e-6 else max(rare * 0.05, _FLOOR)
    return out
