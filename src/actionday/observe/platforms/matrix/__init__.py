"""Matrix (Riot, Element): exports of the Element client and of the Synapse server.

From bytes to rows: `cut` finds where each event stands, `plan` reads the rooms' state first (`rooms`: is it public, who
runs it, where did it go) and makes parts, `events` picks the wanted fields of a block of events by the column, `tables`
makes staged tables of them.
"""
