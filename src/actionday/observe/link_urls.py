"""From a link as written to its parts and its canonical form.

What stands before the path (scheme, host, port: the *head*) is decided once per distinct head in plain Python, for there
are few; everything else is an expression over all links at once.
Canonical: refanged, scheme and host in lower case, host in punycode, no user data, no tracking parameters, no fragment
(but where the fragment is the address: matrix.to, signal.group, ...), no lone slash; a link without scheme gets https.
Not for: finding links (`link_patterns`), or saying whose they are (`link_targets`).
"""

import re
from dataclasses import dataclass

import polars as pl

from actionday.observe.link_hosts import APP_SCHEMES, ASCII_FAMILIES, TYPED_ONLY_WITH_PATH, endings, family_of

_HEAD = r"^(?:[^/?#]*:\]?//+)?[^/?#]*"
_DEFANGED_DOT = re.compile(r"\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|[。．｡]", re.IGNORECASE)
_SCHEME = re.compile(r"^([a-z][a-z0-9+.\-*]*)(?:\[:\]|:)//+", re.IGNORECASE)
_WEB_SCHEME = re.compile(r"h(?:tt|xx|\*\*)p(s?)$")
_TWO_SENTENCES = re.compile(r"[^A-Z]*\.[A-Z][a-z]+$")
_SURE_ENDINGS = re.compile(r"\.(?:Com|Net|Org|Info|Biz)$")
_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-f:.]+\]")
_CLOCK = re.compile(r"[0-9]+\.[a-z]+")
_TRACKING = (
    r"(?i)\b(?:utm_[a-z]+|fbclid|gclid|dclid|msclkid|yclid|igshid|igsh|ref_src|ref_url|mc_[ce]id|si_source|mibextid)"
    r"=[^&#]*&?"
)
_FRAGMENT_IS_ADDRESS = ("matrix", "signal", "telegram", "twitter")
_DIGITS = {chr(zero + n): str(n) for zero in (0x0660, 0x06F0) for n in range(10)}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the path. `h` is the host without `www.`; `sure`: such a host can exist."""

    prefix: str  # canonical scheme://host:port
    h: str
    family: str | None  # the platform whose host it is
    app: bool  # opens an app; there is no host
    sure: bool
    link: bool  # False: no link, whatever follows
    needs_path: bool  # a link only when something follows
    defanged: bool
    ascii: bool  # the platform's paths are ASCII: other letters are text that touches the link


def split_links(pieces: pl.DataFrame) -> pl.DataFrame:
    """Links (`at`, `piece`) to `at`, `rest` (path, query, fragment; may be empty), `url` and the columns of Head.

    What is no link is left out.
    """
    piece, rest = pl.col("piece"), pl.col("rest")
    parts = pieces.with_columns(rest=piece.str.replace(_HEAD, ""))
    parts = parts.select("at", "rest", head=piece.str.strip_suffix(rest))
    codes = parts["head"].to_arrow().dictionary_encode()
    heads = pl.DataFrame([parse_head(text) for text in codes.dictionary.to_pylist()], schema=_HEAD_SCHEMA)
    parts = parts.drop("head").hstack(heads[pl.Series(codes.indices)])
    parts = parts.filter(pl.col("link") & ((rest != "") | ~pl.col("needs_path")))
    parts = _mend(parts, pl.col("defanged"), rest.str.replace_all(f"(?i){_DEFANGED_DOT.pattern}", "."))
    touched = pl.col("ascii") & rest.str.contains(r"[^\x00-\x7F]")
    parts = _mend(parts, touched, rest.str.replace_many(_DIGITS).str.extract(r"^([\x00-\x7F]*)", 1))
    return _with_url(parts)


_HEAD_SCHEMA = {
    "prefix": pl.String,
    "h": pl.String,
    "family": pl.String,
    "app": pl.Boolean,
    "sure": pl.Boolean,
    "link": pl.Boolean,
    "needs_path": pl.Boolean,
    "defanged": pl.Boolean,
    "ascii": pl.Boolean,
}


def _mend(parts: pl.DataFrame, where: pl.Expr, rest: pl.Expr) -> pl.DataFrame:
    """`rest` replaced where the condition holds; the others are not touched, for they are nearly all."""
    chosen = parts.select(where.alias("where"))["where"]
    if not chosen.any():
        return parts
    return pl.concat([parts.filter(~chosen), parts.filter(chosen).with_columns(rest=rest)])


def _with_url(parts: pl.DataFrame) -> pl.DataFrame:
    """Adds `url`, the canonical form."""
    rest, tail = pl.col("rest"), pl.col("tail")
    parts = parts.with_columns(tail=rest)
    extra = parts["rest"].str.contains(r"[?#]")
    if extra.any():
        kept = (
            pl.when(pl.col("family").is_in(_FRAGMENT_IS_ADDRESS) | rest.str.contains("#!?/"))
            .then(rest)
            .otherwise(rest.str.replace("#.*$", ""))
        )
        kept = kept.str.replace_all(_TRACKING, "").str.replace(r"[?&]+(#|$)", "${1}")
        parts = pl.concat([parts.filter(~extra), parts.filter(extra).with_columns(tail=kept)])
    tail = pl.when(tail == "/").then(pl.lit("")).otherwise(tail)
    return parts.with_columns(url=pl.concat_str("prefix", tail)).drop("tail")


def parse_head(text: str) -> Head:
    """Scheme and authority as written. Without a scheme it must look like a host that can exist."""
    plain = _DEFANGED_DOT.sub(".", text)
    match = _SCHEME.match(plain)
    scheme = match[1].lower() if match else "https"
    web = _WEB_SCHEME.search(scheme)
    defanged = plain != text or (match is not None and "[:]" in match[0]) or "xx" in scheme or "*" in scheme
    scheme = f"http{web[1]}" if web else scheme
    written = plain[match.end() :] if match else plain
    written = written.rpartition("@")[2]
    host, port = _host_and_port(written)
    app, h = scheme in APP_SCHEMES, host.removeprefix("www.")
    ending = host.rpartition(".")[2]
    number = _NUMBER.fullmatch(host) is not None
    sure = number or ("." in host and ending in endings())
    family = None if app else family_of(h)
    return Head(
        prefix=f"{scheme}://{host}{port}",
        h=h,
        family=family,
        app=app,
        sure=sure,
        link=bool(host) and (match is not None or (sure and "_" not in host)),
        needs_path=match is None and not number and _only_looks_like_host(written, host),
        defanged=defanged,
        ascii=app or family in ASCII_FAMILIES,
    )


def _host_and_port(written: str) -> tuple[str, str]:
    """Host in lower case and punycode (IDNA 2003, the standard library's); port with its colon, or empty."""
    bracketed = re.fullmatch(r"\[([0-9a-fA-F:.]+)\](:[0-9]+)?", written)
    if bracketed:
        inner = bracketed[1].lower()
        return (f"[{inner}]" if ":" in inner else inner), bracketed[2] or ""
    host, colon, port = written.lower().partition(":")
    host = host.strip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return host, f"{colon}{port}" if port else ""
    return host, f"{colon}{port}" if port else ""


def _only_looks_like_host(written: str, host: str) -> bool:
    """File names, two sentences run together, times of day, and a product that is named like a host."""
    joined = _TWO_SENTENCES.match(written) and not _SURE_ENDINGS.search(written)
    return (
        bool(joined)
        or host == "rocket.chat"
        or host.rpartition(".")[2] in TYPED_ONLY_WITH_PATH
        or _CLOCK.fullmatch(host) is not None
    )
