"""A document as what stands on its pages: stamps, a lead, sections of labelled values, in the order of the form. Plain data, no page yet.

Every word from outside passes `visible` here, and carries its own direction, so that an Arabic name in a French form and a URL in an Arabic one both
read right. Not for: drawing (`forms.typeset`) or text for a mail (`forms.plain`), which print this and add no word of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import bidirectional

from actionday.records.deadline import Mark
from actionday.records.escape import visible
from actionday.refer.forms.annexes import BOX_MARKS, AuthorityType, Content, Measure, Obstacle
from actionday.refer.forms.document import ANNEXES, Document
from actionday.refer.forms.field import Place, places
from actionday.refer.forms.requests import Referral
from actionday.refer.forms.wording import say, texts
from actionday.refer.package import (
    Contact,
    Contest,
    EvidenceHash,
    Ground,
    Item,
    Kind,
    Language,
    Moment,
    Recipient,
    Withheld,
)


@dataclass(frozen=True, slots=True)
class Text:
    """Words with their direction. `exact`: an address, an id or a digest, set so that every character is told apart."""

    words: str
    rtl: bool
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A box to tick, and whether its words were compared with the published text."""

    ticked: bool
    words: str
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labelled values that belong together: one item, one piece of evidence."""

    rows: tuple[tuple[str, Text], ...]


Value = Text | Box | Pairs


@dataclass(frozen=True, slots=True)
class Row:
    """One field: its label, its values, and whether its wording was compared with the published text."""

    label: str
    values: tuple[Value, ...]
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its rows."""

    head: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Stamped:
    """A stamp: its word, what it means, why it is there (in English: names of fields and faults)."""

    word: str
    says: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything on the pages. `lead_first`: the lead is the very first line, before the title."""

    language: Language
    title: str
    lead: str
    lead_first: bool
    stamps: tuple[Stamped, ...]
    sections: tuple[Section, ...]
    signature: str

    @property
    def rtl(self) -> bool:
        """Whether the pages run from right to left."""
        return self.language is Language.ARABIC


def layout(document: Document) -> Layout:
    """What stands on the document's pages."""
    form, language = document.form, document.language
    told = {"terms": "", "clause": ""}
    if isinstance(form, Referral) and form.recipient.terms:
        told = {"terms": visible(form.recipient.terms.title), "clause": visible(form.recipient.terms.clause)}
    return Layout(
        language,
        say(language, "title", form.KIND),
        say(language, "lead", form.KIND, **told),
        form.KIND is Kind.REFERRAL,
        tuple(
            Stamped(say(language, "stamp", stamp), say(language, "stamp", f"{stamp}_says"), tuple(map(visible, why)))
            for stamp, why in document.stamps.items()
        ),
        _sections(document),
        say(language, "word", "signature_line") if form.KIND in (Kind.LETTER, Kind.ORDER, Kind.IMPOSSIBILITY) else "",
    )


def runs_right_to_left(words: str) -> bool:
    """By the first letter that has a direction; words without one (numbers, times) run from left to right everywhere."""
    for letter in words:
        kind = bidirectional(letter)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return False


def _sections(document: Document) -> tuple[Section, ...]:
    form, language = document.form, document.language
    rows: dict[str, list[Row]] = {}
    for name, place in places(type(form)).items():
        values = _printed(name, getattr(form, name), language)
        if name == "contest" and isinstance(getattr(form, name), Contest):
            asks = say(language, "word", "pass_on", reference=visible(form.reference))
            values = (Text(asks, language is Language.ARABIC), *values)
        if values:
            rows.setdefault(place.section, []).append(
                Row(_label(form.KIND, name, language), values, _open(place) and not _own_marks(values))
            )
    annex = form.KIND in ANNEXES
    return tuple(
        Section(say(language, "section", f"{form.KIND}.{section}" if annex else section), tuple(found))
        for section, found in rows.items()
    )


def _label(kind: Kind, name: str, language: Language) -> str:
    """A form's own label of a field, else the one that all forms share."""
    own = f"{kind}.{name}"
    return say(language, "field", own if own in texts(language)["field"] else name)


def _open(place: Place) -> bool:
    return place.mark not in (None, Mark.VERIFIED)


def _own_marks(values: tuple[Value, ...]) -> bool:
    return any(isinstance(value, Box) and value.unverified for value in values)


_BOXES: tuple[tuple[str, type[StrEnum]], ...] = (
    ("content", Content),
    ("authority_type", AuthorityType),
    ("measure", Measure),
    ("obstacles", Obstacle),
)


def _printed(name: str, value: object, language: Language) -> tuple[Value, ...]:
    """A field's values; none where an optional one is empty."""
    for field, boxes in _BOXES:
        if name == field:
            ticked = value if isinstance(value, tuple) else (value,)
            return tuple(_box(box, box in ticked, language) for box in boxes)
    if isinstance(value, bool):
        return (Box(value, say(language, "box", name)),)
    found = value if isinstance(value, tuple) else (value,)
    return tuple(made for one in found for made in _PRINT[type(one)](one, language))


def _box(box: StrEnum, ticked: bool, language: Language) -> Box:
    own = BOX_MARKS[box] if isinstance(box, Content) else None
    return Box(ticked, say(language, "box", box), own not in (None, Mark.VERIFIED))


def _text(words: str, exact: bool = False) -> Text:
    shown = visible(words)
    return Text(shown, not exact and runs_right_to_left(shown), exact)


def _string(value: str, language: Language) -> tuple[Value, ...]:
    return (_text(value),) if value.strip() else ()


def _moment(value: Moment, language: Language) -> tuple[Value, ...]:
    """UTC, and on a line of its own the time as it was told where that is another."""
    told = say(language, "word", "seen_at", told=value.told)
    return (Text(value.utc, False), *([Text(told, language is Language.ARABIC)] if value.offset else []))


def _pairs(language: Language, *rows: tuple[str, str, bool]) -> tuple[Value, ...]:
    """Labels by key, words, whether they are exact; empty ones are left out."""
    made = [(say(language, "word", key), _text(words, exact)) for key, words, exact in rows if words.strip()]
    return (Pairs(tuple(made)),)


def _item(item: Item, language: Language) -> tuple[Value, ...]:
    told = item.seen.told if item.seen.offset else ""
    return _pairs(
        language,
        ("url", item.url, True),
        ("native", item.native, True),
        ("seen", item.seen.utc, False),
        ("seen_told", told, False),
        ("says", item.says, False),
    )


def _evidence(one: EvidenceHash, language: Language) -> tuple[Value, ...]:
    told = one.taken.told if one.taken.offset else ""
    return _pairs(
        language,
        ("kept", one.says, False),
        ("digest", f"{one.algorithm}:{one.digest}", True),
        ("taken", one.taken.utc, False),
        ("seen_told", told, False),
    )


def _ground(ground: Ground, language: Language) -> tuple[Value, ...]:
    return tuple(_text(line) for line in (ground.words, ground.code, ground.source) if line.strip())


def _recipient(recipient: Recipient, language: Language) -> tuple[Value, ...]:
    lines = [recipient.name, *recipient.address.splitlines(), recipient.email]
    shown: list[Value] = [_text(line) for line in lines if line.strip()]
    if recipient.terms:
        terms = recipient.terms
        said = {"title": visible(terms.title), "clause": visible(terms.clause), "words": visible(terms.words)}
        shown.append(Text(say(language, "word", "terms", **said), language is Language.ARABIC))
        shown.append(_text(terms.url, exact=True))
        shown.append(Text(say(language, "word", "read", at=terms.read_at.utc), language is Language.ARABIC))
    return tuple(shown)


def _contact(contact: Contact, language: Language) -> tuple[Value, ...]:
    lines = [contact.unit, contact.name, contact.email, contact.phone, *contact.address.splitlines()]
    return tuple(_text(line) for line in lines if line.strip())


def _contest(contest: Contest, language: Language) -> tuple[Value, ...]:
    return (_text(contest.address),)


def _withheld(kept: Withheld, language: Language) -> tuple[Value, ...]:
    asks = say(language, "word", "withheld", until=kept.until.utc)
    return (Text(asks, language is Language.ARABIC), _text(kept.reason))


_PRINT: dict[type, Callable[..., tuple[Value, ...]]] = {
    str: _string,
    Moment: _moment,
    Item: _item,
    EvidenceHash: _evidence,
    Ground: _ground,
    Recipient: _recipient,
    Contact: _contact,
    Contest: _contest,
    Withheld: _withheld,
}
