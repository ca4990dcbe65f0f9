"""What there is to say of XMPP besides its plugins."""

from actionday.observe.about import About

ABOUT = About(
    platform="xmpp",
    formats=("xmpp_export",),
    signals="`<destroy>` with its alternate venue, seen in a room or in its archive; the answer `<gone>` with an address.",
    tested="Prosody 0.12 and ejabberd 23.01 from Debian, started by the tests; their own archives and exports. `get_room_history` and "
    "`get_ban_details` of later ejabberds: shapes from second hand.",
    cannot="Accounts cannot be told from outside: `unknown` unless one is their operator. On ejabberd a destroyed room answers as one that "
    "never was, so who ended it and where it went is known only to those inside. Lists of owners are for a room's admins. "
    "Private, members-only, hidden and password rooms are not read without an order or consent.",
)
