"""How does one read it? The brief: report, figures, tables; one escaping function per sink."""

from actionday.brief.campaign import FIGURES, figure_svg, write_brief
from actionday.brief.origin import SYNTHETIC, BriefOrigin, Identities, Identity, InputFile

__all__ = ["FIGURES", "SYNTHETIC", "BriefOrigin", "Identities", "Identity", "InputFile", "figure_svg", "write_brief"]
