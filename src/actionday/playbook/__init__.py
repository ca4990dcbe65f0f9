"""The only room that chains verbs, a file per action: import, measure, brief; the bundled scenario; forget; reproduce.

Every function takes `Settings`, a `Clock` and a progress from outside and returns plain values for a door to render.
Actions are loaded on first use: a look at the archive or an erasure should not wait for compiled statistics, nor the
scenario for a query engine. Not for: how any one step works, that is the verbs' own business.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from actionday.playbook.orders import (
    MEASURES,
    Asked,
    BriefOrder,
    DrawOrder,
    JudgingOrder,
    LinkOrder,
    NoneOrder,
    StrategyOrder,
)

if TYPE_CHECKING:
    from actionday.playbook.action_day import run
    from actionday.playbook.briefs import brief, origin_of, reproduce
    from actionday.playbook.collecting import collect
    from actionday.playbook.copies import duplicates
    from actionday.playbook.dismantling import plan, strategies
    from actionday.playbook.forgetting import forget, retain
    from actionday.playbook.freezing import freeze_campaign
    from actionday.playbook.holdings import stats
    from actionday.playbook.imports import formats, import_exports, inspect, template
    from actionday.playbook.judging import judge, judge_none, lineage, withdraw
    from actionday.playbook.known import import_known
    from actionday.playbook.linking import link_evaluate, link_explain, link_returns, link_run
    from actionday.playbook.looking import probe, watch
    from actionday.playbook.matching import match
    from actionday.playbook.measuring import measure, without_day
    from actionday.playbook.people import add_person, change_person, make_person_key, people
    from actionday.playbook.pictures import draw_calibration, draw_pair
    from actionday.playbook.queueing import link_agreement, link_draw, link_queue
    from actionday.playbook.scenario import write_scenario
    from actionday.playbook.verifying import make_checkpoint, verify_casebook

__all__ = [
    "MEASURES",
    "Asked",
    "BriefOrder",
    "DrawOrder",
    "JudgingOrder",
    "LinkOrder",
    "NoneOrder",
    "StrategyOrder",
    "add_person",
    "brief",
    "change_person",
    "collect",
    "draw_calibration",
    "draw_pair",
    "duplicates",
    "forget",
    "formats",
    "freeze_campaign",
    "import_exports",
    "import_known",
    "inspect",
    "judge",
    "judge_none",
    "lineage",
    "link_agreement",
    "link_draw",
    "link_evaluate",
    "link_explain",
    "link_queue",
    "link_returns",
    "link_run",
    "make_checkpoint",
    "make_person_key",
    "match",
    "measure",
    "origin_of",
    "people",
    "plan",
    "probe",
    "reproduce",
    "retain",
    "run",
    "stats",
    "strategies",
    "template",
    "verify_casebook",
    "watch",
    "withdraw",
    "without_day",
    "write_scenario",
]

_FILES = {
    "add_person": "people",
    "change_person": "people",
    "make_person_key": "people",
    "people": "people",
    "make_checkpoint": "verifying",
    "brief": "briefs",
    "collect": "collecting",
    "draw_calibration": "pictures",
    "draw_pair": "pictures",
    "duplicates": "copies",
    "forget": "forgetting",
    "formats": "imports",
    "freeze_campaign": "freezing",
    "import_exports": "imports",
    "import_known": "known",
    "inspect": "imports",
    "match": "matching",
    "link_agreement": "queueing",
    "link_draw": "queueing",
    "link_evaluate": "linking",
    "link_explain": "linking",
    "link_queue": "queueing",
    "link_returns": "linking",
    "link_run": "linking",
    "judge": "judging",
    "judge_none": "judging",
    "lineage": "judging",
    "measure": "measuring",
    "origin_of": "briefs",
    "plan": "dismantling",
    "probe": "looking",
    "reproduce": "briefs",
    "retain": "forgetting",
    "run": "action_day",
    "stats": "holdings",
    "strategies": "dismantling",
    "template": "imports",
    "verify_casebook": "verifying",
    "watch": "looking",
    "withdraw": "judging",
    "without_day": "measuring",
    "write_scenario": "scenario",
}


def __getattr__(name: str) -> object:
    """Load an action on first use."""
    if name not in _FILES:
        raise AttributeError(name)
    return getattr(import_module(f"actionday.playbook.{_FILES[name]}"), name)
