"""Entries of an Atom activity feed to frames. Not for: reading the file (`atom`)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import polars as pl

from actionday.observe.fediverse_names import actor_subjects, author_subjects
from actionday.observe.markup import plain_text
from actionday.observe.platforms.gnusocial.notices import subjects
from actionday.observe.timelines import MEDIA, NOTES, PEOPLE, Block, framed

ATOM = "{http://www.w3.org/2005/Atom}"
_ACTIVITY = "{http://activitystrea.ms/spec/1.0/}"
_POCO = "{http://portablecontacts.net/spec/1.0}"
_THREAD = "{http://purl.org/syndication/thread/1.0}"
_SCOPE = "{http://mastodon.social/schema/1.0}scope"
NOT_PUBLIC = "that not everybody may read"


@dataclass(slots=True)
class Entry:
    """One entry's own words. `page` and `uri` are its author's; `of_…` those of what it passes on; `files` (address, type, size)."""

    row: int
    native: str | None
    verb: str
    at: str | None
    edited_at: str | None
    html: str | None
    reply_to: str | None
    page: str | None
    uri: str | None
    of_page: str | None
    of_uri: str | None
    of_name: str | None
    scope: str | None
    shared: bool
    files: list[dict[str, Any]]


def entry_of(element: Any, owner: str | None) -> Entry:  # noqa: ANN401 - an lxml element
    """Read one entry; without an author of its own it is the feed owner's."""
    author, inner = element.find(f"{ATOM}author"), element.find(f"{_ACTIVITY}object")
    of = inner.find(f"{ATOM}author") if inner is not None else None
    verb = (element.findtext(f"{_ACTIVITY}verb") or "post").rpartition("/")[2]
    shared = verb == "share"
    reply = element.find(f"{_THREAD}in-reply-to")
    content = (inner if shared and inner is not None else element).find(f"{ATOM}content")
    published, updated = element.findtext(f"{ATOM}published"), element.findtext(f"{ATOM}updated")
    page, uri = _page(author)
    of_page, of_uri = _page(of)
    return Entry(
        row=element.sourceline or 0,
        native=element.findtext(f"{ATOM}id"),
        verb=verb,
        at=published or updated,
        edited_at=updated if published and updated != published else None,
        html=_html(content),
        reply_to=reply.get("ref") if reply is not None else None,
        page=page or owner if author is not None else owner,
        uri=uri,
        of_page=of_page,
        of_uri=of_uri,
        of_name=(of.findtext(f"{_POCO}displayName") if of is not None else None) or None,
        scope=element.findtext(_SCOPE),
        shared=shared,
        files=[_file(link) for link in element.iterfind(f"{ATOM}link") if link.get("rel") == "enclosure"],
    )


def person_of(author: Any) -> tuple[pl.DataFrame, str | None]:  # noqa: ANN401 - an lxml element
    """The feed owner's profile, and their page."""
    page, uri = _page(author)
    made = pl.DataFrame(
        {
            "statusnet_profile_url": page,
            "ostatus_uri": uri,
            "name": author.findtext(f"{_POCO}displayName"),
            "note": author.findtext(f"{_POCO}note"),
            "screen_name": author.findtext(f"{_POCO}preferredUsername"),
        },
        schema=dict.fromkeys(("statusnet_profile_url", "ostatus_uri", "name", "note", "screen_name"), pl.String),
    )
    bio = pl.Series("bio", plain_text(made["note"].to_arrow()).text, dtype=pl.String)
    made = made.with_columns(subjects(made).alias("who"), bio).drop_nulls("who")
    handle = pl.coalesce(pl.col("who").str.extract(r"^[a-z]+:account:([^/]+@[^/]+)$", 1), "screen_name")
    about = {"display_name": pl.col("name"), "bio": pl.when(pl.col("bio") != "").then("bio")}
    return framed(made, PEOPLE, subject=pl.col("who"), kind=pl.lit("user"), handle=handle, **about), page


def block_of(entries: Sequence[Entry]) -> Block:
    """Posts and shares; favourites, subscriptions and other activities are passed over."""
    kept = [one for one in entries if one.verb in ("post", "share", "comment", "note")]
    columns = {field.name: [getattr(one, field.name) for one in kept] for field in fields(Entry)}
    files = columns.pop("files")
    schema = dict.fromkeys(columns, pl.String) | {"row": pl.Int64, "shared": pl.Boolean}
    frame = pl.DataFrame(columns, schema=schema)
    plain = plain_text(frame["html"].to_arrow())
    frame = frame.with_columns(
        pl.Series("text", plain.text, dtype=pl.String),
        pl.Series("hrefs", plain.hrefs, dtype=pl.List(pl.String)),
        pl.Series("media", files, dtype=pl.List(MEDIA)),
        _who(frame["page"], frame["uri"]).alias("who"),
        _who(frame["of_page"], frame["of_uri"]).alias("of"),
    )
    notes = framed(
        frame,
        NOTES,
        **{
            name: pl.col(name)
            for name in ("row", "native", "at", "edited_at", "text", "hrefs", "reply_to", "of", "of_name", "media")
        },
        author=pl.col("who"),
        forward=pl.col("shared"),
        hidden=pl.when(~pl.col("scope").fill_null("public").is_in(("public", "unlisted"))).then(pl.lit(NOT_PUBLIC)),
    )
    return Block(notes)


def _who(pages: pl.Series, uris: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"statusnet_profile_url": pages, "ostatus_uri": uris})
    return author_subjects(pages).fill_null(subjects(frame)).fill_null(actor_subjects(uris))


def _page(author: Any) -> tuple[str | None, str | None]:  # noqa: ANN401 - an lxml element
    if author is None:
        return None, None
    links = [link.get("href") for link in author.iterfind(f"{ATOM}link") if link.get("rel") == "alternate"]
    return (links[0] if links else None), author.findtext(f"{ATOM}uri")


def _html(content: Any) -> str | None:  # noqa: ANN401 - an lxml element
    if content is None:
        return None
    return "".join(content.itertext())


def _file(link: Any) -> dict[str, Any]:  # noqa: ANN401 - an lxml element
    mime = link.get("type")
    top = (mime or "").partition("/")[0]
    size = link.get("length") or ""
    return {
        "kind": {"image": "photo", "video": "video", "audio": "audio"}.get(top, "file"),
        "name": (link.get("href") or "").split("?")[0].split("#")[0].rpartition("/")[2] or None,
        "mime": mime,
        "size": int(size) if size.isascii() and size.isdigit() and len(size) < 18 else None,
    }
