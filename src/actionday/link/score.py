"""Probabilities and weights of evidence of compared pairs, and the waterfall that explains one.

A pair's probability is that of the classes of one operator among all classes, given its levels. The weight is in bits:
log2 of the odds. The waterfall's steps add up to it exactly: each family's is log2 of how much likelier its level is among
matches than among the rest, both weighted by the families before it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actionday.link.compare import Levels
from actionday.link.evidence import FAMILIES
from actionday.link.model import MATCHES, Model
from actionday.link.train_kernels import joint_log

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall: a family, its level in words (None: absent), its bits, and the sum so far."""

    family: str
    level: str | None
    bits: float
    total: float
    says: str


def bits(model: Model, levels: Levels) -> Floats:
    """log2 of the odds that each pair is of one operator."""
    joint = np.empty((len(levels), len(model.share)))
    joint_log(levels, model.log_share, np.nan_to_num(model.log_level, neginf=-700.0), joint)
    return (_sum(joint[:, MATCHES]) - _sum(joint[:, ~MATCHES])) / np.log(2)


def probabilities(model: Model, levels: Levels) -> Floats:
    """The chance that each pair is of one operator."""
    return from_bits(bits(model, levels))


def from_bits(weight: Floats) -> Floats:
    """log2 of odds as a probability."""
    return 1.0 / (1.0 + np.exp2(-np.clip(weight, -1000, 1000)))


def explain(model: Model, levels: Levels) -> tuple[Step, ...]:
    """The waterfall of one pair (a single row of levels), the prior first."""
    joint = model.log_share.copy()
    logs = np.nan_to_num(model.log_level, neginf=-700.0)
    total = _odds(joint)
    says = "how many candidates were of one operator, before looking at this pair"
    steps = [Step("prior", None, total, total, says)]
    for f, family in enumerate(FAMILIES):
        level = int(levels[f])
        if level < 0:
            steps.append(Step(family.name, None, 0.0, total, family.says))
            continue
        joint = joint + logs[:, f, level]
        after = _odds(joint)
        steps.append(Step(family.name, family.levels[level], after - total, after, family.says))
        total = after
    return tuple(steps)


def family_bits(model: Model) -> Floats:
    """What each level of each family weighs on its own, in bits: matches against the rest, by the shares of the classes."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = model.share
        match = np.einsum("k,kfl->fl", share[MATCHES] / share[MATCHES].sum(), model.level[MATCHES])
        rest = np.einsum("k,kfl->fl", share[~MATCHES] / share[~MATCHES].sum(), model.level[~MATCHES])
        return np.where((match > 0) & (rest > 0), np.log2(match) - np.log2(rest), 0.0)


def _odds(joint: Floats) -> float:
    return float((_sum(joint[None, MATCHES]) - _sum(joint[None, ~MATCHES]))[0] / np.log(2))


def _sum(joint: Floats) -> Floats:
    top = joint.max(axis=1)
    whole: Floats = top + np.log(np.exp(joint - top[:, None]).sum(axis=1))
    return whole
