"""What there is to say of Mastodon besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="mastodon",
    formats=("activitypub", "mastodon_api"),
    signals="`movedTo` and Move activities (the old account's word), `alsoKnownAs` (the new account's alone), `moved` of the API.",
    tested=(
        "Files shaped on Mastodon's serializers; recorded answers of a Mastodon 4.7 server; a fedify server for ActivityPub and WebFinger; "
        "a stand-in of our own, shaped on the recorded answers, for suspended, limited, moved and deleted accounts."
    ),
    cannot=(
        "Followers-only and direct posts are not read without an order or consent. Servers in secure mode show documents to signed "
        "requests only, and none is signed. Owner's deletion and permanent suspension look alike (410). A server's view is its own."
    ),
)
