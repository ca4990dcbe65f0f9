"""Small synthetic web archives: pages, a feed, a redirect, a revisit, a wrong digest; plain, packed and as a package."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from io import BytesIO

from actionday.observe.platforms.website.record import digest, packed, record

_AT = "2019-11-22T10:0{}:00Z"
_HTML = "Content-Type: text/html; charset=utf-8\r\n"
_FRONT = """<!DOCTYPE html><html lang="la"><head><title>Lorem  ipsum</title><meta name="description" content="dolor">
<style>p { color: red }</style></head><body><nav><a href="/about">about</a></nav><h1>Sit amet</h1>
<p>consectetur <b>adipiscing</b> elit, <a href="https://t.me/loremipsum">sed</a> do</p><script>eiusmod()</script>
<pre>tempor
  incididunt</pre></body></html>"""
_PAGE = """<html><body><p>ut labore</p><p>et <a href='https://lorem.example.com/x'>dolore</a></p></body></html>"""
_FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Lorem feed</title>
<item><title>Magna</title><guid>lorem-1</guid><link>https://www.lorem.example.org/magna</link>
<pubDate>Fri, 22 Nov 2019 11:00:00 +0100</pubDate>
<description>&lt;p&gt;aliqua &lt;a href="https://t.me/loremipsum"&gt;ut&lt;/a&gt;&lt;/p&gt;</description></item>
<item><title>Enim</title><guid>lorem-2</guid><description>no time at all</description></item></channel></rss>"""


def _record(kind: str, minute: int, address: str, head: str = "", body: str = "", **more: str) -> bytes:
    named = {"WARC-Type": kind, "WARC-Date": _AT.format(minute), "WARC-Target-URI": address}
    named |= {name.replace("_", "-"): value for name, value in more.items()}
    return record(named, body.encode(), head.encode())


_SITE = "https://www.lorem.example.org"
_RECORDS = (
    _record("warcinfo", 0, "", body="software: lorem\r\n"),
    _record("response", 1, f"{_SITE}/", f"HTTP/1.1 200 OK\r\n{_HTML}", _FRONT, WARC_IP_Address="192.0.2.7"),
    _record("request", 1, f"{_SITE}/", "GET / HTTP/1.1\r\n"),
    _record("response", 2, f"{_SITE}/page?id=1", f"HTTP/1.1 200 OK\r\n{_HTML}", _PAGE),
    _record("response", 3, f"{_SITE}/feed", "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n", _FEED),
    _record("revisit", 4, f"{_SITE}/", f"HTTP/1.1 200 OK\r\n{_HTML}", WARC_Payload_Digest=""),
    _record(
        "response", 5, "http://ipsum.example.org/", "HTTP/1.1 301 Moved\r\nLocation: https://dolor.example.net/\r\n"
    ),
    _record("response", 6, "http://sit.example.org/", f"HTTP/1.1 404 Not Found\r\n{_HTML}", "<p>amet</p>"),
    _record(
        "response", 7, f"{_SITE}/broken", f"HTTP/1.1 200 OK\r\n{_HTML}", _PAGE, WARC_Payload_Digest=digest(b"else")
    ),
    _record("resource", 8, f"{_SITE}/kept", body=_PAGE, Content_Type="text/html"),
)


def _package(warc: bytes) -> bytes:
    listed = {"name": "a.warc.gz", "path": "archive/a.warc.gz", "hash": f"sha256:{hashlib.sha256(warc).hexdigest()}"}
    members = {
        "datapackage.json": json.dumps(
            {"profile": "data-package", "wacz_version": "1.1.1", "resources": [listed]}
        ).encode(),
        "archive/a.warc.gz": warc,
        "pages/pages.jsonl": b'{"format": "json-pages-1.0", "id": "pages"}\n',
    }
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        for name, data in members.items():
            package.writestr(zipfile.ZipInfo(name, (2019, 11, 22, 10, 0, 0)), data)
    return held.getvalue()


EXAMPLES: Mapping[str, bytes] = {
    "sites.warc": b"".join(_RECORDS),
    "sites.warc.gz": b"".join(map(packed, _RECORDS[:4])),
    "sites.wacz": _package(b"".join(map(packed, _RECORDS[:6]))),
}
