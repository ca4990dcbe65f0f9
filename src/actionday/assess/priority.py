"""What comes next and why: how a lead's source and reach become numbers of a `Priority`, by a table that anybody can read.

The numbers order a queue and nothing else; no decision follows from them. Not for: the product and its fading (`records.case_event`).
"""

import math
from datetime import datetime

from actionday.records.case_event import Priority

CONFIDENCE = {
    "order": 1.0,
    "known_content": 0.9,
    "notice": 0.6,
    "pasted": 0.5,
    "report": 0.4,
    "link": 0.3,
}
"""How often a lead from such a source is what it says, as an expectation to begin with."""
USUAL = 0.5
"""Confidence of any other source, and harm where nobody says."""
_MOST, _LEAST = 1_000_000, 0.1


def reach_of(audience: int | None) -> float:
    """From 0.1 for nobody (or not known) to 1 for a million members or followers, by the logarithm."""
    share = math.log10(1 + max(audience or 0, 0)) / math.log10(1 + _MOST)
    return round(min(1.0, _LEAST + (1 - _LEAST) * share), 3)


def priority_of(
    source: str, seen: datetime, audience: int | None, confidence: float | None = None, harm: float | None = None
) -> Priority:
    """The priority of a lead; `seen` is when it was last seen there (UTC). Raises ValueError for a number beyond (0, 1]."""
    sure = CONFIDENCE.get(source, USUAL) if confidence is None else confidence
    return Priority(sure, USUAL if harm is None else harm, reach_of(audience), seen)
