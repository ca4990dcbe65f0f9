"""Where in a text something stands that may be a link, a handle or an address: one pattern, one scan.

The pattern is for Rust's `regex` (linear time, no look-around): it takes a *superset* with generous ends, so that an
e-mail address swallows its own tail and never yields a handle; `link_targets` and `link_addresses` decide what each
piece is. Not for: deciding.
"""

import polars as pl

INVISIBLE = r"[\u00AD\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]"
"""Soft hyphen, zero-width and direction marks: they hide a link from a naive matcher and mean nothing in one."""

# The same in three, for a search that begins with fixed bytes is ten times as fast.
_HAS_INVISIBLE = (
    pl.col("text").str.contains(r"[\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069]")
    | pl.col("text").str.contains("\u00ad", literal=True)
    | pl.col("text").str.contains("\ufeff", literal=True)
)

DOT = r"(?:\.|\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|[。．｡])"
"""A dot, plain, defanged or full-width."""

_INNER = r"[^\s()<>\"]"
# Letters of any script, but no punctuation of other scripts, no arrows and no emoji: those end a link in running text.
_BEYOND = (
    r"\u00C0-\u024F\u0370-\u060B\u0610-\u061A\u0620-\u06D3\u06D5-\u1FFF\u2C00-\u2FEF\u3005-\uD7FF"
    r"\uF900-\uFAFF\uFE70-\uFEFE\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A\uFF66-\uFFDC"
)
_END = rf"[a-z0-9#$%+\-/=@_{_BEYOND}]"  # a link does not end with the marks that end a sentence
_CHAR = rf"[a-z0-9!#$%&'*+,\-./:;=?@_~{{{_BEYOND}]"
# Brackets only in pairs (three deep), so that "(see https://host/a_(b))" ends where a reader ends it.
_PAIRS = rf"\((?:{_INNER}|\((?:{_INNER}|\({_INNER}*\))*\))*\)|\[[^\s\[\]]*\]"
BODY = rf"(?:(?:{_CHAR}|{_PAIRS})*(?:{_END}|{_PAIRS}))?"

# A host's label keeps to one script; so text of another script that touches a link does not become part of its host.
_LABEL = (
    r"(?:[a-z0-9\u00C0-\u024F_-]+|[0-9\u0620-\u06D3\u06D5-\u06FF-]+|[0-9\u0400-\u04FF-]+"
    r"|[0-9\u0370-\u03FF\u0530-\u05FF\u0900-\u1FFF\u3041-\uD7FF-]+)"
)
_TLD = r"(?:xn--[a-z0-9-]+|[a-z]{2,24}|[\u0620-\u06D3\u06D5-\u06FF]{2,}|[\u0400-\u04FF]{2,}|[\u3041-\uD7FF]{2,})"
_ASCII_HOST = rf"[a-z0-9-]+(?:{DOT}[a-z0-9-]+)+"
_LOCAL = r"[a-z0-9][a-z0-9_.+%~=&*-]*"

MARKERS = {
    "telegram": r"telegram|تيليجرام|تلغرام|تليجرام|تلجرام|телеграмм?",
    "twitter": r"twitter|تويتر|твиттер",
    "instagram": r"instagram|انستغرام|انستجرام|инстаграм",
    "youtube": r"youtube|يوتيوب",
    "tiktok": r"tiktok",
    "facebook": r"facebook|فيسبوك",
}
"""Words that say, right before an @name, which platform the name is on."""

_MARK = rf"(?:(?:{'|'.join(MARKERS.values())})[ :=>|/\-–—()\[\]*_.,،]{{0,4}})?"
_JABBER = r"(?:(?:jabber|xmpp|jid|جابر|джаббер)[ :=/|\-–—*_()]*(?:[a-z\u0620-\u06D3\u0400-\u04FF]+[ :=\-]+){0,2})?"
_THREEMA = (
    r"(?:threema|ثريما)[ :=/#|\-–—*_()]{1,4}(?:(?:id|is|gateway|code|معرف|هوية|رقم)[ :=#\-]+){0,3}\*?(?-i:[A-Z0-9]{7,})"
)

_PLAIN = r"[^\s<>\"'()\[\]،؛؟。，…]"
_SCHEME_HOST = rf"[a-z][a-z0-9+.\-*]+(?::|\[:\])//+(?:[a-z0-9_.~%!$&'*+;=:\-]+@)?(?:{_LABEL}(?:{DOT}{_LABEL})*|\[[0-9a-f:.]+\])(?::[0-9]+)?"
_BARE_IPV4 = rf"(?:[0-9]{{1,3}}{DOT}){{3}}[0-9]{{1,3}}(?::[0-9]{{2,5}}|/)"
_BARE_HOST = rf"(?:{_LABEL}{DOT})+{_TLD}(?::[0-9]{{2,5}})?"
_PARTS = (
    rf"xmpp:{_LOCAL}@{_ASCII_HOST}(?:[/?]{_PLAIN}*)?",
    rf"matrix:(?:u|user|r|room|roomid)/{_PLAIN}+",
    rf"{_MARK}@[a-z0-9_](?:[a-z0-9_.=\-]*[a-z0-9_])?(?:[@:]{_ASCII_HOST}(?::[0-9]+)?)?",
    rf"[#!][a-z0-9_.=/+\u00C0-\u06D3\-]+[:@]{_ASCII_HOST}(?::[0-9]{{1,5}})?",
    rf"{_JABBER}{_LOCAL}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:\?join)?",
    _THREEMA,
    r"[0-9a-f]{66,}",
    # last, for at the same place an e-mail address comes first; one path for all three, since paths are costly to compile
    rf"(?:{_SCHEME_HOST}|{_BARE_IPV4}|{_BARE_HOST})(?:[/?#]{BODY})?",
)

FIND = "(?i)" + "|".join(f"(?:{part})" for part in _PARTS)
"""Everything that may be a find."""

TRIGGER = r"[.@:\[({。．｡][^\s.]|05[0-9a-fA-F]{64}"
"""Cheap test: a text without this, or one of NAMED_IDS, holds nothing that FIND could find."""

NAMED_IDS = r"(?i)threema|ثريما"
"""Words that an id without any mark may follow."""


def without_invisible(texts: pl.Expr) -> pl.Expr:
    """Texts without the marks of INVISIBLE."""
    return texts.str.replace_all(INVISIBLE, "")


def find_pieces(texts: pl.DataFrame) -> pl.DataFrame:
    """All pieces in order: `row` and `piece` (String), of texts with `row` (ascending), `text` and `named`.

    `named` says that the text may hold one of NAMED_IDS. Null texts yield none.
    """
    text = pl.col("text")
    texts = texts.filter(text.str.contains(TRIGGER) | pl.col("named"))
    marked = texts.select(_HAS_INVISIBLE)["text"]
    if marked.any():
        clean = texts.filter(marked).with_columns(without_invisible(text))
        texts = pl.concat([texts.filter(~marked), clean]).sort("row", maintain_order=True)
    pieces = texts.select("row", piece=text.str.extract_all(FIND))
    return pieces.explode("piece").filter(pl.col("piece").is_not_null())
