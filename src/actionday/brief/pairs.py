"""Figures about links as files of their own: why one pair, and how good probabilities are. In the brief's style, light and dark.

They are not on the brief's page: a pair's figure names its two subjects to whoever asked. Not for: scoring (`link`).
"""

from collections.abc import Mapping
from typing import Any

from actionday.brief.campaign import standalone
from actionday.brief.figures.calibration import Found, calibration_plot
from actionday.brief.figures.frame import WIDE, Frame, Heading
from actionday.brief.figures.waterfall import Fall, waterfall


def explain_svg(found: Mapping[str, Any], width: int = WIDE) -> str:
    """The waterfall of what `link explain --json` prints."""
    falls = [Fall(one["family"], _level(one), one["bits"], one["total"]) for one in found["steps"] if _told(one)]
    heading = Heading(
        f"{found['subject']} and {found['target']}",
        f"Evidence in bits, the prior first; together {found['steps'][-1]['total']:.1f} bits, a probability of "
        f"{found['probability']:.4f}. Families that are absent are left out. {found['note']}",
    )
    return standalone(waterfall(Frame("explain", width), heading, falls))


def calibration_svg(found: Mapping[str, Any], width: int = WIDE) -> str:
    """The calibration of what `link evaluate --json` prints. Raises ValueError where nothing was said of any pair."""
    bins = found["calibration"]["bins"]
    if not bins:
        raise ValueError("no pair with a probability of 0.05 and more has a known answer: nothing to draw")
    groups = [Found(one["said"], one["value"], one["low"], one["high"], one["n"]) for one in bins]
    heading = Heading(
        "Probability that was said, and share that was true",
        f"{found['calibration']['n']} pairs in {len(groups)} groups of the same size; expected error "
        f"{found['calibration']['expected_error']:.4f}. On the diagonal what is said is what is true.",
    )
    return standalone(calibration_plot(Frame("calibration", width), heading, groups))


def _told(step: Mapping[str, Any]) -> bool:
    return step["level"] is not None or step["family"] == "prior"


def _level(step: Mapping[str, Any]) -> str:
    return step["level"] or ""
