"""Matching over small tables: each kind of value, the negative bank, floods, private material, withdrawals."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from actionday.link.known import by_kind, standing
from actionday.link.match import FloodPolicy, Found, changes, find
from actionday.link.match import standing as standing_matches
from actionday.records import UsageError
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.view import View

AT = datetime(2020, 1, 1, tzinfo=UTC)
SHA, MD5, TEXT = hashlib.sha256(b"picture").digest(), hashlib.md5(b"picture").digest(), hashlib.sha256(b"text").digest()
PDQ = bytes(range(32))
WIDE = FloodPolicy(number=100, share=1.0, least=100)


def flipped(value: bytes, bits: int) -> bytes:
    array = np.unpackbits(np.frombuffer(value, np.uint8))
    array[:bits] ^= 1
    return np.packbits(array).tobytes()


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = TABLES[name].schema
    filled = [{"row": place, "ingest": 1, **row} for place, row in enumerate(rows)]
    return pa.Table.from_pylist(filled, pa.schema([pa.field(field.name, field.type) for field in schema]))


def medium(post: str, **more: object) -> dict[str, Any]:
    base = {
        "channel": "telegram:channel:1",
        "post": post,
        "platform": "telegram",
        "at": AT,
        "position": 0,
        "kind": "photo",
    }
    return {**base, **more}


def listing(kind: str, value: str | bytes, **more: object) -> dict[str, Any]:
    text = value.hex() if isinstance(value, bytes) else value
    return {
        "list": "desk",
        "kind": kind,
        "value": text,
        "label": "example",
        "negative": False,
        "withdrawn": False,
        **more,
    }


def view_of(**tables: list[dict[str, Any]]) -> View:
    return View.of({name: table(name, rows) for name, rows in tables.items()})


def image(digest: bytes, pdq: bytes, quality: int = 90) -> dict[str, Any]:
    return {"digest": digest, "kind": "image", "pdq": pdq, "quality": quality}


def told(found: Found) -> list[tuple[Any, ...]]:
    return [(row["what"], row["post"], row["kind"], row["value"], row["distance"]) for row in found.matches.to_pylist()]


def test_every_kind_of_value_is_compared_with_what_it_fits() -> None:
    url = "https://example.org/a"
    hashed = hashlib.md5(b"http://www.example.org/a/").hexdigest()
    view = view_of(
        media=[medium("1", sha256=SHA, md5=MD5), medium("2", sha256=b"x" * 32), medium("3")],
        posts=[{"channel": "telegram:channel:1", "native": "4", "platform": "telegram", "at": AT, "kind": "original", "text_sha256": TEXT}],
        links=[
            {"channel": "c", "post": "5", "platform": "telegram", "kind": "url", "url": url, "position": 0},
            {"channel": "c", "post": "6", "platform": "telegram", "kind": "url", "url": url + "b", "position": 0},
        ],
        fingerprints=[image(b"x" * 32, PDQ)],
        known_content=[
            listing("sha256", SHA), listing("sha256", TEXT), listing("md5", MD5), listing("pdq", flipped(PDQ, 31)),
            listing("pdq", flipped(PDQ, 32)), listing("url", url), listing("url_md5", hashed), listing("sha256", b"z" * 32),
        ],
    )  # fmt: skip
    assert sorted(told(find(view, WIDE)), key=str) == sorted(
        [
            ("media", "1", "sha256", SHA.hex(), None), ("media", "1", "md5", MD5.hex(), None), ("text", "4", "sha256", TEXT.hex(), None),
            ("media", "2", "pdq", flipped(PDQ, 31).hex(), 31), ("link", "5", "url", url, None), ("link", "5", "url_md5", hashed, None),
        ],
        key=str,
    )  # fmt: skip


def test_images_and_listings_of_poor_quality_are_not_compared() -> None:
    known = [
        listing("pdq", PDQ),
        listing("pdq", flipped(PDQ, 1), quality=49),
        listing("pdq", flipped(PDQ, 2), quality=50),
    ]
    media = [medium("1", sha256=b"a" * 32), medium("2", sha256=b"b" * 32)]
    prints = [image(b"a" * 32, PDQ, quality=50), image(b"b" * 32, PDQ, quality=49)]
    found = told(find(view_of(media=media, fingerprints=prints, known_content=known), WIDE))
    assert {(post, distance) for _, post, _, _, distance in found} == {("1", 0), ("1", 2)}


def test_what_was_imported_under_an_order_is_never_matched() -> None:
    media = [medium("1", sha256=SHA, ingest=1), medium("2", sha256=SHA, ingest=2)]
    ingests = [
        {
            "ingest": 1,
            "phase": "begun",
            "path": "a",
            "sha256": "1",
            "format": "x",
            "options": '{"private_basis": "order 7", "version": 1}',
        },
        {
            "ingest": 2,
            "phase": "begun",
            "path": "b",
            "sha256": "2",
            "format": "x",
            "options": '{"vantage": "\\"private_basis\\": no", "version": 1}',
        },
    ]
    found = find(view_of(media=media, ingests=ingests, known_content=[listing("sha256", SHA)]), WIDE)
    assert [post for _, post, *_ in told(found)] == ["2"]


def test_content_known_to_be_harmless_is_matched_with_nothing() -> None:
    media = [medium("1", sha256=SHA, md5=MD5), medium("2", sha256=b"x" * 32)]
    known = [
        listing("sha256", SHA), listing("md5", MD5, list="stock", negative=True),
        listing("pdq", PDQ), listing("pdq", flipped(PDQ, 5), list="stock", negative=True),
    ]  # fmt: skip
    found = find(view_of(media=media, fingerprints=[image(b"x" * 32, PDQ)], known_content=known), WIDE)
    assert told(found) == []
    assert found.harmless == 2


@pytest.mark.parametrize(
    ("policy", "floods"),
    [(FloodPolicy(number=30, share=1.0), True), (FloodPolicy(number=40, share=1.0), False), (FloodPolicy(number=999, share=0.5, least=20), True),
     (FloodPolicy(number=999, share=0.5, least=40), False)],
)  # fmt: skip
def test_a_hash_that_hits_everything_is_shown_and_not_matched(policy: FloodPolicy, floods: bool) -> None:
    media = [medium(str(n), sha256=SHA) for n in range(40)] + [medium("99", sha256=b"x" * 32)]
    posts = [
        {"channel": "c", "native": str(n), "platform": "telegram", "at": AT, "kind": "original"} for n in range(50)
    ]
    known = [listing("sha256", SHA), listing("sha256", b"x" * 32)]
    found = find(view_of(media=media, posts=posts, known_content=known), policy)
    assert ("media", "99", "sha256", (b"x" * 32).hex(), None) in told(found)
    assert len(found.matches) == (1 if floods else 41)
    assert found.floods == ([{"list": "desk", "kind": "sha256", "value": SHA.hex(), "posts": 40}] if floods else [])


def test_a_flood_policy_that_means_nothing_is_refused() -> None:
    for wrong in ({"number": 0}, {"share": 0.0}, {"share": 1.5}, {"least": 0}):
        with pytest.raises(UsageError, match="flood"):
            FloodPolicy(**wrong)


def test_the_newest_listing_holds_and_lists_do_not_speak_for_each_other() -> None:
    early, late = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    known = [
        listing("sha256", "aa", listed_at=late, withdrawn=True), listing("sha256", "aa", listed_at=early),
        listing("sha256", "bb", listed_at=early, withdrawn=True), listing("sha256", "bb", listed_at=late),
        listing("sha256", "cc"), listing("sha256", "cc", withdrawn=True), listing("sha256", "aa", list="other"),
    ]  # fmt: skip
    view = view_of(known_content=known)
    rows = view.arrow(standing(view)).to_pylist()
    assert {(row["list"], row["value"]) for row in rows} == {("desk", "bb"), ("other", "aa")}
    assert set(by_kind(view)["sha256"]["key"]) == {b"\xbb", b"\xaa"}


def test_matches_that_no_longer_hold_are_taken_back_with_the_reason() -> None:
    media = [medium(str(n), sha256=bytes([n]) * 32) for n in range(4)]
    known = [listing("sha256", bytes([n]) * 32) for n in range(4)]
    view = view_of(media=media, known_content=known)
    first = changes(view, find(view, WIDE))
    assert first["state"].to_list() == ["matched"] * 4
    rows = first.with_columns(matched_at=pl.lit(AT)).to_dicts()
    again = view_of(media=media, known_content=known, matches=rows)
    assert len(changes(again, find(again, WIDE))) == 0
    listed = [
        known[0],
        {**known[1], "withdrawn": True},
        known[2],
        known[3],
        {**known[2], "negative": True, "list": "stock"},
    ]
    more = [*media, *(medium(f"9{n}", sha256=bytes([3]) * 32) for n in range(30))]
    later = view_of(media=more, known_content=listed, matches=rows)
    rest = changes(later, find(later, FloodPolicy(number=20)))
    assert set(rest.select("post", "state", "why").iter_rows()) == {
        ("1", "withdrawn", "withdrawn from the list"),
        ("2", "withdrawn", "known to be harmless, or no longer here"),
        ("3", "withdrawn", "flood guard"),
    }
    both = [*rows, *rest.with_columns(matched_at=pl.lit(datetime(2020, 2, 1, tzinfo=UTC))).to_dicts()]
    told_last = view_of(matches=both)
    assert [row["post"] for row in told_last.arrow(standing_matches(told_last)).to_pylist()] == ["0"]


def test_without_lists_nothing_is_matched() -> None:
    view = view_of(media=[medium("1", sha256=SHA)])
    found = find(view, WIDE)
    assert (len(found.matches), found.floods, found.harmless) == (0, [], 0)
    assert found.matches.schema.names == TABLES["matches"].payload.names[:11]
