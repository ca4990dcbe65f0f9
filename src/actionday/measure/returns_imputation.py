"""Completed data: removal dates drawn inside their brackets, outcomes of the unlabelled drawn from the labelled sample.

Each draw gives (time, cause) for every subject; figures are estimated on each and pooled by Rubin's rules. Deterministic by seed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actionday.measure.returns_outcomes import MOVED, NOTHING, RETURNED, Links, Outcomes

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]
Ints = NDArray[np.int64]

IMPUTATIONS = 30
FEWEST_LABELLED = 5
"""Labelled subjects of a class below which nothing is said of its unlabelled ones."""

Completed = tuple[Floats, Codes]
"""Days from removal, and cause; 0 is censored."""


def removal(random: np.random.Generator, some: Outcomes, links: Links) -> Floats:
    """A removal date each, uniform in its bracket; one whose successor was seen inside the bracket lies before that."""
    cut = links.after & (links.cause != NOTHING)
    latest = np.where(cut, np.clip(links.at, some.left, some.right), some.right)
    return some.left + random.random(len(some)) * (latest - some.left)


def completed(some: Outcomes, links: Links, removed: Floats) -> Completed:
    """Times and causes as the links say; without one a subject is censored when its platform was last observed."""
    happened = links.cause != NOTHING
    time = np.where(happened, links.at - removed, some.until - removed)
    return np.maximum(np.nan_to_num(time), 0.0), links.cause.copy()


def as_observed(random: np.random.Generator, some: Outcomes) -> Completed:
    """One draw of the removal dates alone; subjects whose outcome is unknown are left out."""
    time, cause = completed(some, some.links, removal(random, some, some.links))
    kept = ~some.links.unknown
    return time[kept], cause[kept]


def bound(random: np.random.Generator, some: Outcomes, cause: int | None) -> Completed:
    """One draw with every unlabelled subject censored (None), or with the cause at once."""
    time, causes = completed(some, some.links, removal(random, some, some.links))
    free = unlabelled(some)
    if cause is not None:
        time[free], causes[free] = 0.0, cause
    return time, causes


def unlabelled(some: Outcomes) -> Flags:
    """Nobody answered, or the answer was unsure, and no move was declared."""
    return (some.links.cause == NOTHING) & ~(some.links.told & ~some.links.unknown)


@dataclass(frozen=True, slots=True)
class Donors:
    """The labelled sample of one class: rows, and weights by which they stand for the unlabelled, (1 - p) / p."""

    rows: Ints
    weight: Floats


@dataclass(frozen=True, slots=True)
class Design:
    """Who is labelled, and by class of everyday link (nothing, returned, moved) who stands for whom.

    `lacking` says in words what is missing, or is empty.
    """

    labelled: Flags
    donors: dict[int, Donors]
    recipients: dict[int, Ints]
    lacking: str

    @property
    def n(self) -> int:
        """Labelled subjects."""
        return int(self.labelled.sum())


def design(some: Outcomes) -> Design:
    """The two-phase design that the judgements amount to."""
    labelled = ~np.isnan(some.drawn) & ~some.sample.unknown & (some.sample.told | (some.sample.cause == RETURNED))
    donors, recipients, lacking = {}, {}, []
    for kind, words in ((NOTHING, "without a link"), (RETURNED, "linked as returned"), (MOVED, "linked as moved")):
        mine = some.everyday.cause == kind
        given = np.flatnonzero(mine & labelled & (some.drawn < 1.0))
        taking = np.flatnonzero(mine & ~labelled)
        if kind == MOVED and given.size < FEWEST_LABELLED:
            continue  # an operator's own word stands where no sample speaks of it
        if taking.size and given.size < FEWEST_LABELLED:
            lacking.append(f"{given.size} labelled {words}, at least {FEWEST_LABELLED} are needed")
            continue
        donors[kind] = Donors(given, (1.0 - some.drawn[given]) / some.drawn[given])
        recipients[kind] = taking
    return Design(labelled, donors, recipients, "; ".join(lacking))


def corrected(random: np.random.Generator, some: Outcomes, plan: Design) -> Completed:
    """One draw: the labelled as labelled, everyday links upheld or not, and the rest as the labelled sample has it.

    Donors are drawn after a Bayesian bootstrap of the sample (Rubin 1981), so that the sample's own chance is in the draws.
    A donor's outcome is taken whole, time and cause, and cut where the receiver's own observation ends.
    """
    everyday = completed(some, some.everyday, removal(random, some, some.everyday))
    truth = completed(some, some.sample, removal(random, some, some.sample))
    time = np.where(plan.labelled, truth[0], everyday[0])
    cause = np.where(plan.labelled, truth[1], everyday[1])
    follow = some.until - removal(random, some, some.sample)
    for kind, giving in plan.donors.items():
        taking = plan.recipients[kind]
        if not taking.size:
            continue
        weight = giving.weight * random.exponential(size=giving.rows.size)
        donor = random.choice(giving.rows, taking.size, p=weight / weight.sum())
        own = np.maximum(follow[taking], 0.0)
        late = truth[0][donor] > own
        fresh = np.where(late, own, truth[0][donor]), np.where(late, NOTHING, truth[1][donor])
        upheld = (kind != NOTHING) & (truth[1][donor] == kind)
        time[taking] = np.where(upheld, time[taking], fresh[0])
        cause[taking] = np.where(upheld, cause[taking], fresh[1])
    return time, cause.astype(np.int8)
