"""Texts by which to find the way again in a damaged file: none can stand inside a JSON string, since each has bare quotes.

``item`` is the start of a message, ``venue`` that of a chat or channel, ``box`` that of a container of messages, ``section``
that of a list of chats. Not for: reading what they introduce.
"""

import re

_GAP = rb"[ \t\r\n]{0,64}"
_COLON = _GAP + b":" + _GAP
_DESKTOP = {
    "item": rb'\{%s"id"%s-?\d{1,19}%s,%s"type"%s"(?:message|service|unsupported)"' % (_GAP, _COLON, _GAP, _GAP, _COLON),
    "venue": rb'\{%s"name"%s(?:null|"(?:[^"\\\r\n\0]|\\.){0,1024}")%s,%s"type"%s' % (_GAP, _COLON, _GAP, _GAP, _COLON),
    "box": rb'"messages"%s\[' % _COLON,
    "section": rb'"(?:left_)?chats"%s\{' % _COLON,
}
_PROFILE = rb"(?:username|creation_date|description|scam|verified|n_subscribers)"
_ENTRY = rb"(?:message|title|date|author|media_id|extension|is_forwarded|forwarded_\w{3,20})"
_DATASET = {
    "venue": rb'"-?\d{1,19}"%s\{%s"%s"' % (_COLON, _GAP, _PROFILE),
    "item": rb'"-?\d{1,19}"%s\{%s"%s"' % (_COLON, _GAP, _ENTRY),
    "box": rb'"(?:text_messages|generic_media)"%s\{' % _COLON,
}


def _pattern(shape: dict[str, bytes], *names: str) -> re.Pattern[bytes]:
    return re.compile(b"|".join(b"(?P<%s>%s)" % (name.encode(), shape[name]) for name in names))


IN_ONE_CHAT = _pattern(_DESKTOP, "item")
IN_CHATS = _pattern(_DESKTOP, "item", "venue", "box", "section")
BEFORE_CHATS = _pattern(_DESKTOP, "venue", "box", "section")
IN_CHANNELS = _pattern(_DATASET, "venue", "item", "box")
BEFORE_CHANNELS = _pattern(_DATASET, "venue", "box")
REST_OF_ONE = re.compile(rb'"[ \t]{0,8}:')
"""A key where a message should begin: the message before it was closed too early."""
