"""A polite fetch against a site on loopback: robots, pace, limits, and a file that the reader reads."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.wire.served import Asked, Said, Served, serving
from tests.wire.test_budget import Time

from actionday.observe import conformance
from actionday.observe.live import Collected
from actionday.observe.outside import Outside
from actionday.observe.platforms.website import live
from actionday.observe.platforms.website.export import WebArchive
from actionday.observe.platforms.website.live import WebsiteLive
from actionday.observe.prober_conformance import target_of
from actionday.observe.reader import Source
from actionday.records import InputError
from actionday.wire import Budget, HostResting, Http, HttpPolicy, Limits

HTML = {"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "who=me"}
FEED = b'<?xml version="1.0"?><rss><channel><item><guid>1</guid><pubDate>2019-11-22T10:00:00Z</pubDate></item></channel></rss>'
SITE: dict[str, Said] = {
    "/robots.txt": Said(200, b"User-agent: *\nDisallow: /private\n"),
    "/": Said(
        200,
        b'<link rel="alternate" type="application/rss+xml" href="/feed"><a href="/a#x">a</a><a href="/private/b">b</a>'
        b'<a href="/picture">c</a><a href="https://elsewhere.example/d">d</a><a href="/moved">e</a><p>front</p>',
        HTML,
    ),
    "/feed": Said(200, FEED, {"Content-Type": "application/rss+xml"}),
    "/a": Said(200, b'<p>page a</p><a href="/deeper">f</a>', HTML),
    "/picture": Said(200, b"\x89PNG", {"Content-Type": "image/png"}),
    "/moved": Said(301, b"", {"Location": "https://elsewhere.example/"}),
}


class Visits:
    """A site, and visits to it with one clock and budget."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pages, self.time, self.number = folder, dict(SITE), Time(), 0
        self.site = Served("", "")
        self.budget = Budget(self.time.clock, self.time.sleep, Limits(apart=0.0))

    def answer(self, asked: Asked) -> Said:
        return self.pages.get(asked.path, Said(404))

    def visit(self, cursor: str | None = None, policy: HttpPolicy | None = None) -> Collected:
        self.number += 1
        place = self.folder / str(self.number)
        place.mkdir()
        self.site.asked.clear()

        async def run() -> Collected:
            own = policy or HttpPolicy(agent="actionday/test", private_addresses=True, timeout=2.0)
            async with Http(self.budget, self.time.clock, own) as http:
                bases = {"website.lorem.example": self.site.url}
                outside = Outside(http, self.time.clock, "desk", lambda name, host: None, bases)
                return await WebsiteLive().collect(target_of("website:channel:lorem.example"), cursor, place, outside)

        return asyncio.run(run())

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.site.asked]


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    made = Visits(tmp_path)
    with serving(made.answer) as made.site:
        yield made


def read(collected: Collected) -> dict[str, list[dict[str, Any]]]:
    (path,) = collected.files
    whole = conformance.read_whole(WebArchive(), Source(path, path.name))
    assert not whole.refused
    return {name: table.to_pylist() for name, table in whole.tables.items()}


def test_robots_come_first_and_what_they_forbid_is_left(visits: Visits) -> None:
    collected = visits.visit()
    assert visits.paths[:2] == ["/robots.txt", "/"]
    assert "/private/b" not in visits.paths
    assert "1 forbidden" in collected.says


def test_pages_and_feeds_one_level_deep_and_nothing_else(visits: Visits) -> None:
    tables = read(visits.visit())
    assert visits.paths == ["/robots.txt", "/", "/feed", "/a", "/picture", "/moved"]
    texts = [post["text"] for post in tables["posts"]]
    assert len(texts) == 3
    assert texts[2] == "page a\nf"
    assert not any("PNG" in text for text in texts)


def test_no_cookie_is_sent_or_kept(visits: Visits) -> None:
    collected = visits.visit()
    assert all("cookie" not in asked.headers for asked in visits.site.asked)
    assert b"who=me" not in collected.files[0].read_bytes()


def test_what_has_not_changed_is_a_revisit(visits: Visits) -> None:
    first = visits.visit()
    visits.pages["/a"] = Said(200, b"<p>changed</p>", HTML)
    tables = read(visits.visit(first.cursor))
    assert [post["text"] for post in tables["posts"]] == ["changed"]
    assert [look["rule"] for look in tables["sightings"]] == ["website.http.ok"], "the front page was seen again"


def test_a_cursor_names_no_page(visits: Visits) -> None:
    told = json.loads(visits.visit().cursor or "")
    assert len(told) == 4
    assert all(re.fullmatch("[0-9a-f]{16}", key) and value.startswith("sha1:") for key, value in told.items())


def test_a_broken_cursor_is_none(visits: Visits) -> None:
    for cursor in ("{", "[]", "7", ""):
        assert len(read(visits.visit(cursor))["posts"]) == 3


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        (Said(200, b"User-agent: *\nDisallow: /"), "asks not to be read"),
        (Said(200, b"User-agent: actionday\nDisallow: /"), "asks not to be read"),
        (Said(500), "cannot be read"),
    ],
)
def test_where_robots_forbid_or_fail_nothing_is_fetched(visits: Visits, robots: Said, reason: str) -> None:
    visits.pages |= {"/robots.txt": robots}
    with pytest.raises(InputError, match=reason):
        visits.visit()
    assert set(visits.paths) == {"/robots.txt"}


@pytest.mark.parametrize(
    "robots", [Said(404), Said(403), Said(200, b"\xff\xfe noise \x00"), Said(301, b"", {"Location": "/x"})]
)
def test_where_there_are_no_robots_all_is_public(visits: Visits, robots: Said) -> None:
    visits.pages |= {"/robots.txt": robots}
    visits.visit()
    assert "/private/b" in visits.paths


def test_robots_are_followed_within_the_site_only(visits: Visits) -> None:
    visits.pages |= {"/robots.txt": Said(302, b"", {"Location": "/r"}), "/r": SITE["/robots.txt"]}
    visits.visit()
    assert visits.paths[:2] == ["/robots.txt", "/r"]
    assert "/private/b" not in visits.paths
    for away in ("https://elsewhere.example/r", "/robots.txt"):
        visits.pages["/robots.txt"] = Said(302, b"", {"Location": away})
        with pytest.raises(InputError, match="cannot be read"):
            visits.visit()


def test_the_distance_that_robots_ask_for_is_kept(visits: Visits) -> None:
    visits.pages |= {"/robots.txt": Said(200, b"User-agent: *\nCrawl-delay: 7\n")}
    began = visits.time.clock.now()
    visits.visit()
    fetched = len(visits.paths) - 1
    assert visits.time.clock.now() - began == timedelta(seconds=7 * fetched)


def test_a_distance_beyond_patience_ends_the_visit(visits: Visits) -> None:
    visits.pages |= {"/robots.txt": Said(200, b"User-agent: *\nCrawl-delay: 3600\n")}
    with pytest.raises(HostResting):
        visits.visit()


def test_limits_hold(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_PAGES", 3)
    visits.visit()
    assert len(visits.paths) == 4
    monkeypatch.setattr(live, "MOST_BYTES", 10)
    visits.visit()
    assert len(visits.paths) == 2


def test_a_long_page_is_cut_and_says_so(visits: Visits) -> None:
    visits.pages = {"/": Said(200, b"<p>" + b"ba " * 10_000, HTML)}
    policy = HttpPolicy(agent="a", private_addresses=True, max_bytes=1000)
    (post,) = read(visits.visit(policy=policy))["posts"]
    assert len(post["text"]) < 1000


def test_nobody_there_is_said_in_words(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="private_address"):
        visits.visit(policy=HttpPolicy(timeout=1.0))
    assert not visits.paths


def test_answers_without_pages_are_looks(visits: Visits) -> None:
    visits.pages = {"/": Said(410)}
    (look,) = read(visits.visit())["sightings"]
    assert (look["rule"], look["subject"]) == ("website.http.410", "website:channel:127.0.0.1")
