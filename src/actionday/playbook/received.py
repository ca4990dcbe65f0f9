"""One receipt as people and programs see it, found by the beginning of its number; and what lies sealed, kept no longer than it has to be.

Not for: steps (`intaking`).
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from actionday.assess.genuine import Here, examine
from actionday.playbook.casebooks import actor_of, casebook_of, has_casebook
from actionday.playbook.contact_point import ContactPoint
from actionday.records import Actor, Clock, EntryId, UsageError, new_entry_id
from actionday.records.authority import Register
from actionday.records.deadline import Deadline
from actionday.records.order import Order
from actionday.records.order_clocks import clocks
from actionday.records.order_event import Check, OrderEvent, OrderStep
from actionday.records.order_fields import ANNEX_I
from actionday.settings import Settings
from actionday.stores.archive.home import pseudonym_key
from actionday.stores.casebook import Casebook
from actionday.stores.sealed import FOLDER, Sealed

_SHORTEST = 6


def sealed_of(settings: Settings) -> Sealed:
    """The home's sealed store."""
    return Sealed(settings.home, pseudonym_key(settings.keys_of(settings.home)))


def receipt_named(casebook: Casebook, actor: Actor, asked: str) -> EntryId:
    """The receipt whose number begins so. Raises UsageError where none or several do."""
    if len(asked) == 34:
        return EntryId(asked)
    if len(asked) < _SHORTEST:
        raise UsageError(f"name a receipt by {_SHORTEST} characters of its number at least: `actionday intake list`")
    numbers = [line.receipt for line in casebook.receipts.list(actor, waiting=False) if line.receipt.startswith(asked)]
    if len(numbers) != 1:
        raise UsageError(f"{len(numbers)} receipts begin with {asked}: `actionday intake list`")
    return numbers[0]


def found(casebook: Casebook, actor: Actor, asked: str) -> Order:
    """The receipt whose number begins so. Raises UsageError, PermissionRefused."""
    return casebook.receipts.order(actor, receipt_named(casebook, actor, asked))


def shown(order: Order, register: Register | None, point: ContactPoint, now: datetime) -> dict[str, Any]:
    """Everything about it for a door to render, JSON-able but for times. Marks say how well a field's wording is known."""
    letter = order.letter
    marks = {one.name: (one.section, one.mark.value) for one in ANNEX_I}
    return {
        "receipt": order.id,
        "kind": order.kind.value,
        "waits_for": order.waits_for,
        "received": letter.received,
        "received_by": letter.received_by.value,
        "source": letter.source,
        "sender": letter.sender,
        "vouched": letter.vouched,
        "subject": letter.subject,
        "original": asdict(letter.original),
        "said": {
            name: {"value": value, "section": marks[name][0], "mark": marks[name][1]}
            for name, value in letter.said.items()
            if name in marks
        },
        "locations": list(letter.locations),
        "missing": [{"name": one.name, "section": one.section, "mark": one.mark.value} for one in letter.missing],
        "unread": list(letter.unread),
        "signatures": [asdict(one) for one in letter.signatures],
        "checks": [_check(one) for one in _checks(order, register, point, now)],
        "clocks": {name: _clock(one) for name, one in clocks(order, now).items()},
        "silent_until": order.silent_until(now),
        "kept_until": order.kept_until,
        "cases": list(letter.cases),
        "history": [_told(one) for one in order.told],
    }


def erase_expired(settings: Settings, clock: Clock) -> int:
    """Erase what was preserved and whose time is over (permission `erase`). Returns how many receipts lost theirs.

    The ledger says so before the files go; a run that was killed in between is made good by the next.
    """
    if not has_casebook(settings):
        return 0
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        over = casebook.receipts.expired(actor, clock.now())
        for order in over:
            event = OrderEvent(new_entry_id("o"), order.id, OrderStep.ERASED, clock.now(), actor.id)
            casebook.receipts.follow(actor, event)
        sweep_sealed(settings, casebook)
    return len(over)


def sweep_sealed(settings: Settings, casebook: Casebook) -> int:
    """Erase from the sealed store whatever the casebook speaks of no more. Returns how many items went."""
    if not (settings.home / FOLDER).exists():
        return 0
    sealed = sealed_of(settings)
    with sealed.writing():
        return sealed.sweep(casebook.receipts.kept())


def _checks(order: Order, register: Register | None, point: ContactPoint, now: datetime) -> tuple[Check, ...]:
    """As they were when a person answered, else as they are."""
    if not order.is_order:
        return ()
    said = order.real or order.doubtful
    return said.checks if said is not None else examine(order.letter, register, Here(point.hosts), now)


def _check(one: Check) -> dict[str, Any]:
    return {**asdict(one), "red": one.red}


def _clock(one: Deadline) -> dict[str, Any]:
    return {
        "phase": one.phase.value,
        "due": one.due,
        "says": one.rule.says,
        "source": one.rule.source,
        "mark": one.rule.mark.value,
    }


def _told(one: OrderEvent) -> Mapping[str, Any]:
    more = {
        "to": one.to, "reference": one.reference, "called": one.called, "authority": one.authority, "until": one.until,
        "outcome": one.outcome, "obstacles": list(one.obstacles), "register": one.register, "kind": one.kind,
        "items": [asdict(item) for item in one.items],
    }  # fmt: skip
    return {"step": one.step.value, "at": one.at, "by": one.by, "why": one.why} | {
        name: value for name, value in more.items() if value
    }
