"""Alarms: a threat to life is told at once, and child abuse sealed. Outside queue, holds and second readings.

Not for: sending. The message is written for a person to read out and send, since a telephone comes first.
"""

from pathlib import Path
from typing import Any

from actionday.assess import Threat, abuse_notice, load_policy, threat_message
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import Actor, Clock, EntryId, InputError, Permission, UsageError, new_entry_id
from actionday.records.case import Case
from actionday.records.case_event import CaseEvent, CaseStep
from actionday.settings import Settings
from actionday.stores.archive.home import open_home
from actionday.stores.casebook import Casebook


def threat(settings: Settings, case: str, why: str, clock: Clock, out: Path | None = None) -> dict[str, Any]:
    """Record a threat to life and compose the message to the authority of the unit's jurisdiction.

    `receipt_due` is the number under which `threat_receipt` records what the authority answers. Raises UsageError, PermissionRefused.
    """
    actor = _may(settings, clock, why)
    home = open_home(settings.home)
    number = new_entry_id("m")
    with casebook_of(settings, clock) as casebook:
        unit = casebook.cases.unit()
        event = CaseEvent(
            new_entry_id("k"), EntryId(case), CaseStep.THREAT_TO_LIFE, clock.now(), actor.id, why, reference=number
        )
        after = casebook.cases.follow(actor, event)
        head = str(casebook.head())
    authority = load_policy(home.path).authority(unit.jurisdiction if unit else "EU")
    digest = after.evidence.digest if after.evidence else ""
    told = Threat(number, after.opening.target, why, event.at, actor.name, digest)
    message = threat_message(told, authority, unit)
    if out is not None:
        try:
            out.write_text(message, "utf-8")
        except OSError as error:
            raise InputError(str(out), f"cannot be written: {error.strerror}", "name another file") from error
    return {
        "case": case,
        "receipt_due": number,
        "call": authority.telephone,
        "authority": authority.name,
        "address": authority.address,
        "mark": authority.mark.value,
        "message": message,
        "head": head,
    }


def threat_receipt(settings: Settings, case: str, number: str, receipt: str, clock: Clock) -> dict[str, Any]:
    """Record what the authority answered to a message: their own number, who took it, when. Raises UsageError, PermissionRefused."""
    actor = _may(settings, clock, receipt)
    open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        event = CaseEvent(
            new_entry_id("k"), EntryId(case), CaseStep.THREAT_TO_LIFE, clock.now(), actor.id, receipt,
            reference=f"receipt of {number}",
        )  # fmt: skip
        after = casebook.cases.follow(actor, event)
        return {"case": case, "told": len(after.threats), "receipt": receipt, "head": str(casebook.head())}


def seal(settings: Settings, case: str, why: str, clock: Clock) -> dict[str, Any]:
    """Seal a case: nothing of it is copied, exported, fed or shown any more. Returns what to do, with the hotline."""
    actor = _may(settings, clock, why)
    home = open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        unit = casebook.cases.unit()
        after = _sealed(casebook, actor, EntryId(case), why, clock)
        head = str(casebook.head())
    hotline = load_policy(home.path).hotline(unit.jurisdiction if unit else "EU")
    return {
        "case": case,
        "sealed": after.sealed is not None,
        "hotline": hotline.name,
        "web": hotline.web,
        "mark": hotline.mark.value,
        "notice": abuse_notice(hotline),
        "head": head,
    }


def _sealed(casebook: Casebook, actor: Actor, case: EntryId, why: str, clock: Clock) -> Case:
    return casebook.cases.follow(actor, CaseEvent(new_entry_id("k"), case, CaseStep.SEALED, clock.now(), actor.id, why))


def _may(settings: Settings, clock: Clock, why: str) -> Actor:
    actor = actor_of(settings, clock)
    actor.must(Permission.ADD)
    if not why.strip():
        raise UsageError("an alarm says what was seen")
    return actor
