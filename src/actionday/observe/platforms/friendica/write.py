"""Staged tables as Friendica backups: a file an account, the account object first, then lines of 500 items.

Carried: posts on and by accounts of Friendica, text, hrefs, language, replies, edits, forwards with their source; profiles. Not
carried: files (photos are not in a backup), fractions of seconds, offsets, views, forwards whose source has no profile page.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.friendica.bbcode import as_bbcode
from actionday.observe.reader import staged_schema
from actionday.observe.tabular import jsontext

ITEMS = 500
_SUBJECT = r"^friendica:account:[\w.-]+@[^@/\s]+$"
_ELSEWHERE = r"^mastodon:account:[\w.-]*[a-z_][\w.-]*@[^@/\s]+$"


def write_backups(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``NAME_HOST.backup.json`` for each account that has a profile or posts."""
    posts, people = _posts(rows), _people(rows)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for owner in pl.concat([posts["channel"], people["subject"]]).unique(maintain_order=True):
        name, _, host = owner.rpartition(":")[2].partition("@")
        known: list[dict[str, Any] | None] = [*people.filter(pl.col("subject") == owner).to_dicts()]
        for number, person in enumerate(known or [None]):
            path = folder / f"{name}_{host}{f'-{number}' if number else ''}.backup.json"
            with path.open("wb") as file:
                file.write(_account(name, host, person).encode() + b"\n")
                if number == 0:
                    for line in _lines(posts.filter(pl.col("channel") == owner)):
                        file.write(line)
            paths.append(path)
    return paths


def _table(rows: Mapping[str, pa.Table], name: str) -> pl.DataFrame:
    table = rows.get(name)
    return pl.DataFrame(table if table is not None else staged_schema(name).empty_table())


def _posts(rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    author = pl.col("author").str.contains(_SUBJECT) | pl.col("author").str.contains(_ELSEWHERE)
    fits = pl.col("channel").str.contains(_SUBJECT) & author & (pl.col("kind") != "service")
    source = pl.col("forward_from").str.contains(_SUBJECT) | pl.col("forward_from").str.contains(_ELSEWHERE)
    known = (pl.col("kind") != "forward") | source
    return _table(rows, "posts").filter(fits.fill_null(value=False) & known.fill_null(value=False))


def _people(rows: Mapping[str, pa.Table]) -> pl.DataFrame:
    return _table(rows, "accounts").filter(pl.col("subject").str.contains(_SUBJECT))


def _account(name: str, host: str, person: Mapping[str, object] | None) -> str:
    said = person or {}
    user = pl.DataFrame(
        {
            "nickname": name,
            "username": said.get("display_name"),
            "register_date": said.get("created_at"),
            "about": said.get("bio"),
        },
        schema={
            "nickname": pl.String,
            "username": pl.String,
            "register_date": pl.Datetime("us", "UTC"),
            "about": pl.String,
        },
    )
    born = pl.col("register_date").dt.strftime("%Y-%m-%d %H:%M:%S")
    whole = user.select(
        jsontext.objects(
            pl.lit(f"https://{host}").alias("baseurl"),
            pl.struct("nickname" if person else pl.lit(None).alias("nickname"), "username", born).alias("user"),
            pl.concat_list(pl.struct("about")).alias("profile"),
        )
    )
    return str(whole.item())


def _lines(posts: pl.DataFrame) -> Iterator[bytes]:
    for piece in posts.iter_slices(ITEMS):
        items = piece.select(_item()).to_series().to_list()
        yield ('{"item":[' + ",".join(items) + "]}\n").encode()


def _item() -> pl.Expr:
    at = pl.col("at").dt.strftime("%Y-%m-%d %H:%M:%S")
    edited = pl.col("edited_at").dt.strftime("%Y-%m-%d %H:%M:%S")
    body = as_bbcode(pl.col("text").fill_null(""), pl.col("hrefs"))
    shared = pl.concat_str(
        pl.lit("[share profile='"), _page(pl.col("forward_from")), pl.lit("']"), body, pl.lit("[/share]")
    )
    return jsontext.objects(
        pl.col("native").alias("uri"),
        pl.coalesce("reply_to", "native").alias("thr-parent"),
        pl.lit(0).alias("gravity"),
        at.alias("created"),
        pl.coalesce(edited, at).alias("edited"),
        pl.lit("http://activitystrea.ms/schema/1.0/post").alias("verb"),
        pl.lit(0).alias("private"),
        pl.lit(0).alias("deleted"),
        pl.when(pl.col("kind") == "forward").then(shared).otherwise(body).alias("body"),
        "language",
        _page(pl.col("author")).alias("author-link"),
        _page(pl.col("channel")).alias("owner-link"),
    )


def _page(subject: pl.Expr) -> pl.Expr:
    """An account's address, by which it is read again."""
    parts = subject.str.extract_groups(r"^([a-z]+):account:([^@]+)@(.+)$").struct
    path = pl.when(parts.field("1") == "friendica").then(pl.lit("/profile/")).otherwise(pl.lit("/users/"))
    return pl.concat_str(pl.lit("https://"), parts.field("3"), path, parts.field("2"))
