"""RSS and Atom feeds as entries: parsed without entities, network or DTD, and kept up to where a feed breaks off."""

from dataclasses import dataclass, field
from io import BytesIO

from lxml import etree

from actionday.observe.platforms.website.page import read_page

MOST = 8 << 20
_FAULTS = (etree.LxmlError, ValueError, LookupError)
_ITEMS = frozenset({"item", "entry"})
_TEXTS = ("encoded", "content", "description", "summary")
_TIMES = {"published": "at", "pubdate": "at", "date": "at", "issued": "at", "updated": "edited", "modified": "edited"}
_NAMES = ("guid", "id")
_DOCTYPE = b"<!DOCTYPE"


@dataclass(slots=True)
class Entry:
    """One entry. Times are as written."""

    native: str = ""
    title: str = ""
    text: str = ""
    at: str = ""
    edited: str = ""
    links: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Feed:
    """A feed's entries, and what is wrong after the last of them (empty: nothing)."""

    entries: list[Entry] = field(default_factory=list)
    fault: str = ""


def looks_like_feed(body: bytes, media: str) -> bool:
    """By its type or its first tag."""
    head = body[:2000].lower()
    tagged = any(tag in head for tag in (b"<rss", b"<feed", b"<rdf:rdf")) and b"<html" not in head
    return tagged and ("xml" in media or "rss" in media or "atom" in media or head.lstrip().startswith(b"<?xml"))


def read_feed(body: bytes) -> Feed:
    """The entries of a feed. A feed that declares a document type is refused: it could declare entities."""
    feed = Feed()
    if _DOCTYPE in body[:MOST].upper():
        feed.fault = "the feed declares a document type; entities are not expanded"
        return feed
    try:
        for _, element in etree.iterparse(
            BytesIO(body[:MOST]),
            events=("end",),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            _take(feed, element)
    except _FAULTS as error:
        feed.fault = f"the feed breaks off: {str(error).splitlines()[0]}" if str(error) else "the feed breaks off"
    return feed


def _take(feed: Feed, element: etree._Element) -> None:
    name = _name(element)
    parent = element.getparent()
    if name in _ITEMS:
        feed.entries.append(_entry(element))
        element.clear()
        while element.getprevious() is not None and parent is not None:
            del parent[0]


def _entry(element: etree._Element) -> Entry:
    entry = Entry()
    texts: dict[str, str] = {}
    for child in element:
        name, said = _name(child), _text(child)
        if name in _NAMES:
            entry.native = entry.native or said
        elif name == "title":
            entry.title = said
        elif name == "link":
            entry.links.append(child.get("href") or said)
        elif name in _TIMES:
            kind = _TIMES[name]
            setattr(entry, kind, getattr(entry, kind) or said)
        elif name in _TEXTS:
            texts.setdefault(name, _inner(child))
    entry.links = [link for link in entry.links if link]
    entry.native = entry.native or (entry.links[0] if entry.links else "")
    whole = next((texts[name] for name in _TEXTS if texts.get(name)), "")
    page = read_page(f"<div>{whole}</div>".encode(), "utf-8") if "<" in whole or "&" in whole else None
    entry.text = page.text if page is not None else whole.strip()
    entry.links += page.links if page is not None else []
    return entry


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _inner(element: etree._Element) -> str:
    """Text that is markup itself, or markup that stands in the feed as such (``type="xhtml"``)."""
    if len(element):
        return etree.tostring(element, encoding="unicode", with_tail=False)
    said = element.text or ""
    return said if element.get("type", "html") != "text" else said.replace("&", "&amp;").replace("<", "&lt;")
