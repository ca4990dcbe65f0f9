"""Answers' rows to frames: messages, their writers, users, roles, rooms. Not for: which of them may be read (`rest`)."""

from collections.abc import Callable, Sequence
from datetime import UTC

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.rocketchat.columns import listed_files, when
from actionday.observe.platforms.rocketchat.shapes import MESSAGE, USER
from actionday.observe.reader import Source
from actionday.observe.tabular.jsonlists import REST, Rows
from actionday.observe.timelines import NOTES, PEOPLE, framed, staged

_ID = r"^[^\s/:]{1,100}$"
_ROLES = {"owner": "owner", "moderator": "admin", "leader": "admin"}


def messages(rows: Rows) -> pl.DataFrame:
    """Messages among rows: of a list, alone, or under `message`. Columns as in `shapes.MESSAGE`, and `row`."""
    if rows.name == "messages":
        return rows.frame
    if rows.name not in ("", REST):
        return pl.DataFrame()
    alone = rows.frame.filter(pl.col("rid").is_not_null()).select("row", *MESSAGE)
    inner = rows.frame.filter(pl.col("message").is_not_null()).select("row", pl.col("message").struct.unnest())
    return pl.concat([alone, inner.select(alone.columns)])


def notes(messages: pl.DataFrame, workspace: str) -> pl.DataFrame:
    """Posts. A message without room or writer lacks an author; the refusal says so."""
    writer = pl.col("u").struct.field("_id")
    room = pl.when(pl.col("rid").str.contains(_ID)).then(_channel(workspace, pl.col("rid")))
    lone = pl.when(pl.col("file").struct.field("name").is_not_null()).then(pl.concat_list("file"))
    files = pl.when(pl.col("files").list.len() > 0).then("files").otherwise(lone)
    made = messages.with_columns(when("ts").alias("at"), when("editedAt").alias("edited"), files.alias("files"))
    links = (
        pl.col("urls").list.eval(pl.element().struct.field("url")).list.drop_nulls().list.unique(maintain_order=True)
    )
    return framed(
        made,
        NOTES,
        row=pl.col("row"),
        native=pl.col("_id"),
        author=pl.when(writer.str.contains(_ID) & room.is_not_null()).then(_account(workspace, writer)),
        channel=room,
        at=pl.col("at"),
        edited_at=pl.col("edited"),
        text=pl.col("msg"),
        hrefs=pl.when(links.list.len() > 0).then(links),
        reply_to=pl.col("tmid"),
        media=listed_files("files"),
    )


def writers(messages: pl.DataFrame, workspace: str) -> pl.DataFrame:
    """Who wrote, as accounts, where the message says more than the id."""
    people = messages.select(pl.col("u").struct.unnest())
    people = people.filter(pl.col("_id").str.contains(_ID) & pl.col("username").is_not_null())
    return framed(
        people.unique(maintain_order=True),
        PEOPLE,
        subject=_account(workspace, pl.col("_id")),
        handle=pl.col("username"),
        display_name=pl.col("name"),
    )


def users(rows: Rows, workspace: str) -> pl.DataFrame:
    """Users among rows. `active: false` is an act of the server's administrators that they can take back."""
    if rows.name == "users":
        found = rows.frame
    elif rows.name in ("", REST):
        found = rows.frame.filter(pl.col("user").is_not_null()).select(pl.col("user").struct.unnest())
    else:
        return pl.DataFrame(schema=PEOPLE)
    found = found.select(*USER).filter(pl.col("_id").str.contains(_ID))
    bot = pl.col("type").is_in(["bot", "app"]) | pl.col("roles").list.contains("bot")
    admin = pl.col("roles").list.contains("admin")
    shut = ~pl.col("active").fill_null(value=True)
    kind = (
        pl.when(bot.fill_null(value=False)).then(pl.lit("bot")).when(admin.fill_null(value=False)).then(pl.lit("admin"))
    )
    return framed(
        found.with_columns(when("createdAt").alias("createdAt")),
        PEOPLE,
        subject=_account(workspace, pl.col("_id")),
        kind=kind.otherwise(pl.lit("user")),
        handle=pl.col("username"),
        display_name=pl.col("name"),
        bio=pl.col("bio"),
        created_at=pl.col("createdAt"),
        state=pl.when(shut).then(pl.lit("suspended_reversible")),
        rule=pl.when(shut).then(pl.lit("rocketchat.export.inactive")),
        evidence=pl.when(shut).then(pl.lit("active: false")),
    )


def placed(
    rows: Rows, rooms: Sequence[pl.DataFrame], workspace: str, source: Source, shown: Callable[[str], pl.Expr]
) -> dict[str, pa.Table]:
    """`channels` and `memberships` of rooms that may be read."""
    known = [room.filter(pl.col("_id").str.contains(_ID) & shown("_id")) for room in rooms]
    tables = {"channels": _channels(pl.concat(known), workspace, source) if known else pl.DataFrame()}
    if rows.name == "roles":
        held = rows.frame.filter(pl.col("rid").str.contains(_ID) & shown("rid"))
        tables["memberships"] = _memberships(held, workspace, source)
    return {name: staged(frame, name) for name, frame in tables.items() if frame.height}


def _channels(rooms: pl.DataFrame, workspace: str, source: Source) -> pl.DataFrame:
    kinds = {"c": "channel", "p": "group", "d": "direct"}
    born = when("ts").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False).dt.replace_time_zone("UTC")
    return rooms.filter(pl.col("_id").is_not_null()).select(
        _channel(workspace, pl.col("_id")).alias("subject"),
        pl.lit("rocketchat").alias("platform"),
        pl.concat_str(pl.lit(f"{workspace}/"), "_id").alias("native"),
        pl.col("t").replace_strict(kinds, default="room").alias("kind"),
        pl.col("name").alias("handle"),
        pl.coalesce("fname", "name").alias("title"),
        pl.coalesce("description", "topic").alias("description"),
        pl.col("usersCount").alias("members"),
        pl.when(born.dt.year().is_between(1970, 2199)).then(born).alias("created_at"),
        _seen(source).alias("seen_at"),
        pl.lit(source.vantage, pl.String).alias("vantage"),
    )


def _memberships(held: pl.DataFrame, workspace: str, source: Source) -> pl.DataFrame:
    each = held.with_columns(pl.col("u").struct.field("_id").alias("who")).explode("roles")
    each = each.filter(pl.col("who").str.contains(_ID) & pl.col("roles").is_in(list(_ROLES)))
    return each.select(
        _account(workspace, pl.col("who")).alias("account"),
        _channel(workspace, pl.col("rid")).alias("channel"),
        pl.lit("rocketchat").alias("platform"),
        pl.col("roles").replace(_ROLES).alias("role"),
        _seen(source).alias("seen_at"),
    ).unique(maintain_order=True)


def _account(workspace: str, native: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(f"rocketchat:account:{workspace}/"), native)


def _channel(workspace: str, native: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(f"rocketchat:channel:{workspace}/"), native)


def _seen(source: Source) -> pl.Expr:
    seen = None if source.seen_at is None else source.seen_at.astimezone(UTC)
    return pl.lit(seen, pl.Datetime("us", "UTC"))
