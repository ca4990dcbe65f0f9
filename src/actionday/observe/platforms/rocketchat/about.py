"""What there is to say of Rocket.Chat besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="rocketchat",
    formats=("rocketchat_export", "rocketchat_api"),
    signals="None of its own; links and handles in messages.",
    tested="Files shaped on the source of the exporter and on the published OpenAPI documents. Looks and live reading: against a "
    "stand-in of our own on loopback that answers as those documents say. No Rocket.Chat server could be had for the tests.",
    cannot="An export holds no ids: messages get derived ones, people and rooms are known by name within their workspace. Rooms that are not "
    "known to be public channels are not read without an order or consent. Live, edits of messages that were read before are not seen.",
)
