"""Letters for tests, made by hand: certificates, signed mails, small PDFs with text and signature. Everything in them is made up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

PLACE = "https://chat.example.org/room/1/post/2"
ORDER_TEXT = f"""REMOVAL ORDER under Regulation (EU) 2021/784
Section A
Issuing Member State: FR
Addressee: Chat of Tests
Contact point: contact@chat.example.org
Member State of main establishment: FR
Time and date of issuing: 2026-11-25 02:30 +01:00
Reference number: FR-2026-17
Section B
URL: {PLACE}
Reasons for considering the material to be terrorist content: a test
[x] (7)(c) solicits others to participate
[ ] (7)(d) provides instruction
Section E
Type of competent authority: other
Name of the issuing authority: Office of Tests
Name of its representative: A. Person, clerk
File no: 17
Address: 1 Street
Telephone: +1 900 000 000
E-mail address: duty@office.example
Date: 2026-11-25
Contact for feedback: duty@office.example
Competent body or court: Court of Tests
Deadline for challenging: 15 days
Link to provisions: https://law.example/1
"""


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def sha256(self) -> str:
        """How the register names it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


@cache
def signer(name: str = "Office of Tests", *, elliptic: bool = False) -> Signer:
    """Somebody with a certificate of their own."""
    key = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    built = builder.not_valid_before(now).not_valid_after(now + timedelta(days=9)).sign(key, hashes.SHA256())
    return Signer(built, key)


def mail(
    text: str = ORDER_TEXT, subject: str = "Removal order FR-2026-17", sender: str = "duty@office.example"
) -> EmailMessage:
    """A plain mail to the contact point."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, "contact@chat.example.org", subject
    message["Message-ID"] = "<1@office.example>"
    message.set_content(text)
    return message


def signed_mail(text: str = ORDER_TEXT, by: Signer | None = None, *, opaque: bool = False) -> bytes:
    """The same under S/MIME, detached or opaque."""
    who = by or signer()
    inner = (
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}".replace("\r\n", "\n").replace("\n", "\r\n").encode()
    )
    head = (
        b"From: duty@office.example\r\nTo: contact@chat.example.org\r\nSubject: Removal order\r\nMIME-Version: 1.0\r\n"
    )
    builder = pkcs7.PKCS7SignatureBuilder().set_data(inner).add_signer(who.certificate, who.key, hashes.SHA256())
    if opaque:
        der = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
        return head + b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n" + _base64(der)  # fmt: skip
    der = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    return b"".join(
        [
            head,
            b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="bb"\r\n\r\n',
            b"--bb\r\n", inner, b"\r\n--bb\r\n",
            b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            _base64(der), b"\r\n--bb--\r\n",
        ]
    )  # fmt: skip


def _base64(der: bytes) -> bytes:
    import base64

    return base64.encodebytes(der).replace(b"\n", b"\r\n")


def pdf(text: str = ORDER_TEXT, by: Signer | None = None) -> bytes:
    """One page with text, under a signature of the whole file where somebody signs."""
    lines = "".join(f"({_escaped(line)}) Tj T*\n" for line in text.splitlines())
    stream = f"BT /F1 8 Tf 9 TL 20 780 Td\n{lines}ET".encode("latin-1")
    catalog = (
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>>>" if by else "<</Type/Catalog/Pages 2 0 R>>"
    )
    objects = [
        catalog.encode(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    if by:
        hole = b"0" * 8192
        objects += [
            b"<</FT/Sig/T(signature)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/V 7 0 R>>",
            b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 1111111111 2222222222 3333333333]/Contents<" + hole + b">>>",
        ]  # fmt: skip
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return _sealed(bytes(out), by) if by else bytes(out)


def _sealed(data: bytes, by: Signer) -> bytes:
    first = data.index(b"/Contents<0") + len(b"/Contents")
    second = data.index(b">", first) + 1
    numbers = (b"1111111111", first), (b"2222222222", second), (b"3333333333", len(data) - second)
    for mark, number in numbers:
        data = data.replace(mark, b"%-10d" % number)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data[:first] + data[second:])
    builder = builder.add_signer(by.certificate, by.key, hashes.SHA256())
    der = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    return data[: first + 1] + der.hex().encode().ljust(second - first - 2, b"0") + data[second - 1 :]


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
