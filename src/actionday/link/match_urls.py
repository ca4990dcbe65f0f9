"""Known URLs among the links of posts: as they are, and as MD5 of the spellings under which lists hash them. Not for: other content (`match`)."""

from typing import Any

import ibis
import polars as pl
import pyarrow as pa

SCHEMES = ("https://", "http://", "")


def url_hits(links: Any, known: dict[str, pl.DataFrame]) -> list[Any]:  # noqa: ANN401 - ibis ships no types
    """Links whose URL is listed, joined with what lists say: by the URL, and by the MD5 of one of its spellings."""
    seen = links.filter(links.url.notnull()).drop("kind")
    found = []
    if "url" in known:
        listed = _listed(known["url"])
        found.append(seen.join(listed, seen.url == listed.key))
    if "url_md5" in known:
        listed = _listed(known["url_md5"])
        urls = seen.select("url").distinct()
        hashed = [urls.select("url", md5=one.hexdigest("md5")) for one in spellings(urls.url)]
        whole = ibis.union(*hashed, distinct=True)
        met = whole.join(listed, whole.md5 == listed.key).drop("md5")
        found.append(seen.join(met, "url"))
    return found


def spellings(url: Any) -> list[Any]:  # noqa: ANN401
    """A URL with and without scheme, www. and a slash at its end. Tech Against Terrorism hashes up to thirteen spellings of each."""
    bare = url.re_replace(r"^[a-z]+://(www\.)?", "").re_replace("/$", "")
    bodies = [bare, ibis.literal("www.") + bare]
    ends = [body + end for body in bodies for end in ("", "/")]
    return [url, *(ibis.literal(scheme) + end if scheme else end for scheme in SCHEMES for end in ends)]


def _listed(known: pl.DataFrame) -> Any:  # noqa: ANN401
    texts = [pa.field(name, pa.string()) for name in ("list", "kind", "value", "label")]
    schema = pa.schema([*texts, pa.field("negative", pa.bool_()), pa.field("key", pa.string())])
    return ibis.memtable(known.to_arrow().cast(schema))
