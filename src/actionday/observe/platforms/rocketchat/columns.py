"""Shapes of Rocket.Chat's JSON and what is picked out of it the same way in every format. Not for: whose words they are."""

from typing import Any

import polars as pl

from actionday.observe.timelines import MEDIA

_TEXT = "VARCHAR"
ATTACHMENT: dict[str, Any] = dict.fromkeys(
    (
        "title",
        "title_link",
        "image_url",
        "image_type",
        "image_size",
        "audio_url",
        "audio_type",
        "audio_size",
        "video_url",
        "video_type",
        "video_size",
        "fileName",
        "type",
    ),
    _TEXT,
)
_FILES = (("image", "photo"), ("audio", "audio"), ("video", "video"))


def when(column: str) -> pl.Expr:
    """A time as text: ISO 8601, or the digits of ``{"$date": 1574416800123}``."""
    return pl.coalesce(pl.col(column).str.extract(r'^\{\s*"\$date"\s*:\s*(\d{1,16})\s*\}$', 1), column)


def attached(column: str) -> pl.Expr:
    """Files among attachments."""
    item = pl.element().struct
    is_file = pl.any_horizontal(
        *(item.field(f"{key}_url").is_not_null() for key, _ in _FILES), item.field("type") == "file"
    )
    made = pl.struct(
        _first((item.field(f"{key}_url").is_not_null(), pl.lit(kind)) for key, kind in _FILES).alias("kind"),
        pl.coalesce(item.field("fileName"), item.field("title")).alias("name"),
        _mime(pl.coalesce(item.field(f"{key}_type") for key, _ in _FILES)).alias("mime"),
        pl.coalesce(item.field(f"{key}_size") for key, _ in _FILES).cast(pl.Int64, strict=False).alias("size"),
        pl.lit(None, pl.Int32).alias("width"),
        pl.lit(None, pl.Int32).alias("height"),
        pl.lit(None, pl.Float64).alias("seconds"),
    )
    return pl.col(column).list.eval(pl.element().filter(is_file)).list.eval(made.cast(MEDIA))


def listed_files(column: str) -> pl.Expr:
    """Files of a message: `name`, `type`, `size`."""
    item = pl.element().struct
    top = item.field("type").str.extract(r"^(image|audio|video)/", 1)
    made = pl.struct(
        top.replace({"image": "photo"}).fill_null("file").alias("kind"),
        item.field("name").alias("name"),
        _mime(item.field("type")).alias("mime"),
        item.field("size").cast(pl.Int64, strict=False).alias("size"),
        pl.lit(None, pl.Int32).alias("width"),
        pl.lit(None, pl.Int32).alias("height"),
        pl.lit(None, pl.Float64).alias("seconds"),
    )
    return pl.col(column).list.drop_nulls().list.eval(made.cast(MEDIA))


def links(column: str) -> pl.Expr:
    """Links under attachments' titles that lead somewhere else than to an upload."""
    item = pl.element()
    out = item.struct.field("title_link").filter(item.struct.field("title_link").str.contains(r"^https?://"))
    found = pl.col(column).list.eval(out).list.unique(maintain_order=True)
    return pl.when(found.list.len() > 0).then(found)


def _first(cases: Any) -> pl.Expr:  # noqa: ANN401 - pairs of condition and value
    chosen = pl.lit("file")
    for condition, value in reversed(list(cases)):
        chosen = pl.when(condition).then(value).otherwise(chosen)
    return chosen


def _mime(value: pl.Expr) -> pl.Expr:
    return value.str.extract(r"^([\w.+-]+/[\w.+-]+)$", 1)
