"""What there is to say of Friendica besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="friendica",
    formats=("friendica",),
    signals="`movedTo` of the ActivityPub actor.",
    tested=(
        "Files shaped on Friendica's source (2024.12); the ActivityPub side against a fedify server. No Friendica server was at hand, so its own "
        "status codes are not verified."
    ),
    cannot="Items for chosen contacts are not read without an order or consent. Photos are not in an export.",
)
