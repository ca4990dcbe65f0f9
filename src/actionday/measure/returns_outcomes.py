"""From a cohort and judgements to outcomes: every removed subject, whether and when it was back or elsewhere, and who says so.

Not for: estimates (`returns_figures`), or what the judgements say together (`records.lineage`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from actionday.measure.days import as_days
from actionday.measure.evidence import aliases
from actionday.measure.venues import AROUND_DAYS, EXPLICIT, venues
from actionday.records import (
    DIRECTED,
    Answer,
    Campaign,
    Judged,
    Lineage,
    NoneOf,
    Relation,
    Standing,
    SubjectId,
    fold,
)
from actionday.stores.archive.view import View

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]
Texts = NDArray[np.object_]

NOTHING, RETURNED, MOVED = 0, 1, 2
"""What came first after a removal."""


@dataclass(frozen=True, slots=True)
class Links:
    """What a set of judgements says of each removed subject: the first event, when it was seen (days), and with whom.

    `after`: it cannot have begun before the removal. `unknown`: unsure, or judged and never seen. `told`: answered either way.
    """

    cause: Codes
    at: Floats
    after: Flags
    partner: Texts
    unknown: Flags
    told: Flags

    def pick(self, rows: Flags) -> "Links":
        """Some of the rows."""
        return Links(*(getattr(self, f.name)[rows] for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Removed subjects, a row each. Days since 1970; the removal lies in (left, right], the platform was observed `until`.

    `links` is what all judgements say, `everyday` those that were no random sample, `sample` the labelled sample; `drawn` is
    the probability with which a subject came into that sample, NaN for those that did not.
    """

    subject: Texts
    strata: Mapping[str, Texts]
    left: Floats
    right: Floats
    until: Floats
    links: Links
    everyday: Links
    sample: Links
    drawn: Floats

    def __len__(self) -> int:
        return len(self.left)

    def pick(self, rows: Flags) -> "Outcomes":
        """Some of the rows."""
        strata = {name: values[rows] for name, values in self.strata.items()}
        links, everyday, sample = (part.pick(rows) for part in (self.links, self.everyday, self.sample))
        left, right, until = self.left[rows], self.right[rows], self.until[rows]
        return Outcomes(self.subject[rows], strata, left, right, until, links, everyday, sample, self.drawn[rows])


@dataclass(frozen=True, slots=True)
class Sights:
    """When each subject of the cohort was first and last seen alive (days), by text id."""

    first: Mapping[str, float]
    last: Mapping[str, float]


def renamed(view: View, judgements: Iterable[Answer]) -> list[Answer]:
    """Judgements under the ids that pseudonyms turned out to be; those whose two subjects turn out to be one are dropped."""
    made, known = list(judgements), aliases(view)
    if known is None:
        return made
    table = view.arrow(known)
    named = dict(zip(table["pseudonym"].to_pylist(), table["known_as"].to_pylist(), strict=True))

    def known_as(one: SubjectId) -> SubjectId:
        return SubjectId.parse(named.get(str(one), str(one)))

    out = list[Answer]()
    for one in made:
        if isinstance(one, NoneOf):
            a, others = known_as(one.a), dict.fromkeys(map(known_as, one.among))
            out.append(replace(one, a=a, among=tuple(other for other in others if other != a)))
            continue
        a, b = known_as(one.a), known_as(one.b)
        if a != b:
            out.append(replace(one, a=a, b=b))
    return out


def outcomes(view: View, cohort: pa.Table, campaign: Campaign, judgements: Sequence[Answer]) -> Outcomes:
    """Every subject of the cohort that a platform was seen to have removed, with what became of it. Judgements are `renamed`."""
    return outcomes_of(cohort, campaign, judgements, lambda removed: declared_moves(view, cohort, removed))


def outcomes_of(
    cohort: pa.Table,
    campaign: Campaign,
    judgements: Sequence[Answer],
    moves: Callable[["Removed"], Floats],
) -> Outcomes:
    """The same from the tables at hand: `moves` gives by removed subject when it declared a move (days, NaN: it did not)."""
    removed = Removed.of(cohort)
    strata = {name: _texts(removed.rows, name) for name in ("platform", "kind", "organisation", "language")}
    strata["period"] = _periods(removed.right, campaign)
    told = _Telling(sights(cohort), removed, moves(removed))
    drawn = np.full(len(removed.left), np.nan)
    place = {one: row for row, one in enumerate(removed.subject)}
    for one in judgements:
        row = place.get(str(one.a))
        if one.sampling is not None and row is not None:
            drawn[row] = np.fmax(drawn[row], one.sampling)
    sampled = [one for one in judgements if one.sampling is not None]
    others = [one for one in judgements if one.sampling is None]
    links, everyday, sample = (told.by(fold(some)) for some in (judgements, others, sampled))
    left, right, until = removed.left, removed.right, _until(cohort, strata["platform"])
    return Outcomes(removed.subject, strata, left, right, until, links, everyday, sample, drawn)


@dataclass(frozen=True, slots=True)
class Removed:
    """The removed subjects of a cohort and their brackets (left, right] in days."""

    rows: pa.Table
    subject: Texts
    left: Floats
    right: Floats

    @classmethod
    def of(cls, cohort: pa.Table) -> "Removed":
        """Those that were observed to end by the platform's own act."""
        chosen = pc.and_(pc.equal(cohort["event"], "removed"), pc.equal(cohort["basis"], "observed"))
        rows = cohort.filter(pc.fill_null(chosen, False))
        right = as_days(rows["first_miss"])
        left = np.minimum(np.fmax(as_days(rows["last_present"]), as_days(rows["first_seen"])), right)
        return cls(rows, rows["subject"].to_numpy(zero_copy_only=False), left, right)


def sights(cohort: pa.Table) -> Sights:
    """First and last sight of every subject of the cohort."""
    names = cohort["subject"].to_pylist()
    first, last = (as_days(cohort[name]).tolist() for name in ("first_seen", "last_present"))
    return Sights(dict(zip(names, first, strict=True)), dict(zip(names, last, strict=True)))


def standing(lineage: Lineage) -> list[Standing]:
    """The positive pairs that hold: those that a negative overrules are left out."""
    aside = {(pair.a, pair.b) for pair in lineage.set_aside}
    return [pair for pair in lineage.pairs if pair.judged is Judged.POSITIVE and (pair.a, pair.b) not in aside]


class _Telling:
    """Turns folds into links. The loops are over what people judged, never over what was seen."""

    def __init__(self, seen: Sights, removed: Removed, moved: Floats) -> None:
        self._seen, self._moved = seen, moved
        self._subject, self._left = removed.subject, removed.left
        self._place = {one: row for row, one in enumerate(removed.subject)}

    def by(self, lineage: Lineage) -> Links:
        """What one fold says; explicit moves, which nobody has to judge, are in all."""
        n = len(self._left)
        there = ~np.isnan(self._moved)
        links = Links(
            np.where(there, MOVED, NOTHING).astype(np.int8),
            self._moved.copy(),
            np.zeros(n, np.bool_),
            np.full(n, "", object),
            np.zeros(n, np.bool_),
            np.zeros(n, np.bool_),
        )
        for pair in lineage.pairs:
            self._answered(links, pair)
        for subject in lineage.none:
            row = self._place.get(str(subject))
            if row is not None:
                links.told[row] = True
        for pair in standing(lineage):
            ways = [(pair.a, pair.b)] if pair.relation in DIRECTED else [(pair.a, pair.b), (pair.b, pair.a)]
            for a, b in ways:
                row = self._place.get(str(a))
                if row is not None and pair.relation is not Relation.SIBLING:
                    self._linked(links, row, b, pair.relation)
        links.unknown[links.cause != NOTHING] = False
        return links

    def _answered(self, links: Links, pair: Standing) -> None:
        """Whoever was asked about has an answer, or an unsure one. `a` of a judgement is the one that ended."""
        for one in pair.judgements:
            row = self._place.get(str(one.a))
            if row is not None and pair.judged is Judged.UNSURE:
                links.unknown[row] = True
            elif row is not None:
                links.told[row] = True

    def _linked(self, links: Links, row: int, other: SubjectId, relation: Relation | None) -> None:
        first, left = self._seen.first.get(str(other)), self._left[row]
        if first is None or relation is None:
            links.unknown[row] = True
            return
        abroad = not self._subject[row].startswith(f"{other.platform}:")
        if relation is Relation.SAME_OPERATOR and (not abroad or first < left - AROUND_DAYS):
            return
        if first <= left and self._seen.last[str(other)] <= left:
            return  # it was gone before: it took nothing over
        cause, at = (MOVED if abroad else RETURNED), max(first, left)
        if links.cause[row] == NOTHING or (at, cause) < (links.at[row], links.cause[row]):
            links.cause[row], links.at[row], links.partner[row] = cause, at, str(other)
            links.after[row] = first > left and relation is not Relation.BACKUP


def declared_moves(view: View, cohort: pa.Table, removed: Removed) -> Floats:
    """When each removed subject, by its own or its server's word, went elsewhere: from 30 days before its last sight on."""
    named, left = venues(view, cohort), removed.left
    own = {"subject": pa.array(removed.subject, pa.string()), "row": np.arange(len(left))}
    explicit = named.filter(named.signal == EXPLICIT).join(ibis.memtable(pa.table(own)), "subject").select("row", "at")
    table = view.arrow(explicit)
    at, row = as_days(table["at"]), table["row"].to_numpy()
    fresh = at >= left[row] - AROUND_DAYS
    first = np.full(len(left), np.inf)
    np.minimum.at(first, row[fresh], np.maximum(at[fresh], left[row[fresh]]))
    return np.where(np.isfinite(first), first, np.nan)


def _until(cohort: pa.Table, platform: Texts) -> Floats:
    """The end of adequate observation: the last look that saw something, or post, on the subject's platform."""
    last = np.fmax(as_days(cohort["last_present"]), as_days(cohort["first_miss"]))
    names = _texts(cohort, "platform").astype(str)
    unique, codes = np.unique(names, return_inverse=True)
    ends = np.full(len(unique), -np.inf)
    np.maximum.at(ends, codes.reshape(-1), last)
    return np.asarray(ends[np.searchsorted(unique, platform.astype(str))], np.float64) if len(platform) else np.empty(0)


def _periods(right: Floats, campaign: Campaign) -> Texts:
    """When a removal was first missed: before the day, in its window, or after it."""
    start, end = (at.timestamp() / 86_400 for at in (campaign.start, campaign.end))
    return np.where(right < start, "before", np.where(right > end, "after", "window")).astype(object)


def _texts(table: pa.Table, name: str) -> Texts:
    return np.asarray(pc.fill_null(table[name], "unknown").to_numpy(zero_copy_only=False), object)
