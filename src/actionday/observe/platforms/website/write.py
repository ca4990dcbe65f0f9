"""Writes staged tables of websites as a packed WARC: pages as captures, entries of feeds as Atom feeds, looks as answers.

Carried: text, links, language, times; front pages with their profile; looks that came of an HTTP status. Left out: posts
of other platforms, media, looks of other kinds. Times of captures to the microsecond.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from actionday.observe.platforms.website.addresses import is_root
from actionday.observe.platforms.website.record import http_head, packed, record

_HTML = "text/html; charset=utf-8"
_CAPTURE = re.compile(r"\d{14}/(https?://\S+)")
_STATED = re.compile(r"website\.http\..+")
_REASONS = {200: "OK", 301: "Moved Permanently", 404: "Not Found", 410: "Gone", 451: "Unavailable For Legal Reasons"}
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKED = re.compile(r"[&<>\r]|" + _UNWRITABLE.pattern)
_FEED = 2_000
"""Entries a feed holds at most: readers stop at a few megabytes."""
Row = Mapping[str, Any]


def write_warc(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """One file, or none where nothing can be carried."""
    captures = list(_captures(rows))
    if not captures:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "websites.warc.gz"
    with path.open("wb") as file:
        for one in captures:
            file.write(packed(one))
    return [path]


def _response(address: str, at: datetime, head: bytes, body: bytes, ip: str | None = None) -> bytes:
    named = {"WARC-Type": "response", "WARC-Target-URI": address, "WARC-Date": at.isoformat().replace("+00:00", "Z")}
    return record({**named, "WARC-IP-Address": ip or ""}, body, head)


def _captures(rows: Mapping[str, pa.Table]) -> Iterator[bytes]:
    """Records to write."""
    posts, looks, sites = _ours(rows, "posts"), _ours(rows, "sightings"), _ours(rows, "channels")
    profiles = {(row["subject"], row["seen_at"]): row for row in sites}
    pages: dict[tuple[str, datetime], Row] = {}
    for one in posts:
        found = _CAPTURE.fullmatch(one["native"])
        if found:
            pages[found[1], one["at"]] = one
    for look in looks:
        told = _evidence(look)
        if told is None:
            continue
        key = (told["url"], look["at"])
        post: Row | None = pages.pop(key, {}) or None
        if post is None and told["status"] == 200:
            continue  # an answer without a page would be one more page when read again
        headers = {"Content-Type": _HTML} if post else {}
        headers |= {name: told[name] for name in ("location", "link") if isinstance(told.get(name), str)}
        status = f"{told['status']} {_REASONS.get(told['status'], 'Status')}"
        body = _html(post, profiles) if post else b""
        yield _response(told["url"], look["at"], http_head(status, headers), body, told.get("ip"))
    for (address, at), page in pages.items():
        yield _response(address, at, http_head("200 OK", {"Content-Type": _HTML}), _html(page, profiles))
    yield from _feeds(posts)


def _ours(rows: Mapping[str, pa.Table], name: str) -> list[dict[str, Any]]:
    table = rows.get(name)
    listed: list[dict[str, Any]] = table.to_pylist() if table is not None else []
    return [row for row in listed if row["platform"] == "website"]


def _evidence(look: Row) -> dict[str, Any] | None:
    if not _STATED.fullmatch(look["rule"] or ""):
        return None
    try:
        told = json.loads(look["evidence"] or "")
    except ValueError:
        return None
    sound = isinstance(told, dict) and isinstance(told.get("url"), str) and isinstance(told.get("status"), int)
    return told if sound else None


def _html(post: Row, profiles: Mapping[tuple[str, datetime], Row]) -> bytes:
    """A page that reads as the post. Its text stands in ``<pre>``, so that it comes back as it is."""
    root = is_root(_CAPTURE.sub(r"\1", post["native"]))
    profile = profiles.get((post["channel"], post["at"]), {}) if root else {}
    title, text = profile.get("title"), post["text"]
    if title and text.startswith(f"{title}\n"):
        text = text.removeprefix(f"{title}\n")
    head = f"<title>{_shown(title)}</title>" if title else ""
    if profile.get("description"):
        head += f'<meta name="description" content="{_shown(profile["description"])}">'
    language = f' lang="{_shown(post["language"])}"' if post["language"] else ""
    links = "".join(f'<a href="{_shown(link)}"></a>' for link in post["hrefs"] or ())
    return f"<!DOCTYPE html><html{language}><head>{head}</head><body><pre>\n{_shown(text)}</pre>{links}</body></html>".encode()


def _shown(text: str) -> str:
    return html.escape(_UNWRITABLE.sub("\ufffd", text)).replace("\r", "&#13;")


def _feeds(posts: list[dict[str, Any]]) -> Iterator[bytes]:
    """An Atom feed for each site with posts that are no captures, taken when the last of them was published."""
    by_site: dict[str, list[Row]] = {}
    for post in posts:
        if not _CAPTURE.fullmatch(post["native"]):
            by_site.setdefault(post["channel"], []).append(post)
    for channel, every in by_site.items():
        site = channel.rpartition(":")[2]
        address = f"https://{site}/feed.atom"
        if urlsplit(address).hostname == site:
            for first in range(0, len(every), _FEED):
                yield _feed(address, every[first : first + _FEED])


def _feed(address: str, entries: list[Row]) -> bytes:
    body = "".join(_entry(entry) for entry in entries)
    feed = f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{body}</feed>'
    at = max(entry["at"] for entry in entries)
    return _response(address, at, http_head("200 OK", {"Content-Type": "application/atom+xml"}), feed.encode())


def _entry(post: Row) -> str:
    edited = f"<updated>{post['edited_at'].isoformat()}</updated>" if post["edited_at"] else ""
    links = "".join(f'<link href="{_shown(link)}"/>' for link in post["hrefs"] or ())
    return (
        f"<entry><id>{_shown(post['native'])}</id><published>{_wall(post)}</published>{edited}{links}"
        f"{_content(post['text'])}</entry>"
    )


def _content(text: str) -> str:
    """Plain where nothing in it could be taken for markup, else in ``<pre>``, so that it comes back as it is."""
    if text == text.strip() and not _MARKED.search(text):
        return f'<content type="text">{text}</content>'
    return f'<content type="html">{_shown(f"<pre>{chr(10)}{_shown(text)}</pre>")}</content>'


def _wall(post: Row) -> str:
    """The time with the offset it was written in; ``Z`` where none is known."""
    at: datetime = post["at"]
    if post["at_offset"] is None:
        return at.isoformat().replace("+00:00", "Z")
    return at.astimezone(timezone(timedelta(minutes=post["at_offset"]))).isoformat()
