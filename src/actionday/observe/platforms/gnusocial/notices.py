"""Notices of GNU social's Twitter-like API to frames.

Keys were read in the API's documentation, in clients' models and in published answers, not at a running server. A notice is known by its
`uri` (``tag:host,day:noticeId=1:objectType=note``), where that lacks by its number at the answering server. Times have the server's offset.
"""

from typing import Any

import polars as pl

from actionday.observe.fediverse_names import actor_subjects, author_subjects, fill
from actionday.observe.markup import as_html, plain_text
from actionday.observe.tabular.jsonlists import Rows
from actionday.observe.timelines import MEDIA, NOTES, PEOPLE, Block, framed

PROTECTED = "of accounts that only subscribers may read"
NOT_PUBLIC = "that not everybody may read"
_TEXT = "VARCHAR"
_USER: dict[str, Any] = {
    **dict.fromkeys(
        ("id", "screen_name", "name", "description", "created_at", "url", "statusnet_profile_url", "ostatus_uri"), _TEXT
    ),
    "followers_count": "BIGINT",
    "protected": "BOOLEAN",
}
_NOTICE: dict[str, Any] = {
    **dict.fromkeys(
        ("id", "uri", "text", "statusnet_html", "created_at", "in_reply_to_status_id", "external_url", "scope"), _TEXT
    ),
    "user": _USER,
    "attachments": [{"url": _TEXT, "mimetype": _TEXT, "size": _TEXT}],
}
SHAPE: dict[str, Any] = {**_USER, **_NOTICE, "retweeted_status": _NOTICE}
"""A notice with its user and what it repeats, or a user alone (it has `screen_name`)."""


def block_of(rows: Rows) -> Block:
    """The notices and users of some objects, in the order of the file."""
    frame = rows.frame
    notices = frame.filter(pl.col("user").struct.field("screen_name").is_not_null())
    keys = list(_USER)
    alone = frame.filter(pl.col("screen_name").is_not_null()).select("row", *keys)
    people = pl.concat([alone, _within(notices, pl.col("user"), keys)]).sort("row", maintain_order=True)
    people = people.unique(keys, keep="first", maintain_order=True)
    return Block(_notes(notices), _people(people), refused=rows.refused)


def _within(frame: pl.DataFrame, struct: pl.Expr, keys: list[str]) -> pl.DataFrame:
    return frame.select("row", *(struct.struct.field(key).alias(key) for key in keys))


def subjects(users: pl.DataFrame) -> pl.Series:
    """Accounts by their profile's address ``https://host/name``, else by their numbered URI."""
    page = users["statusnet_profile_url"]
    found = fill(author_subjects(page), _by_page, page)
    return fill(found, actor_subjects, users["ostatus_uri"])


def _by_page(pages: pl.Series) -> pl.Series:
    host, name = (pages.str.extract(r"^https?://([^/?#]+)/([\w.-]+)/?$", n).str.to_lowercase() for n in (1, 2))
    return "gnusocial:account:" + name + "@" + host


def _notes(notices: pl.DataFrame) -> pl.DataFrame:
    inner = pl.col("retweeted_status").struct
    repeat = inner.field("id").is_not_null()
    said = notices.select(
        pl.when(repeat).then(inner.field(key)).otherwise(key).alias(key)
        for key in ("text", "statusnet_html", "attachments")
    )
    bare = pl.Series("bare", as_html(said["text"].to_arrow().cast("string")), dtype=pl.String)
    html = said.with_columns(bare).select(pl.coalesce("statusnet_html", "bare")).to_series()
    plain = plain_text(html.to_arrow())
    keys = ["id", "statusnet_profile_url", "ostatus_uri", "name", "protected"]
    author, of = _within(notices, pl.col("user"), keys), _within(notices, inner.field("user"), keys)
    whole = notices.with_columns(
        said["attachments"].alias("files"),
        pl.Series("said", plain.text, dtype=pl.String),
        pl.Series("hrefs", plain.hrefs, dtype=pl.List(pl.String)),
        subjects(author).alias("who"),
        subjects(of).alias("of"),
        of["name"].alias("of_name"),
        author["protected"].fill_null(value=False).alias("closed"),
    )
    scoped = pl.col("scope").fill_null("0").is_in(("0", "1"))  # everybody, or everybody on that site
    return framed(
        whole,
        NOTES,
        row=pl.col("row"),
        native=pl.coalesce("uri", "id"),
        author=pl.col("who"),
        at=pl.col("created_at"),
        text=pl.col("said"),
        hrefs=pl.col("hrefs"),
        reply_to=pl.when(pl.col("in_reply_to_status_id") != "").then("in_reply_to_status_id"),
        forward=repeat,
        of=pl.col("of"),
        of_name=pl.col("of_name"),
        media=_media(),
        hidden=pl.when("closed").then(pl.lit(PROTECTED)).when(~scoped).then(pl.lit(NOT_PUBLIC)),
    )


def _media() -> pl.Expr:
    """Attached files; pages that a notice links to are attachments too, without being files."""
    item = pl.element().struct
    mime = item.field("mimetype").str.extract(r"^([\w.+-]+/[\w.+-]+)", 1)
    top = mime.str.extract(r"^(image|video|audio)/", 1)
    made = pl.struct(
        top.replace({"image": "photo"}).fill_null("file").alias("kind"),
        item.field("url").str.extract(r"([^/?#]+)(?:[?#].*)?$", 1).alias("name"),
        mime.alias("mime"),
        item.field("size").cast(pl.Int64, strict=False).alias("size"),
        pl.lit(None, pl.Int32).alias("width"),
        pl.lit(None, pl.Int32).alias("height"),
        pl.lit(None, pl.Float64).alias("seconds"),
    )
    page = item.field("mimetype").str.starts_with("text/html").fill_null(value=True)
    return pl.col("files").list.eval(pl.element().filter(~page)).list.eval(made.cast(MEDIA))


def _people(people: pl.DataFrame) -> pl.DataFrame:
    who = subjects(people)
    return framed(
        people.with_columns(who.alias("who")).filter(pl.col("who").is_not_null() & pl.col("name").is_not_null()),
        PEOPLE,
        subject=pl.col("who"),
        kind=pl.lit("user"),
        handle=pl.coalesce(pl.col("who").str.extract(r"^[a-z]+:account:([^/]+@[^/]+)$", 1), "screen_name"),
        display_name=pl.when(pl.col("name") != "").then("name"),
        bio=pl.when(pl.col("description") != "").then("description"),
        followers=pl.col("followers_count"),
        created_at=pl.col("created_at"),
    )
