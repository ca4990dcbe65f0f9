"""What a person says of a case: read, taken back, given back, handed on, escalated, closed; contests and what comes of them.

Not for: what may follow on what, which is `records.case`.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from actionday.assess import load_policy
from actionday.playbook.case_orders import ReadingOrder
from actionday.playbook.case_views import told_case, told_reading
from actionday.playbook.casebooks import actor_of, casebook_of, people_called
from actionday.playbook.casefiles import pieces_of
from actionday.records import Actor, Clock, EntryId, Permission, UsageError, new_entry_id
from actionday.records.case import UNDO, Case
from actionday.records.case_event import CaseEvent, CaseStep
from actionday.records.reading import Opinion, Protection, Reading
from actionday.settings import Settings
from actionday.stores.archive.home import Home, open_home
from actionday.stores.casebook import Casebook

Event = Callable[[Casebook, Actor, Case, datetime], CaseEvent]


def read_case(settings: Settings, order: ReadingOrder, clock: Clock) -> dict[str, Any]:
    """Record one reading of whoever acts. `quote_found` says whether the passage stands in the evidence; None where none holds texts.

    Raises UsageError for a ground that may not be used here today, a reading that does not stand, or a case that is not theirs to read.
    """
    home = open_home(settings.home)
    found: list[bool | None] = []

    def event(casebook: Casebook, actor: Actor, case: Case, now: datetime) -> CaseEvent:
        unit = casebook.cases.unit()
        policy = ""
        if order.opinion is Opinion.GROUND_HOLDS:
            where = unit.jurisdiction if unit else "EU"
            policy = load_policy(home.path).ground(order.ground, now.date(), where, case.opening.platform).policy
        elif order.ground:
            raise UsageError(f"a ground goes with ground_holds, not with {order.opinion}")
        found.append(_quoted(home, case, order.quote) if order.quote else None)
        digest = case.evidence.digest if case.evidence is not None else ""
        reading = _reading(order, policy, digest)
        step = CaseStep.REREAD if order.again else CaseStep.READ
        return CaseEvent(new_entry_id("k"), case.id, step, now, actor.id, reading=reading)

    told = _take(settings, order.case, clock, event)
    return told | {"quote_found": found[0], "undo_until": (clock.now() + UNDO).isoformat(timespec="seconds")}


def undo_reading(settings: Settings, case: str, clock: Clock) -> dict[str, Any]:
    """Take one's own reading back, while there is time. Raises UsageError where there is none or the time is over."""

    def event(casebook: Casebook, actor: Actor, found: Case, now: datetime) -> CaseEvent:
        actor.must(Permission.ASSESS)
        mine = [one for one in found.readings if one.by == actor.id]
        if not mine:
            raise UsageError(f"{case}: there is no reading of yours to take back")
        return CaseEvent(new_entry_id("k"), found.id, CaseStep.READING_UNDONE, now, actor.id, of=mine[-1].id)

    return _take(settings, case, clock, event)


def release_case(settings: Settings, case: str, clock: Clock, why: str = "") -> dict[str, Any]:
    """Give a case back unread, so that somebody else is given it."""
    return _take(settings, case, clock, _plain(CaseStep.GIVEN_BACK, why))


def hand_on(settings: Settings, case: str, to: str, clock: Clock, why: str = "") -> dict[str, Any]:
    """Hand a case on to a colleague. Raises UsageError for a name that nobody, or more than one, goes by."""
    ((person, _),) = people_called(settings, [to], clock).items()

    def event(casebook: Casebook, actor: Actor, found: Case, now: datetime) -> CaseEvent:
        return CaseEvent(new_entry_id("k"), found.id, CaseStep.HANDED_ON, now, actor.id, why, to=person)

    return _take(settings, case, clock, event)


def escalate(settings: Settings, case: str, why: str, clock: Clock) -> dict[str, Any]:
    """Say that a case needs somebody of more experience, and why."""
    return _take(settings, case, clock, _plain(CaseStep.ESCALATED, why))


def close_case(settings: Settings, case: str, why: str, clock: Clock) -> dict[str, Any]:
    """Close a case without an answer: gone, expired, a duplicate."""
    return _take(settings, case, clock, _plain(CaseStep.CLOSED, why))


def contest(settings: Settings, case: str, reference: str, why: str, clock: Clock) -> dict[str, Any]:
    """Record what a content provider says against a finding, under their reference. Nothing leaves on it until it is decided."""

    def event(casebook: Casebook, actor: Actor, found: Case, now: datetime) -> CaseEvent:
        return CaseEvent(new_entry_id("k"), found.id, CaseStep.CONTESTED, now, actor.id, why, reference=reference)

    return _take(settings, case, clock, event)


def decide_contest(settings: Settings, case: str, upheld: bool, why: str, clock: Clock) -> dict[str, Any]:
    """Decide on a contest: `upheld` overturns the finding. Not by whoever read the case, but in a unit of one."""
    step = CaseStep.CONTEST_UPHELD if upheld else CaseStep.CONTEST_REJECTED
    return _take(settings, case, clock, _plain(step, why))


def case_history(settings: Settings, case: str, clock: Clock) -> dict[str, Any]:
    """A case as whoever acts may see it, without its evidence. Raises UsageError for one that is not there; PermissionRefused."""
    actor = actor_of(settings, clock)
    open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        return told_case(casebook, actor, casebook.cases.case(actor, EntryId(case)), clock.now())


def _plain(step: CaseStep, why: str) -> Event:
    def event(casebook: Casebook, actor: Actor, found: Case, now: datetime) -> CaseEvent:
        return CaseEvent(new_entry_id("k"), found.id, step, now, actor.id, why)

    return event


def _take(settings: Settings, case: str, clock: Clock, make: Event) -> dict[str, Any]:
    """One step of whoever acts. Returns the case as they may see it."""
    actor = actor_of(settings, clock)
    open_home(settings.home)
    now = clock.now()
    with casebook_of(settings, clock) as casebook:
        found = casebook.cases.case(actor, EntryId(case))
        try:
            event = make(casebook, actor, found, now)
        except ValueError as error:
            raise UsageError(f"{case}: {error}") from error
        after = casebook.cases.follow(actor, event)
        told = told_case(casebook, actor, after, now)
        told["head"] = str(casebook.head())
    if event.reading is not None:
        told["reading"] = told_reading(event, {actor.id: actor.name})
    return told


def _reading(order: ReadingOrder, policy: str, evidence: str) -> Reading:
    protection = Protection(frozenset(order.purposes), order.protected, order.doubt, order.true_purpose)
    return Reading(
        order.opinion, protection, order.confidence, order.why, order.ground, policy, evidence, order.quote, order.translation
    )  # fmt: skip


def _quoted(home: Home, case: Case, quote: str) -> bool | None:
    """Whether the passage stands in a text that was frozen; None where no texts were."""
    texts = []
    for piece in pieces_of(home, case):
        rows = [json.loads(line) for line in piece.body.splitlines()]
        texts += [
            str(row[name])
            for row in rows
            for name in ("text", "bio", "description", "title", "display_name")
            if row.get(name)
        ]
    wanted = " ".join(quote.split())
    return any(wanted in " ".join(text.split()) for text in texts) if texts else None
