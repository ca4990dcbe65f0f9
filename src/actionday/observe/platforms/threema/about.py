"""What there is to say of Threema besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="threema",
    formats=("threema",),
    signals="None of its own; links and handles in messages.",
    tested="Files shaped on the source of the Android app's exporter, in zips locked with AES; iOS exports another text, which was not at hand. "
    "Looks: against a stand-in on loopback that answers with the codes the Gateway documents; no Gateway account was at hand.",
    cannot="Chats are private and encrypted: none is read without an order or consent. Groups' exports name no writers. There is no directory of "
    "groups, so groups are looked at by hand. What the Gateway answers for a revoked id is not known; whether an id is used is not told.",
)
