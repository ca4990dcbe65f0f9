"""Numbered damage: the same seed and number give the same reader, example and bytes, on any machine and in any order."""

import hashlib
from dataclasses import dataclass
from functools import cache
from random import Random

from actionday.observe.conformance import COMPANION, SERIES
from actionday.observe.registry import readers
from benchmarks.fuzzing.mutations import mutate


@dataclass(frozen=True, slots=True)
class Case:
    """An example of a reader with one of its files damaged."""

    seed: int
    number: int
    reader: str
    name: str  # the damaged file
    data: bytes

    @property
    def replay(self) -> str:
        """The command that reads this again."""
        return f"python -m benchmarks.fuzz --seed {self.seed} --case {self.number}"


@cache
def examples() -> dict[str, dict[str, bytes]]:
    """The files of every reader's examples, by reader."""
    return {name: dict(reader.examples()) for name, reader in sorted(readers().items())}


@cache
def _targets(reader: str) -> tuple[str, ...]:
    """What is damaged: not the mappings beside it, which are the user's own, read and refused before any reader is asked."""
    return tuple(sorted(n for n in examples()[reader] if not n.endswith(COMPANION) and n != SERIES))


def case(seed: int, number: int) -> Case:
    """The case of that number; readers take turns."""
    names = list(examples())
    reader = names[number % len(names)]
    digest = hashlib.sha256(f"{seed}:{number}:{reader}".encode()).digest()
    rng = Random(int.from_bytes(digest[:8], "big"))
    name = rng.choice(_targets(reader))
    near = [examples()[reader][other] for other in _targets(reader)]
    far = [data for one in examples().values() for data in one.values()] if rng.random() < 0.2 else near
    return Case(seed, number, reader, name, mutate(examples()[reader][name], rng, far))
