"""What a person is shown of a subject before judging: names, profile and times as they were seen. Not for: any score."""

from collections.abc import Iterable
from typing import Any

import ibis

from actionday.stores.archive.view import View

_SHOWN = ("handle", "name", "bio", "language", "size", "created_at", "seen_at")


def faces(view: View, subjects: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By subject: every handle and name it ever had, its newest profile text, language and size, and when it was seen (UTC).

    A subject of which no profile was ever seen has empty lists and None.
    """
    asked = sorted(set(subjects))
    accounts, channels = view.table("accounts"), view.table("channels")
    both = ibis.union(
        accounts.select("subject", "handle", name="display_name", bio="bio", language="language", size="followers",
                        created_at="created_at", seen_at="seen_at"),
        channels.select("subject", "handle", name="title", bio="description", language="language", size="members",
                        created_at="created_at", seen_at="seen_at"),
    )  # fmt: skip
    rows = both.filter(both.subject.isin(asked)).order_by("subject", "seen_at", *_SHOWN[:5])
    found = {one: _nobody() for one in asked}
    for row in view.arrow(rows).to_pylist():
        face = found[row["subject"]]
        for part, name in (("handles", "handle"), ("names", "name")):
            if row[name] is not None and row[name] not in face[part]:
                face[part].append(row[name])
        face |= {name: row[name] for name in ("bio", "language", "size") if row[name] is not None}
        face["created_at"] = face["created_at"] or row["created_at"]
        face["first_seen"] = face["first_seen"] or row["seen_at"]
        face["last_seen"] = row["seen_at"] or face["last_seen"]
        found[row["subject"]] = face
    return found


def _nobody() -> dict[str, Any]:
    empty = dict.fromkeys(("bio", "language", "size", "created_at", "first_seen", "last_seen"))
    return {"handles": [], "names": [], **empty}
