"""The reader of the archive that Twitter gives an account's owner: ``tweets.js``, ``account.js`` and what belongs to them.

Each file assigns a JSON list to a name, ``window.YTD.tweets.part0 = […]``: the name says what it is, and the list is cut out
at the first bracket; nothing is ever evaluated. Tweets do not name their author, so `account.js` must lie beside them.
Direct messages are counted and never read, e-mail addresses and telephone numbers are not picked out. Retweets are told
by their text, ``RT @name: …``, and by the mention behind it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.twitter import examples, write_archive
from actionday.observe.platforms.twitter.columns import PROFILES, TWEETS
from actionday.observe.platforms.twitter.owner import Owner, owner_of
from actionday.observe.platforms.twitter.records import renamed, suspended
from actionday.observe.platforms.twitter.shapes import ARCHIVED
from actionday.observe.platforms.twitter.staging import Block, chunks_of
from actionday.observe.platforms.twitter.v1 import links_of, media_of
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular.batch import Batch, pieces
from actionday.observe.tabular.jsonshaped import Form, read_shaped
from actionday.observe.timelines import framed

_ASSIGNED = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*window\.YTD\.([a-z0-9_]{1,60})\.part(\d{1,6})\s*=\s*(?=\[)")
_WRAPPED = re.compile(rb'\A\s*\[\s*\{\s*"tweet"\s*:\s*\{')
_RETWEET = r"^RT @(\w{1,20}): "
_MESSAGES = ("direct_message", "direct_messages", "direct_message_group", "direct_messages_group")
_DM = {"dmConversation": {"messages": [{"messageCreate": {"id": "VARCHAR"}}]}}
NO_OWNER = (
    "whose archive this is stands in account.js, which does not lie beside this file; "
    'put it there, or declare account = "<numeric id>" in a mapping file'
)


@dataclass(frozen=True, slots=True)
class _Head:
    kind: str
    skip: int
    wrapped: bool


class TwitterArchive:
    """Files of a Twitter archive: tweets, account, profile, changes of name, suspensions."""

    name = "twitter_archive"
    title = "Twitter archive (tweets.js, account.js, profile.js, screen-name-change.js, account-suspension.js)"
    version = 1
    suffixes: tuple[str, ...] = (".js",)

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the name that is assigned; other files of an archive are known and not imported."""
        found = _head(head)
        if found is None:
            return Recognised(0)
        if found.kind in _MESSAGES:
            return Recognised(95, "direct messages of a Twitter archive: counted, never read")
        if found.kind not in _KINDS:
            return Recognised(0, f"a Twitter archive's {found.kind.replace('_', ' ')}: not imported")
        return Recognised(95, f"a Twitter archive's {found.kind.replace('_', ' ')}")

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """One file of the archive. What needs its owner is refused as a whole where nobody says who that is."""
        with source.path.open("rb") as file:
            head = _head(file.read(65_536))
        if head is None:
            yield Chunk(refused=[Refused("file", "no list assigned to window.YTD: not a file of a Twitter archive")])
        elif head.kind in _MESSAGES:
            yield from _messages(source, head)
        elif head.kind not in _KINDS:
            yield Chunk(refused=[Refused("file", f"a Twitter archive's {head.kind} is not imported")])
        elif (owner := owner_of(source)) is None:
            yield Chunk(refused=[Refused("file", NO_OWNER)])
        elif head.kind in ("tweet", "tweets"):
            yield from _tweets(source, head, owner)
        else:
            yield from _records(source, head, owner)

    def examples(self) -> Mapping[str, bytes]:
        """An archive's files, in one folder."""
        return examples.ARCHIVE

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write an archive for every account that published; see `write_archive`."""
        return write_archive.write(rows, folder)


NO_MESSAGES = "no direct message in it"
_KINDS = ("tweet", "tweets", "account", "profile", "screen_name_change", "account_suspension")


def _head(data: bytes) -> _Head | None:
    found = _ASSIGNED.match(data)
    if found is None:
        return None
    return _Head(found[1].decode(), found.end(), bool(_WRAPPED.match(data[found.end() : found.end() + 200])))


def _messages(source: Source, head: _Head) -> Iterator[Chunk]:
    said = False
    for batch in read_shaped(source.path, Form("array", skip=head.skip), _DM):
        refused = [Refused(one.position, one.reason) for one in batch.refused]
        if len(batch.numbers):
            held = batch.frame["dmConversation"].struct.field("messages").list.len().fill_null(0)
            pairs = zip(batch.numbers, held, strict=True)
            refused += [
                Refused(f"conversation {n}", f"direct messages are never read: {count} skipped") for n, count in pairs
            ]
        if refused:
            said = True
            yield Chunk(refused=refused)
    if not said:
        yield Chunk(refused=[Refused("file", NO_MESSAGES)])


def _records(source: Source, head: _Head, owner: Owner) -> Iterator[Chunk]:
    """Account, profile, changes of name and suspensions: a handful of rows each."""
    block = Block(profiles=_profile(owner), owner=owner.native)
    if head.kind in ("screen_name_change", "account_suspension"):
        judge = renamed if head.kind == "screen_name_change" else suspended
        block.sightings, block.refused = judge(source, Form("array", skip=head.skip), owner)
    yield from chunks_of(block, source)


def _profile(owner: Owner) -> pl.DataFrame:
    return pl.DataFrame([{**owner.columns, "row": 0}], schema=PROFILES)


def _tweets(source: Source, head: _Head, owner: Owner) -> Iterator[Chunk]:
    shape = {"tweet": ARCHIVED} if head.wrapped else ARCHIVED
    folder = "tweet_media" if (source.path.parent / "tweet_media").is_dir() else "tweets_media"
    for batch in pieces(read_shaped(source.path, Form("array", skip=head.skip), shape)):
        block = Block(refused=batch.refused, profiles=_profile(owner), owner=owner.native)
        if len(batch.numbers):
            block.tweets = _frame(batch, owner, folder, wrapped=head.wrapped)
        yield from chunks_of(block, source)


def _frame(batch: Batch, owner: Owner, folder: str, *, wrapped: bool) -> pl.DataFrame:
    frame = batch.frame.unnest("tweet") if wrapped else batch.frame
    handle = pl.col("full_text").str.extract(_RETWEET, 1)
    frame = frame.with_columns(batch.numbers.alias("row"), handle.alias("of_handle"))
    frame = frame.with_columns(pl.coalesce("id_str", "id").alias("native")).with_row_index("k")
    frame = frame.join(_mentioned(frame), on="k", how="left", maintain_order="left")
    return framed(
        frame,
        TWEETS,
        row=pl.col("row"),
        native=pl.col("native"),
        author=pl.lit(owner.native),
        at=pl.col("created_at"),
        text=pl.coalesce("full_text", "text"),
        lang=pl.col("lang"),
        reply_to=pl.coalesce("in_reply_to_status_id_str", "in_reply_to_status_id"),
        retweet=pl.col("of_handle").is_not_null(),
        of=pl.col("of"),
        of_handle=pl.col("of_handle"),
        of_name=pl.col("of_name"),
        hrefs=links_of(()),
        media=media_of(("extended_entities",), ("entities",)),
        folder=pl.lit(folder),
    )


def _mentioned(frame: pl.DataFrame) -> pl.DataFrame:
    """Id and name of the account that a retweet's text begins with, from the mentions beside it."""
    mentions = frame.filter(pl.col("of_handle").is_not_null()).select(
        "k", "of_handle", m=pl.col("entities").struct.field("user_mentions")
    )
    one = mentions.explode("m").filter(pl.col("m").is_not_null()).unnest("m")
    one = one.filter(pl.col("screen_name").str.to_lowercase() == pl.col("of_handle").str.to_lowercase())
    return one.unique("k", keep="first", maintain_order=True).select("k", of="id_str", of_name="name")
