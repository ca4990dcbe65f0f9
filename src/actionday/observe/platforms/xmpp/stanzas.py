"""One stanza read: who said what when in which room, and what a room answered of itself.

Archived messages (MAM) are told by ``<result>``; a message outside of one counts where it says when it was sent. Markers, chat
states, reactions and everything else without a body or a subject is no post. Not for: what is public (see `ledger`).
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from actionday.observe.platforms.xmpp import names as n
from actionday.observe.platforms.xmpp.names import bare

_MESSAGES = frozenset({f"{{{n.CLIENT}}}message", f"{{{n.SERVER}}}message"})
_PRESENCES = frozenset({f"{{{n.CLIENT}}}presence", f"{{{n.SERVER}}}presence"})
_IQS = frozenset({f"{{{n.CLIENT}}}iq", f"{{{n.SERVER}}}iq"})
_SPEECH = tuple(_MESSAGES | _PRESENCES)
_RESULT, _FORWARDED, _DELAY, _OLD_DELAY = (
    f"{{{n.MAM}}}result",
    f"{{{n.FORWARD}}}forwarded",
    f"{{{n.DELAY}}}delay",
    f"{{{n.OLD_DELAY}}}x",
)
_BODIES = frozenset({f"{{{n.CLIENT}}}body", f"{{{n.SERVER}}}body"})
_SUBJECTS = frozenset({f"{{{n.CLIENT}}}subject", f"{{{n.SERVER}}}subject"})
_MUC_USER, _STANZA_ID, _OCCUPANT = (
    f"{{{n.MUC_USER}}}x",
    f"{{{n.STANZA_ID}}}stanza-id",
    f"{{{n.OCCUPANT_ID}}}occupant-id",
)
_MUC_ITEM = f"{{{n.MUC_USER}}}item"
_OOB, _CONFERENCE, _ANCHOR = f"{{{n.OOB}}}x", f"{{{n.CONFERENCE}}}x", f"{{{n.XHTML}}}a"
_REPLY, _CORRECT, _SHARING = f"{{{n.REPLY}}}reply", f"{{{n.CORRECT}}}replace", f"{{{n.SHARING}}}file-sharing"
_XHTML_IM = "{http://jabber.org/protocol/xhtml-im}html"
_FILE = f"{{{n.FILE}}}"
_OLD_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d:\d\d:\d\d)")
_INT64, _INT32, _MOST_FILES = 2**63 - 1, 2**31 - 1, 100
_MAIN_KINDS = {"image": "photo", "video": "video", "audio": "audio"}


@dataclass(slots=True)
class Envelope:
    """A message or presence, with what its archive says: its id there, when it was sent, the archive's address."""

    inner: Any
    stamp: str | None
    message: bool
    archive_id: str | None = None
    archive: str | None = None


@dataclass(slots=True)
class Said:
    """What a message holds. `jid` is the sender's own address where the room shows it; `files` are tuples for `media`."""

    kind: str = "original"
    action: str | None = None
    text: str | None = None
    reply_to: str | None = None
    replaces: str | None = None
    subject: str | None = None
    hrefs: list[str] = field(default_factory=list)
    files: list[tuple[Any, ...]] = field(default_factory=list)
    stanza_id: str | None = None
    occupant: str | None = None
    jid: str | None = None
    affiliation: str | None = None
    encrypted: bool = False


def is_iq(tag: str) -> bool:
    """Whether a stanza is a question or its answer."""
    return tag in _IQS


def envelope(element: Any, tag: str) -> Envelope | None:  # noqa: ANN401 - an lxml element
    """Open a stanza; None where nothing that was said lies inside."""
    if tag == _RESULT:
        return _archived(element, None)
    if tag not in _MESSAGES and tag not in _PRESENCES:
        return None
    result = next(element.iterchildren(_RESULT), None)
    if result is not None:
        return _archived(result, bare(element.get("from")))
    return Envelope(element, _stamp(element), tag in _MESSAGES)


def _archived(result: Any, archive: str | None) -> Envelope | None:  # noqa: ANN401
    for forwarded in result.iterchildren(_FORWARDED):
        for inner in forwarded.iterchildren(*_SPEECH):
            message = inner.tag in _MESSAGES
            return Envelope(inner, _stamp(forwarded), message, result.get("id"), archive)
    return None


def _stamp(element: Any) -> str | None:  # noqa: ANN401
    """When it was sent: XEP-0203, else its predecessor XEP-0091, whose stamps are UTC and say no zone."""
    for delay in element.iterchildren(_DELAY):
        text: str | None = delay.get("stamp")
        return text
    for delay in element.iterchildren(_OLD_DELAY):
        old = _OLD_STAMP.fullmatch(delay.get("stamp", ""))
        return f"{old[1]}-{old[2]}-{old[3]}T{old[4]}Z" if old else None
    return None


def said(message: Any, room: str | None) -> Said:  # noqa: ANN401
    """Read a message's children, each once. `room` is the archive whose own ids for messages are taken."""
    told = Said()
    for child in message:
        tag = child.tag
        read = _READ.get(tag)
        if read is not None:
            read(told, child)
        elif tag == _STANZA_ID and (room is None or bare(child.get("by")) == room):
            told.stanza_id = child.get("id")
    if told.action:
        told.text = ""
    elif told.text is None and told.subject is not None:
        told.kind, told.action, told.text = "service", "subject", told.subject
    return told


def _body(told: Said, child: Any) -> None:  # noqa: ANN401
    told.text = (child.text or "") if told.text is None else told.text


def _subject(told: Said, child: Any) -> None:  # noqa: ANN401
    told.subject = child.text or ""


def _occupant(told: Said, child: Any) -> None:  # noqa: ANN401
    told.occupant = child.get("id")


def _shared_link(told: Said, child: Any) -> None:  # noqa: ANN401
    told.hrefs += [one.text for one in child if one.text and one.tag == f"{{{n.OOB}}}url"]


def _invitation(told: Said, child: Any) -> None:  # noqa: ANN401
    room = bare(child.get("jid"))
    told.hrefs += [f"xmpp:{room}?join"] if room else []


def _anchors(told: Said, child: Any) -> None:  # noqa: ANN401
    told.hrefs += [one.get("href") for one in child.iter(_ANCHOR) if one.get("href")]


def _reply(told: Said, child: Any) -> None:  # noqa: ANN401
    told.reply_to = child.get("id")


def _correction(told: Said, child: Any) -> None:  # noqa: ANN401
    told.replaces = child.get("id")


def _encryption(told: Said, _: Any) -> None:  # noqa: ANN401
    told.encrypted = True


def _retraction(told: Said, child: Any) -> None:  # noqa: ANN401
    told.kind, told.action, told.reply_to = "service", "retract", child.get("id")


def _sender(told: Said, x: Any) -> None:  # noqa: ANN401
    for item in x.iterchildren(_MUC_ITEM):
        told.jid, told.affiliation = bare(item.get("jid")) or told.jid, item.get("affiliation")


def _file(told: Said, sharing: Any) -> None:  # noqa: ANN401
    """Kind, name, mime, size, width, height, seconds, SHA-256 of a shared file (XEP-0447)."""
    file = sharing.find(f"{_FILE}file")
    if file is None or len(told.files) >= _MOST_FILES:
        return
    about = {one.tag.removeprefix(_FILE): one.text for one in file if isinstance(one.tag, str)}
    mime = about.get("media-type")
    kind = _MAIN_KINDS.get((mime or "").partition("/")[0], "file")
    length = _whole(about.get("length"), _INT64)
    seconds = None if length is None else length / 1000
    sizes = (_whole(about.get("size"), _INT64), _whole(about.get("width"), _INT32), _whole(about.get("height"), _INT32))
    told.files.append((kind, about.get("name"), mime, *sizes, seconds, _sha256(file)))


def _whole(text: str | None, most: int) -> int | None:
    value = int(text) if text and len(text) < 20 and text.isascii() and text.isdigit() else None
    return value if value is not None and value <= most else None


def _sha256(file: Any) -> bytes | None:  # noqa: ANN401
    for one in file.findall(f"{{{n.HASHES}}}hash"):
        if one.get("algo") == "sha-256":
            try:
                digest = base64.b64decode(one.text or "", validate=True)
            except (binascii.Error, ValueError):
                return None
            return digest if len(digest) == 32 else None
    return None


_READ: dict[str, Callable[[Said, Any], None]] = {
    **dict.fromkeys(_BODIES, _body),
    **dict.fromkeys(_SUBJECTS, _subject),
    **dict.fromkeys(n.ENCRYPTED, _encryption),
    **dict.fromkeys(n.RETRACTED, _retraction),
    _OCCUPANT: _occupant,
    _MUC_USER: _sender,
    _OOB: _shared_link,
    _CONFERENCE: _invitation,
    _XHTML_IM: _anchors,
    _REPLY: _reply,
    _CORRECT: _correction,
    _SHARING: _file,
}


def destroyed(presence: Any) -> tuple[str, str] | None:  # noqa: ANN401
    """The alternate venue and the reason of a room's end (XEP-0045, 10.9), if the presence tells of one that names a venue."""
    end = presence.find(f"{_MUC_USER}/{{{n.MUC_USER}}}destroy")
    venue = bare(end.get("jid")) if end is not None else None
    return (venue, end.findtext(f"{{{n.MUC_USER}}}reason") or "") if venue else None
