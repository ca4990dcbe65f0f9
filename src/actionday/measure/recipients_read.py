"""The sheet of referrals read column by column: one row a referral, what its host says and what was seen of it, kept apart.

It says of a history without refused events what `records.referral` says of it (a test holds the two together). A unit's sheet seldom says who drafted
and approved; what was sent counts as approved. Not for: rates (`recipients_rates`), or how often a host is wrong (`recipients_errors`).
"""

import ibis
import polars as pl
import pyarrow as pa

from actionday.measure.endings import endings
from actionday.measure.evidence import ALIVE, looks
from actionday.records import UNSEEN, Campaign
from actionday.records.referral import ANSWERS, TAKEN_DOWN, Step
from actionday.stores.archive.view import View

KEY = ["ref", "subject"]
_ORDER = {step.value: number for number, step in enumerate(Step)}
_CONTEST = (Step.CONTESTED, Step.CONTEST_UPHELD, Step.CONTEST_REJECTED)


def sheet(view: View, cohort: pa.Table, campaign: Campaign) -> pl.DataFrame:
    """One row a referral that was sent: who, by which route, claim, sighting. Times are UTC.

    Columns: ref, subject, platform, route, act, contestable; sent, received; claim (a `Step`, null: no answer), claim_at, scope, reasoned;
    reinstated, contested, upheld, decided, withdrawn; last_present, first_miss, looked (told anything by a look after it was sent). Rows that name another
    campaign than this one are left out where any names this one.
    """
    rows = pl.DataFrame(view.arrow(view.table("referrals").drop("row", "ingest", "noted_at")))
    if (rows["campaign"] == campaign.name).any():
        rows = rows.filter(pl.col("campaign").is_null() | (pl.col("campaign") == campaign.name))
    events = pl.DataFrame(view.arrow(view.table("referral_events").drop("row", "ingest", "told_at", "evidence")))
    told = rows.unique(KEY, keep="first", maintain_order=True).join(history(events), on=KEY, how="left")
    return _with_sight(view, cohort, campaign, told.filter(pl.col("sent").is_not_null())).sort(KEY)


def until(view: View) -> int | None:
    """The last moment of which the sheet tells, in microseconds since 1970; None for an empty one."""
    events = view.table("referral_events")
    last = view.arrow(events.agg(last=ibis.greatest(events["at"].max(), events.told_at.max())))["last"]
    return None if last[0].as_py() is None else int(last.cast(pa.int64())[0].as_py())


def history(events: pl.DataFrame) -> pl.DataFrame:
    """What the events of each referral come to; `events` has ref, subject, step, at, scope, reason."""
    place = pl.col("step").replace_strict(_ORDER, default=None, return_dtype=pl.Int8)
    events = events.with_columns(place.alias("place")).sort([*KEY, "at", "place"])
    step, at = pl.col("step"), pl.col("at")

    def first(*steps: Step) -> pl.Expr:
        return at.filter(step.is_in(steps)).first()

    def last(*steps: Step) -> pl.Expr:
        return at.filter(step.is_in(steps)).last()

    said = step.is_in([*ANSWERS, Step.SUPPLIED])
    answers = tuple(ANSWERS - {Step.NO_ANSWER})
    found = events.group_by(KEY, maintain_order=True).agg(
        first(Step.SENT, Step.RECEIVED, *answers).alias("sent"),
        last(Step.NOT_SENT, Step.IN_DOUBT).alias("doubted"),
        last(Step.SENT, Step.RECEIVED, *answers).alias("left"),
        first(Step.RECEIVED).alias("received"),
        step.filter(said).last().alias("claim"),
        at.filter(said).last().alias("claim_at"),
        pl.col("scope").filter(said).last().alias("scope"),
        pl.col("reason").filter(said).last().is_not_null().alias("reasoned"),
        last(Step.REINSTATED).alias("reinstated_at"),
        last(*TAKEN_DOWN).alias("taken_at"),
        step.is_in(_CONTEST).any().alias("contested"),
        step.filter(step.is_in(_CONTEST)).last().alias("contest"),
        (step == Step.WITHDRAWN).any().alias("withdrawn"),
    )
    again = pl.col("reinstated_at").is_not_null() & ~(pl.col("taken_at") > pl.col("reinstated_at")).fill_null(
        value=False
    )
    in_doubt = (pl.col("doubted") >= pl.col("left")).fill_null(value=False)
    no_claim = pl.col("claim").is_in([Step.SUPPLIED, Step.NO_ANSWER])
    return found.with_columns(
        pl.when(~in_doubt).then("sent").alias("sent"),
        pl.when(~no_claim).then("claim").alias("claim"),
        again.alias("reinstated"),
        (pl.col("contest") == Step.CONTEST_UPHELD).fill_null(value=False).alias("upheld"),
        pl.col("contest").is_in([Step.CONTEST_UPHELD, Step.CONTEST_REJECTED]).fill_null(value=False).alias("decided"),
    ).drop("doubted", "left", "reinstated_at", "taken_at", "contest")


def _with_sight(view: View, cohort: pa.Table, campaign: Campaign, told: pl.DataFrame) -> pl.DataFrame:
    """With last_present, first_miss and looked of each subject, by our own looks; the host's word is no look."""
    asked = ibis.memtable(told.select("subject").unique().to_arrow())
    seen = looks(view).semi_join(asked, "subject")
    alive = pl.DataFrame(
        view.arrow(seen.filter(seen.state.isin(ALIVE)).group_by("subject").agg(last_look=seen["at"].max()))
    )
    people = pl.DataFrame(cohort.select(["subject", "last_present", "basis", "kind", "organisation", "language"]))
    known = told.select("subject").unique().join(people, on="subject", how="left").join(alive, on="subject", how="left")
    known = known.with_columns(pl.max_horizontal("last_present", "last_look").alias("last_seen"))
    marks = ibis.memtable(known.select("subject", "last_seen").to_arrow())
    ends = pl.DataFrame(view.arrow(endings(seen, marks, campaign.confirmations).select("subject", "first_miss")))
    last = pl.DataFrame(
        view.arrow(seen.filter(~seen.state.isin(sorted(UNSEEN))).group_by("subject").agg(told_until=seen["at"].max()))
    )
    rows = told.join(known.drop("last_present", "last_look", "basis"), on="subject", how="left")
    rows = rows.join(ends, on="subject", how="left").join(last, on="subject", how="left")
    after = (pl.max_horizontal("told_until", "last_seen") > pl.col("sent")).fill_null(value=False)
    return rows.with_columns(after.alias("looked")).rename({"last_seen": "last_present"}).drop("told_until")
