"""Pages: PDF/UA for whoever receives the form, PNG for a preview. Typst sets them from data; it never evaluates what it is given.

The template gets one JSON string and reads nothing else: it is compiled from memory with an empty folder as its root, without system fonts, and
it names no package. Words from outside become strings, so no markup of theirs means anything; no address becomes a link. Not for: what stands
on the pages (`forms.layout`).
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import typst

from actionday.refer.forms.document import Document
from actionday.refer.forms.layout import Box, Layout, Pairs, Row, Section, Text, Value, layout
from actionday.refer.forms.wording import say
from actionday.refer.package import Language

FONTS = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic")
"""Packages that carry the fonts (SIL Open Font License); Typst brings a monospaced one."""
_LONG = 36
"""Words of more letters may be broken between any two pieces."""


def pdf(document: Document) -> bytes:
    """The document as PDF/UA-1. The same document gives the same bytes. A letter that no font has is written as ``⟨U+XXXX⟩``."""
    return _pdf(_settable(document))


def png(document: Document, ppi: float = 72) -> list[bytes]:
    """Each page as an image, as the PDF looks."""
    return _compiled(_settable(document), "png", ppi=ppi)


def _pdf(page: str) -> bytes:
    return _compiled(page, "pdf", pdf_standards=["ua-1"], timestamp=0)[0]


def _settable(document: Document) -> str:
    """The page as JSON with nothing in it that the fonts cannot show, which PDF/UA forbids."""
    page = _page(layout(document))
    told = json.dumps(page, ensure_ascii=False)
    try:
        _pdf(told)
    except typst.TypstError as error:
        if not _NO_GLYPH.search(error.diagnostic):
            raise
        missing = _without_glyph("".join(sorted({letter for letter in told if not letter.isascii()})))
        told = told.translate({ord(letter): f"⟨U+{ord(letter):04X}⟩" for letter in missing})
    return told


_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


def _without_glyph(letters: str) -> frozenset[str]:
    """Those of the letters that no font has: Typst names them all at once."""
    try:
        _pdf(json.dumps(_specimen(letters), ensure_ascii=False))
    except typst.TypstError as error:
        named = "".join(_NO_GLYPH.findall(error.diagnostic))
        escaped = (chr(int(code, 16)) for code in re.findall(r"\\u\{([0-9a-f]+)\}", named))
        return frozenset(letters) & {*named, *escaped}
    return frozenset()


def _specimen(letters: str) -> dict[str, Any]:
    """A page that shows some letters in both of its faces."""
    values = tuple(Text(" ".join(letters), rtl=False, exact=exact) for exact in (False, True))
    return _page(Layout(Language.ENGLISH, "-", "-", False, (), (Section("-", (Row("-", values),)),), ""))


def _compiled(page: str, form: Literal["pdf", "png"], **options: Any) -> list[bytes]:  # noqa: ANN401 - Typst's own options
    """The template, compiled from memory, with an empty folder for everything that a template could read."""
    with TemporaryDirectory() as nothing:
        compiler = typst.Compiler(root=nothing, font_paths=_fonts(), package_path=nothing, package_cache_path=nothing)
        made = compiler.compile(_template(), format=form, sys_inputs={"page": page}, **options)
    return [made] if isinstance(made, bytes) else list(made or ())


@cache
def _template() -> bytes:
    return (files("actionday.refer.forms") / "templates" / "form.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    folders: list[Path] = []
    for package in FONTS:
        with as_file(files(package) / "files") as folder:
            folders.append(folder)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def _page(page: Layout) -> dict[str, Any]:
    return {
        "lang": page.language.value,
        "rtl": page.rtl,
        "title": page.title,
        "lead": page.lead,
        "lead_first": page.lead_first,
        "stamps": [{"word": one.word, "says": one.says, "why": _why(one.why)} for one in page.stamps],
        "sections": [{"head": one.head, "rows": [_row(row) for row in one.rows]} for one in page.sections],
        "signature": page.signature,
        "page": say(page.language, "word", "page", n="\x01", of="\x02"),
        "unverified": say(page.language, "word", "unverified"),
    }


def _why(reasons: Sequence[str]) -> str:
    shown = ", ".join(reasons[:6])
    return shown + (f" + {len(reasons) - 6}" if len(reasons) > 6 else "")


def _row(row: Row) -> dict[str, Any]:
    return {"label": row.label, "values": [_value(value) for value in row.values], "unverified": row.unverified}


def _value(value: Value) -> dict[str, Any]:
    match value:
        case Text():
            return {"is": "text", "text": _text(value)}
        case Box(ticked=ticked, words=words, unverified=unverified):
            return {"is": "box", "ticked": ticked, "words": words, "unverified": unverified}
        case Pairs(rows=rows):
            return {"is": "pairs", "rows": [{"label": label, "text": _text(text)} for label, text in rows]}


def _text(text: Text) -> dict[str, Any]:
    return {"rtl": text.rtl, "exact": text.exact, "lines": [pieces(line) for line in text.words.split("\n")]}


def pieces(line: str) -> list[str | list[str]]:
    """A line as words and blanks; a word that is too long for a line as a list of pieces between which it may break, nothing added."""
    found: list[str | list[str]] = []
    for word in re.split(r"(\s+)", line):
        if len(word) > _LONG:
            found.append(re.findall(r"[^/?&=._:-]{1,12}[/?&=._:-]*|[/?&=._:-]+", word))
        elif word:
            found.append(word)
    return found
