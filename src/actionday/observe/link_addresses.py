"""Handles and bare addresses: @name, @user:server, #room:server, user@host, Threema and Session ids.

A bare `@name` belongs to the platform named right before it ("Twitter: @name"), else to the platform of the post; where
names are local to a server, to the post's own server. What is an e-mail address, or cannot be told, is left out.
Not for: links (`link_targets`).
"""

import polars as pl

from actionday.observe.link_hosts import HINTS, endings
from actionday.observe.link_patterns import DOT, MARKERS
from actionday.observe.link_rules import ACCOUNT, CHANNEL
from actionday.observe.link_targets import FOUND

LOCAL_NAMES = ("mastodon", "gnusocial", "friendica", "diaspora", "lemmy", "kbin")
"""Platforms whose bare @name is a name at the server that one reads it on."""

_NAME = {
    "telegram": r"^([a-z][a-z0-9_]{3,31})(?:[^a-z0-9_]|$)",
    "twitter": r"^([a-z0-9_]{1,15})(?:[^a-z0-9_]|$)",
}
_ANY_NAME = r"^([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)"
_UNCLEAR = ("telegram", "vk")  # a name may be a user's or a channel's
_NO_NAMES = ("matrix", "xmpp", "rocketchat", "threema", "session", "website", "whatsapp", "signal")
_ROOMS = r"(?:conference|muc|rooms?|conf|groupchat|chatrooms?)\."
_MAIL_WORD = r"(?i)mail|почт|بريد|ايميل"
_JABBER_WORD = r"(?i)^(?:jabber|xmpp|jid|جابر|джаббер)"
_PIECE = pl.col("piece")


def resolve_addresses(pieces: pl.DataFrame) -> pl.DataFrame:
    """Pieces (`at`, `piece`, `platform` and `server` of the post, null if not known) to FOUND."""
    plain = _PIECE.str.contains(r"^@[^@:]*$")
    names = _plain_names(pieces.filter(plain).with_columns(name=_PIECE.str.slice(1), on="platform"))
    pieces = pieces.filter(~plain).with_columns(_PIECE.str.replace_all(f"(?i){DOT}", "."))
    uri = _PIECE.str.contains(r"(?i)^(?:xmpp|matrix):[^ ]")
    room = _PIECE.str.contains("^[#!]")
    sign = _PIECE.str.contains(rf"(?i)^(?:(?:{'|'.join(MARKERS.values())})[^@a-z0-9]*)?@")
    way = (
        pl.when(uri).then(1).when(room).then(2).when(sign).then(3).when(_PIECE.str.contains("@", literal=True)).then(4)
    )
    pieces = pieces.with_columns(way=way.otherwise(5))
    steps = (_uris, _rooms, _names, _jids, _ids)
    groups = ((step, pieces.filter(pl.col("way") == n)) for n, step in enumerate(steps, 1))
    return pl.concat([names, *(step(group) for step, group in groups if group.height)])


def _found(
    kind: str,
    target: pl.Expr,
    target_kind: pl.Expr | str,
    url: pl.Expr | None = None,
    platform: pl.Expr | None = None,
) -> list[pl.Expr]:
    """The columns of FOUND; the platform is the target's first part."""
    kinds = target_kind if isinstance(target_kind, pl.Expr) else pl.lit(target_kind)
    platform = target.str.extract(r"^([^:]+):", 1) if platform is None else platform
    return [
        pl.col("at"),
        pl.lit(kind).alias("kind"),
        target.alias("target"),
        platform.alias("target_platform"),
        kinds.alias("target_kind"),
        (pl.lit(None, pl.String) if url is None else url).alias("url"),
    ]


def _known(host: pl.Expr) -> pl.Expr:
    """Whether a host ends as hosts do."""
    return host.str.to_lowercase().str.replace(r"^.*\.", "").str.replace(":[0-9]+$", "").is_in(sorted(endings()))


def _uris(pieces: pl.DataFrame) -> pl.DataFrame:
    """``xmpp:`` (XEP-0147) and ``matrix:`` (MSC 2312) URIs."""
    xmpp = pieces.filter(_PIECE.str.contains("(?i)^xmpp:"))
    bare = _PIECE.str.extract(r"(?i)^xmpp:([^/?]+@[^/?]+)", 1).str.to_lowercase()
    join = _PIECE.str.contains(r"(?i)\?join")
    rooms = join | bare.str.contains(f"@{_ROOMS}")
    target = pl.when(rooms).then("xmpp:channel:" + bare).otherwise("xmpp:account:" + bare)
    kinds = pl.when(rooms).then(pl.lit(CHANNEL)).otherwise(pl.lit(ACCOUNT))
    uri = pl.lit("xmpp:") + bare + _PIECE.str.extract(r"(\?join)", 1).fill_null("")
    jids = xmpp.select(_found("address", target, kinds, uri))
    matrix = pieces.filter(_PIECE.str.contains("(?i)^matrix:"))
    sort = _PIECE.str.extract(r"(?i)^matrix:(u|user|r|room|roomid)/", 1).str.to_lowercase()
    local, server = (_PIECE.str.extract(r"(?i)^matrix:[a-z]+/([^/?:]+):([^/?#]+)", n) for n in (1, 2))
    server = server.str.to_lowercase()
    user, number = sort.is_in(["u", "user"]), sort == "roomid"
    target = (
        pl.when(user)
        .then(pl.concat_str(pl.lit("matrix:account:@"), local.str.to_lowercase(), pl.lit(":"), server))
        .when(number)
        .then(pl.concat_str(pl.lit("matrix:channel:!"), local, pl.lit(":"), server))
        .otherwise(pl.concat_str(pl.lit("matrix:channel:#"), local, pl.lit(":"), server))
    )
    kinds = pl.when(user).then(pl.lit(ACCOUNT)).otherwise(pl.lit(CHANNEL))
    rooms_and_users = matrix.select(_found("address", target, kinds, _PIECE)).filter(pl.col("target").is_not_null())
    return pl.concat([jids, rooms_and_users])


def _rooms(pieces: pl.DataFrame) -> pl.DataFrame:
    """``#alias:server`` and ``!id:server`` (Matrix), ``!community@server`` (Lemmy)."""
    host = _PIECE.str.extract(r"[:@]([^:@]+(?::[0-9]+)?)$", 1)
    pieces = pieces.filter(_known(host)).with_columns(host=host.str.to_lowercase())
    local = _PIECE.str.extract(r"^([#!][^:@]+)[:@]", 1)
    matrix = pieces.filter(_PIECE.str.contains(r"^(?:#[^:@]+|![^:@]{8,}):"))
    target = pl.concat_str(pl.lit("matrix:channel:"), local, pl.lit(":"), "host")
    lemmy = pieces.filter(_PIECE.str.contains(r"^![^:@]+@"))
    community = pl.concat_str(
        pl.lit("lemmy:channel:"), local.str.strip_prefix("!").str.to_lowercase(), pl.lit("@"), "host"
    )
    return pl.concat(
        [matrix.select(_found("address", target, CHANNEL)), lemmy.select(_found("handle", community, CHANNEL))]
    )


def _names(pieces: pl.DataFrame) -> pl.DataFrame:
    """``@user@host`` (fediverse), ``@user:server`` (Matrix) and, after a platform's name, ``@name``."""
    name, host = (_PIECE.str.extract(r"@([^@:]+)(?:[@:](.+))?$", n).str.to_lowercase() for n in (1, 2))
    parts = pieces.with_columns(name=name, host=host)
    whole = parts.filter(pl.col("host").is_not_null() & _known(pl.col("host")))
    federated = _PIECE.str.contains(r"@[^@:]+@")
    matrix = pl.concat_str(pl.lit("matrix:account:@"), "name", pl.lit(":"), "host")
    fediverse = pl.concat_str(_software(pl.col("host")), pl.lit(":account:"), "name", pl.lit("@"), "host")
    on = pl.lit(None, pl.String)
    for platform, words in MARKERS.items():
        on = pl.when(_PIECE.str.contains(f"(?i)^(?:{words})")).then(pl.lit(platform)).otherwise(on)
    named = parts.filter(pl.col("host").is_null()).with_columns(on=pl.coalesce(on, "platform"))
    return pl.concat(
        [
            whole.filter(~federated).select(_found("address", matrix, ACCOUNT)),
            whole.filter(federated).select(_found("handle", fediverse, ACCOUNT)),
            _plain_names(named),
        ]
    )


def _software(host: pl.Expr) -> pl.Expr:
    """The fediverse software that a host's name gives away; Mastodon, the most common, where it gives none."""
    names = ("gnusocial", "friendica", "lemmy", "kbin")
    out = pl.lit("mastodon")
    for name in names:
        out = pl.when(host.str.contains(HINTS[name])).then(pl.lit(name)).otherwise(out)
    return out


def _plain_names(parts: pl.DataFrame) -> pl.DataFrame:
    """``@name`` (`name`) on platform `on`; where names are local, at `server`."""
    name, on = pl.col("name").str.to_lowercase(), pl.col("on")
    found = [pl.DataFrame(schema=FOUND)]
    for (platform,), group in parts.filter(on.is_not_null() & ~on.is_in(_NO_NAMES)).group_by("on"):
        word = name.str.extract(_NAME.get(str(platform), _ANY_NAME), 1)
        target = pl.concat_str(on, pl.lit(":@"), word)
        if platform in LOCAL_NAMES:
            target = pl.concat_str(on, pl.lit(":account:"), word, pl.lit("@"), pl.col("server"))
        kinds = pl.lit(CHANNEL if platform == "youtube" else ACCOUNT)
        if platform in _UNCLEAR:
            kinds = pl.when(word.str.ends_with("bot")).then(kinds)
        rows = group.with_columns(target=target).filter(pl.col("target").is_not_null())
        found.append(rows.select(_found("handle", pl.col("target"), kinds, platform=pl.col("on"))))
    return pl.concat(found)


def _jids(pieces: pl.DataFrame) -> pl.DataFrame:
    """``user@host`` that is a Jabber id: so marked, in a room host, asking to join, or written on XMPP. Else e-mail."""
    marked = _PIECE.str.contains(_JABBER_WORD) & ~_PIECE.str.contains(rf"{_MAIL_WORD}[^@]*[\s:=/|()–—][^@]*@")
    rooms = _PIECE.str.contains(rf"(?i)@{_ROOMS}|\?join$")
    jids = pieces.filter(marked | rooms | (pl.col("platform") == "xmpp").fill_null(value=False))
    bare = _PIECE.str.extract(r"([^\s:=/|()–—]+@[^@?\s]+)(?:\?join)?$", 1).str.to_lowercase()
    jids = jids.with_columns(bare=bare).filter(_known(pl.col("bare")))
    target = pl.when(rooms).then("xmpp:channel:" + pl.col("bare")).otherwise("xmpp:account:" + pl.col("bare"))
    kinds = pl.when(rooms).then(pl.lit(CHANNEL)).otherwise(pl.lit(ACCOUNT))
    return jids.select(_found("address", target, kinds))


def _ids(pieces: pl.DataFrame) -> pl.DataFrame:
    """Threema ids after the word (eight capitals or digits; `*` and seven for a gateway) and Session ids (05 and 64 hex)."""
    word = _PIECE.str.extract(r"(\*?[A-Z0-9]+)$", 1)
    shouted = _PIECE.str.contains("^THREEMA") & ~word.str.contains("[0-9]")
    threema = pieces.filter(_PIECE.str.contains("(?i)^(?:threema|ثريما)") & (word.str.len_bytes() == 8) & ~shouted)
    session = pieces.filter(_PIECE.str.contains("(?i)^05[0-9a-f]{64}$"))
    return pl.concat(
        [
            threema.select(_found("address", pl.lit("threema:account:") + word, ACCOUNT)),
            session.select(_found("address", pl.lit("session:account:") + _PIECE.str.to_lowercase(), ACCOUNT)),
            pl.DataFrame(schema=FOUND),
        ]
    )
