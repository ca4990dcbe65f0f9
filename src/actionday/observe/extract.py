"""Links, invites, handles, addresses and talk of platforms, found in texts and normalised: the one place that does it.

Deterministic and columnar; texts go through in blocks, so that memory does not follow the size of the input.
`docs/links.md` lists what is recognised, with examples. Not for: resolving references to ids (handles change hands; the
archive does that at the time of the mention), and never for opening a link.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pyarrow as pa

from actionday.observe.link_addresses import LOCAL_NAMES, resolve_addresses
from actionday.observe.link_patterns import find_pieces
from actionday.observe.link_talk import HINT, find_talk
from actionday.observe.link_targets import resolve_links
from actionday.stores.archive.schemas import TABLES

BLOCK = 200_000
"""Texts that go through at once."""

FINDS = pa.schema(
    [
        pa.field("row", pa.uint32(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("target", pa.string()),
        pa.field("target_platform", pa.string()),
        pa.field("target_kind", pa.string()),
        pa.field("url", pa.string()),
        pa.field("position", pa.int16(), nullable=False),
    ]
)
"""What `extract_from_texts` returns; `row` is the index into the texts."""

_READ = ["channel", "native", "platform", "author", "at", "kind", "text", "hrefs"]
_TALK = 2
_MAX_POSITION = 32_767
_IS_LINK = r"^(?:[A-Za-z][A-Za-z0-9+.\-*]*(?::|\[:\])//|[^@/\s#!][^@/\s]*[.\])}。．｡][^@/\s]*(?:[/?#]|$))"


def extract_from_texts(texts: pa.Array, *, platforms: pa.Array | None = None) -> pa.Table:
    """All finds in `texts` (strings, nulls allowed), as FINDS, by row and position.

    `platforms` names each text's platform; a bare @name means an account there, and without it nothing. `position`
    counts from 0 within a text: finds in the order of the text, then talk in the order of the platforms' names.
    A text's finds beyond 32,767 are dropped.
    """
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    column = pl.lit(None, pl.String) if platforms is None else pl.Series(platforms, dtype=pl.String)
    frame = frame.with_columns(platform=column, server=pl.lit(None, pl.String))
    return _finds(frame).to_arrow().cast(FINDS)


def extract_links(posts: pa.Table) -> pa.Table:
    """Staged posts (`observe.reader.STAGED_POSTS`) to the archive's `links` payload, in the order of the posts.

    Within a post: what its text holds, then its `hrefs` (one that repeats a link of the same post is left out), then
    talk. `own` says that the post is an original. Raises nothing on odd texts.
    """
    return extract_and_count(posts)[0]


def extract_and_count(posts: pa.Table) -> tuple[pa.Table, pa.Array]:
    """As `extract_links`, and besides how many links each post has (int16, at most 32,767; talk does not count)."""
    frame = pl.DataFrame(pl.from_arrow(posts.select(_READ)))
    needed = frame.select("text", "platform", "hrefs", server=_server())
    finds = _finds(needed)
    rows = finds["row"]
    about = frame.select(
        "channel", pl.col("native").alias("post"), "platform", "author", "at", own=pl.col("kind") == "original"
    )[rows]
    links = pl.concat([about, finds.drop("row")], how="horizontal")
    schema = TABLES["links"].payload
    real = np.bincount(rows.filter(finds["kind"] != "talk").to_numpy(), minlength=len(posts))
    counts = pa.array(np.minimum(real, _MAX_POSITION).astype(np.int16))
    return links.select(schema.names).to_arrow().cast(schema), counts


def _server() -> pl.Expr:
    """The server that a post's channel is on, where names are local to servers (`mastodon:account:user@host`)."""
    local = pl.col("platform").is_in(LOCAL_NAMES)
    return pl.when(local).then(pl.col("channel").str.extract(r"@([^@/:]+)$", 1))


def _finds(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of FINDS for texts with `platform`, `server` and maybe `hrefs`; blocks run side by side."""
    blocks = range(0, max(frame.height, 1), BLOCK)
    if len(blocks) == 1:
        return _block(frame, 0)
    with ThreadPoolExecutor(max_workers=pl.thread_pool_size()) as pool:
        found = pool.map(lambda start: _block(frame.slice(start, BLOCK), start), blocks)
        return pl.concat(found)


def _block(frame: pl.DataFrame, start: int) -> pl.DataFrame:
    """The finds of one block, its first text being number `start`."""
    texts = frame.select("text").with_row_index("row").with_columns(named=pl.col("text").str.contains(HINT))
    pieces = _pieces(texts, frame)
    talk = find_talk(texts.filter("named")).with_row_index("at")
    link = pl.col("piece").str.contains(_IS_LINK)
    links = resolve_links(pieces.filter(link).select("at", "piece"))
    others = pieces.filter(~link)
    context = frame.select("platform", "server")[others["row"]]
    names = resolve_addresses(pl.concat([others.select("at", "piece"), context], how="horizontal"))
    found = pl.concat([links, names])
    found = pl.concat([pieces.select("row", "source")[found["at"]], found], how="horizontal")
    talk = talk.with_columns(source=pl.lit(_TALK, pl.UInt8), kind=pl.lit("talk"))
    found = pl.concat([found, talk], how="diagonal").sort(_order())
    return _numbered(_without_repeats(found)).with_columns(pl.col("row") + start).select(FINDS.names)


def _pieces(texts: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """What may be finds, in order: `at`, `row`, `source` (0 the text, 1 its hrefs) and `piece`."""
    pieces = find_pieces(texts).with_columns(source=pl.lit(0, pl.UInt8))
    if "hrefs" in frame.columns:
        hrefs = frame.select(text="hrefs").with_row_index("row").explode("text").drop_nulls()
        hidden = find_pieces(hrefs.with_columns(named=False)).with_columns(source=pl.lit(1, pl.UInt8))
        pieces = pl.concat([pieces, hidden])
    return pieces.with_row_index("at")


def _order() -> pl.Expr:
    """Row, then source, then the order of finding, in one number."""
    row, source, at = (pl.col(name).cast(pl.UInt64) for name in ("row", "source", "at"))
    return row * 2**34 + source * 2**32 + at


def _without_repeats(found: pl.DataFrame) -> pl.DataFrame:
    """Leaves out hrefs whose link the same text already has."""
    hidden = pl.col("source") == 1
    if not found.select(hidden.any()).item():
        return found
    return found.filter(~hidden | pl.col("url").is_null() | pl.struct("row", "url").is_first_distinct())


def _numbered(found: pl.DataFrame) -> pl.DataFrame:
    """Adds `position`: 0, 1, ... within each row of the sorted finds."""
    index = pl.int_range(pl.len(), dtype=pl.UInt32)
    first = pl.when(pl.col("row").ne_missing(pl.col("row").shift())).then(index).forward_fill()
    found = found.with_columns(position=index - first).filter(pl.col("position") <= _MAX_POSITION)
    return found.with_columns(pl.col("position").cast(pl.Int16))
