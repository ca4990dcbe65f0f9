"""Staged tables as Atom activity feeds: a feed an account. Carried: what `write` carries, and edits; not followers and offsets."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from lxml import etree

from actionday.observe.platforms.gnusocial.entries import ATOM
from actionday.observe.platforms.gnusocial.write import page, people_of, posts_of
from actionday.observe.tabular import jsontext

_NS = {
    None: "http://www.w3.org/2005/Atom",
    "activity": "http://activitystrea.ms/spec/1.0/",
    "poco": "http://portablecontacts.net/spec/1.0",
    "thr": "http://purl.org/syndication/thread/1.0",
}
_SCHEMA = "http://activitystrea.ms/schema/1.0/"
_BAD = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{FFFE}\x{FFFF}]"
"""Characters that XML cannot hold."""


def write_feeds(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``NAME_HOST.atom`` for each account that has a profile or posts."""
    posts, people = posts_of(rows), people_of(rows)
    posts = posts.filter(~(pl.col("html").str.contains(_BAD) | pl.col("native").str.contains(_BAD)))
    posts = posts.with_columns(
        page(pl.col("channel")).alias("page"),
        page(pl.col("forward_from")).alias("of_page"),
        jsontext.times(pl.col("at")).alias("published"),
        jsontext.times(pl.coalesce("edited_at", "at")).alias("updated"),
    )
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for owner in pl.concat([posts["channel"], people["subject"]]).unique(maintain_order=True):
        known: list[dict[str, Any]] = people.filter(pl.col("subject") == owner).to_dicts()
        path = folder / f"{owner.rpartition(':')[2].replace('@', '_')}.atom"
        with etree.xmlfile(str(path), encoding="utf-8") as file, file.element(f"{ATOM}feed", nsmap=_NS):
            for part in _parts(owner, known[-1] if known else {}, posts.filter(pl.col("channel") == owner)):
                file.write(part)
        paths.append(path)
    return paths


def _parts(owner: str, person: Mapping[str, Any], posts: pl.DataFrame) -> Iterator[Any]:
    name, _, host = owner.rpartition(":")[2].partition("@")
    yield _author(f"https://{host}/{name}", name, person.get("display_name"), person.get("bio"))
    for row in posts.iter_rows(named=True):
        yield _entry(row)


def _author(page_: str, name: str, display_name: str | None, bio: str | None) -> Any:  # noqa: ANN401 - an lxml element
    author = etree.Element(f"{ATOM}author", nsmap=_NS)
    etree.SubElement(author, f"{ATOM}link", href=page_, rel="alternate", type="text/html")
    poco = f"{{{_NS['poco']}}}"
    for tag, text in (("preferredUsername", name), ("displayName", display_name), ("note", bio)):
        if text:
            etree.SubElement(author, poco + tag).text = _clean(text)
    return author


def _entry(row: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an lxml element
    entry = etree.Element(f"{ATOM}entry", nsmap=_NS)
    shared, activity = row["kind"] == "forward", f"{{{_NS['activity']}}}"
    etree.SubElement(entry, f"{ATOM}id").text = row["native"]
    etree.SubElement(entry, f"{activity}verb").text = _SCHEMA + ("share" if shared else "post")
    etree.SubElement(entry, f"{ATOM}published").text = row["published"]
    etree.SubElement(entry, f"{ATOM}updated").text = row["updated"]
    if row["reply_to"]:
        etree.SubElement(entry, f"{{{_NS['thr']}}}in-reply-to", ref=_clean(row["reply_to"]))
    for file in row["files"] or ():
        kinds = {"photo": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg"}
        usual = kinds.get(file["kind"], "application/octet-stream")
        link = etree.SubElement(
            entry, f"{ATOM}link", rel="enclosure", type=file["mime"] or usual, href=file["name"] or ""
        )
        if file["size"] is not None:
            link.set("length", str(file["size"]))
    holder = etree.SubElement(entry, f"{activity}object") if shared else entry
    if shared:
        name = row["of_page"].rpartition("/")[2]
        holder.append(_author(row["of_page"], name, row["forward_name"], None))
    etree.SubElement(holder, f"{ATOM}content", type="html").text = row["html"]
    return entry


def _clean(text: str) -> str:
    return "".join(sign for sign in text if sign in "\t\n\r" or (sign >= " " and sign not in "\ufffe\uffff"))
