"""How a measure is printed, for programs and for people. Not for: commands."""

from typing import Any

from actionday.console.terminal.options import print_json, say
from actionday.records import Estimate, Measure


def print_measure(found: Measure, tables: bool, as_json: bool) -> None:
    """A measure for programs (with its tables if wanted), or its estimates and notes for a person."""
    if as_json:
        answer: dict[str, Any] = {
            "measure": found.name,
            "estimates": [e.as_dict() for e in found.estimates],
            "notes": list(found.notes),
        }
        if tables:
            answer["tables"] = {name: table.to_pylist() for name, table in found.tables.items()}
        print_json(answer)
        return
    for estimate in found.estimates:
        print_estimate(estimate)
    for note in found.notes:
        say(f"note: {note}")


def print_estimate(estimate: Estimate) -> None:
    """One estimate on one line, its caveats below."""
    group = ", ".join(f"{key}={value}" for key, value in estimate.group.items())
    label = f"{estimate.name} [{group}]" if group else estimate.name
    if estimate.value is None:
        say(f"{label}: not given")
    else:
        span = (
            ""
            if estimate.low is None or estimate.high is None
            else f" ({estimate.low:.4g} to {estimate.high:.4g}, {estimate.level:.0%})"
        )
        say(f"{label}: {estimate.value:.4g}{span} {estimate.unit}, n={estimate.n}, {estimate.method}")
    for caveat in estimate.caveats:
        say(f"    {caveat}")
