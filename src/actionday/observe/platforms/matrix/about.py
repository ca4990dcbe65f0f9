"""What there is to say of Matrix besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="matrix",
    formats=("element_export", "synapse_export"),
    signals="`m.room.tombstone` with its replacement room; a new room that names its predecessor, with less confidence; policy lists as sightings.",
    tested="Synapse 1.163.2, started by the tests: its export, its client-server and admin API, answers checked against matrix-spec's OpenAPI and "
    "event schemas. Element's export: files shaped on its source.",
    cannot="Removal is an act of one homeserver, so a state is that of the server asked, `[bases] matrix`. Without an operator's token a purged room "
    "and a private one look alike, and a deactivated account may still show its profile. Rooms that are not publicly readable are not read without an "
    "order or consent. Credentials: `matrix.token`, and `matrix.admin_token` on a Synapse of one's own.",
)
