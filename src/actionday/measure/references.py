"""Who was meant by `platform:@handle` at the time of the mention: handles change hands.

A handle belongs to a subject from the snapshot that first shows it until the snapshot that shows another one; the first
known handle is taken to reach back to the beginning. Of several holders the one that took it last before the mention
counts. What nobody is known to have held stays a reference.
Not for: handles of which there is no snapshot, and similar names.
"""

import ibis
import ibis.expr.types as ir

from actionday.stores.archive.view import View


def holders(view: View) -> ir.Table:
    """`reference`, `holder`, `taken` (first snapshot with it; null unless dated), `open` (no earlier handle), `left`."""
    accounts, channels = view.table("accounts"), view.table("channels")
    columns = ["subject", "platform", "handle", "seen_at"]
    shown = ibis.union(accounts.select(*columns), channels.select(*columns), distinct=True)
    shown = shown.filter(shown.handle.notnull())
    # an address's case and a leading @ carry no meaning; records.handle_reference writes references the same way
    shown = shown.mutate(reference=shown.platform + ":@" + shown.handle.lower().re_replace("^@+", ""))
    own = ibis.window(group_by=shown.subject, order_by=[shown.seen_at, shown.reference])
    shown = shown.mutate(before=shown.reference.lag().over(own))
    fresh = shown.filter(shown.before.isnull() | (shown.before != shown.reference))
    own = ibis.window(group_by=fresh.subject, order_by=[fresh.seen_at, fresh.reference])
    return fresh.select(
        "reference",
        holder=fresh.subject,
        taken=fresh.seen_at,
        open=fresh.before.isnull(),
        left=fresh.seen_at.lead().over(own),
    )


def resolve(view: View, mentions: ir.Table) -> ir.Table:
    """`mentions` (with columns target and at, both non-null) and a column `venue`: who was meant, else the target itself."""
    asked = mentions.select("target", "at").distinct()
    held = holders(view)
    pairs = asked.inner_join(held, asked.target == held.reference)
    known = pairs.taken.isnull() | pairs.open | (pairs.taken <= pairs["at"])
    pairs = pairs.filter(known & (pairs.left.isnull() | (pairs.left > pairs["at"])))
    had = (pairs.taken <= pairs["at"]).fill_null(False)
    order = [
        ibis.desc(had),
        ibis.desc(ibis.ifelse(had, pairs.taken, ibis.null(pairs.taken.type()))),  # the last to take it
        pairs.taken,  # or else the first to be seen with it later
        pairs.holder,
    ]
    placed = pairs.mutate(place=ibis.row_number().over(group_by=[pairs.target, pairs["at"]], order_by=order))
    meant = placed.filter(placed.place == 0).select("target", "holder", at="at")
    joined = mentions.left_join(meant, (mentions.target == meant.target) & (mentions["at"] == meant["at"]))
    joined = joined.mutate(venue=ibis.coalesce(joined.holder, joined.target))
    return joined.select(*mentions.columns, "venue")
