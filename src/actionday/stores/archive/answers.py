"""The answers of people about pairs that a file brought; a part of the contract in `schemas`. Not for: what holds, see the casebook."""

import pyarrow as pa

from actionday.stores.archive.specs import F64, TIME, S
from actionday.stores.archive.specs import column as _f
from actionday.stores.archive.specs import declared as _spec

LINK_JUDGEMENTS = _spec(
    "link_judgements",
    "Answers of people about pairs as a file brought them; what holds is in the casebook, where each is recorded once.",
    [
        _f("subject", S, null=False),  # the one that ended
        _f("target", S, null=False),  # the one that may be its return, or belong to it otherwise
        _f("judged", S, null=False),  # positive | negative | unsure | none
        _f("relation", S),  # rename | successor | backup | sibling | same_operator | unrelated
        _f("judged_by", S, null=False),
        _f("judged_at", TIME, null=False),
        _f("why", S),
        _f("sampling", F64),  # probability with which the subject was drawn to be judged; null: not drawn at random
        _f("blind", pa.bool_()),
    ],
    ("subject", "target", "judged_by", "judged_at"),
    ("subject", "target"),
    free=("why",),
)
