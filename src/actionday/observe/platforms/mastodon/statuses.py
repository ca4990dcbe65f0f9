"""Statuses and accounts of the Mastodon REST API to frames.

Keys were read in mastodon/documentation (entities Status, Account) and in recorded answers of a 4.7 server. An answer shows
one server's view: `suspended` and `limited` are that server's own, and only of an account at home there the origin's.
"""

from typing import Any

import polars as pl

from actionday.observe.fediverse_names import actor_subjects, address_subjects, author_subjects, fill, handles
from actionday.observe.markup import plain_text, with_targets
from actionday.observe.tabular.jsonlists import Rows
from actionday.observe.timelines import MEDIA, MOVES, NOTES, PEOPLE, Block, framed

HIDDEN = {"private": "that only followers may read", "direct": "to named people only"}
NO_VISIBILITY = "whose audience is not told"
MOVED = "moved of the account"
LIMITED, SUSPENDED, ELSEWHERE, WENT = (
    f"mastodon.export_{word}" for word in ("limited", "suspended", "suspended_elsewhere", "moved")
)

_TEXT = "VARCHAR"
_WHO: dict[str, Any] = dict.fromkeys(("acct", "url", "uri", "display_name"), _TEXT)
_ACCOUNT: dict[str, Any] = {
    **_WHO,
    "note": _TEXT,
    "created_at": _TEXT,
    "followers_count": "BIGINT",
    **dict.fromkeys(("bot", "suspended", "limited"), "BOOLEAN"),
    "fields": [{"name": _TEXT, "value": _TEXT}],
    "moved": _WHO,
}
_MEDIA = [
    {
        "type": _TEXT,
        "url": _TEXT,
        "meta": {"original": {"width": _TEXT, "height": _TEXT, "duration": "DOUBLE"}},
    }
]
_STATUS: dict[str, Any] = {
    **dict.fromkeys(("id", "uri", "url", "created_at", "edited_at", "content", "spoiler_text"), _TEXT),
    **dict.fromkeys(("visibility", "language", "in_reply_to_id"), _TEXT),
    "media_attachments": _MEDIA,
    "account": _ACCOUNT,
}
SHAPE: dict[str, Any] = {**_ACCOUNT, **_STATUS, "reblog": _STATUS}
"""A status with its account and what it passes on, or an account alone (it has `acct`)."""


def block_of(rows: Rows) -> Block:
    """The posts, people and moves of some objects, in the order of the file."""
    frame = rows.frame
    statuses = frame.filter(pl.col("account").struct.field("acct").is_not_null())
    passed = statuses.filter(pl.col("reblog").struct.field("uri").is_not_null())
    keys = list(_ACCOUNT)
    people = pl.concat(
        [
            frame.filter(pl.col("acct").is_not_null()).select("row", *keys),
            _within(statuses, pl.col("account"), keys),
            _within(passed, pl.col("reblog").struct.field("account"), keys),
        ]
    ).sort("row", maintain_order=True)
    people = people.unique([key for key in people.columns if key != "row"], keep="first", maintain_order=True)
    people = people.with_columns(_subjects(people).alias("who"))
    people = people.filter(pl.col("who").is_not_null() & pl.col("note").is_not_null())  # else only an address
    return Block(_notes(statuses), _people(people), _moves(people), rows.refused)


def _within(frame: pl.DataFrame, struct: pl.Expr, keys: list[str]) -> pl.DataFrame:
    return frame.select("row", *(struct.struct.field(key).alias(key) for key in keys))


def _subjects(who: pl.DataFrame) -> pl.Series:
    """Accounts by their address; those at home have none, and are known by their page."""
    who = who.select("acct", "url", "uri")
    known = who.unique(maintain_order=True)
    found = fill(address_subjects(known["acct"]), author_subjects, known["url"])
    found = fill(fill(found, author_subjects, known["uri"]), actor_subjects, known["uri"])
    joined = who.join(
        known.with_columns(found.alias("s")),
        on=["acct", "url", "uri"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return joined["s"]


def _notes(statuses: pl.DataFrame) -> pl.DataFrame:
    boost = pl.col("reblog").struct.field("uri").is_not_null()
    inner = pl.col("reblog").struct
    said = statuses.select(
        pl.when(boost).then(inner.field("content")).otherwise("content").alias("content"),
        pl.when(boost).then(inner.field("spoiler_text")).otherwise("spoiler_text").alias("warning"),
        pl.when(boost).then(inner.field("media_attachments")).otherwise("media_attachments").alias("media"),
        pl.when(boost).then(inner.field("language")).otherwise("language").alias("language"),
    )
    plain = plain_text(said["content"].to_arrow())
    of = _within(statuses, inner.field("account"), list(_WHO))
    author = _within(statuses, pl.col("account"), list(_WHO))
    whole = statuses.drop("language").with_columns(
        said["warning"],
        said["media"],
        said["language"],
        pl.Series("html", plain.text, dtype=pl.String),
        pl.Series("hrefs", plain.hrefs, dtype=pl.List(pl.String)),
        _subjects(author).alias("who"),
        _subjects(of).alias("of"),
        of["display_name"].replace("", None).alias("of_name"),
    )
    given = [pl.when(pl.col(name) != "").then(name) for name in ("warning", "html")]
    reason = pl.col("visibility").replace_strict(HIDDEN, default=NO_VISIBILITY)
    return framed(
        whole,
        NOTES,
        row=pl.col("row"),
        native=pl.col("uri"),
        author=pl.col("who"),
        at=pl.col("created_at"),
        edited_at=pl.col("edited_at"),
        text=pl.concat_str(given, separator="\n\n", ignore_nulls=True),
        hrefs=pl.col("hrefs"),
        language=pl.col("language"),
        reply_to=pl.col("in_reply_to_id"),
        forward=boost,
        of=pl.col("of"),
        of_name=pl.col("of_name"),
        media=_media(),
        hidden=pl.when(~pl.col("visibility").is_in(("public", "unlisted"))).then(reason),
    )


def _media() -> pl.Expr:
    item = pl.element().struct
    original = item.field("meta").struct.field("original").struct
    kind = item.field("type").replace_strict(
        {"image": "photo", "video": "video", "gifv": "video", "audio": "audio"}, default="file"
    )
    made = pl.struct(
        kind.alias("kind"),
        item.field("url").str.extract(r"([^/?#]+)(?:[?#].*)?$", 1).alias("name"),
        pl.lit(None, pl.String).alias("mime"),
        pl.lit(None, pl.Int64).alias("size"),
        original.field("width").cast(pl.Int32, strict=False).alias("width"),
        original.field("height").cast(pl.Int32, strict=False).alias("height"),
        original.field("duration").alias("seconds"),
    )
    return pl.col("media").list.eval(made.cast(MEDIA))


def _people(people: pl.DataFrame) -> pl.DataFrame:
    people = people.with_row_index("n")
    fields = people.select("n", "fields").explode("fields").unnest("fields").filter(pl.col("value") != "")
    values = pl.Series("value", with_targets(plain_text(fields["value"].to_arrow())), dtype=pl.String)
    lines = fields.with_columns(values).select("n", pl.concat_str("name", "value", separator=": ", ignore_nulls=True))
    listed = lines.group_by("n", maintain_order=True).agg(pl.col("name").str.join("\n").alias("listed"))
    bios = pl.Series("bio", with_targets(plain_text(people["note"].to_arrow())), dtype=pl.String)
    people = people.with_columns(bios).join(listed, on="n", how="left", maintain_order="left")
    bio = pl.concat_str(
        [pl.when(pl.col(name) != "").then(name) for name in ("bio", "listed")], separator="\n", ignore_nulls=True
    )
    suspended, limited = (pl.col(name).fill_null(value=False) for name in ("suspended", "limited"))
    home, moved = ~pl.col("acct").str.contains("@", literal=True), pl.col("moved").struct.field("acct").is_not_null()

    def told(origin: str, elsewhere: str, mild: str, went: str) -> pl.Expr:
        by_server = pl.when(home).then(pl.lit(origin)).otherwise(pl.lit(elsewhere))
        return pl.when(suspended).then(by_server).when(limited).then(pl.lit(mild)).when(moved).then(pl.lit(went))

    return framed(
        people,
        PEOPLE,
        subject=pl.col("who"),
        kind=pl.when("bot").then(pl.lit("bot")).otherwise(pl.lit("user")),
        handle=pl.coalesce(handles(pl.col("who")), "acct"),
        display_name=pl.when(pl.col("display_name") != "").then("display_name"),
        bio=pl.when(bio != "").then(bio),
        followers=pl.col("followers_count"),
        created_at=pl.col("created_at"),
        state=told("suspended_reversible", "restricted", "restricted", "moved"),
        rule=told(SUSPENDED, ELSEWHERE, LIMITED, WENT),
        evidence=told("suspended: true", "suspended: true, at another server", "limited: true", MOVED),
    )


def _moves(people: pl.DataFrame) -> pl.DataFrame:
    gone = people.filter(pl.col("moved").struct.field("acct").is_not_null())
    targets = _subjects(_within(gone, pl.col("moved"), list(_WHO)))
    return framed(
        gone.with_columns(targets.alias("target")).drop_nulls("target"),
        MOVES,
        subject=pl.col("who"),
        target=pl.col("target"),
        kind=pl.lit("move"),
        confidence=pl.lit(1.0),
        evidence=pl.lit(MOVED),
    )
