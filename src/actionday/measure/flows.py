"""The migration matrix: what went from which platform to which, by week and signal."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from actionday.measure.cohort import NOBODY
from actionday.measure.days import dates, monday_of
from actionday.measure.evidence import attach, snapshots
from actionday.measure.schemas import FLOWS
from actionday.measure.venues import first_claims, sources
from actionday.stores.archive.view import View

_KEYS = ("week", "signal", "source", "destination", "organisation")


def flows(view: View, cohort: pa.Table, named: ir.Table) -> pa.Table:
    """The table FLOWS, sorted. Counts are pairs (operators), net gains of members (audience), mentions (links, talk)."""
    pieces = [_operators(named), _audience(view, named), matrix(view.table("links"), judged(cohort))]
    table = view.arrow(ibis.union(*(piece.select(*_KEYS, "count") for piece in pieces)))
    days = dates(table["week"].to_numpy())
    columns = {"week": days, **{name: table[name] for name in (*_KEYS[1:], "count")}}
    return pa.table(columns).cast(FLOWS).sort_by([(key, "ascending") for key in _KEYS])


def judged(cohort: pa.Table) -> ir.Table:
    """`channel`, `organisation` of the channels about which there is a judgement: few, so that links join cheaply."""
    known = sources(cohort)
    return known.filter((known.organisation != NOBODY) & (known.kind == "channel")).select(
        "organisation", channel="subject"
    )


def outlinks(links: ir.Table, judged: ir.Table) -> ir.Table:
    """Links and talk that point to another platform, in original and forwarded posts, with the channel's organisation."""
    abroad = links.filter(links["at"].notnull() & links.target_platform.notnull())
    abroad = abroad.filter(abroad.target_platform != abroad.platform)
    joined = attach(abroad.select("channel", "platform", "target_platform", "kind", "at"), judged, "channel")
    return joined.mutate(
        signal=ibis.ifelse(joined.kind == "talk", "talk", "links"),
        organisation=joined.organisation.fill_null(NOBODY),
        week=monday_of(joined["at"]),
    )


def matrix(links: ir.Table, judged: ir.Table) -> ir.Table:
    """Week (day number of its Monday), signal (links | talk), source, destination, organisation, count."""
    abroad = outlinks(links, judged)
    return abroad.group_by(
        "week", "signal", source=abroad.platform, destination=abroad.target_platform, organisation=abroad.organisation
    ).agg(count=abroad.count())


def _operators(named: ir.Table) -> ir.Table:
    return named.group_by(
        "signal", "destination", "organisation", week=monday_of(named["at"]), source=named.platform
    ).agg(count=named.count())


def _audience(view: View, named: ir.Table) -> ir.Table:
    """Members and followers that venues gained from one week's last snapshot to the next known one; losses are not flows."""
    first = first_claims(named).select("venue", "destination", "organisation", source="platform")
    shown = snapshots(view)
    shown = shown.filter(shown["size"].notnull()).select("subject", "at", size="size")
    shown = shown.semi_join(first, shown.subject == first.venue).mutate(week=lambda t: monday_of(t["at"]))
    order = [ibis.desc(shown["at"]), ibis.desc(shown["size"])]
    shown = shown.mutate(place=ibis.row_number().over(group_by=[shown.subject, shown.week], order_by=order))
    weekly = shown.filter(shown.place == 0)
    earlier = weekly["size"].lag().over(group_by=weekly.subject, order_by=weekly.week)
    gained = weekly.select("subject", "week", gain=weekly["size"] - earlier)
    gained = gained.filter(gained.gain > 0)
    joined = gained.inner_join(first, gained.subject == first.venue).mutate(signal=ibis.literal("audience"))
    return joined.group_by(*_KEYS).agg(count=joined.gain.sum())
