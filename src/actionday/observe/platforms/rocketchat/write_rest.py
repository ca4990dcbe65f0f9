"""Staged tables as an answer of the REST API a workspace: ``<workspace>.json`` with rooms, roles, users and messages, the workspace first.

Carried: rooms, owners and moderators, users, messages with edits, threads, links and files; times to the millisecond. Left out: what is
known by name alone (``@username``), forwards, service messages, states, sizes of pictures.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.reader import staged_schema

_SUBJECT = r"^rocketchat:(?:channel|account):([^/\s]+)/([^/\s@:][^/\s:]*)$"
_KINDS = {"channel": "c", "group": "p", "direct": "d", "room": "l"}


def write(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """A file a workspace. Rooms that are nowhere described are named as public in a mapping beside it."""
    tables = {name: _table(rows, name) for name in ("posts", "media", "accounts", "channels", "memberships")}
    lists = {
        "channels": _rooms(tables),
        "users": _users(tables),
        "roles": _roles(tables),
        "messages": _messages(tables),
    }
    hosts = pl.concat([frame["host"] for frame in lists.values()]).unique(maintain_order=True).to_list()
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for host in hosts:
        path = folder / (re.sub(r"[^\w.-]", "_", host) + ".json")
        bodies = [
            f'"{key}": [\n' + ",\n".join(frame.filter(pl.col("host") == host)["json"]) + "\n]"
            for key, frame in lists.items()
            if (frame["host"] == host).any()
        ]
        path.write_text(f'{{"workspace": "{host}", ' + ",\n".join(bodies) + "}\n", "utf-8")
        made.append(path)
        if bare := [room for of, room in _undescribed(tables) if of == host]:
            mapping = path.with_name(path.name + ".map.toml")
            mapping.write_text(f"public_rooms = {json.dumps(bare)}\n", "utf-8")
            made.append(mapping)
    return made


def _table(rows: Mapping[str, pa.Table], name: str) -> pl.DataFrame:
    return pl.DataFrame(rows.get(name, staged_schema(name).empty_table()))


def _host(column: str) -> pl.Expr:
    return pl.col(column).str.extract(_SUBJECT, 1)


def _id(column: str) -> pl.Expr:
    return pl.col(column).str.extract(_SUBJECT, 2)


def _time(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")


def _made(frame: pl.DataFrame, by: str, **keys: pl.Expr) -> pl.DataFrame:
    one = pl.struct(value.alias(key) for key, value in keys.items())
    return frame.filter(_id(by).is_not_null()).select(_host(by).alias("host"), one.struct.json_encode().alias("json"))


def _rooms(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    return _made(
        tables["channels"],
        "subject",
        _id=_id("subject"),
        name=pl.col("handle"),
        fname=pl.col("title"),
        t=pl.col("kind").replace_strict(_KINDS, default="c"),
        description=pl.col("description"),
        usersCount=pl.col("members"),
        ts=_time("created_at"),
    )


def _undescribed(tables: Mapping[str, pl.DataFrame]) -> list[tuple[str, str]]:
    """Workspace and id of rooms that messages and roles name and `channels` does not hold."""
    named = pl.concat([tables["posts"]["channel"], tables["memberships"]["channel"]]).unique(maintain_order=True)
    bare = named.filter(~named.is_in(tables["channels"]["subject"].implode())).to_frame("subject")
    return bare.filter(_id("subject").is_not_null()).select(_host("subject"), _id("subject").alias("id")).rows()


def _users(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    return _made(
        tables["accounts"],
        "subject",
        _id=_id("subject"),
        username=pl.col("handle"),
        name=pl.col("display_name"),
        bio=pl.col("bio"),
        type=pl.when(pl.col("kind") == "bot").then(pl.lit("bot")).otherwise(pl.lit("user")),
        roles=pl.when(pl.col("kind") == "admin").then(pl.lit(["admin"])).otherwise(pl.lit(["user"])),
        createdAt=_time("created_at"),
    )


def _roles(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    held = tables["memberships"].filter(pl.col("role").is_in(["owner", "admin"]) & _id("account").is_not_null())
    role = pl.col("role").replace({"admin": "moderator"})
    return _made(
        held, "channel", rid=_id("channel"), u=pl.struct(_id("account").alias("_id")), roles=pl.concat_list(role)
    )


def _messages(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    posts = tables["posts"].filter((pl.col("kind") == "original") & _id("author").is_not_null())
    file = pl.struct(
        pl.col("name"),
        pl.col("mime").alias("type"),
        pl.col("size"),
    )
    files = tables["media"].sort("position").group_by("channel", "post", maintain_order=True).agg(file.alias("files"))
    files = files.rename({"post": "native"})
    posts = posts.join(files, on=["channel", "native"], how="left", maintain_order="left")
    return _made(
        posts,
        "channel",
        _id=pl.col("native"),
        rid=_id("channel"),
        msg=pl.col("text"),
        ts=_time("at"),
        u=pl.struct(_id("author").alias("_id")),
        tmid=pl.col("reply_to"),
        editedAt=_time("edited_at"),
        urls=pl.col("hrefs").list.eval(pl.struct(pl.element().alias("url"))),
        files=pl.col("files"),
    )
