"""Writes staged tables as tweets of the API v1.1, ``tweets.jsonl``.

Carried: tweets, retweets with the account they come from, links, files, authors' profiles; times to the second. Left out:
views, accounts that tweeted nothing, service messages.
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.twitter.rows import people_of, posts_of, urls, v1_media, v1_time


def write(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """One object a line."""
    posts = posts_of(rows)
    if not posts.height:
        return []
    people = people_of(rows).with_columns(v1_time("created_at").alias("born"))
    by = people.select(owner="native", by=_user(pl.col("native"), pl.col("handle"), pl.col("display_name"), full=True))
    of = people.select(
        of="native", of_user=_user(pl.col("native"), pl.col("handle"), pl.col("display_name"), full=True)
    )
    posts = posts.join(by, on="owner", how="left", maintain_order="left")
    posts = posts.join(of, on="of", how="left", maintain_order="left")
    bare = _user(pl.col("owner"), pl.lit(None, pl.String), pl.lit(None, pl.String), full=False)
    origin = _user(pl.col("of"), pl.col("of_handle"), pl.col("forward_name"), full=False)
    forward = pl.col("kind") == "forward"
    entities = pl.struct(urls(pl.col("hrefs")).alias("urls"))
    again = pl.struct(
        pl.col("text").alias("full_text"), entities.alias("entities"), pl.coalesce("of_user", origin).alias("user")
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tweets.jsonl"
    posts.select(
        v1_time("at").alias("created_at"),
        pl.col("native").alias("id_str"),
        pl.col("text").alias("full_text"),
        entities.alias("entities"),
        pl.struct(v1_media(pl.col("files")).alias("media")).alias("extended_entities"),
        pl.col("reply_to").alias("in_reply_to_status_id_str"),
        pl.coalesce("by", bare).alias("user"),
        pl.when(forward).then(again).alias("retweeted_status"),
        pl.col("language").alias("lang"),
    ).write_ndjson(path)
    return [path]


def _user(native: pl.Expr, handle: pl.Expr, name: pl.Expr, *, full: bool) -> pl.Expr:
    nothing = pl.lit(None, pl.String)
    return pl.struct(
        native.alias("id_str"),
        handle.alias("screen_name"),
        name.alias("name"),
        (pl.col("bio") if full else nothing).alias("description"),
        (pl.col("followers") if full else pl.lit(None, pl.Int64)).alias("followers_count"),
        (pl.col("born") if full else nothing).alias("created_at"),
    )
