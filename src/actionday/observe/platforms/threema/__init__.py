"""Threema: chats that its Android app exported, and a look whether an id is known to the Gateway."""
