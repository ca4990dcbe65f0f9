"""The only definition of "at risk": every subject that was certainly there once, and how and when it ended.

Who is in: channels, accounts that hold a role, and whatever has looks of its own, provided that some evidence shows it
alive. Who is out: ordinary members, and subjects that were only ever seen gone (nobody knows since when).
Not for: durations and curves, which are computed from these rows.
"""

from datetime import datetime

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from actionday.measure.days import DAY_US, day_of, micros
from actionday.measure.endings import endings, outlook
from actionday.measure.evidence import (
    aliases,
    attach,
    attach_all,
    looks,
    offices,
    part,
    presence,
    snapshots,
    staged,
    unify,
)
from actionday.measure.schemas import COHORT
from actionday.measure.silence import SILENT_DAYS, silent
from actionday.records import UNSEEN, Campaign
from actionday.stores.archive.view import View

NOBODY = "none recorded"
"""The organisation of a subject about whom no judgement is on record."""


def cohort(view: View, campaign: Campaign, *, now: datetime | None = None) -> pa.Table:
    """One row a subject, sorted by subject, in the schema COHORT.

    `now` (aware) makes it the cohort as known at that moment: later evidence is left out. A subject present after it was
    missed is alive again; its lifetime runs on (see `endings.reinstated` for how many did). `last_present` of an exact end
    equals `first_miss`. Inferred ends keep event and first_miss null, so that whoever ignores `basis` treats them as censored.
    """
    seen = staged(view, presence(view, now))
    looked = looks(view, now)
    subjects = staged(view, _subjects(view, campaign, seen, looked, now))
    ends = _observed_until(seen, looked)
    alive = subjects.filter(subjects.event.isnull())
    unlooked = alive.last_look.isnull() | (alive.last_look <= alive.last_seen)
    candidates = alive.filter((alive.kind == "channel") & ~alive.blind & unlooked).select("subject", "last_seen")
    lost = silent(view, candidates, ends, now).mutate(is_silent=True)
    rows = attach(subjects, lost, "subject")
    rows = rows.mutate(
        basis=ibis.ifelse(rows.is_silent.notnull(), "inferred", "observed"),
        last_present=ibis.ifelse(rows.exact, rows.first_miss, rows.last_seen),
    )
    table = view.arrow(rows.select(*COHORT.names))
    return table.cast(COHORT).sort_by("subject")


def _subjects(view: View, campaign: Campaign, seen: ir.Table, looked: ir.Table, now: datetime | None) -> ir.Table:
    last_seen = seen.group_by("subject").agg(first_seen=seen["first"].min(), last_seen=seen["last"].max())
    ended = endings(looked, last_seen.select("subject", "last_seen"), campaign.confirmations)
    rows = attach_all(
        last_seen,
        ended,
        outlook(looked),
        offices(view),
        _residual(seen, looked),
        _created(view),
        _language(view, seen, now),
        _organisation(view, campaign),
        _vantage_lost(view, seen, looked, now),
    )
    unseen = rows.unseen_by_all.fill_null(False) & (rows.last_unseen > rows.last_seen)
    born = rows.created_at.notnull() & (day_of(rows.created_at) >= day_of(rows.first_seen))
    is_channel = part(rows.subject, 1) == "channel"
    return rows.mutate(
        platform=part(rows.subject, 0),
        kind=ibis.ifelse(is_channel, "channel", rows.office.fill_null("user")),
        organisation=rows.organisation.fill_null(NOBODY),
        residual=rows.on_first_day.fill_null(False) & ~born,
        exact=rows.exact.fill_null(False),
        n_looks=rows.n_looks.fill_null(0),
        blind=rows.event.isnull() & (unseen.fill_null(False) | rows.vantage_lost.fill_null(False)),
    )


def _observed_until(seen: ir.Table, looked: ir.Table) -> ir.Table:
    """The end of observation of each platform: its last evidence of any kind."""
    both = ibis.union(
        seen.select(platform=part(seen.subject, 0), at=seen["last"]),
        looked.select(platform=part(looked.subject, 0), at=looked["at"]),
    )
    return both.group_by("platform").agg(end=both["at"].max())


def _residual(seen: ir.Table, looked: ir.Table) -> ir.Table:
    """Whether a subject's first evidence falls on the first day of the source that gave it."""
    every = ibis.union(seen.select("source", at="first"), looked.select("source", "at"))
    begun = every.group_by("source").agg(begun=every["at"].min())
    rows = attach(seen.group_by("subject", "source").agg(first=seen["first"].min()), begun, "source")
    first = rows["first"].min().over(group_by=rows.subject)
    day = day_of(rows["first"])
    rows = rows.mutate(hit=(day == day_of(rows.begun)) & (day == day_of(first)))
    return rows.group_by("subject").agg(on_first_day=rows.hit.any())


def _created(view: View) -> ir.Table:
    accounts, channels = view.table("accounts"), view.table("channels")
    both = ibis.union(accounts.select("subject", "created_at"), channels.select("subject", "created_at"))
    return both.group_by("subject").agg(created_at=both.created_at.min())


def _language(view: View, seen: ir.Table, now: datetime | None) -> ir.Table:
    """The latest profile's language, else the commonest among its posts; ties go to the first in the alphabet."""
    shown = snapshots(view, now)
    shown = shown.filter(shown.language.notnull())
    shown = _first(shown, [ibis.desc(shown["at"]), shown.language])
    wrote = seen.filter(seen.language.notnull()).group_by("subject", "language").agg(n=lambda t: t.n.sum())
    wrote = _first(wrote, [ibis.desc(wrote.n), wrote.language])
    both = ibis.union(
        shown.select("subject", "language", weight=ibis.literal(0)),
        wrote.select("subject", "language", weight=ibis.literal(1)),
    )
    return _first(both, [both.weight]).select("subject", "language")


def _organisation(view: View, campaign: Campaign) -> ir.Table:
    """The latest judgement that was valid during the day's window."""
    judged = unify(view.table("affiliations"), "subject", aliases(view))
    start, end = (ibis.literal(at, "timestamp('UTC')") for at in (campaign.start, campaign.end))
    valid = (judged.from_at.isnull() | (judged.from_at <= end)) & (judged.to_at.isnull() | (judged.to_at >= start))
    judged = judged.filter(valid)
    order = [judged.judged_at.isnull(), ibis.desc(judged.judged_at), judged.organisation]
    return _first(judged, order).select("subject", "organisation")


def _vantage_lost(view: View, seen: ir.Table, looked: ir.Table, now: datetime | None) -> ir.Table:
    """Whether every vantage that knew a subject fell silent altogether, and the subject with it."""
    told = looked.filter(~looked.state.isin(sorted(UNSEEN)) & (looked.vantage != ""))
    shown = snapshots(view, now)
    shown = shown.filter(shown.vantage.notnull())
    columns = ["subject", "vantage", "at"]
    named = ibis.union(told.select(*columns), shown.select(*columns))
    active = named.group_by("vantage").agg(active_until=named["at"].max())
    rows = attach(named.group_by("subject", "vantage").agg(n=named.count()), active, "vantage")
    rows = rows.group_by("subject").agg(active_until=rows.active_until.max())
    rows = rows.mutate(platform=part(rows.subject, 0)).join(_observed_until(seen, looked), "platform")
    last = seen.group_by("subject").agg(last=seen["last"].max())
    rows = attach(rows, last, "subject")
    gone = micros(rows.end) - micros(rows.active_until) >= SILENT_DAYS * DAY_US
    with_it = micros(rows["last"]) <= micros(rows.active_until) + DAY_US
    return rows.select("subject", vantage_lost=gone & with_it)


def _first(table: ir.Table, order: list[ir.Value]) -> ir.Table:
    """The first row of each subject in that order."""
    placed = table.mutate(place=ibis.row_number().over(group_by=table.subject, order_by=order))
    return placed.filter(placed.place == 0)
