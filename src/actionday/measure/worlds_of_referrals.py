"""Synthetic sheets of referrals with known truth: does the interval of each figure cover it?

The methods' own assumptions hold here: hosts act alike within a route, looks come every few hours whatever happens, the audit is a random sample within
routes. Not for: the bundled scenario (`scenario.referrals`).
"""

import math

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri  # not scipy.stats, the same numbers half a second later

from actionday.measure.recipients_errors import wrongful
from actionday.measure.recipients_rates import rates
from actionday.measure.recipients_times import claimed, seen
from actionday.records import Estimate
from actionday.records.referral import Step

SHARES = (0.6, 0.3, 0.1)
WRONG = (0.06, 0.12, 0.2)
AUDITED = (70, 60, 50)
REMOVED, MEDIAN_HOURS, SPREAD = 0.85, 9.0, 1.1
LOOKS_HOURS, FOLLOWED_DAYS = 6.0, 30.0
_DAY_US, _HOUR_US = 86_400_000_000, 3_600_000_000
_START = 1_700_000_000_000_000


def median_of_all() -> float:
    """Hours by which half of everything sent is removed: a quantile of the log-normal above its median, since some is never removed."""
    return float(MEDIAN_HOURS * math.exp(SPREAD * float(ndtri(0.5 / REMOVED))))


def referral_world(seed: int, n: int = 700) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A sheet as `recipients_read.sheet` gives it, and its audits."""
    random = np.random.default_rng(seed)
    route = random.choice(3, n, p=SHARES)
    sent = _START + random.integers(0, 2 * _DAY_US, n)
    hours = np.where(random.random(n) < REMOVED, MEDIAN_HOURS * np.exp(SPREAD * random.standard_normal(n)), np.inf)
    gone = hours < FOLLOWED_DAYS * 24
    ends = np.where(gone, sent + np.where(gone, hours, 0) * _HOUR_US, np.inf)
    step = LOOKS_HOURS * _HOUR_US
    first = sent + step * random.random(n)
    before = np.where(
        gone, np.floor((np.where(gone, ends, sent) - first) / step), np.floor(FOLLOWED_DAYS * 24 / LOOKS_HOURS)
    )
    last = np.where(before < 0, sent, first + np.maximum(before, 0) * step)
    rows = pl.DataFrame(
        {
            "ref": [str(k) for k in range(n)],
            "subject": [f"telegram:channel:{k}" for k in range(n)],
            "platform": ["telegram"] * n,
            "route": np.array(["portal", "email", "form"])[route],
            "sent": sent,
            "claim": np.where(gone, Step.REMOVED.value, Step.DECLINED.value),
            "claim_at": np.where(gone, np.where(gone, ends, 0), sent + _DAY_US).astype(np.int64),
            "last_present": last.astype(np.int64),
            "first_miss": pl.Series(np.where(gone, first + (before + 1) * step, 0).astype(np.int64)).set(pl.Series(~gone), None),
            "looked": np.ones(n, np.bool_),
            "wrong": gone & (random.random(n) < np.array(WRONG)[route]),
            "gone": gone,
            "drawn": random.random(n),
        }
    ).with_columns(
        *(pl.col(name).cast(pl.Datetime("us", "UTC")) for name in ("sent", "claim_at", "last_present", "first_miss")),
        pl.lit(None, pl.String).alias("scope"),
        *(pl.lit(value=False).alias(name) for name in ("withdrawn", "reinstated", "contested", "upheld", "decided", "contestable")),
        pl.lit(value=True).alias("reasoned"),
    )  # fmt: skip
    return rows, _audited(rows)


def _audited(rows: pl.DataFrame) -> pl.DataFrame:
    removed = rows.filter("gone").sort("drawn")
    parts = []
    for route, size in zip(("portal", "email", "form"), AUDITED, strict=True):
        mine = removed.filter(pl.col("route") == route)
        parts.append(mine.head(size).with_columns(pl.lit(len(mine)).alias("stratum_size")))
    verdict = pl.when("wrong").then(pl.lit("wrongful")).otherwise(pl.lit("rightful")).alias("verdict")
    return pl.concat(parts).select("ref", "subject", verdict, pl.col("route").alias("stratum"), "stratum_size")


def referrals_covered(seed: int, draws: int = 200) -> dict[str, bool]:
    """Does each 95 % interval cover its truth? The shares removed (claimed, seen), wrongful, and both medians."""
    rows, read = referral_world(seed)
    told = {one.name: one for one in rates([({}, rows)], read)}
    until = _START + int((FOLLOWED_DAYS + 3) * _DAY_US)
    share, half = REMOVED * _within(FOLLOWED_DAYS * 24), median_of_all()
    wrong = float(np.dot(SHARES, WRONG))
    checks: dict[str, tuple[Estimate, float]] = {
        "removed_share_claimed": (told["removed_share_claimed"], share),
        "removed_share_seen": (told["removed_share_seen"], share),
        "wrongful_share": (wrongful(rows.filter("gone"), read, {}), wrong),
        "median_hours_to_act_claimed": (claimed(rows, until, {}), half),
        "median_hours_to_act_seen": (seen(rows, {}, seed, draws), half),
    }
    return {name: _covers(estimate, truth) for name, (estimate, truth) in checks.items()}


def _within(hours: float) -> float:
    return float(ndtr(math.log(hours / MEDIAN_HOURS) / SPREAD))


def _covers(estimate: Estimate, truth: float) -> bool:
    if estimate.value is None or estimate.low is None:
        return False
    return estimate.low <= truth <= (math.inf if estimate.high is None else estimate.high)
