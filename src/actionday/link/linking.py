"""From profiles to proposals: block, compare, train, score, decide the relation, keep to the rules.

Entry of the room, and what `actionday link run` calls; also how a batch is added to what stands. Not for: reading profiles
from an archive (`profiles`), storing proposals (`playbook.linking`).
"""

import json
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from actionday.link.block import Blocking, Candidates, block, keys_of
from actionday.link.compare import Levels, compare, language
from actionday.link.evidence import ABSENT, FAMILIES, NAMES
from actionday.link.frame import Flags, Frame, frame
from actionday.link.learn import Labels, learn
from actionday.link.model import Model
from actionday.link.propose import Rules, allowed
from actionday.link.relation import relations
from actionday.link.score import bits, probabilities
from actionday.link.tables import Profiles
from actionday.link.train import train

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Linked:
    """Every candidate pair with its levels, weight (bits), probability, and whether the rules let it through."""

    frame: Frame
    model: Model
    rules: Rules
    candidates: Candidates
    levels: Levels
    weight: Floats
    probability: Floats
    allowed: Flags

    def proposals(self) -> pa.Table:
        """One row a proposal, likeliest first: subject (ended first), target, relation, probability, weight, evidence."""
        chosen = np.flatnonzero(self.allowed & (self.probability >= self.rules.threshold))
        chosen = chosen[np.lexsort((self.candidates.later[chosen], -self.probability[chosen]))]
        a, b = self.candidates.earlier[chosen], self.candidates.later[chosen]
        ids = self.frame.profiles.subjects["subject"]
        return pa.table(
            {
                "subject": ids.take(pa.array(a)),
                "target": ids.take(pa.array(b)),
                "relation": pa.array(relations(self.frame, (a, b)).tolist(), pa.string()),
                "probability": self.probability[chosen],
                "weight": self.weight[chosen],
                "evidence": pa.array([evidence_of(row) for row in self.levels[chosen]], pa.string()),
            }
        )


def evidence_of(levels: NDArray[np.int8]) -> str:
    """Levels in words by family, as JSON; absent families are left out."""
    told = {f.name: f.levels[level] for f, level in zip(FAMILIES, levels.tolist(), strict=True) if level != ABSENT}
    return json.dumps(told)


def link(
    profiles: Profiles,
    *,
    model: Model | None = None,
    rules: Rules | None = None,
    labels: Labels | None = None,
    blocking: Blocking | None = None,
    seed: int = 7,
) -> Linked:
    """The whole run. Without a model one is trained on the candidates, and then learns from labels, if any."""
    laid = frame(profiles)
    candidates = block(laid, blocking)
    levels = compare(laid, candidates.pairs)
    trained = model
    if trained is None:
        trained = train(laid, levels, seed=seed).model
        trained = trained if labels is None else learn(laid, trained, labels)
    return scored(laid, trained, rules or Rules(), candidates, levels)


def scored(laid: Frame, model: Model, rules: Rules, candidates: Candidates, levels: Levels) -> Linked:
    """Compared pairs with weights, probabilities and the rules applied."""
    passed = allowed(laid, model, candidates.pairs, levels, rules)
    return Linked(laid, model, rules, candidates, levels, bits(model, levels), probabilities(model, levels), passed)


def extend(standing: Linked, profiles: Profiles, *, blocking: Blocking | None = None) -> Linked:
    """What a full run over `profiles` would give with the same model, comparing only what the new rows can have changed.

    `profiles` holds the standing subjects as they were, under the same ids, and new ones. Pairs change where one is new or
    where they share a token or handle that a new one has too, since its frequency rose: those are made again.
    """
    laid = frame(profiles)
    place = _places(standing.frame, laid)
    new = np.ones(len(laid), np.bool_)
    new[place] = False
    touched = new | _sharing(laid, new)
    fresh = block(laid, blocking, among=touched)
    levels = compare(laid, fresh.pairs)
    earlier, later = place[standing.candidates.earlier], place[standing.candidates.later]
    kept = ~(touched[earlier] & touched[later])
    a = np.concatenate([earlier[kept], fresh.earlier]).astype(np.int32)
    b = np.concatenate([later[kept], fresh.later]).astype(np.int32)
    together = np.concatenate([standing.levels[kept], levels])
    order = np.lexsort((b, a))
    candidates = replace(fresh, earlier=a[order], later=b[order])
    whole = np.asfortranarray(together[order])
    whole[:, NAMES.index("language")] = language(laid, candidates.pairs)  # how rare one is, everyone decides
    return scored(laid, standing.model, standing.rules, candidates, whole)


def _places(old: Frame, new: Frame) -> NDArray[np.int64]:
    """Where each standing subject is among the rows now."""
    wanted, have = old.profiles.subjects["subject"], new.profiles.subjects["subject"]
    found = pc.index_in(wanted, value_set=have.combine_chunks())
    if found.null_count:
        raise ValueError("a subject that was linked before is not among the profiles: run everything again")
    return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def _sharing(laid: Frame, new: Flags) -> Flags:
    """Subjects that share a token or a handle's skeleton with a new one."""
    out = np.zeros(len(laid), np.bool_)
    for _, keys, owner in keys_of(laid):
        risen = np.unique(keys[new[owner]])
        out[owner[np.isin(keys, risen)]] = True
    return out
