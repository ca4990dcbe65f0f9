"""How a platform writes addresses: per platform an ordered list of patterns, the first that fits decides. Data only.

In a rule's `target`, `{1}` and `{2}` are the pattern's groups as written, `{1l}` in lower case, `{1u}` in upper case, `{h}`
the host. A platform that lets a name change hands gives a reference (`telegram:@name`), one whose address is the identity
gives a typed id (`matrix:channel:#room:server`), an invite is neither: `platform:+code`, in the case it was written.
Patterns see the path without trailing slash, then `?query` and `#fragment` where there are any.
"""

from dataclasses import dataclass

from actionday.observe.link_hosts import HINTS

ACCOUNT, CHANNEL, POST = "account", "channel", "post"


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of address. `target` None: on the platform, but naming no account or channel. `host`: a condition."""

    pattern: str
    target: str | None
    target_kind: str | None = None
    kind: str = "url"
    host: str = ""
    platform: str = ""


def _end(pattern: str) -> str:
    return rf"(?i)^{pattern}(?:[/?#]|$)"


_TG_NAME = r"@?([a-z][a-z0-9_]{0,31})"
_TG_OWN = (
    "share|addstickers|addemoji|addtheme|proxy|socks|setlanguage|login|confirmphone|bg|iv|giftcode|invoice|contact|faq"
    "|blog|apps|m|a|k|z|dl|privacy|tos|nft|stars|joinchat|addlist"
)
TELEGRAM = (
    Rule(r"(?i)^/joinchat/([a-z0-9_-]{6,})", "telegram:+{1}", CHANNEL, "invite"),
    Rule(r"(?i)^/(?:joinchat/s|s/joinchat)/([a-z0-9_-]{6,})", "telegram:+{1}", CHANNEL, "invite"),
    Rule(_end(r"/\+[0-9]{7,15}"), None, ACCOUNT),  # a telephone number, no invite
    Rule(r"(?i)^/(?:\+|%2b)([a-z0-9_-]{6,})", "telegram:+{1}", CHANNEL, "invite"),
    Rule(r"(?i)^/addlist/([a-z0-9_-]+)", "telegram:+addlist/{1}", None, "invite"),
    Rule(_end(r"/c/([0-9]+)(?:/[0-9]+)+"), "telegram:channel:{1}", POST),
    Rule(_end(r"/c/([0-9]+)"), "telegram:channel:{1}", CHANNEL),
    Rule(r"^/[akz]?/?#-100([0-9]+)", "telegram:channel:{1}", CHANNEL, host=r"telegram\.org$"),
    Rule(rf"(?i)^/[akz]?/?#(?:/im\?p=)?@{_TG_NAME[2:]}", "telegram:@{1l}", None, host=r"telegram\.org$"),
    Rule(r"", None, host=r"telegram\.org$"),
    Rule(_end(rf"/(?:{_TG_OWN})"), None),
    Rule(rf"(?i)^/{_TG_NAME}/[0-9]", "telegram:@{1l}", POST),
    Rule(rf"(?i)^/s/{_TG_NAME}/[0-9]", "telegram:@{1l}", POST),
    Rule(_end(rf"/(?:s|boost)/{_TG_NAME}"), "telegram:@{1l}", CHANNEL),
    Rule(_end(r"/@?([a-z][a-z0-9_]{0,28}bot)"), "telegram:@{1l}", ACCOUNT),
    Rule(_end(f"/{_TG_NAME}"), "telegram:@{1l}"),
    Rule(r"", "telegram:@{h1}", host=r"^[a-z][a-z0-9-]*\.t\.me$"),
)
_TW_OWN = (
    "intent|share|search|hashtag|home|explore|login|signup|settings|messages|notifications|compose|tos|privacy|about|i"
)
TWITTER = (
    Rule(r"(?i)^/i/user/([0-9]+)", "twitter:account:{1}", ACCOUNT),
    Rule(r"(?i)^/i/communities/([0-9]+)", "twitter:channel:{1}", CHANNEL),
    Rule(r"(?i)^/i/(?:web/)?status/[0-9]+", None, POST),
    Rule(r"(?i)^/intent/(?:user|follow)\?(?:.*&)?user_id=([0-9]+)", "twitter:account:{1}", ACCOUNT),
    Rule(r"(?i)^/intent/(?:user|follow)\?(?:.*&)?screen_name=([a-z0-9_]{1,15})", "twitter:@{1l}", ACCOUNT),
    Rule(_end(rf"/(?:{_TW_OWN})"), None),
    Rule(r"(?i)^/(?:#!/)?@?([a-z0-9_]{1,15})/status(?:es)?/[0-9]+", "twitter:@{1l}", POST),
    Rule(_end(r"/(?:#!/)?@?([a-z0-9_]{1,15})"), "twitter:@{1l}", ACCOUNT),
)
_FB_OWN = (
    r"sharer|sharer\.php|share|dialog|l\.php|watch|events|photo|photo\.php|story\.php|permalink\.php|hashtag|login|help"
    r"|plugins|tr|reel|marketplace|gaming|privacy|policies|media|photos|videos|ads|business|people|pages|groups"
)
FACEBOOK = (
    Rule(r"(?i)^/profile\.php\?(?:.*&)?id=([0-9]+)", "facebook:account:{1}", ACCOUNT),
    Rule(r"(?i)^/(?:permalink|story)\.php\?(?:.*&)?id=([0-9]+)", "facebook:account:{1}", POST),
    Rule(r"(?i)^/people/[^/]+/([0-9]+)", "facebook:account:{1}", ACCOUNT),
    Rule(r"(?i)^/pages/(?:category/)?(?:[^/]+/)+([0-9]+)", "facebook:channel:{1}", CHANNEL),
    Rule(r"(?i)^/groups/([0-9]+)/(?:posts|permalink)/", "facebook:channel:{1}", POST),
    Rule(_end(r"/groups/([0-9]+)"), "facebook:channel:{1}", CHANNEL),
    Rule(r"(?i)^/groups/([^/?#]+)", "facebook:@groups/{1l}", CHANNEL),
    Rule(r"", None, POST, host=r"^fb\.watch$"),
    Rule(_end(rf"/(?:{_FB_OWN})"), None),
    Rule(r"(?i)^/([a-z0-9_.-]{2,60})/(?:posts|videos|photos|reels?)/", "facebook:@{1l}", POST),
    Rule(_end(r"/([a-z0-9_.-]{2,60})"), "facebook:@{1l}", ACCOUNT),
)
INSTAGRAM = (
    Rule(r"(?i)^/(?:[a-z0-9_.]+/)?(?:p|reels?|tv)/[a-z0-9_-]+", None, POST),
    Rule(r"(?i)^/stories/([a-z0-9_.]{1,30})/[0-9]+", "instagram:@{1l}", POST),
    Rule(_end(r"/(?:explore|accounts|direct|about|developer|legal|stories|p|tv|reels?)"), None),
    Rule(_end(r"/@?([a-z0-9_.]{1,30})"), "instagram:@{1l}", ACCOUNT),
)
YOUTUBE = (
    Rule(r"(?i)^/@([a-z0-9_.\-·]{2,30})", "youtube:@{1l}", CHANNEL),
    Rule(r"(?i)^/channel/(UC[a-z0-9_-]{10,})", "youtube:channel:{1}", CHANNEL),
    Rule(r"(?i)^/c/([^/?#]+)", "youtube:@c/{1l}", CHANNEL),
    Rule(r"(?i)^/user/([^/?#]+)", "youtube:@user/{1l}", CHANNEL),
    Rule(r"", None, POST, host=r"^youtu\.be$"),
    Rule(r"(?i)^/(?:watch|shorts|live|embed|v|playlist|attribution_link)\b", None, POST),
)
TIKTOK = (
    Rule(r"(?i)^/@([a-z0-9_.]{1,30})/(?:video|photo|live)", "tiktok:@{1l}", POST),
    Rule(r"(?i)^/@([a-z0-9_.]{1,30})", "tiktok:@{1l}", ACCOUNT),
    Rule(r"", None, POST, host=r"^v[mt]\."),
)
REDDIT = (
    Rule(r"(?i)^/r/([a-z0-9_]{2,21})/(?:comments|s)/", "reddit:@r/{1l}", POST),
    Rule(r"(?i)^/r/([a-z0-9_]{2,21})", "reddit:@r/{1l}", CHANNEL),
    Rule(r"(?i)^/(?:u|user)/([a-z0-9_-]{2,30})", "reddit:@u/{1l}", ACCOUNT),
    Rule(r"", None, POST, host=r"^redd\.it$"),
)
VK = (
    Rule(_end(r"/id([0-9]+)"), "vk:account:{1}", ACCOUNT),
    Rule(_end(r"/(?:club|public|event)([0-9]+)"), "vk:channel:{1}", CHANNEL),
    Rule(r"(?i)^/[^#]*wall-([0-9]+)_[0-9]+", "vk:channel:{1}", POST),
    Rule(r"(?i)^/[^#]*wall([0-9]+)_[0-9]+", "vk:account:{1}", POST),
    Rule(
        _end(r"/(?:(?:video|photo|doc|album|topic|app|market|clip)[s0-9_-].*|(?:away|share)\.php|feed|im|video|clips)"),
        None,
    ),
    Rule(_end(r"/@?([a-z][a-z0-9_.]{1,31})"), "vk:@{1l}"),
)
DISCORD = (
    Rule(r"(?i)^/(?:invite/)?([a-z0-9_-]{2,})", "discord:+{1}", CHANNEL, "invite", host=r"^discord\.gg$"),
    Rule(r"(?i)^/invite/([a-z0-9_-]{2,})", "discord:+{1}", CHANNEL, "invite"),
    Rule(r"(?i)^/channels/([0-9]+)/[0-9]+/[0-9]+", "discord:channel:{1}", POST),
    Rule(r"(?i)^/channels/([0-9]+)", "discord:channel:{1}", CHANNEL),
    Rule(r"(?i)^/users/([0-9]+)", "discord:account:{1}", ACCOUNT),
)
WHATSAPP = (
    Rule(r"(?i)^/(?:invite/)?([a-z0-9_]{6,})", "whatsapp:+{1}", CHANNEL, "invite", host=r"^chat\.whatsapp\.com$"),
    Rule(r"(?i)^/channel/([a-z0-9_]{6,})", "whatsapp:channel:{1}", CHANNEL),
    Rule(r"^/\+?([0-9]{6,15})", "whatsapp:account:{1}", ACCOUNT, host=r"^wa\.me$"),
    Rule(r"(?i)^/send/?\?(?:.*&)?phone=(?:\+|%2b)?([0-9]{6,15})", "whatsapp:account:{1}", ACCOUNT),
)
SIGNAL = (
    Rule(r"(?i)^/?#([a-z0-9_=/+-]{6,})", "signal:+{1}", CHANNEL, "invite", host=r"^signal\.group$"),
    Rule(r"(?i)^/?#p/\+?([0-9]{6,15})", "signal:account:{1}", ACCOUNT),
    Rule(r"(?i)^/?#eu/([a-z0-9_=+-]{6,})", "signal:+eu/{1}", ACCOUNT, "invite"),
)
_MX_HOST = r"([a-z0-9.-]+(?::[0-9]+)?)"
_MX = r"(?i)^[^#]*#/(?:room/|user/)?"
MATRIX = (
    Rule(rf"{_MX}([#!][^/?\s:]+):{_MX_HOST}/\$", "matrix:channel:{1}:{2l}", POST),
    Rule(rf"{_MX}([#!][^/?\s:]+):{_MX_HOST}\?(?:.*&)?via=", "matrix:channel:{1}:{2l}", CHANNEL, "invite"),
    Rule(rf"{_MX}([#!][^/?\s:]+):{_MX_HOST}", "matrix:channel:{1}:{2l}", CHANNEL),
    Rule(rf"{_MX}(![a-z0-9_-]{{30,}})/\$", "matrix:channel:{1}", POST),
    Rule(rf"{_MX}(![a-z0-9_-]{{30,}})\?(?:.*&)?via=", "matrix:channel:{1}", CHANNEL, "invite"),
    Rule(rf"{_MX}(![a-z0-9_-]{{30,}})", "matrix:channel:{1}", CHANNEL),
    Rule(rf"{_MX}(@[^/?\s:]+):{_MX_HOST}", "matrix:account:{1l}:{2l}", ACCOUNT),
)
MEWE = (
    Rule(r"(?i)^/join(?:-front)?/([a-z0-9_.-]+)", "mewe:+{1}", CHANNEL, "invite"),
    Rule(r"(?i)^/i(?:-front)?/([a-z0-9_.-]+)", "mewe:@{1l}", ACCOUNT),
    Rule(r"(?i)^/group(?:-front)?/([0-9a-f]{16,})", "mewe:channel:{1l}", CHANNEL),
    Rule(r"(?i)^/group(?:-front)?/([a-z0-9_.-]+)", "mewe:@group/{1l}", CHANNEL),
    Rule(r"(?i)^/(?:p|p-front|page)/([a-z0-9_.-]+)", "mewe:@p/{1l}", CHANNEL),
    Rule(_end(r"/(?:login|register|about|cms|myworld|faq|privacy|terms|download|search|chat|settings)"), None),
    Rule(_end(r"/([a-z][a-z0-9_.-]+)"), "mewe:@{1l}", ACCOUNT),
)
THREEMA = (Rule(_end(r"/(\*?[a-z0-9]{7,8})"), "threema:account:{1u}", ACCOUNT),)
XMPP = (
    Rule(r"(?i)^/j/([^/?#@\s]+@[^/?#\s]+)", "xmpp:channel:{1l}", CHANNEL, "invite"),
    Rule(r"(?i)^/i/([^/?#@\s]+@[^/?#\s]+)", "xmpp:account:{1l}", ACCOUNT, "invite"),
)
_RC_HOST, _RC_PATH = r"host=([a-z0-9.:-]+)", r"path=/?(?:channel|group)/([^&#/?]+)"
ROCKETCHAT = (
    Rule(rf"(?i)\?(?:.*&)?{_RC_HOST}&(?:.*&)?path=/?invite/([a-z0-9_-]+)", "rocketchat:+{1l}/{2}", CHANNEL, "invite"),
    Rule(rf"(?i)\?(?:.*&)?{_RC_HOST}&(?:.*&)?{_RC_PATH}", "rocketchat:channel:{1l}/{2}", CHANNEL),
    Rule(rf"(?i)\?(?:.*&)?path=/?invite/([a-z0-9_-]+)&(?:.*&)?{_RC_HOST}", "rocketchat:+{2l}/{1}", CHANNEL, "invite"),
    Rule(rf"(?i)\?(?:.*&)?{_RC_PATH}&(?:.*&)?{_RC_HOST}", "rocketchat:channel:{2l}/{1}", CHANNEL),
)

PLATFORM_RULES: dict[str, tuple[Rule, ...]] = {
    "telegram": TELEGRAM,
    "twitter": TWITTER,
    "facebook": FACEBOOK,
    "instagram": INSTAGRAM,
    "youtube": YOUTUBE,
    "tiktok": TIKTOK,
    "reddit": REDDIT,
    "vk": VK,
    "discord": DISCORD,
    "whatsapp": WHATSAPP,
    "signal": SIGNAL,
    "matrix": MATRIX,
    "mewe": MEWE,
    "threema": THREEMA,
    "xmpp": XMPP,
    "rocketchat": ROCKETCHAT,
}
"""Platforms with hosts of their own."""

APP_RULES = (
    Rule(
        r"(?i)^tg://resolve/?\?(?:.*&)?domain=([a-z][a-z0-9_]{0,31})&(?:.*&)?post=",
        "telegram:@{1l}",
        POST,
        platform="telegram",
    ),
    Rule(r"(?i)^tg://resolve/?\?(?:.*&)?domain=([a-z][a-z0-9_]{0,31})", "telegram:@{1l}", platform="telegram"),
    Rule(r"(?i)^tg://join/?\?(?:.*&)?invite=([a-z0-9_-]+)", "telegram:+{1}", CHANNEL, "invite", platform="telegram"),
    Rule(
        r"(?i)^tg://addlist/?\?(?:.*&)?slug=([a-z0-9_-]+)", "telegram:+addlist/{1}", None, "invite", platform="telegram"
    ),
    Rule(r"(?i)^tg://privatepost/?\?(?:.*&)?channel=([0-9]+)", "telegram:channel:{1}", POST, platform="telegram"),
    Rule(
        r"(?i)^tg://(?:user/?\?id|openmessage/?\?user_id)=([0-9]+)",
        "telegram:account:{1}",
        ACCOUNT,
        platform="telegram",
    ),
    Rule(r"(?i)^tg://", None, platform="telegram"),
    Rule(r"(?i)^twitter://user\?(?:.*&)?screen_name=([a-z0-9_]{1,15})", "twitter:@{1l}", ACCOUNT, platform="twitter"),
    Rule(r"(?i)^twitter://user\?(?:.*&)?id=([0-9]+)", "twitter:account:{1}", ACCOUNT, platform="twitter"),
    Rule(r"(?i)^instagram://user\?(?:.*&)?username=([a-z0-9_.]+)", "instagram:@{1l}", ACCOUNT, platform="instagram"),
    Rule(
        r"(?i)^threema://(?:add|compose)\?(?:.*&)?id=(\*?[a-z0-9]{7,8})",
        "threema:account:{1u}",
        ACCOUNT,
        platform="threema",
    ),
    Rule(
        r"(?i)^whatsapp://send/?\?(?:.*&)?phone=(?:\+|%2b)?([0-9]{6,15})",
        "whatsapp:account:{1}",
        ACCOUNT,
        platform="whatsapp",
    ),
)
"""Links that open an app: the whole link is matched."""

_AT = r"(?i)^/(?:web/|deck/)?@"
FEDERATED = (
    Rule(
        r"(?i)^/(?:channel|group)/([^/?#]+)[^#]*[?&]msg=",
        "rocketchat:channel:{h}/{1}",
        POST,
        host=HINTS["rocketchat"],
        platform="rocketchat",
    ),
    Rule(
        r"(?i)^/(?:channel|group)/([^/?#]+)",
        "rocketchat:channel:{h}/{1}",
        CHANNEL,
        host=HINTS["rocketchat"],
        platform="rocketchat",
    ),
    Rule(
        r"(?i)^/invite/([a-z0-9_-]{4,})",
        "rocketchat:+{h}/{1}",
        CHANNEL,
        "invite",
        host=HINTS["rocketchat"],
        platform="rocketchat",
    ),
    Rule(
        r"(?i)^/direct/([^/?#]+)",
        "rocketchat:account:{h}/{1}",
        ACCOUNT,
        host=HINTS["rocketchat"],
        platform="rocketchat",
    ),
    Rule(r"(?i)^/c/([a-z0-9_.-]+)@([a-z0-9_.-]+\.[a-z0-9_]+)", "lemmy:channel:{1l}@{2l}", CHANNEL, platform="lemmy"),
    Rule(r"(?i)^/c/([a-z0-9_.-]+)", "lemmy:channel:{1l}@{h}", CHANNEL, host=HINTS["lemmy"], platform="lemmy"),
    Rule(
        r"(?i)^/u/([a-z0-9_.-]+)@([a-z0-9_.-]+\.[a-z0-9_]+)",
        "lemmy:account:{1l}@{2l}",
        ACCOUNT,
        host=HINTS["lemmy"],
        platform="lemmy",
    ),
    Rule(r"(?i)^/u/([a-z0-9_.-]+)", "lemmy:account:{1l}@{h}", ACCOUNT, host=HINTS["lemmy"], platform="lemmy"),
    Rule(r"(?i)^/(?:post|comment)/[0-9]+", None, POST, host=HINTS["lemmy"], platform="lemmy"),
    Rule(r"(?i)^/m/([a-z0-9_.-]+)@([a-z0-9_.-]+\.[a-z0-9_]+)", "kbin:channel:{1l}@{2l}", CHANNEL, platform="kbin"),
    Rule(r"(?i)^/m/([a-z0-9_.-]+)/[tp]/[0-9]+", "kbin:channel:{1l}@{h}", POST, host=HINTS["kbin"], platform="kbin"),
    Rule(r"(?i)^/m/([a-z0-9_.-]+)", "kbin:channel:{1l}@{h}", CHANNEL, host=HINTS["kbin"], platform="kbin"),
    Rule(
        r"(?i)^/u/@?([a-z0-9_.-]+)@([a-z0-9_.-]+\.[a-z0-9_]+)",
        "kbin:account:{1l}@{2l}",
        ACCOUNT,
        host=HINTS["kbin"],
        platform="kbin",
    ),
    Rule(r"(?i)^/u/([a-z0-9_.-]+)", "kbin:account:{1l}@{h}", ACCOUNT, host=HINTS["kbin"], platform="kbin"),
    Rule(r"(?i)^/people/([0-9a-f]{16,32})", "diaspora:account:{1l}", ACCOUNT, platform="diaspora"),
    Rule(r"(?i)^/u/([a-z0-9_.-]+)", "diaspora:account:{1l}@{h}", ACCOUNT, host=HINTS["diaspora"], platform="diaspora"),
    Rule(r"(?i)^/posts/[0-9a-f]+", None, POST, host=HINTS["diaspora"], platform="diaspora"),
    Rule(
        r"(?i)^/(?:profile/|~)([a-z0-9_.-]+)",
        "friendica:account:{1l}@{h}",
        ACCOUNT,
        host=HINTS["friendica"],
        platform="friendica",
    ),
    Rule(r"(?i)^/display/", None, POST, host=HINTS["friendica"], platform="friendica"),
    Rule(
        r"(?i)^/user/([0-9]+)", "gnusocial:account:{h}/user/{1}", ACCOUNT, host=HINTS["gnusocial"], platform="gnusocial"
    ),
    Rule(
        r"(?i)^/group/([0-9]+)/id",
        "gnusocial:channel:{h}/group/{1}",
        CHANNEL,
        host=HINTS["gnusocial"],
        platform="gnusocial",
    ),
    Rule(
        r"(?i)^/group/([a-z0-9_-]+)",
        "gnusocial:channel:{1l}@{h}",
        CHANNEL,
        host=HINTS["gnusocial"],
        platform="gnusocial",
    ),
    Rule(r"(?i)^/notice/[0-9]+", None, POST, host=HINTS["gnusocial"], platform="gnusocial"),
    Rule(
        r"(?i)^/([a-z0-9_]{1,64})/?$",
        "gnusocial:account:{1l}@{h}",
        ACCOUNT,
        host=HINTS["gnusocial"],
        platform="gnusocial",
    ),
    Rule(
        rf"{_AT}([a-z0-9_.-]+)@([a-z0-9_.-]+\.[a-z0-9_]+)/[a-z0-9_]+",
        "mastodon:account:{1l}@{2l}",
        POST,
        platform="mastodon",
    ),
    Rule(
        rf"{_AT}([a-z0-9_.-]+)@([a-z0-9_.-]+\.[a-z0-9_]+)", "mastodon:account:{1l}@{2l}", ACCOUNT, platform="mastodon"
    ),
    Rule(
        rf"{_AT}([a-z0-9_][a-z0-9_.-]*)/(?:[0-9]+|posts/[a-z0-9_]+)",
        "mastodon:account:{1l}@{h}",
        POST,
        platform="mastodon",
    ),
    Rule(rf"{_AT}([a-z0-9_][a-z0-9_.-]*)", "mastodon:account:{1l}@{h}", ACCOUNT, platform="mastodon"),
    Rule(
        r"(?i)^/users/([a-z0-9_][a-z0-9_.-]*)/statuses/[0-9]+", "mastodon:account:{1l}@{h}", POST, platform="mastodon"
    ),
    Rule(
        _end(r"/users/([a-z_][a-z0-9_.-]*)"),
        "mastodon:account:{1l}@{h}",
        ACCOUNT,
        host=HINTS["mastodon"],
        platform="mastodon",
    ),
)
"""Software that anybody may host. Where the path alone does not tell the software, the host must give its hint."""

FEDERATED_PATH = (
    r"(?i)^/(?:(?:web/|deck/)?@|~|(?:users|people|profile|user|group|notice|channel|invite|direct|u|c|m|posts?|comment"
    r"|display)/)"
)
"""Cheap test for a path that one of FEDERATED might fit; GNU social's /name besides, by host."""
