"""Web archives: what a capture becomes, and what is refused, in WARC files, packed ones and packages."""

import gzip
import json
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.observe import conformance, files
from actionday.observe.conformance import Whole
from actionday.observe.platforms.website import captures, rows
from actionday.observe.platforms.website.export import WebArchive
from actionday.observe.platforms.website.page import read_page
from actionday.observe.platforms.website.record import digest, http_head, packed, record
from actionday.observe.reader import Source, staged_schema

READER = WebArchive()
AT = "2019-11-22T10:00:00Z"
SITE = "https://www.ba.example.org"
HTML = {"Content-Type": "text/html; charset=utf-8"}
Read = Callable[..., Whole]


def response(
    body: str | bytes = "<p>ba</p>",
    address: str = f"{SITE}/a",
    status: str = "200 OK",
    headers: dict[str, str] | None = None,
    **named: str,
) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    more = {name.replace("_", "-"): value for name, value in named.items()}
    fields = {"WARC-Type": "response", "WARC-Date": AT, "WARC-Target-URI": address, **more}
    return record(fields, data, http_head(status, HTML if headers is None else headers))


GOOD = response("<p>sound</p>", f"{SITE}/sound")


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reads(data: bytes, name: str = "sites.warc", **said: Any) -> Whole:  # noqa: ANN401
        path = tmp_path / name
        path.write_bytes(data)
        return conformance.read_whole(READER, Source(path, name, **said))

    return reads


def listed(whole: Whole, table: str = "posts") -> list[dict[str, Any]]:
    found = whole.tables.get(table)
    out: list[dict[str, Any]] = found.to_pylist() if found is not None else []
    return out


def states(whole: Whole) -> list[tuple[str, str]]:
    return [(look["state"], look["rule"]) for look in listed(whole, "sightings")]


def test_a_page_is_a_post_named_after_its_capture(read: Read) -> None:
    post = listed(read(response("<title>Ba</title><p>du <b>ki</b></p><p>lo</p>", f"{SITE}/a?b=1#c")))[0]
    assert (post["channel"], post["text"]) == ("website:channel:ba.example.org", "Ba\ndu ki\nlo")
    assert post["native"] == f"20191122100000/{SITE}/a?b=1#c"
    assert post["at"] == datetime(2019, 11, 22, 10, tzinfo=UTC)


def test_links_that_stay_on_the_site_are_navigation(read: Read) -> None:
    links = [
        "/x",
        "http://ba.example.org/y",
        "https://t.me/ba",
        "xmpp:a@b.example",
        "javascript:alert(1)",
        "https://t.me/ba",
    ]
    page = "".join(f'<a href="{link}">x</a>' for link in links)
    assert listed(read(response(page)))[0]["hrefs"] == ["https://t.me/ba", "xmpp:a@b.example"]
    based = '<head><base href="https://du.example.net/d/"></head><a href="e">x</a>'
    assert listed(read(response(based)))[0]["hrefs"] == ["https://du.example.net/d/e"]


def test_what_no_reader_of_the_page_sees_is_no_text(read: Read) -> None:
    page = "<style>p{}</style><script>alert('no')</script><!-- no --><noscript>no</noscript><template>no</template><p>ba</p>"
    assert listed(read(response(page)))[0]["text"] == "ba"


@pytest.mark.parametrize(
    ("status", "headers", "state"),
    [
        ("200 OK", HTML, [("present", "website.http.ok")]),
        ("404 Not Found", HTML, [("unknown", "website.http.404")]),
        ("410 Gone", HTML, [("unknown", "website.http.410")]),
        ("451 Unavailable", {"Link": '<https://law.example>; rel="blocked-by"'}, [("restricted", "website.http.451")]),
        ("403 Forbidden", HTML, [("private_or_prober_blocked", "website.http.barred")]),
        ("503 Unavailable", HTML, [("unreachable", "website.http.failing")]),
        ("301 Moved", {"Location": "https://du.example.net/"}, [("moved", "website.http.moved")]),
        ("301 Moved", {"Location": "https://ba.example.org/home"}, []),
        ("302 Found", {"Location": "https://du.example.net/"}, []),
        ("304 Not Modified", {}, []),
    ],
)
def test_a_front_page_s_status_is_a_look(
    read: Read, status: str, headers: dict[str, str], state: list[tuple[str, str]]
) -> None:
    whole = read(response("<p>ba</p>", f"{SITE}/", status, headers), vantage="crawler")
    assert states(whole) == state
    assert bool(listed(whole)) == status.startswith("200"), "what an error page says is no post"
    assert not listed(whole, "moves"), "a redirect is a look and nothing more"
    assert not states(read(response("<p>ba</p>", f"{SITE}/deep", status, headers))), (
        "other pages say nothing of the site"
    )


def test_the_evidence_says_what_was_seen(read: Read) -> None:
    link = '<https://law.example>; rel="blocked-by"'
    whole = read(response("", f"{SITE}/", "451 Unavailable", {"Link": link}, WARC_IP_Address="192.0.2.7"))
    told = json.loads(listed(whole, "sightings")[0]["evidence"])
    assert told == {"url": f"{SITE}/", "status": 451, "ip": "192.0.2.7", "link": link}


def test_a_revisit_is_a_look_and_no_second_post(read: Read) -> None:
    named = {
        "WARC-Type": "revisit",
        "WARC-Date": AT,
        "WARC-Target-URI": f"{SITE}/",
        "WARC-Payload-Digest": digest(b"x"),
    }
    whole = read(record(named, b"", http_head("200 OK", HTML)))
    assert states(whole) == [("present", "website.http.ok")]
    assert not listed(whole)
    assert not whole.refused


def test_a_resource_is_a_page_without_a_status(read: Read) -> None:
    named = {"WARC-Type": "resource", "WARC-Date": AT, "WARC-Target-URI": f"{SITE}/", "Content-Type": "text/html"}
    whole = read(record(named, b"<p>ba</p>"))
    assert [post["text"] for post in listed(whole)] == ["ba"]
    assert not states(whole)


def test_the_front_page_is_the_site_s_profile(read: Read) -> None:
    page = '<html lang="de-AT"><title>Ba</title><meta name="description" content="du"><p>ki</p>'
    whole = read(response(page, f"{SITE}/"), vantage="crawler")
    site = listed(whole, "channels")[0]
    assert (site["kind"], site["title"], site["description"], site["vantage"]) == ("site", "Ba", "du", "crawler")
    assert site["seen_at"] == datetime(2019, 11, 22, 10, tzinfo=UTC)
    assert listed(whole)[0]["language"] == "de"


@pytest.mark.parametrize(
    ("body", "packing"),
    [
        (gzip.compress("<p>bä</p>".encode()), {"Content-Encoding": "gzip"}),
        (zlib.compress("<p>bä</p>".encode()), {"Content-Encoding": "deflate"}),
        (b"4\r\n<p>b\r\n6;x=1\r\n\xc3\xa4</p>\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"}),
    ],
)
def test_packed_and_chunked_bodies_are_opened(read: Read, body: bytes, packing: dict[str, str]) -> None:
    assert listed(read(response(body, headers={**HTML, **packing})))[0]["text"] == "bä"


@pytest.mark.parametrize("charset", ["windows-1256", "utf-16", "no-such-charset", None])
def test_pages_in_other_encodings(read: Read, charset: str | None) -> None:
    known = charset if charset and charset != "no-such-charset" else "utf-8"
    head = '<meta charset="utf-8">' if known == "utf-8" else ""
    media = {"Content-Type": f"text/html; charset={charset}" if charset else "text/html"}
    assert listed(read(response(f"{head}<p>باب</p>".encode(known), headers=media)))[0]["text"] == "باب"


RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{}</channel></rss>'
ITEM = "<item><guid>g{0}</guid><title>T{0}</title><pubDate>Fri, 22 Nov 2019 11:00:00 +0100</pubDate>{1}</item>"


def feed(body: str, media: str = "application/rss+xml") -> bytes:
    return response(body, f"{SITE}/feed", headers={"Content-Type": media})


def test_a_feed_s_entries_are_posts(read: Read) -> None:
    text = "<description>&lt;p&gt;ba &amp;amp; du &lt;a href='https://t.me/ba'&gt;x&lt;/a&gt;&lt;/p&gt;</description>"
    post = listed(read(feed(RSS.format(ITEM.format(1, text)))))[0]
    assert (post["native"], post["text"], post["hrefs"]) == ("g1", "T1\nba & du x", ["https://t.me/ba"])
    assert (post["at"], post["at_offset"]) == (datetime(2019, 11, 22, 10, tzinfo=UTC), 60)


def test_atom_tells_edits_and_takes_markup_as_it_comes(read: Read) -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:1</id><title>T</title>
      <published>2019-11-22T10:00:00Z</published><updated>2019-11-23T10:00:00Z</updated>
      <link rel="alternate" href="https://du.example.net/1"/>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>ba</p><p>du</p></div></content></entry></feed>"""
    post = listed(read(feed(atom, "application/atom+xml")))[0]
    assert (post["text"], post["edited_at"]) == ("T\nba\ndu", datetime(2019, 11, 23, 10, tzinfo=UTC))
    assert post["hrefs"] == ["https://du.example.net/1"]


def test_a_feed_that_breaks_off_keeps_what_stood_before(read: Read) -> None:
    whole = read(feed(RSS.format(ITEM.format(1, "") + ITEM.format(2, ""))[:-60]))
    assert [post["native"] for post in listed(whole)] == ["g1"]
    assert whole.refused[0].reason.startswith("the feed breaks off")


BOMB = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ba"><!ENTITY b "&a;&a;&a;&a;">]><rss><channel><item><guid>1</guid></item></channel></rss>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><guid>&x;</guid></item></channel></rss>'


@pytest.mark.parametrize("body", [BOMB, OUTSIDE])
def test_a_feed_that_declares_entities_is_refused(read: Read, body: str) -> None:
    whole = read(feed(body))
    assert not listed(whole)
    assert whole.refused[0].reason == "the feed declares a document type; entities are not expanded"


def test_entries_without_time_or_id_are_refused_alone(read: Read) -> None:
    items = ITEM.format(1, "") + "<item><guid>2</guid></item>" + ITEM.format(3, "").replace("<guid>g3</guid>", "")
    whole = read(feed(RSS.format(items)))
    assert [post["native"] for post in listed(whole)] == ["g1"]
    assert [one.reason for one in whole.refused] == ["no time", "no id and no link"]


RECORDS: dict[str, tuple[bytes, str]] = {
    "another payload": (response(WARC_Payload_Digest=digest(b"else")), "payload digest does not fit"),
    "another block": (response(WARC_Block_Digest=digest(b"else")), "block digest does not fit"),
    "unknown digest": (response(WARC_Payload_Digest="md77:ABC"), "unknown hash algorithm"),
    "no address": (
        record({"WARC-Type": "response", "WARC-Date": AT}, b"ba", http_head("200 OK", HTML)),
        "no WARC-Target",
    ),
    "no date": (response(WARC_Date=""), "no WARC-Target-URI or no WARC-Date"),
    "date without zone": (response(WARC_Date="2019-11-22T10:00:00"), "WARC-Date is no time"),
    "impossible date": (response(WARC_Date="2019-02-31T10:00:00Z"), "WARC-Date is no time"),
    "date of words": (response(WARC_Date="yesterday"), "WARC-Date is no time"),
    "date long ago": (response(WARC_Date="0001-01-01T00:00:00Z"), "WARC-Date is no time"),
    "segment": (response(WARC_Segment_Number="1"), "a segmented record is not put together"),
    "no host": (response(address="https:///a"), ""),
    "huge address": (response(address=f"{SITE}/{'a' * 9000}"), "the address names no site"),
    "bad port": (response(address="https://ba.example.org:99999/"), ""),
    "no HTTP": (response(status="200 OK").replace(b"HTTP/1.1", b"HTPP/1.1"), "no HTTP answer in the record"),
    "dns": (record({"WARC-Type": "response", "WARC-Date": AT, "WARC-Target-URI": "dns:ba"}, b"ba"), ""),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_broken_record_is_refused_alone(read: Read, name: str) -> None:
    broken, reason = RECORDS[name]
    whole = read(GOOD + broken + response("<p>other</p>", f"{SITE}/other"))
    assert [post["text"] for post in listed(whole)] == ["sound", "other"]
    assert [one.reason[: len(reason)] for one in whole.refused] == [reason] * bool(reason)


TAILS: dict[str, bytes] = {
    "cut in the body": response("ba" * 500)[:-300],
    "cut in the head": response()[:80],
    "noise": b"\x00\xff" * 3000,
    "words": b"lorem ipsum\r\n" * 100,
    "no length": response().replace(b"Content-Length", b"Content-Lenght"),
    "length below zero": response().replace(b"Content-Length: ", b"Content-Length: -"),
    "length of words": response().replace(b"Content-Length: ", b"Content-Length: ba"),
    "huge length": response().replace(b"Content-Length: ", b"Content-Length: 99999999999"),
    "a long line": b"WARC/1.1\r\nWARC-Type: " + b"r" * 3_000_000,
    "deep page": response("<div>" * 200_000),
    "half a gzip": packed(response("ba" * 5000))[:90],
}


@pytest.mark.parametrize("name", TAILS)
def test_what_stood_before_a_break_is_kept(read: Read, name: str) -> None:
    whole = read(GOOD + TAILS[name])
    assert listed(whole)[0]["text"] == "sound"
    for one in whole.refused:
        assert one.reason
        assert one.position


def test_a_packed_file_that_breaks_off_keeps_its_whole_records(read: Read) -> None:
    whole = read(packed(GOOD) + packed(response("ba" * 5000))[:-40], "sites.warc.gz")
    assert [post["text"] for post in listed(whole)] == ["sound"]
    assert "cut short" in whole.refused[0].reason or "cannot be read" in whole.refused[0].reason


def test_a_body_that_unpacks_without_end_is_cut(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captures, "MOST_BODY", 1000)
    bomb = gzip.compress(b"<p>" + b"ba " * 1_000_000)
    whole = read(response(bomb, headers={**HTML, "Content-Encoding": "gzip"}))
    assert all(len(post["text"]) <= 1000 for post in listed(whole))


def test_a_record_without_end_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captures, "MOST_RECORD", 1000)
    whole = read(GOOD + response("ba" * 5000) + GOOD)
    assert len(listed(whole)) == 1
    assert "GiB" in whole.refused[0].reason


def package(path: Path, members: dict[str, bytes], links: tuple[str, ...] = ()) -> bytes:
    with zipfile.ZipFile(path, "w") as held:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o120777 if name in links else 0o100644) << 16
            held.writestr(info, data)
    return path.read_bytes()


def test_members_that_lead_out_or_elsewhere_are_not_read(tmp_path: Path, read: Read) -> None:
    members = {"archive/a.warc": GOOD, "../b.warc": GOOD, "/c.warc": GOOD, "archive/d.warc": b"../../etc/passwd"}
    whole = read(package(tmp_path / "x.zip", members, ("archive/d.warc",)), "sites.wacz")
    assert len(listed(whole)) == 1
    assert sorted(one.reason for one in whole.refused) == [
        "a link in a package is not followed",
        "a member that points out of the package is not read",
        "a member that points out of the package is not read",
    ]


def test_a_member_that_is_not_what_the_package_states_is_refused(tmp_path: Path, read: Read) -> None:
    stated = {"resources": [{"path": "archive/a.warc", "hash": "sha256:" + "0" * 64}]}
    members = {"archive/a.warc": GOOD, "datapackage.json": json.dumps(stated).encode()}
    whole = read(package(tmp_path / "x.zip", members), "sites.wacz")
    assert not whole.rows
    assert whole.refused[0].reason == "the member's hash is not the one that datapackage.json states"


@pytest.mark.parametrize("stated", [b"{", b"[]", b'{"resources": 7}', b"[" * 100_000])
def test_a_package_with_a_broken_description_is_read(tmp_path: Path, read: Read, stated: bytes) -> None:
    members = {"archive/a.warc": GOOD, "datapackage.json": stated}
    assert len(listed(read(package(tmp_path / "x.zip", members), "sites.wacz"))) == 1


def test_a_packed_warc_is_read_as_it_is_and_not_unpacked_first(tmp_path: Path) -> None:
    (tmp_path / "sites.warc.gz").write_bytes(packed(GOOD))
    (found,) = files.discover([tmp_path], None)
    assert isinstance(found, files.Found)
    assert not found.packed


def test_many_captures_come_in_chunks(read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rows, "_ROWS", 10)
    path = tmp_path / "many.warc"
    path.write_bytes(b"".join(response(f"<p>{n}</p>", f"{SITE}/{n}") for n in range(35)))
    chunks = [c for part in READER.parts(Source(path, "x")) for c in READER.read(Source(path, "x"), part)]
    assert [len(chunk.tables["posts"]) for chunk in chunks] == [10, 10, 10, 5]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\x0b\x0c\x1c\x1d\x1e\x85\xa0"), max_size=80)
CALM = TEXT.filter(lambda text: text == text.strip() and not any(ord(c) < 32 and c != "\n" for c in text))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=CALM, place=st.integers(0, 9), links=st.lists(st.integers(0, 99), max_size=3, unique=True), entry=st.booleans()
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, text: str, place: int, links: list[int], entry: bool
) -> None:
    post = {
        "channel": "website:channel:ba.example.org",
        "native": f"tag:{place}" if entry else f"20191122100000/https://ba.example.org/{place}",
        "platform": "website",
        "at": datetime(2019, 11, 22, 10, tzinfo=UTC),
        "kind": "original",
        "text": text,
        "hrefs": [f"https://du.example.net/{n}?a=1&b=2" for n in links] or None,
        "n_media": 0,
    }
    table = pa.Table.from_pylist([post], schema=staged_schema("posts"))
    (path,) = READER.write({"posts": table}, tmp_path_factory.mktemp("written"))
    whole = conformance.read_whole(READER, Source(path, path.name))
    assert not whole.refused
    assert listed(whole) == table.to_pylist()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), way=st.integers(0, 3))
def test_arbitrary_bytes_never_raise(tmp_path: Path, data: bytes, way: int) -> None:
    whole = (data, GOOD + data, packed(GOOD) + data, response(data))[way]
    path = tmp_path / "x.warc"
    path.write_bytes(whole)
    assert 0 <= READER.recognise(whole, "x.warc").certainty <= 100
    conformance.check_chunks(READER, Source(path, "x.warc"))


@given(data=st.binary(max_size=300), charset=st.sampled_from([None, "utf-8", "utf-16", "no-such"]))
@settings(max_examples=100, deadline=None)
def test_a_page_of_arbitrary_bytes_never_raises(data: bytes, charset: str | None) -> None:
    page = read_page(b"<p>" + data, charset)
    assert page is None or isinstance(page.text, str)


def test_many_entries_are_written_as_several_feeds(tmp_path: Path) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC)
    rows = [
        {"channel": "website:channel:ba.example", "native": f"n{n}", "platform": "website", "kind": "original"}
        | {"at": at + timedelta(minutes=n), "text": text}
        for n, text in enumerate(["ba du", "<b> & ba", " ba ", "ba\rdu"] * 1_100)
    ]
    READER.write({"posts": pa.Table.from_pylist(rows, schema=staged_schema("posts"))}, tmp_path)
    whole = conformance.read_whole(READER, Source(tmp_path / "websites.warc.gz", "websites.warc.gz"))
    assert not whole.refused
    assert whole.tables["posts"]["text"].to_pylist() == [row["text"] for row in rows]
