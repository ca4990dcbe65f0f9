"""GNU social: answers of its Twitter-like API, Atom feeds and backups."""

import json
import re
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.observe.broken_json import BROKEN_BYTES, natives, read, said, with_broken

from actionday.observe import conformance
from actionday.observe.platforms.gnusocial import examples
from actionday.observe.platforms.gnusocial.atom import GnuSocialAtom
from actionday.observe.platforms.gnusocial.export import GnuSocial
from actionday.observe.reader import Reader, Source, staged_schema

LOREM = "gnusocial:account:lorem@quitter.example"
SOUND = [examples.notice(n, f"sed {n}", examples.user("lorem")) for n in (1, 2, 3)]


def test_notices_become_posts_with_their_offset(tmp_path: Path) -> None:
    whole = read(GnuSocial(), tmp_path / "x.json", GnuSocial().examples()["user_timeline.json"])
    first, reply, repeat = whole.tables["posts"].to_pylist()
    assert first["native"] == "tag:quitter.example,2017-04-15:noticeId=1:objectType=note"
    assert (first["at"], first["at_offset"]) == (datetime(2017, 4, 15, 4, 12, 1, tzinfo=UTC), 120)
    assert first["hrefs"] == ["https://example.org/dolor?x=1&y=2"]
    assert (reply["text"], reply["hrefs"], reply["reply_to"]) == ("@ipsum@social.example amet", None, "1")
    assert (repeat["kind"], repeat["forward_from"]) == ("forward", "gnusocial:account:ipsum@social.example")
    assert repeat["text"] == "elit sed"
    assert whole.tables["media"]["name"].to_pylist() == ["a.png"]
    assert len(whole.refused) == 2


def test_a_closed_accounts_notices_are_read_on_a_basis(tmp_path: Path) -> None:
    data = GnuSocial().examples()["user_timeline.json"]
    assert len(natives(read(GnuSocial(), tmp_path / "x.json", data, private_basis="order 7"))) == 5


def test_a_notice_without_uri_is_known_by_its_number(tmp_path: Path) -> None:
    row = deepcopy(SOUND[0])
    row["uri"] = None
    assert natives(read(GnuSocial(), tmp_path / "x.json", json.dumps([row]).encode())) == ["1"]


@pytest.mark.parametrize("label", sorted(BROKEN_BYTES))
def test_a_broken_notice_is_refused_and_what_came_before_is_kept(tmp_path: Path, label: str) -> None:
    broken, words = BROKEN_BYTES[label]
    whole = read(GnuSocial(), tmp_path / "x.json", with_broken(SOUND, broken, (b"[", b"]")))
    assert re.search(words, said(whole)), whole.refused
    assert len(natives(whole)) == (3 if "deep" not in words and "brackets" not in words else 1)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("uri", {"a": 1}, "no id"),
        ("created_at", None, "no time"),
        ("created_at", "Sat Apr 31 06:12:01 +0200 2017", "time"),
        ("created_at", "2017-04-15 06:12:01", "without zone"),
        ("user", {"screen_name": "lorem", "statusnet_profile_url": "nowhere"}, "no author"),
        ("scope", 2, "not everybody"),
    ],
)
def test_a_notice_that_lacks_something_is_refused_alone(tmp_path: Path, field: str, value: object, words: str) -> None:
    rows = deepcopy(SOUND)
    rows[1][field] = value
    whole = read(GnuSocial(), tmp_path / "x.json", json.dumps(rows).encode())
    assert len(natives(whole)) == 2
    assert words in said(whole)


def test_a_feed_gives_posts_shares_and_its_owner(tmp_path: Path) -> None:
    whole = read(GnuSocialAtom(), tmp_path / "x.atom", GnuSocialAtom().examples()["lorem.atom"])
    first, reply, share = whole.tables["posts"].to_pylist()
    assert (first["author"], first["text"], first["hrefs"]) == (LOREM, "lorem link", ["https://example.org/a?x=1&y=2"])
    assert reply["reply_to"] == first["native"]
    assert (share["kind"], share["text"]) == ("forward", "passed on")
    assert share["forward_from"] == "gnusocial:account:ipsum@quitter.other.example"
    assert whole.tables["accounts"]["handle"].to_pylist() == ["lorem@quitter.example"]
    assert whole.tables["media"].select(["name", "mime", "size"]).to_pylist() == [
        {"name": "a.png", "mime": "image/png", "size": 1200}
    ]


def test_a_scope_that_is_not_public_is_counted(tmp_path: Path) -> None:
    scope = '<m:scope xmlns:m="http://mastodon.social/schema/1.0">private</m:scope>'
    whole = read(
        GnuSocialAtom(), tmp_path / "x.atom", examples.feed(examples.entry(1, "a"), examples.entry(2, "b", scope))
    )
    assert len(natives(whole)) == 1
    assert "not everybody" in said(whole)


ENTRY = examples.entry(1, "sed")
LAUGHS = '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FEEDS: dict[str, tuple[bytes, str]] = {
    "an entity bomb": (examples.feed(ENTRY).replace(b"<feed ", LAUGHS.encode() + b"<feed "), "document type"),
    "an outside entity": (
        b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + examples.feed(ENTRY)[39:],
        "document type",
    ),
    "an undeclared entity": (examples.feed(ENTRY, "<entry><id>&x;</id></entry>"), "the rest cannot be read"),
    "cut inside": (examples.feed(ENTRY)[:-60], "the rest cannot be read"),
    "cut at the start": (examples.feed(ENTRY)[:300], "the rest cannot be read"),
    "not UTF-8": (examples.feed(ENTRY, "<entry>@@</entry>").replace(b"@@", b"\xff\xfe"), "the rest cannot be read"),
    "a NUL": (examples.feed(ENTRY, "<entry>@@</entry>").replace(b"@@", b"\0"), "the rest cannot be read"),
    "tags that do not fit": (examples.feed(ENTRY, "<entry></feed>"), "the rest cannot be read"),
    "two roots": (examples.feed(ENTRY) + examples.feed(ENTRY), "the rest cannot be read"),
    "nesting without end": (
        examples.feed(ENTRY, "<entry>" + "<a>" * 5_000 + "</a>" * 5_000 + "</entry>"),
        "cannot be read",
    ),
    "an unknown encoding": (examples.feed(ENTRY).replace(b"UTF-8", b"UTF-99"), "the rest cannot be read"),
    "an attribute twice": (examples.feed(ENTRY, '<entry a="1" a="2"></entry>'), "the rest cannot be read"),
    "no id": (examples.feed(ENTRY, ENTRY.replace("<id>", "<ix>").replace("</id>", "</ix>")), "no id"),
    "no time": (
        examples.feed(
            ENTRY, ENTRY.replace("published", "x").replace("updated", "y").replace("noticeId=1", "noticeId=2")
        ),
        "no time",
    ),
    "a word for a time": (examples.feed(ENTRY, ENTRY.replace("2017-04-15T04:12:01+00:00", "soon")), "not a time"),
    "a wall clock": (examples.feed(ENTRY, ENTRY.replace("04:12:01+00:00", "04:12:01")), "without zone"),
    "a zone that is none": (examples.feed(ENTRY, ENTRY.replace("+00:00", "+99:99")), "time"),
    "a year out of range": (examples.feed(ENTRY, ENTRY.replace("2017-04-15T", "9999-04-15T")), "1970 to 2200"),
    "nobody's": (examples.feed(ENTRY).replace(b'/lorem"', b'"').replace(b"/user/7", b""), "no author"),
    "nothing in it": (examples.feed().replace(b"https://quitter.example", b"x"), "no entry"),
    "not XML": (b"lorem ipsum", "the rest cannot be read"),
}


@pytest.mark.parametrize("label", sorted(FEEDS))
def test_a_damaged_feed_is_refused_in_words(tmp_path: Path, label: str) -> None:
    data, words = FEEDS[label]
    whole = read(GnuSocialAtom(), tmp_path / "x.atom", data)
    assert re.search(words, said(whole)), whole.refused
    assert "passwd" not in str(whole.refused)
    assert len(natives(whole)) <= 1


def test_a_huge_text_is_refused_by_the_parser(tmp_path: Path) -> None:
    whole = read(GnuSocialAtom(), tmp_path / "x.atom", examples.feed(ENTRY, examples.entry(2, "a" * 11_000_000)))
    assert len(natives(whole)) == 1
    assert "the rest cannot be read" in said(whole)


READERS: dict[str, Reader] = {"gnusocial": GnuSocial(), "gnusocial_atom": GnuSocialAtom()}
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=40)


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=5), hrefs=st.none() | st.just(["https://a.example/?x=1&y=2"]))
def test_what_is_written_is_read_row_for_row(
    tmp_path: Path, name: str, texts: list[str], hrefs: list[str] | None
) -> None:
    at, offset = datetime(2020, 1, 1, tzinfo=UTC), 90 if name == "gnusocial" else None
    base = {"channel": LOREM, "author": LOREM, "platform": "gnusocial", "n_media": 0, "at": at, "at_offset": offset}
    rows = [
        {**base, "kind": "original", "native": f"n{n}", "text": text, "hrefs": hrefs} for n, text in enumerate(texts)
    ]
    rows.append(
        {**base, "kind": "forward", "native": "f", "text": "x", "forward_from": "gnusocial:account:a@b.example"}
    )
    table = pa.Table.from_pylist(rows, schema=staged_schema("posts"))
    (path,) = READERS[name].write({"posts": table}, tmp_path / "out")
    back = conformance.read_whole(READERS[name], Source(path, path.name))
    assert back.refused == []
    assert back.tables["posts"].to_pylist() == table.to_pylist()


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.text('<>/{}[]"=:feedntry \\\n0é', max_size=200).map(str.encode))
def test_arbitrary_bytes_never_raise(tmp_path: Path, name: str, data: Any) -> None:  # noqa: ANN401 - bytes
    READERS[name].recognise(data, "x.json")
    read(READERS[name], tmp_path / "x", data)
