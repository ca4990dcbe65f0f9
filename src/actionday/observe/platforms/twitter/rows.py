"""What the writers of Twitter's formats can carry of staged tables: posts with their files, accounts by id."""

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

from actionday.observe.reader import staged_schema

_ACCOUNT = r"^twitter:account:([0-9]{1,20})$"
_PROFILE = ("handle", "display_name", "bio", "followers", "created_at")


def posts_of(rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    """Twitter's posts, one a native id, with `owner`, `of` and `of_handle` as bare ids and `files` (list of media rows)."""
    posts = _frame(rows, "posts").with_columns(
        pl.col("channel").str.extract(_ACCOUNT, 1).alias("owner"),
        pl.col("forward_from").str.extract(_ACCOUNT, 1).alias("of"),
        pl.col("forward_from").str.extract(r"^twitter:@(\w{1,20})$", 1).alias("of_handle"),
    )
    numeric = pl.col("native").str.contains(r"^[0-9]{1,20}$")
    posts = posts.filter(pl.col("owner").is_not_null() & numeric & pl.col("kind").is_in(["original", "forward"]))
    posts = posts.unique(["owner", "native"], keep="last", maintain_order=True)
    media = _frame(rows, "media").sort("position")
    fields = [pl.col(name) for name in ("kind", "name", "width", "height", "seconds")]
    files = media.group_by("channel", "post", maintain_order=True).agg(pl.struct(fields).alias("files"))
    joined = posts.join(
        files, left_on=["channel", "native"], right_on=["channel", "post"], how="left", maintain_order="left"
    )
    return joined.with_columns(pl.col("language").fill_null("und"))


def people_of(rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    """Twitter's accounts, the last profile of each: `native` and what `accounts` holds of it."""
    accounts = _frame(rows, "accounts").with_columns(pl.col("subject").str.extract(_ACCOUNT, 1).alias("native"))
    accounts = accounts.filter(pl.col("native").is_not_null())
    return accounts.unique("native", keep="last", maintain_order=True).select("native", *_PROFILE)


def owners_of(rows: Mapping[str, pa.Table], posts: pl.DataFrame) -> list[str]:
    """Ids of the accounts whose own timeline the tables show, in order."""
    held = _frame(rows, "memberships").filter(pl.col("role") == "owner")
    owners = held.filter(pl.col("account") == pl.col("channel"))["account"].str.extract(_ACCOUNT, 1)
    return pl.concat([posts["owner"], owners.rename("owner")]).drop_nulls().unique(maintain_order=True).to_list()


def v1_time(column: str) -> pl.Expr:
    """As the API v1.1 and the archive write times: to the second."""
    return pl.col(column).dt.strftime("%a %b %d %H:%M:%S +0000 %Y")


def iso_time(column: str) -> pl.Expr:
    """As the API v2 writes times: to the millisecond."""
    return pl.col(column).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")


def urls(links: pl.Expr) -> pl.Expr:
    """Links as `entities.urls`."""
    return links.list.eval(pl.struct(pl.element().alias("expanded_url")))


def file_name(name: pl.Expr) -> pl.Expr:
    """A file's name without an archive's folder and the tweet's id before it."""
    return name.str.replace(r"^tweets?_media/[0-9]+-", "")


def v1_media(files: pl.Expr) -> pl.Expr:
    """Files as `extended_entities.media` of the API v1.1."""
    item = pl.element().struct
    millis = (item.field("seconds") * 1000).round().cast(pl.Int64).cast(pl.String)
    one = pl.struct(
        item.field("kind").alias("type"),
        pl.concat_str(pl.lit("https://pbs.twimg.com/media/"), file_name(item.field("name"))).alias("media_url_https"),
        pl.struct(item.field("width").alias("width"), item.field("height").alias("height")).alias("original_info"),
        pl.struct(millis.alias("duration_millis")).alias("video_info"),
    )
    return files.list.eval(one)


def _frame(rows: Mapping[str, pa.Table], name: str) -> pl.DataFrame:
    table = rows.get(name)
    frame = pl.DataFrame(pl.from_arrow(table if table is not None else staged_schema(name).empty_table()))
    return frame.filter(pl.col("platform") == "twitter")
