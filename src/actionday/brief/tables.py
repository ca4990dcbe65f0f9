"""From estimates and tables to what is printed of them: rows with value, interval, n, method and caveats."""

from collections.abc import Sequence

from actionday.brief.material import Material, Told
from actionday.brief.page import EstimateRow, Estimates, Row, Table
from actionday.brief.published import PUBLISHED
from actionday.brief.vocabulary import RESIDUAL
from actionday.brief.wording import NOT_IDENTIFIED, change, interval, is_ratio, join, unit_of, value_of

_MOST = 300
"""Rows of a folded table at most: a page with a thousand rows helps nobody."""

_MAIN_KEYS = frozenset({"clock", "period", "panel", "basis", "all"})
"""Groups that are views of the whole; all other groups are strata and go into the folded table."""


def estimate_row(told: Told) -> EstimateRow:
    """One estimate in words."""
    estimate, disclosed = told.estimate, told.disclosed
    value = disclosed.value_mark or _value(told)
    around = "suppressed" if disclosed.value_mark else _around(told)
    tone = "stop" if value == NOT_IDENTIFIED else ""
    title = disclosed.word.title
    return EstimateRow(told.anchor, title, told.group, value, around, disclosed.n, estimate.method, told.notes, tone)


def estimates(material: Material, name: str, told: Sequence[Told]) -> list[Estimates]:
    """A section's estimates: those of the whole, then, folded, those by stratum."""
    main = [t for t in told if _of_the_whole(t)]
    strata = [t for t in told if not _of_the_whole(t)]
    out = []
    if main:
        out.append(_block(material, name, "Estimates", main, folded=False))
    if strata:
        by = sorted({k for t in strata for k in t.strata if k not in _MAIN_KEYS}) or ["first snapshot"]
        left_out = f"; the first {_MOST}, all are in brief.json" if len(strata) > _MOST else ""
        caption = f"Estimates by {join(by)}{left_out}"
        out.append(_block(material, f"{name}-by", caption, strata[:_MOST], folded=True))
    return out


def _of_the_whole(told: Told) -> bool:
    return set(told.strata) <= _MAIN_KEYS and not any(value.endswith(RESIDUAL) for value in told.strata.values())


def published(section: str) -> list[Table]:
    """The literature's figures for a section, under the sources they stand in; empty where there are none."""
    rows: list[Row] = []
    for source in dict.fromkeys(p.source for p in PUBLISHED if p.section == section):
        rows.append(Row((source,), heading=True))
        rows += [Row((p.what, p.figure)) for p in PUBLISHED if p.section == section and p.source == source]
    caption = "Published figures, for comparison: other data, other methods"
    return [Table(f"published-{section}", caption, ("What", "Figure"), tuple(rows), 1)] if rows else []


def _block(material: Material, name: str, caption: str, told: Sequence[Told], *, folded: bool) -> Estimates:
    numbers = sorted({n for t in told for n in t.notes})
    caveats = tuple((n, material.caveats[n - 1]) for n in numbers)
    return Estimates(f"estimates-{name}", caption, tuple(estimate_row(t) for t in told), caveats, folded)


def _value(told: Told) -> str:
    estimate = told.estimate
    if estimate.name == "identified" and estimate.value is not None:
        return "yes" if estimate.value >= 0.5 else NOT_IDENTIFIED
    return value_of(estimate)


def _around(told: Told) -> str:
    estimate = told.estimate
    if estimate.name == "identified":
        return "verdict"
    around = interval(estimate)
    if estimate.value is None and around:
        return f"bounds {around}"
    if is_ratio(unit_of(estimate)) and estimate.value is not None and around:
        return f"{around} ({change(estimate.value)})"
    return around
