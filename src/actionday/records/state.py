"""What a probe, an export or a list says of a subject. "Not visible" is not "removed"."""

from enum import StrEnum


class State(StrEnum):
    """Derived state of a subject at a moment from one vantage (the design's list, no others)."""

    PRESENT = "present"
    RESTRICTED = "restricted"
    SUSPENDED_REVERSIBLE = "suspended_reversible"
    REMOVED_BY_PLATFORM = "removed_by_platform"
    CLOSED_BY_OWNER = "closed_by_owner"
    CLOSED_UNKNOWN_ACTOR = "closed_unknown_actor"
    MOVED = "moved"
    RENAMED = "renamed"
    PRIVATE_OR_PROBER_BLOCKED = "private_or_prober_blocked"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


GONE = frozenset(
    {
        State.SUSPENDED_REVERSIBLE,
        State.REMOVED_BY_PLATFORM,
        State.CLOSED_BY_OWNER,
        State.CLOSED_UNKNOWN_ACTOR,
        State.MOVED,
    }
)
"""States that end a lifetime once confirmed. `restricted` and `renamed` are alive; the rest says nothing."""

STATES_BY_PLATFORM_ACT = frozenset({State.SUSPENDED_REVERSIBLE, State.REMOVED_BY_PLATFORM})
"""States that are the platform's own act: only these count as removals."""

UNSEEN = frozenset({State.PRIVATE_OR_PROBER_BLOCKED, State.UNREACHABLE, State.UNKNOWN})
"""States in which the observer is blind: neither alive nor gone."""
