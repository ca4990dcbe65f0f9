"""Build typed ids for checks that name their subject by parts, by handle or by URL. Whole columns at a time."""

import polars as pl

from actionday.records.platform import PLATFORMS

_HOSTS = {host: p.name for p in PLATFORMS for host in p.hosts}
_ADDRESS = [p.name for p in PLATFORMS if p.address_is_identity]
_ACCOUNTS = [
    "twitter",
    "instagram",
    "tiktok",
    "threema",
    "session",
    "gnusocial",
    "mastodon",
    "diaspora",
    "friendica",
    "xmpp",
]
_URL = r"^(?i:https?://)?(?:www\.)?(?<host>[^/?#:\s]+\.[^/?#:\s]+)(?::\d+)?(?:/(?:(?:s|r|c|channel|user|u|groups?)/)?@?(?<name>[^/?#\s]*))?"


def with_subject(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `_subject`: the column `subject`, else platform + kind + native, else handle, else URL; null where none serves."""
    given = {name: _clean(frame, name) for name in ("subject", "platform", "kind", "native", "handle", "url")}
    told = pl.DataFrame(given).with_columns(pl.col("platform", "kind").str.to_lowercase())
    cut = pl.col("url").str.extract_groups(_URL)
    told = told.with_columns(
        cut.struct.field("host").str.to_lowercase().alias("host"), cut.struct.field("name").alias("name")
    )
    host_platform = pl.col("host").replace_strict(_HOSTS, default=None, return_dtype=pl.String)
    platform = pl.coalesce("platform", host_platform, pl.when(pl.col("host").is_not_null()).then(pl.lit("website")))
    told = told.with_columns(platform.alias("platform"))
    fallback = pl.when(pl.col("platform").is_in(_ACCOUNTS)).then(pl.lit("account")).otherwise(pl.lit("channel"))
    told = told.with_columns(pl.coalesce("kind", fallback).alias("kind"), _native().alias("made"))
    made = pl.concat_str("platform", "kind", "made", separator=":")
    return frame.with_columns(told.select(pl.coalesce("subject", made).alias("_subject")).to_series())


def _native() -> pl.Expr:
    """The native id: as given, else from the handle or URL."""
    invite = pl.col("name").str.contains(r"^(\+|joinchat$|invite$)")  # an invite names no venue
    named = pl.coalesce("handle", pl.when(~invite & (pl.col("name") != "")).then(pl.col("name")))
    handle = named.str.strip_chars_start("@").str.to_lowercase()
    address = pl.when(pl.col("platform") == "website").then(pl.coalesce("host", handle)).otherwise(handle)
    by_handle = pl.concat_str(pl.lit("@"), handle)
    return pl.coalesce("native", pl.when(pl.col("platform").is_in(_ADDRESS)).then(address).otherwise(by_handle))


def _clean(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, frame.height)
    text = frame[name].cast(pl.String).str.strip_chars()
    return text.set(text == "", None)
