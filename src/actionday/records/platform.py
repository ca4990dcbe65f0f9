"""The platforms by their one name, and what people call them.

`aliases` are words by which posts speak of a platform (talk of a haven precedes the move); matched as whole words,
case folded. `address_is_identity` says that the visible address is the native id (JIDs, Matrix ids, domains).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform: its name in the archive, its title in a brief, its words, its web hosts."""

    name: str
    title: str
    aliases: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    address_is_identity: bool = False


PLATFORMS: tuple[Platform, ...] = (
    Platform(
        "telegram",
        "Telegram",
        ("telegram", "تيليجرام", "تلغرام", "تليجرام", "تيليغرام", "телеграм", "телеграмм"),
        ("t.me", "telegram.me", "telegram.dog"),
    ),
    Platform("xmpp", "XMPP (Conversations)", ("xmpp", "jabber", "conversations", "كونفرسيشنز"), (), True),
    Platform("mewe", "MeWe", ("mewe", "ميوي"), ("mewe.com",)),
    Platform(
        "matrix",
        "Matrix (Element, Riot)",
        ("matrix", "riot", "element", "ماتريكس", "رايوت"),
        ("matrix.to", "app.element.io", "riot.im"),
        True,
    ),
    Platform("rocketchat", "Rocket.Chat", ("rocket.chat", "rocketchat", "روكيت شات", "روكت شات"), (), True),
    Platform("threema", "Threema", ("threema", "ثريما"), ("threema.id",), True),
    Platform("session", "Session", (), (), True),
    Platform("twitter", "Twitter / X", ("twitter", "تويتر", "твиттер"), ("twitter.com", "x.com", "mobile.twitter.com")),
    Platform(
        "gnusocial", "GNU social (Quitter)", ("quitter", "gnusocial", "gnu social"), ("quitter.se", "quitter.no"), True
    ),
    Platform("diaspora", "diaspora*", ("diaspora",), (), True),
    Platform("friendica", "Friendica", ("friendica",), (), True),
    Platform("mastodon", "Mastodon", ("mastodon", "ماستودون", "мастодон"), (), True),
    Platform("lemmy", "Lemmy", ("lemmy",), (), True),
    Platform("kbin", "kbin", ("kbin",), (), True),
    Platform("website", "Websites", (), (), True),
    Platform("whatsapp", "WhatsApp", ("whatsapp", "واتساب", "واتس اب"), ("chat.whatsapp.com", "wa.me")),
    Platform("signal", "Signal", (), ("signal.group", "signal.me")),
    Platform("discord", "Discord", ("discord",), ("discord.gg", "discord.com", "discordapp.com")),
    Platform("facebook", "Facebook", ("facebook", "فيسبوك"), ("facebook.com", "fb.com", "fb.me", "m.facebook.com")),
    Platform("instagram", "Instagram", ("instagram", "انستغرام"), ("instagram.com",)),
    Platform("youtube", "YouTube", ("youtube", "يوتيوب"), ("youtube.com", "youtu.be", "m.youtube.com")),
    Platform("tiktok", "TikTok", ("tiktok", "تيك توك"), ("tiktok.com", "vm.tiktok.com")),
    Platform("reddit", "Reddit", ("reddit",), ("reddit.com", "old.reddit.com", "redd.it")),
    Platform("vk", "VK", ("vkontakte", "вконтакте"), ("vk.com",)),
)

_BY_NAME = {p.name: p for p in PLATFORMS}


def platform_of(name: str) -> Platform | None:
    """The platform of that archive name, or None."""
    return _BY_NAME.get(name)
