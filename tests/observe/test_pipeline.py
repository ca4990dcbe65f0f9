"""A staged chunk becomes archive rows under every content policy and profile; a forgotten subject stays out on re-import."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from actionday.observe.pipeline import finish
from actionday.observe.reader import STAGED_POSTS, Chunk, Refused, Source
from actionday.observe.treatment import Treatment
from actionday.records import subject_hash
from actionday.stores.archive.schemas import TABLES

KEY = bytes(range(32))
NOW = datetime(2019, 11, 22, tzinfo=UTC)
SOURCE = Source(path=Path("x"), name="x")
LONG = "la li lo le ba be bi bo bu ka ke ki ko ku see https://t.me/venue_one and hxxps://matrix[.]to/#/#room:a.example"


def posts(*texts: str) -> Chunk:
    loose = pa.schema([pa.field(field.name, field.type) for field in STAGED_POSTS])
    rows = [
        {
            "channel": "telegram:channel:1",
            "native": str(n),
            "platform": "telegram",
            "author": f"telegram:account:{n}",
            "at": NOW,
            "kind": "original",
            "text": text,
        }
        for n, text in enumerate(texts)
    ]
    return Chunk({"posts": pa.Table.from_pylist(rows, schema=loose)}, [Refused("row 1", "no time", "r" * 5000)])


@pytest.mark.parametrize(
    ("content", "profile"), [("none", "unit"), ("hash", "unit"), ("hash", "research"), ("text", "host")]
)
def test_each_policy_keeps_what_it_says(content: str, profile: str) -> None:
    done = finish(posts(LONG, "x", ""), SOURCE, Treatment(content, profile, KEY))
    for name, rows in done.tables.items():
        assert rows.schema == TABLES[name].payload
    first, second, third = done.tables["posts"].to_pylist()
    assert first["length"] == len(LONG)
    assert first["n_links"] == 2
    assert first["language"] == "und-Latn"
    assert (second["n_links"], third["n_links"]) == (0, 0)
    assert (first["text"] == LONG) == (content == "text")
    assert (first["text_sha256"] is None) == (content == "none")
    assert ("fingerprints" in done.tables) == (content != "none")
    assert first["author"].startswith("telegram:pseudonym:")
    raw = done.refused[0].raw
    kept = {"text": "r" * 1000, "hash": "x" * 1000}
    assert raw == ("" if content == "none" or profile == "research" else kept[content])


def test_a_home_of_hashes_keeps_the_shape_of_a_refused_row_and_what_is_said_of_a_whole_file() -> None:
    rows = [Refused("row 7", "no time", '{"from": "Jo", "id": "user42", "at": "soon"'), Refused("file", "needs a mapping", 'at = "ts"')]  # fmt: skip
    done = finish(Chunk({}, rows), SOURCE, Treatment("hash", "unit", KEY))
    assert [one.raw for one in done.refused] == ['{"xxxx": "xx", "xx": "xxxx00", "xx": "xxxx"', 'at = "ts"']


def test_links_found_are_counted_and_point_to_platforms() -> None:
    links = finish(posts(LONG), SOURCE, Treatment("hash", "unit", KEY)).tables["links"].to_pylist()
    assert {link["target_platform"] for link in links} >= {"telegram", "matrix"}
    assert {link["target"] for link in links} >= {"telegram:@venue_one", "matrix:channel:#room:a.example"}


def test_a_forgotten_handle_is_dropped_and_takes_the_text_that_names_it() -> None:
    forgotten = frozenset({subject_hash(KEY, "telegram:@venue_one")})
    done = finish(posts(LONG, "la li lo le lu"), SOURCE, Treatment("text", "host", KEY, forgotten=forgotten))
    assert done.dropped == 1
    assert "telegram:@venue_one" not in done.tables["links"]["target"].to_pylist()
    assert done.tables["posts"]["text"].to_pylist() == [None, "la li lo le lu"]


def test_profiles_give_links_too() -> None:
    loose = pa.schema([pa.field(field.name, field.type) for field in TABLES["channels"].payload])
    row = {
        "subject": "telegram:channel:1",
        "platform": "telegram",
        "description": "backup: t.me/venue_two",
        "seen_at": NOW,
    }
    chunk = Chunk({"channels": pa.Table.from_pylist([row], schema=loose)})
    (link,) = finish(chunk, SOURCE, Treatment("hash", "unit", KEY)).tables["links"].to_pylist()
    assert (link["post"], link["target"]) == ("profile", "telegram:@venue_two")


def test_pictures_beside_an_export_are_fingerprinted_and_bad_ones_reported(tmp_path: Path) -> None:
    from PIL import Image

    Image.effect_mandelbrot((96, 96), (-2, -1.5, 1, 1.5), 80).convert("RGB").save(tmp_path / "a.jpg")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 not a picture")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.jpg")
    loose = pa.schema([pa.field(field.name, field.type) for field in TABLES["media"].payload])
    names = ["a.jpg", "broken.jpg", "link.jpg", "../../etc/passwd.jpg", "missing.jpg", None]
    rows = [
        {"channel": "telegram:channel:1", "post": "1", "platform": "telegram", "name": name, "position": n}
        for n, name in enumerate(names)
    ]
    chunk = Chunk({"media": pa.Table.from_pylist(rows, schema=loose)})
    source = Source(path=tmp_path / "result.json", name="result.json", media_root=tmp_path)
    done = finish(chunk, source, Treatment("hash", "unit", KEY))
    hashed = [row["sha256"] is not None for row in done.tables["media"].to_pylist()]
    assert hashed == [True, False, False, False, False, False]
    (image,) = done.tables["fingerprints"].to_pylist()
    assert (image["kind"], len(image["pdq"])) == ("image", 32)
    assert [item.position for item in done.refused] == ["media broken.jpg"]
    assert "media" not in finish(chunk, source, Treatment("hash", "research", KEY)).tables


def test_telephone_numbers_are_not_kept() -> None:
    done = finish(
        posts("write to wa.me/4915112345678 or t.me/+4915112345678 or t.me/venue_one"),
        SOURCE,
        Treatment("hash", "unit", KEY),
    )
    links = done.tables["links"].to_pylist()
    assert not [link for link in links if "4915112345678" in f"{link['target']} {link['url']}"]
    assert "telegram:@venue_one" in [link["target"] for link in links]
    assert any((link["target"] or "").startswith("whatsapp:pseudonym:") for link in links)
