"""How does one read it? The brief: report, figures, tables; one escaping function per sink."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actionday.brief.campaign import FIGURES, figure_svg, write_brief
    from actionday.brief.origin import SYNTHETIC, BriefOrigin, Identities, Identity, InputFile

__all__ = ["FIGURES", "SYNTHETIC", "BriefOrigin", "Identities", "Identity", "InputFile", "figure_svg", "write_brief"]

_IN_CAMPAIGN = ("FIGURES", "figure_svg", "write_brief")


def __getattr__(name: str) -> object:
    """Load on first use: the terminal needs the escaping functions only, and figures take a while to load."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"actionday.brief.{'campaign' if name in _IN_CAMPAIGN else 'origin'}"), name)
