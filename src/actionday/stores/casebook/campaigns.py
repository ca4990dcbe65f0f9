"""What a casebook does with campaigns, and the values it hands out. One suite runs over both databases.

Not for: how a campaign goes (`records.campaign_state`), or what leaves within it (`referrals`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from actionday.records import Actor, EntryId
from actionday.records.campaign_event import CampaignEvent
from actionday.records.campaign_state import CampaignStage, CampaignState
from actionday.records.case import Case


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One line of a list of campaigns."""

    campaign: EntryId
    name: str
    stage: CampaignStage
    targets: int
    events: int


class Campaigns(Protocol):
    """The campaigns of a casebook. Raises PermissionRefused, and UsageError with the reason where a step cannot follow."""

    def follow(self, actor: Actor, events: Sequence[CampaignEvent]) -> CampaignState:
        """Take steps of one campaign, in one transaction (permission by `records.campaign_event.CAMPAIGN_NEEDS`).

        Targets come many at a time, every other step by itself. A target is refused unless its case is a finding that stands now; whether a reader
        doubted is taken from the case, whatever the event says. Frozen is refused unless the casebook holds that record, made before the
        window began. At the launch every target has to stand, and each is published as an advisory.
        """
        ...

    def look(self, actor: Actor, event: CampaignEvent) -> Case:
        """Open an item: record that the actor did (permission `approve`), and return the case."""
        ...

    def campaign(self, actor: Actor, campaign: EntryId) -> CampaignState:
        """One campaign (permission `read`)."""
        ...

    def list(self, actor: Actor) -> Sequence[CampaignLine]:
        """All campaigns, in the order in which they were planned (permission `read`)."""
        ...

    def rebuild(self, actor: Actor) -> int:
        """Fold every campaign anew (permission `read`). Returns how many lines were other than what their entries say."""
        ...
