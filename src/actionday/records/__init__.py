"""What the words mean: typed ids, states, campaigns, errors and the clock.

Standard library only (a test reads the imports). Nothing here reads files, opens a store or knows a platform's protocol.
"""

from actionday.records.actor import Actor
from actionday.records.campaign import Campaign, Event, load_campaign
from actionday.records.clock import Clock, FixedClock, SystemClock
from actionday.records.errors import (
    ActiondayError,
    FormatUnknown,
    HomeError,
    HomeLocked,
    InputError,
    PermissionRefused,
    RowRefused,
    UsageError,
    WorkerStopped,
)
from actionday.records.estimate import Estimate, Measure
from actionday.records.ids import ActorId, EntryId, JudgementId, new_actor_id, new_entry_id, new_judgement_id
from actionday.records.judgement import (
    DIRECTED,
    LEAD,
    NOTHING_JUDGED,
    Answer,
    Judged,
    Judgement,
    NoneOf,
    Relation,
    Withdrawal,
)
from actionday.records.lineage import Conflict, Contradiction, Lineage, Standing, fold
from actionday.records.permission import GRANTS, Permission, Role, granted
from actionday.records.person import Enrolment, Person, enrolled, fault_in
from actionday.records.platform import PLATFORMS, Platform, platform_of
from actionday.records.probe import Evidence, Exchange, Verdict
from actionday.records.progress import Progress, Silent
from actionday.records.pseudonym import (
    LONGEST_NAME,
    actor_id,
    first_word_hash,
    imported_judgement_id,
    key_check,
    lookup_hash,
    name_hash,
    name_words,
    pseudonym,
    subject_hash,
    whole_name_hash,
)
from actionday.records.secret import Secret
from actionday.records.state import GONE, STATES_BY_PLATFORM_ACT, UNSEEN, State
from actionday.records.subject import SubjectId, handle_reference

__all__ = [
    "DIRECTED",
    "GONE",
    "GRANTS",
    "LEAD",
    "LONGEST_NAME",
    "NOTHING_JUDGED",
    "PLATFORMS",
    "STATES_BY_PLATFORM_ACT",
    "UNSEEN",
    "ActiondayError",
    "Actor",
    "ActorId",
    "Answer",
    "Campaign",
    "Clock",
    "Conflict",
    "Contradiction",
    "Enrolment",
    "EntryId",
    "Estimate",
    "Event",
    "Evidence",
    "Exchange",
    "FixedClock",
    "FormatUnknown",
    "HomeError",
    "HomeLocked",
    "InputError",
    "Judged",
    "Judgement",
    "JudgementId",
    "Lineage",
    "Measure",
    "NoneOf",
    "Permission",
    "PermissionRefused",
    "Person",
    "Platform",
    "Progress",
    "Relation",
    "Role",
    "RowRefused",
    "Secret",
    "Silent",
    "Standing",
    "State",
    "SubjectId",
    "SystemClock",
    "UsageError",
    "Verdict",
    "Withdrawal",
    "WorkerStopped",
    "actor_id",
    "enrolled",
    "fault_in",
    "first_word_hash",
    "fold",
    "granted",
    "handle_reference",
    "imported_judgement_id",
    "key_check",
    "load_campaign",
    "lookup_hash",
    "name_hash",
    "name_words",
    "new_actor_id",
    "new_entry_id",
    "new_judgement_id",
    "platform_of",
    "pseudonym",
    "subject_hash",
    "whole_name_hash",
]
