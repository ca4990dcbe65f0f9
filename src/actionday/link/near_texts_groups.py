"""`link duplicates`: groups of posts that say the same or nearly the same, from the archive's fingerprints; no text is needed.

Identical texts are one text from the start (a digest), so a text sent a hundred thousand times costs no comparison. A group is a lead:
slogans, news and quotations are copied by people who have nothing to do with each other. Not for: who came back (`compare`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.link.near_texts import Forest, near_texts
from actionday.link.near_texts_archive import Sketches, WholeSets, sets_of, sketches_of
from actionday.records import Progress
from actionday.stores.archive.view import View

CHANNELS_NAMED = 20
"""Venues of a group that are named, those with most of its posts first; the others are counted."""

LEAD = "a group is a lead, not a ground: news, slogans and quotations are copied too"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look for: the threshold, how many groups to show, and what makes whole sets of kept texts (None: none are kept)."""

    threshold: float
    limit: int
    whole: WholeSets | None = None


def duplicates(view: View, asked: Asked, progress: Progress) -> dict[str, Any]:
    """Groups of posts, largest first. Keys: see docs/guide/duplicates.md. Raises UsageError for a threshold out of range."""
    progress.phase("reading fingerprints", None, "steps")
    sketches = sketches_of(view)
    of = _sets(view, sketches, asked.whole)
    forest = near_texts(sketches.minwise, sketches.sizes, of, asked.threshold, progress)
    progress.phase("gathering posts", None, "steps")
    members = _members(view, sketches, forest)
    listed, found = _listed(view, members, asked.limit)
    proofs = _proofs(forest, sketches, pa.array([row["key"] for row in listed], pa.binary()))
    exact = int(np.count_nonzero(forest.ties["exact"].to_numpy()))
    return {
        "threshold": asked.threshold,
        "texts": len(sketches.sizes),
        "alike": {"texts": len(forest.texts), "groups": len(np.unique(forest.groups)),
                  "exact": exact, "estimated": len(forest.ties) - exact},
        "groups": found,
        "shown": [_shown(one, proofs) for one in listed],
        "lead": LEAD,
    }  # fmt: skip


def _sets(view: View, sketches: Sketches, whole: WholeSets | None) -> Callable[..., Any]:
    return lambda numbers: sets_of(view, sketches, numbers, whole)


def _members(view: View, sketches: Sketches, forest: Forest) -> Any:  # noqa: ANN401 - ibis ships no types
    """One row a post: `key` (digest that names the group), `digest`, `channel`, `native`, `at`. An edited post counts once a text."""
    prints, posts = view.table("fingerprints"), view.table("posts")
    sketched = prints.filter((prints.kind == "text") & prints.minhash.notnull()).select(digest="digest")
    named = {"digest": sketches.named(forest.texts), "key": sketches.named(forest.groups)}
    groups = ibis.memtable(pa.table({name: column.cast(pa.binary()) for name, column in named.items()}))
    said = posts.select("channel", "native", "at", digest="text_sha256").semi_join(sketched, "digest")
    told = said.left_join(groups, "digest").drop("digest_right")
    told = told.mutate(key=ibis.coalesce(told.key, told.digest))
    return told.group_by("key", "digest", "channel", "native").agg(at=told["at"].min())


def _listed(view: View, members: Any, limit: int) -> tuple[list[dict[str, Any]], int]:  # noqa: ANN401
    """The largest groups of at least two posts, each with its first post and its venues; and how many groups there are."""
    whole = members.group_by("key", "channel", "native").agg(at=members["at"].min())
    sizes = whole.group_by("key").agg(
        posts=whole.count(), channels=whole.channel.nunique(), first_at=whole["at"].min(), last_at=whole["at"].max()
    )
    sizes = sizes.filter(sizes.posts > 1)
    count = int(view.arrow(sizes.count()).as_py())
    top = view.arrow(sizes.order_by(ibis.desc("posts"), "first_at", "key").limit(limit))
    chosen = ibis.memtable(pa.table({"key": top["key"].cast(pa.binary())}))
    some = members.semi_join(chosen, "key")
    texts = {row["key"]: row["texts"] for row in _rows(view, some.group_by("key").agg(texts=some.digest.nunique()))}
    order = ibis.row_number().over(ibis.window(group_by="key", order_by=["at", "channel", "native", "digest"]))
    first = some.mutate(place=order).filter(lambda t: t.place == 0).drop("place")
    firsts = {row["key"]: row for row in _rows(view, first)}
    per = whole.semi_join(chosen, "key")
    per = per.group_by("key", "channel").agg(posts=per.count(), first_at=per["at"].min())
    rank = ibis.row_number().over(ibis.window(group_by="key", order_by=[ibis.desc("posts"), "first_at", "channel"]))
    venues: dict[bytes, list[dict[str, Any]]] = {}
    for row in _rows(view, per.mutate(place=rank).filter(lambda t: t.place < CHANNELS_NAMED).order_by("key", "place")):
        venues.setdefault(row["key"], []).append({name: row[name] for name in ("channel", "posts", "first_at")})
    rows = top.to_pylist()
    return [
        {**row, "texts": texts[row["key"]], "first": firsts[row["key"]], "by": venues[row["key"]]} for row in rows
    ], count


def _rows(view: View, expression: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    rows: list[dict[str, Any]] = view.arrow(expression).to_pylist()
    return rows


def _proofs(forest: Forest, sketches: Sketches, keys: pa.Array) -> dict[bytes, dict[str, Any]]:
    """By group of these: whether all its ties are exact, and its weakest. Groups without a tie are copies of one text."""
    places = np.searchsorted(forest.texts, forest.ties["a"].to_numpy())
    ties = forest.ties.append_column("key", sketches.named(forest.groups[places]).cast(pa.binary()))
    ties = ties.filter(pc.is_in(ties["key"], keys))
    found = ties.group_by("key").aggregate([("jaccard", "min"), ("exact", "all")]).to_pylist()
    return {
        row["key"]: {
            "proof": "exact" if row["exact_all"] else "estimated",
            "least_jaccard": round(row["jaccard_min"], 4),
        }
        for row in found
    }


def _shown(row: dict[str, Any], proofs: dict[bytes, dict[str, Any]]) -> dict[str, Any]:
    """A group as it is told: the earliest post stands for it; how sure its weakest tie is."""
    first = row["first"]
    representative = {
        "channel": first["channel"],
        "post": first["native"],
        "at": first["at"],
        "text_sha256": first["digest"].hex(),
    }
    proof = proofs.get(row["key"], {"proof": "identical", "least_jaccard": 1.0})
    rest = {name: row[name] for name in ("posts", "texts", "channels", "first_at", "last_at", "by")}
    return {"representative": representative, **rest, **proof}
