"""Campaigns for tests: plans, targets and the way to a launch. Harmless text only."""

from datetime import timedelta

from tests.records.casework import ANNA, BEN, NOW, opening

from actionday.records import ActorId, EntryId
from actionday.records.campaign_event import CampaignEvent, CampaignStep, Plan

DAY = EntryId(f"d-{1:032x}")
WINDOW = (NOW + timedelta(days=1), NOW + timedelta(days=2))
HEAD = "e" * 64


def plan(by: ActorId = ANNA, campaign: EntryId = DAY, **more: object) -> CampaignEvent:
    """A campaign that somebody plans."""
    what = Plan("Action day of tests", *WINDOW, **({"sample": 2} | more))  # type: ignore[arg-type]
    return CampaignEvent(campaign, campaign, CampaignStep.PLANNED, NOW, by, plan=what)


def move(number: int, step: CampaignStep, by: ActorId = ANNA, *, target: int = 1, **more: object) -> CampaignEvent:
    """A step of the campaign, with what belongs to it filled in."""
    event = EntryId(f"g-{number:032x}")
    at = NOW + timedelta(minutes=number)
    filled: dict[str, object] = {"why": "for a reason"}
    match step:
        case CampaignStep.TARGET_ADDED | CampaignStep.TARGET_DROPPED | CampaignStep.ITEM_OPENED:
            filled["case"] = opening(target).case
        case CampaignStep.FROZEN:
            filled["digest"] = "f" * 64
        case CampaignStep.SUBMITTED:
            filled["head"] = HEAD
        case CampaignStep.ROUND_OPENED:
            filled["until"] = at + timedelta(hours=1)
        case CampaignStep.ROUND_ANSWERED:
            filled |= {"unit": "Unit B", "consents": True}
    return CampaignEvent(event, DAY, step, at, by, **(filled | more))  # type: ignore[arg-type]


def added(*targets: int) -> list[CampaignEvent]:
    """Targets that Anna adds."""
    return [move(100 + target, CampaignStep.TARGET_ADDED, target=target) for target in targets]


def launched(*targets: int) -> list[CampaignEvent]:
    """All events up to a launch by Ben, who opens every item."""
    return [
        plan(),
        *added(*targets),
        move(200, CampaignStep.FROZEN),
        move(201, CampaignStep.SUBMITTED),
        *(move(300 + target, CampaignStep.ITEM_OPENED, BEN, target=target) for target in targets),
        move(400, CampaignStep.APPROVED, BEN),
    ]
