"""Who moved from where to where, before the day, around it and after it. Not for: flows of single signals (`migration`)."""

import polars as pl

from actionday.brief.figures.alluvial import Columns, Node, Ribbon, alluvial
from actionday.brief.figures.frame import Heading
from actionday.brief.material import Material
from actionday.brief.page import Figure, Table, fill
from actionday.brief.sections.migration import largest_places, printed_total
from actionday.brief.suppression import THRESHOLD, betrayed, mark_of, shown, suppress
from actionday.brief.vocabulary import place_title, short_place

PHASES = {"before": "before", "day": "around the day", "after": "after"}
_SIGNALS = {
    "operators_explicit": "by their own word",
    "operators_inferred": "inferred from their links",
}
_MARK = mark_of("count")
_WAY = ("source", "phase", "destination")


def moves_figure(material: Material) -> Figure | None:
    """Operators' moves by source, phase and destination: those that they declared, or, without any, those inferred."""
    frame = material.frame("flows")
    signal = next((name for name in _SIGNALS if len(frame.filter(pl.col("signal") == name))), None)
    if signal is None:
        return None
    mine = shown_moves(material, frame.filter(pl.col("signal") == signal))
    if mine.is_empty():
        return None
    columns = _columns(mine)
    first = columns.destinations[0]
    heading = Heading(
        f"Who moved where, and when: {_SIGNALS[signal]}",
        f"Alluvial diagram of operators’ moves {_SIGNALS[signal]}: from the platform they came from, through the weeks before the day, around it "
        f"and after it, to the platform they went to. Most to {first.name}, {first.total}.",
    )
    caption = fill(
        "Width and number: pairs of an operator and a new place, by the week in which it was first named. Colour: the destination. Dashed: fewer than {}; a “+” says that such pairs are not in the number.",
        THRESHOLD,
    )
    return Figure("moves", heading.title, caption, lambda paper: alluvial(paper, heading, columns), _data(mine))


def shown_moves(material: Material, frame: pl.DataFrame) -> pl.DataFrame:
    """Moves by source, phase and destination as they may be shown: nothing follows from the flows' totals."""
    for column in ("source", "destination"):
        frame = largest_places(frame, column)
    frame = frame.with_columns(material.phase_of(pl.col("week")).alias("phase"))
    whole = frame.group_by(_WAY).agg(pl.col("count").sum()).sort(_WAY)
    totals = [["source", "destination"]]
    safe = suppress(whole, "count", totals)
    return safe.filter(~betrayed(safe.with_columns(whole["count"]), "count", totals))


def _columns(frame: pl.DataFrame) -> Columns:
    ribbons = tuple(
        Ribbon(short_place(r["source"]), PHASES[r["phase"]], short_place(r["destination"]), r["count"])
        for r in frame.iter_rows(named=True)
    )
    sources, destinations = (_nodes(frame, column) for column in ("source", "destination"))
    by_phase = {row["phase"]: row for row in _sums(frame, "phase").iter_rows(named=True)}
    phases = tuple(
        Node(words, printed_total(by_phase[name]["count"], by_phase[name]["withheld"]))
        for name, words in PHASES.items()
        if name in by_phase
    )
    return Columns(sources, phases, destinations, ribbons)


def _nodes(frame: pl.DataFrame, column: str) -> tuple[Node, ...]:
    """Places in order of size, the joined ones last."""
    ordered = _sums(frame, column).sort(
        [pl.col(column) == "others", pl.col("count"), pl.col(column)], descending=[False, True, False]
    )
    return tuple(
        Node(short_place(row[column]), printed_total(row["count"], row["withheld"]))
        for row in ordered.iter_rows(named=True)
    )


def _sums(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Sums of the cells that are printed, and how many are withheld."""
    return frame.group_by(column).agg(pl.col("count").sum(), (pl.col(_MARK) != "").sum().alias("withheld"))


def _data(frame: pl.DataFrame) -> Table:
    order = list(PHASES)
    rows = [
        (place_title(r["source"]), PHASES[r["phase"]], place_title(r["destination"]), shown(r["count"], r[_MARK]))
        for r in sorted(
            frame.iter_rows(named=True), key=lambda r: (order.index(r["phase"]), r["source"], r["destination"])
        )
    ]
    return Table.of("data-moves", "Moves of operators by phase", ("From", "When", "To", "Pairs"), rows, 1)
