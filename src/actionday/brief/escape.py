"""One escaping function per sink: HTML, SVG, CSV, terminal, mail header; and defanging of addresses.

Whatever an observed account, a file or a user has named passes through the function of the sink it goes to, once, at the
sink. Characters that hide, reorder or steer (control characters, bidirectional overrides, zero-width and tag characters,
lone surrogates) are shown as ``⟨U+202E⟩`` everywhere, so that nothing on a page or a terminal is other than it looks.
Not for: JSON, which is written with ASCII escapes by the standard library.
"""

import re
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from actionday.records.escape import csv_cell, visible

if TYPE_CHECKING:
    import polars as pl

_DOT = re.compile(r"(?<!\[)\.(?=[^\s.\]])")
_SCHEME = re.compile(r"\b(ht|f)tp(s?)(?=:|\[:\])", re.IGNORECASE)
_COLON = re.compile(r"(?<!\[):(?!\])(?=\S)")
_AT = re.compile(r"(?<!\[)@(?!\])")
_IDENT = frozenset(string.ascii_lowercase + string.digits)


def html(value: object) -> Markup:
    """For HTML text and quoted attributes alike. Markup passes, anything else is turned to text and escaped."""
    if isinstance(value, Markup):
        return value
    return escape(visible(str(value)))


def svg(value: object) -> Markup:
    """For SVG text and quoted attributes: as `html`, on one line, and safe in XML as well as inside an HTML page."""
    if isinstance(value, Markup):
        return value
    return escape(" ".join(visible(str(value)).split()))


def ident(*parts: str) -> str:
    """An id or fragment: lower-case ASCII letters and digits joined by single hyphens; never empty."""
    kept = "".join(c if c in _IDENT else "-" for c in "-".join(parts).casefold())
    return re.sub("-+", "-", kept).strip("-") or "x"


def csv_column(column: "pl.Series") -> "pl.Series":
    """`csv_cell` over a text column: once per distinct value."""
    distinct = column.drop_nulls().unique()
    safe: Mapping[str, str] = {text: csv_cell(text) for text in distinct.to_list()}
    changed = {old: new for old, new in safe.items() if old != new}
    return column.replace(changed) if changed else column


def terminal(text: str) -> str:
    """For one line of a terminal: no escape sequence, carriage return or line feed gets through."""
    return visible(text.replace("\t", " ")).replace("\n", "⟨U+000A⟩")


def mail_header(text: str, *, limit: int = 200) -> str:
    """For a mail header's value: one line, so that nothing can add a header; encoding is the mail library's."""
    flat = " ".join(visible(text.replace("\r", "\n")).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def defang(text: str) -> str:
    """An address that cannot be clicked: ``hxxps[:]//example[.]org``. Defanging twice changes nothing more."""
    cold = _SCHEME.sub(lambda found: f"{'hx' if found[1][0] in 'hH' else 'f'}xp{found[2]}", text)
    return _AT.sub("[@]", _COLON.sub("[:]", _DOT.sub("[.]", cold)))
