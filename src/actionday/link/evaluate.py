"""How good the links are against known answers: precision, recall, calibration, by relation and by group, with intervals.

Truth is a world's `truth.json` (all of its subjects are known, so a pair that it does not tie is wrong) or a user's own
labelled sample (only labelled pairs count). Calling a return a sibling, or a sibling a return, is an error.
Not for: changing weights.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actionday.link.frame import Ints
from actionday.link.linking import Linked
from actionday.link.relation import relations
from actionday.records import Estimate, Relation, UsageError
from actionday.records.union import Union

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LOWEST_SHOWN = 0.05
"""Probabilities below it are not asked to be calibrated: there are millions, and hardly any is right."""
BINS = 10
_Z = 1.959963984540054
_RETURNS = (Relation.SUCCESSOR, Relation.BACKUP)
_COUNTED = (*_RETURNS, Relation.SIBLING, Relation.SAME_OPERATOR)


@dataclass(frozen=True)
class Truth:
    """Known pairs by (subject, subject) in either order: their relation. `closed`: whatever is not in it is unrelated."""

    pairs: Mapping[tuple[str, str], str]
    subjects: frozenset[str] | None = None

    @classmethod
    def of(cls, told: object) -> "Truth":
        """From `{"pairs": [{"from", "to", "kind"}], "subjects": [...]}`; ties are followed to all of one operator's subjects.

        Where lives are told, a sibling is concurrent: of two that one operator ran one after the other, the later is a return.
        Raises UsageError saying what is missing or is of another type.
        """
        rows = told.get("pairs") if isinstance(told, dict) else None
        if not isinstance(told, dict) or not isinstance(rows, list):
            raise UsageError('the truth has no list "pairs" of {"from": id, "to": id, "kind": relation}')
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("from", "to", "kind")):
                raise UsageError(f'pair {number} of the truth has no "from", "to" and "kind" that are texts')
            if row["kind"] not in set(Relation):
                raise UsageError(f"pair {number} of the truth: {row['kind']!r} is none of {', '.join(Relation)}")
        pairs = {_key(row["from"], row["to"]): row["kind"] for row in rows if row["from"] != row["to"]}
        people = told.get("subjects")
        if people is None:
            return cls(pairs)
        try:
            lives = {row["subject"]: (row["born"], row["ended"], row["platform"]) for row in people}
        except (TypeError, KeyError) as error:
            raise UsageError('a subject of the truth lacks "subject", "born", "ended" or "platform"') from error
        tied = [key for key, kind in pairs.items() if kind != Relation.UNRELATED]
        for group in _components(tied):
            for i, a in enumerate(group):
                for b in group[i + 1 :]:
                    if pairs.get(_key(a, b), Relation.SIBLING) == Relation.SIBLING:
                        pairs[_key(a, b)] = _by_timing(lives, a, b)
        return cls(pairs, frozenset(lives))

    def of_pair(self, a: str, b: str) -> str | None:
        """The relation of two subjects, None where it is not known."""
        told = self.pairs.get(_key(a, b))
        if told is not None or self.subjects is None:
            return told
        return Relation.UNRELATED.value if a in self.subjects and b in self.subjects else None


def _key(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _components(ties: Sequence[tuple[str, str]]) -> list[list[str]]:
    names = sorted({one for tie in ties for one in tie})
    number = {one: place for place, one in enumerate(names)}
    union = Union(len(names))
    for a, b in ties:
        union.join(number[a], number[b])
    groups: dict[int, list[str]] = {}
    for one in names:
        groups.setdefault(union.find(number[one]), []).append(one)
    return list(groups.values())


def _by_timing(lives: Mapping[str, tuple[str, str | None, str]], a: str, b: str) -> str:
    """What two subjects of one operator are by their true times; unknown lives are siblings."""
    if a not in lives or b not in lives:
        return Relation.SIBLING.value
    if lives[a][2] != lives[b][2]:
        return Relation.SAME_OPERATOR.value
    earlier, later = sorted((lives[a], lives[b]), key=lambda life: life[1] or "9999")
    ended = earlier[1]
    return (Relation.SUCCESSOR if ended is not None and later[0] >= ended else Relation.SIBLING).value


@dataclass(frozen=True)
class Judged:
    """Scored pairs whose truth is known: called and true relation as text, probability, whether rules let it through."""

    called: NDArray[np.object_]
    true: NDArray[np.object_]
    probability: Floats
    allowed: Flags
    lost: int  # known ties in which linking could start, that blocking never found
    group: Mapping[str, NDArray[np.object_]]
    threshold: float

    @property
    def tied(self) -> Flags:
        """Pairs that truly are of one operator."""
        tied: Flags = self.true != Relation.UNRELATED.value
        return tied

    @property
    def right(self) -> Flags:
        """Pairs whose relation is told aright; successor and backup are one."""
        a, b = as_return(self.called), as_return(self.true)
        same: Flags = (a == b) & self.tied
        return same

    @property
    def proposed(self) -> Flags:
        """Pairs that would be put before a person."""
        chosen: Flags = self.allowed & (self.probability >= self.threshold)
        return chosen


def as_return(relation: NDArray[np.object_]) -> NDArray[np.object_]:
    """Relations with successor and backup as one word."""
    return np.where(np.isin(relation, [one.value for one in _RETURNS]), "return", relation)


def judge(linked: Linked, truth: Truth) -> Judged:
    """Set the scored pairs beside the truth; pairs of unknown truth are left out."""
    ids = np.asarray(linked.frame.profiles.subjects["subject"].to_pylist(), dtype=object)
    a, b = linked.candidates.pairs
    told = [truth.of_pair(x, y) for x, y in zip(ids[a].tolist(), ids[b].tolist(), strict=True)]
    known = np.flatnonzero([one is not None for one in told])
    met = {_key(x, y) for x, y in zip(ids[a].tolist(), ids[b].tolist(), strict=True)}
    starts = set(ids[linked.frame.start].tolist())
    here = set(ids.tolist())
    lost = sum(
        1
        for (x, y), kind in truth.pairs.items()
        if kind != Relation.UNRELATED and x in here and y in here and (x in starts or y in starts) and (x, y) not in met
    )
    pairs = (a[known], b[known])
    return Judged(
        relations(linked.frame, pairs),
        np.array([told[i] for i in known], dtype=object),
        linked.probability[known],
        linked.allowed[known],
        lost,
        groups_of(linked, pairs),
        linked.rules.threshold,
    )


def groups_of(linked: Linked, pairs: tuple[NDArray[np.int32], NDArray[np.int32]]) -> dict[str, NDArray[np.object_]]:
    """What a pair belongs to, by script, language and how frequent the earlier's rarest name is."""
    subjects, frame = linked.frame.profiles.subjects, linked.frame
    out = {}
    for name in ("script", "language"):
        values = np.asarray(subjects[name].fill_null("unknown").to_pylist(), dtype=object)
        out[name] = values[pairs[0]]
    n = len(frame)
    bounds = frame.token_at[: n + 1]  # display names are the first family
    size = np.diff(bounds)
    rarest = np.full(n, 0, np.int64)
    has = np.flatnonzero(size)
    if len(has):
        rarest[has] = np.minimum.reduceat(frame.frequency[: bounds[-1]], bounds[has])
    word = np.array(["no name", "rare name", "known name", "common name"], dtype=object)
    out["name_frequency"] = word[np.digitize(rarest, [1, 11, 51])[pairs[0]]]
    return out


def evaluate(judged: Judged) -> dict[str, Any]:
    """`precision`, `recall`, `calibration`, `by_relation`, `by_group`: what the door prints, all as estimates' dicts."""
    proposed, right, tied = judged.proposed, judged.right, judged.tied
    ties = int(tied.sum()) + judged.lost
    found = int((proposed & right).sum())
    return {
        "precision": share("precision", found, int(proposed.sum())).as_dict(),
        "recall": share("recall", found, ties).as_dict(),
        "blocking_recall": share("blocking_recall", int(tied.sum()), ties).as_dict(),
        "recall_at_precision": at_precision(judged, 0.99, ties),
        "calibration": calibration(judged.probability, tied),
        "by_relation": _by_relation(judged),
        "by_group": _by_group(judged),
    }


def share(name: str, hits: int, n: int, group: Mapping[str, str] | None = None) -> Estimate:
    """A share with Wilson's interval (JASA 22, 1927); not given where there is nothing to share."""
    told = dict(group or {})
    if n == 0:
        return Estimate(name, None, None, None, "share", 0, "Wilson", caveats=("no such pair",), group=told)
    p, z2 = hits / n, _Z**2
    middle, half = p + z2 / (2 * n), _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)
    return Estimate(name, p, max(low, 0.0), min(high, 1.0), "share", n, "Wilson", group=told)


def at_precision(judged: Judged, wanted: float, ties: int) -> dict[str, Any]:
    """The largest recall whose proposals (rules kept) are right at least `wanted` of the time, and its threshold."""
    rows = np.flatnonzero(judged.allowed)
    rows = rows[np.argsort(-judged.probability[rows], kind="stable")]
    hits = np.cumsum(judged.right[rows])
    good = np.flatnonzero(hits >= wanted * np.arange(1, len(rows) + 1))
    reached = int(hits[good[-1]]) if len(good) else 0
    told = share("recall_at_precision", reached, ties, {"precision": f"{wanted}"}).as_dict()
    return told | {"threshold": float(judged.probability[rows[good[-1]]]) if len(good) else None}


def calibration(probability: Floats, tied: Flags) -> dict[str, Any]:
    """Expected calibration error over equal-mass bins of what is at least LOWEST_SHOWN, Brier score, and the bins."""
    kept = probability >= LOWEST_SHOWN
    p, y = probability[kept], tied[kept]
    if not len(p):
        return {"n": 0, "expected_error": None, "brier": None, "brier_of_constant": None, "bins": []}
    order = np.argsort(p, kind="stable")
    bins = [part for part in np.array_split(order, min(BINS, len(p))) if len(part)]
    error = sum(len(part) * abs(p[part].mean() - y[part].mean()) for part in bins) / len(p)
    rows = [{"said": float(p[part].mean()), **share("true", int(y[part].sum()), len(part)).as_dict()} for part in bins]
    rate = float(y.mean())
    return {
        "n": len(p),
        "expected_error": float(error),
        "brier": float(((p - y) ** 2).mean()),
        "brier_of_constant": rate * (1 - rate),
        "bins": rows,
    }


def _by_relation(judged: Judged) -> list[dict[str, Any]]:
    """For each true relation: how many of the proposals of it were called what. Wrong calls of ties are errors."""
    called, true = as_return(judged.called), as_return(judged.true)
    rows = []
    for kind in dict.fromkeys("return" if one in _RETURNS else one.value for one in _COUNTED):
        mine = judged.proposed & (true == kind)
        for other in sorted(set(called[mine].tolist())):
            told = share("called", int((called[mine] == other).sum()), int(mine.sum()), {"true": kind, "called": other})
            rows.append(told.as_dict())
    return rows


def _by_group(judged: Judged) -> list[dict[str, Any]]:
    """The false-link rate (unrelated pairs proposed, of all unrelated pairs compared) by group, and against the overall."""
    unrelated = ~judged.tied
    rows = [share("false_link_rate", int((judged.proposed & unrelated).sum()), int(unrelated.sum())).as_dict()]
    overall = rows[0]["value"]
    for name, values in judged.group.items():
        for value in sorted(set(values.tolist())):
            mine = unrelated & (values == value)
            told = share(
                "false_link_rate", int((judged.proposed & mine).sum()), int(mine.sum()), {name: value}
            ).as_dict()
            ratio = told["value"] / overall if overall and told["value"] is not None else None
            rows.append(told | {"times_overall": ratio})
    return rows


def codes(pairs: tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]], n: int) -> Ints:
    """Pairs as single numbers, earlier * n + later."""
    code: Ints = pairs[0].astype(np.int64) * n + pairs[1]
    return code


def truth_of_rows(linked: Linked, pairs: tuple[Ints, Ints], returned: Flags) -> Judged:
    """The same for worlds whose truth is rows: all pairs of one operator (earlier first), and which are returns."""
    n = len(linked.frame)
    code = codes((linked.candidates.earlier.astype(np.int64), linked.candidates.later.astype(np.int64)), n)
    tie = codes(pairs, n)
    order = np.argsort(tie)
    at = np.minimum(np.searchsorted(tie[order], code), len(tie) - 1)
    hit = tie[order][at] == code
    back = hit & returned[order][at]
    true = np.where(back, Relation.SUCCESSOR.value, np.where(hit, Relation.SIBLING.value, Relation.UNRELATED.value))
    open_ = linked.frame.start[pairs[0]] | linked.frame.start[pairs[1]]
    return Judged(
        relations(linked.frame, linked.candidates.pairs),
        true.astype(object),
        linked.probability,
        linked.allowed,
        int(open_.sum()) - int(hit.sum()),
        groups_of(linked, linked.candidates.pairs),
        linked.rules.threshold,
    )
