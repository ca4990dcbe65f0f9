"""What a letter says, by the field names of Annex I, and what it seems to be. It is believed of nothing; what cannot be found counts as missing.

Labels are looked for in English, as forms name them; an order in another language is known as one by its title or the regulation's number, and a person
reads the rest. Where a signature covers one document of a letter only, that document alone is read: what stands beside it is anybody's.
Not for: whether it is true (`genuine`).
"""

import re
from collections.abc import Iterable, Mapping
from itertools import chain

from actionday.records.letter import Letter, LetterPart
from actionday.records.order_fields import ANNEX_I, LOCATIONS, NAMES, NON_DISCLOSURE, YES
from actionday.records.receipt import ReceiptKind, Signed

_KINDS = {
    "order": ReceiptKind.ORDER,
    "removal_order": ReceiptKind.ORDER,
    "notice": ReceiptKind.NOTICE,
    "user_report": ReceiptKind.USER_REPORT,
    "report": ReceiptKind.USER_REPORT,
    "complaint": ReceiptKind.COMPLAINT,
}
_ORDER_WORDS = (
    "2021/784", "removal order", "injonction de retrait", "entfernungsanordnung", "orden de retirada", "ordine di rimozione",
    "verwijderingsbevel", "nakaz usunięcia",
)  # fmt: skip
_COMPLAINT_WORDS = re.compile(r"(?i)\b(complaint|complain|reinstate|réclamation|beschwerde)\b")
_NOTICE_WORDS = re.compile(r"(?i)\b(notice of illegal content|article 16|art\. 16|illegal content|2022/2065)\b")
_FEW = 3
"""So many fields of Annex I make an order of a letter that does not call itself one."""
_PLACE = re.compile(r"(?i)\b(?:https?|hxxps?)://[^\s<>\"'\])}]+|\bmatrix:[^\s<>\"']+|\bxmpp:[^\s<>\"']+")
_TICKED = re.compile(r"^\W*(?:\[\s*[xX✓✔]\s*\]|\(\s*[xX]\s*\)|[☒☑✓✔])\s*(.+)$")
_POINT = re.compile(r"(?i)^\W*(?:art(?:icle|\.)?\s*2\W*)?(?:\(?7\)?\W*)?\(([a-e])\)|(?i:\(7\)\s*\(([a-e])\))")
_SILENCE = re.compile(r"(?i)refrain from informing|non-disclosure|shall not inform|must not inform")
_PLACES = {LOCATIONS, "url", "urls", "location"}
_LABELS = sorted(
    ((word, one.name) for one in ANNEX_I for word in (*one.words, one.name.replace("_", " "))),
    key=lambda pair: -len(pair[0]),
)
_LONGEST_VALUE = 20_000


def read_parts(letter: Letter) -> tuple[LetterPart, ...]:
    """The parts that count: those under a valid signature where one covers a part, else all."""
    covered = {one.covers for one in letter.signatures if one.state is Signed.VALID}
    attached = {one.name for one in letter.attachments}
    if not covered or covered - attached:
        return letter.parts
    return tuple(one for one in letter.parts if one.name in covered)


def claims(letter: Letter) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """What it says by field of Annex I, and its addresses in order, each once."""
    said: dict[str, str] = {}
    places: list[str] = []
    for part in read_parts(letter):
        for name, value in part.fields.items():
            _field(_plain(name), value.strip()[:_LONGEST_VALUE], said, places)
        _lines(part.text.splitlines(), said, places)
    return said, tuple(dict.fromkeys(places))


def kind_of(letter: Letter, said: Mapping[str, str], *, from_authority: bool) -> ReceiptKind:
    """What it seems to be. Rather an order too many than one too few: what cannot be read may be one."""
    told = [value for part in letter.parts for name, value in part.fields.items() if _plain(name) in ("kind", "type")]
    stated = [_KINDS[_plain(one)] for one in told if _plain(one) in _KINDS]
    if stated:
        return stated[0]
    text = "\n".join(chain([letter.subject], (part.text for part in letter.parts)))
    folded = text.casefold()
    if any(word in folded for word in _ORDER_WORDS) or len(said) >= _FEW:
        return ReceiptKind.ORDER
    if letter.unread or from_authority:
        return ReceiptKind.UNCLEAR
    if _NOTICE_WORDS.search(text):
        return ReceiptKind.NOTICE
    return ReceiptKind.COMPLAINT if _COMPLAINT_WORDS.search(text) else ReceiptKind.OTHER


def places_in(text: str) -> list[str]:
    """Addresses in a text, as they are there or defanged, in order."""
    fanged = text.replace("[.]", ".").replace("[:]", ":")
    found = [one.group(0).rstrip(".,;:!?") for one in _PLACE.finditer(fanged)]
    return [re.sub(r"(?i)^hxxp", "http", one) for one in found]


def _field(name: str, value: str, said: dict[str, str], places: list[str]) -> None:
    if name in _PLACES:
        places.extend(places_in(value) or value.split())
    elif name in NAMES and value:
        said.setdefault(name, value)


def _lines(lines: Iterable[str], said: dict[str, str], places: list[str]) -> None:
    """Labelled lines; a label without a value takes the line after it."""
    waiting = ""
    for line in lines:
        ticked = _TICKED.match(line)
        if ticked is not None:
            _ticked(ticked.group(1), said)
            waiting = ""
            continue
        name, value = _labelled(line)
        if not name and waiting:
            name, value = waiting, line.strip()
        if not name or name == LOCATIONS:
            places.extend(places_in(line))
        elif value:
            said.setdefault(name, value[:_LONGEST_VALUE])
        waiting = name if name and not value else ""


def _labelled(line: str) -> tuple[str, str]:
    """The field that a line begins with, and what stands behind its colon."""
    label, colon, value = line.partition(":")
    plain = re.sub(r"^[\s(\d.*)•-]+", "", label).strip().casefold()
    if not colon or len(plain) > 120 or value.startswith("//"):
        return "", ""
    for word, name in _LABELS:
        if plain == word or plain.startswith((f"{word} ", f"{word}(")):
            return name, value.strip()
    return "", ""


def _ticked(text: str, said: dict[str, str]) -> None:
    if _SILENCE.search(text):
        said[NON_DISCLOSURE] = YES
        return
    point = _POINT.search(text)
    if point is not None:
        box = f"7{(point.group(1) or point.group(2)).lower()}"
        before = said.get("content", "")
        said["content"] = f"{before}, {box}" if before else box


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().casefold()).strip("_")
