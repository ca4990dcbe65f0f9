"""Beside what was referred: what vanished unreferred, how the removed ones' neighbours went on, and whether talk moved into closed spaces.

Neighbours are channels that share an owner, an administrator or a bot with something that was referred and is gone, and that are neither
themselves. All of it is descriptive: what else happened that day is in it too (see `effect`). Not for: what hosts did (`recipients_rates`).
"""

from collections.abc import Iterator

import ibis
import numpy as np
import polars as pl
import pyarrow as pa

from actionday.measure.change import ratio
from actionday.measure.days import as_days, day_of
from actionday.measure.evidence import OFFICES
from actionday.measure.intervals import proportion
from actionday.measure.posting import daily
from actionday.measure.recipients_rates import AFTER, CLAIMED
from actionday.measure.survey import clustered
from actionday.measure.windows import Windows, observed
from actionday.records import Campaign, Estimate
from actionday.stores.archive.view import View

_DESCRIBES = "descriptive: whatever else happened in these days is in it"


def unreferred(rows: pl.DataFrame, cohort: pa.Table, level: float = 0.95) -> Iterator[Estimate]:
    """Of what nobody referred and was there when the first referral went to its platform: the share gone since."""
    first = rows.group_by("platform").agg(pl.col("sent").min().alias("since"))
    people = pl.DataFrame(cohort.select(["subject", "platform", "first_seen", "last_present", "first_miss"]))
    people = people.join(rows.select("subject").unique(), on="subject", how="anti").join(first, on="platform")
    there = people.filter(
        (pl.col("first_seen") < pl.col("since")) & ~(pl.col("first_miss") <= pl.col("since")).fill_null(value=False)
    )
    gone = pl.col("first_miss") > pl.col("since")
    for group, part in [
        ({}, there),
        *(({"platform": str(k[0])}, v) for k, v in sorted(there.partition_by("platform", as_dict=True).items())),
    ]:
        k = int(part.select(gone.fill_null(value=False).sum()).item())
        yield Estimate(
            "unreferred_gone_share", *proportion(k, len(part), level), "share", len(part),
            "share of what was there, known and not referred, confirmed gone since the first referral; Wilson", level,
            ("other units and the host itself act too; not an effect of the referrals",), group,
        )  # fmt: skip


def neighbours(view: View, rows: pl.DataFrame, cohort: pa.Table) -> pa.Table:
    """The cohort's rows of the neighbours, as defined above."""
    gone = rows.filter((CLAIMED | AFTER).fill_null(value=False)).select("subject").unique().to_arrow()
    roles = view.table("memberships")
    roles = roles.filter(roles.role.isin(OFFICES)).select("account", "channel").distinct()
    removed = ibis.memtable(gone)
    staff = ibis.union(
        roles.semi_join(removed, roles.channel == removed.subject).select("account"),
        removed.select(account="subject"),
        distinct=True,
    )
    near = view.arrow(roles.semi_join(staff, "account").select(subject="channel").distinct())
    kept = pl.DataFrame(cohort).join(pl.DataFrame(near), on="subject", how="semi")
    kept = kept.join(rows.select("subject").unique(), on="subject", how="anti")
    return kept.filter(pl.col("first_miss").is_null()).sort("subject").to_arrow().cast(cohort.schema)


def aftermath(
    view: View, near: pa.Table, cohort: pa.Table, campaign: Campaign, level: float = 0.95
) -> Iterator[Estimate]:
    """Activity of unremoved neighbours after over before, and their moves into closed spaces."""
    first, last = (as_days(cohort[name]) for name in ("first_seen", "last_present"))
    if not len(first):
        return
    windows = observed(campaign, float(np.nanmin(first)), float(np.nanmax(last)))
    posts = daily(view, near, windows.before_first, windows.after_last)
    before = posts.sums(windows.before_first, windows.before_last)[:, :2].sum(axis=1)
    after = posts.sums(windows.after_first, windows.after_last)[:, :2].sum(axis=1)
    change = ratio(before, after, windows.days_before, windows.days_after, level)
    why = () if change.value is not None else ("no neighbour's posts can be compared",)
    yield Estimate(
        "neighbours_activity", change.value, change.low, change.high, "ratio", change.n,
        "posts a day of unremoved neighbours, after over before, channels as clusters", level, (_DESCRIBES, *why), {},
    )  # fmt: skip
    yield _went_private(near, campaign, level)
    for period, found, n in _invites(view, near, windows, level):
        yield Estimate(
            f"closed_links_share_{period}", *found, "share", n,
            "share of the neighbours' links to venues that are invitations into closed ones, channels as clusters", level,
            (_DESCRIBES,) if n else ("no links to count",), {},
        )  # fmt: skip


def _went_private(near: pa.Table, campaign: Campaign, level: float) -> Estimate:
    """Neighbours that were in sight when the day began and went out of it, unremoved."""
    start = pa.scalar(campaign.start, near["last_present"].type)
    there = pl.DataFrame(near).filter(pl.col("last_present") >= start.as_py())
    k = int(there["blind"].sum())
    return Estimate(
        "neighbours_closed_share", *proportion(k, len(there), level), "share", len(there),
        "share of unremoved neighbours that went private or blocked the observer after the day began; Wilson", level,
        ("lost from sight is not moved: some only blocked the observer",), {},
    )  # fmt: skip


def _invites(
    view: View, near: pa.Table, windows: Windows, level: float
) -> Iterator[tuple[str, tuple[float | None, float | None, float | None], int]]:
    links = view.table("links").semi_join(ibis.memtable(near.select(["subject"])), [("channel", "subject")])
    links = links.filter(links["at"].notnull() & ((links.kind == "invite") | (links.target_kind == "channel")))
    rows = pl.DataFrame(view.arrow(links.select("channel", invite=links.kind == "invite", day=day_of(links["at"]))))
    for period, first, last in (
        ("before", windows.before_first, windows.before_last),
        ("after", windows.after_first, windows.after_last),
    ):
        mine = rows.filter(pl.col("day").is_between(first, last))
        by = mine.group_by("channel").agg(hits=pl.col("invite").sum(), drawn=pl.len()).sort("channel")
        arrays = [by[name].cast(pl.Float64).to_numpy() for name in ("hits", "drawn")]
        yield period, clustered(np.asarray(arrays[0]), np.asarray(arrays[1]), level), len(mine)
