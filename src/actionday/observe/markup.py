"""HTML of posts and profiles to text and link targets, a column at a time, and back.

Meant for the small HTML that servers hand out for posts (Mastodon, Friendica, GNU social, feeds): one pass over the bytes, and
regular expressions that cannot backtrack where there are links; no tree per row. Damaged or hostile markup never raises and never
comes out as markup; a tag that is not closed takes the rest of its text with it, as in browsers.

- `<br>` is a line break, a paragraph's end a blank line, the end of another block a line break; other tags vanish.
- Comments, scripts, styles and whatever else no reader sees go with what is in them.
- Mastodon hides parts of a link's address from view (`<span class="invisible">`). They stay in the text: what is left out
  there would leave half an address for a whole one.
- A mention reads ``@name`` and leads to another server; it becomes ``@name@host``, and no href besides. GNU social writes the
  sign before the link, and links to a number.
- Links to hashtags are navigation: no href.
- Character references are decoded last and once, so that ``&lt;b&gt;`` is text and stays it.

Not for: whole pages of websites (their own reader has a tree), and never for showing anything to anybody.
"""

import html as entities
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from actionday.observe import markup_kernels as kernels

HREFS = pa.list_(pa.string())

_ATTRIBUTES = r"""(?:"[^"]*"|'[^']*'|[^'">])*"""
_UNSEEN = r"script|style|head|title|template|noscript|object|svg|math|textarea|select|iframe"
_RARE = rf"(?i)<(?:!--|(?:{_UNSEEN})[\s>])"
_DROPPED = r"(?is)<!--.*?(?:-->|\z)" + "".join(
    rf"|<{name}(?:\s[^>]*)?>.*?(?:</{name}\s*>|\z)" for name in _UNSEEN.split("|")
)
_MENTION = (
    r"""(?i)@?<a\s[^<>]*?href=["']https?://([^/"'<>]+)/(?:@|users/|profile/)([\w.-]+)/?["'][^<>]*>"""
    r"""@(?:<(?:span|bdi)[^<>]*>)?[\w.-]+(?:@[\w.-]+)?(?:</(?:span|bdi)>)?</a>"""
)
_MENTIONED = r"(?i)>@(?:<(?:span|bdi)[^<>]*>)?[\w.-]"
_NAMED_AFTER = (
    r"""(?i)@<a\s[^<>]*?href=["']https?://([^/"'<>]+)/(?:user/[0-9]+|(?:users/|profile/|@)?[\w.-]+)/?["'][^<>]*>"""
    r"""(?:<(?:span|bdi)[^<>]*>)?([\w.-]+)(?:</(?:span|bdi)>)?</a>"""
)
_ANCHOR = rf"(?i)<(?:a|area)\s{_ATTRIBUTES}>"
_HREF = r"""(?i)[\s"'/]href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
_HASHTAG = (
    r"""(?i)[\s"'](?:rel\s*=\s*["']?(?:[^"'>]*\s)?tag[\s"'>]|class\s*=\s*["'](?:[^"']*\s)?(?:hashtag|u-tag)[\s"'])"""
)
_NOWHERE = r"(?i)^(?:#|javascript:|data:|vbscript:|$)"
_REFERENCE = r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"


_TABLES = (kernels.PARAGRAPHS, kernels.LINES, kernels.BREAKS, kernels.CELLS)


@dataclass(frozen=True, slots=True)
class Plain:
    """As long as the input. `text`: strings, never null. `hrefs`: list<string> in order, null where a row has none."""

    text: pa.Array
    hrefs: pa.Array


def plain_text(html: pa.Array) -> Plain:
    """Texts and link targets of a column of HTML (strings; null counts as empty). Takes a block, not a file."""
    source = pl.Series("html", html, dtype=pl.String).fill_null("")
    source = _where(source, source.str.contains(_RARE), _DROPPED, "")
    source = _where(source, source.str.contains(_MENTIONED), _MENTION, "@$2@$1")
    source = _where(source, source.str.contains("(?i)@<a "), _NAMED_AFTER, "@$2@$1")
    return Plain(_texts(source).to_arrow().cast(pa.string()), _hrefs(source))


def with_targets(plain: Plain) -> pa.Array:
    """The texts, and below each on lines of their own the targets that it hides: for profiles, whose tables hold text alone."""
    frame = pl.DataFrame({"text": pl.Series(plain.text), "h": pl.Series(plain.hrefs, dtype=pl.List(pl.String))})
    frame = frame.with_row_index("row")
    lines = frame.explode("h").drop_nulls("h").filter(~pl.col("text").str.contains(pl.col("h"), literal=True))
    lines = lines.group_by("row", maintain_order=True).agg(pl.col("h").str.join("\n"))
    whole = frame.drop("h").join(lines, on="row", how="left", maintain_order="left")
    given = [pl.when(pl.col(name) != "").then(name) for name in ("text", "h")]
    made = whole.select(pl.concat_str(given, separator="\n", ignore_nulls=True).fill_null(""))
    return made.to_series().to_arrow().cast(pa.string())


def as_html(text: pa.Array, hrefs: pa.Array | None = None) -> pa.Array:
    """HTML that `plain_text` reads as exactly these texts and hrefs, whatever is in them. A null text counts as empty."""
    body = pl.Series("text", text, dtype=pl.String).fill_null("")
    references = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\t": "&#9;", "\f": "&#12;"}
    body = body.str.replace_many(references)
    # blanks and line breaks that reading would take out or move are written as references
    odd = body.str.contains(r"^[ \n]|[ \n]$|  | \n|\n |\n\n\n")
    exact = body.str.replace_many({" ": "&#32;", "\n": "&#10;"})
    usual = body.str.replace_all("\n\n", "</p><p>", literal=True).str.replace_all("\n", "<br />", literal=True)
    frame = pl.DataFrame({"odd": odd, "exact": exact, "usual": usual, "anchors": _anchors(hrefs, len(body))})
    made = pl.concat_str(pl.lit("<p>"), pl.when("odd").then("exact").otherwise("usual"), pl.lit("</p>"), "anchors")
    return frame.select(made).to_series().to_arrow().cast(pa.string())


def decode(texts: pl.Series) -> pl.Series:
    """Character references to characters, once; those that no standard knows stay as they are."""
    has = texts.str.contains("&", literal=True).fill_null(value=False)
    if not has.any():
        return texts
    found = texts.filter(has).str.extract_all(_REFERENCE).explode().drop_nulls().unique(maintain_order=True)
    known = {reference: entities.unescape(reference) for reference in found}
    known = {reference: value for reference, value in known.items() if value != reference}
    return texts.str.replace_many(known) if known else texts


def _texts(source: pl.Series) -> pl.Series:
    array = source.to_arrow().cast(pa.string())
    _, offsets, data = array.buffers()
    if data is None:
        return source
    starts = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    buffer = np.frombuffer(data, np.uint8)
    out, ends = np.empty(2 * int(starts[-1] - starts[0]) + 1, np.uint8), np.zeros(len(starts), np.int32)
    kernels.strip(buffer, starts, out, ends, _TABLES, kernels.PRE)
    made = pa.Array.from_buffers(pa.string(), len(array), [None, pa.py_buffer(ends), pa.py_buffer(out)])
    return decode(pl.Series("text", made, dtype=pl.String))


def _where(texts: pl.Series, rows: pl.Series, pattern: str, value: str) -> pl.Series:
    """Replace in some rows only: most columns have none, and looking costs less than replacing."""
    if not rows.any():
        return texts
    return texts.clone().scatter(rows.arg_true(), texts.filter(rows).str.replace_all(pattern, value))


def _hrefs(source: pl.Series) -> pa.Array:
    """The targets of each row's anchors."""
    rows = source.str.contains("(?i)<a(?:rea)?\\s").arg_true()
    frame = pl.DataFrame({"row": rows, "a": source.gather(rows).str.extract_all(_ANCHOR)})
    frame = frame.explode("a").drop_nulls("a").filter(~pl.col("a").str.contains(_HASHTAG))
    target = pl.coalesce(pl.col("a").str.extract(_HREF, n) for n in (1, 2, 3))
    frame = frame.select("row", target.alias("a")).drop_nulls("a")
    frame = frame.with_columns(decode(frame["a"]).str.strip_chars()).filter(~pl.col("a").str.contains(_NOWHERE))
    counts = np.bincount(frame["row"].to_numpy(), minlength=len(source))
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    values = frame["a"].to_arrow().cast(pa.string())
    return pa.ListArray.from_arrays(offsets, values, type=HREFS, mask=pa.array(counts == 0))


def _anchors(hrefs: pa.Array | None, length: int) -> pl.Series:
    """An anchor without text for each href."""
    if hrefs is None:
        return pl.Series([""]).new_from_index(0, length)
    listed = pl.Series("h", hrefs, dtype=pl.List(pl.String))
    quoted = pl.element().str.replace_many({"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;"})
    made = listed.list.eval(pl.concat_str(pl.lit('<a href="'), quoted, pl.lit('"></a>')))
    return made.list.join("").fill_null("")
