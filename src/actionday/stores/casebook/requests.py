"""Requests of those whom entries are about, and all that the casebook holds about somebody. One suite runs over both databases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from actionday.records import Actor
from actionday.records.subject_request import SubjectRequest


@dataclass(frozen=True, slots=True)
class Told:
    """One entry about a subject: its number, kind, time (ISO 8601, UTC), facts and words. Nobody who works here is named in it."""

    entry: int
    kind: str
    at: str
    facts: Mapping[str, Any]
    words: Mapping[str, Any]


class Requests(Protocol):
    """Requests of subjects. Raises PermissionRefused and UsageError."""

    def record(self, actor: Actor, request: SubjectRequest) -> None:
        """Record a request (permission `refer`). One for erasure is recorded without its subject, so that it outlives the erasure."""
        ...

    def about(self, actor: Actor, names: Collection[str]) -> Sequence[Told]:
        """All entries about a subject under any of its names, in order (permissions `read` and `refer`).

        Holds are left out: they are the authority's to tell. Raises UsageError as long as one runs: that authority is asked first.
        """
        ...
