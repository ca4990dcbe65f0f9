"""Reads one foreign letter in the parser process: mail with attachments, PDF, JSON, fields of a form, plain text. Whatever it is, a `Letter` comes out.

A part that cannot be read is named in `unread`, and never ends the reading: a letter that is broken on purpose may still be an order. Nothing in it is
run, fetched or followed. Not for: what it means, or keeping it (the original lies sealed).
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import lxml.html

from actionday.observe.letters_pdf import pdf_signatures, pdf_texts
from actionday.observe.letters_signed import WHOLE, mail_signatures, opaque_content
from actionday.records.letter import Attachment, Letter, LetterPart
from actionday.records.receipt import Signature

MOST_TEXT = 1 << 20
"""Characters of text that are read of one letter."""
_MOST_PARTS = 200
_DEEPEST = 12  # letters in letters, lists in lists
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,70}:[ \t]")
_KINDS = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"))


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    form: str = "unknown"
    sender: str = ""
    subject: str = ""
    told: list[LetterPart] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    vouchers: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    left: int = MOST_TEXT
    parts: int = 0

    def tell(self, name: str, text: str, fields: Mapping[str, str] | None = None) -> None:
        """Take what a part says, as far as there is room."""
        kept = self._cut(text)
        told = {one[:200]: self._cut(value) for one, value in (fields or {}).items()}
        if kept.strip() or told:
            self.told.append(LetterPart(name, kept.replace("\x00", ""), told))

    def unique(self, name: str) -> str:
        """A name that no part before has: a signature over one is none over another of its name."""
        taken = {one.name for one in self.attachments}
        tries = (name if number == 1 else f"{name} ({number})" for number in count(1))
        return next(one for one in tries if one not in taken and one != WHOLE)

    def _cut(self, text: str) -> str:
        if len(text) > self.left:
            self.unread.append(f"text beyond {MOST_TEXT:,} characters")
        kept = text[: self.left]
        self.left -= len(kept)
        return kept

    @contextmanager
    def trying(self, what: str) -> Iterator[None]:
        """A part that fails is named, and the others are read."""
        try:
            yield
        except MemoryError:
            self.unread.append(f"{what}: too large")
        except Exception as error:  # a foreign part may fail in any way its parser knows
            self.unread.append(f"{what}: {type(error).__name__}"[:200])


def read_letter(path: Path) -> Letter:
    """The letter in a file. Never raises for what is in it; a parser process that dies of it is its caller's to notice."""
    data, reading = path.read_bytes(), _Reading()
    with reading.trying("the letter"):
        reading.form = form_of(data)
        _READ[reading.form](data, reading)
    return Letter(
        reading.form,
        reading.sender,
        reading.subject,
        tuple(reading.told),
        tuple(reading.attachments),
        tuple(reading.signatures),
        tuple(reading.vouchers),
        tuple(dict.fromkeys(reading.unread)),
    )


def form_of(data: bytes) -> str:
    """What a file is, by its first bytes: pdf, json, mail, form, text or unknown."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf\r\n\t ")
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head[:1] in (b"{", b"["):
        return "json"
    if _HEADER.match(head) or head.startswith(b"From "):
        return "mail"
    if b"=" in head and re.fullmatch(rb"[A-Za-z0-9_.+%*=&~\-]+", head.strip()):
        return "form"
    return "unknown" if b"\x00" in head else "text"


def type_of(data: bytes) -> str:
    """What an attachment is, by its first bytes; the name that it came with counts for nothing."""
    return next((kind for sign, kind in _KINDS if data.startswith(sign)), "data" if b"\x00" in data[:4096] else "text")


def _mail(data: bytes, reading: _Reading, depth: int = 0) -> None:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    if depth == 0:
        _envelope(message, reading)
    with reading.trying("the signature of the mail"):
        reading.signatures.extend(mail_signatures(data, message))
    with reading.trying("the signed content of the mail"):
        inner = opaque_content(message)
        if inner is not None and depth < _DEEPEST:
            _mail(inner, reading, depth + 1)
            return
    for part in message.walk():
        reading.parts += 1
        if reading.parts > _MOST_PARTS:
            reading.unread.append(f"parts beyond {_MOST_PARTS}")
            return
        if not part.is_multipart():
            _mail_part(part, reading)


def _envelope(message: EmailMessage, reading: _Reading) -> None:
    with reading.trying("the headers"):
        reading.sender = parseaddr(str(message.get("From", "")))[1]
        reading.subject = str(message.get("Subject", ""))[:1000]
        reading.vouchers.extend(str(one)[:2000] for one in message.get_all("Authentication-Results", [])[:20])


def _mail_part(part: Any, reading: _Reading) -> None:  # noqa: ANN401 - EmailMessage, or what it made of a broken part
    kind = part.get_content_type()
    name = reading.unique("attachment")
    with reading.trying("the name of an attachment"):
        name = reading.unique(str(part.get_filename() or "attachment")[:200])
    with reading.trying(name):
        data: bytes = part.get_payload(decode=True) or b""
        if kind in ("text/plain", "text/html") and not part.get_filename():
            text = _decoded(data, part.get_content_charset())
            reading.tell(WHOLE, _plain(text) if kind == "text/html" else text)
            return
        if kind in ("application/pkcs7-signature", "application/x-pkcs7-signature"):
            return
        reading.attachments.append(Attachment(name, hashlib.sha256(data).hexdigest(), len(data), type_of(data)))
        _attached(name, data, reading)


def _attached(name: str, data: bytes, reading: _Reading) -> None:
    kind = type_of(data)
    if kind == "pdf":
        _pdf(data, reading, name)
    elif kind == "text" and form_of(data) == "json":
        _json(data, reading, name)
    elif kind == "text":
        reading.tell(name, _decoded(data, None))
    else:
        reading.unread.append(f"{name}: {kind}")


def _pdf(data: bytes, reading: _Reading, name: str = WHOLE) -> None:
    with reading.trying(name):
        fields, texts = pdf_texts(data, MOST_TEXT)
        reading.tell(name, "\n".join(texts), fields)
        if not any(text.strip() for text in texts) and not fields:
            reading.unread.append(f"{name}: pages without text, as of a scan")
    with reading.trying(f"the signature of {name}"):
        reading.signatures.extend(pdf_signatures(data, name))


def _json(data: bytes, reading: _Reading, name: str = WHOLE) -> None:
    fields: dict[str, str] = {}
    _flat("", json.loads(data), fields, 0)
    reading.tell(name, "", fields)


def _flat(name: str, value: object, fields: dict[str, str], depth: int) -> None:
    """Values by the last name on their way; lists one to a line. `{"fields": {"a": {"value": 1}}}` says a: 1. Raises ValueError."""
    if depth > _DEEPEST:
        raise ValueError("values too deep")
    if isinstance(value, dict):
        if "value" in value and name:
            _flat(name, value["value"], fields, depth + 1)
            return
        for key, one in value.items():
            _flat(str(key), one, fields, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _flat(name, one, fields, depth + 1)
    elif value is not None and name:
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        fields[name] = f"{fields[name]}\n{text}" if name in fields else text


def _form(data: bytes, reading: _Reading) -> None:
    fields: dict[str, str] = {}
    for name, value in parse_qsl(data.decode("ascii").strip(), keep_blank_values=True, max_num_fields=_MOST_PARTS):
        _flat(name, value, fields, 0)
    reading.tell(WHOLE, "", fields)


def _text(data: bytes, reading: _Reading) -> None:
    reading.tell(WHOLE, _decoded(data, None))


def _unknown(data: bytes, reading: _Reading) -> None:
    reading.unread.append(f"the letter: {type_of(data)}, no form that is read here")


def _plain(html: str) -> str:
    """What a browser would show, a block to a line, and behind it where links lead, since they may say another address than they have."""
    if not html.strip():
        return ""
    tree = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8"))
    for unseen in tree.xpath("//script|//style|//head|//comment()"):
        unseen.drop_tree()
    for block in tree.iter("br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"):
        block.tail = "\n" + (block.tail or "")
    links = [str(one) for one in tree.xpath("//a/@href") if str(one).startswith(("http://", "https://"))]
    return "\n".join([tree.text_content(), *links])


def _decoded(data: bytes, charset: str | None) -> str:
    try:
        return data.decode(charset or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


_READ: Mapping[str, Callable[[bytes, _Reading], None]] = {
    "mail": _mail,
    "json": _json,
    "form": _form,
    "pdf": _pdf,
    "text": _text,
    "unknown": _unknown,
}
