"""A letter becomes a receipt: what it says, what it lacks, what it seems to be, who vouches for it, and which cases it opens."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.observe.letters_made import ORDER_TEXT, PLACE, Signer, mail, pdf, signed_mail, signer
from tests.records.casework import ANNA
from tests.records.received import AT, CALL, OFFICE, REGISTER

from actionday.assess.genuine import Here, examine
from actionday.assess.intake import Arrival, openings, receipt_of, vouched
from actionday.assess.messages import places_in
from actionday.observe.letters import read_letter
from actionday.records import EntryId
from actionday.records.authority import Register
from actionday.records.letter import Letter
from actionday.records.order_event import Answered, Asked, Check
from actionday.records.receipt import Original, Receipt, ReceiptKind, ReceivedBy

ARRIVAL = Arrival(
    EntryId("i-1"), AT, ReceivedBy.MAIL_SERVER, "imap://x/INBOX", Original("0" * 64, 1), "mx.chat.example.org"
)
HERE = Here(("chat.example.org",), Answered.YES)


def letter_in(tmp_path: Path, data: bytes) -> Letter:
    path = tmp_path / "letter"
    path.write_bytes(data)
    return read_letter(path)


def receive(tmp_path: Path, data: bytes, register: Register | None = REGISTER) -> Receipt:
    return receipt_of(letter_in(tmp_path, data), ARRIVAL, register)


def with_certificate(who: Signer) -> Register:
    return replace(REGISTER, authorities=(replace(OFFICE, certificates=(who.sha256,)),))


def asked(receipt: Receipt, register: Register | None = REGISTER, here: Here = HERE) -> dict[Asked, Check]:
    return {one.asked: one for one in examine(receipt, register, here, AT)}


@pytest.mark.parametrize("form", ["text", "pdf", "attached"])
def test_a_complete_order_lacks_nothing_in_whatever_form_it_comes(tmp_path: Path, form: str) -> None:
    data = {"text": mail().as_bytes(), "pdf": pdf(), "attached": b""}[form]
    if form == "attached":
        message = mail("See attached.")
        message.add_attachment(pdf(), maintype="application", subtype="pdf", filename="order.pdf")
        data = message.as_bytes()
    receipt = receive(tmp_path, data)
    assert receipt.kind is ReceiptKind.ORDER
    assert [one.name for one in receipt.missing] == []
    assert receipt.locations == (PLACE,)
    assert (receipt.said["reference"], receipt.said["authority_name"], receipt.said["content"]) == (
        "FR-2026-17",
        "Office of Tests",
        "7c",
    )
    assert not receipt.asks_silence


def test_what_a_malformed_order_lacks_is_named_and_it_is_an_order_still(tmp_path: Path) -> None:
    text = "\n".join(line for line in ORDER_TEXT.splitlines() if not line.startswith(("URL", "Reference", "Reasons")))
    receipt = receive(tmp_path, mail(text).as_bytes())
    assert receipt.kind is ReceiptKind.ORDER
    assert [one.name for one in receipt.missing] == ["reference", "locations", "reasons"]
    assert asked(receipt)[Asked.COMPLETE].why == "missing: reference, locations, reasons"
    assert asked(receipt)[Asked.HOSTED].answer is Answered.UNKNOWN


def test_a_box_that_forbids_telling_is_read(tmp_path: Path) -> None:
    text = (
        ORDER_TEXT
        + "[x] for reasons of public security the addressee must refrain from informing the content provider\n"
    )
    assert receive(tmp_path, mail(text).as_bytes()).asks_silence
    assert not receive(tmp_path, mail(text.replace("[x] for", "[ ] for")).as_bytes()).asks_silence


def test_json_by_the_names_of_the_form(tmp_path: Path) -> None:
    told = {
        "kind": "order",
        "fields": {"reference": {"value": "FR-1"}, "locations": {"value": [PLACE]}, "non_disclosure": {"value": True}},
    }
    receipt = receive(tmp_path, json.dumps(told).encode())
    assert (receipt.kind, receipt.said["reference"], receipt.locations) == (ReceiptKind.ORDER, "FR-1", (PLACE,))
    assert receipt.asks_silence


@pytest.mark.parametrize(
    ("text", "subject", "sender", "kind"),
    [
        ("Entfernungsanordnung nach der Verordnung", "Anordnung", "x@y.example", ReceiptKind.ORDER),
        ("Please look at it.", "A question", "duty@office.example", ReceiptKind.UNCLEAR),
        (
            "I send a notice of illegal content at https://chat.example.org/1",
            "Notice",
            "x@y.example",
            ReceiptKind.NOTICE,
        ),
        ("I complain: please reinstate my post", "my post", "x@y.example", ReceiptKind.COMPLAINT),
        ("Buy cheap lamps", "Lamps", "x@y.example", ReceiptKind.OTHER),
    ],
)
def test_what_a_letter_seems_to_be(tmp_path: Path, text: str, subject: str, sender: str, kind: ReceiptKind) -> None:
    assert receive(tmp_path, mail(text, subject, sender).as_bytes()).kind is kind


def test_what_cannot_be_read_may_be_an_order(tmp_path: Path) -> None:
    assert receive(tmp_path, b"\x00" * 100).kind is ReceiptKind.UNCLEAR
    assert receive(tmp_path, pdf()[:200]).kind is ReceiptKind.UNCLEAR


def test_places_are_found_as_they_are_or_defanged() -> None:
    text = "see hxxps://chat[.]example[.]org/a?b=1, (https://chat.example.org/c) and matrix:r/room:example.org."
    assert places_in(text) == [
        "https://chat.example.org/a?b=1",
        "https://chat.example.org/c",
        "matrix:r/room:example.org",
    ]


def test_a_genuine_signed_order_is_green(tmp_path: Path) -> None:
    checks = asked(receive(tmp_path, signed_mail()), with_certificate(signer()))
    assert [one.answer for one in checks.values()] == [Answered.YES] * 5
    assert list(checks) == list(Asked)


def test_a_forged_order_is_red_with_the_registers_number_never_the_letters(tmp_path: Path) -> None:
    forged = receive(tmp_path, mail(sender="duty@office-example.test").as_bytes())
    route = asked(forged)[Asked.ROUTE]
    assert (route.answer, route.call_back) == (Answered.NO, CALL)
    assert "+1 900" not in str(asked(forged))
    assert asked(forged)[Asked.LISTED].answer is Answered.YES
    other = signer("Somebody")
    assert (
        "not in the register"
        in asked(receive(tmp_path, signed_mail(by=other)), with_certificate(signer()))[Asked.ROUTE].why
    )
    broken = receive(tmp_path, signed_mail().replace(b"FR-2026-17", b"FR-2026-18"))
    assert asked(broken, with_certificate(signer()))[Asked.ROUTE].why.startswith("a signature in it is broken")


def test_an_address_alone_proves_nothing_until_the_own_mail_server_vouches(tmp_path: Path) -> None:
    data = mail().as_bytes()
    assert asked(receive(tmp_path, data))[Asked.ROUTE].answer is Answered.UNKNOWN
    good = b"Authentication-Results: mx.chat.example.org; spf=fail; dmarc=pass header.from=office.example\r\n" + data
    assert receive(tmp_path, good).vouched == "office.example"
    assert asked(receive(tmp_path, good))[Asked.ROUTE].answer is Answered.YES
    for header in (
        b"mx.chat.example.org; dmarc=fail header.from=office.example",
        b"mx.chat.example.org; dmarc=pass header.from=evil.example",
        b"mx.evil.example; dmarc=pass header.from=office.example",
        b"mx.evil.example; x=y\r\nAuthentication-Results: mx.chat.example.org; dmarc=pass header.from=office.example",
        b"mx.chat.example.org; none (dmarc=pass header.from=office.example)",
    ):
        assert receive(tmp_path, b"Authentication-Results: " + header + b"\r\n" + data).vouched == "", header
    assert vouched(letter_in(tmp_path, good), "") == ""


def test_what_stands_beside_a_signed_document_is_not_believed(tmp_path: Path) -> None:
    message = mail("URL: https://chat.example.org/somebody/else")
    message.add_attachment(pdf(by=signer()), maintype="application", subtype="pdf", filename="order.pdf")
    receipt = receive(tmp_path, message.as_bytes())
    assert receipt.locations == (PLACE,)


def test_who_is_not_listed_and_what_is_elsewhere_is_said(tmp_path: Path) -> None:
    receipt = receive(tmp_path, mail(ORDER_TEXT.replace("Office of Tests", "Bureau of Nobody")).as_bytes())
    assert "knows no Bureau of Nobody" in asked(receipt)[Asked.LISTED].why
    assert asked(receipt, None)[Asked.LISTED].answer is Answered.UNKNOWN
    assert asked(receipt, here=Here(("other.example",)))[Asked.HOSTED].answer is Answered.NO
    assert asked(receipt, here=Here(("ample.org",)))[Asked.HOSTED].answer is Answered.NO
    assert asked(receipt, here=Here(("example.org",)))[Asked.HOSTED].answer is Answered.YES
    old = replace(REGISTER, as_of=date(2025, 1, 1))
    assert "old" in asked(receive(tmp_path, mail().as_bytes()), old)[Asked.LISTED].why
    elsewhere = with_certificate(signer())
    two = replace(
        elsewhere, authorities=(replace(OFFICE), replace(OFFICE, name="Other Office", certificates=(signer().sha256,)))
    )
    assert "certificate is that of Other Office" in asked(receive(tmp_path, signed_mail()), two)[Asked.LISTED].why


def test_cases_are_opened_for_each_address_or_about_the_letter(tmp_path: Path) -> None:
    number = iter(range(1, 10))
    fresh = lambda: EntryId(f"c-{next(number):032x}")  # noqa: E731
    (one,) = openings(receive(tmp_path, mail().as_bytes()), ANNA, 1, fresh)
    assert one.opening is not None
    assert (one.opening.target, one.opening.platform, one.opening.source, one.opening.readers) == (
        f"url:{PLACE}",
        "chat.example.org",
        "order",
        1,
    )
    (bare,) = openings(receive(tmp_path, b"\x00"), ANNA, 2, fresh)
    assert bare.opening is not None
    assert (bare.opening.target, bare.opening.source) == ("receipt:i-1", "unclear")
