"""Letters read in the parser process: every form, signatures that fit and that do not, and files that are broken on purpose."""

import json
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.observe.letters_made import ORDER_TEXT, PLACE, mail, pdf, signed_mail, signer

from actionday.observe.letters import form_of, read_letter
from actionday.observe.pool import Pool
from actionday.records.letter import Letter
from actionday.records.receipt import Signed


def read(tmp_path: Path, data: bytes) -> Letter:
    path = tmp_path / "letter"
    path.write_bytes(data)
    return read_letter(path)


def texts(letter: Letter) -> str:
    return "\n".join(part.text for part in letter.parts)


def test_a_mail_with_a_document_attached(tmp_path: Path) -> None:
    message = mail("See attached.")
    message.add_attachment(pdf(), maintype="application", subtype="pdf", filename="order.pdf")
    letter = read(tmp_path, message.as_bytes())
    assert (letter.form, letter.sender, letter.subject) == ("mail", "duty@office.example", "Removal order FR-2026-17")
    assert [(one.name, one.type) for one in letter.attachments] == [("order.pdf", "pdf")]
    assert [part.name for part in letter.parts] == ["the letter", "order.pdf"]
    assert "Reference number: FR-2026-17" in letter.parts[1].text
    assert letter.unread == ()


def test_html_reads_as_shown_with_the_places_that_links_have(tmp_path: Path) -> None:
    message = mail("x")
    message.set_content(
        f"<style>p{{}}</style><p>One</p><p>Two <a href='{PLACE}'>https://else.example</a></p><script>x</script>",
        subtype="html",
    )
    told = texts(read(tmp_path, message.as_bytes()))
    assert [line.strip() for line in told.splitlines() if line.strip()] == ["One", "Two https://else.example", PLACE]


@pytest.mark.parametrize("opaque", [False, True])
@pytest.mark.parametrize("elliptic", [False, True])
def test_a_signed_mail_fits_its_certificate_and_a_changed_one_does_not(
    tmp_path: Path, opaque: bool, elliptic: bool
) -> None:
    by = signer(elliptic=elliptic)
    data = signed_mail(by=by, opaque=opaque)
    letter = read(tmp_path, data)
    (one,) = letter.signatures
    assert (one.state, one.certificate, one.covers) == (Signed.VALID, by.sha256, "the letter")
    assert "FR-2026-17" in texts(letter)
    if not opaque:
        (other,) = read(tmp_path, data.replace(b"FR-2026-17", b"FR-2026-18")).signatures
        assert other.state is Signed.BROKEN
        beside = data.replace(b"--bb--", b"--bb\r\nContent-Type: text/plain\r\n\r\nhttps://other.example/1\r\n--bb--")
        assert read(tmp_path, beside).signatures[0].state is Signed.UNREADABLE


def test_a_signed_document_covers_its_whole_file_or_is_broken(tmp_path: Path) -> None:
    data = pdf(by=signer())
    (one,) = read(tmp_path, data).signatures
    assert (one.state, one.certificate) == (Signed.VALID, signer().sha256)
    (changed,) = read(tmp_path, data.replace(b"FR-2026-17", b"FR-2026-18")).signatures
    assert changed.state is Signed.BROKEN
    (longer,) = read(tmp_path, data + b"\n% more\n").signatures
    assert longer.state is Signed.BROKEN


def test_two_attachments_of_one_name_are_told_apart(tmp_path: Path) -> None:
    message = mail("See attached.")
    message.add_attachment(pdf(by=signer()), maintype="application", subtype="pdf", filename="order.pdf")
    message.add_attachment(
        pdf("URL: https://other.example/1"), maintype="application", subtype="pdf", filename="order.pdf"
    )
    letter = read(tmp_path, message.as_bytes())
    assert [one.name for one in letter.attachments] == ["order.pdf", "order.pdf (2)"]
    assert [one.covers for one in letter.signatures] == ["order.pdf"]


def test_json_and_forms_give_fields(tmp_path: Path) -> None:
    told = {
        "kind": "order",
        "fields": {"reference": {"section": "A", "value": "FR-1"}, "non_disclosure": {"value": True}},
        "locations": [PLACE, "b"],
    }
    (part,) = read(tmp_path, json.dumps(told).encode()).parts
    assert part.fields == {"kind": "order", "reference": "FR-1", "non_disclosure": "yes", "locations": f"{PLACE}\nb"}
    letter = read(tmp_path, b"kind=notice&url=https%3A%2F%2Fchat.example.org%2F1&reasons=a+test")
    assert (letter.form, letter.parts[0].fields["url"]) == ("form", "https://chat.example.org/1")
    assert read(tmp_path, ORDER_TEXT.encode()).form == "text"


HOSTILE = {
    "nested lists": b"[" * 50_000,
    "nested parts": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3_000)),
    "no end": b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
    "a header without end": b"Subject: " + b"=?utf-8?b?" * 5_000 + b"\r\n\r\nx",
    "wrong charset": b"From: a@b.example\r\nContent-Type: text/plain; charset=\"no such\"\r\n\r\nremoval order\r\n",
    "half a document": pdf()[:300],
    "a document that points at itself": b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n",
    "a stream that grows": pdf().replace(b"<</Length", b"<</Filter/FlateDecode/Length") + zlib.compress(b"0" * 1_000_000),
    "nothing": b"",
    "zeros": b"\x00" * 1000,
    "a signature that is none": b"Content-Type: application/pkcs7-mime\r\n\r\nxxxx",
    "an archive": b"PK\x03\x04" + b"\x00" * 100,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_letter_that_is_broken_on_purpose_is_a_letter_still(tmp_path: Path, name: str) -> None:
    letter = read(tmp_path, HOSTILE[name])
    assert Letter.from_json(json.loads(json.dumps(letter.to_json()))) == letter
    if name in ("half a document", "zeros", "an archive", "nested lists"):
        assert letter.unread


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([signed_mail(), pdf(by=signer()), mail().as_bytes()]), st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=4)), min_size=1, max_size=5))  # fmt: skip
def test_no_damage_ends_the_reading_or_passes_for_a_signature(
    tmp_path: Path, data: bytes, damage: list[tuple[int, bytes]]
) -> None:
    broken = bytearray(data)
    for at, piece in damage:
        place = at % len(broken)
        broken[place : place + len(piece)] = piece
    letter = read(tmp_path, bytes(broken))
    if form_of(data) == "pdf":
        start = data.index(b"/Contents<") + 10
        end = data.index(b">", start)
        if bytes(broken[:start] + broken[end:]) != data[:start] + data[end:]:
            assert all(one.state is not Signed.VALID for one in letter.signatures)


def test_the_parser_process_reads_it_and_what_it_dies_of_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "letter.eml"
    path.write_bytes(signed_mail())
    with Pool({}, size=1, data_bytes=1 << 30) as pool:
        frames = list(pool.ask({"do": "letter", "path": str(path)}))
    letter = Letter.from_json(frames[0][0]["letter"])
    assert letter.signatures[0].state is Signed.VALID
