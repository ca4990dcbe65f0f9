"""Which looks end a lifetime, and which subjects the observer merely lost from sight.

A subject is gone when one vantage missed it `confirmations` times after everyone's last evidence of presence, or when a
list or the host's own record says so once. Looks that saw nothing (`UNSEEN`) neither count nor break a row of misses.
"""

import ibis
import ibis.expr.types as ir

from actionday.measure.evidence import ALIVE, attach
from actionday.records import GONE, STATES_BY_PLATFORM_ACT, UNSEEN, State

TOLD = ("listing", "export")
OPERATOR_LOG = "operator_log"
"""`sightings.rule` of a host's own record whose time is the moment of the act (basis `export`): an exact end."""


def endings(looks: ir.Table, last_seen: ir.Table, confirmations: int) -> ir.Table:
    """Confirmed ends: subject, first_miss, exact, event (removed | closed | moved | gone).

    `last_seen` has subject and last_seen (last evidence of presence, whatever its kind). The event is the last specific
    state told of the subject; `closed_unknown_actor` is `gone` and yields to anything more specific.
    """
    gone = attach(looks.filter(looks.state.isin(sorted(GONE))), last_seen, "subject")
    after = gone.filter(gone.last_seen.isnull() | (gone["at"] > gone.last_seen))
    runs = _runs(after, "subject", "vantage")
    confirmed = runs.filter((runs.misses >= confirmations) | runs.told)
    ends = confirmed.group_by("subject").agg(
        first_miss=ibis.coalesce(confirmed.exact_at.min(), confirmed.first_miss.min()),
        exact=confirmed.exact_at.min().notnull(),
    )
    return attach(ends, _events(after), "subject")


def _runs(gone: ir.Table, *keys: str) -> ir.Table:
    exact = (gone.basis == "export") & (gone.rule == OPERATOR_LOG)
    return gone.group_by(*keys).agg(
        misses=gone["at"].nunique(),
        told=gone.basis.isin(TOLD).any(),
        first_miss=gone["at"].min(),
        last_miss=gone["at"].max(),
        exact_at=gone["at"].min(where=exact),
    )


def _events(gone: ir.Table) -> ir.Table:
    vague = gone.state == State.CLOSED_UNKNOWN_ACTOR
    order = ibis.row_number().over(group_by=gone.subject, order_by=[vague, ibis.desc(gone["at"]), gone.state])
    last = gone.mutate(place=order)
    last = last.filter(last.place == 0)
    event = ibis.cases(
        (last.state.isin(sorted(STATES_BY_PLATFORM_ACT)), "removed"),
        (last.state == State.CLOSED_BY_OWNER, "closed"),
        (last.state == State.MOVED, "moved"),
        else_="gone",
    )
    return last.select("subject", event=event)


def outlook(looks: ir.Table) -> ir.Table:
    """Per subject: n_looks, last_look, last_unseen, and `unseen_by_all`: every vantage's latest look saw nothing."""
    of_each = looks.group_by("subject", "vantage").agg(
        n=looks.count(),
        last=looks["at"].max(),
        last_unseen=looks["at"].max(where=looks.state.isin(sorted(UNSEEN))),
        last_told=looks["at"].max(where=~looks.state.isin(sorted(UNSEEN))),
    )
    blocked = of_each.last_unseen.notnull() & (of_each.last_told.isnull() | (of_each.last_unseen > of_each.last_told))
    of_each = of_each.mutate(blocked=blocked)
    return of_each.group_by("subject").agg(
        n_looks=of_each.n.sum(),
        last_look=of_each["last"].max(),
        last_unseen=of_each.last_unseen.max(),
        unseen_by_all=of_each.blocked.all(),
    )


def reinstated(looks: ir.Table, posts: ir.Table, last_seen: ir.Table, confirmations: int) -> ir.Table:
    """Subjects confirmed gone that were there again later: one row each.

    A run of misses during which the subject went on posting was the observer's error and does not count.
    """
    marks = ibis.union(
        looks.filter(looks.state.isin(ALIVE)).select("subject", "at"),
        last_seen.select("subject", at="last_seen"),
        distinct=True,
    ).mutate(alive=1)
    misses = looks.filter(looks.state.isin(sorted(GONE)))
    columns = ["subject", "at", "vantage", "basis", "rule"]
    empty = {"vantage": ibis.literal(""), "basis": ibis.null("string"), "rule": ibis.null("string")}
    events = ibis.union(
        marks.mutate(**empty).select(*columns, "alive"),
        misses.mutate(alive=ibis.literal(0, "int8")).select(*columns, "alive"),
    )
    # how often it was seen alive before: misses that share a number have no sign of life between them
    events = events.mutate(
        spell=events.alive.sum().over(group_by=events.subject, order_by=[events["at"], events.alive], rows=(None, 0)),
        last_alive=events["at"].max(where=events.alive == 1).over(group_by=events.subject),
    )
    earlier = events.filter((events.alive == 0) & (events["at"] < events.last_alive) & (events.spell > 0))
    runs = _runs(earlier, "subject", "vantage", "spell")
    runs = runs.filter((runs.misses >= confirmations) | runs.told)
    kept_on = posts.inner_join(
        runs,
        (posts.channel == runs.subject) & (posts["at"] > runs.first_miss) & (posts["at"] < runs.last_miss),
    ).select("subject", "spell")
    return runs.anti_join(kept_on, ["subject", "spell"]).select("subject").distinct()
