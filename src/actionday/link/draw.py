"""Which pairs are put before people, and with which probability each was drawn: proposals by band of probability, and a share
of random pairs below the threshold and of known answers, which look the same to whoever judges.

Within a part and band every pair has the same chance, so what is drawn over what was there is its sampling probability
(stratified simple random sampling; W. G. Cochran, Sampling Techniques, 1977, chapter 5). Whoever goes by a real name is never
drawn. Not for: who has answered what (`playbook`), or learning from answers (`learn`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.link.frame import Flags, Ints
from actionday.link.linking import Linked, evidence_of
from actionday.link.relation import relations
from actionday.link.tables import TIME

BANDS = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.0)
"""Edges of the bands of probability; the last holds 1 itself."""
PROPOSAL, BELOW, KNOWN = "proposal", "below", "known"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many pairs, which share of them are no proposals, which share two people judge, and who judges."""

    size: int
    coders: Sequence[str]
    controls: float = 0.1
    double: float = 0.2
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Before:
    """Pairs that were drawn before and are not drawn again, and pairs whose answer stands."""

    drawn: frozenset[Pair]
    known: frozenset[Pair]


def band_of(probability: NDArray[np.float64]) -> Ints:
    """The band that each probability lies in, from 0."""
    return np.clip(np.digitize(probability, BANDS[1:-1]), 0, len(BANDS) - 2).astype(np.int64)


def draw(linked: Linked, plan: Plan, before: Before) -> pa.Table:
    """The drawn pairs, a row a pair and coder: see the archive's `link_draws`, without `draw`, `model` and `at`; `pair` counts pairs.

    Fewer than asked where there are not that many. The same input and seed draw the same.
    """
    random = np.random.default_rng(plan.seed)
    part = _parts(linked, before)
    wanted = round(plan.size * plan.controls)
    known = min(wanted // 2, int((part == _CODE[KNOWN]).sum()))
    sizes = {PROPOSAL: plan.size - wanted, BELOW: wanted - known, KNOWN: known}
    rows, chance, code = [], [], []
    band = band_of(linked.probability)
    for name, size in sizes.items():
        found, sampling = _stratified(random, part == _CODE[name], band, size)
        rows.append(found)
        chance.append(sampling)
        code.append(np.full(len(found), _CODE[name]))
    pairs, sampling, parts = np.concatenate(rows), np.concatenate(chance), np.concatenate(code)
    pair, coder = _assigned(random, len(pairs), plan)
    table = _told(linked, pairs).append_column("sampling", pa.array(sampling))
    table = table.append_column("part", pa.array(np.array(list(_CODE), object)[parts], pa.string()))
    table = table.append_column("pair", pa.array(np.arange(len(pairs)))).take(pa.array(pair))
    return table.append_column("coder", pa.array([plan.coders[one] for one in coder.tolist()], pa.string()))


_CODE = {PROPOSAL: 0, BELOW: 1, KNOWN: 2}


def _parts(linked: Linked, before: Before) -> NDArray[np.int64]:
    """Which part each compared pair belongs to; -1 for those that are not drawn."""
    subjects = linked.frame.profiles.subjects
    real = subjects["real_name"].fill_null(False).to_numpy(zero_copy_only=False)
    a, b = linked.candidates.pairs
    proposed: Flags = linked.allowed & (linked.probability >= linked.rules.threshold)
    part = np.where(proposed, _CODE[PROPOSAL], _CODE[BELOW])
    part[_among(linked, before.drawn)] = -1
    part[_among(linked, before.known)] = _CODE[KNOWN]
    part[real[a] | real[b]] = -1
    return part


def _among(linked: Linked, pairs: frozenset[Pair]) -> Ints:
    """Places of the compared pairs that are among some pairs of ids, in either order."""
    profiles, n = linked.frame.profiles, len(linked.frame)
    wanted = []
    for pair in pairs:
        a, b = (profiles.row_of(one) for one in pair)
        if a is not None and b is not None:
            wanted += [a * n + b, b * n + a]
    code = linked.candidates.earlier.astype(np.int64) * n + linked.candidates.later
    return np.flatnonzero(np.isin(code, np.array(wanted, np.int64)))


def _stratified(random: np.random.Generator, among: Flags, band: Ints, size: int) -> tuple[Ints, NDArray[np.float64]]:
    """So many of the pairs, as evenly over bands as there are pairs, and the probability of each."""
    there = np.bincount(band[among], minlength=len(BANDS) - 1)
    taken = np.zeros_like(there)
    while (left := size - int(taken.sum())) > 0 and (open_ := np.flatnonzero(taken < there)).size:
        for which in open_[::-1][:left]:  # the highest band first where not every band gets one more
            taken[which] += min(max(left // len(open_), 1), there[which] - taken[which])
    rows = [np.zeros(0, np.int64)]
    for which in np.flatnonzero(taken):
        rows.append(random.choice(np.flatnonzero(among & (band == which)), taken[which], replace=False))
    found = np.concatenate(rows)
    return found, taken[band[found]] / np.maximum(there[band[found]], 1)


def _assigned(random: np.random.Generator, n: int, plan: Plan) -> tuple[Ints, Ints]:
    """By row: the pair and the coder's place. The first of a random order go to two people, the others to one in turn."""
    order, people = random.permutation(n), len(plan.coders)
    twice = round(n * plan.double) if people > 1 else 0
    turn = np.arange(n) % people
    pair = np.concatenate([order, order[:twice]])
    return pair, np.concatenate([turn, (turn[:twice] + 1) % people])


def _told(linked: Linked, rows: Ints) -> pa.Table:
    a, b = linked.candidates.earlier[rows], linked.candidates.later[rows]
    subjects = linked.frame.profiles.subjects
    ended = subjects["ended_at"].take(pa.array(a))
    return pa.table(
        {
            "subject": subjects["subject"].take(pa.array(a)),
            "target": subjects["subject"].take(pa.array(b)),
            "relation": pa.array(relations(linked.frame, (a, b)).tolist(), pa.string()),
            "probability": linked.probability[rows],
            "weight": linked.weight[rows],
            "evidence": pa.array([evidence_of(row) for row in linked.levels[rows]], pa.string()),
            "ended_at": ended.cast(TIME),
        }
    )
