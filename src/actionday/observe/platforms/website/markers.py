"""Phrases by which parked names and suspended sites show themselves on their front page.

They are conventions, not facts: hosters word their pages as they like. Whatever rests on one has a low confidence. Sources: the default
pages of cPanel and Plesk; none was checked against the live services. Not for: anything decided alone.
"""

PARKING_PHRASES = (
    "this domain is parked",
    "domain is for sale",
    "buy this domain",
    "this domain may be for sale",
    "parked free, courtesy of",
    "diese domain steht zum verkauf",
    "ce domaine est à vendre",
)
SUSPENSION_PHRASES = (
    "this account has been suspended",
    "account suspended",
    "/cgi-sys/suspendedpage.cgi",
    "this website has been suspended",
    "website is suspended",
    "site suspended",
    "contact your hosting provider for more information",
    "cette page a été suspendue",
)
"""Phrases in lower case, looked for in the first bytes of a front page."""


def phrase_in(body: str, phrases: tuple[str, ...]) -> str:
    """The first of the phrases that stands in a page, or an empty text."""
    text = " ".join(body.lower().split())
    return next((phrase for phrase in phrases if phrase in text), "")
