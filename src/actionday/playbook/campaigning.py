"""Plan, launch, pause and close a campaign over the casebook. Not for: its rules (`records.campaign_state`), or its figures (`following`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import Actor, Clock, EntryId, UsageError, load_campaign, new_entry_id
from actionday.records.campaign_event import CampaignEvent, CampaignStep, Plan
from actionday.records.campaign_state import CampaignStage, CampaignState
from actionday.records.case import Case, Stage
from actionday.records.preregistration import binding
from actionday.settings import Settings
from actionday.stores.archive.home import open_home
from actionday.stores.casebook import Casebook, Listing


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """What to plan: the day's file, cases that become targets, or all findings that were opened for it; how many random items, which other units."""

    day: Path
    cases: tuple[str, ...] = ()
    all_found: bool = False
    sample: int = 10
    units: tuple[str, ...] = ()


def plan_campaign(settings: Settings, order: PlanOrder, clock: Clock) -> dict[str, Any]:
    """Plan a campaign, or add targets to one that is planned. Each enters with its own finding; what does not is said, with the reason.

    Raises InputError for a faulty file, UsageError for cases that were named and do not stand, PermissionRefused.
    """
    day = load_campaign(order.day)
    open_home(settings.home)
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        state = _open_one(casebook, actor, day.name)
        if state is None:
            plan = Plan(day.name, day.start, day.end, order.sample, order.units)
            identity = new_entry_id("d")
            event = CampaignEvent(identity, identity, CampaignStep.PLANNED, clock.now(), actor.id, plan=plan)
            state = casebook.campaigns.follow(actor, [event])
        wanted = [EntryId(one) for one in dict.fromkeys(order.cases) if one not in state.targets]
        left: dict[str, str] = {}
        if order.all_found:
            more, left = _standing(casebook, actor, day.name, clock)
            wanted += [one for one in more if one not in state.targets and one not in wanted]
        if wanted:
            events = [_step(state.id, CampaignStep.TARGET_ADDED, actor, clock, case=one) for one in wanted]
            state = casebook.campaigns.follow(actor, events)
        fixed = binding(day, casebook.frozen(actor))
        if (
            fixed is not None
            and not fixed.after_the_fact
            and (state.frozen is None or state.frozen.digest != fixed.what.digest)
        ):
            state = casebook.campaigns.follow(
                actor, [_step(state.id, CampaignStep.FROZEN, actor, clock, digest=fixed.what.digest)]
            )
        return {**shown(state), "added": wanted, "left": left}


def step_campaign(settings: Settings, asked: str, step: CampaignStep, why: str, clock: Clock) -> dict[str, Any]:
    """Submit, launch, pause, resume or close. `asked` is a name or an id. Raises UsageError with the reason where it cannot follow."""
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        state = campaign_called(casebook, actor, asked)
        return shown(casebook.campaigns.follow(actor, [_step(state.id, step, actor, clock, why=why)]))


def drop_target(settings: Settings, asked: str, case: str, why: str, clock: Clock) -> dict[str, Any]:
    """Take a target out of a campaign, also after its launch."""
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        state = campaign_called(casebook, actor, asked)
        event = _step(state.id, CampaignStep.TARGET_DROPPED, actor, clock, why=why, case=EntryId(case))
        return shown(casebook.campaigns.follow(actor, [event]))


def open_items(settings: Settings, asked: str, cases: Sequence[str], clock: Clock) -> dict[str, Any]:
    """Open items before a launch: those named, else all that whoever acts still has to open. That they were opened is recorded."""
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        state = campaign_called(casebook, actor, asked)
        wanted = [EntryId(one) for one in cases] or sorted(state.unopened(actor.id))
        items = [
            _item(
                casebook.campaigns.look(actor, _step(state.id, CampaignStep.ITEM_OPENED, actor, clock, case=case)),
                state,
            )
            for case in wanted
        ]
        after = casebook.campaigns.campaign(actor, state.id)
        return {"campaign": state.id, "items": items, "left_to_open": sorted(after.unopened(actor.id))}


def ask_units(settings: Settings, asked: str, until: datetime, clock: Clock) -> dict[str, Any]:
    """Open a round in which the other units of a joint campaign answer until a time. Silence is no consent."""
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        state = campaign_called(casebook, actor, asked)
        event = _step(state.id, CampaignStep.ROUND_OPENED, actor, clock, until=until)
        return shown(casebook.campaigns.follow(actor, [event]))


def unit_answered(
    settings: Settings, asked: str, unit: str, why: str, clock: Clock, *, consents: bool
) -> dict[str, Any]:  # fmt: skip
    """Record what another unit answered in the round that runs."""
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        state = campaign_called(casebook, actor, asked)
        event = _step(state.id, CampaignStep.ROUND_ANSWERED, actor, clock, why=why, unit=unit, consents=consents)
        return shown(casebook.campaigns.follow(actor, [event]))


def campaign_called(casebook: Casebook, actor: Actor, asked: str) -> CampaignState:
    """A campaign by id or name; of several of one name the last one that is not closed. Raises UsageError."""
    lines = [line for line in casebook.campaigns.list(actor) if asked in (line.campaign, line.name)]
    if not lines:
        raise UsageError(f"there is no campaign {asked!r} here; `actionday campaign plan` makes one")
    running = [line for line in lines if line.stage is not CampaignStage.CLOSED]
    return casebook.campaigns.campaign(actor, (running or lines)[-1].campaign)


def shown(state: CampaignState) -> dict[str, Any]:
    """A campaign for a door."""
    return {
        "campaign": state.id,
        "name": state.plan.name,
        "stage": state.stage.value,
        "window": [state.plan.start.isoformat(), state.plan.end.isoformat()],
        "targets": len(state.targets),
        "dropped": len(state.dropped),
        "doubted": sum(one.doubt for one in state.targets.values()),
        "frozen": state.frozen.digest if state.frozen else "",
        "submissions": state.submissions,
        "to_open": sorted(state.to_open) if state.submitted else [],
        "eyes": _eyes(state),
        "units": list(state.plan.units),
        "no_consent_of": list(state.silent),
    }


def _eyes(state: CampaignState) -> str:
    if not state.approved:
        return "not launched"
    return "four eyes" if state.four_eyes else "one person"


def _step(
    campaign: EntryId, step: CampaignStep, actor: Actor, clock: Clock, **more: Any  # noqa: ANN401 - an event's own fields
) -> CampaignEvent:  # fmt: skip
    return CampaignEvent(new_entry_id("g"), campaign, step, clock.now(), actor.id, **more)


def _open_one(casebook: Casebook, actor: Actor, name: str) -> CampaignState | None:
    for line in casebook.campaigns.list(actor):
        if line.name == name and line.stage is not CampaignStage.CLOSED:
            return casebook.campaigns.campaign(actor, line.campaign)
    return None


def _standing(casebook: Casebook, actor: Actor, name: str, clock: Clock) -> tuple[list[EntryId], dict[str, str]]:
    """Findings that were opened for a campaign: those that stand, and why others do not."""
    found: list[EntryId] = []
    left: dict[str, str] = {}
    after = None
    while True:
        page = casebook.cases.list(actor, Listing(frozenset({Stage.FOUND}), name, 500, after))
        for line in page.lines:
            if casebook.cases.case(actor, line.case).stands(clock.now()):
                found.append(line.case)
            else:
                left[line.case] = "it is contested, sealed, or so new that it can be taken back"
        if page.next is None:
            return found, left
        after = page.next


def _item(case: Case, state: CampaignState) -> dict[str, Any]:
    return {
        "case": case.id,
        "target": case.opening.target,
        "platform": case.opening.platform,
        "why_here": [
            *(["random"] if case.id in state.sample else []),
            *(["doubt under Art. 1(3)"] if case.doubt else []),
        ],
        "single_reader": case.single_reader,
        "evidence": case.evidence.digest if case.evidence else "",
        "readings": [
            {
                "opinion": one.reading.opinion.value,
                "ground": one.reading.ground,
                "confidence": one.reading.confidence.value,
                "quote": one.reading.quote,
                "translation": one.reading.translation,
                "why": one.reading.why,
                "purposes": sorted(purpose.value for purpose in one.reading.protection.purposes),
                "true_purpose": one.reading.protection.true_purpose,
                "doubt": one.reading.protection.doubt,
            }
            for one in case.readings
            if one.reading is not None
        ],
    }
