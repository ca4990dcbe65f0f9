"""The forms for MeWe that come with the documentation are read as they stand."""

import tomllib
from pathlib import Path

from actionday.observe import conformance
from actionday.observe.reader import Source
from actionday.observe.registry import readers

TABLE, SIGHTINGS = readers()["table"], readers()["sightings"]
FORMS = Path(__file__).parents[2] / "docs" / "formats" / "mewe"
GROUP, PERSON = "mewe:channel:5d0c1a2b3c4d5e6f70819203", "mewe:account:5d0c1a2b3c4d5e6f70819301"


def test_the_mapping_reads_posts_that_were_copied_by_hand() -> None:
    mapping = tomllib.loads((FORMS / "mewe.map.toml").read_text("utf-8"))
    whole = conformance.read_whole(TABLE, Source(FORMS / "posts.csv", "posts.csv", mapping=mapping))
    assert not whole.refused
    posts = whole.tables["posts"].to_pylist()
    assert [(post["channel"], post["author"], post["native"], post["kind"]) for post in posts] == [
        (GROUP, PERSON, "p1", "original"),
        (GROUP, PERSON, "p2", "forward"),
    ]
    assert posts[0]["at"].isoformat() == "2019-11-22T10:00:00+00:00"
    assert {row["subject"]: row["title"] for row in whole.tables["channels"].to_pylist()} == {GROUP: "Lorem"}
    assert {row["subject"]: row["display_name"] for row in whole.tables["accounts"].to_pylist()} == {PERSON: "Ipsum"}


def test_a_word_that_the_form_does_not_know_is_refused_alone(tmp_path: Path) -> None:
    mapping = tomllib.loads((FORMS / "mewe.map.toml").read_text("utf-8"))
    path = tmp_path / "posts.csv"
    path.write_text((FORMS / "posts.csv").read_text("utf-8").replace(",yes\n", ",perhaps\n"), "utf-8")
    whole = conformance.read_whole(TABLE, Source(path, path.name, mapping=mapping))
    assert whole.tables["posts"]["native"].to_pylist() == ["p1"]
    assert "perhaps" in whole.refused[0].reason


def test_the_form_for_looks_is_recognised_and_read() -> None:
    path = FORMS / "sightings.csv"
    assert (
        SIGHTINGS.recognise(path.read_bytes(), path.name).certainty
        > TABLE.recognise(path.read_bytes(), path.name).certainty
    )
    whole = conformance.read_whole(SIGHTINGS, Source(path, path.name))
    assert not whole.refused
    assert whole.tables["sightings"].select(["subject", "state"]).to_pylist() == [
        {"subject": GROUP, "state": "present"},
        {"subject": "mewe:channel:5d0c1a2b3c4d5e6f70819204", "state": "unknown"},
        {"subject": PERSON, "state": "private_or_prober_blocked"},
    ]
