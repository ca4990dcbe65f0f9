"""How a home wants its rows: what the main process tells a parser process to keep, name and leave out.

Apart from `pipeline`, so that the main process need not load what only parsers use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a home wants its rows: policy, key, who was forgotten."""

    content: str
    profile: str
    key: bytes
    forgotten: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """JSON-able values."""
        return {
            "content": self.content,
            "profile": self.profile,
            "key": self.key.hex(),
            "forgotten": sorted(self.forgotten),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """What `to_json` wrote down."""
        return cls(
            content=values["content"],
            profile=values["profile"],
            key=bytes.fromhex(values["key"]),
            forgotten=frozenset(values["forgotten"]),
        )
