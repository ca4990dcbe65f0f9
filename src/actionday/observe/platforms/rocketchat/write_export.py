"""Staged tables as files of `rooms.export`: ``<workspace>/<room>.json``, one object a line, with the mapping beside each.

Carried: words, writers' names, times to the millisecond, files by name, links under titles. Left out: ids, replies, edits, roles,
people known by id alone, forwards and service messages.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.reader import staged_schema

_CHANNEL = r"^rocketchat:channel:([^/\s]+)/([^/\s]+)$"
_AUTHOR = r"^rocketchat:account:[^/]+/(?:@|[^/]+/\d*/)([^/:\s]+)$"


def write(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """A file a room; messages in the order given."""
    posts, made = _posts(rows), []
    folder.mkdir(parents=True, exist_ok=True)
    for number, ((host, room), part) in enumerate(posts.group_by("host", "room", maintain_order=True)):
        plain = re.fullmatch(r"[\w][\w.-]{0,80}", str(room)) and str(room) not in ("messages", "export")
        path = folder / re.sub(r"[^\w.-]", "_", str(host)) / (f"{room}.json" if plain else f"room_{number}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        part.select("msg", "username", "ts", "attachments").write_ndjson(path)
        mapping = path.with_name(path.name + ".map.toml")
        mapping.write_text(f'workspace = "{host}"\nroom = {_quoted(str(room))}\nkind = "channel"\n', "utf-8")
        made += [path, mapping]
    return made


def _quoted(text: str) -> str:
    return "'" + text + "'" if "'" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _posts(rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    posts, media = (pl.DataFrame(rows.get(name, staged_schema(name).empty_table())) for name in ("posts", "media"))
    place = pl.col("channel").str.extract_groups(_CHANNEL)
    shown = posts.filter((pl.col("kind") == "original") & pl.col("channel").str.contains(_CHANNEL)).with_columns(
        place.struct.field("1").alias("host"),
        place.struct.field("2").alias("room"),
        pl.col("author").str.extract(_AUTHOR, 1).alias("username"),
    )
    files = _files(media)
    kept = shown.filter(pl.col("username").is_not_null())
    kept = kept.join(files, on=["channel", "native"], how="left", maintain_order="left")
    return kept.with_columns(_links(kept, files.schema["files"])).select(
        "host",
        "room",
        pl.col("text").alias("msg"),
        "username",
        pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("ts"),
        pl.concat_list(pl.col("files").fill_null([]), pl.col("links").fill_null([])).alias("attachments"),
    )


def _files(media: pl.DataFrame) -> pl.DataFrame:
    """Attachments by message: a picture, a sound, a film by its own keys, any other file by its name."""
    made: dict[str, pl.Expr] = {"type": pl.when(_kind() == "").then(pl.lit("file")), "fileName": pl.col("name")}
    for kind in ("image", "audio", "video"):
        ours = _kind() == kind
        address = pl.concat_str(pl.lit("/file-upload/"), pl.col("name").fill_null("file"))
        made[f"{kind}_url"] = pl.when(ours).then(address)
        made[f"{kind}_type"] = pl.when(ours).then("mime")
        made[f"{kind}_size"] = pl.when(ours).then("size")
    one = pl.struct(pl.lit(None, pl.String).alias("title_link"), *(value.alias(key) for key, value in made.items()))
    grouped = media.sort("position").group_by("channel", "post", maintain_order=True).agg(one.alias("files"))
    return grouped.rename({"post": "native"})


def _links(posts: pl.DataFrame, like: pl.DataType) -> pl.Series:
    """Attachments that are nothing but a link under a title."""
    assert isinstance(like, pl.List)
    assert isinstance(like.inner, pl.Struct)
    empty = [pl.lit(None, field.dtype).alias(field.name) for field in like.inner.fields if field.name != "title_link"]
    return posts.select(
        pl.col("hrefs").list.eval(pl.struct(pl.element().alias("title_link"), *empty)).cast(like).alias("links")
    ).to_series()


def _kind() -> pl.Expr:
    known = pl.col("kind").is_in(["photo", "audio", "video"])
    return pl.when(known).then(pl.col("kind").replace({"photo": "image"})).otherwise(pl.lit(""))
