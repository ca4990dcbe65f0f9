"""Who is told, and what did they answer? Packages, forms, statements of reasons, sheets, and the routes by which they travel.

Not for: deciding (`assess`). What is sent rests on an approved finding; nothing here approves or finds anything.
"""

from actionday.refer.package import (
    Contact,
    Contest,
    EvidenceHash,
    Fault,
    Ground,
    Item,
    Kind,
    Language,
    Moment,
    Package,
    Recipient,
    Terms,
    Withheld,
)

__all__ = [
    "Contact",
    "Contest",
    "EvidenceHash",
    "Fault",
    "Ground",
    "Item",
    "Kind",
    "Language",
    "Moment",
    "Package",
    "Recipient",
    "Terms",
    "Withheld",
]
