"""The bundled synthetic world: seeded, harmless, with a known truth. See docs/scenario.md.

It hands out staged tables (what readers emit); writing them as files is each reader's own business.
"""

from actionday.measure.scenario.exports import Export
from actionday.measure.scenario.lives import survival
from actionday.measure.scenario.parameters import ActionDay, Destination, Hazard, Observer, Parameters, Size
from actionday.measure.scenario.world import World, generate

__all__ = [
    "ActionDay",
    "Destination",
    "Export",
    "Hazard",
    "Observer",
    "Parameters",
    "Size",
    "World",
    "generate",
    "survival",
]
