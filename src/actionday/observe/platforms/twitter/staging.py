"""From the frames of `columns` to staged tables: ids checked, times read, broken rows refused alone.

A timeline is a venue and its account the owner: whoever published is listed in `memberships`, so that pseudonymisation
takes a publishing account for what it is. Tweets that only followers may read are counted, not kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC

import polars as pl

from actionday.observe.platforms.twitter.columns import PROFILES, TWEETS
from actionday.observe.reader import Chunk, Refused, Source
from actionday.observe.timelines import cut, staged
from actionday.observe.times import Instants, parse_times

NO_ID = "no numeric tweet id"
NO_AUTHOR = "no numeric id of the author"
NO_ACCOUNT = "no numeric id of the account"
NO_TEXT = "no text, or not a text"
NO_TIME = "created_at is no time"
WITHHELD = "twitter.withheld_in_countries"
_ID = r"^[0-9]{1,20}$"


@dataclass(slots=True)
class Block:
    """What a reader made of one block of a file."""

    tweets: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TWEETS))
    profiles: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PROFILES))
    sightings: pl.DataFrame = field(default_factory=pl.DataFrame)
    owner: str | None = None  # native id of the account whose own file this is
    refused: list[Refused] = field(default_factory=list)


def chunks_of(block: Block, source: Source) -> Iterator[Chunk]:
    """The staged tables of a block: posts, media, memberships, accounts and, where `source.seen_at` is set, sightings."""
    refused = list(block.refused)
    frames = {"memberships": _owners(block.tweets.clear(), block.owner, source), "sightings": block.sightings}
    if block.tweets.height:
        tweets = _usable(_open(block.tweets, source, refused), refused)
        frames |= {"posts": _posts(tweets), "media": _media(tweets)}
        frames["memberships"] = _owners(tweets, block.owner, source)
    if block.profiles.height:
        sound = pl.col("native").str.contains(_ID).fill_null(value=False)
        # where a tweet stands in the same row, its own refusal says it
        alone = ~pl.col("row").is_in(block.tweets["row"].implode()) if block.tweets.height else pl.lit(True)
        named = pl.any_horizontal(pl.col("handle", "display_name").is_not_null())
        nameless = block.profiles.filter(~sound & named & alone)
        refused += [Refused(f"row {row}", NO_ACCOUNT) for row in nameless["row"].unique(maintain_order=True)]
        profiles = block.profiles.filter(sound)
        frames["accounts"] = _accounts(profiles, source)
        frames["sightings"] = frames["sightings"] if block.sightings.height else _withheld(profiles, source)
    tables = {name: staged(frame, name) for name, frame in frames.items() if frame.height}
    yield from cut(tables, refused)


def subject(native: pl.Expr) -> pl.Expr:
    """The account's id."""
    return pl.concat_str(pl.lit("twitter:account:"), native)


def _open(tweets: pl.DataFrame, source: Source, refused: list[Refused]) -> pl.DataFrame:
    """Without the tweets of protected accounts, which are told by number alone."""
    closed = tweets.filter(pl.col("closed").fill_null(value=False))
    if not closed.height or source.private_basis is not None:
        return tweets
    for number, (_, count) in enumerate(closed.group_by("author", maintain_order=True).len().iter_rows(), 1):
        rows = closed["row"].to_list()
        where = f"rows {rows[0]} to {rows[-1]}, protected account {number}"
        refused.append(Refused(where, f"{count} tweets that only followers may read are not imported"))
    return tweets.filter(~pl.col("closed").fill_null(value=False))


def _usable(tweets: pl.DataFrame, refused: list[Refused]) -> pl.DataFrame:
    """Tweets that have all they need, with `at` and `at_offset` read; the others are refused with the first thing amiss."""
    times = _read_times(tweets["at"])
    reason = (
        pl.when(~pl.col("native").str.contains(_ID).fill_null(value=False))
        .then(pl.lit(NO_ID))
        .when(~pl.col("author").str.contains(_ID).fill_null(value=False))
        .then(pl.lit(NO_AUTHOR))
        .when(pl.col("text").is_null())
        .then(pl.lit(NO_TEXT))
        .when(pl.col("when").is_null())
        .then(pl.coalesce("fault", pl.lit(NO_TIME)))
    )
    offset = pl.when(times.offset != 0).then(times.offset)  # Twitter's own +0000 is no wall clock
    judged = tweets.with_columns(times.at.alias("when"), times.reason.alias("fault"), at_offset=offset)
    judged = judged.with_columns(reason.alias("reason"))
    bad = judged.filter(pl.col("reason").is_not_null())
    said = pl.coalesce(pl.col("text").str.slice(0, 200), pl.lit(""))
    refused += [Refused(f"row {row}", why, raw) for row, why, raw in bad.select("row", "reason", said).iter_rows()]
    return judged.filter(pl.col("reason").is_null()).with_columns(pl.col("when").alias("at"))


def _read_times(values: pl.Series) -> Instants:
    """Times as Twitter writes them, a column at once; where one is written otherwise, each by its own form."""
    for layout in ("%Y-%m-%dT%H:%M:%S%.3fZ", "%a %b %d %H:%M:%S +0000 %Y"):
        read = values.str.to_datetime(layout, time_unit="us", strict=False)
        if read.null_count() == values.null_count() and read.dt.year().is_between(1970, 2199).all():
            nothing = pl.Series(values=[None], dtype=pl.String).new_from_index(0, len(values))
            return Instants(read.dt.replace_time_zone("UTC"), nothing.cast(pl.Int16), nothing)
    return parse_times(values)


def _posts(tweets: pl.DataFrame) -> pl.DataFrame:
    known = pl.col("of").str.contains(_ID).fill_null(value=False)
    named = pl.concat_str(pl.lit("twitter:@"), pl.col("of_handle").str.to_lowercase())
    return tweets.select(
        subject(pl.col("author")).alias("channel"),
        "native",
        pl.lit("twitter").alias("platform"),
        subject(pl.col("author")).alias("author"),
        "at",
        "at_offset",
        pl.when(pl.col("retweet")).then(pl.lit("forward")).otherwise(pl.lit("original")).alias("kind"),
        pl.when(pl.col("retweet"))
        .then(pl.when(known).then(subject(pl.col("of"))).otherwise(named))
        .alias("forward_from"),
        pl.when(pl.col("retweet")).then(pl.col("of_name")).alias("forward_name"),
        pl.when(pl.col("reply_to").str.contains(_ID)).then(pl.col("reply_to")).alias("reply_to"),
        pl.col("views").alias("views"),
        pl.when(pl.col("lang") != "und").then(pl.col("lang")).alias("language"),
        "text",
        pl.col("media").list.len().fill_null(0).cast(pl.Int16).alias("n_media"),
        "hrefs",
    )


def _media(tweets: pl.DataFrame) -> pl.DataFrame:
    some = tweets.filter(pl.col("media").list.len() > 0)
    name = pl.col("media").struct.field("name")
    in_folder = pl.concat_str("folder", pl.lit("/"), "native", pl.lit("-"), name)
    places = some.with_columns(pl.int_ranges(pl.col("media").list.len(), dtype=pl.Int16).alias("position"))
    return places.explode("media", "position").select(
        subject(pl.col("author")).alias("channel"),
        pl.col("native").alias("post"),
        pl.lit("twitter").alias("platform"),
        "at",
        pl.col("media").struct.field("kind").alias("kind"),
        pl.coalesce(in_folder, name).alias("name"),
        *(pl.col("media").struct.field(key).alias(key) for key in ("width", "height", "seconds")),
        "position",
    )


def _owners(tweets: pl.DataFrame, owner: str | None, source: Source) -> pl.DataFrame:
    authors = tweets["author"] if owner is None else pl.Series("author", [owner])
    return (
        authors.to_frame()
        .select(
            subject(pl.col("author")).alias("account"),
            subject(pl.col("author")).alias("channel"),
            pl.lit("twitter").alias("platform"),
            pl.lit("owner").alias("role"),
            _seen_at(source).alias("seen_at"),
        )
        .unique(maintain_order=True)
    )


def _accounts(profiles: pl.DataFrame, source: Source) -> pl.DataFrame:
    born = _read_times(profiles["created_at"])
    return (
        profiles.with_columns(born.at.alias("created_at"))
        .select(
            subject(pl.col("native")).alias("subject"),
            pl.lit("twitter").alias("platform"),
            "native",
            pl.lit("user").alias("kind"),
            "handle",
            "display_name",
            "bio",
            "followers",
            "created_at",
            _seen_at(source).alias("seen_at"),
            pl.lit(source.vantage, pl.String).alias("vantage"),
        )
        .unique(maintain_order=True)
    )


def _withheld(profiles: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Accounts that countries do not see: restricted, never removed. Dated by when the file was taken, else not told."""
    some = profiles.filter(pl.col("withheld").list.len() > 0)
    if source.seen_at is None or not some.height:
        return pl.DataFrame()
    return some.select(
        subject(pl.col("native")).alias("subject"),
        pl.lit("twitter").alias("platform"),
        _seen_at(source).alias("at"),
        pl.lit("restricted").alias("state"),
        pl.lit("export").alias("basis"),
        pl.lit(WITHHELD).alias("rule"),
        pl.concat_str(pl.lit("withheld in "), pl.col("withheld").list.sort().list.join(", ")).alias("evidence"),
        pl.lit(source.vantage, pl.String).alias("vantage"),
    ).unique(maintain_order=True)


def _seen_at(source: Source) -> pl.Expr:
    seen = None if source.seen_at is None else source.seen_at.astimezone(UTC)
    return pl.lit(seen, pl.Datetime("us", "UTC"))
