"""Staged tables as account archives: a folder an account, with ``actor.json`` and ``outbox.json``, and as answers of the REST API.

Carried: of posts text, hrefs (as links without text), language, replies, edits and boosts; pictures by name; profiles; moves.
Not carried: what is not on an account's own timeline, addresses without a name (``mastodon:account:host/path``), views and
offsets; everything is written as public, since nothing else is kept.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.markup import as_html
from actionday.observe.platforms.mastodon.activities import BY_ALIAS, BY_MOVED_TO
from actionday.observe.reader import staged_schema
from actionday.observe.tabular import jsontext

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_SUBJECT = r"^mastodon:account:[\w.-]*[a-z_][\w.-]*@[^@/\s]+$"
_HEAD = b'{"@context":"https://www.w3.org/ns/activitystreams","id":"outbox.json","type":"OrderedCollection","totalItems":%d,"orderedItems":['


def write_archives(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``NAME/actor.json`` and ``NAME/outbox.json`` for each account that has a profile, posts or moves."""
    posts, people, moves = carried(rows)
    owners = pl.concat([posts["channel"], people["subject"], moves["owner"]]).unique(maintain_order=True)
    paths = []
    for owner in owners:
        place = folder / owner.rpartition(":")[2].replace("/", "_")
        place.mkdir(parents=True, exist_ok=True)
        said, went = posts.filter(pl.col("channel") == owner), moves.filter(pl.col("owner") == owner)
        dated = went.filter(pl.col("at").is_not_null())
        known = people.filter(pl.col("subject") == owner)
        if said.height or dated.height:
            paths.append(_outbox(place / "outbox.json", said, dated))
        went = went.filter(pl.col("at").is_null())
        for number, row in enumerate(known.rows(named=True) or ([{"subject": owner}] if went.height else [])):
            path = place / ("actor.json" if number == 0 else f"actor-{number}.json")
            path.write_text(_actor(row, went), "utf-8")
            paths.append(path)
    return paths


def carried(rows: Mapping[str, pa.Table]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Posts (with their files), profiles and moves of accounts that have a name at a host."""
    posts, media = _table(rows, "posts"), _table(rows, "media")
    own = (
        (pl.col("channel") == pl.col("author"))
        & pl.col("channel").str.contains(_SUBJECT)
        & (pl.col("kind") != "service")
    )
    files = (
        media.sort("position").group_by("channel", "post", maintain_order=True).agg(pl.struct(pl.all()).alias("files"))
    )
    posts = posts.filter(own.fill_null(value=False)).with_columns(
        pl.Series("html", as_html(_arrow(posts, own, "text"), _arrow(posts, own, "hrefs")), dtype=pl.String)
    )
    posts = posts.join(
        files, left_on=["channel", "native"], right_on=["channel", "post"], how="left", maintain_order="left"
    )
    people = _table(rows, "accounts").filter(pl.col("subject").str.contains(_SUBJECT))
    owner = pl.when(pl.col("kind") == "announced").then("target").otherwise("subject")
    moves = _table(rows, "moves").with_columns(owner.alias("owner"))
    written = pl.col("kind").is_in(("move", "announced")) & pl.col("subject").str.contains(_SUBJECT)
    return posts, people, moves.filter(written & pl.col("target").str.contains(_SUBJECT))


def actor_uri(subject: pl.Expr) -> pl.Expr:
    """``https://host/users/name`` of a subject."""
    parts = subject.str.extract_groups(r"^[a-z]+:account:([^@]+)@(.+)$").struct
    return pl.concat_str(pl.lit("https://"), parts.field("2"), pl.lit("/users/"), parts.field("1"))


def file_of(path: Path, head: bytes, objects: Iterator[pl.Series], tail: bytes) -> Path:
    """A file of JSON objects with commas between."""
    first = True
    with path.open("wb") as file:
        file.write(head)
        for texts in objects:
            if len(texts):
                file.write((b"" if first else b",\n") + ",\n".join(texts.to_list()).encode())
                first = False
        file.write(tail)
    return path


def _table(rows: Mapping[str, pa.Table], name: str) -> pl.DataFrame:
    table = rows.get(name)
    return pl.DataFrame(table if table is not None else staged_schema(name).empty_table())


def _arrow(frame: pl.DataFrame, where: pl.Expr, column: str) -> pa.Array:
    made = frame.filter(where.fill_null(value=False))[column].to_arrow()
    return made.cast(pa.list_(pa.string())) if column == "hrefs" else made.cast(pa.string())


def _outbox(path: Path, posts: pl.DataFrame, moves: pl.DataFrame) -> Path:
    def objects() -> Iterator[pl.Series]:
        for piece in jsontext.slices(posts):
            yield piece.select(pl.when(pl.col("kind") == "forward").then(_boost()).otherwise(_create())).to_series()
        yield moves.select(_move()).to_series()

    return file_of(path, _HEAD % (len(posts) + len(moves)), objects(), b"]}")


def _create() -> pl.Expr:
    actor, at = actor_uri(pl.col("author")), jsontext.times(pl.col("at"))
    public = pl.concat_list(pl.lit(PUBLIC))
    followers = pl.concat_list(pl.concat_str(actor, pl.lit("/followers")))
    note = jsontext.objects(
        pl.col("native").alias("id"),
        pl.lit("Note").alias("type"),
        pl.lit(None, pl.String).alias("summary"),
        pl.col("reply_to").alias("inReplyTo"),
        at.alias("published"),
        jsontext.times(pl.col("edited_at")).alias("updated"),
        actor.alias("attributedTo"),
        public.alias("to"),
        followers.alias("cc"),
        pl.col("html").alias("content"),
    )
    note = _with_language_and_files(note)
    create = jsontext.objects(
        pl.concat_str("native", pl.lit("/activity")).alias("id"),
        pl.lit("Create").alias("type"),
        actor.alias("actor"),
        at.alias("published"),
        public.alias("to"),
        followers.alias("cc"),
    )
    return jsontext.with_member(create, "object", note)


def _with_language_and_files(note: pl.Expr) -> pl.Expr:
    language = pl.when(pl.col("language").str.contains(r"^[A-Za-z-]{2,35}$")).then("language")
    translated = pl.concat_str(pl.lit('{"'), language, pl.lit('":'), jsontext.value(pl.col("html")), pl.lit("}"))
    note = jsontext.with_member(note, "contentMap", translated)
    return jsontext.with_member(note, "attachment", jsontext.value(pl.col("files").list.eval(_document())))


def _document() -> pl.Expr:
    item = pl.element().struct
    usual = item.field("kind").replace_strict(
        {"photo": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg"}, default="application/octet-stream"
    )
    return pl.struct(
        pl.lit("Document").alias("type"),
        pl.coalesce(item.field("mime"), usual).alias("mediaType"),
        item.field("name").alias("url"),
        item.field("width").alias("width"),
        item.field("height").alias("height"),
    )


def _boost() -> pl.Expr:
    """The boosted post goes along, since only its author is known and not its address."""
    other = pl.col("forward_from").str.contains(_SUBJECT)
    inner = jsontext.objects(
        pl.lit("Note").alias("type"),
        pl.when(other).then(actor_uri(pl.col("forward_from"))).alias("attributedTo"),
        pl.col("html").alias("content"),
    )
    boost = jsontext.objects(
        pl.col("native").alias("id"),
        pl.lit("Announce").alias("type"),
        actor_uri(pl.col("author")).alias("actor"),
        jsontext.times(pl.col("at")).alias("published"),
        pl.concat_list(pl.lit(PUBLIC)).alias("to"),
    )
    return jsontext.with_member(boost, "object", _with_language_and_files(inner))


def _move() -> pl.Expr:
    old, new = actor_uri(pl.col("subject")), actor_uri(pl.col("target"))
    return jsontext.objects(
        pl.concat_str(old, pl.lit("#moves/1")).alias("id"),
        pl.lit("Move").alias("type"),
        old.alias("actor"),
        jsontext.times(pl.col("at")).alias("published"),
        old.alias("object"),
        new.alias("target"),
    )


def _actor(row: Mapping[str, object], moves: pl.DataFrame) -> str:
    kinds = {"bot": "Service"}
    frame = pl.DataFrame(
        {
            "subject": row["subject"],
            "bio": row.get("bio"),
            "name": row.get("display_name"),
            "at": row.get("created_at"),
        },
        schema={"subject": pl.String, "bio": pl.String, "name": pl.String, "at": pl.Datetime("us", "UTC")},
    )
    moved = moves.filter(pl.col("evidence") == BY_MOVED_TO).select(actor_uri(pl.col("target"))).to_series().to_list()
    known = moves.filter(pl.col("evidence") == BY_ALIAS).select(actor_uri(pl.col("subject"))).to_series().to_list()
    html = pl.Series("bio", as_html(frame["bio"].to_arrow().cast(pa.string())), dtype=pl.String)
    encoded = frame.with_columns(pl.when(pl.col("bio").is_not_null()).then(html).alias("bio")).select(
        jsontext.objects(
            pl.lit("https://www.w3.org/ns/activitystreams").alias("@context"),
            actor_uri(pl.col("subject")).alias("id"),
            pl.lit(kinds.get(str(row.get("kind")), "Person")).alias("type"),
            pl.col("subject").str.extract(r"([^:@]+)@", 1).alias("preferredUsername"),
            pl.col("name"),
            pl.col("bio").alias("summary"),
            jsontext.times(pl.col("at")).alias("published"),
            pl.lit(moved[0] if moved else None, pl.String).alias("movedTo"),
            pl.lit(pl.Series([known], dtype=pl.List(pl.String))).alias("alsoKnownAs"),
        )
    )
    return str(encoded.item())
