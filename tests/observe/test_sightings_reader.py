from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actionday.observe.platforms.sightings.export import Sightings
from actionday.observe.platforms.sightings.words import WORDS
from actionday.observe.reader import Part, Refused, Source
from actionday.records.state import GONE, State

FORMAT = Sightings()


def read(tmp_path: Path, content: str, name: str = "x.csv", **more: Any) -> tuple[list[dict[str, Any]], list[Refused]]:  # noqa: ANN401
    path = tmp_path / name
    path.write_text(content, "utf-8")
    chunks = list(FORMAT.read(Source(path, name, **more), Part()))
    rows = [row for c in chunks if "sightings" in c.tables for row in c.tables["sightings"].to_pylist()]
    return rows, [r for c in chunks for r in c.refused]


def test_typed_ids_and_words(tmp_path: Path) -> None:
    rows, refused = read(tmp_path, FORMAT.examples()["checks.csv"].decode())
    assert refused == []
    assert [(r["state"], r["rule"], r["vantage"], r["basis"]) for r in rows] == [
        ("present", "preview page", "desk-1", "probe"),
        ("unknown", "word: down", "desk-1", "probe"),
        ("removed_by_platform", "host says so", "desk-2", "probe"),
    ]
    assert rows[2]["at"] == datetime(2019, 11, 23, 10, 30, tzinfo=UTC)
    assert rows[1]["evidence"] == "redirect to /name"


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("telegram,channel,1311111111,,", "telegram:channel:1311111111"),
        ("Twitter,,,@Lorem,", "twitter:account:@lorem"),
        ("xmpp,,,a@chat.example.org,", "xmpp:account:a@chat.example.org"),
        (",,,,https://t.me/s/LoremIpsum", "telegram:channel:@loremipsum"),
        (",,,,t.me/loremipsum?before=3", "telegram:channel:@loremipsum"),
        (",,,,https://x.com/Lorem/status/1", "twitter:account:@lorem"),
        (",,,,https://Lorem.example.org/path", "website:channel:lorem.example.org"),
        (",account,,,https://www.facebook.com/lorem", "facebook:account:@lorem"),
    ],
)
def test_subjects_by_parts_handle_or_url(tmp_path: Path, line: str, subject: str) -> None:
    rows, refused = read(tmp_path, f"platform,kind,native,handle,url,date,status\n{line},1574416800,up\n")
    assert (refused, [r["subject"] for r in rows]) == ([], [subject])


def test_what_names_no_subject_or_no_known_word_is_refused(tmp_path: Path) -> None:
    text = "url,date,status\nhttps://t.me/joinchat/AAAA,1574416800,up\nhttps://t.me/+AAAA,1574416800,up\n"
    text += "https://t.me/lorem,1574416800,sleepy\nhttps://t.me/lorem,,up\n"
    rows, refused = read(tmp_path, text)
    assert rows == []
    assert [r.reason.split(":")[0] for r in refused] == ["sightings.subject"] * 2 + ["sightings.state", "sightings.at"]


def test_only_words_that_say_so_end_a_life() -> None:
    """A miss ("down", "404", "gone") must not read as a removal."""
    assert set(WORDS.values()) == {str(s) for s in State}
    for word in ("down", "404", "410", "gone", "missing", "not_found", "dead", "offline", "timeout", "private"):
        assert State(WORDS[word]) not in GONE
    assert WORDS["removed"] == State.CLOSED_UNKNOWN_ACTOR


def test_a_declared_vantage_fills_in(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "subject,at,state\nmewe:channel:7,1574416800,up\n", vantage="desk-9")
    assert rows[0]["vantage"] == "desk-9"


def test_recognition() -> None:
    for name, content in FORMAT.examples().items():
        assert FORMAT.recognise(content, name).certainty >= 75
    assert FORMAT.recognise(b"subject,at,state\nx,1,lorem\n", "x.csv").certainty == 0
    assert FORMAT.recognise(b"handle,date,status,text\nx,1,up,lorem\n", "x.csv").certainty == 0


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(FORMAT.examples()["checks.csv"])
    (chunk,) = FORMAT.read(Source(path, "x.csv"), Part())
    (out,) = FORMAT.write(chunk.tables, tmp_path / "out")
    (back,) = FORMAT.read(Source(out, out.name), Part())
    assert back.tables["sightings"].equals(chunk.tables["sightings"])


def test_the_docs_list_every_word() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "formats" / "sightings.md").read_text("utf-8")
    listed: dict[str, str] = {}
    for line in page.splitlines():
        state, _, words = line.strip("| ").partition(" | ")
        if state in set(State):
            listed |= dict.fromkeys([state, *words.split(", ")], state)
    assert listed == WORDS
