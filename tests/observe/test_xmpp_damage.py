"""Damaged and hostile XMPP archives: what stands whole is read, the rest is refused in words, nothing is opened or blown up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.observe.test_xmpp import ROOM, info, post, rows

from actionday.observe import conformance
from actionday.observe.conformance import Whole
from actionday.observe.platforms.xmpp import dump
from actionday.observe.platforms.xmpp.export import XmppExport
from actionday.observe.reader import Source

READER = XmppExport()
Read = Callable[..., Whole]
THREE = [post(n, f"<body>ba {n}</body>") for n in (1, 2, 3)]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reads(data: str | bytes, name: str = "dump.xml", **more: Any) -> Whole:  # noqa: ANN401
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return conformance.read_whole(READER, Source(path, name, mapping={"public_rooms": [ROOM]}, **more))

    return reads


def natives(whole: Whole) -> list[str]:
    return [row["native"] for row in rows(whole)]


def told(whole: Whole, *words: str) -> bool:
    return any(all(word in one.reason for word in words) for one in whole.refused)


FAULTS: list[tuple[str, str, list[str], str]] = [
    # what is broken, the second message, which messages are read, a word of the reason
    ("a bad entity", THREE[1].replace("ba 2", "&bomb;"), ["a1", "a3"], "cannot be parsed"),
    ("tags that cross", THREE[1].replace("</body>", "</bod>"), ["a1", "a3"], "cannot be parsed"),
    ("a bare ampersand", THREE[1].replace("ba 2", "a & b"), ["a1", "a3"], "cannot be parsed"),
    ("a control character", THREE[1].replace("ba 2", "a\x07b"), ["a1", "a3"], "cannot be parsed"),
    ("an attribute twice", THREE[1].replace("id='m2'", "id='m2' id='m2'"), ["a1", "a3"], "cannot be parsed"),
    ("not closed", THREE[1].replace("</result>", ""), ["a1", "a3"], "not closed before the next"),
    (
        "no time",
        THREE[1].replace("<delay xmlns='urn:xmpp:delay' stamp='2019-11-23T20:00:00Z'/>", ""),
        ["a1", "a3"],
        "no time",
    ),
    ("a bad time", THREE[1].replace("2019-11-23T20:00:00Z", "yesterday"), ["a1", "a3"], "not a time"),
    ("a bad zone", THREE[1].replace("20:00:00Z", "20:00:00+99:99"), ["a1", "a3"], "time"),
    ("a far year", THREE[1].replace("2019-11-23", "9999-11-23"), ["a1", "a3"], "1970 to 2200"),
    ("a day that is none", THREE[1].replace("2019-11-23", "2019-02-30"), ["a1", "a3"], "time"),
]


@pytest.mark.parametrize(("second", "kept", "word"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_broken_message_leaves_its_neighbours(read: Read, second: str, kept: list[str], word: str) -> None:
    whole = read(THREE[0] + second + THREE[2])
    assert natives(whole) == kept
    assert told(whole, word)


def test_a_name_without_namespace_is_passed_over(read: Read) -> None:
    whole = read(THREE[0] + THREE[1].replace("<body>", "<q:b/><body>") + THREE[2])
    assert natives(whole) == ["a1", "a2", "a3"]
    assert whole.refused == []


def test_text_that_is_not_utf8_is_refused_alone(read: Read) -> None:
    whole = read("".join(THREE).encode().replace(b"ba 2", b"\xff\xfe\xc3("))
    assert natives(whole) == ["a1", "a3"]
    assert told(whole, "cannot be parsed")


def test_a_file_that_breaks_off_gives_what_stood_before(read: Read) -> None:
    whole = read("".join(THREE)[:-40])
    assert natives(whole)[:2] == ["a1", "a2"]
    assert told(whole, "breaks off")


@pytest.mark.parametrize("declaration", ["utf-16", "iso-8859-1", "ebcdic-cp-us"])
def test_another_encoding_is_refused(read: Read, declaration: str) -> None:
    whole = read(f"<?xml version='1.0' encoding='{declaration}'?><a>{THREE[0]}</a>")
    assert whole.rows == 0
    assert told(whole, "UTF-8")


def test_utf16_bytes_are_refused(read: Read) -> None:
    whole = read(THREE[0].encode("utf-16"))
    assert whole.rows == 0
    assert told(whole, "not UTF-8")


BOMB = (
    "<!DOCTYPE a [<!ENTITY b 'ba'>"
    + "".join(f"<!ENTITY b{n} '{f'&b{n - 1 or str()};' * 10}'>" for n in range(1, 12))
    + "]>"
)


@pytest.mark.parametrize(
    "declaration",
    [
        BOMB,
        "<!DOCTYPE a SYSTEM 'http://192.0.2.1/x.dtd'>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://192.0.2.1/p'> %p;]>",
    ],
    ids=["billion laughs", "outside dtd", "file entity", "parameter entity"],
)
def test_a_document_type_declaration_is_refused(read: Read, declaration: str) -> None:
    whole = read(
        f"<?xml version='1.0'?>{declaration}<a xmlns='jabber:client'>{THREE[0].replace('ba 1', '&b;&b11;')}</a>"
    )
    assert whole.rows == 0
    assert told(whole, "document type declaration")


def test_deep_nesting_is_refused(read: Read) -> None:
    whole = read(THREE[0] + post(2, "<a>" * 5000 + "</a>" * 5000) + THREE[2])
    assert natives(whole) == ["a1", "a3"]


def test_a_huge_text_is_refused(read: Read) -> None:
    whole = read(THREE[0] + post(2, f"<body>{'ba ' * 7_000_000}</body>") + THREE[2])
    assert natives(whole) == ["a1", "a3"]
    assert told(whole, "too long")


def test_a_stanza_of_endless_children_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "LONGEST", 1 << 20)
    whole = read(THREE[0] + post(2, "<a/>" * 2_000_000))
    assert natives(whole) == ["a1"]
    assert told(whole, "longer than 1 MiB")


@pytest.mark.parametrize(
    "text", ["", " \n", "lorem ipsum", "<a><b/></a>", "{}", "[]", "[1, 2]", "<html><body>ba</body></html>"]
)
def test_what_is_no_archive_is_refused(read: Read, text: str) -> None:
    whole = read(text)
    assert whole.rows == 0
    assert whole.refused


def test_wrong_types_and_missing_things(read: Read) -> None:
    odd = [
        "<message><result xmlns='urn:xmpp:mam:2'/></message>",
        "<message from='nobody'><body>ba</body></message>",
        f"<message type='groupchat' from='{ROOM}'/>",
        f"<iq type='result' from='{ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
        f"<iq type='result' from='{ROOM}'><query xmlns='http://jabber.org/protocol/muc#admin'><item/><item jid=''/></query></iq>",
        "<iq type='error' from='x'><error/></iq>",
        "<presence><x xmlns='http://jabber.org/protocol/muc#user'><destroy/></x></presence>",
        post(9, "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><size>-1</size><width>99999999999</width>"
             "<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>!!</hash></file></file-sharing>"),
    ]  # fmt: skip
    whole = read("".join(odd) + THREE[0])
    assert natives(whole) == ["a9", "a1"]
    (media,) = rows(whole, "media")
    assert (media["size"], media["width"], media["sha256"]) == (None, None, None)


SERVER = "<server-data xmlns='urn:xmpp:pie:0' xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='{}'{}/></server-data>"
HOST = "<host xmlns='urn:xmpp:pie:0' jid='example.org'><user name='al'><archive xmlns='urn:xmpp:pie:0#mam'>{}</archive></user></host>"


def upload(folder: Path, href: str, more: str = "") -> Whole:
    (folder / "up").mkdir(exist_ok=True)
    (folder / "outside.xml").write_text(
        HOST.format(post(1, "<body>ba</body>").partition(">")[2].removesuffix("</message>"))
    )
    inside = (folder / "outside.xml").read_text()
    (folder / "up" / "inside.xml").write_text(inside)
    (folder / "up" / "link.xml").unlink(missing_ok=True)
    (folder / "up" / "link.xml").symlink_to(folder / "outside.xml")
    (folder / "up" / "also.xml").unlink(missing_ok=True)
    (folder / "up" / "also.xml").symlink_to("inside.xml")
    (folder / "up" / "main.xml").write_text(SERVER.format(href, more))
    source = Source(folder / "up" / "main.xml", "main.xml", mapping={"public_rooms": [ROOM]}, media_root=folder / "up")
    return conformance.read_whole(READER, source)


def test_an_included_file_is_read(tmp_path: Path) -> None:
    assert natives(upload(tmp_path, "inside.xml")) == ["m1"]


@pytest.mark.parametrize(
    ("href", "more", "word"),
    [
        ("../outside.xml", "", "outside"),
        ("..%2Foutside.xml", "", "outside"),
        ("./a/../../outside.xml", "", "outside"),
        ("/etc/hostname", "", "not a file of this export"),
        ("file:///etc/hostname", "", "not a file of this export"),
        ("http://192.0.2.1/x.xml", "", "not a file of this export"),
        ("//192.0.2.1/x.xml", "", "not a file of this export"),
        ("link.xml", "", "outside"),
        ("also.xml", "", "symbolic link"),
        ("main.xml", "", "includes itself"),
        ("nothing.xml", "", "not there"),
        ("", "", "not a file of this export"),
        ("inside.xml", " parse='text'", "not understood"),
        ("inside.xml", " xpointer='x'", "not understood"),
        ("http://[", "", "cannot be read"),
    ],
)
def test_an_include_stays_in_the_folder(tmp_path: Path, href: str, more: str, word: str) -> None:
    whole = upload(tmp_path, href, more)
    assert whole.rows == 0
    assert told(whole, word)


def test_includes_do_not_nest_without_end(tmp_path: Path) -> None:
    for n in range(9):
        (tmp_path / f"{n}.xml").write_text(SERVER.format(f"{n + 1}.xml", ""))
    whole = conformance.read_whole(READER, Source(tmp_path / "0.xml", "0.xml"))
    assert told(whole, "3 deep")


def test_a_damaged_history_keeps_its_neighbours(read: Read) -> None:
    good = f"<message type='groupchat' from='{ROOM}/Al' id='h1'><body>ba</body></message>"
    bad = ["<message", "<a/>", "<!DOCTYPE a><message/>", "", good.replace("</body>", "")]
    listed = [f'{{"timestamp": "2019-11-23T20:00:00Z", "message": "{text}"}}' for text in (good, *bad)]
    listed += [f'{{"timestamp": "never", "message": "{good}"}}', '{"timestamp": 5}', "7"]
    whole = read("[" + ",\n".join(listed) + "]", "h.json")
    assert natives(whole) == ["h1"]
    assert len(whole.refused) == len(bad) + 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=st.binary(max_size=400), where=st.integers(0, 3))
def test_any_bytes_never_raise(read: Read, data: bytes, where: int) -> None:
    pieces: list[bytes] = [one.encode() for one in (info(), *THREE)]
    pieces.insert(where, data)
    read(b"".join(pieces))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(data=st.binary(max_size=300))
def test_any_bytes_never_raise_in_recognition_and_histories(read: Read, data: bytes) -> None:
    assert 0 <= READER.recognise(data, "x").certainty <= 100
    read(b'[{"message": "<message' + data, "h.json")
