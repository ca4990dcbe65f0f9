"""Writes figures about links into files. Not for: what they show (`linking`), or how they look (`brief`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actionday.records import InputError, UsageError


def draw_pair(found: Mapping[str, Any], out: Path) -> None:
    """The waterfall of what `link_explain` returned, as an SVG file. Raises InputError where it cannot be written."""
    from actionday.brief.pairs import explain_svg

    _write(out, explain_svg(found))


def draw_calibration(found: Mapping[str, Any], out: Path) -> None:
    """The calibration plot of what `link_evaluate` returned. Raises UsageError where there is nothing to draw; InputError."""
    from actionday.brief.pairs import calibration_svg

    try:
        drawn = calibration_svg(found)
    except ValueError as error:
        raise UsageError(str(error)) from error
    _write(out, drawn)


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise InputError(str(out), f"cannot be written: {error}") from error
