"""Rows of Friendica's exports to frames: items of the backup, the account itself.

Column names were read in Friendica's UserExport and Item (ITEM_FIELDLIST). Of the account only what is named in `ACCOUNT` is
picked: keys, password hashes, e-mail address, settings and contacts are not even decoded. Times are Friendica's own: UTC.
"""

from typing import Any

import polars as pl

from actionday.observe.fediverse_names import actor_subjects, author_subjects
from actionday.observe.platforms.friendica.bbcode import plain_text
from actionday.observe.tabular.jsonlists import Rows
from actionday.observe.timelines import NOTES, PEOPLE, Block, framed

PRIVATE = "that only chosen contacts may read"
_TEXT = "VARCHAR"
ITEM: dict[str, Any] = dict.fromkeys(
    [
        "uri",
        "guid",
        "thr-parent",
        "created",
        "edited",
        "verb",
        "gravity",
        "private",
        "deleted",
        "title",
        "content-warning",
        "body",
        "language",
        "author-link",
        "author-name",
        "author-network",
        "owner-link",
    ],
    _TEXT,
)
"""An item: a post, a comment or an activity about one."""

ACCOUNT: dict[str, Any] = {
    "baseurl": _TEXT,
    "user": dict.fromkeys(("nickname", "username", "register_date", "account-type", "page-flags"), _TEXT),
}
PROFILE: dict[str, Any] = {"about": _TEXT, "homepage": _TEXT, "net-publish": _TEXT}

_ACTIVITY, _FORUMS = "3", ("2", "3", "4", "5")
_SHARE = r"(?i)(?:/share|#Announce)$"
_QUOTED = r"(?i)^\s*\[share[^\]]*\bprofile='([^']+)'"
_NETWORKS = {"apub": "mastodon", "dspr": "diaspora", "stat": "gnusocial"}


def notes_of(rows: Rows) -> Block:
    """Posts, comments and shares; likes and other activities are passed over, as are items that are deleted."""
    frame = rows.frame.filter(pl.col("deleted").fill_null("0") == "0")
    share = pl.col("verb").str.contains(_SHARE).fill_null(value=False)
    frame = frame.filter((pl.col("gravity").fill_null("0") != _ACTIVITY) | share)
    quoted = frame["body"].str.extract(_QUOTED, 1)
    plain = plain_text(frame["body"].to_arrow())
    frame = frame.with_columns(
        pl.Series("text", plain.text, dtype=pl.String),
        pl.Series("hrefs", plain.hrefs, dtype=pl.List(pl.String)),
        subjects(frame["author-link"], frame["author-network"]).alias("author"),
        subjects(frame["owner-link"], pl.Series([None], dtype=pl.String).new_from_index(0, len(frame))).alias(
            "channel"
        ),
        author_subjects(quoted).alias("of"),
        quoted.is_not_null().alias("quotes"),
    )
    given = [pl.when(pl.col(name) != "").then(name) for name in ("title", "content-warning", "text")]
    parent, edited = pl.col("thr-parent"), pl.col("edited")
    return Block(
        framed(
            frame,
            NOTES,
            row=pl.col("row"),
            native=pl.col("uri"),
            author=pl.col("author"),
            channel=pl.col("channel"),
            at=pl.col("created"),
            edited_at=pl.when(edited != pl.col("created")).then(edited),
            text=pl.concat_str(given, separator="\n\n", ignore_nulls=True),
            hrefs=pl.col("hrefs"),
            language=pl.when(pl.col("language").str.contains(r"^[A-Za-z-]{2,35}$")).then("language"),
            reply_to=pl.when(parent != pl.col("uri")).then(parent),
            forward=share | pl.col("quotes"),
            of=pl.col("of"),
            hidden=pl.when(~pl.col("private").fill_null("1").is_in(("0", "2"))).then(pl.lit(PRIVATE)),
        ),
        refused=rows.refused,
    )


def subjects(links: pl.Series, networks: pl.Series) -> pl.Series:
    """Accounts by their profile's address; Friendica's own ``/profile/name``, other networks as Friendica tells them."""
    named = actor_subjects(links)
    frame = pl.DataFrame({"s": named, "n": networks})
    told = pl.col("n").replace_strict(_NETWORKS, default=None, return_dtype=pl.String)
    whole = pl.when(told.is_not_null() & (pl.col("s").str.extract("^([a-z]+):", 1) == "lemmy")).then(
        pl.concat_str(told, pl.col("s").str.strip_prefix("lemmy"))
    )
    return frame.select(pl.coalesce(whole, "s")).to_series()


def person_of(account: Rows, about: str | None) -> pl.DataFrame:
    """The exported account's profile."""
    user, base = pl.col("user").struct, pl.col("baseurl").str.strip_chars_end("/")
    frame = account.frame.filter(user.field("nickname").is_not_null() & pl.col("baseurl").is_not_null())
    page = frame.select(pl.concat_str(base, pl.lit("/profile/"), user.field("nickname"))).to_series()
    frame = frame.with_columns(author_subjects(page).alias("subject")).drop_nulls("subject")
    return framed(
        frame,
        PEOPLE,
        subject=pl.col("subject"),
        kind=pl.lit("user"),
        handle=pl.col("subject").str.extract(r"^friendica:account:(.+)$", 1),
        display_name=user.field("username"),
        bio=pl.lit(about, pl.String),
        created_at=user.field("register_date"),
    )
