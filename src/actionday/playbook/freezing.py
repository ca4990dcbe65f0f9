"""Fix a day's outcomes, windows and comparison before it begins: hashed, dated, in the ledger. Not for: measuring them."""

from pathlib import Path
from typing import Any

from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import Clock, Permission, UsageError
from actionday.records.preregistration import Frozen, load_preregistration
from actionday.settings import Settings
from actionday.stores.archive.home import open_home


def freeze_campaign(settings: Settings, path: Path, clock: Clock, *, after_the_fact: bool = False) -> dict[str, Any]:
    """Record what `path` preregisters. The same content twice is recorded once. Returns hash, time and the ledger's head.

    Raises InputError for a faulty file, UsageError when the window has begun, unless `after_the_fact` says that this is known:
    then it is marked so; PermissionRefused.
    """
    campaign, what = load_preregistration(path)
    actor = actor_of(settings, clock)
    actor.must(Permission.FREEZE)
    open_home(settings.home)
    made = Frozen(what, clock.now())
    if made.after_the_fact and not after_the_fact:
        raise UsageError(
            f"the window of {campaign.name!r} began at {campaign.start.isoformat()}: nothing can be fixed before it any more; "
            "--after-the-fact records it, marked so"
        )
    with casebook_of(settings, clock) as casebook:
        before = [one for one in casebook.frozen(actor) if one.what.campaign == campaign.name]
        same = next((one for one in before if one.what == what), None)
        head = casebook.freeze(actor, made) if same is None else casebook.head()
    kept = same or made
    return {
        "campaign": campaign.name,
        "sha256": what.digest,
        "frozen_at": kept.at.isoformat(timespec="seconds"),
        "after_the_fact": kept.after_the_fact,
        "known": same is not None,
        "earlier": len([one for one in before if one.what != what]),
        "outcomes": list(what.outcomes),
        "windows": [{"before": days_before, "after": days_after} for days_before, days_after in what.windows],
        "comparison": what.comparison,
        "method": what.method,
        "head": str(head),
    }
