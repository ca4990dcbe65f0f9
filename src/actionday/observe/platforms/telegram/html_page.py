"""One page of Telegram Desktop's HTML export, message by message, as its exporter's source writes it (2023 and later).

Parsed as HTML by lxml: no entity is ever defined, nothing is fetched, and each message is dropped from memory when it was read. Bytes
that are no UTF-8 become U+FFFD beforehand. Service messages have no time in this format, and date lines are none. Not for: rows (`html`).
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from actionday.observe.reader import Refused

DELETED = "Deleted Account"
_ID, _GO = re.compile(r"message(-?\d{1,18})"), re.compile(r"#go_to_message(\d{1,18})\Z")
_EDGES = re.compile(r"\A\n|\n *\Z")
_VIA = re.compile(r" via @\w{3,32}\Z")
_WRAPS = {
    "photo_wrap": "photo",
    "video_file_wrap": "video_file",
    "animated_wrap": "animation",
    "sticker_wrap": "sticker",
    "media_voice_message": "voice_message",
    "media_audio_file": "audio_file",
    "media_file": "file",
}
_TITLES = {
    "Photo": "photo",
    "Sticker": "sticker",
    "Video file": "video_file",
    "Animation": "animation",
    "Video message": "video_message",
}
"""Files that were left out stand as a line with a title."""
_TAIL = 4096


@dataclass(slots=True)
class Told:
    """One message as the page says it. `by` is a display name, "" for the one before it, None for a deleted account."""

    native: str
    date: str
    by: str | None
    forwarded: bool = False
    forward_name: str | None = ""
    reply_to: str | None = None
    text: str = ""
    hrefs: list[str] = field(default_factory=list)
    media: tuple[str, str | None] | None = None


@dataclass(slots=True)
class Page:
    """A page on disk. After the walk `title` is its chat's, `services` how many service messages it has, `closed` whether it was walked to its end."""

    path: Path
    title: str | None = None
    services: int = 0
    closed: bool = False

    def messages(self) -> Iterator[Told | Refused]:
        """The messages in order; what cannot be read is refused in its place. The last one of a page that breaks off is not trusted."""
        held: Told | Refused | None = None
        last, why = "beginning of the file", ""
        try:
            for element in self._elements():
                if held is not None:
                    yield held
                held = _message(element, last)
                last = f"after message {held.native}" if isinstance(held, Told) else last
        except etree.LxmlError as error:
            why = f": {error}"[:300]
        if not _ends(self.path):
            where = f"message {held.native}" if isinstance(held, Told) else last
            yield Refused(where, "the page breaks off here")
            return
        if held is not None:
            yield held
        if not self.closed:
            yield Refused(last, f"the page cannot be parsed further{why}")

    def _elements(self) -> Iterator[Any]:
        """Message elements; all else is looked at for the title and forgotten."""
        with self.path.open("rb") as file:
            context = etree.iterparse(
                _Clean(file),
                events=("end",),
                tag="div",
                html=True,
                encoding="utf-8",
                huge_tree=False,
                no_network=True,
                collect_ids=False,
            )
            for _, element in context:
                kinds = _kinds(element)
                if "message" in kinds:
                    found = _ID.fullmatch(element.get("id") or "")
                    if "service" in kinds:
                        self.services += bool(found and int(found[1]) > 0)
                    else:
                        yield element
                    _forget(element)
                elif "page_wrap" in kinds:
                    self.closed = True
                elif kinds == {"text", "bold"} and self.title is None:
                    self.title = "".join(element.itertext()).strip() or None


class _Clean:
    """A file's bytes as UTF-8 that is sound, without NULs."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._decoder = file, codecs.getincrementaldecoder("utf-8-sig")("replace")

    def read(self, size: int = -1) -> bytes:
        """Some bytes; none at the end."""
        while True:
            data = self._file.read(size if size > 0 else 1 << 16)
            text = self._decoder.decode(data, final=not data).replace("\0", "")
            if text or not data:
                return text.encode("utf-8")


def _ends(path: Path) -> bool:
    """Whether the page is whole."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        return b"</html>" in file.read()


def _forget(element: Any) -> None:  # noqa: ANN401 - lxml ships no types
    """Drop what was read, and all before it in the page's list; not inside of a message that lost its end."""
    element.clear()
    parent = element.getparent()
    while parent is not None and "history" in _kinds(parent) and element.getprevious() is not None:
        del parent[0]


def _kinds(element: Any) -> set[str]:  # noqa: ANN401
    return set((element.get("class") or "").split())


def _child(element: Any, *kinds: str) -> Any:  # noqa: ANN401
    """The first child that has all these classes."""
    return next((one for one in element if isinstance(one.tag, str) and set(kinds) <= _kinds(one)), None)


def _message(element: Any, last: str) -> Told | Refused:  # noqa: ANN401
    found, body = _ID.fullmatch(element.get("id") or ""), _child(element, "body")
    if found is None or int(found[1]) <= 0:
        return Refused(last or "beginning of the file", "a message without a number")
    date = _child(body, "date") if body is not None else None
    if body is None or date is None:
        return Refused(f"message {found[1]}", "a message without a time")
    told = Told(found[1], date.get("title") or "", _name(_child(body, "from_name")))
    inner = _child(body, "forwarded", "body")
    if inner is not None:
        told.forwarded, told.forward_name = True, _name(_child(inner, "from_name"))
    _content(told, body if inner is None else inner)
    return told


def _content(told: Told, body: Any) -> None:  # noqa: ANN401
    reply, media, text = _child(body, "reply_to"), _child(body, "media_wrap"), _child(body, "text")
    if reply is not None:
        went = [_GO.search(link.get("href") or "") for link in reply.iter("a")]
        told.reply_to = next((one[1] for one in went if one), None)
    if media is not None:
        told.media = _media(media)
    if text is not None:
        told.text, told.hrefs = text_of(text)


def _name(element: Any) -> str | None:  # noqa: ANN401
    """A name as shown: "" where there is none (the same as before), None for a deleted account."""
    if element is None:
        return ""
    shown = _VIA.sub("", (element.text or "").strip())
    return None if shown in ("", DELETED) else shown


def _media(wrap: Any) -> tuple[str, str | None] | None:  # noqa: ANN401
    """Kind and path of a file; None for what is none (a contact, a place, a poll, a call)."""
    for one in wrap:
        kinds = _kinds(one) if isinstance(one.tag, str) else set()
        kind = next((word for mark, word in _WRAPS.items() if mark in kinds), None)
        if kind is None and kinds & {"media_photo", "media_video"}:
            title = next(("".join(two.itertext()).strip() for two in one.iter("div") if "title" in _kinds(two)), "")
            kind = _TITLES.get(title, "photo" if "media_photo" in kinds else "video_file")
        if kind is not None:
            path = one.get("href") if one.tag == "a" else None
            return kind, path or None
    return None


def text_of(element: Any) -> tuple[str, list[str]]:  # noqa: ANN401
    """The text, and the addresses behind words of it. Lines are ``<br>``; line ends of the page itself are its layout."""
    pieces: list[str] = []
    hrefs: list[str] = []
    opened: list[tuple[str, int]] = []
    for event, one in etree.iterwalk(element, events=("start", "end")):
        tag = one.tag if isinstance(one.tag, str) else ""
        if event == "start":
            if tag == "a":
                opened.append((one.get("href") or "", len(pieces)))
            pieces.append("\n" if tag == "br" else (one.text or "") if tag else "")
            continue
        if tag == "a" and opened:
            href, at = opened.pop()
            if _hidden(href, "".join(pieces[at:])):
                hrefs.append(href)
        if one is not element:
            pieces.append(one.tail or "")
    return _EDGES.sub("", "".join(pieces)), hrefs


def _hidden(href: str, shown: str) -> bool:
    """Whether an address says more than the words that it stands behind."""
    if "://" not in href or href == shown:
        return False
    return not (shown.startswith("@") and href.endswith("/" + shown[1:]))
