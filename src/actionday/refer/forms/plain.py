"""The same as plain text: for the body of a mail, or for a field of a host's own form. A referral's first line is its lead.

Not for: pages (`forms.typeset`).
"""

from collections.abc import Iterator

from actionday.refer.forms.document import Document
from actionday.refer.forms.layout import Box, Layout, Pairs, Row, Text, Value, layout


def plain_text(document: Document) -> str:
    """The document as lines of text, UTF-8, ending with a line feed."""
    return "\n".join(_lines(layout(document))) + "\n"


def _lines(page: Layout) -> Iterator[str]:
    for stamp in page.stamps:
        yield f"*** {stamp.word} *** {stamp.says}"
    yield from (page.lead, "", page.title) if page.lead_first else (page.title, "", page.lead)
    for section in page.sections:
        yield from ("", section.head)
        for row in section.rows:
            yield from _row(row)


def _row(row: Row) -> Iterator[str]:
    if len(row.values) == 1 and isinstance(row.values[0], Text):
        yield f"{row.label}: {row.values[0].words}"
        return
    yield f"{row.label}:"
    for value in row.values:
        yield from (f"  {line}" for line in _value(value))


def _value(value: Value) -> Iterator[str]:
    match value:
        case Text(words=words):
            yield words
        case Box(ticked=ticked, words=words):
            yield f"[{'x' if ticked else ' '}] {words}"
        case Pairs(rows=rows):
            yield from (f"{label}: {text.words}" for label, text in rows)
            yield ""
