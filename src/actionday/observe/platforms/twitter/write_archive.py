"""Writes staged tables as Twitter archives, one for each account that published: ``twitter-<id>/data/*.js``.

Carried: the account's tweets with links, files and answers, its profile, changes of name and suspensions; times to the
second. Left out: everything of other accounts, views, and the names of forwarded accounts whose handle is not known.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pyarrow as pa

from actionday.observe.platforms.twitter.records import REINSTATED, RENAMED, SUSPENDED
from actionday.observe.platforms.twitter.rows import iso_time, owners_of, people_of, posts_of, urls, v1_media, v1_time


def write(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """An archive a publishing account; tweets in the order given."""
    posts, made = posts_of(rows), []
    people = {row["native"]: row for row in people_of(rows).with_columns(iso_time("created_at")).iter_rows(named=True)}
    handles = pl.DataFrame(
        {"of": list(people), "known_handle": [row["handle"] for row in people.values()]},
        schema={"of": pl.String, "known_handle": pl.String},
    )
    tweets = _tweets(posts.join(handles, on="of", how="left", maintain_order="left"))
    by_owner = {key[0]: part["tweet"] for key, part in tweets.group_by("owner", maintain_order=True)}
    history = _history(rows)
    for owner in owners_of(rows, posts):
        place = folder / f"twitter-{owner}" / "data"
        place.mkdir(parents=True, exist_ok=True)
        files = {**_profile(owner, people.get(owner, {})), **history.get(owner, {})}
        for name, items in files.items():
            made.append(_assign(place, name, [msgspec.json.encode(item).decode() for item in items]))
        if owner in by_owner:
            made.append(_assign(place, "tweets", by_owner[owner].to_list()))
    return made


def _assign(place: Path, name: str, items: list[str]) -> Path:
    path = place / f"{name.replace('_', '-')}.js"
    path.write_text(f"window.YTD.{name}.part0 = [\n" + ",\n".join(items) + "\n]", "utf-8")
    return path


def _tweets(posts: pl.DataFrame) -> pl.DataFrame:
    """`owner` and each tweet as JSON text."""
    forward = pl.col("kind") == "forward"
    handle = pl.coalesce("of_handle", "known_handle", pl.col("text").str.extract(r"^RT @(\w{1,20}): ", 1))
    told = pl.col("text").str.contains(r"^RT @\w{1,20}: ")
    by_text = pl.when(told).then(pl.col("text")).otherwise(pl.concat_str(pl.lit("RT @"), handle, pl.lit(": "), "text"))
    mention = pl.struct(pl.col("forward_name").alias("name"), handle.alias("screen_name"), pl.col("of").alias("id_str"))
    entities = pl.struct(
        urls(pl.col("hrefs")).alias("urls"),
        pl.when(forward & pl.col("of").is_not_null()).then(pl.concat_list(mention)).alias("user_mentions"),
    )
    tweet = pl.struct(
        pl.col("native").alias("id_str"),
        v1_time("at").alias("created_at"),
        pl.when(forward).then(pl.coalesce(by_text, "text")).otherwise(pl.col("text")).alias("full_text"),
        pl.col("language").alias("lang"),
        pl.col("reply_to").alias("in_reply_to_status_id_str"),
        entities.alias("entities"),
        pl.struct(v1_media(pl.col("files")).alias("media")).alias("extended_entities"),
    )
    return posts.select("owner", pl.struct(tweet.alias("tweet")).struct.json_encode().alias("tweet"))


def _profile(owner: str, known: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    account = {
        "username": known.get("handle"),
        "accountId": owner,
        "createdAt": known.get("created_at"),
        "accountDisplayName": known.get("display_name"),
    }
    return {
        "account": [{"account": account}],
        "profile": [{"profile": {"description": {"bio": known.get("bio") or ""}}}],
    }


def _history(rows: Mapping[str, pa.Table]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Changes of name and suspensions by account."""
    table = rows.get("sightings")
    if table is None:
        return {}
    looks = pl.DataFrame(table).filter(pl.col("rule").is_in([RENAMED, SUSPENDED, REINSTATED]))
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in looks.with_columns(iso_time("at")).iter_rows(named=True):
        owner = row["subject"].rpartition(":")[2]
        held = found.setdefault(owner, {})
        if row["rule"] == RENAMED:
            names = msgspec.json.decode(row["evidence"])
            change = {"changedAt": row["at"], "changedFrom": names["from"], "changedTo": names["to"]}
            item = {"screenNameChange": {"accountId": owner, "screenNameChange": change}}
            held.setdefault("screen_name_change", []).append(item)
        else:
            item = {"accountSuspension": {"timeStamp": row["at"], "action": row["evidence"]}}
            held.setdefault("account_suspension", []).append(item)
    return found
