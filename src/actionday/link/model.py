"""The weights as a value: how often each level occurs in each class of pairs, and how the classes share the candidates.

Classes, after Fellegi and Sunter, JASA 64 (1969), but four instead of two, since pairs are alike for other reasons too:
*strangers*; *neighbours*, who share a community and so much of what it posts; *followers*, who copy from one another
besides; and pairs of one *operator*, the matches. Not for: finding the weights (`train`), or using them (`score`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from actionday.link.evidence import FAMILIES, NAMES

Floats = NDArray[np.float64]

CLASSES = ("stranger", "neighbour", "follower", "operator")
MATCHES = np.array([False, False, False, True])
LEVELS = max(len(family.levels) for family in FAMILIES)
BLOCKS: Mapping[str, int] = {
    **{family.name: 3 for family in FAMILIES if family.name in ("display_name", "bio", "links", "invites", "media")},
    **{family.name: 3 for family in FAMILIES if family.name in ("texts", "forwards", "admins", "members")},
    "handle": 4,
    "announced": 1,
}
"""The first level of a family at which blocking finds a pair: a pair that reaches none is never seen."""


@dataclass(frozen=True)
class Model:
    """`share[class]` of the candidates; `level[class, family, level]` sums to 1 over a family's levels, 0 beyond them;
    `present[family]` is how often both of a pair have it.
    """

    share: Floats
    level: Floats
    present: Floats
    trained_on: str
    pairs: int

    @property
    def version(self) -> str:
        """Twelve hex digits of the SHA-256 of its JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    @property
    def reach(self) -> Floats:
        """By class: the chance that blocking finds a pair of it, families taken as independent."""
        return reach(self.level, self.present)

    @property
    def log_share(self) -> Floats:
        """Log of the share of each class, given that blocking found the pair."""
        with np.errstate(divide="ignore"):
            return np.log(self.share) - np.log(self.reach)

    @property
    def log_level(self) -> Floats:
        """Log of `level`, -inf where it is 0."""
        with np.errstate(divide="ignore"):
            return np.log(self.level)

    def to_json(self) -> str:
        """Rounded to eight digits, so that the same weights have the same version on every machine."""
        whole: dict[str, Any] = {
            "families": list(NAMES),
            "classes": list(CLASSES),
            "share": _plain(self.share),
            "level": _plain(self.level),
            "present": _plain(self.present),
            "trained_on": self.trained_on,
            "pairs": self.pairs,
        }
        return json.dumps(whole, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError when families or classes are not this release's."""
        whole = json.loads(text)
        if tuple(whole["families"]) != NAMES or tuple(whole["classes"]) != CLASSES:
            raise ValueError(
                "these weights are of another release: families or classes differ; run `actionday link run`"
            )
        share, level, present = (np.array(whole[name], np.float64) for name in ("share", "level", "present"))
        return cls(share, level, present, whole["trained_on"], int(whole["pairs"]))


def reach(level: Floats, present: Floats) -> Floats:
    """By class: 1 minus the chance that no blocking family reaches its blocking level."""
    missed = np.ones(len(level))
    for name, first in BLOCKS.items():
        f = NAMES.index(name)
        missed *= 1.0 - present[f] * level[:, f, first:].sum(axis=1)
    return np.maximum(1.0 - missed, 1e-12)


def _plain(values: Floats) -> Any:  # noqa: ANN401 - nested lists
    return json.loads(
        json.dumps(values.tolist(), allow_nan=False), parse_float=lambda text: float(f"{float(text):.8g}")
    )
