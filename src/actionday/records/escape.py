"""What every sink shares: characters that steer are written out; and cells of a sheet that no spreadsheet may run.

Whatever an observed account, a file or a user has named passes through the function of the sink it goes to, once, at the sink. Not for:
HTML, SVG, terminals and mail headers (`brief.escape`), or pages that are typeset (`refer.forms`), which build on `visible`.
"""

import re

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and line feed, DEL, C1
    "\u00ad\u061c\u180e\u200b\u2028\u2029\u2060-\u2064\ufeff\ufff9-\ufffb\ufffe\uffff"  # invisible, separators
    "\u202a-\u202e\u2066-\u206f"  # bidirectional embeddings, overrides, isolates; deprecated format controls
    "\ud800-\udfff"  # lone surrogates: not text at all
    "\U000e0000-\U000e007f]"  # tags: invisible ASCII
)
_FORMULA = re.compile(r"\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]")


def visible(text: str) -> str:
    """The text with every character that hides, reorders or steers written out as ``⟨U+XXXX⟩``. Tabs and lines stay."""
    return _STEERING.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def csv_cell(text: str) -> str:
    """For a CSV text cell: a spreadsheet must not run it. A leading formula sign gets an apostrophe; lines become spaces.

    For text columns only: numbers are written as numbers, so −3 stays −3. Quoting is the CSV writer's.
    """
    flat = " ".join(visible(text.replace("\r", "\n")).split("\n")).replace("\t", " ")
    return f"'{flat}" if _FORMULA.match(flat) else flat
