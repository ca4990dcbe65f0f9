"""A value that never travels without its interval, n, method and caveats; and a measure's result.

`Estimate` holds numbers only; where they come from is `measure`'s business. `Measure` is what every measure hands on:
estimates plus named, tidy tables (any object with `to_pylist`, in practice Arrow tables with a declared schema).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its uncertainty.

    `value`, `low` and `high` are in `unit`; None where not identified or not computable, and `caveats` then says why.
    `level` is the interval's nominal coverage (0.95); `n` counts what the value rests on. A plain count that was
    observed completely has low == high == value and method "count". `group` names the stratum, e.g. {"platform": "telegram"}.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    n: int
    method: str
    level: float = 0.95
    caveats: tuple[str, ...] = ()
    group: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The JSON form that `brief.json` and `--json` print."""
        return {
            "name": self.name,
            "group": dict(self.group),
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "unit": self.unit,
            "n": self.n,
            "method": self.method,
            "caveats": list(self.caveats),
        }


@dataclass(frozen=True, slots=True)
class Measure:
    """What a measure hands on: its estimates, its tidy tables by name, and notes that belong beside every figure."""

    name: str
    estimates: tuple[Estimate, ...]
    tables: Mapping[str, Any]
    notes: tuple[str, ...] = ()
