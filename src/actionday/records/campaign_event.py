"""What happens to a campaign, as dated events. A target enters by the id of its own case, never by a link, a membership or a place in a network.

Not for: how events follow on each other (`campaign_state`), or a day's window and comparison as `day.toml` says them (`campaign`).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from actionday.records.ids import ActorId, EntryId
from actionday.records.permission import Permission


class CampaignStep(StrEnum):
    """What an event says."""

    PLANNED = "planned"
    TARGET_ADDED = "target_added"
    TARGET_DROPPED = "target_dropped"
    FROZEN = "frozen"
    """baseline and comparison were fixed beforehand: `digest` names the record"""
    SUBMITTED = "submitted"
    """laid before an approver; from this entry's hash follows which items they have to open"""
    ITEM_OPENED = "item_opened"
    """somebody who may approve looked at an item"""
    ROUND_OPENED = "round_opened"
    """the other units of a joint campaign are asked until a time"""
    ROUND_ANSWERED = "round_answered"
    APPROVED = "approved"
    """it is launched"""
    PAUSED = "paused"
    RESUMED = "resumed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign begins with: its name and window as in `day.toml` (UTC), and how many random items an approver opens at least.

    `units` are the other units of a joint campaign; `alone` says that the unit is of one person, so that nobody else can approve.
    Raises ValueError.
    """

    name: str
    start: datetime
    end: datetime
    sample: int = 10
    units: tuple[str, ...] = ()
    alone: bool = False

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a campaign's window needs aware times")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end < self.start:
            raise ValueError("the window ends before it starts")
        if not self.name.strip():
            raise ValueError("a campaign has a name")
        if self.sample < 1:
            raise ValueError("an approver opens one random item at least")
        if len(set(self.units)) != len(self.units) or not all(unit.strip() for unit in self.units):
            raise ValueError("each unit of a joint campaign is named once")


@dataclass(frozen=True, slots=True)
class CampaignEvent:
    """One dated fact about one campaign. `campaign` is the id of its planning; `at` in UTC.

    `plan` goes with planned, `case` with targets and opened items, `digest` with frozen, `until` with an opened round, `unit` with an
    answer to one, where `consents` says which. `doubt` says of an added target that a reader doubted under Art. 1(3). `head` is the hash
    of the entry that holds the event, known once it is written. Raises ValueError.
    """

    id: EntryId
    campaign: EntryId
    step: CampaignStep
    at: datetime
    by: ActorId
    why: str = field(default="", repr=False)
    plan: Plan | None = None
    case: EntryId | None = None
    doubt: bool = False
    digest: str = ""
    until: datetime | None = None
    unit: str = ""
    consents: bool = False
    head: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("it needs an aware time")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        if (self.step is CampaignStep.PLANNED) != (self.id == self.campaign):
            raise ValueError("a campaign's id is that of its planning")
        for name, steps in _GOES_WITH.items():
            if bool(getattr(self, name)) != (self.step in steps):
                raise ValueError(f"`{name}` goes with {' and '.join(sorted(steps))}")
        for name, step in (("doubt", CampaignStep.TARGET_ADDED), ("consents", CampaignStep.ROUND_ANSWERED)):
            if getattr(self, name) and self.step is not step:
                raise ValueError(f"`{name}` goes with {step}")
        if self.step in _REASONED and not self.why.strip():
            raise ValueError(f"{self.step} needs its reason")


_ITEMS = frozenset({CampaignStep.TARGET_ADDED, CampaignStep.TARGET_DROPPED, CampaignStep.ITEM_OPENED})
_GOES_WITH: dict[str, frozenset[CampaignStep]] = {
    "plan": frozenset({CampaignStep.PLANNED}),
    "case": _ITEMS,
    "digest": frozenset({CampaignStep.FROZEN}),
    "until": frozenset({CampaignStep.ROUND_OPENED}),
    "unit": frozenset({CampaignStep.ROUND_ANSWERED}),
}
_REASONED = frozenset({CampaignStep.TARGET_DROPPED, CampaignStep.PAUSED, CampaignStep.RESUMED, CampaignStep.CLOSED})
CAMPAIGN_NEEDS: dict[CampaignStep, Permission] = {
    CampaignStep.PLANNED: Permission.PLAN,
    CampaignStep.TARGET_ADDED: Permission.PLAN,
    CampaignStep.TARGET_DROPPED: Permission.PLAN,
    CampaignStep.FROZEN: Permission.FREEZE,
    CampaignStep.SUBMITTED: Permission.PLAN,
    CampaignStep.ITEM_OPENED: Permission.APPROVE,
    CampaignStep.ROUND_OPENED: Permission.REFER,
    CampaignStep.ROUND_ANSWERED: Permission.REFER,
    CampaignStep.APPROVED: Permission.APPROVE,
    CampaignStep.PAUSED: Permission.REFER,
    CampaignStep.RESUMED: Permission.APPROVE,
    CampaignStep.CLOSED: Permission.APPROVE,
}
"""What whoever takes a step needs. Stopping takes less than going on."""
