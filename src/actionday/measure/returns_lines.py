"""Lines of lives, in the order in which they came, and what is drawn of them. Not for: who belongs together (`records.lineage`)."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.returns_outcomes import standing
from actionday.measure.schemas import GENERATIONS, LIVES
from actionday.records import DIRECTED, Lineage

_DAYS = {"first_seen": "first_seen", "last_present": "last_present", "ended": "first_miss"}


@dataclass(frozen=True, slots=True)
class Lines:
    """`ordered`: subjects of each line that have a place in it, by life; `life` and `step`: relation and life before, by subject."""

    ordered: tuple[tuple[str, ...], ...]
    life: dict[str, int]
    step: dict[str, tuple[str, str]]

    @property
    def subjects(self) -> Iterator[str]:
        """Everyone in a line."""
        return (one for line in self.ordered for one in line)


def lines_of(whole: Lineage, cohort: pa.Table) -> Lines:
    """Lines of at least two lives: the subjects of a cluster that came after one another, seen or not."""
    seen = dict(zip(cohort["subject"].to_pylist(), cohort["first_seen"].cast(pa.int64()).to_pylist(), strict=True))
    life = {str(one): number for one, number in whole.generation.items()}
    step: dict[str, tuple[str, str]] = {}
    for pair in standing(whole):
        a, b = str(pair.a), str(pair.b)
        # where several lives lead to one, the longest line counts, as it does for the number of the life
        if pair.relation in DIRECTED and (b not in step or life.get(a, 0) > life.get(step[b][1], 0)):
            step[b] = (pair.relation.value, a)
    ordered = []
    for cluster in whole.clusters:
        line = [str(one) for one in cluster if one in whole.generation]
        line.sort(key=lambda one: (life[one], seen.get(one) or 0, one))
        if len(line) > 1:
            ordered.append(tuple(line))
    return Lines(tuple(ordered), life, step)


def lives_table(lines: Lines, cohort: pa.Table) -> pa.Table:
    """LIVES: one row a life that was seen, lines numbered by their first day."""
    names = list(lines.subjects)
    number = {one: place for place, line in enumerate(lines.ordered) for one in line}
    rows = cohort.filter(pc.is_in(cohort["subject"], pa.array(names, pa.string())))
    subjects = rows["subject"].to_pylist()
    columns = {
        "line": pa.array([number[one] for one in subjects], pa.int64()),
        "life": pa.array([lines.life[one] for one in subjects], pa.int64()),
        "relation": pa.array([lines.step.get(one, (None, None))[0] for one in subjects], pa.string()),
        "before": pa.array([lines.step.get(one, (None, None))[1] for one in subjects], pa.string()),
        **{name: rows[column].cast(pa.date32()) for name, column in _DAYS.items()},
        **{name: rows[name] for name in ("subject", "platform", "kind", "event")},
    }
    table = pa.table([columns[f.name] for f in LIVES], names=LIVES.names).cast(LIVES)
    return _renumbered(table)


def _renumbered(table: pa.Table) -> pa.Table:
    """Lines numbered from 1 in the order in which they begin, so that numbers say nothing of ids."""
    begun = table.group_by("line").aggregate([("first_seen", "min")])
    order = begun.sort_by([("first_seen_min", "ascending"), ("line", "ascending")])["line"].to_pylist()
    fresh = {line: place for place, line in enumerate(order, 1)}
    renamed = pa.array([fresh[line] for line in table["line"].to_pylist()], pa.int64())
    return (
        table.set_column(0, "line", renamed)
        .cast(LIVES)
        .sort_by([("line", "ascending"), ("life", "ascending"), ("first_seen", "ascending"), ("subject", "ascending")])
    )


def generations_table(lives: pa.Table) -> pa.Table:
    """GENERATIONS: how many subjects are a first, second, … life."""
    counted = lives.group_by(["life", "platform", "kind"]).aggregate([([], "count_all")])
    columns = {
        "life": counted["life"],
        "platform": counted["platform"],
        "kind": counted["kind"],
        "count": counted["count_all"],
    }
    table = pa.table([columns[f.name] for f in GENERATIONS], names=GENERATIONS.names).cast(GENERATIONS)
    return table.sort_by([("life", "ascending"), ("platform", "ascending"), ("kind", "ascending")])
