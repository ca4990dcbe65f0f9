"""Who acts and what they may do. Every verb that changes or reveals takes an `Actor` and asks it first, so no door can forget to.

Not for: finding out who somebody is. Until people enrol with keys, an actor is whoever the settings say.
"""

from collections.abc import Set
from dataclasses import dataclass, field
from enum import StrEnum

from actionday.records.errors import PermissionRefused
from actionday.records.ids import ActorId


class Permission(StrEnum):
    """What an actor may do."""

    JUDGE = "judge"
    """say how two subjects belong together, and take it back"""
    READ = "read"
    """see what was decided, by whom and why"""
    FREEZE = "freeze"
    """fix before a day what will be measured"""
    ERASE = "erase"
    """take a subject out for good"""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work: a random or keyed id that the ledger keeps, a name that it keeps only where it can be erased."""

    id: ActorId
    name: str = field(repr=False)
    permissions: Set[Permission]

    def must(self, permission: Permission) -> None:
        """Raises PermissionRefused where the actor lacks the permission."""
        if permission not in self.permissions:
            raise PermissionRefused(self.id, permission)
