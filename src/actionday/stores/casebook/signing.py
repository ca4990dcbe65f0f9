"""Signatures of entries: Ed25519 (RFC 8032) by the person who wrote them, over the entry's hash.

The hash covers everything an entry says and all entries before it, so a signature says: I wrote this, after that. It lies beside the
hash, not under it. Not for: reading private keys, which never come here.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from actionday.records import Actor, UsageError

_ENTRY, _HEAD = b"actionday casebook entry signature 1\n", b"actionday casebook checkpoint 1\n"


def entry_signature(actor: Actor, key: bytes, digest: str) -> str:
    """The actor's signature of an entry's hash, in hex. Raises UsageError where it is not made with the enrolled key."""
    return _signed(actor, key, _ENTRY + digest.encode("ascii"))


def is_entry_signature(key: bytes, digest: str, signature: str | None) -> bool:
    """Whether the signature is that key's, of that entry."""
    return _is_signature(key, _ENTRY + digest.encode("ascii"), signature)


def head_signature(actor: Actor, key: bytes, head: str) -> str:
    """The actor's signature of a head's text form, in hex. Raises UsageError where it is not made with the enrolled key."""
    return _signed(actor, key, _HEAD + head.encode("ascii"))


def is_head_signature(key: bytes, head: str, signature: str | None) -> bool:
    """Whether the signature is that key's, of that head."""
    return _is_signature(key, _HEAD + head.encode("ascii"), signature)


def _signed(actor: Actor, key: bytes, message: bytes) -> str:
    signature = None if actor.sign is None else actor.sign(message).hex()
    if not _is_signature(key, message, signature):
        raise UsageError(f"{actor.id} is enrolled with another key than the one that signs")
    assert signature is not None
    return signature


def _is_signature(key: bytes, message: bytes, signature: str | None) -> bool:
    if signature is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
