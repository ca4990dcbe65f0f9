"""Rocket.Chat: the JSON lines of `rooms.export` (`export`), answers of the REST API (`rest`), looking (`probe`).

Every server is a workspace of its own, and ids mean something only there: an account is ``workspace/_id``, a room likewise. Where
a file names people or rooms by name alone, ``workspace/@username`` and ``workspace/room-name`` say so.
"""
