"""The only room that chains verbs, a file per action: import, measure, brief; the bundled scenario; forget; reproduce.

Every function takes `Settings`, a `Clock` and a progress from outside and returns plain values for a door to render.
Actions are loaded on first use: a look at the archive or an erasure should not wait for compiled statistics, nor the
scenario for a query engine. Not for: how any one step works, that is the verbs' own business.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from actionday.playbook.case_orders import LeadOrder, ReadingOrder, Reason, UnitOrder
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
    from actionday.playbook.agreeing import readers_agree
    from actionday.playbook.alarms import seal, threat, threat_receipt
    from actionday.playbook.assessing import add_leads, assess_queue, grounds, open_case
    from actionday.playbook.briefs import brief, origin_of, reproduce
    from actionday.playbook.campaigning import (
        PlanOrder,
        ask_units,
        drop_target,
        open_items,
        plan_campaign,
        step_campaign,
        unit_answered,
    )
    from actionday.playbook.collecting import collect
    from actionday.playbook.copies import duplicates
    from actionday.playbook.counting import casework
    from actionday.playbook.dismantling import plan, strategies
    from actionday.playbook.doors import (
        as_they_are,
        confirm,
        first_person,
        invitation,
        invite,
        join,
        new_second_factor,
        requests,
        set_second_factor,
        sign_in,
    )
    from actionday.playbook.enrolling import add_person, change_person, make_person_key, people
    from actionday.playbook.exchanging import export_list, import_list, share_key
    from actionday.playbook.following import campaign_status
    from actionday.playbook.forgetting import forget, retain
    from actionday.playbook.freezing import freeze_campaign
    from actionday.playbook.handing import add_evidence, copy_evidence
    from actionday.playbook.holding import hold_target, holds, lift_hold
    from actionday.playbook.holdings import stats
    from actionday.playbook.imports import formats, import_exports, inspect, template
    from actionday.playbook.intaking import (
        Reply,
        Said,
        answer_received,
        import_authorities,
        list_received,
        open_sealed,
        preserve,
        report_received,
        show_received,
        step_received,
        take_files,
    )
    from actionday.playbook.judging import judge, judge_none, lineage, withdraw
    from actionday.playbook.known import import_known
    from actionday.playbook.linking import link_evaluate, link_explain, link_returns, link_run
    from actionday.playbook.looking import probe, watch
    from actionday.playbook.looks import audit_looks, look_up
    from actionday.playbook.mailbox import watch_contact_point
    from actionday.playbook.matching import match
    from actionday.playbook.measuring import measure, without_day
    from actionday.playbook.pictures import draw_calibration, draw_pair
    from actionday.playbook.publishing import feed_of, publish_cases
    from actionday.playbook.queueing import link_agreement, link_draw, link_queue
    from actionday.playbook.reading import (
        case_history,
        close_case,
        contest,
        decide_contest,
        escalate,
        hand_on,
        read_case,
        release_case,
        undo_reading,
    )
    from actionday.playbook.referring import (
        Delivered,
        DraftOrder,
        answer_referral,
        approve_referrals,
        draft_referrals,
        referral_status,
        release_referral,
        send_referrals,
        settle_referral,
        take_referrals,
    )
    from actionday.playbook.requesting import RequestOrder, contest_reference, decide_reference, subject_request
    from actionday.playbook.scenario import write_scenario
    from actionday.playbook.units import set_up, unit_here
    from actionday.playbook.verifying import ledger_entries, make_checkpoint, verify_casebook

__all__ = [
    "MEASURES",
    "Asked",
    "BriefOrder",
    "Delivered",
    "DraftOrder",
    "DrawOrder",
    "JudgingOrder",
    "LeadOrder",
    "LinkOrder",
    "NoneOrder",
    "PlanOrder",
    "ReadingOrder",
    "Reason",
    "Reply",
    "RequestOrder",
    "Said",
    "StrategyOrder",
    "UnitOrder",
    "actions",
    "add_evidence",
    "add_leads",
    "add_person",
    "answer_received",
    "answer_referral",
    "approve_referrals",
    "as_they_are",
    "ask_units",
    "assess_queue",
    "audit_looks",
    "brief",
    "campaign_status",
    "case_history",
    "casework",
    "change_person",
    "close_case",
    "collect",
    "confirm",
    "contest",
    "contest_reference",
    "copy_evidence",
    "decide_contest",
    "decide_reference",
    "draft_referrals",
    "draw_calibration",
    "draw_pair",
    "drop_target",
    "duplicates",
    "escalate",
    "export_list",
    "feed_of",
    "first_person",
    "forget",
    "formats",
    "freeze_campaign",
    "grounds",
    "hand_on",
    "hold_target",
    "holds",
    "import_authorities",
    "import_exports",
    "import_known",
    "import_list",
    "inspect",
    "invitation",
    "invite",
    "join",
    "judge",
    "judge_none",
    "ledger_entries",
    "lift_hold",
    "lineage",
    "link_agreement",
    "link_draw",
    "link_evaluate",
    "link_explain",
    "link_queue",
    "link_returns",
    "link_run",
    "list_received",
    "look_up",
    "make_checkpoint",
    "make_person_key",
    "match",
    "measure",
    "new_second_factor",
    "open_case",
    "open_items",
    "open_sealed",
    "origin_of",
    "people",
    "plan",
    "plan_campaign",
    "preserve",
    "probe",
    "publish_cases",
    "read_case",
    "readers_agree",
    "referral_status",
    "release_case",
    "release_referral",
    "report_received",
    "reproduce",
    "requests",
    "retain",
    "run",
    "seal",
    "send_referrals",
    "set_second_factor",
    "set_up",
    "settle_referral",
    "share_key",
    "show_received",
    "sign_in",
    "stats",
    "step_campaign",
    "step_received",
    "strategies",
    "subject_request",
    "take_files",
    "take_referrals",
    "template",
    "threat",
    "threat_receipt",
    "undo_reading",
    "unit_answered",
    "unit_here",
    "verify_casebook",
    "watch",
    "watch_contact_point",
    "withdraw",
    "without_day",
    "write_scenario",
]

_FILES = {
    "Delivered": "referring",
    "DraftOrder": "referring",
    "PlanOrder": "campaigning",
    "Reply": "intaking",
    "RequestOrder": "requesting",
    "Said": "intaking",
    "add_evidence": "handing",
    "add_leads": "assessing",
    "add_person": "enrolling",
    "answer_received": "intaking",
    "answer_referral": "referring",
    "approve_referrals": "referring",
    "as_they_are": "doors",
    "ask_units": "campaigning",
    "assess_queue": "assessing",
    "audit_looks": "looks",
    "brief": "briefs",
    "campaign_status": "following",
    "case_history": "reading",
    "casework": "counting",
    "change_person": "enrolling",
    "close_case": "reading",
    "collect": "collecting",
    "confirm": "doors",
    "contest": "reading",
    "contest_reference": "requesting",
    "copy_evidence": "handing",
    "decide_contest": "reading",
    "decide_reference": "requesting",
    "draft_referrals": "referring",
    "draw_calibration": "pictures",
    "draw_pair": "pictures",
    "drop_target": "campaigning",
    "duplicates": "copies",
    "escalate": "reading",
    "export_list": "exchanging",
    "feed_of": "publishing",
    "first_person": "doors",
    "forget": "forgetting",
    "formats": "imports",
    "freeze_campaign": "freezing",
    "grounds": "assessing",
    "hand_on": "reading",
    "hold_target": "holding",
    "holds": "holding",
    "import_authorities": "intaking",
    "import_exports": "imports",
    "import_known": "known",
    "import_list": "exchanging",
    "inspect": "imports",
    "invitation": "doors",
    "invite": "doors",
    "join": "doors",
    "judge": "judging",
    "judge_none": "judging",
    "ledger_entries": "verifying",
    "lift_hold": "holding",
    "lineage": "judging",
    "link_agreement": "queueing",
    "link_draw": "queueing",
    "link_evaluate": "linking",
    "link_explain": "linking",
    "link_queue": "queueing",
    "link_returns": "linking",
    "link_run": "linking",
    "list_received": "intaking",
    "look_up": "looks",
    "make_checkpoint": "verifying",
    "make_person_key": "enrolling",
    "match": "matching",
    "measure": "measuring",
    "new_second_factor": "doors",
    "open_case": "assessing",
    "open_items": "campaigning",
    "open_sealed": "intaking",
    "origin_of": "briefs",
    "people": "enrolling",
    "plan": "dismantling",
    "plan_campaign": "campaigning",
    "preserve": "intaking",
    "probe": "looking",
    "publish_cases": "publishing",
    "read_case": "reading",
    "readers_agree": "agreeing",
    "referral_status": "referring",
    "release_case": "reading",
    "release_referral": "referring",
    "report_received": "intaking",
    "reproduce": "briefs",
    "requests": "doors",
    "retain": "forgetting",
    "run": "action_day",
    "seal": "alarms",
    "send_referrals": "referring",
    "set_second_factor": "doors",
    "set_up": "units",
    "settle_referral": "referring",
    "share_key": "exchanging",
    "show_received": "intaking",
    "sign_in": "doors",
    "stats": "holdings",
    "step_campaign": "campaigning",
    "step_received": "intaking",
    "strategies": "dismantling",
    "subject_request": "requesting",
    "take_files": "intaking",
    "take_referrals": "referring",
    "template": "imports",
    "threat": "alarms",
    "threat_receipt": "alarms",
    "undo_reading": "reading",
    "unit_answered": "campaigning",
    "unit_here": "units",
    "verify_casebook": "verifying",
    "watch": "looking",
    "watch_contact_point": "mailbox",
    "withdraw": "judging",
    "without_day": "measuring",
    "write_scenario": "scenario",
}


def actions() -> tuple[str, ...]:
    """The names of all actions."""
    return tuple(sorted(_FILES))


def __getattr__(name: str) -> object:
    """Load an action on first use."""
    if name not in _FILES:
        raise AttributeError(name)
    return getattr(import_module(f"actionday.playbook.{_FILES[name]}"), name)
