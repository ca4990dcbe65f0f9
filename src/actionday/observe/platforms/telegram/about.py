"""What there is to say of Telegram besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="telegram",
    formats=("telegram_export", "telegram_html", "tgdataset"),
    signals="The group that a supergroup came from (`migrate`, 0.95); the linked chat (`announced`, 0.3); invites, channels and names in the pinned "
    "message (`announced`, 0.3 to 0.6); channels whose posts are passed on (`forward`, 0.1): all from live reading. Of exports: forwards, with and "
    "without ids, invite links and handles in posts; their `migrate_*` actions name no other id.",
    tested="Files shaped on the source of Telegram Desktop's exporters (JSON and HTML) and on TGDataset's published shape. Live reading and looks: unmodified Telethon 1.45 against a "
    "local MTProto 2.0 data centre of our own that the tests start, and pages with the marks that third-party checkers name; neither against Telegram.",
    cannot="Only what has a public name is read live; members are not listed, and admins of channels are shown to those alone. Edits of posts that were "
    "read before are not seen again. Private chats are not read without an order or consent. The export of a chat does not hold its handle; its HTML form neither ids nor times of service messages, so a person says which chat it is. A name that is free, "
    "CHANNEL_PRIVATE and a forbidden channel each have several readings and are no removal; who deleted an account is not told. Which readings are "
    "unverified stands in [Telegram](formats/telegram.md). Credentials: `telegram.session`, `telegram.api_id`, `telegram.api_hash`. Bases: "
    "`telegram` (`host:port` of a data centre), `telegram.pages`.",
)
