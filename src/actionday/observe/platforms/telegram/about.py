"""What there is to say of Telegram besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="telegram",
    formats=("telegram_export", "tgdataset"),
    signals="Forwards, with and without ids; invite links and handles in posts. `migrate_*` actions of an export name no other id. A basic group that "
    "became a supergroup says which (`migrate`), to its members.",
    tested="Files shaped on the source of Telegram Desktop's exporter and on TGDataset's published shape. Looks: unmodified Telethon 1.45 against a "
    "local MTProto 2.0 data centre of our own that the tests start, and pages with the marks that third-party checkers name; neither against Telegram.",
    cannot="Private chats are not read without an order or consent. The export of a chat does not hold its handle. A name that is free, "
    "CHANNEL_PRIVATE and a forbidden channel each have several readings and are no removal; who deleted an account is not told. Which readings are "
    "unverified stands in [Telegram](formats/telegram.md). Credentials: `telegram.session`, `telegram.api_id`, `telegram.api_hash`. Bases: "
    "`telegram` (`host:port` of a data centre), `telegram.pages`.",
)
