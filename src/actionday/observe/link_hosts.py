"""Which hosts belong to which platform, and which endings make a host. Data only.

A federated server cannot be told by a list: for these a *hint* (the software's name in the host, or a well-known
server) or a path that no other software uses decides; see `link_rules`. Not for: looking anything up on the network.
"""

from functools import cache
from pathlib import Path

from actionday.records import PLATFORMS

_MORE_HOSTS = {
    "telegram": ("telesco.pe", "tx.me", "web.telegram.org", "webk.telegram.org", "weba.telegram.org"),
    "xmpp": ("conversations.im",),
    "matrix": ("chat.element.io", "element.io", "app.schildi.chat", "chat.mozilla.org"),
    "rocketchat": ("go.rocket.chat",),
    "twitter": ("nitter.net", "fxtwitter.com", "vxtwitter.com", "fixupx.com"),
    "whatsapp": ("whatsapp.com", "api.whatsapp.com", "web.whatsapp.com"),
    "discord": ("discord.gg", "ptb.discord.com", "canary.discord.com"),
    "facebook": ("m.me", "fb.watch", "fb.gg"),
    "youtube": ("youtube-nocookie.com",),
    "instagram": ("instagr.am",),
    "vk": ("m.vk.com", "vkontakte.ru", "vk.ru"),
}
# Their addresses name a user at a server, so the server's host alone is no single platform's (quitter.se excepted).
_FEDERATED = frozenset({"gnusocial", "diaspora", "friendica", "mastodon", "lemmy", "kbin", "website"})

FAMILIES: dict[str, str] = {
    host: platform.name
    for platform in PLATFORMS
    if platform.name not in _FEDERATED
    for host in (*platform.hosts, *_MORE_HOSTS.get(platform.name, ()))
}
"""Host (without `www.`) to platform."""

_WHOLE_DOMAINS = frozenset(
    [
        "t.me",
        "reddit.com",
        "facebook.com",
        "instagram.com",
        "tiktok.com",
        "youtube.com",
        "twitter.com",
        "x.com",
        "mewe.com",
        "whatsapp.com",
        "vk.com",
    ]
)

ASCII_FAMILIES = frozenset(FAMILIES.values()) - {"facebook", "youtube", "matrix"}
"""Platforms whose paths hold ASCII only."""


def family_of(host: str) -> str | None:
    """The platform that owns a host (without `www.`), or None."""
    domain = ".".join(host.split(".")[-2:])
    return FAMILIES.get(host) or (FAMILIES.get(domain) if domain in _WHOLE_DOMAINS else None)


HINTS = {
    "lemmy": r"lemmy|feddit|^(?:beehaw\.org|sh\.itjust\.works|programming\.dev|lemm\.ee|hexbear\.net|sopuli\.xyz"
    r"|discuss\.tchncs\.de|slrpnk\.net|aussie\.zone|midwest\.social|ttrpg\.network|startrek\.website|reddthat\.com)$",
    "kbin": r"kbin|mbin|^(?:fedia\.io|karab\.in|readit\.buzz)$",
    "diaspora": r"diaspora|(?:^|\.)diasp\.|^(?:pluspora\.com|despora\.de|sechat\.org|nerdpol\.ch|pod\..*)$",
    "friendica": r"friendica|^(?:squeet\.me|nerdica\.net|libranet\.de|venera\.social|opensocial\.at|friends\..*)$",
    "gnusocial": r"quitter|gnu-?social|gnu\.social|^(?:loadaverage\.org|gnu\.io)$",
    "rocketchat": r"rocket|chat",
    "mastodon": r"mastodon|mstdn|toot|pleroma|akkoma|misskey|fedi|\.social$",
}
"""What in a host says which federated or self-hosted software answers there (regular expressions)."""

NO_FEDIVERSE = (
    r"(?:^|\.)(?:medium\.com|threads\.(?:net|com)|substack\.com|odysee\.com|lbry\.tv|steemit\.com|hive\.blog|peakd\.com"
    r"|rumble\.com|unsplash\.com|flipboard\.com|linktr\.ee|npmjs\.com|codepen\.io|about\.me|pinterest\.\w+)$"
)
"""Domains that also write /@name and are no fediverse (a regular expression)."""

APP_SCHEMES = ("tg", "twitter", "instagram", "threema", "whatsapp")
"""Schemes of links that open an app and have no host."""

TYPED_ONLY_WITH_PATH = frozenset({"zip", "mov", "py", "sh", "ps"})
"""Endings that in running text are more often a file's than a host's."""

# Not in the root zone: overlay networks, and the names reserved for examples (RFC 2606), which synthetic data uses.
_OUTSIDE_ROOT = frozenset({"onion", "i2p", "loki", "bit", "eth", "lib", "ygg", "example", "test", "invalid"})


@cache
def endings() -> frozenset[str]:
    """Top-level domains in lower case, IDNs in punycode, and some that are not in the root zone."""
    lines = (Path(__file__).parent / "tlds.txt").read_text("ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#")) | _OUTSIDE_ROOT
