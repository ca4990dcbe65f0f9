"""Counts and overturn rates of the casework, by ground: how much was read, found, contested and overturned. As Estimates.

Small cells are not given: a count of 1 to 4, a rate that rests on fewer or whose numerator is one, and further cells until
no total gives such a one away. By person only where somebody read 30 cases that were found, in the order of ids: nobody is ranked. Not for:
agreement of readers, or whether a reader is good: what comes to whom is not at random.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actionday.measure.intervals import proportion
from actionday.records import Estimate, Measure

SMALL = 5
PERSONS = 30
"""Findings below which nothing is said of a person."""
_NOTE = (
    "An overturn rate says how often a contest was upheld, not how often a finding was wrong: most are never contested."
)
_HIDDEN = "1 to 4, or withheld so that no total gives such a cell away"


@dataclass(frozen=True, slots=True)
class Decided:
    """One case that was decided: under which ground it was found (empty: none), whether contested and overturned, and who read it, by id."""

    ground: str
    contested: bool
    overturned: bool
    readers: tuple[str, ...]


def measure_casework(decided: Sequence[Decided], waiting: int, *, by_person: bool = False) -> Measure:
    """Count and rate. `waiting` is how many cases still wait.

    Estimates: cases_waiting, cases_dismissed, findings and findings_contested (counts, in all and by ground), overturned_share (of findings, in
    all, by ground, and by person where asked). What may not be given has value None and says why.
    """
    found = [one for one in decided if one.ground]
    grounds = sorted({one.ground for one in found})
    findings = _Cells.of(grounds, found)
    contested = _Cells.of(grounds, [one for one in found if one.contested])
    overturned = _Cells.of(grounds, [one for one in found if one.overturned])
    estimates = [
        _count("cases_waiting", waiting, {}),
        _count("cases_dismissed", len(decided) - len(found), {}),
        *findings.estimates("findings"),
        *contested.estimates("findings_contested"),
        _share(found, {}, hidden=not (findings.total_given and overturned.total_given)),
    ]
    for ground in grounds:
        rows = [one for one in found if one.ground == ground]
        estimates.append(_share(rows, {"ground": ground}, hidden=ground in findings.hidden | overturned.hidden))
    if by_person:
        estimates += _persons(found)
    return Measure("casework", tuple(estimates), {}, (_NOTE,))


@dataclass(frozen=True, slots=True)
class _Cells:
    """Counts by ground, which of them are hidden, and whether their total may be given."""

    counts: Mapping[str, int]
    hidden: frozenset[str]
    total_given: bool

    @classmethod
    def of(cls, grounds: Sequence[str], rows: Sequence[Decided]) -> "_Cells":
        """Hides small cells, and larger ones until two at least are hidden that add up to so much that subtraction tells none of them."""
        counts = dict.fromkeys(grounds, 0) | dict(Counter(one.ground for one in rows))
        hidden = {ground for ground, count in counts.items() if 0 < count < SMALL}
        rest = sorted((count, ground) for ground, count in counts.items() if count >= SMALL)
        while hidden and rest and not _enough([counts[ground] for ground in hidden]):
            hidden.add(rest.pop(0)[1])
        total = sum(counts.values())
        given = not 0 < total < SMALL and (not hidden or _enough([counts[ground] for ground in hidden]))
        return cls(counts, frozenset(hidden), given)

    def estimates(self, name: str) -> list[Estimate]:
        """The total and its parts."""
        parts = [
            _count(name, None if ground in self.hidden else count, {"ground": ground})
            for ground, count in self.counts.items()
        ]
        return [_count(name, sum(self.counts.values()) if self.total_given else None, {}), *parts]


def _enough(counts: Sequence[int]) -> bool:
    return len(counts) > 1 and sum(counts) >= 2 * SMALL


def _count(name: str, value: int | None, group: Mapping[str, str]) -> Estimate:
    if value is None or 0 < value < SMALL:
        return Estimate(name, None, None, None, "count", 0, "count", caveats=(_HIDDEN,), group=group)
    return Estimate(name, value, value, value, "count", value, "count", group=group)


def _share(rows: Sequence[Decided], group: Mapping[str, str], *, hidden: bool) -> Estimate:
    n, k = len(rows), sum(one.overturned for one in rows)
    name, method = "overturned_share", "share of findings overturned after a contest; Wilson's interval"
    if hidden or n < SMALL or 0 < k < SMALL:
        return Estimate(name, None, None, None, "share", 0, method, caveats=(_HIDDEN,), group=group)
    return Estimate(name, *proportion(k, n), "share", n, method, group=group)


def _persons(found: Sequence[Decided]) -> list[Estimate]:
    """By id and never by size. Who read fewer is not in it at all."""
    rows: dict[str, list[Decided]] = {}
    for one in found:
        for reader in one.readers:
            rows.setdefault(reader, []).append(one)
    return [
        _share(theirs, {"person": person}, hidden=False)
        for person, theirs in sorted(rows.items())
        if len(theirs) >= PERSONS
    ]
