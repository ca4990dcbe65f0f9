"""The reader of tweets as the API v1.1 gives them: JSON lines or one array, as collectors have written them for years.

A retweet is a forward: its text and links are the original's, since its own text is cut short. `extended_tweet`, as the
stream gave it, goes before the cut text. Not for: lists of users, and direct messages, which this API has elsewhere.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.twitter import examples, write_v1
from actionday.observe.platforms.twitter.columns import MEDIA, PROFILES, TWEETS, last_piece, listed
from actionday.observe.platforms.twitter.shapes import V1
from actionday.observe.platforms.twitter.staging import Block, chunks_of
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular.batch import pieces
from actionday.observe.tabular.jsonshaped import form_of, read_shaped
from actionday.observe.timelines import framed

_SIGNS = (
    re.compile(rb'"id_str"\s*:\s*"\d+"'),
    re.compile(rb'"(?:full_)?text"\s*:\s*"'),
    re.compile(rb'"user"\s*:\s*\{'),
    re.compile(rb'"created_at"\s*:\s*"[A-Z][a-z]{2} [A-Z][a-z]{2} '),
)
_OTHERS = re.compile(rb'"statusnet_|window\.YTD\.')


class TwitterV1:
    """Tweets of the API v1.1, one a line or in an array."""

    name = "twitter_v1"
    title = "Twitter API v1.1 tweets (JSON lines, JSON array)"
    version = 1
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson", ".json")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the keys of a tweet that holds its author; GNU social, which answers alike, has keys of its own."""
        if _OTHERS.search(head) or not all(sign.search(head) for sign in _SIGNS):
            return Recognised(0)
        return Recognised(90, "tweets of the Twitter API v1.1")

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Block by block; a tweet that lacks its id, author, text or time is refused alone."""
        with source.path.open("rb") as file:
            form = form_of(file.read(65_536), source.name)
        if form is None:
            yield Chunk(refused=[Refused("file", "no JSON objects")])
            return
        for batch in pieces(read_shaped(source.path, form, V1)):
            block = Block(refused=batch.refused)
            if len(batch.numbers):
                frame = batch.frame.with_columns(batch.numbers.alias("row"))
                block.tweets, block.profiles = _tweets(frame), _profiles(frame)
            yield from chunks_of(block, source)

    def examples(self) -> Mapping[str, bytes]:
        """Lines with a retweet, a long tweet, media and a protected account; an array."""
        return examples.V1

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write Twitter's posts as ``tweets.jsonl``; see `write_v1`."""
        return write_v1.write(rows, folder)


def _field(*path: str) -> pl.Expr:
    found = pl.col(path[0])
    for name in path[1:]:
        found = found.struct.field(name)
    return found


def text_of(*prefix: str) -> pl.Expr:
    """The longest text that a tweet carries."""
    keys = (("extended_tweet", "full_text"), ("full_text",), ("text",))
    return pl.coalesce(_field(*prefix, *key) for key in keys)


def links_of(*places: tuple[str, ...]) -> pl.Expr:
    """What a tweet's shortened links lead to, from the first of the places that has any."""
    urls = pl.coalesce(_field(*place, "entities", "urls") for place in places)
    return listed(urls.list.eval(pl.element().struct.field("expanded_url")))


def media_of(*places: tuple[str, ...]) -> pl.Expr:
    """The files of a tweet, from the first of the places that has any."""
    item = pl.element()
    one = pl.struct(
        item.struct.field("type").alias("kind"),
        last_piece(item.struct.field("media_url_https")).alias("name"),
        item.struct.field("original_info").struct.field("width").alias("width"),
        item.struct.field("original_info").struct.field("height").alias("height"),
        (item.struct.field("video_info").struct.field("duration_millis").cast(pl.Float64, strict=False) / 1000).alias(
            "seconds"
        ),
    )
    return pl.coalesce(_field(*place, "media") for place in places).list.eval(one).cast(pl.List(MEDIA))


def _tweets(frame: pl.DataFrame) -> pl.DataFrame:
    again = pl.col("retweeted_status")
    retweet = again.struct.field("id_str").is_not_null() | text_of("retweeted_status").is_not_null()
    media = media_of(("extended_tweet", "extended_entities"), ("extended_entities",), ("entities",))
    theirs = links_of(("retweeted_status", "extended_tweet"), ("retweeted_status",))
    user, origin = pl.col("user").struct, again.struct.field("user").struct
    return framed(
        frame,
        TWEETS,
        row=pl.col("row"),
        native=pl.col("id_str"),
        author=user.field("id_str"),
        at=pl.col("created_at"),
        text=pl.when(retweet).then(pl.coalesce(text_of("retweeted_status"), text_of())).otherwise(text_of()),
        lang=pl.col("lang"),
        reply_to=pl.col("in_reply_to_status_id_str"),
        retweet=retweet,
        of=origin.field("id_str"),
        of_handle=origin.field("screen_name"),
        of_name=origin.field("name"),
        hrefs=pl.when(retweet).then(theirs).otherwise(links_of(("extended_tweet",), ())),
        media=media,
        closed=user.field("protected"),
    )


def _profiles(frame: pl.DataFrame) -> pl.DataFrame:
    rows = [
        frame.select("row", user=source) for source in (pl.col("user"), pl.col("retweeted_status").struct.field("user"))
    ]
    users = pl.concat(rows).filter(pl.col("user").struct.field("screen_name").is_not_null()).unnest("user")
    return framed(
        users,
        PROFILES,
        row=pl.col("row"),
        native=pl.col("id_str"),
        handle=pl.col("screen_name"),
        display_name=pl.col("name"),
        bio=pl.col("description"),
        followers=pl.col("followers_count"),
        created_at=pl.col("created_at"),
        withheld=pl.col("withheld_in_countries"),
    )
