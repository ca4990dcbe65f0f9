"""How far measuring is: its steps by weight, for a bar that shows the time left. Not for: what a step computes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

WEIGHTS = {"cohort": 30, "coverage": 22, "activity": 12, "lifetimes": 10, "migration": 14, "network": 8}
"""About the share of time that each step takes of a large archive; only the time left rests on it."""


class Progress(Protocol):
    """Where long work reports to."""

    def begin(self, what: str, total: int, unit: str) -> None:
        """A piece of work begins, by which the whole grows by `total`."""
        ...

    def advance(self, amount: int) -> None:
        """So many units more are done."""
        ...


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps of measuring in their order, each reported by its weight."""

    progress: Progress
    names: tuple[str, ...]

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """While one step is under way."""
        whole = sum(WEIGHTS[each] for each in self.names)
        self.progress.begin(f"measuring {name}", whole if name == self.names[0] else 0, "parts")
        yield
        self.progress.advance(WEIGHTS[name])
