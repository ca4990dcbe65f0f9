"""An abuse report in XARF 4 for hosters and network operators whose systems read nothing else.

XARF 4.2 has no type for terrorist content, and conforming parsers reject types that they do not know. Category *reputation*, type
*threat_intelligence* takes any `threat_type` and is valid today, so the report is carried by it; what XARF has no word for stands in fields of our
own, which the schema allows. As XARF asks of its gravest content types, a report carries ids and hashes, never the material. Not for:
finding the abuse contact, or sending.
"""

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from actionday.refer.package import Contest, Item, Package, faults

VERSION = "4.2.0"
THREAT = "terrorist_content"
_LONGEST = 1000


def reports(package: Package, ids: tuple[UUID, ...], source: str = "") -> tuple[dict[str, Any], ...]:
    """A report per item, in order, with these random (version 4) ids. `source` is the domain or IP address that the recipient answers for; without
    it, each address's own host is named.

    Raises ValueError for a package with faults, for other than one id per item, ids that are not random, and an item without a web address.
    """
    wrong = faults(package)
    if wrong:
        raise ValueError(f"{package.reference} cannot be reported: {wrong[0].field}: {wrong[0].says}")
    if len(ids) != len(package.items) or any(one.version != 4 for one in ids):
        raise ValueError("one random id per item")
    return tuple(_report(package, item, one, source) for item, one in zip(package.items, ids, strict=True))


def _report(package: Package, item: Item, report_id: UUID, source: str) -> dict[str, Any]:
    host = urlsplit(item.url).hostname
    if host is None:
        raise ValueError(f"{package.reference}: an item has no web address: XARF names a host")
    who = {
        "org": package.sender.unit[:200],
        "contact": package.sender.email,
        "domain": package.sender.email.rpartition("@")[2],
    }
    return {
        "xarf_version": VERSION,
        "report_id": str(report_id),
        "timestamp": item.seen.utc,
        "reporter": who,
        "sender": who,
        "source_identifier": source or host,
        "category": "reputation",
        "type": "threat_intelligence",
        "threat_type": THREAT,
        "evidence_source": "researcher_analysis",
        "evidence": [_evidence(package, item)],
        "tags": [f"custom:{THREAT}"],
        "description": _cut(package.explanation),
        "url": item.url,
        "verified_at": package.made.utc,
        "legal_basis": f"{package.ground.code}: {package.ground.words}",
        "reporter_reference": package.reference,
        **_contest(package),
    }


def _evidence(package: Package, item: Item) -> dict[str, Any]:
    """Ids and hashes as a file of their own, so that their integrity can be checked like any other evidence."""
    held = [
        {"digest": f"{one.algorithm}:{one.digest}", "what": one.says, "taken": one.taken.utc}
        for one in package.evidence
    ]
    told = {"native_id": item.native, "seen": item.seen.told, "held": held}
    payload = json.dumps(told, ensure_ascii=True, sort_keys=True).encode()
    return {
        "content_type": "application/json",
        "description": "Native id of the reported item and digests of what is held; no material",
        "payload": b64encode(payload).decode(),
        "hash": f"sha256:{sha256(payload).hexdigest()}",
        "size": len(payload),
    }


def _contest(package: Package) -> dict[str, str]:
    if isinstance(package.contest, Contest):
        return {"contest_address": package.contest.address}
    return {"not_to_be_disclosed_until": package.contest.until.utc}


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
