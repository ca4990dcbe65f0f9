"""Which scored pairs may be put before a person: the rules that keep the innocent out, then the threshold.

Linking starts from a subject that ended or has a finding (`block` sees to it). A proposal needs two independent groups of
evidence that are no names; style, hours, rhythm and language count only beside a direct signal (a link or declared move
between the two, the same media, the same invite). Whoever goes by a real name is never proposed. A link is a lead.
Not for: judging; nothing is merged here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actionday.link.compare import Levels, Pairs
from actionday.link.evidence import FAMILIES, Role
from actionday.link.frame import Flags, Frame
from actionday.link.model import Model
from actionday.link.score import family_bits


@dataclass(frozen=True, slots=True)
class Rules:
    """What a proposal needs besides its probability. `independent` groups of evidence that are no names."""

    threshold: float = 0.5
    independent: int = 2


def allowed(frame: Frame, model: Model, pairs: Pairs, levels: Levels, rules: Rules) -> Flags:
    """Which pairs the rules let through, whatever their probability."""
    real = frame.profiles.subjects["real_name"].fill_null(False).to_numpy(zero_copy_only=False)
    return supported(model, levels, rules) & ~real[pairs[0]] & ~real[pairs[1]]


def supported(model: Model, levels: Levels, rules: Rules) -> Flags:
    """Whether enough independent groups of evidence speak for each pair."""
    agreeing = agreement(model, levels)
    groups: dict[str, NDArray[np.bool_]] = {}
    for f, family in enumerate(FAMILIES):
        if family.role not in (Role.NAME, Role.TIME):
            groups[family.group] = groups.get(family.group, np.zeros(len(levels), np.bool_)) | agreeing[:, f]
    styled = groups.pop("style")
    solid = np.sum(list(groups.values()), axis=0)
    direct = agreeing[:, [f for f, family in enumerate(FAMILIES) if family.role is Role.DIRECT]].any(axis=1)
    passed: Flags = (solid >= rules.independent) | (direct & (solid + styled >= rules.independent))
    return passed


def agreement(model: Model, levels: Levels) -> NDArray[np.bool_]:
    """By pair and family: whether the family speaks for one operator (its agreeing level reached, and worth a bit or more)."""
    first = np.array([family.agrees for family in FAMILIES])
    weighs = family_bits(model)
    chosen = weighs[np.arange(len(FAMILIES))[None, :], np.maximum(levels, 0)]
    reached: NDArray[np.bool_] = (levels >= first[None, :]) & (chosen >= 1.0)
    return reached
