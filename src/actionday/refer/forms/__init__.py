"""Forms: what recipients take, filled in, checked, stamped, and set as JSON, text, PDF/UA and images.

Not for: sending. A document whose `sendable` is false leaves by no route.
"""

from actionday.refer.forms.annexes import (
    AuthorityType,
    Content,
    Feedback,
    Impossibility,
    Measure,
    Obstacle,
    RemovalOrder,
)
from actionday.refer.forms.authority import Authority
from actionday.refer.forms.document import Document, Stamp, document
from actionday.refer.forms.field import Form, Place, places, shortcomings, unverified
from actionday.refer.forms.plain import plain_text
from actionday.refer.forms.requests import Notice, PlatformLetter, Referral
from actionday.refer.forms.typeset import pdf, png

__all__ = [
    "Authority",
    "AuthorityType",
    "Content",
    "Document",
    "Feedback",
    "Form",
    "Impossibility",
    "Measure",
    "Notice",
    "Obstacle",
    "Place",
    "PlatformLetter",
    "Referral",
    "RemovalOrder",
    "Stamp",
    "document",
    "pdf",
    "places",
    "plain_text",
    "png",
    "shortcomings",
    "unverified",
]
