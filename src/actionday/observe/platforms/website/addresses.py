"""Whose site an address is on, as links name it: the host without ``www.``, in lower case and punycode."""

from urllib.parse import SplitResult, urljoin, urlsplit

from actionday.observe.link_urls import parse_head

_LEADS = ("http", "https", "tg", "xmpp", "matrix", "mailto")
_LONGEST = 8_000


def split(address: str) -> SplitResult | None:
    """The parts of a web address; None where it is none."""
    try:
        parts = urlsplit(address.strip())
        return parts if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def site_of(address: str) -> str | None:
    """The host that names a site; None where the address has none that can exist."""
    parts = split(address)
    if parts is None or len(address) > _LONGEST:
        return None
    head = parse_head(f"{parts.scheme}://{parts.netloc}")
    return head.h if head.h and head.link and not head.h.isspace() else None


def subject(site: str) -> str:
    """The site's id."""
    return f"website:channel:{site}"


def is_root(address: str) -> bool:
    """Whether an address is a site's front page: no path, no query."""
    parts = split(address)
    return parts is not None and parts.path in ("", "/") and not parts.query


def outward(base: str, links: list[str], site: str) -> list[str]:
    """Links made whole, in order and once each; those within the site are navigation and left out."""
    found: dict[str, None] = {}
    for link in links:
        try:
            whole = urljoin(base, link.strip())
            scheme = urlsplit(whole).scheme.lower()
        except ValueError:
            continue
        if scheme in _LEADS and len(whole) <= _LONGEST and site_of(whole) != site:
            found[whole] = None
    return list(found)
