"""By platform and route: what was sent, what was answered, what was seen of it, each removal rate with its rate of error.

A removal rate never stands alone: it is made together with the error of the same removals, or of the narrowest group about which an outsider's
random sample tells, and without any it has no value. Not for: times (`recipients_times`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from actionday.measure.intervals import proportion
from actionday.measure.recipients_errors import NOT_AUDITED, contests, in_words, wrongful
from actionday.records import Estimate
from actionday.records.referral import TAKEN_DOWN, Step

REMOVAL_RATES = ("removed_share_claimed", "removed_share_seen")
CLAIMED = pl.col("claim").is_in(TAKEN_DOWN) & pl.col("scope").is_null()
"""The host says that it is gone, everywhere."""
BLOCKED = pl.col("claim").is_in([Step.ACCESS_DISABLED, Step.RESTRICTED]) & pl.col("scope").is_not_null()
"""The host says that it is out of sight in some countries only."""
AFTER = (pl.col("first_miss") > pl.col("sent")).fill_null(value=False)
"""Seen gone after it was sent."""
BEFORE = (pl.col("first_miss") <= pl.col("sent")).fill_null(value=False)
"""Gone already when it was sent, as far as looks tell."""
Groups = Sequence[tuple[dict[str, str], pl.DataFrame]]


def groups(rows: pl.DataFrame, by: str) -> list[tuple[dict[str, str], pl.DataFrame]]:
    """The whole, each platform, each route of a platform; and by organisation, kind or language where that is asked for."""
    found: list[tuple[dict[str, str], pl.DataFrame]] = [({}, rows)]
    keys: list[list[str]] = [["platform"], ["platform", "route"]]
    keys += [[by]] if by in ("organisation", "kind", "language") else []
    for columns in keys:
        parts = rows.with_columns(pl.col(columns).fill_null("not recorded")).partition_by(columns, as_dict=True)
        for values in sorted(parts):
            found.append((dict(zip(columns, map(str, values), strict=True)), parts[values]))
    return found


def rates(parts: Groups, read: pl.DataFrame, level: float = 0.95) -> Iterator[Estimate]:
    """Every share of every group. Removal rates have the error of the same removals among their caveats, or no value."""
    errors = {tuple(group.items()): wrongful(_removed(rows), read, group, level) for group, rows in parts}
    for group, rows in parts:
        error = _nearest(errors, group)
        yield Estimate(
            "referred_sent",
            len(rows),
            len(rows),
            len(rows),
            "count",
            len(rows),
            "count",
            level,
            _sent_caveats(rows),
            group,
        )
        yield from (with_error(one, error) for one in _removals(rows, group, level))
        yield errors[tuple(group.items())]
        yield from _answers(rows, group, level)
        yield from _sightings(rows, group, level)
        yield from contests(_removed(rows), group, level)


def with_error(rate: Estimate, error: Estimate) -> Estimate:
    """A removal rate that says its rate of error, or has no value where that is not known."""
    if error.value is None:
        return replace(rate, value=None, low=None, high=None, caveats=(NOT_AUDITED, *rate.caveats))
    return replace(rate, caveats=(in_words(error), *rate.caveats))


def _nearest(errors: dict[tuple[tuple[str, str], ...], Estimate], group: dict[str, str]) -> Estimate:
    """The error of the group, else of the narrowest one around it of which something is known."""
    key = tuple(group.items())
    return next((errors[key[:n]] for n in range(len(key), -1, -1) if errors[key[:n]].value is not None), errors[key])


def _removed(rows: pl.DataFrame) -> pl.DataFrame:
    """What was removed, by the host's word or by sight: of these an error can be one."""
    return rows.filter((CLAIMED | AFTER).fill_null(value=False))


def _sent_caveats(rows: pl.DataFrame) -> tuple[str, ...]:
    drawn_back = int(rows["withdrawn"].sum())
    return (f"{drawn_back} of them were withdrawn later",) if drawn_back else ()


def _removals(rows: pl.DataFrame, group: dict[str, str], level: float) -> Iterator[Estimate]:
    looked = rows.filter(pl.col("looked") & ~BEFORE)
    yield _share("removed_share_claimed", rows, CLAIMED, group, level, "of what was sent, by the host's word")
    yield _share("removed_share_seen", looked, AFTER, group, level, "of what was looked at after it was sent")


def _answers(rows: pl.DataFrame, group: dict[str, str], level: float) -> Iterator[Estimate]:
    claim, declined = pl.col("claim"), pl.col("claim") == Step.DECLINED
    yield _share("answered_share", rows, claim.is_not_null(), group, level, "of what was sent")
    yield _share("silent_share_referred", rows, claim.is_null(), group, level, "of what was sent, so far")
    yield _share("declined_share", rows, declined & pl.col("reasoned"), group, level, "of what was sent, with reasons")
    bare = int(rows.select((declined & ~pl.col("reasoned")).fill_null(value=False).sum()).item())
    if bare:
        yield _share(
            "declined_without_reason_share", rows, declined & ~pl.col("reasoned"), group, level, "of what was sent"
        )
    yield _share("returned_share", rows, claim == Step.RETURNED, group, level, "of what was sent, for information")
    yield _share("geo_blocked_share", rows, BLOCKED, group, level, "of what was sent, gone in some countries only")


def _sightings(rows: pl.DataFrame, group: dict[str, str], level: float) -> Iterator[Estimate]:
    """What the hosts say against what was seen. What was reinstated was there again rightly and is left out."""
    seen = rows.filter(pl.col("looked") & ~pl.col("reinstated") & ~BEFORE)
    yield _share(
        "claims_borne_out", seen.filter(CLAIMED), AFTER, group, level, "of claimed removals that were looked at"
    )
    rest = seen.filter(~CLAIMED.fill_null(value=False))
    yield _share("gone_unclaimed_share", rest, AFTER, group, level, "of those not claimed removed that were looked at")
    yield _share(
        "gone_before_sent_share", rows.filter(pl.col("looked") | BEFORE), BEFORE, group, level, "of what was sent"
    )


def _share(name: str, rows: pl.DataFrame, hit: pl.Expr, group: dict[str, str], level: float, of: str) -> Estimate:
    n = len(rows)
    found = proportion(int(rows.select(hit.fill_null(value=False).sum()).item()), n, level)
    caveats = () if n else ("nothing to count",)
    return Estimate(name, *found, "share", n, f"share {of}, Wilson", level, caveats, group)
