"""Ends that are only inferred: a channel that posted steadily and fell silent while nobody looked.

Rule of thumb, not a finding: no evidence for `max(14 days, 5 x the median gap between its active days)` before the end of
the platform's observation. Such ends are shown beside observed ones and never counted with them.
"""

from datetime import datetime

import ibis
import ibis.expr.types as ir

from actionday.measure.days import DAY_US, day_of, micros
from actionday.measure.evidence import part, up_to
from actionday.stores.archive.view import View

SILENT_DAYS = 14
GAPS = 5
STEADY_DAYS = 5  # fewer active days than this are no steady activity


def silent(view: View, candidates: ir.Table, ends: ir.Table, known_until: datetime | None) -> ir.Table:
    """Which of the candidates (subject, last_seen) fell silent: subject. `ends` has platform and end (a time)."""
    posts = up_to(view.table("posts"), "at", known_until)
    quiet = candidates.mutate(platform=part(candidates.subject, 0)).join(ends, "platform")
    quiet = quiet.mutate(days=(micros(quiet.end) - micros(quiet.last_seen)) / DAY_US)
    quiet = quiet.filter(quiet.days >= SILENT_DAYS)
    own = posts.semi_join(quiet, posts.channel == quiet.subject)
    active = own.select(subject=own.channel, day=day_of(own["at"])).distinct()
    active = active.mutate(gap=active.day - active.day.lag().over(group_by=active.subject, order_by=active.day))
    pace = active.group_by("subject").agg(days_active=active.count(), gap=active.gap.median())
    both = quiet.join(pace.filter(pace.days_active >= STEADY_DAYS), "subject")
    return both.filter(both.days >= ibis.greatest(GAPS * both.gap, float(SILENT_DAYS))).select("subject")
