"""The table of pairs that were drawn to be judged; a part of the contract in `schemas`. Not for: the answers, see the casebook."""

from actionday.stores.archive.specs import F64, TIME, S
from actionday.stores.archive.specs import column as _f
from actionday.stores.archive.specs import declared as _spec

LINK_DRAWS = _spec(
    "link_draws",
    "Pairs drawn to be judged, a row a pair and person, with the probability of having been drawn and what a model said then. "
    "Nobody who judges is shown probability, weight or part before the answer.",
    [
        _f("draw", S, null=False),  # random id of the drawn pair, the same for both of two coders
        _f("subject", S, null=False),  # the one that ended first
        _f("target", S, null=False),
        _f("coder", S, null=False),  # id of the person who is asked
        _f("part", S, null=False),  # proposal | below | known
        _f("sampling", F64, null=False),  # probability with which the pair was drawn, within its part and band
        _f("relation", S, null=False),  # what timing says, should they be of one operator
        _f("probability", F64, null=False),
        _f("weight", F64, null=False),  # log2 of the odds
        _f("evidence", S, null=False),  # JSON: the level of each family that is not absent
        _f("ended_at", TIME),  # when the subject ended; the newest is handed out first
        _f("model", S, null=False),  # see link_models
        _f("at", TIME, null=False),  # the round; pairs of one round were drawn together
    ],
    ("draw", "coder"),
    ("subject", "target"),
    free=("evidence",),
)
