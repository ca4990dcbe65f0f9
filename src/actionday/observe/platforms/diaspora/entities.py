"""Federation entities of a diaspora* archive to frames.

Keys were read in diaspora's `archive-format.json` and diaspora_federation's `federation_entities.json`. Of the user only
what `ARCHIVE` names is picked: the private key, the e-mail address, settings and contacts are not even decoded. Texts are Markdown
and stay as written, but for mentions: ``@{Name; user@pod}`` becomes ``@user@pod``.
"""

from typing import Any

import polars as pl

from actionday.observe.fediverse_names import address_subjects
from actionday.observe.tabular.jsonlists import Rows
from actionday.observe.timelines import MEDIA, NOTES, PEOPLE, Block, framed

LIMITED = "that only chosen contacts may read"
UNTOLD = "whose audience is not told, since the post they answer is not in the file"
_TEXT = "VARCHAR"
_PHOTO = [{"entity_data": dict.fromkeys(("remote_photo_name", "width", "height"), _TEXT)}]
ENTITY: dict[str, Any] = {
    "entity_type": _TEXT,
    "entity_data": {
        **dict.fromkeys(("author", "guid", "created_at", "text", "parent_guid", "root_author", "root_guid"), _TEXT),
        "public": "BOOLEAN",
        "photos": _PHOTO,
    },
}
"""A post, a comment, a like or a vote, of which `entity_type` says which it is."""

ARCHIVE: dict[str, Any] = {
    "version": _TEXT,
    "user": {
        "username": _TEXT,
        "profile": {"entity_data": dict.fromkeys(("author", "first_name", "last_name", "bio"), _TEXT)},
    },
}
GUIDS: dict[str, Any] = {"entity_type": _TEXT, "entity_data": {"guid": _TEXT, "author": _TEXT, "public": "BOOLEAN"}}
NO_POSTS = pl.DataFrame(schema={"parent": pl.UInt64, "venue": pl.Categorical})
"""What `public_posts` finds where there are none."""

_MENTION = r"@\{(?:[^{};]*;)?\s*([\w.-]+@[\w.:-]+)\s*\}"


def mentions(texts: pl.Expr) -> pl.Expr:
    """Diaspora's mentions as ``@user@pod``."""
    return texts.str.replace_all(_MENTION, "@$1")


def has_comments(rows: Rows) -> bool:
    """Whether any of the entities is a comment, whose readers only its post tells."""
    return bool(rows.frame.height) and bool((rows.frame["entity_type"] == "comment").any())


def public_posts(rows: Rows) -> pl.DataFrame:
    """Of the posts that everybody may read the guids' hashes (`parent`) and the authors' addresses (`venue`)."""
    data = pl.col("entity_data").struct
    reshare = pl.col("entity_type") == "reshare"
    shown = rows.frame.filter(data.field("public").fill_null(value=False) | reshare)
    guid, author = data.field("guid").hash(7).alias("parent"), data.field("author").cast(pl.Categorical).alias("venue")
    return shown.filter(data.field("guid").is_not_null()).select(guid, author)


def notes_of(rows: Rows, public: pl.DataFrame) -> Block:
    """Posts, reshares and comments; likes and votes are passed over.

    A comment stands where its post stands, and may be read by whoever may read that: `public` is what `public_posts` found.
    """
    data = pl.col("entity_data").struct
    kinds = ("status_message", "reshare", "comment")
    frame = rows.frame.filter(pl.col("entity_type").is_in(kinds)).with_columns(
        data.field(name).alias(name)
        for name in ("author", "guid", "created_at", "text", "parent_guid", "root_author", "public", "photos")
    )
    frame = frame.with_columns(pl.col("parent_guid").hash(7).alias("parent"))
    frame = frame.join(public.unique("parent", keep="first"), on="parent", how="left", maintain_order="left")
    comment = pl.col("entity_type") == "comment"
    frame = frame.with_columns(
        address_subjects(frame["venue"], "diaspora").alias("venue"),
        address_subjects(frame["author"], "diaspora").alias("who"),
        address_subjects(frame["root_author"], "diaspora").alias("of"),
    )
    return Block(
        framed(
            frame,
            NOTES,
            row=pl.col("row"),
            native=pl.col("guid"),
            author=pl.col("who"),
            channel=pl.when(comment).then("venue"),
            at=pl.col("created_at"),
            text=mentions(pl.col("text")),
            reply_to=pl.when(comment).then("parent_guid"),
            forward=pl.col("entity_type") == "reshare",
            of=pl.col("of"),
            media=_media(),
            hidden=pl.when(comment)
            .then(pl.when(pl.col("venue").is_null()).then(pl.lit(UNTOLD)))
            .when(pl.col("entity_type") == "status_message")
            .then(pl.when(~pl.col("public").fill_null(value=False)).then(pl.lit(LIMITED))),
        ),
        refused=rows.refused,
    )


def _media() -> pl.Expr:
    photo = pl.element().struct.field("entity_data").struct
    made = pl.struct(
        pl.lit("photo").alias("kind"),
        photo.field("remote_photo_name").alias("name"),
        pl.lit(None, pl.String).alias("mime"),
        pl.lit(None, pl.Int64).alias("size"),
        photo.field("width").cast(pl.Int32, strict=False).alias("width"),
        photo.field("height").cast(pl.Int32, strict=False).alias("height"),
        pl.lit(None, pl.Float64).alias("seconds"),
    )
    return pl.col("photos").list.eval(made.cast(MEDIA))


def person_of(rows: Rows) -> pl.DataFrame:
    """The archive's owner."""
    about = pl.col("user").struct.field("profile").struct.field("entity_data").struct
    frame = rows.frame.with_columns(
        about.field(name).alias(name) for name in ("author", "first_name", "last_name", "bio")
    )
    frame = frame.with_columns(address_subjects(frame["author"], "diaspora").alias("who")).drop_nulls("who")
    name = pl.concat_str(
        [pl.when(pl.col(part) != "").then(part) for part in ("first_name", "last_name")],
        separator=" ",
        ignore_nulls=True,
    )
    return framed(
        frame,
        PEOPLE,
        subject=pl.col("who"),
        kind=pl.lit("user"),
        handle=pl.col("who").str.extract(r"^diaspora:account:(.+)$", 1),
        display_name=pl.when(name != "").then(name),
        bio=pl.when(pl.col("bio") != "").then(mentions(pl.col("bio"))),
    )
