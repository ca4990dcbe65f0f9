"""Staged tables as answers of the REST API: ``statuses.json`` and ``accounts.json``.

Carried: what `write` carries, followers besides, and times to the microsecond. Not carried: attributes of the archive that
the API has no key for (file sizes, MIME types, offsets).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.markup import as_html
from actionday.observe.platforms.mastodon.write import actor_uri, carried, file_of
from actionday.observe.tabular import jsontext


def write_answers(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write the files that have rows."""
    posts, people, moves = carried(rows)
    moves = moves.filter((pl.col("kind") == "move") & pl.col("at").is_null())
    moves = moves.unique("subject", keep="first", maintain_order=True).select("subject", pl.col("target").alias("new"))
    lacking = moves.filter(~pl.col("subject").is_in(people["subject"].implode())).select("subject")
    people = pl.concat([people, lacking], how="diagonal").join(moves, on="subject", how="left", maintain_order="left")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    if posts.height:
        statuses = (piece.select(_status()).to_series() for piece in jsontext.slices(posts))
        paths.append(file_of(folder / "statuses.json", b"[", statuses, b"]\n"))
    if people.height:
        paths.append(file_of(folder / "accounts.json", b"[", _accounts(people), b"]\n"))
    return paths


def _acct(subject: pl.Expr) -> pl.Expr:
    return subject.str.extract(r"^[a-z]+:account:(.+)$", 1)


def _who(subject: pl.Expr) -> list[pl.Expr]:
    return [_acct(subject).alias("acct"), actor_uri(subject).alias("uri")]


def _status() -> pl.Expr:
    boost = pl.col("kind") == "forward"
    of = pl.struct(*_who(pl.col("forward_from")), pl.col("forward_name").alias("display_name"))
    inner = pl.struct(
        pl.lit("").alias("uri"),
        pl.col("html").alias("content"),
        pl.lit("").alias("spoiler_text"),
        "language",
        of.alias("account"),
        pl.when(boost).then(pl.col("files").list.eval(_file())).alias("media_attachments"),
    )
    status = jsontext.objects(
        pl.col("native").alias("uri"),
        jsontext.times(pl.col("at")).alias("created_at"),
        jsontext.times(pl.col("edited_at")).alias("edited_at"),
        pl.col("reply_to").alias("in_reply_to_id"),
        pl.lit("").alias("spoiler_text"),
        pl.lit("public").alias("visibility"),
        "language",
        pl.when(boost).then(pl.lit("")).otherwise("html").alias("content"),
        pl.struct(*_who(pl.col("author"))).alias("account"),
        pl.when(boost).then(inner).alias("reblog"),
    )
    return jsontext.with_member(status, "media_attachments", jsontext.value(pl.col("files").list.eval(_file())))


def _file() -> pl.Expr:
    item = pl.element().struct
    size = pl.struct(
        item.field("width").alias("width"),
        item.field("height").alias("height"),
        item.field("seconds").alias("duration"),
    )
    kinds = {"photo": "image", "video": "video", "audio": "audio"}
    return pl.struct(
        item.field("kind").replace_strict(kinds, default="unknown").alias("type"),
        item.field("name").alias("url"),
        pl.struct(size.alias("original")).alias("meta"),
    )


def _accounts(people: pl.DataFrame) -> Iterator[pl.Series]:
    for piece in jsontext.slices(people):
        notes = pl.Series("bio_html", as_html(piece["bio"].to_arrow().cast(pa.string())), dtype=pl.String)
        yield (
            piece.with_columns(notes)
            .select(
                jsontext.objects(
                    *_who(pl.col("subject")),
                    "display_name",
                    pl.col("bio_html").alias("note"),
                    jsontext.times(pl.col("created_at")).alias("created_at"),
                    pl.col("followers").alias("followers_count"),
                    pl.lit(0).alias("statuses_count"),
                    (pl.col("kind") == "bot").alias("bot"),
                    pl.when(pl.col("new").is_not_null()).then(pl.struct(*_who(pl.col("new")))).alias("moved"),
                )
            )
            .to_series()
        )
