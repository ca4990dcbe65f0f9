"""Synthetic removals whose true incidence of returns is known: does the corrected figure's interval cover it?

Links miss returns, the late ones more often, and some lead to strangers; a random sample is labelled with the truth. Beside
`worlds`, which is about lifetimes. Not for: names, evidence and scores of links.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.returns_figures import Asked, away_estimates, figures, incidence_estimates
from actionday.measure.returns_outcomes import Outcomes, outcomes_of
from actionday.measure.schemas import COHORT
from actionday.measure.worlds import CAMPAIGN, DAY_ONE
from actionday.records import ActorId, Judged, Judgement, JudgementId, Relation, SubjectId

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FIRST, LAST, WATCHED = 100.0, 160.0, 200.0
"""Days on which removals begin and end, and the end of observation."""


@dataclass(frozen=True, slots=True)
class Returning:
    """What happens after a removal: shares that return and move, and mean days until they do (exponential)."""

    returned: float = 0.35
    return_days: float = 6.0
    moved: float = 0.15
    move_days: float = 10.0
    early: float = 0.85  # share of returns within 5 days that everyday work links
    late: float = 0.5  # and of later ones
    wrong: float = 0.06  # share of the others that it links to a stranger
    sampled: float = 0.3  # chance of coming into the labelled sample

    def incidence(self, cause: str, t: float) -> float:
        """P(the cause came first, by day t)."""
        share, mean = (self.returned, self.return_days) if cause == "returned" else (self.moved, self.move_days)
        return share * (1 - math.exp(-t / mean))

    def days_away(self, horizon: float) -> float:
        """Mean days of the first `horizon` before whichever came first."""
        lost = sum(
            share * (horizon - mean * (1 - math.exp(-horizon / mean)))
            for share, mean in ((self.returned, self.return_days), (self.moved, self.move_days))
        )
        return horizon - lost


RETURNING = Returning()
# One day after a removal the bracket of a day is as long as the wait: those intervals are too wide, and not listed.
TRUTH: Mapping[str, float] = {
    "returned_7d_corrected": RETURNING.incidence("returned", 7),
    "returned_30d_corrected": RETURNING.incidence("returned", 30),
    "moved_30d_corrected": RETURNING.incidence("moved", 30),
    "days_away_30d_corrected": RETURNING.days_away(30),
}


def removals_world(seed: int, n: int = 400, life: Returning = RETURNING) -> Outcomes:
    """One world: n removed subjects looked at daily, their returns as subjects of their own, judgements of two kinds."""
    random = np.random.default_rng(seed)
    removed = random.uniform(FIRST, LAST, n)
    fate = random.choice(3, n, p=[1 - life.returned - life.moved, life.returned, life.moved])
    after = np.where(fate == 1, random.exponential(life.return_days, n), random.exponential(life.move_days, n))
    seen = (fate > 0) & (removed + after < WATCHED)
    back, gone_abroad = seen & (fate == 1), seen & (fate == 2)
    linked = back & (random.random(n) < np.where(after < 5, life.early, life.late))
    wrong = ~back & (random.random(n) < life.wrong)
    stranger = removed + random.uniform(0.05, 25, n)
    wrong &= stranger < WATCHED
    sampled = random.random(n) < life.sampled
    begins = np.concatenate([removed + after, stranger])
    cohort = _cohort(removed, random.random(n), begins, np.concatenate([back, np.ones(n, np.bool_)]))
    judgements = _judgements(back, (linked, wrong), sampled, life.sampled)
    base = DAY_ONE.timestamp() / 86_400
    moves = np.where(gone_abroad, base + removed + after, np.nan)
    return outcomes_of(cohort, CAMPAIGN, judgements, lambda _: moves)


def returns_covered(seed: int) -> dict[str, bool]:
    """Does each 95 % interval of the corrected figures cover its truth? By estimand."""
    asked = Asked(0.95, seed, {})
    drawn = figures(removals_world(seed), asked)
    found = {e.name: e for e in (*incidence_estimates(drawn, asked), *away_estimates(drawn, asked))}
    result = {}
    for name, truth in TRUTH.items():
        e = found[name]
        result[name] = e.low is not None and e.high is not None and e.low <= truth <= e.high
    return result


def _cohort(removed: Floats, phase: Floats, begins: Floats, there: Flags) -> pa.Table:
    """Removed subjects under their numbers, then those that begin: the return, and the stranger, of each."""
    n = len(removed)
    present = np.floor(removed - phase) + phase
    rows = {
        "subject": [f"telegram:channel:{k}" for k in np.concatenate([np.arange(n), n + np.flatnonzero(there)])],
        "first_seen": _times(np.concatenate([np.zeros(n), begins[there]])),
        "last_present": _times(np.concatenate([present, np.full(int(there.sum()), WATCHED)])),
        "first_miss": pa.concat_arrays([_times(present + 1), pa.nulls(int(there.sum()), _TIME)]),
        "event": pa.array(["removed"] * n + [None] * int(there.sum()), pa.string()),
    }
    size = n + int(there.sum())
    same = {"platform": "telegram", "kind": "channel", "organisation": "none recorded", "basis": "observed"}
    flags = {"residual": False, "exact": False, "blind": False}
    constant = {name: pa.repeat(pa.scalar(value), size) for name, value in {**same, **flags}.items()}
    columns = {**constant, "n_looks": pa.repeat(pa.scalar(9, pa.int64()), size), **rows}
    return pa.table([columns.get(f.name, pa.nulls(size, f.type)) for f in COHORT], schema=COHORT)


_TIME = COHORT.field("first_seen").type


def _times(days: Floats) -> pa.Array:
    return pa.array(np.round(DAY_ONE.timestamp() * 1e6 + days * 86_400e6).astype(np.int64)).cast(_TIME)


def _judgements(back: Flags, links: tuple[Flags, Flags], sampled: Flags, chance: float) -> list[Judgement]:
    """Everyday links, right and wrong ones, without a sampling probability; the truth of the sample with it."""
    n, (linked, wrong) = len(back), links
    made = [_said(k, n + k, None, right=True) for k in np.flatnonzero(linked).tolist()]
    made += [_said(k, 2 * n + k, None, right=True) for k in np.flatnonzero(wrong).tolist()]
    for k in np.flatnonzero(sampled).tolist():
        made.append(_said(k, n + k if back[k] else 2 * n + k, chance, right=bool(back[k])))
    return made


def _said(a: int, b: int, sampling: float | None, *, right: bool) -> Judgement:
    judged, relation = (Judged.POSITIVE, Relation.SUCCESSOR) if right else (Judged.NEGATIVE, Relation.UNRELATED)
    who = ActorId("a-everyday" if sampling is None else "a-coder")
    name = JudgementId(f"j-{a}-{b}-{who}")
    old, new = SubjectId("telegram", "channel", str(a)), SubjectId("telegram", "channel", str(b))
    return Judgement(name, old, new, judged, relation, who, DAY_ONE + timedelta(days=WATCHED), "", sampling)
