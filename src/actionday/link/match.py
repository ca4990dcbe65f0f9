"""`link match`: what was seen here that a list knows. A match is a lead for a person to look at, never a finding.

Compared are the SHA-256 and MD5 of media, PDQ hashes of images within 31 bits (both of quality 50 at least), the SHA-256 of texts, and URLs.
Never compared is what was imported under an order or consent (`private_basis`). Content that a negative list knows is matched with nothing. A hash that
hits more than the policy's number or share of posts is flooding: it says nothing about any of them, so it is shown and not matched.
The whole archive is compared each time, so that matches of hashes that were withdrawn, or flood by now, are taken back. Not for: deciding.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import numpy as np
import polars as pl
import pyarrow as pa

from actionday.link.known import by_kind
from actionday.link.match_urls import url_hits
from actionday.link.pdq_index import BYTES, LEAST_QUALITY, PdqIndex
from actionday.records import UsageError
from actionday.stores.archive.schemas import MATCHES
from actionday.stores.archive.view import View

KEY = ("channel", "post", "what", "position", "list", "kind", "value")
"""What makes two rows of `matches` speak of the same match."""

LEAD = "a match is a lead, not a finding: lists err, and a copy may report, mourn or refute; a person looks at each"
FLOOD = "flood guard: this hash hits too much to say anything of a post; not matched"

_HIT = (
    "what",
    "row",
    "channel",
    "post",
    "platform",
    "at",
    "position",
    "list",
    "kind",
    "value",
    "label",
    "distance",
    "negative",
)


@dataclass(frozen=True, slots=True)
class FloodPolicy:
    """A hash floods when it hits more than `number` posts, or more than `least` and more than `share` of all posts."""

    number: int = 1_000
    share: float = 0.01
    least: int = 20

    def __post_init__(self) -> None:
        if self.number < 1 or self.least < 1 or not 0 < self.share <= 1:
            raise UsageError("a flood is more than a number of posts (1 or more) or a share of them (above 0, up to 1)")


@dataclass(frozen=True, slots=True)
class Found:
    """What stands now: `matches` (the archive's columns up to distance), `floods` (list, kind, value, posts), how many hits a negative list undid."""

    matches: pa.Table
    floods: list[dict[str, Any]]
    harmless: int


def find(view: View, policy: FloodPolicy) -> Found:
    """Compare everything that may be compared with every standing listing."""
    known = by_kind(view)
    hits = _hits(view, known)
    if not hits:
        return Found(MATCHES.payload.empty_table().select(_columns()), [], 0)
    all_hits = reduce(lambda left, right: left.union(right), hits)
    harmless = all_hits.filter(all_hits.negative).select("what", "row").distinct()
    good = all_hits.filter(~all_hits.negative)
    kept = good.anti_join(harmless, ["what", "row"])
    undone = int(view.arrow(good.semi_join(harmless, ["what", "row"]).count()).as_py())
    floods = _floods(view, kept, policy)
    flooding = ibis.memtable(pa.Table.from_pylist(floods, schema=_FLOODS)).select("list", "kind", "value")
    calm = kept.anti_join(flooding, ["list", "kind", "value"]).select(*_HIT)
    shared = {name: calm[name].arbitrary() for name in ("platform", "at", "label")}
    rows = calm.group_by(*KEY).agg(**shared, distance=calm.distance.min())
    table = view.arrow(rows.order_by(*KEY).select(_columns()))
    return Found(table.cast(pa.schema([MATCHES.payload.field(name) for name in _columns()])), floods, undone)


_FLOODS = pa.schema(
    [*(pa.field(name, pa.string()) for name in ("list", "kind", "value")), pa.field("posts", pa.int64())]
)


def _columns() -> list[str]:
    return MATCHES.payload.names[: MATCHES.payload.names.index("state")]


def _hits(view: View, known: dict[str, pl.DataFrame]) -> list[Any]:
    """Expressions with the columns `_HIT`, one for each way to compare that has something to compare with."""
    media, posts, links = (_open(view, name) for name in ("media", "posts", "links"))
    found = []
    if "sha256" in known:
        found.append(_equal(media, "sha256", known["sha256"], what="media"))
        said = posts.mutate(post=posts.native, position=ibis.null("int16"))
        found.append(_equal(said, "text_sha256", known["sha256"], what="text"))
    if "md5" in known:
        found.append(_equal(media, "md5", known["md5"], what="media"))
    if "pdq" in known and (near := _near(view, known["pdq"])) is not None:
        found.append(_chosen(media.drop("kind").join(near, media.sha256 == near.digest), what="media"))
    found += [_chosen(one, what="link") for one in url_hits(links, known)]
    return found


def _open(view: View, name: str) -> Any:  # noqa: ANN401 - ibis ships no types
    """A table without what was imported under an order or consent."""
    ingests = view.table("ingests")
    private = ingests.filter(ingests.options.contains('"private_basis":')).select("ingest").distinct()
    return view.table(name).anti_join(private, "ingest")


def _equal(seen: Any, column: str, known: pl.DataFrame, what: str) -> Any:  # noqa: ANN401
    listed = ibis.memtable(known.to_arrow().cast(_listed(pa.binary())))
    return _chosen(seen.drop("kind").join(listed, seen[column] == listed.key), what=what)


def _listed(key: pa.DataType) -> pa.Schema:
    texts = [pa.field(name, pa.string()) for name in ("list", "kind", "value", "label")]
    return pa.schema([*texts, pa.field("negative", pa.bool_()), pa.field("key", key)])


def _chosen(joined: Any, what: str) -> Any:  # noqa: ANN401
    if "distance" not in joined.columns:
        joined = joined.mutate(distance=ibis.null("int16"))
    return joined.mutate(what=ibis.literal(what)).select(*_HIT)


def _near(view: View, known: pl.DataFrame) -> Any:  # noqa: ANN401
    """Digests of images within reach of a known PDQ hash, with what is known; None when there is no such image."""
    fit = known.filter(pl.col("key").bin.size() == BYTES)
    index = PdqIndex(np.frombuffer(b"".join(fit["key"].to_list()), np.uint8).reshape(len(fit), BYTES))
    prints = view.table("fingerprints")
    clear = (prints.kind == "image") & prints.pdq.notnull() & (prints.quality >= LEAST_QUALITY)
    images = view.batches(prints.filter(clear).select("digest", "pdq"))
    pieces = list(_near_images(index, fit.drop("key"), images))
    if not pieces:
        return None
    return ibis.memtable(pa.concat_tables(pieces))


def _near_images(index: PdqIndex, known: pl.DataFrame, images: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    for batch in images:
        hashes = np.frombuffer(batch["pdq"].cast(pa.binary(BYTES)).buffers()[1] or b"", np.uint8).reshape(-1, BYTES)
        hits = index.search(hashes[: len(batch)])
        if not len(hits.query):
            continue
        table = (
            known[hits.hash]
            .to_arrow()
            .cast(pa.schema([field for field in _listed(pa.binary()) if field.name != "key"]))
        )
        table = table.append_column("digest", batch["digest"].take(pa.array(hits.query)))
        yield table.append_column("distance", pa.array(hits.distance, pa.int16()))


def _floods(view: View, hits: Any, policy: FloodPolicy) -> list[dict[str, Any]]:  # noqa: ANN401
    """Listings that hit too many posts, the worst first."""
    posts = int(view.arrow(_open(view, "posts").count()).as_py())
    whole = hits.select("list", "kind", "value", "channel", "post").distinct()
    counted = whole.group_by("list", "kind", "value").agg(posts=whole.count())
    many = (counted.posts > policy.number) | ((counted.posts > policy.least) & (counted.posts > policy.share * posts))
    rows = view.arrow(counted.filter(many).order_by(ibis.desc("posts"), "list", "kind", "value"))
    found: list[dict[str, Any]] = rows.to_pylist()
    return found


def standing(view: View) -> Any:  # noqa: ANN401
    """The matches that stand: the newest row of each, unless it says that the match was withdrawn."""
    rows = view.table("matches")
    newest = ibis.row_number().over(ibis.window(group_by=KEY, order_by=[rows.matched_at.desc(), rows.row.desc()]))
    return rows.mutate(place=newest).filter(lambda t: (t.place == 0) & (t.state == "matched")).drop("place")


def changes(view: View, found: Found) -> pl.DataFrame:
    """What to append to `matches` so that what was found stands: the columns up to `why`, without `matched_at`."""
    now = pl.DataFrame(pl.from_arrow(found.matches))
    before = pl.DataFrame(pl.from_arrow(view.arrow(standing(view).select(_columns())))).cast(now.schema)
    fresh = now.join(before, on=list(KEY), how="anti", nulls_equal=True)
    gone = before.join(now, on=list(KEY), how="anti", nulls_equal=True)
    return pl.concat(
        [
            fresh.with_columns(state=pl.lit("matched"), why=pl.lit(None, pl.String)),
            gone.with_columns(state=pl.lit("withdrawn"), why=_reasons(view, found, gone)),
        ]
    )


def _reasons(view: View, found: Found, gone: pl.DataFrame) -> pl.Series:
    listed = pl.concat(
        [frame.select("list", "kind", "value") for frame in by_kind(view).values()]
        or [gone.select("list", "kind", "value")]
    )
    floods = {(one["list"], one["kind"], one["value"]) for one in found.floods}
    known = set(listed.iter_rows()) if len(gone) else set()
    return pl.Series(
        [_reason(row, floods, known) for row in gone.select("list", "kind", "value").iter_rows()], dtype=pl.String
    )


def _reason(row: Sequence[str], floods: set[Any], known: set[Any]) -> str:
    if tuple(row) in floods:
        return "flood guard"
    return "known to be harmless, or no longer here" if tuple(row) in known else "withdrawn from the list"
