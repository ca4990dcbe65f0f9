"""What did the recipients do? By platform and route what was sent, answered, removed and seen gone, each removal rate with its rate of error.

Read from the tables `referrals`, `referral_events` and `audits`, which the casebook or a unit's own sheet fills. docs/methods/recipients.md derives
every figure. Not for: what the removals changed (`effect`).
"""

import zlib

import polars as pl
import pyarrow as pa

from actionday.measure.recipients_beyond import aftermath, neighbours, unreferred
from actionday.measure.recipients_errors import audits
from actionday.measure.recipients_rates import groups, rates
from actionday.measure.recipients_read import sheet, until
from actionday.measure.recipients_times import claimed, one_hour, seen
from actionday.records import Campaign, Estimate, Measure
from actionday.stores.archive.view import View

NOTHING_REFERRED = "no referrals are on record here"
_NOTES = (
    "What a host says is a claim; what was seen is a sighting. They are counted apart and compared.",
    "A removal rate is given only beside the rate of error of such removals, as an outsider's random sample tells it.",
)


def measure_recipients(
    view: View, cohort: pa.Table, campaign: Campaign, by: str = "all", *, seed: int = 7, bootstrap: int = 200
) -> Measure:
    """Measure the recipients: for all, by platform, by platform and route, and by organisation, kind or language where `by` says so.

    `cohort` has the schema COHORT. Estimates: referred_sent (count); shares answered, removed (claimed, seen), wrongful, declined, returned, silent,
    geo-blocked, reinstated, contested; median hours to act (claimed, seen); one_hour_share of orders; unreferred_gone_share; of the
    neighbours their activity, and moves into closed spaces. Where nothing was sent there is one estimate, a count of 0. No table.
    """
    rows = sheet(view, cohort, campaign)
    if rows.is_empty():
        return Measure(
            "recipients",
            (Estimate("referred_sent", 0, 0, 0, "count", 0, "count", caveats=(NOTHING_REFERRED,)),),
            {},
            (),
        )
    parts = groups(rows, by)
    found = list(rates(parts, audits(view)))
    found += _times(view, parts, seed, bootstrap)
    found += unreferred(rows, cohort)
    found += aftermath(view, neighbours(view, rows, cohort), cohort, campaign)
    return Measure("recipients", tuple(found), {}, _NOTES)


def _times(view: View, parts: list[tuple[dict[str, str], pl.DataFrame]], seed: int, draws: int) -> list[Estimate]:
    end = until(view) or 0
    events = pl.DataFrame(view.arrow(view.table("referral_events").select("ref", "subject", "step", "at")))
    found: list[Estimate] = []
    for group, rows in parts:
        own = (seed << 32) + zlib.crc32("\x1f".join(group.values()).encode())
        found += [claimed(rows, end, group), seen(rows, group, own, draws)]
        hour = one_hour(rows, events, end, group)
        found += [hour] if hour else []
    return found
