"""Whether a signature in a letter fits what it signs: CMS (RFC 5652), as S/MIME (RFC 8551) and PDF carry it. In the parser process.

What is said is that a certificate's key signed these bytes. Whose certificate that is, the register says by its hash, so no chain of authorities is built
and none is trusted. SHA-1 and MD5 count as broken. Not for: OpenPGP, or times that a signature claims.
"""

import hashlib
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Self

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from actionday.records.receipt import Signature, Signed

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
WHOLE = "the letter"
"""What a signature over all of it covers."""
_DETACHED = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_OPAQUE = ("application/pkcs7-mime", "application/x-pkcs7-mime")


@dataclass(frozen=True, slots=True)
class Cms:
    """A signed message: who signed, with which certificates, and the content where it lies inside."""

    signers: tuple[Any, ...]
    certificates: tuple[bytes, ...]
    content: bytes | None

    @classmethod
    def parse(cls, der: bytes) -> Self | None:
        """From DER; None for what is none."""
        try:
            info = cms.ContentInfo.load(der)
            if info["content_type"].native != "signed_data":
                return None
            signed = info["content"]
            held = [one.chosen.dump() for one in signed["certificates"] or [] if one.name == "certificate"]
            inner = signed["encap_content_info"]["content"]
            content = None if inner.native is None else bytes(inner.native)
            return cls(tuple(signed["signer_infos"]), tuple(held), content)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def mail_signatures(data: bytes, message: EmailMessage) -> list[Signature]:
    """Signatures of a whole mail; none where it has none."""
    kind = message.get_content_type()
    if kind in _OPAQUE:
        parsed = _opaque(message)
        return [signature_over(parsed, None if parsed is None else parsed.content, WHOLE)]
    if kind == "multipart/signed" and message.is_multipart():
        parts = message.get_payload()
        # exactly two parts: a third would stand beside what is signed and look as if it were
        last = parts[-1] if isinstance(parts, list) and len(parts) == 2 else None
        if isinstance(last, EmailMessage) and last.get_content_type() in _DETACHED:
            der: bytes = last.get_payload(decode=True) or b""  # type: ignore[assignment]
            return [signature_over(Cms.parse(der), _first_part(data, message.get_boundary() or ""), WHOLE)]
        return [Signature(Signed.UNREADABLE, WHOLE)]
    return []


def opaque_content(message: EmailMessage) -> bytes | None:
    """The mail inside one that is signed as a whole; None where it is not."""
    if message.get_content_type() not in _OPAQUE:
        return None
    parsed = _opaque(message)
    return None if parsed is None else parsed.content


def signature_over(signed: Cms | None, content: bytes | None, covers: str) -> Signature:
    """What the first signer's signature over some bytes is worth. Other signers do not make it better."""
    if signed is None or content is None or not signed.signers:
        return Signature(Signed.UNREADABLE, covers)
    signer = signed.signers[0]
    try:
        certificate = _certificate(signer, signed.certificates)
    except (ValueError, TypeError, KeyError):
        certificate = None
    if certificate is None:
        return Signature(Signed.UNREADABLE, covers)
    try:
        fits = _fits(signer, certificate, content)
    except (ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm, InvalidSignature):
        fits = False
    der_hash = certificate.fingerprint(hashes.SHA256()).hex()
    return Signature(Signed.VALID if fits else Signed.BROKEN, covers, der_hash, _name(certificate))


def _opaque(message: EmailMessage) -> Cms | None:
    payload = message.get_payload(decode=True)
    return Cms.parse(payload) if isinstance(payload, bytes) else None


def _certificate(signer: Any, held: tuple[bytes, ...]) -> x509.Certificate | None:  # noqa: ANN401 - asn1crypto's own
    sid = signer["sid"]
    for der in held:
        certificate = x509.load_der_x509_certificate(der)
        if sid.name == "issuer_and_serial_number":
            issuer = sid.chosen["issuer"].dump()
            if (certificate.serial_number, certificate.issuer.public_bytes()) == (sid.chosen["serial_number"].native, issuer):  # fmt: skip
                return certificate
        else:
            key = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            if key.digest == sid.chosen.native:
                return certificate
    return None


def _fits(signer: Any, certificate: x509.Certificate, content: bytes) -> bool:  # noqa: ANN401
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in _HASHES:
        return False
    signed = content
    attributes = signer["signed_attrs"]
    if attributes.native:
        told = {one["type"].native: one["values"] for one in attributes}
        if bytes(told["message_digest"][0].native) != hashlib.new(name, content).digest():
            return False
        signed = attributes.untag().dump()
    _verify(certificate.public_key(), signer, signed, _HASHES[name])
    return True


def _verify(key: object, signer: Any, signed: bytes, algorithm: hashes.HashAlgorithm) -> None:  # noqa: ANN401
    """Raises InvalidSignature, and ValueError for a kind of key that is not known here."""
    signature = bytes(signer["signature"].native)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < 2048:
            raise ValueError("the key is too short")
        if signer["signature_algorithm"]["algorithm"].native == "rsassa_pss":
            scheme: padding.AsymmetricPadding = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
        else:
            scheme = padding.PKCS1v15()
        key.verify(signature, signed, scheme, algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed, ec.ECDSA(algorithm))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, signed)
    else:
        raise ValueError("a kind of key that is not known here")


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()[:500]


def _first_part(data: bytes, boundary: str) -> bytes | None:
    """The bytes of the first part as they were signed: from its headers on, lines ended by CRLF, without the break before the boundary."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    mark = b"--" + boundary.encode("ascii", "replace")
    begin = lines.find(b"\r\n" + mark + b"\r\n")
    if not boundary or begin < 0:
        return None
    begin += len(mark) + 4
    end = lines.find(b"\r\n" + mark, begin)
    return lines[begin:end] if end > begin else None
