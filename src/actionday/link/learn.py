"""Weights that learn from answers about drawn pairs: each stands for 1 / (its probability of having been drawn) pairs.

The result of training without labels is the prior: worth `PRIOR` pairs a class, against as many labelled pairs as the weights
leave effective (L. Kish, Survey Sampling, 1965: the squared sum of weights over the sum of squares; the labelled stand for the
candidates as D. G. Horvitz and D. J. Thompson have it, JASA 47, 1952). Strangers' levels stay as they were counted. What blocking cannot have found is imputed as in `train`. Not for: answers about pairs
that somebody picked by hand; nothing is known of what those stand for, and they never get here.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from actionday.link.compare import Levels, compare
from actionday.link.evidence import FAMILIES
from actionday.link.frame import Frame
from actionday.link.model import CLASSES, LEVELS, MATCHES, Model
from actionday.link.train import PRIOR, missed
from actionday.link.train_kernels import joint_log

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labels:
    """Answers about drawn pairs: subject (ended first) and target by id, whether of one operator, and what each stands for."""

    subject: tuple[str, ...]
    target: tuple[str, ...]
    match: tuple[bool, ...]
    weight: tuple[float, ...]


def learn(frame: Frame, model: Model, labels: Labels) -> Model:
    """The model after the labels, in whatever order they come. Pairs that are no longer compared are left out; without any it stays."""
    found = _rows(frame, labels)
    if not len(found[0]):
        return model
    a, b, match, weight = found
    levels = compare(frame, (a, b))
    return updated(model, levels, match, weight)


def updated(model: Model, levels: Levels, match: NDArray[np.bool_], weight: Floats) -> Model:
    """The same from levels: one row a labelled pair."""
    within = _within(model, levels, match)
    each = np.empty(len(weight))
    for side in (match, ~match):
        each[side] = weight[side] * _scale(weight[side])
    counted = within * each[:, None]
    level = model.level.copy()
    reach = model.reach
    beyond = counted.sum(axis=0) * (1.0 - reach) / reach
    counts = _counts(levels, counted) + beyond[:, None, None] * missed(model) + PRIOR * model.level
    level[1:] = counts[1:] / counts[1:].sum(axis=2, keepdims=True)
    shared = within.T @ (weight * _scale(weight)) + PRIOR * model.share
    told = f"{model.trained_on}, and {len(weight)} answers about drawn pairs, {int(match.sum())} of them positive"
    return replace(model, level=level, share=shared / shared.sum(), trained_on=told)


def _scale(weight: Floats) -> float:
    """What makes weights add up to as many pairs as they are worth."""
    return float(weight.sum() / (weight**2).sum()) if len(weight) else 1.0


def _within(model: Model, levels: Levels, match: NDArray[np.bool_]) -> Floats:
    """Classes of each pair given its answer: a match is the operator's, the rest are what the model takes them for among the others."""
    joint = np.empty((len(levels), len(CLASSES)))
    joint_log(levels, model.log_share, np.nan_to_num(model.log_level, neginf=-700.0), joint)
    joint[:, MATCHES] = -np.inf
    shares = np.exp(joint - joint.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[match] = MATCHES / MATCHES.sum()
    return shares


def _counts(levels: Levels, counted: Floats) -> Floats:
    """Counted pairs by class, family and level; absent families count nowhere."""
    out = np.zeros((len(CLASSES), len(FAMILIES), LEVELS))
    for f in range(len(FAMILIES)):
        there = levels[:, f] >= 0
        for k in range(len(CLASSES)):
            out[k, f] = np.bincount(levels[there, f], weights=counted[there, k], minlength=LEVELS)
    return out


def _rows(frame: Frame, labels: Labels) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_], Floats]:
    """Rows of the labelled pairs that are still there, in one order whatever the labels'."""
    profiles = frame.profiles
    found = []
    for subject, target, *told in sorted(zip(labels.subject, labels.target, labels.match, labels.weight, strict=True)):
        rows = profiles.row_of(subject), profiles.row_of(target)
        if None not in rows:
            found.append((*rows, *told))
    a, b, match, weight = zip(*found, strict=True) if found else ((), (), (), ())
    return np.array(a, np.int32), np.array(b, np.int32), np.array(match, np.bool_), np.array(weight, np.float64)
