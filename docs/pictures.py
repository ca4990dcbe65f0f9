"""Draws the README's pictures from a real run of the bundled scenario: `make demo`, then

python docs/pictures.py demo/case.d demo/exports/day.toml
"""

import sys
from pathlib import Path

from actionday import playbook
from actionday.brief.campaign import figure_svg
from actionday.records import Silent, SystemClock, load_campaign
from actionday.settings import Settings

PICTURES = {"survival": "brief-survival.svg", "flows": "brief-flows.svg"}


def main(home: Path, day: Path, out: Path) -> None:
    """Write the pictures of a home."""
    settings, campaign = Settings(home=home, by="docs"), load_campaign(day)
    order = playbook.BriefOrder(campaign, out, SystemClock(), Silent())
    measures, _ = playbook.measure(
        settings, [*playbook.MEASURES, "network"], playbook.Asked(campaign), SystemClock(), Silent()
    )
    origin = playbook.origin_of(settings, order)
    for name, file in PICTURES.items():
        (out / file).write_text(figure_svg(name, measures, campaign, origin), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(__file__).parent / "img")
