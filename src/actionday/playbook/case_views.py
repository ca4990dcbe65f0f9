"""A case as plain values for doors: where it stands, why it comes when it comes, who said what. Not for: what somebody may see of it
(`records.case.Case.shown_to`, which the casebook asks before anything comes here).
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from actionday.assess import Ground
from actionday.records import Actor, ActorId
from actionday.records.case import Case
from actionday.records.case_event import CaseEvent, Priority
from actionday.records.hold import Hold
from actionday.stores.casebook import Casebook, Standing


def told_case(casebook: Casebook, actor: Actor, case: Case, now: datetime) -> dict[str, Any]:
    """A case as whoever acts may see it."""
    names = dict(casebook.names(actor, {one.by for one in case.told} | {one.to for one in case.told if one.to}))
    claimed = case.held_by(now)
    line = casebook.cases.held(actor, [case.opening.target, case.opening.about or case.opening.target])
    return {
        "case": case.id,
        "target": case.opening.target,
        "about": case.opening.about,
        "platform": case.opening.platform,
        "source": case.opening.source,
        "campaign": case.opening.campaign,
        "stage": case.stage.value,
        "stands": case.stands(now),
        "readers": case.opening.readers,
        "read_by": "a single reader" if case.single_reader else "two readers, a third where they differ",
        "held": bool(line),
        "sealed": case.sealed is not None,
        "doubt": case.doubt,
        "priority": told_priority(case.opening.priority, now),
        "claimed_by": None if claimed is None else names.get(claimed, claimed),
        "claimed_until": _time(case.claim.until) if claimed is not None and case.claim else None,
        "evidence": None if case.evidence is None else {"digest": case.evidence.digest, "items": [asdict(one) for one in case.evidence.items]},
        "readings": [told_reading(one, names) for one in case.readings],
        "hidden_readings": case.hidden,
        "contested": None if case.contest is None else {"reference": case.contest.reference, "why": case.contest.why},
        "events": [_event(one, names) for one in case.told],
    }  # fmt: skip


def told_priority(priority: Priority, now: datetime) -> dict[str, Any]:
    """The product and its four factors."""
    return {
        "value": round(priority.value(now), 4),
        "confidence": priority.confidence,
        "harm": priority.harm,
        "reach": priority.reach,
        "freshness": round(priority.freshness(now), 4),
        "seen": _time(priority.seen),
    }


def told_line(line: Standing, now: datetime, me: ActorId) -> dict[str, Any]:
    """One line of a list. Who else has a case shows only as that somebody has it."""
    claimed = line.claimed_until is not None and line.claimed_until > now.isoformat(timespec="microseconds")
    return {
        "case": line.case,
        "target": line.target,
        "platform": line.platform,
        "campaign": line.campaign,
        "stage": line.stage.value,
        "held": line.held,
        "sealed": line.sealed,
        "claimed": None if not claimed else "you" if line.claimed_by == me else "somebody",
        "priority": told_priority(line.priority, now),
    }


def told_reading(event: CaseEvent, names: Mapping[ActorId, str]) -> dict[str, Any]:
    """One reading."""
    reading = event.reading
    assert reading is not None
    return {
        "id": event.id,
        "by": names.get(event.by, event.by),
        "at": _time(event.at),
        "opinion": reading.opinion.value,
        "ground": reading.ground,
        "policy": reading.policy,
        "confidence": reading.confidence.value,
        "quote": reading.quote,
        "translation": reading.translation,
        "why": reading.why,
        "protected_purposes": sorted(reading.protection.purposes),
        "protected": reading.protection.protected,
        "doubt": reading.protection.doubt,
        "true_purpose": reading.protection.true_purpose,
        "evidence": reading.evidence,
    }


def told_ground(ground: Ground) -> dict[str, Any]:
    """One ground, with where its words come from."""
    return {
        "ground": ground.id,
        "kind": ground.kind.value,
        "law": ground.law,
        "article": ground.article,
        "says": ground.says,
        "jurisdiction": ground.jurisdiction,
        "platform": ground.platform,
        "from": ground.begins.isoformat(),
        "until": ground.ends.isoformat() if ground.ends else None,
        "mark": ground.mark.value,
        "from_mark": ground.begins_mark.value,
        "policy": ground.policy,
        "clocks": list(ground.clocks),
        "forms": list(ground.forms),
    }


def told_hold(hold: Hold, names: Mapping[ActorId, str]) -> dict[str, Any]:
    """One hold."""
    return {
        "hold": hold.id,
        "target": hold.target,
        "authority": hold.authority,
        "until": _time(hold.until),
        "since": _time(hold.at),
        "by": names.get(hold.by, hold.by),
        "why": hold.why,
    }


def _event(event: CaseEvent, names: Mapping[ActorId, str]) -> dict[str, Any]:
    told = {"step": event.step.value, "at": _time(event.at), "by": names.get(event.by, event.by), "why": event.why}
    if event.to is not None:
        told["to"] = names.get(event.to, event.to)
    return told | ({"reference": event.reference} if event.reference else {})


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")
