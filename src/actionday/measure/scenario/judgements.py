"""What analysts judged about returns: everyday links, a few of them wrong, and a random sample that two coders labelled.

Only subjects under observation are judged. Not for: affiliations (listings), or the truth, which `truth.json` holds.
"""

import numpy as np
import pyarrow as pa

from actionday.measure.scenario.draws import Flags, Ints, stage
from actionday.measure.scenario.listings import Register, instants, table
from actionday.measure.scenario.lives import KINDS, Cause, Tie
from actionday.measure.scenario.words import join, numbers

RECALL, WRONG, SAMPLED = 0.6, 0.03, 0.25
"""Share of returns that everyday work links, share of the others that it links wrongly, chance to be drawn into the sample."""
_ACTS = (Cause.BACKGROUND, Cause.FIRST_DAY, Cause.SECOND_DAY, Cause.DENIED)


def link_judgements(book: Register) -> pa.Table:
    """Payload rows of `link_judgements`: everyday answers without a sampling probability, the coders' with it."""
    rng, cast, days = stage(book.seed, "link judgements"), book.cast, book.parameters.days
    removed = book.found & np.isin(cast.cause, _ACTS) & (cast.end < days) & (cast.end >= 0)
    child, other = _heirs(book), _neighbours(book)
    mine = np.flatnonzero(removed & (other >= 0))
    back = child[mine] >= 0
    linked = back & (rng.random(len(mine)) < RECALL)
    wrong = ~back & (rng.random(len(mine)) < WRONG)
    drawn = rng.random(len(mine)) < SAMPLED
    abroad = _abroad(book)[mine]
    gone = abroad >= 0
    told = gone & (rng.random(len(mine)) < RECALL)
    parts = [
        (mine[linked], child[mine[linked]], "positive", "", None),
        (mine[wrong], other[mine[wrong]], "positive", "successor", None),
        (mine[told], abroad[told], "positive", "same_operator", None),
        (mine[drawn & back], child[mine[drawn & back]], "positive", "", SAMPLED),
        (mine[drawn & gone], abroad[drawn & gone], "positive", "same_operator", SAMPLED),
        (mine[drawn & ~back], other[mine[drawn & ~back]], "negative", "unrelated", SAMPLED),
    ]
    return pa.concat_tables([_answers(book, *part) for part in parts])


def _answers(book: Register, a: Ints, b: Ints, judged: str, relation: str, sampling: float | None) -> pa.Table:
    """One kind of answer about pairs; without a relation it is the one that the world made."""
    cast, n = book.cast, len(a)
    made = pa.array(np.where(cast.tie[b] == Tie.BACKUP, "backup", "successor").astype(object), pa.string())
    later = np.maximum(cast.end[a], book.eye.found[b]) + 7.0
    late = np.full(n, book.parameters.days + 14.0) + np.arange(n) / 1440
    who, why = ("coder-", "everything that both ever showed") if sampling else ("analyst-", "same invite and media")
    return table(
        "link_judgements",
        {
            "subject": book.profile.subject.take(pa.array(a)),
            "target": book.profile.subject.take(pa.array(b)),
            "judged": pa.repeat(judged, n),
            "relation": pa.repeat(relation, n) if relation else made,
            "judged_by": join(who, numbers(1 + a % (2 if sampling else 3))),
            "judged_at": instants(book.parameters, late if sampling else np.minimum(later, book.parameters.days + 7.0)),
            "why": pa.repeat(why, n),
            "sampling": pa.repeat(pa.scalar(sampling, pa.float64()), n),
            "blind": pa.repeat(sampling is not None, n),
        },
        n,
    )


def _heirs(book: Register) -> Ints:
    """By subject its successor or backup, if that came under observation; else -1."""
    cast = book.cast
    back = np.flatnonzero(book.found & np.isin(cast.tie, (Tie.SUCCESSOR, Tie.BACKUP)) & (cast.origin >= 0))
    child = np.full(len(cast), -1, np.int64)
    child[cast.origin[back]] = back
    return child


def _abroad(book: Register) -> Ints:
    """By operator the account that the same one opened on another platform, if that came under observation; else -1."""
    cast = book.cast
    moved = book.found & (cast.tie == Tie.MIGRATION) & (cast.origin >= 0) & (cast.kind == KINDS.index("admin"))
    there = np.full(len(cast), -1, np.int64)
    there[cast.origin[moved]] = np.flatnonzero(moved)
    return there


def _neighbours(book: Register) -> Ints:
    """By subject a stranger to compare it with: the next found one of its community, platform and kind that began after it ended,
    where there is none another one; -1 for itself.
    """
    cast, free = book.cast, np.flatnonzero(book.found & ~_is_heir(book))
    key = (cast.community * 64 + cast.platform) * 64 + cast.stratum
    begun = key * 1_000.0 + np.clip(cast.birth, -400, 590) + 400
    ended = key * 1_000.0 + np.clip(cast.end, -400, 590) + 400
    order = free[np.argsort(begun[free], kind="stable")]
    place = np.searchsorted(begun[order], ended, side="right")
    if not len(order):
        return np.full(len(cast), -1, np.int64)
    nearest = order[place % len(order)]
    return np.where(nearest == np.arange(len(cast)), -1, nearest)


def _is_heir(book: Register) -> Flags:
    return np.asarray(np.isin(book.cast.tie, (Tie.SUCCESSOR, Tie.BACKUP)))
