"""The two frames every Twitter reader makes of a block: tweets and profiles. Their columns, and how lists are picked.

Times stay text here; `staging` reads them. Not for: the archive's columns.
"""

import polars as pl

MEDIA = pl.Struct({"kind": pl.String, "name": pl.String, "width": pl.Int32, "height": pl.Int32, "seconds": pl.Float64})
TWEETS: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.Int64,
    "native": pl.String,
    "author": pl.String,  # native id
    "at": pl.String,
    "text": pl.String,
    "lang": pl.String,
    "reply_to": pl.String,
    "views": pl.Int64,
    "retweet": pl.Boolean,
    "of": pl.String,  # native id of the account whose tweet is passed on
    "of_handle": pl.String,
    "of_name": pl.String,
    "hrefs": pl.List(pl.String),
    "media": pl.List(MEDIA),
    "folder": pl.String,  # where an archive keeps its files, as <folder>/<tweet id>-<name>
    "closed": pl.Boolean,  # by an account that shows its tweets to followers only
}
PROFILES: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.Int64,
    "native": pl.String,
    "handle": pl.String,
    "display_name": pl.String,
    "bio": pl.String,
    "followers": pl.Int64,
    "created_at": pl.String,
    "withheld": pl.List(pl.String),
}


def listed(values: pl.Expr) -> pl.Expr:
    """A list without nulls and repeats, in its order; null where nothing is left."""
    kept = values.list.drop_nulls().list.unique(maintain_order=True)
    return pl.when(kept.list.len() > 0).then(kept)


def last_piece(address: pl.Expr) -> pl.Expr:
    """The file's name at the end of an address."""
    return address.str.extract(r"([^/?#]+)(?:[?#].*)?$", 1)
