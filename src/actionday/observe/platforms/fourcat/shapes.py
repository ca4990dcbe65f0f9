"""The shapes of 4CAT results as mapping sections, and what must be computed before they apply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns to read, a step that adds ``_x`` columns to a batch, and the sections that map them."""

    columns: tuple[str, ...]
    prepare: Callable[[pl.DataFrame], pl.DataFrame]
    rows: tuple[Mapping[str, Any], ...]


def _given(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text)


def _with_missing(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    lacking = [pl.lit(None, pl.String).alias(n) for n in names if n not in frame.columns]
    return frame.with_columns(lacking)


def _native(name: pl.Expr) -> pl.Expr:
    """A numeric id stays; a username becomes ``@name`` in lower case: the id is not known, only the handle."""
    return (
        pl.when(name.str.contains(r"^\d+$")).then(name).otherwise(pl.concat_str(pl.lit("@"), name.str.to_lowercase()))
    )


_POST = {
    "channel": {"from": "_channel", "id": "channel"},
    "author": {"from": "_author", "id": "account"},
    "native": "_native",
    "at": {"from": "_at"},
    "text": "_text",
    "views": "views",
    "reply_to": "_reply_to",
    "edited_at": "_edited",
    "kind": {"from": "_kind"},
    "forward_from": "_forward_from",
    "forward_name": "_forward_name",
    "hrefs": {"from": "_href", "split": "json"},
}
_CHANNEL = {
    "subject": {"from": "_channel", "id": "channel"},
    "handle": "_handle",
    "title": "_title",
}
_ACCOUNT = {
    "subject": {"from": "_author", "id": "account"},
    "handle": "_author_handle",
    "display_name": "_author_name",
    "kind": "_author_kind",
    "seen_at": "_nowhen",  # no such column: that somebody once posted does not show that the account was there at the export
}
_MEDIA = {
    "channel": {"from": "_channel", "id": "channel"},
    "post": "_native",
    "at": "_at",
    "kind": "_media",
    "name": "_media_name",
    "mime": "_media_mime",
}
_SECTIONS = (
    {"table": "posts", "columns": _POST},
    {"table": "channels", "needs": ["_handle", "_channel"], "columns": _CHANNEL},
    {"table": "accounts", "needs": ["_author"], "columns": _ACCOUNT},
    {"table": "media", "needs": ["_media"], "columns": _MEDIA},
)

_CSV = (
    "id thread_id chat author author_username author_name author_is_bot body reply_to views timestamp unix_timestamp"
    " timestamp_edited unix_timestamp_edited timestamp_forwarded_from unix_timestamp_forwarded_from"
    " author_forwarded_from_name author_forwarded_from_username author_forwarded_from_id link_attached"
    " attachment_type attachment_filename"
)
_NO_FILE = ["url", "poll", "contact", "geo", "geo_live", "venue", "invoice", "game", "unsupported"]


def _href(link: pl.Expr) -> pl.Expr:
    """One link as a JSON list, so that blanks in it do no harm."""
    quoted = pl.struct(link.alias("v")).struct.json_encode().str.strip_prefix('{"v":').str.strip_suffix("}")
    return pl.when(link.is_not_null()).then(pl.concat_str(pl.lit("["), quoted, pl.lit("]")))


def _telegram_csv(frame: pl.DataFrame) -> pl.DataFrame:
    """4CAT writes the sender of a channel's own posts as author: such posts have no author besides the channel."""
    frame = _with_missing(frame, tuple(_CSV.split()))
    venue = pl.coalesce(_given("chat"), _given("thread_id"))
    forwarded = ["author_forwarded_from_name", "author_forwarded_from_username", "author_forwarded_from_id"]
    forwarded += ["timestamp_forwarded_from", "unix_timestamp_forwarded_from"]
    known = pl.any_horizontal(_given(n).is_not_null() for n in forwarded[:2])
    source = pl.concat_str(pl.lit("telegram:channel:"), _given(forwarded[2]).str.strip_chars_start("-"))
    named = pl.concat_str(pl.lit("telegram:@"), _given(forwarded[1]).str.to_lowercase())
    own = (_given("author_username").str.to_lowercase() == venue.str.to_lowercase()) | (_given("author") == venue)
    author = pl.when(~own.fill_null(value=False)).then(_given("author"))
    media = _given("attachment_type")
    return frame.with_columns(
        _native(venue).alias("_channel"),
        pl.when(~venue.str.contains(r"^\d+$")).then(venue).alias("_handle"),
        pl.lit(None, pl.String).alias("_title"),
        pl.col("id").str.extract(r"(\d+)\s*$", 1).alias("_native"),
        author.alias("_author"),
        _given("author_username").alias("_author_handle"),
        _given("author_name").alias("_author_name"),
        pl.when(pl.col("author_is_bot").str.to_lowercase().is_in(["yes", "true", "1"]))
        .then(pl.lit("bot"))
        .otherwise(pl.lit("user"))
        .alias("_author_kind"),
        pl.coalesce(_given("unix_timestamp"), _given("timestamp")).alias("_at"),
        pl.coalesce(_given("unix_timestamp_edited"), _given("timestamp_edited")).alias("_edited"),
        pl.col("body").alias("_text"),
        _given("reply_to").alias("_reply_to"),
        pl.when(pl.any_horizontal(_given(n).is_not_null() for n in forwarded))
        .then(pl.lit("forward"))
        .otherwise(pl.lit("original"))
        .alias("_kind"),
        # an id alone may be a user's or a channel's; with a name beside it, 4CAT took it from a channel
        pl.coalesce(pl.when(known).then(source), named).alias("_forward_from"),
        pl.when(_given(forwarded[0]) != pl.coalesce(_given(forwarded[2]), pl.lit("")))
        .then(_given(forwarded[0]))
        .alias("_forward_name"),
        _href(_given("link_attached")).alias("_href"),
        pl.when(~media.is_in(_NO_FILE)).then(media).alias("_media"),
        _given("attachment_filename").alias("_media_name"),
        pl.lit(None, pl.String).alias("_media_mime"),
    )


_RAW = (
    "id date edit_date message views action._type _chat.id _chat.username _chat.title peer_id.channel_id peer_id.chat_id"
    " _sender.id _sender._type _sender.username _sender.first_name _sender.last_name _sender.bot reply_to.reply_to_msg_id"
    " fwd_from.date fwd_from.from_name fwd_from.from_id.channel_id fwd_from.from_id.user_id _forward._chat.username"
    " _forward._chat.title media._type media.webpage.url media.document.mime_type"
)


def _telegram_raw(frame: pl.DataFrame) -> pl.DataFrame:
    frame = _with_missing(frame, tuple(_RAW.split()))
    venue = pl.coalesce(_given("_chat.id"), _given("peer_id.channel_id"), _given("peer_id.chat_id"))
    person = pl.col("_sender._type") == "User"
    name = pl.concat_str("_sender.first_name", "_sender.last_name", separator=" ", ignore_nulls=True).str.strip_chars()
    channel, user = _given("fwd_from.from_id.channel_id"), _given("fwd_from.from_id.user_id")
    shape = pl.col("media._type").str.extract("^MessageMedia(Photo|Document)$", 1).str.to_lowercase()
    mime = _given("media.document.mime_type")
    return frame.with_columns(
        pl.coalesce(venue, pl.concat_str(pl.lit("@"), _given("_chat.username").str.to_lowercase())).alias("_channel"),
        _given("_chat.username").alias("_handle"),
        _given("_chat.title").alias("_title"),
        pl.col("id").alias("_native"),
        pl.when(person).then(_given("_sender.id")).alias("_author"),
        _given("_sender.username").alias("_author_handle"),
        pl.when(name != "").then(name).alias("_author_name"),
        pl.when(pl.col("_sender.bot") == "true").then(pl.lit("bot")).otherwise(pl.lit("user")).alias("_author_kind"),
        pl.col("date").alias("_at"),
        pl.col("edit_date").alias("_edited"),
        pl.col("message").alias("_text"),
        _given("reply_to.reply_to_msg_id").alias("_reply_to"),
        pl.when(_given("action._type").is_not_null())
        .then(pl.lit("service"))
        .when(_given("fwd_from.date").is_not_null())
        .then(pl.lit("forward"))
        .otherwise(pl.lit("original"))
        .alias("_kind"),
        pl.coalesce(
            pl.concat_str(pl.lit("telegram:channel:"), channel), pl.concat_str(pl.lit("telegram:account:"), user)
        ).alias("_forward_from"),
        pl.coalesce(_given("fwd_from.from_name"), _given("_forward._chat.title")).alias("_forward_name"),
        _href(_given("media.webpage.url")).alias("_href"),
        pl.coalesce(pl.when(shape == "document").then(mime.str.extract("^([a-z]+)/", 1)), shape).alias("_media"),
        pl.lit(None, pl.String).alias("_media_name"),
        mime.alias("_media_mime"),
    )


_COMMON = (
    "id thread_id author author_id author_name author_fullname body timestamp unix_timestamp channel chat group board"
)
_COMMON += " subreddit url post_url link views"


def _common(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns all sources share. The venue is the first of channel, chat, group, board, subreddit, thread."""
    frame = _with_missing(frame, tuple(_COMMON.split()))
    venue = pl.coalesce(*(_given(n) for n in ("channel", "chat", "group", "board", "subreddit", "thread_id")))
    nothing = pl.lit(None, pl.String)
    author = pl.coalesce(_given("author_id"), _native(_given("author")))
    return frame.with_columns(
        venue.alias("_channel"),
        pl.col("id").alias("_native"),
        author.alias("_author"),
        _given("author").alias("_author_handle"),
        pl.coalesce(_given("author_name"), _given("author_fullname")).alias("_author_name"),
        pl.lit("user").alias("_author_kind"),
        pl.coalesce(_given("unix_timestamp"), _given("timestamp")).alias("_at"),
        pl.col("body").alias("_text"),
        pl.lit("original").alias("_kind"),
        *(nothing.alias(n) for n in ("_handle", "_title", "_edited", "_reply_to", "_forward_from", "_forward_name")),
        *(nothing.alias(n) for n in ("_href", "_media", "_media_name", "_media_mime")),
    )


CSV_TELEGRAM = Shape(tuple(_CSV.split()), _telegram_csv, _SECTIONS)
NDJSON_TELEGRAM = Shape(tuple(_RAW.split()), _telegram_raw, _SECTIONS)
CSV_GENERIC = Shape(tuple(_COMMON.split()), _common, _SECTIONS)
