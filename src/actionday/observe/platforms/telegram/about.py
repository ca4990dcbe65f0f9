"""What there is to say of Telegram besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="telegram",
    formats=("telegram_export", "tgdataset"),
    signals="Forwards, with and without ids; invite links and handles in posts. `migrate_*` actions name no other id.",
    tested="Files shaped on the source of Telegram Desktop's exporter and on TGDataset's published shape.",
    cannot="Private chats are not read without an order or consent. The export of a chat does not hold its handle.",
)
