"""Where long work reports to: a phase of so many units, what is being worked at, so much done.

Not for: showing it. A door hands in something that does, or `Silent`.
"""

from typing import Protocol


class Progress(Protocol):
    """What work that may take more than two seconds is given."""

    def phase(self, what: str, total: int | None, unit: str) -> None:
        """A phase of `total` units ("bytes", "files", "steps") begins, None if unknown; the one before is over."""
        ...

    def item(self, what: str) -> None:
        """What is being worked at now: a file, a measure."""
        ...

    def advance(self, amount: int) -> None:
        """So many units of the phase more are done."""
        ...


class Silent:
    """No progress: under `--quiet`, under a pipe, in tests."""

    def phase(self, what: str, total: int | None, unit: str) -> None:
        """Nothing is shown."""

    def item(self, what: str) -> None:
        """Nothing is shown."""

    def advance(self, amount: int) -> None:
        """Nothing is shown."""
