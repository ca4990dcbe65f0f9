"""Forms: what each needs, what is stamped on it, how it looks, that it is accessible, and that nothing from outside is ever evaluated."""

import io
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from tests.brief.hostile import CORPUS

from actionday.records.deadline import Mark
from actionday.records.escape import visible
from actionday.refer.forms import (
    Authority,
    Feedback,
    Form,
    Impossibility,
    Notice,
    Obstacle,
    PlatformLetter,
    Referral,
    RemovalOrder,
    Stamp,
    document,
    pdf,
    places,
    plain_text,
    png,
    shortcomings,
    unverified,
)
from actionday.refer.forms.annexes import BOX_MARKS, Content
from actionday.refer.forms.document import ANNEXES
from actionday.refer.forms.examples import MADE, example_form, example_order, example_package, example_withheld
from actionday.refer.forms.typeset import pieces
from actionday.refer.forms.wording import say, texts
from actionday.refer.package import Fault, Item, Kind, Language, Moment

GOLDEN = Path(__file__).parent / "golden"
PAGES = [(kind, language) for kind in Kind for language in Language if not (kind in ANNEXES and language == "ar")]
FORMS: tuple[type[Any], ...] = (Referral, Notice, PlatformLetter, RemovalOrder, Feedback, Impossibility)


def authority(name: str = "Example National Authority", state: str = "BE", until: datetime | None = None) -> Authority:
    """A recorded authority with a certificate made here."""
    key = Ed25519PrivateKey.generate()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(until or datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key, None)
    )
    assert made.signature_hash_algorithm is None or isinstance(made.signature_hash_algorithm, hashes.HashAlgorithm)
    return Authority(name, state, made.public_bytes(serialization.Encoding.PEM))


@pytest.mark.parametrize("kind", Kind)
def test_the_examples_are_complete(kind: Kind) -> None:
    assert shortcomings(example_form(kind)) == ()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_field_says_where_it_stands_and_how_well_it_is_known(form: type[Any]) -> None:
    assert list(places(form)) == [one.name for one in fields(form)]


@pytest.mark.parametrize("kind", Kind)
def test_every_required_field_is_missed_when_it_is_empty(kind: Kind) -> None:
    form = example_form(kind)
    for name, place in places(type(form)).items():
        value = getattr(form, name)
        if place.required and isinstance(value, str | tuple) and not isinstance(value, StrEnum):
            emptied: Form = replace(form, **{name: type(value)()})  # type: ignore[type-var]
            assert Fault(name, "missing") in shortcomings(emptied), name


def test_only_what_was_read_in_the_published_text_counts_as_verified() -> None:
    known = {name for name, place in places(RemovalOrder).items() if place.mark is Mark.VERIFIED}
    assert known == {
        "issuing_member_state", "addressee", "legal_representative", "contact_point", "member_state_of_establishment",
        "issued_at", "reference", "locations", "reasons",
    }  # fmt: skip
    assert {box for box, mark in BOX_MARKS.items() if mark is Mark.VERIFIED} == {Content.INCITES}
    assert places(Impossibility)["obstacles"].mark is Mark.SECONDARY
    for form in (Feedback, Impossibility):
        assert unverified(form) == tuple(places(form))
    assert unverified(Notice) == ("items", "explanation", "sender", "good_faith")
    assert unverified(Referral) == unverified(PlatformLetter) == ()


@pytest.mark.parametrize(("kind", "language"), PAGES)
def test_what_is_stamped_and_whether_it_may_leave(kind: Kind, language: Language) -> None:
    made = document(example_form(kind, language), language)
    expected = {
        Kind.ORDER: [Stamp.VOID, Stamp.UNVERIFIED],
        Kind.REFERRAL: [],
        Kind.LETTER: [],
    }.get(kind, [Stamp.UNVERIFIED])
    assert list(made.stamps) == expected
    assert made.sendable == (not expected)
    words = _words(pdf(made))
    for stamp in Stamp:
        shown = say(language, "stamp", stamp) in words
        if language is not Language.ARABIC:  # an extracted Arabic word is in the order of drawing
            assert shown == (stamp in expected)


def test_an_order_is_void_unless_the_recorded_authority_issues_it() -> None:
    def void(who: Authority | None, order: RemovalOrder | None = None) -> tuple[str, ...]:
        return document(order or example_order(), Language.ENGLISH, who).stamps.get(Stamp.VOID, ())

    assert void(authority()) == ()
    assert "no national authority" in void(None)[0]
    assert "another authority" in void(authority("Somebody Else"))[0]
    assert "another Member State" in void(authority(state="FR"))[0]
    assert "not valid" in void(authority(until=datetime(2026, 3, 1, tzinfo=UTC)))[0]
    assert not document(example_order(), Language.ENGLISH, authority()).sendable, "it is unverified still"
    with pytest.raises(ValueError, match="PEM"):
        Authority("x", "BE", b"no certificate")


def test_an_order_about_a_package_takes_over_what_the_package_says() -> None:
    package = example_package(Kind.ORDER, reference="BE-2026-0099")
    made = example_order().about(package)
    assert (made.reference, made.locations, made.issued_at) == ("BE-2026-0099", package.items, package.made)
    assert (made.reasons, made.non_disclosure) == (package.explanation, False)
    assert example_order().about(example_withheld(package)).non_disclosure
    assert shortcomings(made) == ()
    with pytest.raises(ValueError, match="makes no order"):
        made.about(example_package(Kind.REFERRAL))
    with pytest.raises(ValueError, match="makes no referral"):
        Referral.of(package)


def test_annexes_are_there_in_official_languages_only() -> None:
    with pytest.raises(ValueError, match="official languages"):
        document(example_order(), Language.ARABIC)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issuing_member_state": "GB"}, "issuing_member_state"),
        ({"member_state_of_establishment": "BE"}, "other_member_state"),
        ({"other_member_state": False}, "other_member_state"),
        ({"home_authority_contact": " "}, "home_authority_contact"),
        ({"authority_email": "nobody"}, "authority_email"),
        ({"content": (Content.INCITES, Content.INCITES)}, "content"),
        ({"content": ()}, "content"),
        ({"locations": (Item("https://host.example/a b", "", MADE),)}, "locations.1.url"),
        ({"locations": (Item("", "matrix:channel:!a:b", MADE),)}, "locations.1.url"),
    ],
)
def test_rules_of_the_order(change: dict[str, Any], field: str) -> None:
    found = shortcomings(replace(example_order(), **change))
    assert field in {fault.field for fault in found}
    made = document(replace(example_order(), **change), Language.ENGLISH, authority())
    assert Stamp.INCOMPLETE in made.stamps


BEFORE = Moment(MADE.at - timedelta(hours=1))


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        (Kind.FEEDBACK, {"measure_at": BEFORE}, "measure_at"),
        (Kind.FEEDBACK, {"signed_at": MADE}, "signed_at"),
        (Kind.FEEDBACK, {"provider": ""}, "provider"),
        (Kind.FEEDBACK, {"provider_representative": "Also Somebody"}, "provider"),
        (Kind.FEEDBACK, {"contact_email": "x"}, "contact_email"),
        (Kind.IMPOSSIBILITY, {"obstacles": ()}, "obstacles"),
        (Kind.IMPOSSIBILITY, {"obstacles": (Obstacle.IMPOSSIBLE,)}, "explanation"),
        (Kind.IMPOSSIBILITY, {"clarification": ""}, "clarification"),
        (Kind.IMPOSSIBILITY, {"signed_at": BEFORE}, "signed_at"),
        (Kind.IMPOSSIBILITY, {"provider": ""}, "provider"),
        (Kind.NOTICE, {"good_faith": False}, "good_faith"),
    ],
)
def test_rules_of_the_other_forms(kind: Kind, change: dict[str, Any], field: str) -> None:
    changed: Form = replace(example_form(kind), **change)  # type: ignore[type-var]
    assert field in {fault.field for fault in shortcomings(changed)}


def test_a_referral_cites_terms_and_says_first_that_it_is_voluntary() -> None:
    form = example_form(Kind.REFERRAL)
    assert isinstance(form, Referral)
    without = replace(form, recipient=replace(form.recipient, terms=None))
    assert Fault("recipient.terms", "missing: a referral cites the host's own terms") in shortcomings(without)
    for language in Language:
        told = plain_text(document(example_form(Kind.REFERRAL, language), language)).splitlines()[0]
        terms = example_package(Kind.REFERRAL, language).recipient.terms
        assert terms is not None
        assert terms.clause in told
        assert told.startswith(texts(language)["lead"]["referral"].split("(")[0])
    assert "voluntary" in plain_text(document(form, Language.ENGLISH)).splitlines()[0]
    assert "not an order" in plain_text(document(form, Language.ENGLISH)).splitlines()[0]


def test_the_same_texts_are_there_in_every_language() -> None:
    english = texts(Language.ENGLISH)
    for language in (Language.FRENCH, Language.GERMAN):
        for table, keys in english.items():
            assert set(texts(language)[table]) == set(keys), (language, table)
    for table in ("stamp", "word"):
        assert set(texts(Language.ARABIC)[table]) == set(english[table])
    for kind in set(Kind) - ANNEXES:
        document(example_form(kind, Language.ARABIC), Language.ARABIC).to_json()
        plain_text(document(example_form(kind, Language.ARABIC), Language.ARABIC))


def test_json_tells_every_field_with_its_mark() -> None:
    told = json.loads(document(example_order(), Language.FRENCH).to_json())
    assert list(told["fields"]) == list(places(RemovalOrder))
    assert told["fields"]["addressee"]["mark"] == "verified"
    assert told["fields"]["fax"]["mark"] == "recalled"
    assert told["fields"]["issued_at"]["value"] == {"utc": "2026-03-29T10:15:00Z", "told": "2026-03-29T10:15:00+00:00"}
    seen = told["fields"]["locations"]["value"][0]["seen"]
    assert seen == {"utc": "2026-03-28T20:30:00Z", "told": "2026-03-28T23:30:00+03:00"}
    assert told["sendable"] is False
    assert "void" in told["stamps"]
    referral = json.loads(document(example_form(Kind.REFERRAL), Language.ENGLISH).to_json())
    assert referral["fields"]["items"]["value"][1]["url"].endswith("/17?single=1&comment=2")
    assert referral["fields"]["terms" if "terms" in referral["fields"] else "recipient"]["mark"] is None


def seen(page: bytes) -> Image.Image:
    """A page in sixteen greys, as the golden images are kept."""
    return Image.open(io.BytesIO(page)).convert("L").point([round(value / 17) * 17 for value in range(256)])


def unlike(one: Image.Image, other: Image.Image, block: int = 32) -> float:
    """The greatest root mean square difference of any block of 32 x 32 points: one changed digit is 14 and more."""
    gap = np.asarray(one, float) - np.asarray(other, float)
    down, across = (-size % block for size in gap.shape)
    tiles = np.pad(gap, ((0, down), (0, across)))
    squares = tiles.reshape(tiles.shape[0] // block, block, -1, block) ** 2
    return float(np.sqrt(squares.mean(axis=(1, 3)).max()))


@pytest.mark.parametrize(("kind", "language"), PAGES)
def test_pages_look_as_they_did(kind: Kind, language: Language) -> None:
    """Rendered anew and compared with images that were looked at. To accept a change, delete the images and run twice."""
    pages = png(document(example_form(kind, language), language))
    kept = sorted(GOLDEN.glob(f"{kind}-{language}-*.png"))
    if not kept:
        for n, page in enumerate(pages, 1):
            seen(page).save(GOLDEN / f"{kind}-{language}-{n}.png", optimize=True)
        pytest.fail(f"the pages of {kind}-{language} are new: look at them, then run again")
    assert len(pages) == len(kept)
    for page, path in zip(pages, kept, strict=True):
        old = Image.open(path)
        assert seen(page).size == old.size
        assert unlike(seen(page), old) < 6, path.name


def test_one_changed_digit_is_another_page() -> None:
    form = example_form(Kind.REFERRAL)
    assert isinstance(form, Referral)
    before, after = (
        seen(png(document(one, Language.ENGLISH))[0]) for one in (form, replace(form, reference="UNIT-2026-0043"))
    )
    assert unlike(before, before) == 0
    assert unlike(before, after) > 12


@pytest.mark.parametrize(("kind", "language"), PAGES)
def test_documents_are_tagged_titled_and_in_their_language(kind: Kind, language: Language) -> None:
    made = document(example_form(kind, language), language)
    read = PdfReader(io.BytesIO(pdf(made)))
    root: Any = read.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert read.metadata is not None
    assert read.metadata.title == say(language, "title", kind)
    assert read.xmp_metadata is not None
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    tags = list(_tags(root["/StructTreeRoot"]))
    assert tags.count("/H1") == 1
    assert tags.count("/H2") == len({place.section for place in places(type(made.form)).values()})
    assert "/P" in tags
    assert all(font["/FontDescriptor"].keys() & {"/FontFile", "/FontFile2", "/FontFile3"} for font in _fonts(read))
    assert pdf(made) == pdf(made), "the same document gives the same bytes"


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_from_outside_is_evaluated_fetched_or_linked(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def barred(*_: object, **__: object) -> None:
        raise AssertionError("a form reached for the network")

    monkeypatch.setattr(socket, "socket", barred)
    package = example_package(Kind.REFERRAL, Language.ARABIC)
    spoiled = replace(
        package,
        reference=hostile,
        explanation=hostile,
        items=tuple(replace(item, url=hostile, native=hostile, says=hostile) for item in package.items),
        sender=replace(package.sender, unit=hostile, name=hostile, email=hostile, address=hostile),
    )
    for language in (Language.ENGLISH, Language.ARABIC):
        made = document(Referral.of(spoiled), language)
        data = pdf(made)
        read = PdfReader(io.BytesIO(data))
        assert not [page["/Annots"] for page in read.pages if "/Annots" in page], "a link that can be clicked"
        assert b"/JavaScript" not in data
        assert b"/EmbeddedFile" not in data
        root: Any = read.trailer["/Root"]
        tags = list(_tags(root["/StructTreeRoot"]))
        assert tags.count("/H1") == 1, "a heading of theirs"
        shown = visible(hostile)
        plain = "".join(shown.split())
        if language is Language.ENGLISH and len(plain) > 1000:
            assert _words(data).count(plain[0]) >= len(plain)
        elif language is Language.ENGLISH and shown.isascii():
            assert plain in "".join(_words(data).split()), "other words than those that were given"
        assert shown.split("\n")[0].strip() in plain_text(made)
        assert json.loads(made.to_json())["fields"]["explanation"]["value"] == hostile


def test_letters_that_no_font_has_are_written_out() -> None:
    package = replace(example_package(Kind.REFERRAL), explanation="見 e\u0301 👩 ж")
    words = _words(pdf(document(Referral.of(package), Language.ENGLISH)))
    assert "⟨U+898B⟩" in words
    assert "⟨U+1F469⟩" in words
    assert "ж" in words
    assert "U+0436" not in words
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 2000))) + "\u0301\u0345\U000f0000\u0cf3"
    words = _words(pdf(document(Referral.of(replace(package, explanation=many)), Language.ARABIC)))
    assert {f"U+{0x4E00 + n:04X}" for n in range(2000)} | {"U+F0000"} <= set(re.findall(r"U\+[0-9A-F]+", words))


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=[]), max_size=40))
def test_any_text_makes_a_page(words: str) -> None:
    package = example_package(Kind.REFERRAL)
    spoilt = replace(package, explanation=words, items=tuple(replace(one, says=words) for one in package.items))
    for language in (Language.GERMAN, Language.ARABIC):
        assert pdf(document(Referral.of(spoilt), language)).startswith(b"%PDF")


def test_a_long_word_is_cut_into_what_it_was() -> None:
    for word in ("w" * 4000, "https://host.example/" + "a/" * 60 + "?x=1&y=2", "–" * 90):
        cut = pieces(f"see {word} here")
        assert "".join(piece if isinstance(piece, str) else "".join(piece) for piece in cut) == f"see {word} here"
        longest = max(len(part) for piece in cut if not isinstance(piece, str) for part in piece)
        assert longest <= 90


def _fonts(read: PdfReader) -> list[Any]:
    """The innermost font of every font that a page uses."""
    pages: list[Any] = list(read.pages)
    return [
        font.get_object()["/DescendantFonts"][0].get_object()
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    ]


def _words(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def _tags(node: Any) -> Iterator[str]:  # noqa: ANN401 - pypdf's own objects
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from _tags(one)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield str(node["/S"])
        if "/K" in node:
            yield from _tags(node["/K"])
