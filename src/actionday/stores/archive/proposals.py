"""The tables of linking: what was proposed, and with which weights. Part of the contract in `schemas`."""

from actionday.stores.archive.specs import F64, I64, TIME, S
from actionday.stores.archive.specs import column as _f
from actionday.stores.archive.specs import declared as _spec

PROPOSALS = _spec(
    "proposals",
    "Which later subject may be whose return, as one model scored it. A lead, never a ground: nothing here was judged.",
    [
        _f("subject", S, null=False),  # the one that ended first
        _f("target", S, null=False),
        _f("relation", S, null=False),  # successor | backup | sibling | same_operator | rename
        _f("probability", F64),
        _f("weight", F64),  # log2 of the odds
        _f("evidence", S),  # JSON: the level of each family that is not absent
        _f("rule", S, null=False),  # scored | same_id
        _f("model", S, null=False),  # see link_models
        _f("at", TIME, null=False),
    ],
    ("subject", "target", "relation", "at"),
    ("subject", "target"),
    free=("evidence",),
)

LINK_MODELS = _spec(
    "link_models",
    "Weights that proposals were scored with, what they were trained on, and the thresholds and rules of the run.",
    [
        _f("model", S, null=False),
        _f("at", TIME, null=False),
        _f("weights", S, null=False),  # JSON
        _f("data", S, null=False),  # JSON: the version of every table that was read
        _f("rules", S, null=False),  # JSON: threshold, independent groups, blocking and what it cut
        _f("pairs", I64),
        _f("proposals", I64),
    ],
    ("model", "at"),
)
