"""Plan looks: a campaign's targets and window are copied into the archive table `probe_plan`, which is all that observers see of it.

Planning the same again adds nothing; a changed schedule or decision is a newer row, and the newest holds: planning without
`contact` takes an earlier decision to speak to the targets' hosts back. A decision about single subjects is a plan whose time is over: it holds, and
nobody is due by it. Only venues and
accounts with a role are planned: ordinary members lie in the archive under pseudonyms and are nobody's target.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from actionday.observe.book import Book
from actionday.observe.contact import is_adversary
from actionday.observe.due import decisions, newest_plans
from actionday.observe.minimise import Naming, suppress
from actionday.observe.outside import Target
from actionday.playbook.acts import PLAN, Act, write_act
from actionday.records import Campaign, Clock, SubjectId, UsageError, load_campaign, pseudonym
from actionday.records.schedule import Schedule
from actionday.records.targets import Targets, load_targets
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import Home, pseudonym_key
from actionday.stores.archive.schemas import PROBE_PLAN
from actionday.stores.archive.view import View

_DECISION = "(decision)"
_NAMED = "its host is named as an adversary's in day.toml"
_WHEN = ("starts_at", "planned_at", "decided_by")
_SAID = tuple(name for name in PROBE_PLAN.payload.names if name not in _WHEN)
_FOUND = pa.schema([PROBE_PLAN.payload.field(name) for name in ("subject", "platform", "handle")])


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """A campaign to plan looks for. `contact` is the reason why the targets' own hosts may be spoken to where the default is no."""

    campaign: Campaign
    targets: Targets
    contact: str | None = None

    @classmethod
    def of(cls, path: Path, contact: str | None = None) -> "PlanOrder":
        """From `day.toml`. Raises InputError."""
        return cls(load_campaign(path), load_targets(path), contact)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the hosts of named subjects may be spoken to, and why."""

    contact: bool
    reason: str


def plan(settings: Settings, archive: Archive, order: PlanOrder, clock: Clock) -> int:
    """Write the plan's rows that are new; call inside `home.writing()`. Returns how many. Raises UsageError without targets."""
    now, view = clock.now(), archive.view()
    schedule = order.targets.schedule(order.campaign, now)
    found = _targets(view, order.targets)
    if not len(found):
        raise UsageError("the campaign has no targets here: import what was seen first, or name [targets] in day.toml")
    book = Book(archive)
    key = pseudonym_key(settings.keys_of(settings.home))
    kept, _ = suppress({"sightings": _rows(found, order, schedule, settings.by)}, key, book.forgotten)
    rows = _changed(view, kept["sightings"])
    act = Act(PLAN, f"plan of {order.campaign.name}", now)
    return write_act(settings, archive, act, [{"probe_plan": rows}], book=book)["probe_plan"] if len(rows) else 0


def decide(settings: Settings, archive: Archive, subjects: Sequence[str], decision: Decision, clock: Clock) -> None:
    """Record the decision with who made it; call inside `home.writing()`. Raises UsageError for a subject that is no id, or no reason."""
    if not decision.reason.strip():
        raise UsageError("a decision needs its reason")
    now = clock.now()
    over = now - timedelta(seconds=1)
    same = {
        **dict.fromkeys(("handle", "options")),
        "campaign": _DECISION,
        "starts_at": now,
        "dense_seconds": 3_600,
        "dense_until": over,
        "sparse_seconds": 3_600,
        "ends_at": over,
        "confirmations": 1,
        "contact": decision.contact,
        "decided_by": settings.by,
        "reason": decision.reason,
        "planned_at": now,
    }
    rows = [{**same, "subject": str(one), "platform": one.platform} for one in map(parsed, dict.fromkeys(subjects))]
    book = Book(archive)
    table = pa.Table.from_pylist(rows, schema=PROBE_PLAN.payload)
    kept, _ = suppress({"sightings": table}, pseudonym_key(settings.keys_of(settings.home)), book.forgotten)
    name = stored_names(settings, archive.home, archive.view(), book)
    names = [name(subject) for subject in kept["sightings"]["subject"].to_pylist()]
    renamed = kept["sightings"].set_column(0, PROBE_PLAN.payload.field("subject"), pa.array(names, pa.string()))
    write_act(settings, archive, Act(PLAN, f"plan of {_DECISION}", now), [{"probe_plan": renamed}], book=book)


def stored_names(settings: Settings, home: Home, view: View, book: Book) -> Callable[[str], str]:
    """The name a subject is kept under: people without a role by a pseudonym, as in every table, unless a plan holds them by their id."""
    plans = view.table("probe_plan")
    held = view.arrow(plans.filter(plans.campaign != _DECISION).select("subject").distinct())
    planned = frozenset(held["subject"].to_pylist())
    everyone = home.policy.profile == "research"
    naming = Naming(pseudonym_key(settings.keys_of(home.path)), book.officers_known, everyone=everyone)
    return lambda subject: subject if subject in planned else naming.name(subject)


def decided(view: View, subjects: Sequence[str], key: bytes) -> dict[str, bool]:
    """The standing decisions about some subjects, kept by their ids or pseudonyms; who has none is not in it."""
    rows = decisions(view)
    names = {name: subject for subject in subjects for name in (pseudonym(key, subject), subject)}
    found = view.arrow(rows.filter(rows.subject.isin(list(names)))) if names else None
    told = [] if found is None else zip(found["subject"].to_pylist(), found["contact"].to_pylist(), strict=True)
    return {names[name]: contact for name, contact in told}


def parsed(subject: str) -> SubjectId:
    """A subject's id. Raises UsageError."""
    try:
        return SubjectId.parse(subject)
    except ValueError as error:
        raise UsageError(f"{subject!r} is no subject id; write platform:channel:id or platform:account:id") from error


def _changed(view: View, rows: pa.Table) -> pa.Table:
    """The rows that say something else than the plan that holds. When it was made, and by whom, does not count."""
    fresh, standing = ibis.memtable(rows), newest_plans(view)
    same = [fresh[name].identical_to(standing[name]) for name in _SAID]
    return view.arrow(fresh.anti_join(standing, same).order_by("subject")).cast(PROBE_PLAN.payload)


def _targets(view: View, targets: Targets) -> pa.Table:
    """subject, platform, handle (the last one seen) of whom to look at."""
    if targets.subjects:
        rows = [{"subject": one, "platform": SubjectId.parse(one).platform, "handle": None} for one in targets.subjects]
        named = pa.Table.from_pylist(rows, schema=_FOUND)
        seen = _seen(view)
        known = seen.filter(seen.subject.isin(list(targets.subjects))).select("subject", last=seen.handle)
        joined = ibis.memtable(named).drop("handle").left_join(known, "subject").drop("subject_right")
        return view.arrow(joined.select("subject", "platform", handle="last").order_by("subject"))
    seen = _seen(view)
    if targets.platforms:
        seen = seen.filter(seen.platform.isin(list(targets.platforms)))
    return view.arrow(seen.order_by("subject"))


def last_handles(view: View, subjects: tuple[str, ...]) -> dict[str, str | None]:
    """The handle that each subject had when it was last seen, or None."""
    rows = _targets(view, Targets(subjects=subjects))
    return dict(zip(rows["subject"].to_pylist(), rows["handle"].to_pylist(), strict=True))


def _seen(view: View) -> Any:  # noqa: ANN401 - ibis ships no types
    """Venues and accounts with a role, with the handle they had when one was last seen: many exports name none."""
    channels, accounts, roles = view.table("channels"), view.table("accounts"), view.table("memberships")
    officers = roles.filter(roles.role.isin(("owner", "admin", "bot"))).select(subject="account").distinct()
    ranked = accounts.filter(accounts.kind.isin(("admin", "bot"))).select("subject").distinct()
    people = accounts.semi_join(ibis.union(officers, ranked, distinct=True), "subject")
    both = ibis.union(
        channels.select("subject", "platform", "handle", "seen_at"),
        people.select("subject", "platform", "handle", "seen_at"),
    )
    both = both.filter(~both.subject.contains(":pseudonym:"))
    return both.group_by("subject", "platform").agg(
        handle=both.handle.argmax(both.seen_at, where=both.handle.notnull())
    )


def _rows(found: pa.Table, order: PlanOrder, schedule: Schedule, by: str) -> pa.Table:
    same = {
        "campaign": order.campaign.name,
        "starts_at": schedule.starts,
        "dense_seconds": int(schedule.dense.total_seconds()),
        "dense_until": schedule.dense_until,
        "sparse_seconds": int(schedule.sparse.total_seconds()),
        "ends_at": schedule.ends,
        "confirmations": order.campaign.confirmations,
        "options": None,
        "planned_at": schedule.starts,
    }
    found = _with_contact(found, order, by)
    columns = [
        found[column.name].cast(column.type)
        if column.name in found.column_names
        else pa.repeat(pa.scalar(same[column.name], column.type), len(found))
        for column in PROBE_PLAN.payload
    ]
    return pa.table(columns, schema=PROBE_PLAN.payload)


def _with_contact(found: pa.Table, order: PlanOrder, by: str) -> pa.Table:
    """`contact`, `decided_by`, `reason`: the order's decision for all, else that hosts named in day.toml are left alone."""
    named = order.targets.adversary_hosts
    shut: list[bool | None]
    if order.contact:
        shut, said = [True] * len(found), order.contact
    else:
        shut = [False if named and is_adversary(_as_target(row), named) else None for row in found.to_pylist()]
        said = _NAMED
    given = [None if one is None else said for one in shut]
    return (
        found.append_column("contact", pa.array(shut, pa.bool_()))
        .append_column("decided_by", pa.array([by if one else None for one in given], pa.string()))
        .append_column("reason", pa.array(given, pa.string()))
    )


def _as_target(row: Mapping[str, Any]) -> Target:
    one = SubjectId.parse(row["subject"])
    return Target(row["subject"], one.platform, one.kind, one.native, row["handle"])
