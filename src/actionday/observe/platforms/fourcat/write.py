"""Write Telegram posts as 4CAT's CSV. It has no place for post kinds other than forwards, so service messages stay out."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

_TIME = "%Y-%m-%d %H:%M:%S"


def write_csv(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``4cat-telegram.csv``. Channels and authors are known by id; names come from the profile tables given."""
    table = rows.get("posts")
    if table is None:
        return []
    posts = pl.DataFrame(table).filter((pl.col("platform") == "telegram") & (pl.col("kind") != "service"))
    if not posts.height:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    posts = _with_media(_with_profiles(posts, rows), rows)
    path = folder / "4cat-telegram.csv"
    posts.select(_columns()).write_csv(path, line_terminator="\n")
    return [path]


def _native(column: str) -> pl.Expr:
    return pl.col(column).str.extract(r"^telegram:[a-z]+:@?(.*)$", 1)


def _with_profiles(posts: pl.DataFrame, rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    names = {"subject": pl.String(), "handle": pl.String(), "display_name": pl.String(), "kind": pl.String()}
    table = rows.get("accounts")
    known = pl.DataFrame(table).select(list(names)) if table is not None else pl.DataFrame(schema=names)
    known = known.unique("subject", keep="last", maintain_order=True)
    known = known.rename({"handle": "a_handle", "display_name": "a_name", "kind": "a_kind"})
    return posts.join(known, left_on="author", right_on="subject", how="left", maintain_order="left")


def _with_media(posts: pl.DataFrame, rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    names = {"channel": pl.String(), "post": pl.String(), "kind": pl.String(), "name": pl.String()}
    table = rows.get("media")
    media = pl.DataFrame(table).select(list(names)) if table is not None else pl.DataFrame(schema=names)
    media = media.unique(["channel", "post"], keep="first", maintain_order=True)
    media = media.rename({"post": "native", "kind": "m_kind", "name": "m_name"})
    return posts.join(media, on=["channel", "native"], how="left", maintain_order="left")


def _columns() -> list[pl.Expr]:
    seconds = pl.col("at").dt.epoch("s")
    channel = _native("channel")
    by_id = pl.col("forward_from").str.extract(r"^telegram:channel:(\d+)$", 1)
    # 4CAT gives a channel's name beside its id; the reader takes that as the sign of a channel
    name = pl.coalesce("forward_name", by_id)
    return [
        pl.concat_str(channel, pl.lit("-"), "native").alias("id"),
        channel.alias("thread_id"),
        channel.alias("chat"),
        _native("author").alias("author"),
        pl.col("a_handle").alias("author_username"),
        pl.col("a_name").alias("author_name"),
        pl.when(pl.col("a_kind") == "bot").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("author_is_bot"),
        pl.col("text").alias("body"),
        pl.col("reply_to").is_not_null().cast(pl.String).alias("is_reply"),
        pl.col("reply_to"),
        pl.col("views"),
        pl.col("at").dt.strftime(_TIME).alias("timestamp"),
        seconds.alias("unix_timestamp"),
        pl.col("edited_at").dt.strftime(_TIME).alias("timestamp_edited"),
        pl.col("edited_at").dt.epoch("s").alias("unix_timestamp_edited"),
        pl.when(pl.col("kind") == "forward").then(name).alias("author_forwarded_from_name"),
        pl.col("forward_from").str.extract(r"^telegram:@(.*)$", 1).alias("author_forwarded_from_username"),
        by_id.alias("author_forwarded_from_id"),
        pl.when(pl.col("kind") == "forward").then(pl.col("at").dt.strftime(_TIME)).alias("timestamp_forwarded_from"),
        pl.when(pl.col("kind") == "forward").then(seconds).alias("unix_timestamp_forwarded_from"),
        _hrefs(),
        pl.col("m_kind").alias("attachment_type"),
        pl.lit("").alias("attachment_data"),
        pl.col("m_name").alias("attachment_filename"),
    ]


def _hrefs() -> pl.Expr:
    return pl.col("hrefs").list.first().alias("link_attached")
