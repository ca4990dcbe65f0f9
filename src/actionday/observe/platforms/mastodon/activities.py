"""ActivityStreams objects to frames: actors, the posts inside of activities, boosts and moves.

Shapes were read in Mastodon's serializers and in the ActivityStreams 2.0 vocabulary. Not for: cutting files (`export`).
"""

from typing import Any

import polars as pl

from actionday.observe.fediverse_names import actor_subjects, author_subjects, handles
from actionday.observe.markup import plain_text, with_targets
from actionday.observe.tabular.jsonlists import Rows, picked
from actionday.observe.timelines import MEDIA, MOVES, NOTES, PEOPLE, Block, framed

ACTORS = ("Person", "Service", "Application", "Group", "Organization")
OBJECTS = ("Note", "Article", "Question", "Page", "Video", "Audio", "Image", "Event", "Document")
PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
FOLLOWERS = "that only followers may read"
DIRECT = "to named people only"
UNTOLD = "whose audience is not told"
BY_MOVE, BY_MOVED_TO, BY_ALIAS = "Move activity", "movedTo of the actor", "alsoKnownAs of the actor"
SUSPENDED, MOVED = "mastodon.export_suspended", "mastodon.export_moved"

_TEXT = "VARCHAR"
_ATTACHED = [dict.fromkeys(("type", "mediaType", "url", "name", "value", "width", "height"), _TEXT)]
_NOTE: dict[str, Any] = {
    **dict.fromkeys(("id", "type", "content", "summary", "name", "inReplyTo", "published", "updated"), _TEXT),
    **dict.fromkeys(("attributedTo", "url"), _TEXT),
    **{key: [_TEXT] for key in ("to", "cc")},
    "attachment": _ATTACHED,
}
SHAPE: dict[str, Any] = {
    **_NOTE,
    **dict.fromkeys(("actor", "target", "preferredUsername", "movedTo", "alsoKnownAs"), _TEXT),
    "suspended": "BOOLEAN",
    "object": _NOTE,
}
"""An activity with its object, an object alone or an actor: which of them it is, `type` says."""

_STRAY = ("$.object", "$.object.id", "$.actor.id", "$.to", "$.cc", "$.attributedTo.id", "$.attributedTo[0]")


class Names:
    """Who an actor is, as far as one file tells: by the URI itself, else by what its posts' web addresses say."""

    def __init__(self) -> None:
        self._learned: dict[str, str] = {}

    def authors(self, actors: pl.Series, pages: pl.Series) -> pl.Series:
        """Subject ids for actors' URIs; `pages` are web addresses of posts by them."""
        named = author_subjects(actors)
        if not (named.is_null() & actors.is_not_null()).any():
            return named
        told = pl.DataFrame({"u": actors, "s": author_subjects(pages), "n": named})
        fresh = told.filter(pl.col("n").is_null()).drop_nulls(["u", "s"]).unique("u", keep="first", maintain_order=True)
        for uri, subject in fresh.select("u", "s").iter_rows():
            self._learned.setdefault(uri, subject)
        known = actors.replace_strict(self._learned, default=None, return_dtype=pl.String)
        return named.fill_null(known).fill_null(actor_subjects(actors))

    def learn(self, actors: pl.DataFrame) -> None:
        """Take names from actors' own documents: ``id`` and ``preferredUsername``."""
        host = pl.col("id").str.extract(r"^https?://([^/?#]+)", 1).str.to_lowercase()
        made = pl.concat_str(
            pl.lit("mastodon:account:"), pl.col("preferredUsername").str.to_lowercase(), pl.lit("@"), host
        )
        nameless = actors.filter(author_subjects(actors["id"]).is_null()).select("id", made.alias("s")).drop_nulls()
        self._learned.update(nameless.iter_rows())


def block_of(rows: Rows, names: Names) -> Block:
    """The posts, people and moves of some objects, in the order of the file."""
    frame = _mended(rows)
    actors = frame.filter(pl.col("type").is_in(ACTORS))
    if actors.height:
        names.learn(actors)
    told = frame.with_columns(_languages(rows))
    notes = pl.concat([_notes(told, names), _boosts(told, names)]).sort("row", maintain_order=True)
    moves = pl.concat([_moves(frame, names), _aliases(actors, names)])
    return Block(notes, _people(actors, names), moves, rows.refused)


def _mended(rows: Rows) -> pl.DataFrame:
    """Fields that come now as text, now as object or list: `object_uri`, `actor`, `to`, `cc`, `attributedTo`."""
    frame = rows.frame
    untold = pl.col("to").is_null() & pl.col("cc").is_null() & pl.col("object").struct.field("to").is_null()
    odd = frame.select(
        (pl.col("object").struct.field("type").is_null() & pl.col("type").is_in(("Announce", "Move", "Create")))
        | (untold & ~pl.col("type").is_in(ACTORS))
        | pl.col("actor").str.starts_with("{").fill_null(value=False)
        | pl.col("attributedTo").str.contains(r"^[\[{]").fill_null(value=False)
    ).to_series()
    empty = pl.lit(None, pl.String)
    if not odd.any():
        return frame.with_columns(empty.alias("object_uri"))
    found = picked(rows, odd, _STRAY).with_columns(frame.filter(odd)["row"])
    joined = frame.join(found, on="row", how="left", maintain_order="left")
    whole = ~pl.col("$.object").str.contains(r"^[\[{]")
    one = {
        key: pl.when(~pl.col(f"$.{key}").str.starts_with("[")).then(pl.concat_list(f"$.{key}")) for key in ("to", "cc")
    }
    person = pl.when(pl.col("attributedTo").str.contains(r"^[\[{]")).then(
        pl.coalesce("$.attributedTo.id", "$.attributedTo[0]")
    )
    return joined.with_columns(
        pl.coalesce(pl.when(whole).then("$.object"), "$.object.id").alias("object_uri"),
        pl.coalesce("$.actor.id", "actor").alias("actor"),
        pl.coalesce("to", one["to"]).alias("to"),
        pl.coalesce("cc", one["cc"]).alias("cc"),
        pl.coalesce(person, "attributedTo").alias("attributedTo"),
    )


def _notes(frame: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Posts inside of Create and Update activities, and posts that stand alone."""
    inner, alone = pl.col("object").struct, pl.col("type").is_in(OBJECTS)
    inside = pl.col("type").is_in(("Create", "Update")) & inner.field("type").is_in(OBJECTS).fill_null(value=False)
    wrapped = frame.filter(inside).select(
        "row",
        "language",
        *(inner.field(key).alias(key) for key in _NOTE if key not in ("to", "cc", "attributedTo", "published")),
        pl.coalesce(inner.field("published"), "published").alias("published"),
        pl.coalesce(inner.field("attributedTo"), "actor").alias("attributedTo"),
        *(pl.coalesce(inner.field(key), key).alias(key) for key in ("to", "cc")),
    )
    bare = frame.filter(alone).select("row", "language", *_NOTE)
    notes = pl.concat([wrapped, bare.select(wrapped.columns)])
    plain = plain_text(notes["content"].to_arrow())
    notes = notes.with_columns(
        pl.Series("html", plain.text, dtype=pl.String),
        pl.Series("hrefs", plain.hrefs, dtype=pl.List(pl.String)),
        names.authors(notes["attributedTo"], notes["url"]).alias("who"),
    )
    return framed(
        notes,
        NOTES,
        row=pl.col("row"),
        native=pl.col("id"),
        author=pl.col("who"),
        at=pl.col("published"),
        edited_at=pl.col("updated"),
        text=_joined("name", "summary", "html"),
        hrefs=pl.col("hrefs"),
        language=pl.col("language"),
        reply_to=pl.col("inReplyTo"),
        forward=pl.lit(False),
        media=_media(),
        hidden=hidden(),
    )


def _languages(rows: Rows) -> pl.Series:
    return rows.texts.alias("language").str.extract(r'"contentMap"\s*:\s*\{\s*"([A-Za-z-]{2,35})"', 1)


def _boosts(frame: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Announce activities. Mastodon names only the boosted post; others, and boosts of one's own, carry it."""
    boosts = frame.filter(pl.col("type") == "Announce")
    if not boosts.height:
        return pl.DataFrame(schema=NOTES)
    inner = pl.col("object").struct
    boosts = boosts.with_columns(
        pl.coalesce("object_uri", inner.field("id")).alias("object_uri"),
        inner.field("attributedTo").alias("of_actor"),
        inner.field("content").alias("said"),
        inner.field("url").alias("page"),
        inner.field("attachment").alias("attachment"),
    )
    plain = plain_text(boosts["said"].to_arrow())
    of = names.authors(boosts["of_actor"], boosts["page"]).fill_null(author_subjects(boosts["object_uri"]))
    boosts = boosts.with_columns(
        pl.Series("text", plain.text, dtype=pl.String),
        pl.Series("hrefs", plain.hrefs, dtype=pl.List(pl.String)),
        names.authors(boosts["actor"], pl.Series([None], dtype=pl.String).new_from_index(0, len(boosts))).alias("who"),
        of.alias("of"),
    )
    return framed(
        boosts,
        NOTES,
        row=pl.col("row"),
        native=pl.col("id"),
        author=pl.col("who"),
        at=pl.col("published"),
        text=pl.col("text"),
        hrefs=pl.col("hrefs"),
        language=pl.col("language"),
        forward=pl.lit(True),
        of=pl.col("of"),
        media=_media(),
        hidden=hidden(),
    )


def hidden() -> pl.Expr:
    """Why not everybody may read it, by `to` and `cc`; null for public and unlisted posts."""
    audience = pl.concat_list(pl.col("to").fill_null([]), pl.col("cc").fill_null([]))
    public = audience.list.eval(pl.element().is_in(PUBLIC)).list.any()
    followers = audience.list.eval(pl.element().str.ends_with("/followers")).list.any()
    return (
        pl.when(public)
        .then(None)
        .when(audience.list.len() == 0)
        .then(pl.lit(UNTOLD))
        .when(followers)
        .then(pl.lit(FOLLOWERS))
        .otherwise(pl.lit(DIRECT))
    )


def _joined(*columns: str) -> pl.Expr:
    """Title, warning and text, what there is of them."""
    given = [pl.when(pl.col(column) != "").then(pl.col(column)) for column in columns]
    return pl.concat_str(given, separator="\n\n", ignore_nulls=True)


def _media() -> pl.Expr:
    """Attached files; `name` is the path in the archive, or the end of an address."""
    item = pl.element().struct
    url, mime = item.field("url"), item.field("mediaType")
    top = mime.str.extract(r"^(image|video|audio)/", 1)
    local = pl.when(~url.str.contains("://")).then(url.str.strip_chars_start("/"))
    made = pl.struct(
        top.replace({"image": "photo"}).fill_null("file").alias("kind"),
        pl.coalesce(local, url.str.extract(r"([^/?#]+)(?:[?#].*)?$", 1)).alias("name"),
        mime.alias("mime"),
        pl.lit(None, pl.Int64).alias("size"),
        item.field("width").cast(pl.Int32, strict=False).alias("width"),
        item.field("height").cast(pl.Int32, strict=False).alias("height"),
        pl.lit(None, pl.Float64).alias("seconds"),
    )
    files = pl.col("attachment").list.eval(pl.element().filter(mime.is_not_null()))
    return files.list.eval(made.cast(MEDIA))


def _people(actors: pl.DataFrame, names: Names) -> pl.DataFrame:
    if not actors.height:
        return pl.DataFrame(schema=PEOPLE)
    fields = actors.select("row", "attachment").explode("attachment").unnest("attachment").filter(pl.col("value") != "")
    values = pl.Series("value", with_targets(plain_text(fields["value"].to_arrow())), dtype=pl.String)
    lines = fields.with_columns(values).select("row", pl.concat_str("name", "value", separator=": ", ignore_nulls=True))
    listed = lines.group_by("row", maintain_order=True).agg(pl.col("name").str.join("\n"))
    bios = with_targets(plain_text(actors["summary"].to_arrow()))
    who = names.authors(actors["id"], actors["url"])
    actors = actors.with_columns(who.alias("who"), pl.Series("bio", bios, dtype=pl.String)).drop("value", strict=False)
    actors = actors.join(listed.rename({"name": "fields"}), on="row", how="left", maintain_order="left")
    bio = pl.concat_str(
        [pl.when(pl.col(c) != "").then(pl.col(c)) for c in ("bio", "fields")], separator="\n", ignore_nulls=True
    )
    moved, suspended = pl.col("movedTo").is_not_null(), pl.col("suspended").fill_null(value=False)
    return framed(
        actors.filter(pl.col("who").is_not_null()),
        PEOPLE,
        subject=pl.col("who"),
        kind=pl.when(pl.col("type").is_in(("Service", "Application"))).then(pl.lit("bot")).otherwise(pl.lit("user")),
        handle=pl.coalesce(handles(pl.col("who")), "preferredUsername"),
        display_name=pl.col("name"),
        bio=pl.when(bio != "").then(bio),
        created_at=pl.col("published"),
        state=pl.when(suspended).then(pl.lit("suspended_reversible")).when(moved).then(pl.lit("moved")),
        rule=pl.when(suspended).then(pl.lit(SUSPENDED)).when(moved).then(pl.lit(MOVED)),
        evidence=pl.when(suspended).then(pl.lit("suspended: true")).when(moved).then(pl.lit(BY_MOVED_TO)),
    )


def _moves(frame: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Move activities: the old account says where it went."""
    moves = frame.filter(pl.col("type") == "Move")
    if not moves.height:
        return pl.DataFrame(schema=MOVES)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(moves))
    old = names.authors(pl.select(pl.coalesce(moves["object_uri"], moves["actor"])).to_series(), nothing)
    made = moves.with_columns(old.alias("old"), names.authors(moves["target"], nothing).alias("new"))
    return framed(
        made.drop_nulls(["old", "new"]),
        MOVES,
        subject=pl.col("old"),
        target=pl.col("new"),
        kind=pl.lit("move"),
        confidence=pl.lit(1.0),
        at=pl.col("published"),
        evidence=pl.lit(BY_MOVE),
    )


def _aliases(actors: pl.DataFrame, names: Names) -> pl.DataFrame:
    """`movedTo` is the old account's word; `alsoKnownAs` only the new one's, and may be one of two that both live."""
    if not actors.height:
        return pl.DataFrame(schema=MOVES)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(actors))
    own = actors.with_columns(names.authors(actors["id"], actors["url"]).alias("own"))
    moved = own.with_columns(names.authors(own["movedTo"], nothing).alias("new")).drop_nulls(["own", "new"])
    quoted = pl.col("alsoKnownAs").str.extract_all(r'"[^"]+"').list.eval(pl.element().str.strip_chars('"'))
    listed = pl.when(pl.col("alsoKnownAs").str.starts_with("[")).then(quoted).otherwise(pl.concat_list("alsoKnownAs"))
    known = own.select("own", listed).explode("alsoKnownAs").drop_nulls()  # one alias alone comes without a list
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(known))
    known = known.with_columns(names.authors(known["alsoKnownAs"], nothing).alias("old")).drop_nulls()
    by = {"subject": pl.col("own"), "target": pl.col("new"), "kind": pl.lit("move"), "confidence": pl.lit(1.0)}
    alias = {"subject": pl.col("old"), "target": pl.col("own"), "kind": pl.lit("announced"), "confidence": pl.lit(0.5)}
    return pl.concat(
        [
            framed(moved, MOVES, **by, evidence=pl.lit(BY_MOVED_TO)),
            framed(known, MOVES, **alias, evidence=pl.lit(BY_ALIAS)),
        ]
    )
