"""Which account or channel is whose return, and what says the same? Leads, never grounds; a person decides.

`read_profiles` lays out what an archive tells of each subject, `link` makes candidates, trains weights and scores,
`Linked.proposals` keeps to the rules. Near-duplicates and known content have
their own files. Not for: seeing (`observe`), judging, and what is measured of returns.
"""

from actionday.link.draw import Before, Plan, band_of, draw
from actionday.link.evaluate import Truth, evaluate, judge
from actionday.link.learn import Labels
from actionday.link.linking import Linked, extend, link
from actionday.link.model import Model
from actionday.link.profiles import ALIKE, PEOPLE, Known, read_profiles
from actionday.link.propose import Rules
from actionday.link.tables import Profiles

__all__ = [
    "ALIKE",
    "PEOPLE",
    "Before",
    "Known",
    "Labels",
    "Linked",
    "Model",
    "Plan",
    "Profiles",
    "Rules",
    "Truth",
    "band_of",
    "draw",
    "evaluate",
    "extend",
    "judge",
    "link",
    "read_profiles",
]
