"""Staged tables as exported chats: a folder a chat with `messages.txt` and its mapping, as the app would have put it into a zip.

Carried: texts, writers of direct chats, files' names, times to the minute, as the writer's wall clock where it is known. Left out: who wrote in
groups, edits, replies, forwards, and the zip with its password. A text that would not be read back as it is, is left out too: one that holds a
line which begins like a message.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.threema.declared import ID
from actionday.observe.platforms.threema.lines import DATE
from actionday.observe.reader import staged_schema

_CHAT = r"^threema:(account|channel):((?s:.+))$"
_PLAIN = r"^[^\x00-\x1f/]{1,200}$"


def write(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """A folder a chat. Returns the files."""
    posts, media, accounts = (_table(rows, name) for name in ("posts", "media", "accounts"))
    posts = posts.filter((pl.col("platform") == "threema") & pl.col("channel").str.contains(_CHAT))
    names = dict(accounts.filter(pl.col("display_name").is_not_null()).select("subject", "display_name").iter_rows())
    files = media.sort("position").unique(["channel", "post"], keep="first", maintain_order=True)
    posts = posts.join(
        files.select("channel", "name", native="post"), on=["channel", "native"], how="left", maintain_order="left"
    )
    made: list[Path] = []
    for (channel,), held in posts.group_by("channel", maintain_order=True):
        made += _chat(str(channel), held, names, folder)
    return made


def _table(rows: Mapping[str, pa.Table], name: str) -> pl.DataFrame:
    return pl.DataFrame(rows.get(name, staged_schema(name).empty_table()))


def _chat(channel: str, posts: pl.DataFrame, names: Mapping[str, str], folder: Path) -> list[Path]:
    match = re.match(_CHAT, channel)
    assert match is not None
    direct, native = match[1] == "account", match[2]
    chat = native.removeprefix("@")
    if not re.match(_PLAIN, chat):
        return []
    known = {who: names.get(who, who.rpartition("/@")[2]) for who in posts["author"].drop_nulls().unique()}
    known = {who: name for who, name in known.items() if re.match(r"^[^\n]{1,200}$", name) and ": " not in name}
    text = _lines(posts, known if direct else {}).str.join("\n").item() if posts.height else ""
    place = folder / re.sub(r"[^\w.-]", "_", chat)
    place.mkdir(parents=True, exist_ok=True)
    path = place / "messages.txt"
    path.write_text(f"{text}\n" if text else "", "utf-8")
    ids = {name: who.rpartition(":")[2] for who, name in known.items() if re.fullmatch(ID, who.rpartition(":")[2])}
    said = [
        f"chat = {json.dumps(chat)}",
        f'kind = "{match[1].replace("account", "direct").replace("channel", "group")}"',
        'order = "dmy"',
    ]
    if direct and ids:
        said += ["[people]", *(f"{json.dumps(name)} = {json.dumps(who)}" for name, who in sorted(ids.items()))]
    mapping = path.with_name("messages.txt.map.toml")
    mapping.write_text("\n".join(said) + "\n", "utf-8")
    return [path, mapping]


def _lines(posts: pl.DataFrame, known: Mapping[str, str]) -> pl.Series:
    wall = pl.col("at") + pl.duration(minutes=pl.col("at_offset").fill_null(0))
    date = wall.dt.strftime("[%d.%m.%Y, %H:%M] ")
    writer = pl.col("author").replace_strict(known, default=None, return_dtype=pl.String)
    file = (
        pl.when(pl.col("name").is_not_null())
        .then(pl.concat_str(pl.lit(" <"), "name", pl.lit(">")))
        .otherwise(pl.lit(""))
    )
    who = (
        pl.when(writer.is_not_null() & pl.col("name").is_null())
        .then(pl.concat_str(writer, pl.lit(": ")))
        .otherwise(pl.lit(""))
    )
    text = pl.col("text").fill_null("")
    sound = posts.filter(~text.str.contains(rf"(?m){DATE}") & ~text.str.contains(r"\r|\n\n*\z"))
    body = pl.concat_str(who, text, file)
    body = pl.when((who == "") & (text == "")).then(body.str.strip_chars_start(" ")).otherwise(body)
    return sound.select(pl.concat_str(date, body)).to_series()
