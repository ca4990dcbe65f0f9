"""Who is due for a look: a fold of the plan, the looks so far and the clock. Nothing is remembered besides.

A subject is due when its plan's latest slot has no look yet, or when a miss is waiting to be confirmed. A look that was written
makes its slot done, so a run that was killed goes on where it stopped and no (subject, slot) is looked at twice.
Not for: looking (see `probe`), deciding who is planned (the playbook).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import ibis
import pyarrow as pa

from actionday.observe.outside import vantage_at
from actionday.records import GONE, UNSEEN
from actionday.records.schedule import Schedule, confirm_at
from actionday.stores.archive.schemas import PROBE_PLAN
from actionday.stores.archive.view import View

_GRID = ("starts_at", "dense_seconds", "dense_until", "sparse_seconds", "ends_at")

DUE = pa.schema(
    [
        *(PROBE_PLAN.payload.field(name) for name in ("subject", "platform", "handle", "contact", "options")),
        pa.field("slot", pa.timestamp("us", tz="UTC")),
        pa.field("identity", pa.string()),
    ]
)
"""What `due` returns: one row a subject; `identity` is what was found in its place last, before the misses since."""


def due(view: View, now: datetime, vantage: str) -> pa.Table:
    """Subjects due at `now` from `vantage`, schema DUE, one row a subject (its latest slot), ordered by slot and subject."""
    rows = _standing(view, vantage)
    if not len(rows):
        return DUE.empty_table()
    waiting = rows.append_column("slot", _slots(rows, now)).append_column("confirm", _confirmations(rows))
    table = ibis.memtable(waiting)
    instant = ibis.literal(now).cast("timestamp('UTC', 6)")
    regular = ibis.cases((table.last_slot.isnull() | (table.last_slot < table.slot), table.slot))
    confirming = ibis.cases((table.confirm <= instant, table.confirm))
    table = table.mutate(due=ibis.coalesce(ibis.greatest(regular, confirming), regular, confirming))
    table = table.filter(table.due.notnull())
    place = ibis.row_number().over(group_by=table.subject, order_by=[ibis.desc(table.due), table.campaign])
    table = table.mutate(place=place)
    table = table.filter(table.place == 0).order_by("due", "subject")
    chosen = table.select(
        "subject", "platform", "handle", "contact", "options", slot=table.due, identity=table.identity
    )
    return view.arrow(chosen).cast(DUE)


def next_due(view: View, now: datetime, vantage: str) -> datetime | None:
    """When the next look after `now` is due, UTC; None when every plan has ended."""
    rows = _standing(view, vantage)
    grids = [schedule.next_slot(now) for schedule, _ in _schedules(rows)]
    confirmations = [at for at in _confirmations(rows).to_pylist() if at is not None and at > now]
    return min((at for at in [*grids, *confirmations] if at is not None), default=None)


def newest_plans(view: View) -> Any:  # noqa: ANN401 - ibis ships no types
    """The plan that holds for each subject and campaign: the one made last. Columns: the table's payload."""
    plans = view.table("probe_plan")
    place = ibis.row_number().over(
        group_by=[plans.subject, plans.campaign], order_by=[ibis.desc(plans.planned_at), ibis.desc(plans.row)]
    )
    plans = plans.mutate(place=place)
    return plans.filter(plans.place == 0).drop("place", "row", "ingest")


def decisions(view: View) -> Any:  # noqa: ANN401
    """The standing decision whether a subject's host may be spoken to: subject, contact. Who has none is not in it.

    Of plans that hold and say something of it, the one made last counts.
    """
    plans = newest_plans(view)
    plans = plans.filter(plans.contact.notnull())
    return plans.group_by("subject").agg(contact=plans.contact.argmax(plans.planned_at))


def _standing(view: View, vantage: str) -> pa.Table:
    """Newest plan of each subject and campaign with its looks from its vantage: last_slot, last_at, misses, identity."""
    plans, looks = _with_vantage(newest_plans(view), vantage), view.table("sightings")
    plans = plans.drop("contact").left_join(decisions(view), "subject").drop("subject_right")
    looks = looks.filter((looks.basis == "probe") & looks.slot.notnull())
    looks = looks.semi_join(plans, ["subject", "vantage"])
    each = ["subject", "vantage"]
    of_each = looks.group_by(each).agg(
        last_slot=looks.slot.max(),
        last_at=looks["at"].max(),
        alive=looks["at"].max(where=~looks.state.isin(sorted(GONE | UNSEEN))),
        identity=looks.identity.argmax(looks["at"], where=looks.identity.notnull()),
    )
    gone = looks.filter(looks.state.isin(sorted(GONE))).select(*each, missed=looks["at"])
    joined = gone.inner_join(of_each.select(*each, "alive"), each)
    joined = joined.filter(joined.alive.isnull() | (joined.missed > joined.alive))
    misses = joined.group_by(each).agg(misses=joined.missed.nunique(), last_miss=joined.missed.max())
    right = ("subject_right", "vantage_right")
    standing = plans.left_join(of_each, each).drop(*right).left_join(misses, each).drop(*right)
    return view.arrow(standing)


def _with_vantage(plans: Any, vantage: str) -> Any:  # noqa: ANN401
    """From where each plan's looks are made; a plan that asks another server has that server's name in it (see `vantage_at`)."""
    server = plans.options.re_extract(r'"server"\s*:\s*"([^"\\]+)"', 1)
    other = ibis.literal(vantage_at(vantage, "")) + server.lower()
    return plans.mutate(vantage=ibis.cases((server.length() > 0, other), else_=ibis.literal(vantage)))


def _schedules(rows: pa.Table) -> Iterator[tuple[Schedule, dict[str, Any]]]:
    """The distinct grids among plans; there are as many as campaigns, not as subjects."""
    for grid in rows.select(list(_GRID)).group_by(list(_GRID)).aggregate([]).to_pylist():
        schedule = Schedule(
            grid["starts_at"],
            timedelta(seconds=grid["dense_seconds"]),
            grid["dense_until"],
            timedelta(seconds=grid["sparse_seconds"]),
            grid["ends_at"],
        )
        yield schedule, grid


def _slots(rows: pa.Table, now: datetime) -> pa.Array:
    """The latest slot of each row's grid."""
    kind = pa.timestamp("us", tz="UTC")
    grids = list(_schedules(rows))
    known = pa.Table.from_pylist([grid for _, grid in grids], schema=pa.schema([rows.schema.field(n) for n in _GRID]))
    known = known.append_column("slot", pa.array([schedule.slot(now) for schedule, _ in grids], kind))
    order = rows.select(list(_GRID)).append_column("order", pa.array(range(len(rows))))
    return order.join(known, list(_GRID), join_type="left outer").sort_by("order")["slot"]


def _confirmations(rows: pa.Table) -> pa.Array:
    """When a run of misses wants its next look; null where none does. Misses are few: a row at a time will do."""
    kind = pa.timestamp("us", tz="UTC")
    if not len(rows):
        return pa.array([], kind)
    waiting = zip(
        rows["last_miss"].to_pylist(), rows["misses"].to_pylist(), rows["confirmations"].to_pylist(), strict=True
    )
    return pa.array([confirm_at(at, misses or 0, asked) if at else None for at, misses, asked in waiting], kind)
