"""Is it unlawful, and who says so: leads as they are read, evidence frozen, grounds as data, alarms.

Not for: what happens to a case (`records.case`), or where that is written (`stores.casebook`).
"""

from actionday.assess.alarm import Threat, abuse_notice, threat_message
from actionday.assess.difference import Changed, differences
from actionday.assess.evidence import (
    FOLDER,
    Frozen,
    Origin,
    copy_items,
    drop_evidence,
    files_below,
    forget_evidence,
    keep,
    kept_since,
    read_items,
)
from actionday.assess.freeze import NEWEST, Piece, Wanted, freeze
from actionday.assess.leads import Lead, Read, lines_of, read_leads
from actionday.assess.policy import Authority, Ground, GroundKind, Hotline, Policy, load_policy
from actionday.assess.priority import priority_of, reach_of

__all__ = [
    "FOLDER",
    "NEWEST",
    "Authority",
    "Changed",
    "Frozen",
    "Ground",
    "GroundKind",
    "Hotline",
    "Lead",
    "Origin",
    "Piece",
    "Policy",
    "Read",
    "Threat",
    "Wanted",
    "abuse_notice",
    "copy_items",
    "differences",
    "drop_evidence",
    "files_below",
    "forget_evidence",
    "freeze",
    "keep",
    "kept_since",
    "lines_of",
    "load_policy",
    "priority_of",
    "reach_of",
    "read_items",
    "read_leads",
    "threat_message",
]
