"""Signs by which parked names and content delivery networks show themselves in DNS and RDAP.

They are conventions, not facts: firms come and go. Whatever rests on one has a low confidence. Source: the firms' own name servers; none was
checked against the live services. Not for: anything decided alone.
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
