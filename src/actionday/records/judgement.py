"""A human judgement about two subjects: whether and how they belong together, who says so, when, why, and shown what.

A judgement is never edited. The same person's later one on the same pair replaces it in the fold (`records.lineage`), and a
`Withdrawal` takes it back as if it had not been made. A machine's score is another value and lives elsewhere. A judgement is
about accounts and channels: `same_operator` means the operator of accounts, never a named person.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from actionday.records.ids import ActorId, EntryId, JudgementId
from actionday.records.subject import SubjectId

LEAD = "A link is a lead, never a ground: it names accounts and channels, and never a person."
"""What stands beside every link that is shown, and beside every judgement."""


NOTHING_JUDGED = "nothing was judged here: without judgements nobody is known to have come back"
"""What a measure or a brief says where there are no judgements."""


class Judged(StrEnum):
    """What a person answers about a pair."""

    POSITIVE = "positive"
    """they belong together, in the relation that is named"""
    NEGATIVE = "negative"
    """they do not"""
    UNSURE = "unsure"
    """looked at, and cannot say"""
    NONE = "none"
    """no answer any more: whatever this person said about the pair no longer holds"""


class Relation(StrEnum):
    """How two subjects belong together."""

    RENAME = "rename"
    """b is a under a new name"""
    SUCCESSOR = "successor"
    """b begins after a ended"""
    BACKUP = "backup"
    """b was announced or opened before a ended, and takes over after"""
    SIBLING = "sibling"
    """both at once, of one operator"""
    SAME_OPERATOR = "same_operator"
    """of one operator on two platforms"""
    UNRELATED = "unrelated"
    """not of one operator"""


DIRECTED = frozenset({Relation.RENAME, Relation.SUCCESSOR, Relation.BACKUP})
"""Relations that lead from a to b; in the others the order of a pair says nothing."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One person's answer about one pair. `a` comes before `b` where the relation is directed.

    `relation` goes with the answer: positive names one, negative is `unrelated`, unsure may name the one that was asked about,
    none has none. `sampling` is the probability with which the subject `a` was drawn to be looked into, None where it is not
    known. `draw` is the id of the drawn pair that this answers (the archive's `link_draws` has its probability), empty where the
    pair was picked by hand: weights learn only from drawn pairs. `blind` says that the person saw nobody else's answer; `shown`
    names what was laid before the person (families of evidence, the score), in that order. `at` is in UTC. Raises ValueError.
    """

    id: JudgementId
    a: SubjectId
    b: SubjectId
    judged: Judged
    relation: Relation | None
    who: ActorId
    at: datetime
    why: str = field(default="", repr=False)
    sampling: float | None = None
    blind: bool = False
    shown: tuple[str, ...] = ()
    draw: str = ""

    def __post_init__(self) -> None:
        if self.a == self.b:
            raise ValueError("a judgement is about two subjects")
        if self.at.tzinfo is not UTC:
            _to_utc(self)
        if self.relation not in _FITTING[self.judged]:
            raise ValueError(f"{self.judged} does not go with the relation {self.relation}")
        _check_sampling(self.sampling)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """One person's answer about one subject: looked into, and none of those laid before the person is its return.

    `among` are those (there may have been none), so it is a negative answer on each of these pairs, and besides that an answer
    about `a` as a whole. The rest is as in `Judgement`. It holds until the person takes it back or judges a return of `a`
    positive. Raises ValueError.
    """

    id: JudgementId
    a: SubjectId
    among: tuple[SubjectId, ...]
    who: ActorId
    at: datetime
    why: str = field(default="", repr=False)
    sampling: float | None = None
    blind: bool = False
    shown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.a in self.among:
            raise ValueError("a subject is not its own return")
        if len(set(self.among)) != len(self.among):
            raise ValueError("a subject is named twice among those that were looked at")
        if self.at.tzinfo is not UTC:
            _to_utc(self)
        _check_sampling(self.sampling)

    def pairs(self) -> tuple[Judgement, ...]:
        """What it says of each pair."""
        return tuple(
            Judgement(
                self.id, self.a, other, Judged.NEGATIVE, Relation.UNRELATED, self.who, self.at, self.why,
                self.sampling, self.blind, self.shown,
            )
            for other in self.among
        )  # fmt: skip


Answer = Judgement | NoneOf
"""What a person answers: about a pair, or about a subject as a whole."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Takes one judgement back, by the person who made it: the fold is as if it had not been made. `at` is in UTC."""

    id: EntryId
    of: JudgementId
    who: ActorId
    at: datetime
    why: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.at.tzinfo is not UTC:
            _to_utc(self)


def _check_sampling(sampling: float | None) -> None:
    if sampling is not None and not 0 < sampling <= 1:
        raise ValueError(f"sampling probability {sampling} is not above 0 and at most 1")


def _to_utc(made: Judgement | NoneOf | Withdrawal) -> None:
    if made.at.tzinfo is None:
        raise ValueError("it needs an aware time")
    object.__setattr__(made, "at", made.at.astimezone(UTC))


_TOGETHER: frozenset[Relation | None] = frozenset(Relation) - {Relation.UNRELATED}
_FITTING: dict[Judged, frozenset[Relation | None]] = {
    Judged.POSITIVE: _TOGETHER,
    Judged.NEGATIVE: frozenset({Relation.UNRELATED}),
    Judged.UNSURE: _TOGETHER | {None},
    Judged.NONE: frozenset({None}),
}
