"""Who came back? Returns and moves after removals as cumulative incidence, what they regained, and what it cost.

Three figures stand side by side: what people confirmed, the same corrected for missed and wrong links from a labelled sample, and
bounds. docs/methods/returns.md derives it. Not for: finding returns, and deciding on them; people judge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.posting import labels_of
from actionday.measure.returns_audience import days_lost, lives, next_life, regained, sizes, trend
from actionday.measure.returns_figures import Asked, Figures, away_estimates, figures, incidence_estimates
from actionday.measure.returns_lines import Lines, generations_table, lines_of, lives_table
from actionday.measure.returns_outcomes import RETURNED, Outcomes, outcomes, renamed, sights
from actionday.measure.returns_tables import incidence_table
from actionday.measure.schemas import GENERATIONS, INCIDENCE, LIVES
from actionday.records import LEAD, NOTHING_JUDGED, Answer, Campaign, Estimate, Lineage, Measure, fold
from actionday.stores.archive.view import View

_PERIODS = ("before", "window", "after")


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided: judgements that are not withdrawn, and the seed and level of the figures."""

    judgements: Sequence[Answer]
    seed: int = 7
    level: float = 0.95


def measure_returns(view: View, cohort: pa.Table, campaign: Campaign, by: str, judged: Judged) -> Measure:
    """Measure returns by group of `by`: all | organisation | platform | kind | language; of the whole also by period.

    Estimates: returned_ and moved_{1,7,30}d_{confirmed,corrected,bounds} (probability), days_away_30d_{confirmed,corrected},
    days_lost_median (days), audience_regained_{1,7,30}d, audience_next_life (ratio), audience_trend_p, lines, lives_per_line.
    Tables: incidence, lives, generations. Without judgements there is one estimate without a value that says so.
    """
    made = renamed(view, judged.judgements)
    if not made:
        return _nothing(judged)
    some = outcomes(view, cohort, campaign, made)
    whole = fold(made)
    told = _Telling(view, cohort, whole, lines_of(whole, cohort), judged)
    estimates, tables = list[Estimate](), []
    for label, _ in labels_of(cohort, by):
        group = {} if by == "all" else {by: label}
        mine = some if by == "all" else some.pick(some.strata[by] == label)
        asked = Asked(judged.level, judged.seed, group)
        drawn = figures(mine, asked)
        estimates += told.group(mine, drawn, asked)
        tables.append(incidence_table(drawn, by, label, judged.level))
    if by == "all":
        estimates += _by_period(some, judged)
    return Measure("returns", tuple(estimates), told.tables(pa.concat_tables(tables)), (LEAD, *_notes(some, cohort)))


def _nothing(judged: Judged) -> Measure:
    method, said = "Aalen-Johansen over confirmed links", (NOTHING_JUDGED,)
    none = Estimate("returned_30d_confirmed", None, None, None, "probability", 0, method, judged.level, said)
    empty = {
        "incidence": INCIDENCE.empty_table(),
        "lives": LIVES.empty_table(),
        "generations": GENERATIONS.empty_table(),
    }
    return Measure("returns", (none,), empty, (LEAD,))


class _Telling:
    """Estimates of one group after the other, over what is read from the archive once."""

    def __init__(self, view: View, cohort: pa.Table, whole: Lineage, lines: Lines, judged: Judged) -> None:
        self._cohort, self._whole, self._lines, self._judged = cohort, whole, lines, judged
        self._first = sights(cohort).first
        self._sizes = sizes(view, lines.subjects)

    def group(self, mine: Outcomes, drawn: Figures, asked: Asked) -> Iterator[Estimate]:
        """All estimates of one group of removed subjects."""
        yield from incidence_estimates(drawn, asked)
        yield from away_estimates(drawn, asked)
        yield days_lost(mine, asked)
        yield from regained(mine, self._first, self._sizes, asked)
        back = mine.links.cause == RETURNED
        pairs = list(zip(mine.subject[back].tolist(), mine.links.partner[back].tolist(), strict=True))
        yield next_life(pairs, self._sizes, asked)
        there = set(mine.subject.tolist())
        lines = [line for line in self._lines.ordered if len(line) > 1 and there & set(line)]
        yield trend(lines, self._sizes, asked)
        yield from lives([len(line) for line in lines], asked)

    def tables(self, incidence: pa.Table) -> dict[str, pa.Table]:
        """The tidy tables."""
        known = lives_table(self._lines, self._cohort)
        return {"incidence": incidence, "lives": known, "generations": generations_table(known)}


def _by_period(some: Outcomes, judged: Judged) -> Iterator[Estimate]:
    """Returns in the thirty days after a removal, for removals before the day, in its window and after it."""
    for period in _PERIODS:
        asked = Asked(judged.level, judged.seed, {"period": period})
        mine = some.pick(some.strata["period"] == period)
        of_period = incidence_estimates(figures(mine, asked), asked, (30,))
        yield from (estimate for estimate in of_period if estimate.name.startswith("returned"))


def _notes(some: Outcomes, cohort: pa.Table) -> tuple[str, ...]:
    gone = int(np.asarray(pc.fill_null(pc.equal(cohort["event"], "gone"), False)).sum())
    vague = (
        (f"{gone} subjects that went by nobody-knows-whose act are not followed: only removals are",) if gone else ()
    )
    silent = "Who is not known to be back is censored when its platform was last observed; lives of one line count as independent."
    unseen = int(some.links.unknown.sum())
    missing = (f"{unseen} subjects are unknown: judged unsure, or judged back and never seen",) if unseen else ()
    return (silent, *vague, *missing)
