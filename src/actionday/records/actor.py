"""Who acts and what they may do. Every verb that changes or reveals takes an `Actor` and asks it first, so no door can forget to.

Not for: finding out who somebody is. Where nobody is enrolled, an actor is whoever the settings say.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass, field

from actionday.records.errors import PermissionRefused
from actionday.records.ids import ActorId
from actionday.records.permission import Permission


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work: a random or keyed id that the ledger keeps, a name that it keeps only where it can be erased.

    `sign` makes an Ed25519 signature (64 bytes) with the person's key; None where nobody is enrolled.
    """

    id: ActorId
    name: str = field(repr=False)
    permissions: Set[Permission]
    sign: Callable[[bytes], bytes] | None = field(default=None, repr=False, compare=False)

    def must(self, permission: Permission) -> None:
        """Raises PermissionRefused where the actor lacks the permission."""
        if permission not in self.permissions:
            raise PermissionRefused(self.id, permission)
