"""Places on other platforms to which operators went: said so (explicit), or pointed to around their end (inferred).

The two are never mixed: a pair that was announced is not inferred as well.
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from actionday.measure.cohort import NOBODY
from actionday.measure.days import DAY_US, micros
from actionday.measure.evidence import aliases, attach, part, staged, unify
from actionday.measure.references import resolve
from actionday.stores.archive.view import View

AROUND_DAYS = 30
LEAST_POSTS = 2
EXPLICIT, INFERRED = "operators_explicit", "operators_inferred"
ATTRIBUTES = ("platform", "kind", "organisation", "language")


def sources(cohort: pa.Table) -> ir.Table:
    """The cohort as an expression."""
    return ibis.memtable(cohort)


def venues(view: View, cohort: pa.Table) -> ir.Table:
    """One row a (subject, venue): signal, at (first named), destination (a platform), and the subject's attributes.

    `venue` is a subject id where the reference could be resolved at its time, else the reference.
    """
    known = sources(cohort)
    told, shown = _explicit(view), _inferred(view, known)
    shown = shown.anti_join(told, ["subject", "venue"])
    both = ibis.union(told.mutate(signal=ibis.literal(EXPLICIT)), shown.mutate(signal=ibis.literal(INFERRED)))
    joined = attach(both, known.select("subject", *ATTRIBUTES), "subject")
    return staged(
        view,
        joined.mutate(
            platform=ibis.coalesce(joined.platform, part(joined.subject, 0)),
            kind=joined.kind.fill_null("user"),
            organisation=joined.organisation.fill_null(NOBODY),
            language=joined.language.fill_null("not known"),
        ),
    )


def first_claims(named: ir.Table) -> ir.Table:
    """One row a venue: the claim that named it first."""
    order = [named["at"], named.signal, named.subject]
    placed = named.mutate(place=ibis.row_number().over(group_by=named.venue, order_by=order))
    return placed.filter(placed.place == 0).drop("place")


def _explicit(view: View) -> ir.Table:
    moves = view.table("moves")
    moves = moves.filter(moves.kind != "withdrawn")  # a list took the pair back: no move
    moves = moves.mutate(destination=ibis.coalesce(moves.target_platform, part(moves.target, 0)))
    abroad = moves.filter(moves["at"].notnull() & (moves.destination != moves.platform))
    named = unify(abroad.select("subject", "target", "at", "destination"), "subject", aliases(view))
    return _first_named(resolve(view, named), 1)


def _inferred(view: View, known: ir.Table) -> ir.Table:
    links, alias = view.table("links"), aliases(view)
    ended = known.filter(known.event.notnull() & known.first_miss.notnull()).select("subject", end="first_miss")
    own = links.filter(
        links.own.fill_null(False)
        & (links.kind != "talk")
        & links["at"].notnull()
        & links.target.notnull()
        & (links.target_kind.isnull() | (links.target_kind != "post"))
        & (links.target_platform != links.platform)
    )
    columns = ["target", "at", "destination", "post", "channel"]
    own = own.rename(destination="target_platform")
    by_channel = own.select(*columns, subject=own.channel)
    by_author = unify(own.filter(own.author.notnull()).select(*columns, subject="author"), "subject", alias)
    pointed = ibis.union(by_channel, by_author).inner_join(ended, "subject")
    distance = micros(pointed["at"]) - micros(pointed.end)
    near = pointed.filter(distance.abs() <= AROUND_DAYS * DAY_US)
    return _first_named(resolve(view, near), LEAST_POSTS)


def _first_named(resolved: ir.Table, least: int) -> ir.Table:
    """One row a (subject, venue) that was named in at least that many posts (moves: once)."""
    if least > 1:
        times = resolved.select("subject", "venue", "channel", "post").distinct()
        often = times.group_by("subject", "venue").agg(n=times.count())
        resolved = resolved.semi_join(often.filter(often.n >= least), ["subject", "venue"])
    return resolved.group_by("subject", "venue").agg(at=resolved["at"].min(), destination=resolved.destination.min())
