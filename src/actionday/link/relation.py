"""What a pair of one operator is to each other, decided by timing and place alone.

`same_operator`: on another platform · `successor`: begins after the other ended · `backup`: opened at most `READY` days
before the end and took over after it (most of its posting) · `sibling`: concurrent · `rename`: one id, two handles. A link
from one to the other makes no backup: siblings link to each other all the time. Not for: whether they are of one operator
(`score`).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from actionday.link.compare import Pairs
from actionday.link.frame import Frame
from actionday.records import Relation

SLACK = 0.25
"""Days by which a later one may seem to begin before the end and still count as begun after it: clocks, confirming looks."""

READY = 90.0
"""Days that a backup may stand ready. What is older than that and outlives the other stood beside it."""

_ORDER = (Relation.SUCCESSOR, Relation.BACKUP, Relation.SIBLING, Relation.SAME_OPERATOR)


def relations(frame: Frame, pairs: Pairs) -> NDArray[np.object_]:
    """The relation of each pair, given that it is of one operator."""
    earlier, later = pairs
    ended, begun, busy = frame.ended[earlier], frame.begun[later], frame.busy[later]
    after = begun >= ended - SLACK
    opened = begun >= ended - READY
    took_over = opened & (busy >= ended - SLACK)
    elsewhere = frame.platform[earlier] != frame.platform[later]
    code = np.where(elsewhere, 3, np.where(after, 0, np.where(took_over & np.isfinite(ended), 1, 2)))
    return np.array([relation.value for relation in _ORDER], dtype=object)[code]


def renames(frame: Frame) -> pa.Table:
    """Subjects that had several handles: subject, handles. The same native id, so nobody has to judge it."""
    names = frame.profiles.names
    handles = names.filter(pc.equal(names["what"], "handle")).group_by("subject").aggregate([("text", "distinct")])
    several = handles.filter(pc.greater(pc.list_value_length(handles["text_distinct"]), 1))
    ids = frame.profiles.subjects["subject"].take(several["subject"])
    return pa.table({"subject": ids, "handles": several["text_distinct"]}).sort_by("subject")
