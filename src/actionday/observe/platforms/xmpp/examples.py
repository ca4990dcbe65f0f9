"""Small harmless files of every shape that is read: nonsense syllables, example hosts."""

_ROOM = "loba@rooms.example.org"
_INFO = """<iq type='result' from='{room}' to='eye@watch.example.net/w' id='i1'><query \
xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text' name='{title}'/>\
<feature var='http://jabber.org/protocol/muc'/>{features}<feature var='urn:xmpp:mam:2'/>\
<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>\
<value>http://jabber.org/protocol/muc#roominfo</value></field><field var='muc#roominfo_description'>\
<value>{about}</value></field><field var='muc#roominfo_occupants'><value>7</value></field></x></query></iq>"""
_OPEN = "<feature var='muc_public'/><feature var='muc_open'/><feature var='muc_unsecured'/>"
_SHUT = "<feature var='muc_public'/><feature var='muc_membersonly'/><feature var='muc_unsecured'/>"


def _info(room: str, title: str, features: str) -> str:
    return _INFO.format(room=room, title=title, features=features, about="du da {de}")


def _archived(room: str, number: int, stamp: str, inside: str, nick: str = "Al") -> str:
    """One archived message as Prosody answers it."""
    return (
        f"<message from='{room}' to='eye@watch.example.net/w'><result xmlns='urn:xmpp:mam:2' id='a{number}' queryid='q'>"
        f"<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='{stamp}'/>"
        f"<message xmlns='jabber:client' from='{room}/{nick}' type='groupchat' id='m{number}'>{inside}</message>"
        "</forwarded></result></message>"
    )


_WHO = "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='{}' jid='{}@example.org/ph' role='participant'/></x>"
_FILE = (
    "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><media-type>image/png</media-type>"
    "<name>do.png</name><size>2048</size><width>64</width><height>32</height>"
    "<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>jzYp9cQk1xG2cTn0A0nJm2cVd5mJc6kq0pXy3l8o2bA=</hash></file></file-sharing>"
)
_ROLES = (
    f"<iq type='result' from='{_ROOM}' to='eye@watch.example.net/w' id='i2'><query "
    "xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='owner' jid='al@example.org'/>"
    "<item affiliation='owner' jid='co@example.org'/></query></iq>"
)
_MESSAGES = [
    _archived(_ROOM, 1, "2019-11-23T20:00:00Z", "<subject>lo ba</subject>" + _WHO.format("owner", "al")),
    _archived(
        _ROOM, 2, "2019-11-23T20:01:00.250Z", "<body>ba be &lt;bi&gt; &amp; سا</body>" + _WHO.format("owner", "al")
    ),
    _archived(
        _ROOM,
        3,
        "2019-11-23T21:02:00+01:00",
        "<body>du https://example.org/da</body><reply xmlns='urn:xmpp:reply:0' to='x' id='a2'/>"
        "<x xmlns='jabber:x:oob'><url>https://files.example.org/do.png</url></x>"
        "<x xmlns='jabber:x:conference' jid='mobi@rooms.example.org'/>" + _FILE + _WHO.format("none", "bo"),
        "Bo",
    ),
    _archived(
        _ROOM,
        4,
        "2019-11-23T20:05:00Z",
        "<body>du da</body><replace xmlns='urn:xmpp:message-correct:0' id='m3'/>" + _WHO.format("none", "bo"),
        "Bo",
    ),
    _archived(
        _ROOM,
        5,
        "2019-11-23T20:06:00Z",
        "<body>ke</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='oc+1='/>",
        "Cy",
    ),
    _archived(_ROOM, 6, "2019-11-23T20:07:00Z", "<body>ki</body>", "Di"),
    _archived(
        _ROOM, 7, "2019-11-23T20:08:00Z", "<retract xmlns='urn:xmpp:message-retract:1' id='a6'/><body>gone</body>", "Di"
    ),
    _archived(_ROOM, 8, "2019-11-23T20:09:00Z", "<body>no</body><encrypted xmlns='urn:xmpp:omemo:2'/>", "Di"),
    _archived("shut@rooms.example.org", 9, "2019-11-23T20:10:00Z", "<body>mu</body>", "Al"),
]
_ENDS = (
    f"<presence from='{_ROOM}/Al' to='eye@watch.example.net/w' type='unavailable'>"
    "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none'/>"
    "<destroy jid='mobi@rooms.example.org'><reason>ke ko</reason></destroy></x>"
    "<delay xmlns='urn:xmpp:delay' stamp='2019-11-24T09:00:00Z'/></presence>"
)
_GONE = (
    "<iq type='error' from='ruba@rooms.example.org' to='eye@watch.example.net/w' id='i3'><error type='cancel' "
    "by='rooms.example.org'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:mobi@rooms.example.org?join</gone>"
    "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>ke ko</text></error></iq>"
)
_DUMP = "\n".join(
    [
        "<?xml version='1.0' encoding='UTF-8'?>",
        "<archive xmlns='jabber:client'>",
        *_MESSAGES,
        _info(_ROOM, "lo ba", _OPEN),
        _info("shut@rooms.example.org", "shu", _SHUT),
        _ROLES,
        _ENDS,
        "</archive>",
    ]
)

# As ejabberd answers: the message before its delay, the archive's id a number of microseconds.
_EJABBERD = """<message to='eye@watch.example.net/1' from='muna@conference.example.com'>\
<result xmlns='urn:xmpp:mam:2' id='1574539200000000'><forwarded xmlns='urn:xmpp:forward:0'>\
<message xml:lang='en' from='muna@conference.example.com/Al' type='groupchat' id='x1' xmlns='jabber:client'>\
<x xmlns='http://jabber.org/protocol/muc#user'><item jid='al@example.com/77'/></x>\
<archived by='muna@conference.example.com' id='1574539200000000' xmlns='urn:xmpp:mam:tmp'/>\
<stanza-id by='muna@conference.example.com' id='1574539200000000' xmlns='urn:xmpp:sid:0'/>\
<body>na ne ni</body></message><delay xmlns='urn:xmpp:delay' from='conference.example.com' \
stamp='2019-11-23T20:00:00.000000Z'/></forwarded></result></message>"""
_LOOSE = "\n".join([_info("muna@conference.example.com", "mu na", _OPEN), _EJABBERD, _GONE])

_SERVER = """<?xml version='1.0' encoding='UTF-8'?><server-data xmlns='urn:xmpp:pie:0' \
xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='20191124-100000_example_org.xml'/></server-data>"""
_HOST = """<?xml version='1.0' encoding='UTF-8'?><host xmlns='urn:xmpp:pie:0' \
xmlns:xi='http://www.w3.org/2001/XInclude' jid='example.org'><user name='al'><scram-credentials \
xmlns='urn:xmpp:pie:0#scram' mechanism='SCRAM-SHA-1'><iter-count>4096</iter-count><salt>c2FsdA==</salt>\
<server-key>a2V5</server-key><stored-key>a2V5</stored-key></scram-credentials>\
<query xmlns='jabber:iq:roster'><item jid='bo@example.org' name='Bo' subscription='both'/></query>\
<vCard xmlns='vcard-temp'><FN>Al La</FN></vCard><query xmlns='jabber:iq:private'><x xmlns='ba'>be</x></query>\
<offline-messages><message xmlns='jabber:client' from='bo@example.org/a' to='al@example.org' type='chat' id='p1'>\
<body>so si</body><delay xmlns='urn:xmpp:delay' from='example.org' stamp='2019-11-23T20:00:00Z'/></message>\
</offline-messages><archive xmlns='urn:xmpp:pie:0#mam'><result xmlns='urn:xmpp:mam:2' id='u1'>\
<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2019-11-23T20:01:00Z'/>\
<message xmlns='jabber:client' from='al@example.org/b' to='bo@example.org' type='chat' id='p2'><body>so su</body>\
</message></forwarded></result></archive></user><user name='bo' password='se'/></host>"""

_HISTORY = """[{"timestamp": "2019-11-23T20:00:00Z", "message": "<message type='groupchat' id='h1' \
from='loba@rooms.example.org/Al' to='loba@rooms.example.org'>\\n  <body>ba be</body>\\n</message>"},
{"timestamp": "2019-11-23T20:00:10Z", "message": "<message type='groupchat' from='loba@rooms.example.org/Bo'>\\n  \
<body>bi &amp;lt; bo</body>\\n</message>"}]
"""

EXAMPLES = {
    "rooms.xml": _DUMP.encode(),
    "stanzas/stream.xml": _LOOSE.encode(),
    "server/20191124-100000.xml": _SERVER.encode(),
    "server/20191124-100000_example_org.xml": _HOST.encode(),
    "history.json": _HISTORY.encode(),
    "history.json.map.toml": b'public_rooms = ["loba@rooms.example.org"]\n',
}
