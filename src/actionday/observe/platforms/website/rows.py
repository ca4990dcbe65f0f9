"""Staged tables of captures: pages and feeds as posts, front pages as profiles and looks.

A page's post is named ``<14 digits>/<address>``, so that each capture is one; an entry of a feed keeps its own id, so that
the same entry in two captures is one. Links within a site are navigation and left out.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.website.addresses import is_root, outward, site_of, split, subject
from actionday.observe.platforms.website.captures import Capture
from actionday.observe.platforms.website.feed import Feed, looks_like_feed, read_feed
from actionday.observe.platforms.website.page import Page, read_page
from actionday.observe.platforms.website.statuses import told_by
from actionday.observe.reader import Chunk, Refused, Source, staged_schema
from actionday.observe.times import Instants, parse_times

NO_SITE = "the address names no site"
NO_TIME = "WARC-Date is no time"
_PAGES = ("text/html", "application/xhtml+xml")
_ROWS, _SIGNS = 5_000, 32 << 20


@dataclass(slots=True)
class Tray:
    """Gathers rows of captures until a chunk is full."""

    source: Source
    _held: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _refused: list[Refused] = field(default_factory=list)
    _signs: int = 0

    def refuse(self, one: Refused) -> None:
        """Set something aside."""
        self._refused.append(one)

    def full(self) -> bool:
        """Whether it is time to hand on."""
        rows = max((len(rows) for rows in self._held.values()), default=0)
        return rows + len(self._refused) >= _ROWS or self._signs >= _SIGNS

    def empty(self) -> Iterator[Chunk]:
        """What was gathered, if anything."""
        tables = {
            name: pa.Table.from_pylist(rows, schema=staged_schema(name)) for name, rows in self._held.items() if rows
        }
        if tables or self._refused:
            yield Chunk(tables, self._refused)
        self._held, self._refused, self._signs = {}, [], 0

    def take(self, capture: Capture) -> None:
        """The rows of one capture."""
        site, at = site_of(capture.address), _instant(capture.at)
        if split(capture.address) is None:
            return  # what is no web address (dns:, urn:, metadata of a crawler) is no capture of a site
        if site is None or at is None:
            self.refuse(Refused(capture.position, NO_TIME if at is None else NO_SITE, capture.address[:500]))
            return
        if is_root(capture.address) and capture.status:
            self._look(capture, site, at)
        sound = capture.status == 0 or 200 <= capture.status < 300
        if not sound or capture.kind == "revisit":
            return
        if looks_like_feed(capture.body, capture.media):
            self._entries(read_feed(capture.body), capture, site)
        elif capture.media in _PAGES:
            page = read_page(capture.body, capture.charset)
            if page is not None:
                self._page(page, capture, site, at)

    def _add(self, table: str, row: dict[str, Any]) -> None:
        self._held.setdefault(table, []).append({"platform": "website", **row})
        self._signs += len(row.get("text") or "")

    def _look(self, capture: Capture, site: str, at: datetime) -> None:
        location = capture.headers.get("location", "")
        target = site_of(location)
        told = told_by(capture.status, target is not None and target != site)
        if told is None:
            return
        state, rule = told
        evidence = {
            "url": capture.address,
            "status": capture.status,
            "ip": capture.ip,
            "location": location or None,
            "link": capture.headers.get("link") if capture.status == 451 else None,
        }
        said = json.dumps({key: value for key, value in evidence.items() if value is not None})
        look = {"subject": subject(site), "at": at, "state": str(state), "basis": "export", "rule": rule}
        self._add("sightings", {**look, "evidence": said, "vantage": self.source.vantage})

    def _profile(self, site: str, at: datetime, title: str, about: str | None) -> None:
        row = {"subject": subject(site), "native": site, "kind": "site", "title": title or None, "seen_at": at}
        self._add("channels", {**row, "description": about or None, "vantage": self.source.vantage})

    def _page(self, page: Page, capture: Capture, site: str, at: datetime) -> None:
        if is_root(capture.address):
            self._profile(site, at, page.title, page.description)
        base = outward(capture.address, [page.base], "")[:1] if page.base else []
        post = {
            "channel": subject(site),
            "native": f"{at:%Y%m%d%H%M%S}/{capture.address}",
            "at": at,
            "kind": "original",
            "language": page.language,
            "text": titled(page.title, page.text),
            "hrefs": outward(base[0] if base else capture.address, page.links, site) or None,
            "n_media": 0,
        }
        self._add("posts", post)

    def _entries(self, feed: Feed, capture: Capture, site: str) -> None:
        if feed.fault:
            self.refuse(Refused(capture.position, feed.fault, capture.address[:500]))
        if not feed.entries:
            return
        born = parse_times(pl.Series("t", [entry.at or entry.edited for entry in feed.entries], dtype=pl.String))
        edited = parse_times(pl.Series("t", [entry.edited or None for entry in feed.entries], dtype=pl.String)).at
        for number, entry in enumerate(feed.entries):
            where, when = f"{capture.position}, entry {number + 1}", born.at[number]
            if not entry.native or when is None:
                why = "no id and no link" if not entry.native else _why(born, number)
                self.refuse(Refused(where, why, entry.title[:500]))
                continue
            later = edited[number] if edited[number] is not None and edited[number] > when else None
            post = {
                "channel": subject(site),
                "native": entry.native[:2000],
                "at": when,
                "at_offset": born.offset[number],
                "kind": "original",
                "edited_at": later,
                "text": titled(entry.title, entry.text),
                "hrefs": outward(capture.address, entry.links, site) or None,
                "n_media": 0,
            }
            self._add("posts", post)


def titled(title: str, text: str) -> str:
    """A title as the first line, unless the text begins with it."""
    return text if not title or text.split("\n", 1)[0] == title else f"{title}\n{text}".rstrip("\n")


def _why(times: Instants, number: int) -> str:
    return times.reason[number] or "no time"


def _instant(said: str) -> datetime | None:
    """WARC-Date: ISO 8601 with its zone; null outside 1970 to 2200."""
    try:
        found = datetime.fromisoformat(said)
        return found.astimezone(UTC) if found.tzinfo is not None and 1970 <= found.year < 2200 else None
    except (ValueError, OverflowError):
        return None
