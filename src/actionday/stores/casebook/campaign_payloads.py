"""What entries about campaigns commit to, as bytes and back. Reasons are words; all else is facts. Not for: other entries (`payloads`)."""

from datetime import UTC, datetime

import msgspec

from actionday.records import Actor, ActorId, EntryId
from actionday.records.campaign_event import CampaignEvent, CampaignStep, Plan
from actionday.stores.casebook.chain import Kind, moment
from actionday.stores.casebook.entry_rows import Kept
from actionday.stores.casebook.payloads import ERASED, Draft


class _Event(msgspec.Struct, frozen=True, omit_defaults=True):
    step: CampaignStep
    at: str
    plan: Plan | None = None
    case: str = ""
    doubt: bool = False
    digest: str = ""
    until: str = ""
    unit: str = ""
    consents: bool = False


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    by: str
    why: str = ""


_EVENTS = msgspec.json.Decoder(_Event)
_SAID = msgspec.json.Decoder(_Said)


def of_campaign(actor: Actor, event: CampaignEvent) -> Draft:
    """An event of a campaign, to append."""
    facts = _Event(
        event.step, moment(event.at), event.plan, event.case or "", event.doubt, event.digest,
        "" if event.until is None else moment(event.until), event.unit, event.consents,
    )  # fmt: skip
    about = None if event.plan is not None else event.campaign
    said = msgspec.json.encode(_Said(actor.name, event.why))
    return Draft(event.id, Kind.CAMPAIGN, msgspec.json.encode(facts), said, about)


def to_campaign(entry: Kept) -> CampaignEvent:
    """An event of a campaign as it was recorded, with its entry's hash; a reason that was erased is `[erased]`."""
    told = _EVENTS.decode(entry.facts)
    why = ERASED if entry.words is None else _SAID.decode(entry.words).why
    return CampaignEvent(
        EntryId(entry.id), EntryId(entry.of or entry.id), told.step, _time(told.at), ActorId(entry.actor), why, told.plan,
        EntryId(told.case) if told.case else None, told.doubt, told.digest, _time(told.until) if told.until else None, told.unit,
        told.consents, entry.hash,
    )  # fmt: skip


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
