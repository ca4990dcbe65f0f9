"""Addresses of the fediverse to subject ids: which account an actor's or a post's URI belongs to, as extraction writes it.

An account is ``mastodon:account:name@host``, by which links and handles in texts name it too; an actor whose URI holds no
name is ``mastodon:account:host/path``. Software is told by the path and by what a host's name gives away; where neither
does, it is taken for Mastodon, the most common. Names are case-folded. Not for: links in texts (`extract`), profile look-ups.
"""

import polars as pl

from actionday.observe.link_hosts import HINTS

_HOST = r"^(?i:https?)://(?:[^/?#@]*@)?([^/?#@]+)"
_NAMED = r"^(?i:https?)://[^/?#]+/(?:@|users/|accounts/|actors?/|author/)([\w.-]*[A-Za-z_][\w.-]*)"
_FRIENDICA = r"^(?i:https?)://[^/?#]+/profile/([\w.-]+)"
_SHORT = r"^(?i:https?)://[^/?#]+/u/([\w.-]+)"
_NUMBERED = r"^(?i:https?)://[^/?#]+/user/([0-9]+)"
_PERSON = r"^(?i:https?)://[^/?#]+/people/([0-9a-fA-F]{16,32})"
_PATH = r"^(?i:https?)://[^/?#]+(/[^?#]*[^?#/])"
_ADDRESS = r"^@?([\w.-]+)@([\w.-]+\.[\w-]+(?::[0-9]+)?|[\w-]+:[0-9]+)$"


def actor_subjects(uris: pl.Series) -> pl.Series:
    """Subject ids of actors, by their URIs; null where a value is no http(s) address."""
    return _over_distinct(uris, pl.coalesce(_named(), _unnamed()))


def author_subjects(uris: pl.Series) -> pl.Series:
    """Subject ids of the authors of posts, by the posts' URIs; null where a URI does not say."""
    return _over_distinct(uris, _named())


def address_subjects(addresses: pl.Series, platform: str | None = None) -> pl.Series:
    """``name@host`` (a leading @ is allowed) to subject ids of a platform, or of what the host's name gives away."""
    name, host = (pl.col("u").str.extract(_ADDRESS, n).str.to_lowercase() for n in (1, 2))
    software = _software(host) if platform is None else pl.lit(platform)
    return _over_distinct(addresses, pl.concat_str(software, pl.lit(":account:"), name, pl.lit("@"), host))


def handles(subjects: pl.Expr) -> pl.Expr:
    """``name@host`` out of subject ids that hold it."""
    return subjects.str.extract(r"^[a-z]+:account:([^/]+@[^/]+)$", 1)


def _named() -> pl.Expr:
    uri, host = pl.col("u"), pl.col("u").str.extract(_HOST, 1).str.to_lowercase()
    at = pl.lit("@")
    by_path = [
        pl.concat_str(_software(host), pl.lit(":account:"), uri.str.extract(_NAMED, 1).str.to_lowercase(), at, host),
        pl.concat_str(pl.lit("friendica:account:"), uri.str.extract(_FRIENDICA, 1).str.to_lowercase(), at, host),
        pl.concat_str(_pod(host), pl.lit(":account:"), uri.str.extract(_SHORT, 1).str.to_lowercase(), at, host),
        pl.concat_str(pl.lit("gnusocial:account:"), host, pl.lit("/user/"), uri.str.extract(_NUMBERED, 1)),
        pl.concat_str(pl.lit("diaspora:account:"), uri.str.extract(_PERSON, 1).str.to_lowercase()),
    ]
    return pl.coalesce(by_path)


def _unnamed() -> pl.Expr:
    host = pl.col("u").str.extract(_HOST, 1).str.to_lowercase()
    return pl.concat_str(pl.lit("mastodon:account:"), host, pl.col("u").str.extract(_PATH, 1))


def _software(host: pl.Expr) -> pl.Expr:
    made = pl.lit("mastodon")
    for name in ("gnusocial", "friendica", "lemmy", "kbin"):
        made = pl.when(host.str.contains(HINTS[name])).then(pl.lit(name)).otherwise(made)
    return made


def _pod(host: pl.Expr) -> pl.Expr:
    return pl.when(host.str.contains(HINTS["diaspora"])).then(pl.lit("diaspora")).otherwise(pl.lit("lemmy"))


def _over_distinct(values: pl.Series, made: pl.Expr) -> pl.Series:
    """Apply an expression over ``u`` to each distinct value once."""
    frame = pl.DataFrame({"u": values.cast(pl.String)})
    known = frame.unique(maintain_order=True).drop_nulls().with_columns(made.alias("s"))
    return frame.join(known, on="u", how="left", maintain_order="left")["s"]


def subject_of_uri(uri: str) -> str | None:
    """The subject id of one actor, by its URI; None where it is no http(s) address."""
    return actor_subjects(pl.Series([uri], dtype=pl.String)).item()
