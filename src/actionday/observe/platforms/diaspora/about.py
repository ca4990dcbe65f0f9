"""What there is to say of diaspora* besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="diaspora",
    formats=("diaspora", "diaspora_api"),
    signals="",
    tested="Files written from diaspora's own schemas; probes against a stand-in of our own. No pod was at hand.",
    cannot=(
        "Limited posts, and comments whose post is not in the file, are not read without an order or consent. No live reading. An account "
        "that is known by its guid alone is looked for only where a pod is named."
    ),
)
