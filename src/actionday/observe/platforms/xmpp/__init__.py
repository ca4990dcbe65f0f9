"""XMPP (Conversations and every other client): archives as servers export them, rooms as servers answer for them.

From bytes to rows: `dump` cuts a file into stanzas and finds its way again after damage, `stanzas` reads one, `rooms` keeps
what a room says of itself, `ledger` decides what is public and fills columns, `columns` makes tables of them.
"""
