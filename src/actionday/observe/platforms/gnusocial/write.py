"""Staged tables as answers of GNU social's API: ``user_timeline.json`` and ``users.json``.

Carried: posts on accounts' own timelines, text, hrefs, replies, forwards with their source, files, profiles. Not carried: edits,
language, views, fractions of seconds, sizes of pictures, addresses that are not ``name@host``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.markup import as_html
from actionday.observe.reader import staged_schema
from actionday.observe.tabular import jsontext

SUBJECT = r"^gnusocial:account:[\w.-]+@[^@/\s]+$"
_HREFS = pa.list_(pa.string())


def write_timeline(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write the files that have rows."""
    posts, people = posts_of(rows), people_of(rows)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, frame, made in (("user_timeline", posts, _notice()), ("users", people, _user("subject", profile=True))):
        if frame.height:
            path = folder / f"{name}.json"
            with path.open("wb") as file:
                for piece in _pieces(frame, made):
                    file.write(piece)
            paths.append(path)
    return paths


def posts_of(rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    """Posts that can be carried, with `html` and `files`."""
    posts, media = _table(rows, "posts"), _table(rows, "media")
    own = (pl.col("channel") == pl.col("author")) & pl.col("channel").str.contains(SUBJECT)
    source = (pl.col("kind") != "forward") | pl.col("forward_from").str.contains(SUBJECT)
    posts = posts.filter((own & source & (pl.col("kind") != "service")).fill_null(value=False))
    posts = posts.unique(["channel", "native"], keep="last", maintain_order=True)
    html = as_html(posts["text"].to_arrow().cast(pa.string()), posts["hrefs"].to_arrow().cast(_HREFS))
    files = (
        media.sort("position").group_by("channel", "post", maintain_order=True).agg(pl.struct(pl.all()).alias("files"))
    )
    posts = posts.with_columns(pl.Series("html", html, dtype=pl.String))
    return posts.join(
        files, left_on=["channel", "native"], right_on=["channel", "post"], how="left", maintain_order="left"
    )


def people_of(rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    """Profiles that can be carried."""
    return _table(rows, "accounts").filter(pl.col("subject").str.contains(SUBJECT))


def page(subject: pl.Expr) -> pl.Expr:
    """``https://host/name`` of a subject."""
    parts = subject.str.extract_groups(r"^[a-z]+:account:([^@]+)@(.+)$").struct
    return pl.concat_str(pl.lit("https://"), parts.field("2"), pl.lit("/"), parts.field("1"))


def stamp(at: pl.Expr, offset: pl.Expr) -> pl.Expr:
    """Twitter's way to write a time, at its offset in minutes (0 where none is known)."""
    minutes = offset.fill_null(0).cast(pl.Int64)
    wall = (at + pl.duration(minutes=minutes)).dt
    hours, rest = (minutes.abs() // 60).cast(pl.String), (minutes.abs() % 60).cast(pl.String)
    sign = pl.when(minutes < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    zone = pl.concat_str(sign, hours.str.zfill(2), rest.str.zfill(2))
    return pl.concat_str(wall.strftime("%a %b %d %H:%M:%S "), zone, wall.strftime(" %Y"))


def _table(rows: Mapping[str, pa.Table], name: str) -> pl.DataFrame:
    table = rows.get(name)
    return pl.DataFrame(table if table is not None else staged_schema(name).empty_table())


def _pieces(frame: pl.DataFrame, made: pl.Expr) -> Iterator[bytes]:
    lead = b"["
    for piece in jsontext.slices(frame):
        yield lead + ",\n".join(piece.select(made).to_series().to_list()).encode()
        lead = b",\n"
    yield b"]\n"


def _user(subject: str, *, profile: bool) -> pl.Expr:
    who = pl.col(subject)
    about = [
        pl.col("display_name").fill_null("").alias("name"),
        pl.col("bio").alias("description"),
        pl.col("followers").alias("followers_count"),
        stamp(pl.col("created_at"), pl.lit(0)).alias("created_at"),
    ]
    keys = [who.str.extract(r":account:([^@]+)@", 1).alias("screen_name"), page(who).alias("statusnet_profile_url")]
    return jsontext.objects(*keys, *(about if profile else []))


def _notice() -> pl.Expr:
    repeat = pl.col("kind") == "forward"
    files = jsontext.value(pl.col("files").list.eval(_file()))
    inner = jsontext.objects(pl.lit(0).alias("id"), pl.col("html").alias("statusnet_html"))
    inner = jsontext.with_member(inner, "attachments", files)
    named = jsontext.with_member(_user("forward_from", profile=False), "name", jsontext.value(pl.col("forward_name")))
    inner = jsontext.with_member(inner, "user", named)
    notice = jsontext.objects(
        pl.col("native").alias("uri"),
        stamp(pl.col("at"), pl.col("at_offset")).alias("created_at"),
        pl.col("reply_to").alias("in_reply_to_status_id"),
        pl.when(~repeat).then("html").alias("statusnet_html"),
        pl.lit(None).alias("statusnet_conversation_id"),
    )
    notice = jsontext.with_member(notice, "user", _user("author", profile=False))
    notice = jsontext.with_member(notice, "attachments", pl.when(~repeat).then(files))
    return jsontext.with_member(notice, "retweeted_status", pl.when(repeat).then(inner))


def _file() -> pl.Expr:
    item = pl.element().struct
    kinds = {"photo": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg"}
    usual = item.field("kind").replace_strict(kinds, default="application/octet-stream")
    return pl.struct(
        item.field("name").alias("url"), pl.coalesce(item.field("mime"), usual).alias("mimetype"), item.field("size")
    )
