"""Posts of the diaspora* API v1 to frames. Keys were read in diaspora's `api_v1.json`."""

from typing import Any

import polars as pl

from actionday.observe.fediverse_names import address_subjects
from actionday.observe.platforms.diaspora.entities import LIMITED, mentions
from actionday.observe.tabular.jsonlists import Rows
from actionday.observe.timelines import MEDIA, NOTES, PEOPLE, Block, framed

UNTOLD = "whose audience is not told, since comments do not say it"
_TEXT = "VARCHAR"
_PERSON = dict.fromkeys(("guid", "diaspora_id", "name"), _TEXT)
POST: dict[str, Any] = {
    **dict.fromkeys(("guid", "created_at", "post_type", "title", "body"), _TEXT),
    "public": "BOOLEAN",
    "author": _PERSON,
    "root": {"guid": _TEXT, "author": _PERSON},
    "photos": [
        {"dimensions": {"width": _TEXT, "height": _TEXT}, "sizes": {"raw": _TEXT, "large": _TEXT}},
    ],
    **dict.fromkeys(("diaspora_id", "name", "bio"), _TEXT),
}
"""A post, a comment (it has no `post_type`), or a person (it has `diaspora_id`)."""


def block_of(rows: Rows) -> Block:
    """The posts and people of some objects."""
    frame = rows.frame
    author, root = pl.col("author").struct, pl.col("root").struct.field("author").struct
    said = frame.filter(author.field("diaspora_id").is_not_null())
    said = said.with_columns(
        address_subjects(said.select(author.field("diaspora_id")).to_series(), "diaspora").alias("who"),
        address_subjects(said.select(root.field("diaspora_id")).to_series(), "diaspora").alias("of"),
        root.field("name").alias("of_name"),
    )
    reshare, post = pl.col("post_type") == "Reshare", pl.col("post_type").is_not_null()
    hidden = (
        pl.when(~post)
        .then(pl.lit(UNTOLD))
        .when(~reshare & ~pl.col("public").fill_null(value=False))
        .then(pl.lit(LIMITED))
    )
    notes = framed(
        said,
        NOTES,
        row=pl.col("row"),
        native=pl.col("guid"),
        author=pl.col("who"),
        at=pl.col("created_at"),
        text=mentions(pl.col("body")),
        forward=reshare,
        of=pl.col("of"),
        of_name=pl.when(pl.col("of_name") != "").then("of_name"),
        media=_media(),
        hidden=hidden,
    )
    return Block(notes, _people(frame, said), refused=rows.refused)


def _people(frame: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    author = pl.col("author").struct
    alone = frame.filter(pl.col("diaspora_id").is_not_null()).select("diaspora_id", "name", "bio")
    within = said.select(author.field("diaspora_id"), author.field("name"), pl.lit(None, pl.String).alias("bio"))
    people = pl.concat([alone, within]).filter(pl.col("name") != "")
    people = people.with_columns(address_subjects(people["diaspora_id"], "diaspora").alias("who")).drop_nulls("who")
    return framed(
        people,
        PEOPLE,
        subject=pl.col("who"),
        kind=pl.lit("user"),
        handle=pl.col("who").str.extract(r"^diaspora:account:(.+)$", 1),
        display_name=pl.col("name"),
        bio=pl.when(pl.col("bio") != "").then(mentions(pl.col("bio"))),
    )


def _media() -> pl.Expr:
    photo = pl.element().struct
    address = pl.coalesce(photo.field("sizes").struct.field("raw"), photo.field("sizes").struct.field("large"))
    made = pl.struct(
        pl.lit("photo").alias("kind"),
        address.str.extract(r"([^/?#]+)(?:[?#].*)?$", 1).alias("name"),
        pl.lit(None, pl.String).alias("mime"),
        pl.lit(None, pl.Int64).alias("size"),
        photo.field("dimensions").struct.field("width").cast(pl.Int32, strict=False).alias("width"),
        photo.field("dimensions").struct.field("height").cast(pl.Int32, strict=False).alias("height"),
        pl.lit(None, pl.Float64).alias("seconds"),
    )
    return pl.col("photos").list.eval(made.cast(MEDIA))
