"""A polite fetch of what a site shows to everybody, written as a WARC file that the import reads like any other.

robots.txt first, and what it forbids is left; one level of links within the site, so many pages, so many bytes, pages and
feeds only. No cookies, no scripts, no private addresses (the wire sees to that); redirects within the site are checked anew,
those to other hosts are kept as answers and not followed. What has not changed since last time is kept as a revisit.
"""

import hashlib
import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from lxml import etree, html
from protego import Protego

from actionday.observe.live import Collected
from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.website.addresses import site_of, split
from actionday.observe.platforms.website.feed import looks_like_feed
from actionday.observe.platforms.website.page import read_page
from actionday.observe.platforms.website.record import digest, http_head, packed, record
from actionday.records import InputError
from actionday.wire import Answer

MOST_PAGES = 25
MOST_BYTES = 32 << 20
_MOST_ROBOTS = 512 << 10
_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "application/rss+xml",
    "application/atom+xml",
    "application/xml",
    "text/xml",
)
_ACCEPT = {"Accept": "text/html,application/atom+xml,application/rss+xml;q=0.9"}
_DROPPED = ("set-cookie", "set-cookie2", "transfer-encoding", "content-length", "connection")
_REDIRECTS = (301, 302, 303, 307, 308)
_REMEMBERED = 500
_STEPS = 4


class WebsiteLive:
    """Fetches a site's front page, its feeds and the pages that the front page leads to."""

    name = "website"
    title = "Pages and feeds of a site, politely (robots.txt, rate, size)"
    version = 1
    platforms = ("website",)
    format = "warc"
    extra = ""
    credentials: tuple[str, ...] = ()
    sees = "The host sees this machine's address, the User-Agent and which pages are fetched, as of any visitor."

    async def collect(self, target: Target, cursor: str | None, folder: Path, outside: Outside) -> Collected:
        """Fetch what is public. Raises HostResting; InputError where robots.txt or the host does not let anybody read."""
        visit = _Visit(target.native, outside, _seen(cursor))
        await visit.begin()
        path = folder / "site.warc.gz"
        with path.open("wb") as file:
            async for one in visit.records():
                file.write(packed(one))
        return Collected((path,), visit.cursor(), visit.says())


def _seen(cursor: str | None) -> dict[str, str]:
    try:
        told = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


@dataclass(slots=True)
class _Visit:
    """One visit to a site. `seen` has digests of bodies by keyed-down addresses; it names no page."""

    site: str
    outside: Outside
    seen: dict[str, str]
    base: str = ""
    robots: Protego | None = None
    done: dict[str, None] = field(default_factory=dict)
    waiting: deque[str] = field(default_factory=deque)
    spent: int = 0
    kept: int = 0
    forbidden: int = 0

    async def begin(self) -> None:
        """Find the site and read its robots.txt (RFC 9309: unreachable means all is forbidden, not there means nothing is)."""
        given = self.outside.base(f"website.{self.site}", "")
        answer = Answer("", self.outside.clock.now(), failure="name")
        for base in [given] if given else [f"https://{self.site}", f"http://{self.site}"]:
            self.base = base
            answer = await self._robots(f"{base}/robots.txt")
            if answer.status:
                break
        if answer.failure:
            raise InputError(self.site, f"not reachable ({answer.failure}): {answer.detail}"[:300], "probe it instead")
        if answer.status >= 500 or answer.status == 429 or answer.status in _REDIRECTS:
            raise InputError(
                self.site, f"robots.txt cannot be read ({answer.status}), so nothing is fetched", "try later"
            )
        rules = answer.body.decode("utf-8", "replace") if 200 <= answer.status < 300 else ""
        self.robots = Protego.parse(rules)
        if not self._allowed(f"{self.base}/"):
            raise InputError(self.site, "its robots.txt asks not to be read", "nothing is fetched")
        self.waiting.append(f"{self.base}/")

    async def records(self) -> AsyncIterator[bytes]:
        """Records of what was fetched, the front page first."""
        while self.waiting and len(self.done) < MOST_PAGES and self.spent < MOST_BYTES:
            address = self.waiting.popleft()
            if address in self.done:
                continue
            if not self._allowed(address):
                self.forbidden += 1
                continue
            self.done[address] = None
            self._pace(address)
            answer = await self.outside.http.ask("GET", address, headers=_ACCEPT)
            self.spent += len(answer.body)
            if not answer.status or not self._wanted(answer):
                continue
            self._follow(answer, front=len(self.done) == 1)
            self.kept += 1
            yield self._record(answer)

    def cursor(self) -> str:
        """What to remember: digests of the last bodies."""
        return json.dumps(dict(list(self.seen.items())[-_REMEMBERED:]))

    def says(self) -> str:
        """For a person."""
        left = f", {self.forbidden} forbidden by robots.txt" if self.forbidden else ""
        return f"{self.kept} answers of {len(self.done)} asked for{left}"

    async def _robots(self, address: str) -> Answer:
        """robots.txt, a few steps within the site followed."""
        for _ in range(_STEPS):
            answer = await self.outside.http.ask("GET", address, max_bytes=_MOST_ROBOTS)
            onward = urljoin(address, answer.headers.get("location", ""))
            if answer.status not in _REDIRECTS or not self._here(onward):
                break
            address = onward
        return answer

    def _here(self, address: str) -> bool:
        """Whether an address is of this site; any other is left alone."""
        return address.startswith(f"{self.base}/") or (split(address) is not None and site_of(address) == self.site)

    def _allowed(self, address: str) -> bool:
        agent = self.outside.http.policy.agent.partition("/")[0]
        return self.robots is not None and bool(self.robots.can_fetch(address, agent))

    def _pace(self, address: str) -> None:
        """Keep the distance that robots.txt asks for, where it is longer than our own."""
        agent = self.outside.http.policy.agent.partition("/")[0]
        delay = self.robots.crawl_delay(agent) if self.robots is not None else None
        parts = split(address)
        if delay and parts is not None:
            self.outside.budget.hold(parts.netloc, self.outside.clock.now() + timedelta(seconds=float(delay)))

    def _wanted(self, answer: Answer) -> bool:
        """Pages and feeds, and answers that are neither for their status."""
        media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        return not 200 <= answer.status < 300 or media in _TYPES

    def _follow(self, answer: Answer, *, front: bool) -> None:
        location = answer.headers.get("location", "")
        if answer.status in _REDIRECTS and location:
            self._queue(urljoin(answer.url, location))
        elif front and 200 <= answer.status < 300:
            for link in _links(answer):
                self._queue(urljoin(answer.url, link))

    def _queue(self, address: str) -> None:
        whole = urldefrag(address).url
        if self._here(whole) and whole not in self.done and len(self.waiting) < MOST_PAGES * 4:
            self.waiting.append(whole)

    def _record(self, answer: Answer) -> bytes:
        headers = {name: value for name, value in answer.headers.items() if name not in _DROPPED}
        key, told = hashlib.sha256(answer.url.encode()).hexdigest()[:16], digest(answer.body)
        revisit = self.seen.get(key) == told and 200 <= answer.status < 300
        self.seen.pop(key, None)
        self.seen[key] = told
        named = {
            "WARC-Type": "revisit" if revisit else "response",
            "WARC-Target-URI": answer.url,
            "WARC-Date": answer.at.isoformat().replace("+00:00", "Z"),
            "WARC-Truncated": "length" if answer.cut else "",
            **({"WARC-Payload-Digest": told} if revisit else {}),
        }
        return record(named, b"" if revisit else answer.body, http_head(str(answer.status), headers))


def _links(answer: Answer) -> list[str]:
    """Feeds that a page names, then the links on it."""
    media = answer.headers.get("content-type", "").lower()
    if looks_like_feed(answer.body, media):
        return []
    page = read_page(answer.body, None)
    return [*_feeds(answer.body), *(page.links if page is not None else [])]


def _feeds(body: bytes) -> list[str]:
    try:
        root = html.document_fromstring(body, parser=html.HTMLParser(no_network=True, recover=True, huge_tree=False))
    except (etree.LxmlError, ValueError, AssertionError):
        return []
    kinds = {"application/rss+xml", "application/atom+xml"}
    return [link.get("href") for link in root.iter("link") if link.get("type") in kinds and link.get("href")]
