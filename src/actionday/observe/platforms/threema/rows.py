"""Messages of one chat to staged tables. Not for: how they stand in the file (`lines`)."""

from datetime import UTC

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.threema.declared import Declared, native_of
from actionday.observe.platforms.threema.lines import FILE
from actionday.observe.reader import Refused, Source
from actionday.observe.timelines import staged
from actionday.observe.times import Declared as Zone
from actionday.observe.times import parse_times

_KINDS = {
    "jpg": "photo",
    "jpeg": "photo",
    "png": "photo",
    "gif": "photo",
    "webp": "photo",
    "mp4": "video",
    "aac": "audio",
    "m4a": "audio",
}


def placed(said: Declared, source: Source) -> dict[str, pa.Table]:
    """The group as a venue. A direct chat is no venue of its own: it is the contact's."""
    seen = None if source.seen_at is None else source.seen_at.astimezone(UTC)
    frame = pl.DataFrame(
        {
            "subject": [f"threema:channel:{said.place}"],
            "platform": ["threema"],
            "native": [said.place],
            "kind": ["group"],
            "title": [said.chat if said.place.startswith("@") else None],
            "seen_at": pl.Series([seen], dtype=pl.Datetime("us", "UTC")),
            "vantage": pl.Series([source.vantage], dtype=pl.String),
        }
    )
    return {"channels": staged(frame, "channels")}


def posts_of(
    frame: pl.DataFrame, said: Declared, source: Source, *, group: bool
) -> tuple[dict[str, pa.Table], list[Refused]]:
    """`posts`, `media`, `accounts` of messages (`row`, `wall`, `writer`, `text`, `native`), and those whose time is none."""
    channel = f"threema:{'channel' if group else 'account'}:{said.place}"
    times = parse_times(frame["wall"], Zone(source.zone))
    file = frame["text"].str.extract_groups(FILE)
    made = frame.with_columns(
        times.at.alias("at"),
        times.offset.alias("at_offset"),
        times.reason.alias("fault"),
        _author(frame["writer"], said, channel).alias("author"),
        file.struct[1].alias("name"),
        pl.when(file.struct[1].is_not_null()).then(file.struct[0].fill_null("")).otherwise("text").alias("text"),
        pl.lit(channel).alias("channel"),
        pl.lit("threema").alias("platform"),
        pl.lit("original").alias("kind"),
        file.struct[1].is_not_null().cast(pl.Int16).alias("n_media"),
    )
    bad = made.filter(pl.col("at").is_null()).select("row", pl.coalesce("fault", pl.lit("no time")), "text")
    refused = [Refused(f"message {row}", why, text[:200]) for row, why, text in bad.iter_rows()]
    sound = made.filter(pl.col("at").is_not_null())
    frames = {"accounts": _people(sound, source), "posts": sound, "media": _files(sound)}
    return {name: staged(one, name) for name, one in frames.items() if one.height}, refused


def _author(writers: pl.Series, said: Declared, channel: str) -> pl.Series:
    """Known people by their ID, the contact by the chat's, others by their name within the chat, since names are not unique."""
    known = {name: f"threema:account:{who}" for name, who in said.people.items()}
    known.setdefault(said.chat, channel)
    bare = "threema:account:" + native_of(said.chat).removeprefix("@")
    other = pl.concat_str(pl.lit(f"{bare}/@".replace("account:", "account:@", 1)), "writer")
    frame = writers.rename("writer").to_frame()
    found = pl.col("writer").replace_strict(known, default=None, return_dtype=pl.String)
    return frame.select(pl.when(pl.col("writer").is_not_null()).then(pl.coalesce(found, other))).to_series()


def _people(sound: pl.DataFrame, source: Source) -> pl.DataFrame:
    seen = None if source.seen_at is None else source.seen_at.astimezone(UTC)
    people = sound.filter(pl.col("author").is_not_null()).select("author", "writer").unique(maintain_order=True)
    return people.select(
        pl.col("author").alias("subject"),
        pl.lit("threema").alias("platform"),
        pl.col("author").str.extract(r"^[^:]+:[^:]+:((?s:.+))$", 1).alias("native"),
        pl.lit("user").alias("kind"),
        pl.col("writer").alias("display_name"),
        pl.lit(seen, pl.Datetime("us", "UTC")).alias("seen_at"),
        pl.lit(source.vantage, pl.String).alias("vantage"),
    )


def _files(sound: pl.DataFrame) -> pl.DataFrame:
    suffix = pl.col("name").str.extract(r"\.(\w{1,5})$", 1).str.to_lowercase()
    return sound.filter(pl.col("name").is_not_null()).select(
        "channel",
        "platform",
        "at",
        "name",
        pl.col("native").alias("post"),
        suffix.replace_strict(_KINDS, default="file").fill_null("file").alias("kind"),
        pl.lit(0, pl.Int16).alias("position"),
    )
