"""What there is to say of MeWe, which has no plugins of its own."""

from actionday.observe.about import About

ABOUT = About(
    platform="mewe",
    formats=("table", "sightings"),
    signals="None of its own; links and handles in posts.",
    tested="The forms and the mapping of docs/formats/mewe.md, read by `table` and `sightings`.",
    cannot="No API and no export is documented, and everything lies behind a login: nothing is fetched or looked at by the product. People write "
    "down what they see, in the forms of docs/formats/mewe.md.",
)
