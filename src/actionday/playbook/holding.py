"""Holds for an authority: set on everything that a target is called here, lifted, listed. Not for: what a hold stops (the casebook asks)."""

from datetime import datetime
from typing import Any

from actionday.playbook.case_views import told_hold
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import Clock, EntryId, Permission, UsageError, new_entry_id, pseudonym
from actionday.records.hold import Hold, Lift
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home, pseudonym_key
from actionday.stores.archive.subjects import resolve


def hold_target(
    settings: Settings, target: str, authority: str, until: datetime, why: str, clock: Clock
) -> dict[str, Any]:
    """Hold a target (id, reference, handle, or `url:` and an address) for an authority, until a time.

    One that is known here by id and handles is held under each of them, so that no path misses it. Raises UsageError, PermissionRefused.
    """
    actor = actor_of(settings, clock)
    actor.must(Permission.HOLD)
    names = _names(settings, target)
    with casebook_of(settings, clock) as casebook:
        made = []
        for name in names:
            try:
                made.append(Hold(new_entry_id("h"), name, authority, until, clock.now(), actor.id, why))
            except ValueError as error:
                raise UsageError(str(error)) from error
        for one in made:
            casebook.cases.hold(actor, one)
        head = str(casebook.head())
    return {"holds": [told_hold(one, {actor.id: actor.name}) for one in made], "head": head}


def lift_hold(settings: Settings, hold: str, why: str, clock: Clock) -> dict[str, Any]:
    """End a hold before its time. Raises UsageError for one that is not there or was lifted; PermissionRefused."""
    actor = actor_of(settings, clock)
    open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        try:
            lift = Lift(new_entry_id("l"), EntryId(hold), clock.now(), actor.id, why)
        except ValueError as error:
            raise UsageError(str(error)) from error
        casebook.cases.lift(actor, lift)
        return {"lifted": hold, "by": actor.name, "head": str(casebook.head())}


def holds(settings: Settings, clock: Clock) -> list[dict[str, Any]]:
    """Holds that run now, the oldest first. Raises PermissionRefused."""
    actor = actor_of(settings, clock)
    open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        running = casebook.cases.holds(actor, clock.now())
        names = casebook.names(actor, {one.by for one in running})
    return [told_hold(one, names) for one in running]


def _names(settings: Settings, target: str) -> list[str]:
    """Everything that the target is called here."""
    if target.startswith("url:"):
        return [target]
    home = open_home(settings.home)
    try:
        found = resolve(Archive(home, query_memory=settings.query_memory), target)
    except UsageError:
        if ":" not in target:
            raise
        return [target]  # nobody, or several, are known by it: the name itself is held
    key = pseudonym_key(settings.keys_of(settings.home))
    own = {target} if ":" in target else set()
    return sorted(own | found.ids | found.references | {pseudonym(key, one) for one in found.ids})
