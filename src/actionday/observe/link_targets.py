"""From a link's parts to the account, channel or site it leads to, by the rules of `link_rules`.

Columnar: each rule is an expression over the links that no earlier rule took. Not for: finding, handles and bare
addresses (`link_addresses`), or resolving shortened links: nothing here touches the network.
"""

import re
from collections.abc import Iterable

import polars as pl

from actionday.observe.link_hosts import HINTS, NO_FEDIVERSE
from actionday.observe.link_rules import APP_RULES, FEDERATED, FEDERATED_PATH, MATRIX, PLATFORM_RULES, Rule
from actionday.observe.link_urls import split_links

FOUND = {
    "at": pl.UInt32(),
    "kind": pl.String(),
    "target": pl.String(),
    "target_platform": pl.String(),
    "target_kind": pl.String(),
    "url": pl.String(),
}
"""Columns of a find; `at` is the piece's place in the order of pieces."""

_ESCAPES = {"%23": "#", "%21": "!", "%40": "@", "%3A": ":", "%3a": ":", "%2F": "/", "%2f": "/", "%24": "$"}
_ESCAPED = frozenset({"matrix", "rocketchat", "xmpp"})


def resolve_links(pieces: pl.DataFrame) -> pl.DataFrame:
    """Links (`at`, `piece`: with or without scheme, defanged or not) to FOUND; what is no link is left out."""
    parts = split_links(pieces).select("at", "rest", "h", "url", "family", "app", "sure")
    found, _ = _take(parts.filter("app").with_columns(rest="url"), APP_RULES, "")
    web = parts.filter(~pl.col("app")).drop("app")
    for (name,), group in web.filter(pl.col("family").is_not_null()).group_by("family"):
        found += _platform(group, str(name))
    found += _sites(web.filter(pl.col("family").is_null()))
    return pl.concat([pl.DataFrame(schema=FOUND), *found])


def _platform(parts: pl.DataFrame, name: str) -> list[pl.DataFrame]:
    """Links on a platform's own hosts."""
    if name in _ESCAPED:
        parts = parts.with_columns(pl.col("rest").str.replace_many(_ESCAPES))
    found, left = _take(parts, PLATFORM_RULES[name], name)
    return found if left.is_empty() else [*found, _find(left, Rule("", None), name)]


def _sites(parts: pl.DataFrame) -> list[pl.DataFrame]:
    """Links to all other hosts: software that anybody may host, else a website."""
    rest = pl.col("rest")
    client = rest.str.contains("#/(?:room|user)/")
    served = pl.col("sure") & (rest.str.contains(FEDERATED_PATH) | pl.col("h").str.contains(HINTS["gnusocial"]))
    served = served & ~pl.col("h").str.contains(NO_FEDIVERSE)
    parts = parts.with_columns(way=pl.when(client).then(1).when(served).then(2).otherwise(0))
    clients, servers = parts.filter(pl.col("way") == 1), parts.filter(pl.col("way") == 2)
    in_client, no_room = _take(clients.with_columns(rest.str.replace_many(_ESCAPES)), MATRIX, "matrix")
    on_server, no_actor = _take(servers, FEDERATED, "")
    plain = pl.concat([no_room, no_actor, parts.filter(pl.col("way") == 0)])
    return [*in_client, *on_server, _websites(plain)]


def _take(parts: pl.DataFrame, rules: Iterable[Rule], platform: str) -> tuple[list[pl.DataFrame], pl.DataFrame]:
    """What each rule takes of what the rules before it left, as FOUND; and what none took."""
    found = []
    for rule in rules:
        if parts.is_empty():
            break
        fits = parts.select(_fits(rule)).to_series()
        if fits.any():
            found.append(_find(parts.filter(fits), rule, platform))
            parts = parts.filter(~fits)
    return found, parts


def _fits(rule: Rule) -> pl.Expr:
    path = pl.col("rest").str.contains(rule.pattern)
    return path & pl.col("h").str.contains(rule.host) if rule.host else path


def _find(parts: pl.DataFrame, rule: Rule, platform: str) -> pl.DataFrame:
    target = _target(rule) if rule.target else pl.lit(None, pl.String)
    name = platform or rule.platform or (rule.target or "").partition(":")[0]
    return parts.select(
        "at",
        kind=pl.lit(rule.kind),
        target=target,
        target_platform=pl.lit(name),
        target_kind=pl.lit(rule.target_kind, pl.String),
        url="url",
    )


def _target(rule: Rule) -> pl.Expr:
    """The rule's target filled in. `{1}` as written, `{1l}` lower case, `{1u}` upper case, `{h}` host, `{h1}` its first label."""
    fields: list[pl.Expr] = []
    for number, text in enumerate(re.split(r"\{(\w+)\}", rule.target or "")):
        if number % 2 == 0:
            fields.append(pl.lit(text))
        elif text == "h":
            fields.append(pl.col("h"))
        elif text == "h1":
            fields.append(pl.col("h").str.extract(r"^([^.]+)", 1).str.replace_all("-", "_", literal=True))
        else:
            group = pl.col("rest").str.extract(rule.pattern, int(text[0]))
            fields.append({"": group, "l": group.str.to_lowercase(), "u": group.str.to_uppercase()}[text[1:]])
    return pl.concat_str(fields)


def _websites(parts: pl.DataFrame) -> pl.DataFrame:
    """A link to a host as such. A host that cannot exist has no target."""
    site = pl.when("sure").then(pl.lit("website:channel:") + pl.col("h"))
    return parts.select(
        "at",
        kind=pl.lit("url"),
        target=site,
        target_platform=pl.lit("website"),
        target_kind=pl.lit("site"),
        url="url",
    )
