"""The protocol of a platform's own queue of reports: what its users told its moderators, read by the host that runs it.

A live reader that has `reports` is one. It reads the queue and changes nothing in it. Not for: what becomes of a report (`assess`), or
reports of one's own, which are referrals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from actionday.observe.outside import Outside


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its number in the queue, when the server received it (UTC), what it says as JSON-able values.

    `said` has `kind` (user_report), `locations`, `reasons`, and what the platform adds, under its own names.
    """

    id: str
    at: datetime
    said: dict[str, Any]


@runtime_checkable
class ReportReader(Protocol):
    """A live reader of a platform whose queue of reports its host can read."""

    name: str

    async def reports(self, base: str, known: Sequence[str], outside: Outside) -> Sequence[Report]:
        """Reports in the queue of the server at `base` that are not `known`, oldest first. At most some hundreds a call; the next gives more.

        Raises HostResting, UsageError (no administrator's credential), InputError (the server answers something else).
        """
        ...
