"""Writes staged tables as the API v2 answers: ``tweets.jsonl``, flattened as twarc does, and ``users.jsonl``, pages of users.

Carried: tweets, retweets with the account they come from, links, files, views, accounts; times to the millisecond. Left
out: ids of the originals of retweets, which the archive does not hold, and service messages.
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.twitter.rows import file_name, iso_time, people_of, posts_of, urls

_PAGE = 100
_NO_TEXT = pl.lit(None, pl.String)


def write(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """One tweet a line, one page of users a line."""
    posts = posts_of(rows)
    people = people_of(rows)
    users = people.select("native", user=_user())
    made = []
    folder.mkdir(parents=True, exist_ok=True)
    if posts.height:
        made.append(folder / "tweets.jsonl")
        _tweets(posts, users).write_ndjson(made[-1])
    quiet = users.filter(~pl.col("native").is_in(pl.concat([posts["owner"], posts["of"]]).drop_nulls().implode()))
    if quiet.height:
        made.append(folder / "users.jsonl")
        pages = quiet.group_by(pl.int_range(pl.len()) // _PAGE, maintain_order=True).agg(pl.col("user").alias("data"))
        pages.select("data").write_ndjson(made[-1])
    return made


def _user() -> pl.Expr:
    return pl.struct(
        pl.col("native").alias("id"),
        pl.col("handle").alias("username"),
        pl.col("display_name").alias("name"),
        pl.col("bio").alias("description"),
        iso_time("created_at").alias("created_at"),
        pl.struct(pl.col("followers").alias("followers_count")).alias("public_metrics"),
    )


def _tweets(posts: pl.DataFrame, users: pl.DataFrame) -> pl.DataFrame:
    posts = posts.join(users.select(owner="native", by="user"), on="owner", how="left", maintain_order="left")
    posts = posts.join(users.select(of="native", origin="user"), on="of", how="left", maintain_order="left")
    forward = pl.col("kind") == "forward"
    entities = pl.struct(urls(pl.col("hrefs")).alias("urls"))
    handle = pl.coalesce("of_handle", pl.col("origin").struct.field("username"))
    by_text = pl.concat_str(pl.lit("RT @"), handle, pl.lit(": "), pl.col("text"))
    return posts.select(
        pl.col("native").alias("id"),
        pl.when(forward).then(pl.coalesce(by_text, "text")).otherwise(pl.col("text")).alias("text"),
        pl.col("owner").alias("author_id"),
        iso_time("at").alias("created_at"),
        pl.col("language").alias("lang"),
        entities.alias("entities"),
        pl.struct(_media().alias("media")).alias("attachments"),
        _references(forward, entities),
        pl.struct(pl.col("views").alias("impression_count")).alias("public_metrics"),
        pl.col("by").alias("author"),
    )


def _references(forward: pl.Expr, entities: pl.Expr) -> pl.Expr:
    """The tweet passed on, its text and author with it, and the tweet answered."""
    nothing = pl.lit(None, pl.String)
    bare = pl.struct(
        pl.col("of").alias("id"),
        pl.col("of_handle").alias("username"),
        pl.col("forward_name").alias("name"),
        nothing.alias("description"),
        nothing.alias("created_at"),
        pl.struct(pl.lit(None, pl.Int64).alias("followers_count")).alias("public_metrics"),
    )
    author = pl.coalesce("origin", bare)
    again = pl.struct(
        pl.lit("retweeted").alias("type"),
        _NO_TEXT.alias("id"),
        pl.col("text").alias("text"),
        pl.col("of").alias("author_id"),
        entities.alias("entities"),
        author.alias("author"),
    )
    reply = pl.struct(
        pl.lit("replied_to").alias("type"),
        pl.col("reply_to").alias("id"),
        _NO_TEXT.alias("text"),
        _NO_TEXT.alias("author_id"),
        pl.when(False).then(entities).alias("entities"),
        pl.when(False).then(author).alias("author"),
    )
    both = pl.concat_list(pl.when(forward).then(again), pl.when(pl.col("reply_to").is_not_null()).then(reply))
    return both.list.drop_nulls().alias("referenced_tweets")


def _media() -> pl.Expr:
    item = pl.element().struct
    one = pl.struct(
        item.field("kind").alias("type"),
        pl.concat_str(pl.lit("https://pbs.twimg.com/media/"), file_name(item.field("name"))).alias("url"),
        item.field("width").alias("width"),
        item.field("height").alias("height"),
        (item.field("seconds") * 1000).round().cast(pl.Int64).alias("duration_ms"),
    )
    return pl.col("files").list.eval(one)
