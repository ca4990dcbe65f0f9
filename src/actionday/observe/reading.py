"""One file while it is read: what its parser said so far. Not for: asking the parser or writing rows, which are the import's."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from actionday.observe.reader import Part, Source


@dataclass(slots=True)
class Reading:
    """A file under its ingest number. `name` is the user's own; `facts` go into `ingests`.

    `officers` is who holds a role by the files before, known once those are through.
    """

    number: int
    name: str
    reader: str
    source: Source
    facts: Mapping[str, Any]
    officers: Future[frozenset[str]] = field(default_factory=Future)
    parts: list[Part] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    chunks: int = 0
    error: str | None = None  # what made the parts unknowable
    why: str | None = None  # the first refusal's reason
    _refused: list[dict[str, str]] = field(default_factory=list)

    def refuse(self, position: str, reason: str) -> None:
        """Note that a part, or the whole file, could not be read (to its end)."""
        self._refused.append({"position": position, "reason": reason, "raw": ""})

    def refused(self, more: list[dict[str, str]]) -> list[dict[str, str]]:
        """What was refused since the last call, and `more`, counted."""
        refused, self._refused = self._refused + more, []
        self.counts["quarantine"] += len(refused)
        if refused:
            self.why = self.why or refused[0]["reason"]
        return refused

    def fail(self, reason: str) -> None:
        """Note that which parts there are cannot be known."""
        self.error = self.error or reason
        self.refuse("whole file", reason)

    def next_chunk(self) -> int:
        """The number of the chunk that follows."""
        self.chunks += 1
        return self.chunks - 1
