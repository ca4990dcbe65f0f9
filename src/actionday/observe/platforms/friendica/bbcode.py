"""Friendica's BBCode to text and link targets, a column at a time, and back: the twin of `observe.markup`.

A link's target goes to hrefs and its words stay; a mention ``@[url=profile]Name[/url]`` becomes ``@name@host``; what stands in
``[share …]`` is somebody else's post and stays as quoted text. Pictures leave their description. Not for: rendering.
"""

import polars as pl
import pyarrow as pa

from actionday.observe.markup import HREFS, Plain

_MENTION = r"(?i)[@!]\[url=https?://([^/\]\s]+)/(?:profile/|users/|u/|@)([\w.-]+)/?\][^\[\]]*\[/url\]"
_TARGET = r"(?i)\[(?:url|bookmark)=([^\]\s]+)\]"
_IMAGE = r"(?i)\[z?img(?:=[^\]]*)?\][^\[]*\[/z?img\]"
_NAMED = (
    "b|i|u|s|o|url|bookmark|share|quote|code|color|size|font|center|left|right|list|ul|ol|li|table|tr|th|td|h[1-6]|"
    "attachment|abstract|nobb|noparse|pre|spoiler|mail|video|audio|youtube|vimeo|oembed|embed|event-[a-z]+|map|emoji|mark|hr"
)
_TAG = rf"(?i)\[/?(?:{_NAMED})(?:[ =][^\]]*)?\]|\[\*\]"


def plain_text(bodies: pa.Array) -> Plain:
    """Texts and link targets of a column of BBCode (strings; null counts as empty). Never raises for what it says."""
    source = pl.Series("body", bodies, dtype=pl.String).fill_null("")
    if not source.str.contains("[", literal=True).any():
        return Plain(source.to_arrow().cast(pa.string()), pa.nulls(len(source), HREFS))
    source = source.str.replace_all(_MENTION, "@$2@$1")
    targets = source.str.extract_all(_TARGET).list.eval(pl.element().str.extract(_TARGET, 1))
    targets = pl.select(pl.when(targets.list.len() > 0).then(targets)).to_series()
    text = source.str.replace_all(_IMAGE, "").str.replace_all(_TAG, "")
    return Plain(text.to_arrow().cast(pa.string()), targets.to_arrow().cast(HREFS))


def as_bbcode(texts: pl.Expr, hrefs: pl.Expr) -> pl.Expr:
    """Texts with their targets as links without words; targets that hold a blank or a bracket are left out."""
    fit = pl.element().filter(~pl.element().str.contains(r"[\s\[\]]"))
    links = hrefs.list.eval(pl.concat_str(pl.lit("[url="), fit, pl.lit("][/url]"))).list.join("")
    return pl.concat_str(texts, links.fill_null(""))
