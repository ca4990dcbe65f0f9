"""Destinations followed to their end: arrived, denied, still there, or opened and silent.

*Arrived*: some evidence shows the venue alive after it was named; the arrival is its first sign of life, or the naming if
it existed before. *Denied* within n days: the platform removed it within n days of arrival, or it was removed before it was
ever seen alive there. Only venues followed for n days, or to an end within them, enter a rate.
Not for: audiences (see `flows`).
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from actionday.measure.days import DAY_US, as_days, micros
from actionday.measure.endings import endings
from actionday.measure.evidence import attach, looks
from actionday.measure.intervals import proportion
from actionday.measure.schemas import DESTINATIONS
from actionday.measure.sight import Bools, Floats
from actionday.measure.venues import first_claims, sources
from actionday.records import UNSEEN, Campaign, Estimate
from actionday.stores.archive.view import View

WITHIN = (1, 7, 30)
QUIET_DAYS = 14
_WILSON = "share of the venues followed that long (or to an end within it); Wilson score interval"


@dataclass(frozen=True, slots=True)
class Followed:
    """One entry a venue. `table` keeps its destination and the attributes of the subject that named it first."""

    table: pa.Table
    looked_at: Bools
    arrived: Bools
    denied: dict[int, Bools]
    eligible: dict[int, Bools]  # followed for n days or to an end within them
    still_there: Bools
    quiet: Bools
    quiet_eligible: Bools
    posts_per_week: Floats


def follow(view: View, cohort: pa.Table, campaign: Campaign, named: ir.Table) -> Followed:
    """What became of every venue that was named."""
    table = view.arrow(_facts(view, cohort, campaign, named).order_by("venue"))
    named_at, first, last, end = (as_days(table[name]) for name in ("at", "first_seen", "last_present", "first_miss"))
    event = table["event"].fill_null("").to_numpy(zero_copy_only=False)
    arrived = ~np.isnan(last) & (last >= named_at)
    arrival = np.maximum(first, named_at)
    followed = np.where(arrived, last - arrival, -1.0)
    lasted = np.where(arrived & (event != ""), end - arrival, np.inf)
    refused = ~arrived & (event == "removed")
    removed = arrived & (event == "removed")
    in_sight = (event == "") & ~_flag(table, "blind") & ~_flag(table, "inferred")
    quiet_eligible = arrived & (followed >= QUIET_DAYS)
    weeks = np.maximum(followed, 7.0) / 7.0
    return Followed(
        table,
        looked_at=_flag(table, "told") | ~np.isnan(last),
        arrived=arrived,
        denied={n: refused | (removed & (lasted <= n)) for n in WITHIN},
        eligible={n: refused | (arrived & ((followed >= n) | (lasted <= n))) for n in WITHIN},
        still_there=arrived & in_sight,
        quiet=quiet_eligible & (_count(table, "posts_early") == 0),
        quiet_eligible=quiet_eligible,
        posts_per_week=_count(table, "posts") / weeks,
    )


def destinations(followed: Followed) -> pa.Table:
    """The table DESTINATIONS: by platform and organisation of the subject that named the venue, sorted."""
    rows = []
    for (platform, organisation), hit in groups(followed, ("destination", "organisation")):
        there = followed.arrived & hit
        rows.append(
            {
                "platform": platform,
                "organisation": organisation,
                "venues": int(hit.sum()),
                "looked_at": int((followed.looked_at & hit).sum()),
                "arrived": int(there.sum()),
                **{f"denied_{n}": int((followed.denied[n] & hit).sum()) for n in WITHIN},
                "still_there": int((followed.still_there & hit).sum()),
                "silent": int((followed.quiet & hit).sum()),
                "posts_per_week": float(np.median(followed.posts_per_week[there])) if there.any() else None,
            }
        )
    return pa.Table.from_pylist(rows, DESTINATIONS)


def destination_estimates(followed: Followed, by: str) -> list[Estimate]:
    """Denial rates and the share of quiet venues by destination, and by group of the subjects that named them."""
    keys = ("destination",) if by == "all" else ("destination", by)
    if len(followed.table) == 0:
        names = (*(f"denial_rate_{n}" for n in WITHIN), "quiet_share")
        return [
            Estimate(name, None, None, None, "share", 0, _WILSON, caveats=("no destination was named",))
            for name in names
        ]
    out = []
    for values, hit in groups(followed, keys):
        group = dict(zip(keys, values, strict=True))
        for n in WITHIN:
            out.append(_rate(f"denial_rate_{n}", followed.denied[n] & hit, followed.eligible[n] & hit, group))
        quiet = _rate("quiet_share", followed.quiet & hit, followed.quiet_eligible & hit, group)
        out.append(quiet)
    return out


def groups(followed: Followed, keys: tuple[str, ...]) -> list[tuple[tuple[str, ...], Bools]]:
    """Members of each combination of values that occurs, sorted."""
    columns = [followed.table[key].to_numpy(zero_copy_only=False) for key in keys]
    found = sorted(set(zip(*columns, strict=True)))
    return [(values, _all_equal(columns, values)) for values in found]


def _all_equal(columns: list[npt.NDArray[np.object_]], values: tuple[str, ...]) -> Bools:
    hit = np.ones(len(columns[0]), bool)
    for column, value in zip(columns, values, strict=True):
        hit &= column == value
    return hit


def _rate(name: str, hits: Bools, among: Bools, group: dict[str, str]) -> Estimate:
    k, n = int((hits & among).sum()), int(among.sum())
    caveats: tuple[str, ...] = ("a destination is looked at because it was named: unnamed ones are not counted",)
    if name == "quiet_share":
        caveats = (*caveats, "no post in this archive; where posts cannot be read, quiet cannot be told from unread")
    if n == 0:
        return Estimate(
            name,
            None,
            None,
            None,
            "share",
            0,
            _WILSON,
            caveats=(*caveats, "no venue was followed that long"),
            group=group,
        )
    value, low, high = proportion(k, n)
    return Estimate(name, value, low, high, "share", n, _WILSON, caveats=caveats, group=group)


def _flag(table: pa.Table, name: str) -> Bools:
    return np.asarray(table[name].fill_null(False).to_numpy(zero_copy_only=False), bool)


def _count(table: pa.Table, name: str) -> Floats:
    return table[name].fill_null(0).to_numpy().astype(np.float64)


def _facts(view: View, cohort: pa.Table, campaign: Campaign, named: ir.Table) -> ir.Table:
    """Per venue: what the cohort knows, what looks say of those never seen alive, and its posts after arrival."""
    known = sources(cohort)
    known = known.select(
        "first_seen",
        "last_present",
        "first_miss",
        "event",
        "blind",
        venue="subject",
        inferred=known.basis == "inferred",
    )
    first = first_claims(named)
    seen = looks(view)
    looked = seen.semi_join(first, seen.subject == first.venue)
    told = looked.filter(~looked.state.isin(sorted(UNSEEN)))
    told = told.group_by(venue=told.subject).agg(n_told=told.count())
    strangers = looked.anti_join(known, looked.subject == known.venue)
    never = known.filter(ibis.literal(False)).select(subject="venue", last_seen="last_present")
    ended = endings(strangers, never, campaign.confirmations)
    ended = ended.select(venue=ended.subject, other_miss=ended.first_miss, other_event=ended.event)
    rows = attach(attach(attach(first, known, "venue"), ended, "venue"), told, "venue")
    rows = rows.mutate(
        first_miss=ibis.coalesce(rows.first_miss, rows.other_miss),
        event=ibis.coalesce(rows.event, rows.other_event),
        told=rows.n_told.notnull(),
        arrival=ibis.ifelse(rows.first_seen > rows["at"], rows.first_seen, rows["at"]),
    )
    return attach(rows, _posts(view, rows), "venue")


def _posts(view: View, rows: ir.Table) -> ir.Table:
    """Posts by venue from its arrival on, and in the first QUIET_DAYS of them; venues are channels or accounts."""
    posts = view.table("posts")
    arrivals = rows.select("venue", "arrival")
    written = ibis.union(
        posts.select(venue=posts.channel, at=posts["at"], native=posts.native),
        posts.filter(posts.author.notnull() & (posts.author != posts.channel)).select(
            venue=posts.author, at=posts["at"], native=posts.native
        ),
    ).inner_join(arrivals, "venue")
    after = written.filter(written["at"] >= written.arrival)
    early = micros(after["at"]) - micros(after.arrival) <= QUIET_DAYS * DAY_US
    return after.group_by("venue").agg(posts=after.native.nunique(), posts_early=after.native.nunique(where=early))
