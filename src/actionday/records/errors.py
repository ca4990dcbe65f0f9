"""One error tree. Errors carry facts; doors turn classes into exit codes and statuses.

    ActiondayError
    ├── UsageError        the call's words are off (exit 2)
    ├── HomeError         the home is missing, too new or damaged (exit 3)
    │   └── HomeLocked    another process writes to this home (exit 4)
    ├── InputError        a file cannot be used; the message names file, position and fix (exit 5)
    │   └── FormatUnknown no reader recognises the file: skip this one, go on
    ├── PermissionRefused the actor may not do this (exit 6)
    ├── RowRefused        one row cannot be used: it goes to quarantine, go on
    └── WorkerStopped     an isolated parser ran into a limit or died: the rest of the part is quarantined, go on

Not for: the standard library's own errors, which pass through where they say enough.
"""


class ActiondayError(Exception):
    """Root of the tree; never raised itself."""


class UsageError(ActiondayError):
    """The caller's arguments do not fit together."""


class HomeError(ActiondayError):
    """The home cannot be opened as asked."""


class HomeLocked(HomeError):
    """Another process holds the home's write lock."""


class InputError(ActiondayError):
    """A file from outside cannot be used. ``path``, ``position`` and ``fix`` say which, where and what to do."""

    def __init__(self, path: str, reason: str, fix: str = "", position: str = "") -> None:
        self.path, self.reason, self.fix, self.position = path, reason, fix, position
        where = f"{path}, {position}" if position else path
        super().__init__(f"{where}: {reason}" + (f" ({fix})" if fix else ""))


class FormatUnknown(InputError):
    """No reader recognises the file, or the one asked for does not."""


class PermissionRefused(ActiondayError):
    """The actor lacks a permission. ``actor`` and ``permission`` say which."""

    def __init__(self, actor: str, permission: str) -> None:
        self.actor, self.permission = actor, permission
        super().__init__(f"{actor} may not {permission}")


class RowRefused(ActiondayError):
    """One row of a file is refused; ``reason`` goes to quarantine with the raw row."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class WorkerStopped(ActiondayError):
    """A parser process hit a limit (memory, time) or died."""
