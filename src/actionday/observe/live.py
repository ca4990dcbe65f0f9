"""The live reader protocol: fetch what is public now, as files that an export reader reads.

A live reader writes what the platform answers, unchanged where it can, into files of a format that has a reader; the import then
reads them like any export: in an isolated parser, once only, with the same content policy, extraction and pseudonyms.
The files are dropped after the import. A live reader reads only: it joins, follows, subscribes to and sends nothing.
Entry point group: ``actionday.live``. Not for: states (probers).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from actionday.observe.outside import Outside, Target


@dataclass(frozen=True, slots=True)
class Collected:
    """What was fetched: the files written, where to go on next time (`cursor`, opaque), and what to tell a person."""

    files: tuple[Path, ...]
    cursor: str | None = None
    says: str = ""


@runtime_checkable
class LiveReader(Protocol):
    """How to fetch what a platform shows in public."""

    name: str
    title: str
    version: int
    platforms: tuple[str, ...]
    format: str  # the export reader that reads the files
    extra: str
    credentials: tuple[str, ...]
    sees: str

    async def collect(self, target: Target, cursor: str | None, folder: Path, outside: Outside) -> Collected:
        """Fetch what is new since `cursor` (None: from the beginning) into `folder`, in bounded memory.

        Raises HostResting, UsageError (not configured), InputError (not readable in public: says why).
        """
        ...
