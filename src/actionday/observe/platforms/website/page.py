"""An HTML page as text and links, by a forgiving parser that loads nothing: no network, no entities, bounded depth.

Text is what a reader of the page would see, a line a block, blanks collapsed but within ``<pre>``. Not for: the small HTML
of single posts elsewhere, and never for showing a page.
"""

import re
from dataclasses import dataclass, field

from lxml import etree, html

MOST = 8 << 20
"""Bytes of a page that are looked at."""

_UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object", "select"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_BLANKS = re.compile(r"\s+")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?=$|[-_])")
_FAULTS = (etree.LxmlError, ValueError, AssertionError, LookupError)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows. `links` are as written, `base` what they start from where the page says so."""

    title: str = ""
    text: str = ""
    links: list[str] = field(default_factory=list)
    base: str | None = None
    language: str | None = None
    description: str | None = None


def read_page(body: bytes, charset: str | None) -> Page | None:
    """A page, or None where the bytes hold none. `charset` is what the answer's header said."""
    root = _tree(body[:MOST], charset) if body.strip() else None
    if root is None:
        return None
    lines = _Lines()
    lines.walk(root)
    title = root.findtext(".//title")
    found = _LANGUAGE.match(root.get("lang") or root.get("xml:lang") or "")
    base = root.find(".//base[@href]")
    about = root.find(".//meta[@name='description']")
    return Page(
        title=_BLANKS.sub(" ", title or "").strip(),
        text=lines.text,
        links=[link.get("href") for link in root.iter("a", "area") if link.get("href")],
        base=None if base is None else base.get("href"),
        language=found[0].lower() if found else None,
        description=None if about is None else about.get("content"),
    )


def _tree(body: bytes, charset: str | None) -> html.HtmlElement | None:
    for encoding in dict.fromkeys((charset, None)):
        try:
            parser = html.HTMLParser(
                encoding=encoding, no_network=True, recover=True, huge_tree=False, remove_comments=True, remove_pis=True
            )
            root = html.document_fromstring(body, parser=parser, ensure_head_body=False)
        except _FAULTS:
            continue
        return root if isinstance(root.tag, str) else None
    return None


class _Lines:
    """Gathers text, a line a block."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._open: list[str] = []
        self._exact = 0

    @property
    def text(self) -> str:
        """What was gathered, empty lines left out but within ``<pre>``."""
        self._break()
        return "\n".join(self._done)

    def walk(self, root: html.HtmlElement) -> None:
        """Through the tree, without recursion."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            if event == "start":
                if element.tag in _UNSEEN:
                    walker.skip_subtree()
                    continue
                self._edge(element.tag, 1)
                text = element.text  # the line break that ends the tag of <pre> is no part of its text
                self._add(text.removeprefix("\n") if text and element.tag == "pre" else text)
            else:
                if element.tag not in _UNSEEN:
                    self._edge(element.tag, -1)
                if element is not root:
                    self._add(element.tail)

    def _edge(self, tag: str, step: int) -> None:
        if tag in _BLOCKS:
            self._break()
        if tag == "pre":
            self._exact += step

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if not self._exact:
            self._open.append(_BLANKS.sub(" ", text))
            return
        first, *more = text.split("\n")
        self._open.append(first)
        for line in more:
            self._done.append("".join(self._open))
            self._open = [line]

    def _break(self) -> None:
        line = "".join(self._open)
        self._open = []
        if not self._exact:
            line = line.strip()
        if line:
            self._done.append(line)
