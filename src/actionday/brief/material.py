"""Everything a brief is made from, prepared once: estimates disclosed, tables checked, subjects under pseudonyms.

Tables here hold true counts; whoever prints one suppresses it first (`suppression`). Nothing here holds a subject's id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
import pyarrow as pa

from actionday.brief.disclosure import Disclosed, disclose
from actionday.brief.escape import ident
from actionday.brief.origin import BriefOrigin
from actionday.brief.pseudonyms import group_value, pseudonym_column, without_address
from actionday.brief.vocabulary import value_word, word_of
from actionday.measure.schemas import TABLES
from actionday.records import Campaign, Estimate, Measure

_PLACES: Mapping[str, tuple[str, ...]] = {"flows": ("source", "destination"), "destinations": ("platform",)}
"""Columns that should hold platforms; anything that looks like a host there is hashed."""

_SUBJECTS: Mapping[str, tuple[str, ...]] = {"lifetimes": ("subject",), "lives": ("subject", "before")}
"""Columns that hold subjects, who get pseudonyms."""


@dataclass(frozen=True, slots=True)
class Told:
    """One disclosed estimate with its place on the page."""

    disclosed: Disclosed
    anchor: str
    group: str
    notes: tuple[int, ...]

    @property
    def estimate(self) -> Estimate:
        """The estimate, small counts withheld."""
        return self.disclosed.estimate

    @property
    def strata(self) -> dict[str, str]:
        """The estimate's group without ``all: all``, which tells nothing apart."""
        return {k: v for k, v in self.estimate.group.items() if (k, v) != ("all", "all")}


@dataclass(frozen=True, slots=True)
class Material:
    """A brief's content. `identified` is coverage's verdict; None where coverage was not measured."""

    campaign: Campaign
    origin: BriefOrigin
    key: bytes
    told: tuple[Told, ...]
    caveats: tuple[str, ...]
    frames: Mapping[str, pl.DataFrame]
    notes: Mapping[str, tuple[str, ...]]
    identified: bool | None

    @property
    def synthetic(self) -> bool:
        """Whether any part of the input is synthetic."""
        return self.campaign.synthetic or self.origin.synthetic

    def frame(self, name: str) -> pl.DataFrame:
        """A table by name, with its declared columns and true counts; empty where no measure gave it."""
        return self.frames[name]

    def section(self, name: str) -> list[Told]:
        """The estimates of a section, in the measures' order."""
        return [told for told in self.told if told.disclosed.word.section == name]

    def find(self, name: str, **group: str) -> Told | None:
        """The first estimate of that name whose group holds `group` and nothing else."""
        wanted = dict(group)
        return next((t for t in self.told if t.estimate.name == name and t.strata == wanted), None)

    def period_of(self, day: pl.Expr) -> pl.Expr:
        """Which part of the campaign a date lies in: before, window, after or outside."""
        start, end = self.campaign.start.date(), self.campaign.end.date()
        first, last = self.days
        outside = (day < first) | (day > last)
        inner = pl.when(day < start).then(pl.lit("before")).when(day > end).then(pl.lit("after"))
        return pl.when(outside).then(pl.lit("outside")).otherwise(inner.otherwise(pl.lit("window")))

    def phase_of(self, week: pl.Expr) -> pl.Expr:
        """Where a week, by its Monday, lies: before the day, day (it touches the day's window), or after."""
        start, end = self.campaign.start.date(), self.campaign.end.date()
        late = pl.when(week > end).then(pl.lit("after")).otherwise(pl.lit("day"))
        return pl.when(week + pl.duration(days=6) < start).then(pl.lit("before")).otherwise(late)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day that the campaign compares."""
        return self.campaign.before[0].date(), self.campaign.after[1].date()


def prepare(measures: Sequence[Measure], campaign: Campaign, origin: BriefOrigin, key: bytes) -> Material:
    """Check and disclose what the measures hand on. Raises ValueError where a table lacks a declared column."""
    identified = _verdict(measures)
    # a measure taken by several groups says the same of the whole each time
    once = {
        (e.name, tuple(sorted(e.group.items()))): (m.name, e) for m in reversed(measures) for e in reversed(m.estimates)
    }
    named = [(_regrouped(e, key), word_of(e, name)) for name, e in reversed(once.values())]
    disclosed = disclose(named, identified=identified)
    caveats = tuple(dict.fromkeys(c for d in disclosed for c in d.estimate.caveats))
    notes = _notes(measures)
    frames = {name: _frame(name, measures, key) for name in TABLES}
    return Material(campaign, origin, key, _placed(disclosed, caveats), caveats, frames, notes, identified)


def _notes(measures: Sequence[Measure]) -> dict[str, tuple[str, ...]]:
    """Notes by measure, each said once, where it is said first; coinciding events have a part of their own."""
    first: dict[str, str] = {}
    for measure in measures:
        for note in measure.notes:
            if not note.startswith("coincides with the day"):
                first.setdefault(note, measure.name)
    names = dict.fromkeys(first.values())
    return {name: tuple(note for note, where in first.items() if where == name) for name in names}


def _verdict(measures: Sequence[Measure]) -> bool | None:
    said = [e for m in measures for e in m.estimates if e.name == "identified"]
    return all(e.value is not None and e.value >= 0.5 for e in said) if said else None


def _regrouped(estimate: Estimate, key: bytes) -> Estimate:
    group = {k: group_value(k, v, key) for k, v in estimate.group.items()}
    shown = {
        f: getattr(estimate, f) for f in ("name", "value", "low", "high", "unit", "n", "method", "level", "caveats")
    }
    return Estimate(**shown, group=group)


def _placed(disclosed: Sequence[Disclosed], caveats: Sequence[str]) -> tuple[Told, ...]:
    numbers = {caveat: place for place, caveat in enumerate(caveats, 1)}
    used: dict[str, int] = {}
    out = []
    for item in disclosed:
        estimate = item.estimate
        anchor = ident("e", estimate.name, *estimate.group.values())
        used[anchor] = used.get(anchor, 0) + 1
        if used[anchor] > 1:
            anchor = f"{anchor}-{used[anchor]}"
        group = " · ".join(value_word(k, v) for k, v in estimate.group.items() if (k, v) != ("all", "all"))
        out.append(Told(item, anchor, group, tuple(numbers[c] for c in dict.fromkeys(estimate.caveats))))
    return tuple(out)


def _frame(name: str, measures: Sequence[Measure], key: bytes) -> pl.DataFrame:
    schema = TABLES[name]
    parts = [_checked(name, schema, m.tables[name]) for m in measures if name in m.tables]
    table = pa.concat_tables(parts) if parts else schema.empty_table()
    frame = pl.DataFrame(table)
    if len(parts) > 1:
        # measures taken by several groups hand the same tables on
        frame = frame.unique(maintain_order=True)
    for column in _SUBJECTS.get(name, ()) if len(frame) else ():
        frame = frame.with_columns(pseudonym_column(frame[column], key).alias(column))
    for column in _PLACES.get(name, ()):
        places = {place: without_address(place, key) for place in frame[column].drop_nulls().unique().to_list()}
        frame = frame.with_columns(frame[column].replace(places))
    return frame


def _checked(name: str, schema: pa.Schema, given: object) -> pa.Table:
    table = given if isinstance(given, pa.Table) else pa.Table.from_pylist(given.to_pylist(), schema)  # type: ignore[attr-defined]
    missing = [column for column in schema.names if column not in table.column_names]
    if missing:
        raise ValueError(f"table {name} lacks {', '.join(missing)}")
    # only declared columns get any further: an undeclared one might name somebody
    return table.select(schema.names).cast(schema)
