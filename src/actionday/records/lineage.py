"""The fold over judgements: which subjects belong together, in which order they came, and where people contradict each other.

A pure function of its rows: their order of arrival does not matter, a withdrawn one leaves no trace. The rules, in this order:

1. Of one person's judgements on a pair the latest counts (time, then id); `none` counts as no answer.
2. The most cautious answer on a pair stands: a negative before an unsure, that before a positive. People who differ are a conflict.
3. Pairs that stand as positive join clusters, oldest first; one that would bring a negative pair into one cluster is set aside.
   So a negative wins over any chain of positives. The chain is a conflict, and `chain` shows it.
4. `NoneOf` is a negative answer on each of its pairs, and stands for its subject until the same person judges a return of it positive.
5. Within clusters, directed relations on which people agree make generations (`records.generations`).

A conflict is never resolved here; a person's next judgement resolves it. Not for: machine scores, or what a cluster proves.
"""

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from actionday.records.generations import generations
from actionday.records.ids import JudgementId
from actionday.records.judgement import DIRECTED, Answer, Judged, Judgement, NoneOf, Relation
from actionday.records.subject import SubjectId
from actionday.records.union import Union

_CAUTION = {Judged.NEGATIVE: 0, Judged.UNSURE: 1, Judged.POSITIVE: 2}


class Contradiction(StrEnum):
    """What does not fit together."""

    ANSWERS = "answers"
    """people answer differently about one pair; the most cautious answer stands"""
    RELATION = "relation"
    """people agree that a pair belongs together, not how; it has no relation until they do"""
    CHAIN = "chain"
    """a negative pair is joined by a chain of positives; the negative wins, and the newest link of the chain is set aside"""
    CIRCLE = "circle"
    """subjects come after one another in a circle; they and what comes after them have no generation"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for a pair: the answer, the relation where people agree on one, the judgements that count, oldest first.

    `a` comes before `b` where the relation is directed, else they are in the order of their text.
    """

    a: SubjectId
    b: SubjectId
    judged: Judged
    relation: Relation | None
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A contradiction: between which subjects (a pair, or a circle's), and the judgements that make it, with who and when.

    Of a chain, `judgements` are the negative ones; the chain itself is `Lineage.chain(*conflict.subjects)`.
    """

    kind: Contradiction
    subjects: tuple[SubjectId, ...]
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """What the judgements say together.

    `clusters` are groups of two and more, each in the order of the subjects' texts; `pairs` what stands, in that order too;
    `set_aside` the positives that a negative overrules; `generation` is 1 for the first life, by subject that has one; `none`
    are the subjects that somebody looked into and found no return of.
    """

    clusters: tuple[tuple[SubjectId, ...], ...]
    pairs: tuple[Standing, ...]
    set_aside: tuple[Standing, ...]
    conflicts: tuple[Conflict, ...]
    generation: Mapping[SubjectId, int]
    _number: Mapping[SubjectId, int] = field(repr=False, compare=False)
    none: frozenset[SubjectId] = frozenset()

    def cluster_of(self, subject: SubjectId) -> tuple[SubjectId, ...]:
        """The subject's cluster; the subject alone where it is in none."""
        number = self._number.get(subject)
        return (subject,) if number is None else self.clusters[number]

    def chain(self, a: SubjectId, b: SubjectId) -> tuple[Standing, ...]:
        """A shortest chain of positive pairs from a to b, those set aside too; empty where there is none. Linear in the pairs."""
        beside: dict[SubjectId, list[tuple[SubjectId, Standing]]] = {}
        for pair in self.pairs:
            if pair.judged is Judged.POSITIVE:
                beside.setdefault(pair.a, []).append((pair.b, pair))
                beside.setdefault(pair.b, []).append((pair.a, pair))
        came: dict[SubjectId, tuple[SubjectId, Standing]] = {}
        waiting = deque([a])
        while waiting and b not in came:
            here = waiting.popleft()
            for there, pair in beside.get(here, ()):
                if there != a and there not in came:
                    came[there] = (here, pair)
                    waiting.append(there)
        links: list[Standing] = []
        while b in came:
            b, pair = came[b]
            links.append(pair)
        return tuple(reversed(links))


def fold(answers: Iterable[Answer], withdrawn: Container[JudgementId] = frozenset()) -> Lineage:
    """Fold answers, without the withdrawn ones, into clusters, generations and conflicts. O(n log n) in pairs that are named."""
    held = [one for one in answers if one.id not in withdrawn]
    nones = [one for one in held if isinstance(one, NoneOf)]
    told = [one for one in held if isinstance(one, Judgement)]
    made = told + [pair for one in nones for pair in one.pairs()]
    subjects = sorted({subject for one in made for subject in (one.a, one.b)}, key=str)
    rank = {subject: number for number, subject in enumerate(subjects)}
    pairs = [_standing(subjects, *pair) for pair in _latest(made, rank)]
    union, set_aside = _joined(pairs, len(subjects))
    kept = [pair for pair in pairs if pair.says.judged is Judged.POSITIVE and union.find(pair.x) == union.find(pair.y)]
    directed = [pair for pair in kept if pair.says.relation in DIRECTED]
    lives = generations([(rank[pair.says.a], rank[pair.says.b], pair.says.relation) for pair in directed])
    clusters = _clusters(subjects, union)
    conflicts = _disagreements(pairs) + _chains(pairs, union, set_aside) + _circles(subjects, directed, lives.circles)
    return Lineage(
        clusters,
        tuple(pair.says for pair in pairs),
        tuple(pair.says for pair in set_aside),
        tuple(conflicts),
        {subjects[number]: count for number, count in lives.generation.items()},
        {subject: place for place, cluster in enumerate(clusters) for subject in cluster},
        _without_return(nones, told),
    )


def _without_return(nones: Iterable[NoneOf], told: Iterable[Judgement]) -> frozenset[SubjectId]:
    """Subjects of `NoneOf` that the same person did not, later, judge to have a return."""
    latest: dict[tuple[SubjectId, str], tuple[datetime, str]] = {}
    for one in nones:
        key = (one.a, one.who)
        latest[key] = max(latest.get(key, (one.at, one.id)), (one.at, one.id))
    for said in told:
        if said.judged is Judged.POSITIVE and said.relation is not Relation.SIBLING:
            key = (said.a, said.who)
            if key in latest and (said.at, said.id) > latest[key]:
                del latest[key]
    return frozenset(subject for subject, _ in latest)


class _Pair(NamedTuple):
    """A pair by the ranks of its subjects, the lower first, and what stands for it."""

    x: int
    y: int
    says: Standing


def _latest(made: Iterable[Judgement], rank: Mapping[SubjectId, int]) -> Iterator[tuple[int, int, list[Judgement]]]:
    """Pairs in order, each with every person's latest judgement, unless it is `none`."""
    latest: dict[tuple[int, str], Judgement] = {}
    count = len(rank)
    for one in made:
        x, y = rank[one.a], rank[one.b]
        key = (x * count + y if x < y else y * count + x, one.who)
        before = latest.get(key)
        if before is None or (one.at, one.id) > (before.at, before.id):
            latest[key] = one
    by_pair: dict[int, list[Judgement]] = {}
    for (pair, _), one in latest.items():
        if one.judged is not Judged.NONE:
            by_pair.setdefault(pair, []).append(one)
    for pair in sorted(by_pair):
        yield *divmod(pair, count), by_pair[pair]


def _standing(subjects: list[SubjectId], x: int, y: int, said: list[Judgement]) -> _Pair:
    first = said[0]
    judged, relation = first.judged, first.relation
    if len(said) > 1:
        said.sort(key=lambda one: (one.at, one.id))
        judged = min((one.judged for one in said), key=_CAUTION.__getitem__)
        agreed = [one for one in said if one.judged is judged]
        first = agreed[0]
        same = all(one.relation is first.relation for one in agreed)
        same = same and (first.relation not in DIRECTED or all(one.a == first.a for one in agreed))
        relation = first.relation if same else None
    a, b = (first.a, first.b) if relation in DIRECTED else (subjects[x], subjects[y])
    return _Pair(x, y, Standing(a, b, judged, relation, tuple(said)))


def _joined(pairs: list[_Pair], count: int) -> tuple[Union, list[_Pair]]:
    """Clusters as a union of ranks, and the positives that had to be set aside, oldest first."""
    union = Union(count, [(pair.x, pair.y) for pair in pairs if pair.says.judged is Judged.NEGATIVE])
    positives = [pair for pair in pairs if pair.says.judged is Judged.POSITIVE]
    positives.sort(key=lambda pair: (pair.says.judgements[0].at, pair.says.judgements[0].id))
    return union, [pair for pair in positives if not union.join(pair.x, pair.y)]


def _clusters(subjects: list[SubjectId], union: Union) -> tuple[tuple[SubjectId, ...], ...]:
    members: dict[int, list[SubjectId]] = {}
    for number, subject in enumerate(subjects):
        members.setdefault(union.find(number), []).append(subject)
    return tuple(tuple(group) for group in members.values() if len(group) > 1)


def _disagreements(pairs: list[_Pair]) -> list[Conflict]:
    found = []
    for _, _, pair in pairs:
        if len(pair.judgements) > 1:
            if any(one.judged is not pair.judged for one in pair.judgements):
                found.append(Conflict(Contradiction.ANSWERS, (pair.a, pair.b), pair.judgements))
            elif pair.judged is Judged.POSITIVE and pair.relation is None:
                found.append(Conflict(Contradiction.RELATION, (pair.a, pair.b), pair.judgements))
    return found


def _chains(pairs: list[_Pair], union: Union, set_aside: list[_Pair]) -> list[Conflict]:
    """Negative pairs whose ends are in one group once every positive counts."""
    if not set_aside:
        return []
    whole = Union(len(union))
    for pair in set_aside:
        whole.join(union.find(pair.x), union.find(pair.y))
    return [
        Conflict(Contradiction.CHAIN, (pair.says.a, pair.says.b), _negatives(pair.says))
        for pair in pairs
        if pair.says.judged is Judged.NEGATIVE and whole.find(union.find(pair.x)) == whole.find(union.find(pair.y))
    ]


def _negatives(pair: Standing) -> tuple[Judgement, ...]:
    return tuple(one for one in pair.judgements if one.judged is Judged.NEGATIVE)


def _circles(subjects: list[SubjectId], directed: list[_Pair], circles: Sequence[Sequence[int]]) -> list[Conflict]:
    place = {number: which for which, circle in enumerate(circles) for number in circle}
    said: list[list[Judgement]] = [[] for _ in circles]
    for pair in directed if circles else ():
        which = place.get(pair.x)
        if which is not None and which == place.get(pair.y):
            said[which] += pair.says.judgements
    return [
        Conflict(Contradiction.CIRCLE, tuple(subjects[number] for number in circle), tuple(said[which]))
        for which, circle in enumerate(circles)
    ]
