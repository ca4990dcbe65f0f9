"""What the words mean: typed ids, states, campaigns, errors and the clock.

Standard library only (a test reads the imports). Nothing here reads files, opens a store or knows a platform's protocol.
"""

from actionday.records.campaign import Campaign, Event, load_campaign
from actionday.records.clock import Clock, FixedClock, SystemClock
from actionday.records.errors import (
    ActiondayError,
    FormatUnknown,
    HomeError,
    HomeLocked,
    InputError,
    RowRefused,
    UsageError,
    WorkerStopped,
)
from actionday.records.estimate import Estimate, Measure
from actionday.records.platform import PLATFORMS, Platform, platform_of
from actionday.records.probe import Evidence, Exchange, Verdict
from actionday.records.progress import Progress, Silent
from actionday.records.pseudonym import name_hash, pseudonym, subject_hash
from actionday.records.secret import Secret
from actionday.records.state import GONE, STATES_BY_PLATFORM_ACT, UNSEEN, State
from actionday.records.subject import SubjectId, handle_reference

__all__ = [
    "GONE",
    "PLATFORMS",
    "STATES_BY_PLATFORM_ACT",
    "UNSEEN",
    "ActiondayError",
    "Campaign",
    "Clock",
    "Estimate",
    "Event",
    "Evidence",
    "Exchange",
    "FixedClock",
    "FormatUnknown",
    "HomeError",
    "HomeLocked",
    "InputError",
    "Measure",
    "Platform",
    "Progress",
    "RowRefused",
    "Secret",
    "Silent",
    "State",
    "SubjectId",
    "SystemClock",
    "UsageError",
    "Verdict",
    "WorkerStopped",
    "handle_reference",
    "load_campaign",
    "name_hash",
    "platform_of",
    "pseudonym",
    "subject_hash",
]
