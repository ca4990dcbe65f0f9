"""Addresses of the fediverse to subject ids: which account an actor's or a post's URI belongs to, as extraction writes it.

An account is ``mastodon:account:name@host``, by which links and handles in texts name it too; an actor whose URI holds no
name is ``mastodon:account:host/path``. Software is told by the path and by what a host's name gives away; where neither
does, it is taken for Mastodon, the most common. Names are case-folded. Not for: links in texts (`extract`), profile look-ups.
"""

from collections.abc import Callable

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
    return fill(author_subjects(uris), _unnamed, uris)


def author_subjects(uris: pl.Series) -> pl.Series:
    """Subject ids of the authors of posts, by the posts' URIs; null where a URI does not say."""
    return _over_distinct(uris, _named)


def fill(subjects: pl.Series, find: Callable[[pl.Series], pl.Series], values: pl.Series) -> pl.Series:
    """Look for the subjects that are null still, and for these alone, by other values in the same rows."""
    lacking = (subjects.is_null() & values.is_not_null()).arg_true()
    if not len(lacking):
        return subjects
    return subjects.clone().scatter(lacking, find(values.gather(lacking)))


def address_subjects(addresses: pl.Series, platform: str | None = None) -> pl.Series:
    """``name@host`` (a leading @ is allowed) to subject ids of a platform, or of what the host's name gives away."""

    def found(values: pl.Series) -> pl.Series:
        name, host = (values.str.extract(_ADDRESS, n).str.to_lowercase() for n in (1, 2))
        return _subject(_software(host) if platform is None else pl.Series([platform]), name, host)

    return _over_distinct(addresses, found)


def handles(subjects: pl.Expr) -> pl.Expr:
    """``name@host`` out of subject ids that hold it."""
    return subjects.str.extract(r"^[a-z]+:account:([^/]+@[^/]+)$", 1)


def _named(uris: pl.Series) -> pl.Series:
    host = uris.str.extract(_HOST, 1).str.to_lowercase()
    made = _subject(_software(host), uris.str.extract(_NAMED, 1).str.to_lowercase(), host)
    return fill(made, _otherwise_named, uris)


def _otherwise_named(uris: pl.Series) -> pl.Series:
    """By the paths of other software than Mastodon's."""
    host = uris.str.extract(_HOST, 1).str.to_lowercase()
    found = [
        _subject(pl.Series(["friendica"]), uris.str.extract(_FRIENDICA, 1).str.to_lowercase(), host),
        _subject(_pod(host), uris.str.extract(_SHORT, 1).str.to_lowercase(), host),
        "gnusocial:account:" + host + "/user/" + uris.str.extract(_NUMBERED, 1),
        "diaspora:account:" + uris.str.extract(_PERSON, 1).str.to_lowercase(),
    ]
    return pl.select(pl.coalesce(found)).to_series()


def _unnamed(uris: pl.Series) -> pl.Series:
    return "mastodon:account:" + uris.str.extract(_HOST, 1).str.to_lowercase() + uris.str.extract(_PATH, 1)


def _subject(platform: pl.Series, name: pl.Series, host: pl.Series) -> pl.Series:
    if len(platform) == 1:
        platform = platform.new_from_index(0, len(name))
    return platform + ":account:" + name + "@" + host


def _software(hosts: pl.Series) -> pl.Series:
    host, made = pl.col("u"), pl.lit("mastodon")
    for name in ("gnusocial", "friendica", "lemmy", "kbin"):
        made = pl.when(host.str.contains(HINTS[name])).then(pl.lit(name)).otherwise(made)
    return _over_distinct(hosts, lambda values: values.to_frame("u").select(made).to_series())


def _pod(hosts: pl.Series) -> pl.Series:
    made = pl.when(pl.col("u").str.contains(HINTS["diaspora"])).then(pl.lit("diaspora")).otherwise(pl.lit("lemmy"))
    return hosts.to_frame("u").select(made).to_series()


def _over_distinct(values: pl.Series, find: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Look for each distinct value once."""
    frame = pl.DataFrame({"u": values.cast(pl.String)})
    known = frame.unique(maintain_order=True).drop_nulls()
    if len(known) == len(frame):
        return find(frame["u"]).alias("s")
    known = known.with_columns(find(known["u"]).alias("s"))
    return frame.join(known, on="u", how="left", maintain_order="left")["s"]


def subject_of_uri(uri: str) -> str | None:
    """The subject id of one actor, by its URI; None where it is no http(s) address."""
    return actor_subjects(pl.Series([uri], dtype=pl.String)).item()
