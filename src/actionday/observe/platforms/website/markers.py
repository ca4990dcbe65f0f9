"""Signs by which parked names, suspended sites and content delivery networks show themselves.

They are conventions, not facts: hosters word their pages as they like, parking firms come and go. Whatever rests on one has a
low confidence. Sources: the firms' own name servers, and the default pages of cPanel and Plesk; none was checked against the
live services. Not for: anything decided alone.
"""

PARKING_SERVERS = (
    "sedoparking.com",
    "parkingcrew.net",
    "bodis.com",
    "above.com",
    "dan.com",
    "afternic.com",
    "parklogic.com",
    "uniregistrymarket.link",
    "cashparking.com",
)
"""Domains of name servers that serve parked names."""

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

DELIVERY_NETWORKS = {
    "cloudflare": "Cloudflare",
    "fastly": "Fastly",
    "akamai": "Akamai",
    "cloudfront": "Amazon CloudFront",
    "incapsula": "Imperva",
    "imperva": "Imperva",
    "sucuri": "Sucuri",
    "ddos-guard": "DDoS-Guard",
    "bunny": "bunny.net",
}
"""A piece of a network's name, a header or an alias, and whose front it is: such a front says nothing of the host behind it."""


def delivery_network(*said: str) -> str:
    """The delivery network that any of the texts names, or an empty text."""
    text = " ".join(said).lower()
    return next((name for piece, name in DELIVERY_NETWORKS.items() if piece in text), "")


def is_parking_server(server: str) -> bool:
    """Whether a name server belongs to a firm that parks names."""
    return any(server == firm or server.endswith(f".{firm}") for firm in PARKING_SERVERS)


def phrase_in(body: str, phrases: tuple[str, ...]) -> str:
    """The first of the phrases that stands in a page, or an empty text."""
    text = " ".join(body.lower().split())
    return next((phrase for phrase in phrases if phrase in text), "")
