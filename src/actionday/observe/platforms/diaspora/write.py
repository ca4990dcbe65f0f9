"""Staged tables as diaspora* archives, one an account, and as a stream of the API.

Carried: posts of accounts on their own timeline, forwards as reshares (their text only in the API), profiles, pictures by name; in
an archive also comments on posts that are in it. Not carried: hrefs (texts are Markdown and hold their links), edits, language, views.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from actionday.observe.reader import staged_schema
from actionday.observe.tabular import jsontext

_SUBJECT = r"^diaspora:account:[\w.-]+@[\w.-]+(?::[0-9]+)?$"


def write_archives(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``NAME_POD_diaspora_data.json`` for each account that has a profile or posts."""
    posts, people = _posts(rows), _table(rows, "accounts").filter(pl.col("subject").str.contains(_SUBJECT))
    there = posts.filter(pl.col("reply_to").is_null()).select("channel", pl.col("native").alias("reply_to"))
    answers = posts.filter(pl.col("reply_to").is_not_null()).join(there, on=["channel", "reply_to"], how="semi")
    posts = pl.concat([posts.filter(pl.col("reply_to").is_null()), answers])
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for owner in pl.concat([posts["channel"], people["subject"]]).unique(maintain_order=True):
        known: list[dict[str, Any] | None] = [*people.filter(pl.col("subject") == owner).to_dicts()]
        said = posts.filter(pl.col("channel") == owner)
        for number, person in enumerate(known or [None]):
            stem = owner.rpartition(":")[2].replace("@", "_") + (f"_{number}" if number else "")
            path = folder / f"{stem}_diaspora_data.json"
            with path.open("wb") as file:
                for piece in _archive(owner, person, said.clear() if number else said):
                    file.write(piece.encode())
            paths.append(path)
    return paths


def write_stream(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``stream.json`` and ``people.json``, where there are rows for them."""
    posts = _posts(rows).filter(pl.col("reply_to").is_null())
    people = _table(rows, "accounts").filter(pl.col("subject").str.contains(_SUBJECT) & (pl.col("display_name") != ""))
    folder.mkdir(parents=True, exist_ok=True)
    person = jsontext.objects(
        pl.lit("").alias("guid"),
        _address("subject").alias("diaspora_id"),
        pl.col("display_name").alias("name"),
        pl.col("bio"),
    )
    paths = []
    for name, frame, made in (("stream", posts, _post()), ("people", people, person)):
        if frame.height:
            (folder / f"{name}.json").write_bytes(("[" + "".join(_listed(frame, made)) + "]\n").encode())
            paths.append(folder / f"{name}.json")
    return paths


def _table(rows: Mapping[str, pa.Table], name: str) -> pl.DataFrame:
    table = rows.get(name)
    return pl.DataFrame(table if table is not None else staged_schema(name).empty_table())


def _posts(rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    posts, media = _table(rows, "posts"), _table(rows, "media").filter(pl.col("kind") == "photo")
    own = (pl.col("channel") == pl.col("author")) | pl.col("reply_to").is_not_null()
    own &= pl.col("channel").str.contains(_SUBJECT) & pl.col("author").str.contains(_SUBJECT)
    source = (pl.col("kind") != "forward") | pl.col("forward_from").str.contains(_SUBJECT)
    posts = posts.filter((own & source & (pl.col("kind") != "service")).fill_null(value=False))
    files = (
        media.sort("position").group_by("channel", "post", maintain_order=True).agg(pl.struct(pl.all()).alias("files"))
    )
    posts = posts.unique(["channel", "native"], keep="last", maintain_order=True)
    return posts.join(
        files, left_on=["channel", "native"], right_on=["channel", "post"], how="left", maintain_order="left"
    )


def _address(column: str) -> pl.Expr:
    return pl.col(column).str.strip_prefix("diaspora:account:")


def _listed(frame: pl.DataFrame, made: pl.Expr) -> Iterator[str]:
    lead = ""
    for piece in jsontext.slices(frame):
        yield lead + ",\n".join(piece.select(made).to_series().to_list())
        lead = ",\n"


def _archive(owner: str, person: Mapping[str, Any] | None, said: pl.DataFrame) -> Iterator[str]:
    address, about = owner.rpartition(":")[2], person or {}
    profile = pl.DataFrame(
        {"author": address if person else None, "first_name": about.get("display_name"), "bio": about.get("bio")},
        schema=dict.fromkeys(("author", "first_name", "bio"), pl.String),
    ).select(jsontext.objects("author", "first_name", "bio"))
    comment, own = pl.col("reply_to").is_not_null(), pl.col("author") == owner
    yield f'{{"user":{{"username":{_quoted(address.partition("@")[0])},'
    yield f'"profile":{{"entity_type":"profile","entity_data":{profile.item()}}},"posts":['
    yield from _listed(said.filter(~comment), _entity())
    yield '],"relayables":['
    yield from _listed(said.filter(comment & own), _entity())
    yield ']},"others_data":{"relayables":['
    yield from _listed(said.filter(comment & ~own), _entity())
    yield '],"posts":[]},"version":"2.0"}\n'


def _quoted(text: str) -> str:
    return str(pl.select(jsontext.value(pl.lit(text))).item())


def _entity() -> pl.Expr:
    reshare, comment = pl.col("kind") == "forward", pl.col("reply_to").is_not_null()
    kind = pl.when(comment).then(pl.lit("comment")).when(reshare).then(pl.lit("reshare"))
    photo = pl.struct(
        pl.element().struct.field("name").alias("remote_photo_name"),
        pl.element().struct.field("width"),
        pl.element().struct.field("height"),
    )
    photos = pl.col("files").list.eval(pl.struct(pl.lit("photo").alias("entity_type"), photo.alias("entity_data")))
    data = jsontext.objects(
        _address("author").alias("author"),
        pl.col("native").alias("guid"),
        jsontext.times(pl.col("at")).alias("created_at"),
        pl.when(~reshare).then("text").alias("text"),
        pl.lit(True).alias("public"),
        pl.col("reply_to").alias("parent_guid"),
        pl.when(reshare).then(_address("forward_from")).alias("root_author"),
    )
    data = jsontext.with_member(data, "photos", jsontext.value(photos))
    whole = jsontext.objects(kind.otherwise(pl.lit("status_message")).alias("entity_type"))
    return jsontext.with_member(whole, "entity_data", data)


def _post() -> pl.Expr:
    reshare = pl.col("kind") == "forward"
    author = pl.struct(_address("author").alias("diaspora_id"), pl.lit("").alias("name"))
    root = pl.struct(_address("forward_from").alias("diaspora_id"), pl.col("forward_name").alias("name"))
    size = pl.struct(pl.element().struct.field("width"), pl.element().struct.field("height"))
    photos = pl.col("files").list.eval(
        pl.struct(size.alias("dimensions"), pl.struct(pl.element().struct.field("name").alias("raw")).alias("sizes"))
    )
    post = jsontext.objects(
        pl.col("native").alias("guid"),
        jsontext.times(pl.col("at")).alias("created_at"),
        pl.when(reshare).then(pl.lit("Reshare")).otherwise(pl.lit("StatusMessage")).alias("post_type"),
        pl.col("text").alias("body"),
        pl.lit(True).alias("public"),
        author.alias("author"),
        pl.when(reshare).then(pl.struct(root.alias("author"))).alias("root"),
    )
    return jsontext.with_member(post, "photos", jsontext.value(photos))
