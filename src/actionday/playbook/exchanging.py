"""Lists of a joint campaign: write ours as keyed hashes, take a partner's. Not for: what a hit does, which the outbox knows."""

from datetime import datetime
from pathlib import Path
from typing import Any

from actionday.playbook.campaigning import campaign_called
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.joint_keys import joint_key, keep_key
from actionday.playbook.recipients import names_of
from actionday.playbook.referring import all_referrals
from actionday.records import Actor, Clock, InputError, Permission, UsageError
from actionday.records.exchange import ExchangeList, marks_of, read, written
from actionday.records.ids import Randomness
from actionday.settings import Settings
from actionday.stores.casebook import Casebook, PartnerList


def share_key(
    settings: Settings, campaign: str, given: Path | None, clock: Clock, randomness: Randomness
) -> dict[str, Any]:
    """Make a joint campaign's key, or keep the one that a partner handed over (permission `refer`). Returns where it lies."""
    actor_of(settings, clock).must(Permission.REFER)
    return {"campaign": campaign, "file": str(keep_key(settings, campaign, given, randomness))}


def export_list(settings: Settings, campaign: str, which: str, out: Path, clock: Clock) -> dict[str, Any]:
    """Write what this unit holds, referred or has among its items (permissions `read` and `refer`), as keyed hashes under the campaign's key.

    `which` is held, referred or items.
    """
    key, kind = joint_key(settings, campaign), PartnerList(which)
    actor = actor_of(settings, clock)
    actor.must(Permission.REFER)
    with casebook_of(settings, clock) as casebook:
        unit = casebook.cases.unit()
        if unit is None:
            raise UsageError("nobody said yet what this unit is called: `actionday init`")
        targets = _targets(casebook, actor, campaign, kind, clock.now())
    names = names_of(settings, targets)
    marks = {mark for target in targets for mark in marks_of(key, names[target])}
    one = ExchangeList(campaign, unit.name, kind.value, clock.now(), tuple(sorted(marks)))
    out.write_text(written(key, one), "ascii")
    return {"file": str(out), "unit": unit.name, "list": kind.value, "targets": len(targets), "marks": len(marks)}


def import_list(settings: Settings, campaign: str, path: Path, clock: Clock) -> dict[str, Any]:
    """Take a partner's list in the place of its last one. Raises InputError for a file that was changed, or made with another key."""
    key = joint_key(settings, campaign)
    try:
        one = read(key, path.read_text("ascii"))
        kind = PartnerList(one.kind)
    except (OSError, ValueError) as error:
        raise InputError(str(path), str(error), "ask the unit that made it to write it again") from error
    if one.campaign != campaign:
        raise InputError(str(path), f"is a list of {one.campaign!r}", "name that campaign")
    if one.at > clock.now():
        raise InputError(str(path), f"was made at {one.at.isoformat()}, which lies ahead", "set the clocks")
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        unit = casebook.cases.unit()
        if unit is not None and unit.name == one.unit:
            raise UsageError("this list is our own")
        count = casebook.referrals.put_list(actor, campaign, one.unit, kind, one.marks)
    return {"unit": one.unit, "list": kind.value, "marks": count, "made_at": one.at.isoformat(timespec="seconds")}


def _targets(casebook: Casebook, actor: Actor, campaign: str, kind: PartnerList, now: datetime) -> set[str]:
    match kind:
        case PartnerList.HELD:
            return {hold.target for hold in casebook.cases.holds(actor, now)}
        case PartnerList.REFERRED:
            lines = [
                line for line in all_referrals(casebook, actor) if line.taken is not None and line.stage != "not_sent"
            ]
            return {casebook.referrals.referral(actor, line.referral).outgoing.target for line in lines}
        case PartnerList.ITEMS:
            state = campaign_called(casebook, actor, campaign)
            return {casebook.cases.case(actor, case).opening.target for case in state.targets}
