"""Leads become cases; the queue; a case with its evidence before the person who reads it. Not for: what they say then (`reading`)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import ibis

from actionday.assess import Lead, Piece, Read, lines_of, load_policy, priority_of, read_leads
from actionday.observe.extract import extract_from_texts
from actionday.playbook.case_orders import LeadOrder
from actionday.playbook.case_views import told_case, told_ground, told_line
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.casefiles import changes_of, freeze_cases, pieces_of
from actionday.records import GONE, Actor, Clock, EntryId, Permission, State, UsageError, new_entry_id
from actionday.records.case import WAITING, Case, Stage
from actionday.records.case_event import CaseEvent, CaseStep, Opening
from actionday.records.look import Look, LookKind
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.faces import faces
from actionday.stores.archive.home import open_home
from actionday.stores.archive.subjects import called
from actionday.stores.archive.view import View
from actionday.stores.casebook import Casebook, Listing

CLAIM = timedelta(minutes=30)
"""How long a case is somebody's to read, unless they say otherwise."""
_ROWS = 50
"""Rows of a piece of evidence that are shown at once; a copy has all."""


def add_leads(settings: Settings, order: LeadOrder, clock: Clock) -> dict[str, Any]:
    """Open a case for each lead that has none, with its evidence frozen, and say of every line how it was read and what became of it.

    A line's `status` is opened, known (a case waits or stands), duplicate (of a line before), gone, nothing (not read), or would_open where
    the order is dry. Raises UsageError for numbers out of range or too many lines; PermissionRefused.
    """
    actor = actor_of(settings, clock)
    actor.must(Permission.ADD)
    home = open_home(settings.home)
    view = Archive(home, query_memory=settings.query_memory).view()
    texts = (order.text,) if isinstance(order.text, str) else order.text
    try:
        lines = [line for text in texts for line in lines_of(text)]
        leads = read_leads(lines, extract_from_texts, partial(called, view))
    except ValueError as error:
        raise UsageError(str(error)) from error
    known = _known(view, leads)
    with casebook_of(settings, clock) as casebook:
        answered, openings = _sorted(casebook, actor, order, clock.now(), leads, known)
        fresh = [] if order.dry else _opened(casebook, actor, openings, answered)
        counts = freeze_cases(settings, casebook, actor, view, home, fresh, clock.now())
        head = str(casebook.head())
    for one in answered:
        one["evidence"] = counts.get(one["case"], 0)
    statuses = [one["status"] for one in answered]
    return {
        "lines": answered,
        "counts": {status: statuses.count(status) for status in sorted(set(statuses))},
        "head": head,
    }


def _opened(
    casebook: Casebook, actor: Actor, openings: Sequence[CaseEvent], lines: Sequence[dict[str, Any]]
) -> list[CaseEvent]:
    """Open the cases. Returns those that are new; a line whose case somebody else opened meanwhile says so."""
    became = dict(zip((one.case for one in openings), casebook.cases.open(actor, openings), strict=True))
    for line in lines:
        told = became.get(line["case"]) if line["status"] == "opened" else None
        if told is not None and told.known:
            line |= {"status": "known", "case": told.case}
    return [one for one in openings if not became[one.case].known]


def assess_queue(
    settings: Settings, clock: Clock, limit: int = 20, campaign: str | None = None, stages: Sequence[Stage] = ()
) -> dict[str, Any]:
    """What waits, what comes first and why; or cases at other `stages`. Raises PermissionRefused."""
    actor = actor_of(settings, clock)
    open_home(settings.home)
    now = clock.now()
    with casebook_of(settings, clock) as casebook:
        page = casebook.cases.list(actor, Listing(frozenset(stages), campaign, limit))
        counts = casebook.cases.count(actor, campaign)
    return {
        "cases": [told_line(line, now, actor.id) for line in page.lines],
        "more": page.next is not None,
        "counts": {stage.value: counts.get(stage, 0) for stage in Stage},
        "waiting": sum(counts.get(stage, 0) for stage in WAITING),
        "order": "confidence x harm x reach x freshness, the largest first",
    }


def open_case(
    settings: Settings, clock: Clock, case: str = "", campaign: str | None = None, minutes: float | None = None
) -> dict[str, Any]:
    """The case that comes next, claimed for whoever acts; or one that is named, claimed where it waits and they may read it.

    With its evidence, how its source differs by now, and the grounds that may be used. That it was looked at goes into the ledger first.
    Empty where nothing waits. Raises UsageError where the day's limit is reached, or for a case that is not there; PermissionRefused.
    """
    actor = actor_of(settings, clock)
    home = open_home(settings.home)
    now = clock.now()
    until = now + (CLAIM if minutes is None else timedelta(minutes=minutes))
    with casebook_of(settings, clock) as casebook:
        found = (
            _next(settings, casebook, actor, now, until, campaign)
            if not case
            else _named(casebook, actor, EntryId(case), now, until)
        )
        if found is None:
            return {}
        told = told_case(casebook, actor, found, now)
        if found.sealed is None:
            look = Look(new_entry_id("v"), LookKind.EVIDENCE, now, actor.id, found.opening.target, found.id)
            casebook.cases.look(actor, look)
        unit = casebook.cases.unit()
    if found.sealed is not None:
        return told | {"pieces": [], "changed": [], "grounds": []}
    pieces = pieces_of(home, found)
    view = Archive(home, query_memory=settings.query_memory).view()
    policy = load_policy(home.path)
    grounds = policy.usable(now.date(), unit.jurisdiction if unit else "EU", found.opening.platform)
    return told | {
        "pieces": [_piece(one) for one in pieces],
        "changed": [asdict(one) for one in changes_of(settings, view, pieces, found)] if pieces else [],
        "grounds": [told_ground(one) for one in grounds],
        "policy": policy.version,
    }


def grounds(settings: Settings, clock: Clock, platform: str = "") -> dict[str, Any]:
    """The grounds that may be used here today, and the version of the policy."""
    home = open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        unit = casebook.cases.unit()
    policy = load_policy(home.path)
    usable = policy.usable(clock.now().date(), unit.jurisdiction if unit else "EU", platform)
    return {"policy": policy.version, "grounds": [told_ground(one) for one in usable]}


def _next(
    settings: Settings, casebook: Casebook, actor: Actor, now: datetime, until: datetime, campaign: str | None
) -> Case | None:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if casebook.cases.seen_by(actor.id, day) >= settings.daily_limit:
        raise UsageError(
            f"you have had {settings.daily_limit} cases today, which is a day's limit (setting daily_limit); somebody else goes on"
        )
    return casebook.cases.next(actor, until, campaign)


def _named(casebook: Casebook, actor: Actor, case: EntryId, now: datetime, until: datetime) -> Case:
    """A case that is named; claimed where it waits for whoever acts, else only shown."""
    found = casebook.cases.case(actor, case)
    if found.stage not in WAITING or Permission.ASSESS not in actor.permissions:
        return found
    try:
        return casebook.cases.follow(
            actor, CaseEvent(new_entry_id("k"), case, CaseStep.CLAIMED, now, actor.id, until=until)
        )
    except UsageError:
        return found


def _piece(piece: Piece) -> dict[str, Any]:
    """A piece's first rows as they were frozen."""
    lines = piece.body.decode("utf-8").splitlines()
    return {"name": piece.name, "rows": len(lines), "lines": lines[:_ROWS]}


def _sorted(
    casebook: Casebook, actor: Actor, order: LeadOrder, now: datetime, leads: Sequence[Lead], known: Mapping[str, dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[CaseEvent]]:  # fmt: skip
    """What becomes of each lead, and the openings of those that get a case."""
    targets = list(dict.fromkeys(lead.target for lead in leads if lead.target))
    there = casebook.cases.of_targets(actor, targets)
    held = casebook.cases.held(actor, {*targets, *(lead.about for lead in leads if lead.about)})
    unit = casebook.cases.unit()
    readers = unit.readers if unit else 2
    lines, openings, seen = [], [], set[str]()
    for lead in leads:
        facts = known.get(lead.about or lead.target, {})
        running = [one for one in there.get(lead.target, ()) if one.stage not in _OVER]
        line = {**asdict(lead), "read": lead.read.value, "case": running[0].case if running else None, "status": "known",
                "held": lead.target in held or lead.about in held, "referred_before": facts.get("referred", 0),
                "gone": facts.get("gone"), "cases_before": len(there.get(lead.target, ()))}  # fmt: skip
        if lead.read is Read.NOTHING:
            line["status"] = "nothing"
        elif lead.target in seen:
            line["status"] = "duplicate"
        elif not running and facts.get("gone") and not order.gone:
            line["status"] = "gone"
        elif not running:
            openings.append(_opening(actor, order, now, lead, facts, readers))
            line |= (
                {"status": "would_open", "case": None} if order.dry else {"status": "opened", "case": openings[-1].case}
            )
        seen.add(lead.target)
        lines.append(line)
    return lines, openings


_OVER = frozenset({Stage.DISMISSED, Stage.OVERTURNED, Stage.CLOSED})


def _opening(
    actor: Actor, order: LeadOrder, now: datetime, lead: Lead, facts: Mapping[str, Any], readers: int
) -> CaseEvent:
    case = new_entry_id("c")
    try:
        priority = priority_of(order.source, facts.get("seen") or now, facts.get("size"), order.confidence, order.harm)
        about = lead.about if lead.read is Read.ADDRESS else ""
        opening = Opening(lead.target, lead.platform, order.source, priority, readers, order.campaign, about)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return CaseEvent(case, case, CaseStep.OPENED, now, actor.id, opening=opening)


def _known(view: View, leads: Sequence[Lead]) -> dict[str, dict[str, Any]]:
    """What the archive knows of the leads' subjects: audience, when last seen, whether gone by the last look, how often referred."""
    subjects = sorted({lead.about or lead.target for lead in leads if lead.target})
    known: dict[str, dict[str, Any]] = {
        one: {"size": face["size"], "seen": face["last_seen"]} for one, face in faces(view, subjects).items()
    }
    sightings = view.table("sightings")
    looks = sightings.filter(sightings.subject.isin(subjects))
    newest = looks.mutate(
        place=ibis.row_number().over(group_by="subject", order_by=[ibis.desc("at"), ibis.desc("state")])
    )
    for row in view.arrow(newest.filter(newest.place == 0).select("subject", "state", "at")).to_pylist():
        known[row["subject"]]["gone"] = row["state"] if State(row["state"]) in GONE else None
    referrals = view.table("referrals")
    mine = referrals.filter(referrals.subject.isin(subjects))
    rows = mine.group_by("subject").agg(times=mine.count())
    for row in view.arrow(rows).to_pylist():
        known[row["subject"]]["referred"] = row["times"]
    return known
