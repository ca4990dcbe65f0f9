"""A look at a subject: what was asked and answered, kept raw, and what is read out of it.

Evidence comes first and is stored as it came; a verdict is derived from it by a named rule, so that a better rule can be
applied to old evidence. "Not visible" is not "removed": see `records.state`. Not for: asking (probers) or confirming by
several misses (`records.schedule` spaces them, `measure` counts them).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

from actionday.records.state import State

_MARKER_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question to the outside and its answer, as raw as it may be kept.

    `endpoint` says what was asked, without secrets (a URL, or a verb and an address); `code` is the protocol's own word
    (an HTTP status, `USERNAME_NOT_OCCUPIED`, `item-not-found`), or a `records.probe` failure word where no answer came;
    `marker` is the field or phrase a rule reads; `body_sha256` the hash of the whole answer; `facts` the few decisive fields.
    """

    endpoint: str
    at: datetime
    code: str
    marker: str = ""
    body_sha256: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an exchange needs an aware time")
        if len(self.marker) > _MARKER_LENGTH:
            object.__setattr__(self, "marker", self.marker[:_MARKER_LENGTH])


@dataclass(frozen=True, slots=True)
class Evidence:
    """All exchanges of one look, in order. `prober` is name/version, `vantage` who looked and from where."""

    prober: str
    vantage: str
    exchanges: tuple[Exchange, ...]

    def to_json(self) -> str:
        """The stored form: JSON, keys sorted, times ISO 8601 in UTC."""
        return json.dumps(asdict(self), default=_plain, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the stored form. Raises ValueError when it is not one."""
        try:
            raw: dict[str, Any] = json.loads(text)
            exchanges = tuple(
                Exchange(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in raw.pop("exchanges")
            )
            return cls(exchanges=exchanges, **raw)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no evidence: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Verdict:
    """What evidence says: a state, the rule that says so, and how sure it is (0 to 1).

    `target` is where a moved or renamed subject went, as a subject id or reference; `identity` what was found in its place
    (a native id, a hash of the profile), by which a later look tells the same from a namesake. `signal` is the kind of a move
    (`moves.kind`: tombstone, move, destroy, migrate).
    """

    state: State
    rule: str
    confidence: float
    target: str | None = None
    identity: str | None = None
    signal: str = "move"

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence {self.confidence} is not within 0 and 1")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in evidence")
