"""What there is to say of GNU social besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="gnusocial",
    formats=("gnusocial", "gnusocial_atom"),
    signals="",
    tested="Files written from the API's documentation and published feeds (GNU social 1.2); probes against a stand-in of our own.",
    cannot="No live reading: most servers are gone. Their status codes were not tried. Closed accounts' notices are not read without a basis.",
)
