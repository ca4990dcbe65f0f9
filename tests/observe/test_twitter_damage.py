"""Broken Twitter files: each fault is named where it stands, sound neighbours are kept, and nothing is ever raised."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.observe import conformance
from actionday.observe.conformance import Whole
from actionday.observe.platforms.twitter.archive import TwitterArchive
from actionday.observe.platforms.twitter.compliance import TwitterCompliance
from actionday.observe.platforms.twitter.v1 import TwitterV1
from actionday.observe.platforms.twitter.v2 import TwitterV2
from actionday.observe.reader import Reader, Source, staged_schema

TIME = "Fri Nov 22 10:00:00 +0000 2019"
READERS: dict[str, Reader] = {
    "v1": TwitterV1(),
    "v2": TwitterV2(),
    "archive": TwitterArchive(),
    "compliance": TwitterCompliance(),
}
NAMES = {"v1": "tweets.jsonl", "v2": "tweets.jsonl", "archive": "tweets.js", "compliance": "users.json"}


def read(folder: Path, kind: str, data: bytes, **said: Any) -> Whole:  # noqa: ANN401
    path = folder / NAMES[kind]
    path.write_bytes(data)
    mapping = {"account": "501"} if kind == "archive" else None
    return conformance.read_whole(READERS[kind], Source(path, path.name, mapping=mapping, **said))


def tweet(**more: object) -> dict[str, Any]:
    user = {"id_str": "501", "screen_name": "Lorem", "name": "Lorem"}
    return {"created_at": TIME, "id_str": "7", "full_text": "ba", "user": user, **more}


GOOD = json.dumps(tweet(id_str="1")).encode()
NOT_JSON = "not a JSON object"
LINES: dict[str, tuple[bytes, str]] = {
    "truncated": (json.dumps(tweet()).encode()[:40], NOT_JSON),
    "a number": (b"7", NOT_JSON),
    "a list": (b"[1]", NOT_JSON),
    "a word": (b"null", NOT_JSON),
    "single quotes": (b"{'id_str': '7'}", NOT_JSON),
    "two objects": (GOOD + GOOD, NOT_JSON),
    "raw control sign": (b'{"id_str": "7\x01"}', NOT_JSON),
    "lone surrogate": (b'{"id_str": "7", "full_text": "\\ud800"}', NOT_JSON),
    "deep": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "no numeric tweet id"),
    "deep and open": (b'{"a":' * 50_000, NOT_JSON),
    "not UTF-8": (json.dumps(tweet()).encode().replace(b'"ba"', b'"b\xe9"'), "not UTF-8"),
    "no id": (json.dumps(tweet(id_str=None)).encode(), "no numeric tweet id"),
    "id of letters": (json.dumps(tweet(id_str="seven")).encode(), "no numeric tweet id"),
    "id too long": (json.dumps(tweet(id_str="9" * 40)).encode(), "no numeric tweet id"),
    "id is an object": (json.dumps(tweet(id_str={"id": 7})).encode(), "no numeric tweet id"),
    "id below zero": (json.dumps(tweet(id_str="-7")).encode(), "no numeric tweet id"),
    "no author": (json.dumps(tweet(user=None)).encode(), "no numeric id of the author"),
    "author is text": (json.dumps(tweet(user="Lorem")).encode(), "no numeric id of the author"),
    "no text": (json.dumps(tweet(full_text=None)).encode(), "no text, or not a text"),
    "no time": (json.dumps(tweet(created_at=None)).encode(), "created_at is no time"),
    "impossible day": (json.dumps(tweet(created_at="Fri Feb 31 10:00:00 +0000 2019")).encode(), "not a time"),
    "unknown zone": (json.dumps(tweet(created_at="Fri Nov 22 10:00:00 XQT 2019")).encode(), "unknown time zone"),
    "before 1970": (json.dumps(tweet(created_at="Fri Nov 22 10:00:00 +0000 1919")).encode(), "year outside"),
    "no zone": (json.dumps(tweet(created_at="2019-11-22 10:00:00")).encode(), "wall-clock time without zone"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_broken_line_is_refused_alone(tmp_path: Path, name: str) -> None:
    line, reason = LINES[name]
    whole = read(tmp_path, "v1", GOOD + b"\n" + line + b"\n" + GOOD.replace(b'"1"', b'"2"') + b"\n")
    assert [row["native"] for row in whole.tables["posts"].to_pylist()] == ["1", "2"]
    assert [(one.position, one.reason[: len(reason)]) for one in whole.refused] == [("row 2", reason)]


def test_an_archive_that_breaks_off_keeps_what_stood_before(tmp_path: Path) -> None:
    items = [{"tweet": {k: v for k, v in tweet(id_str=str(n)).items() if k != "user"}} for n in (1, 2)]
    data = ("window.YTD.tweets.part0 = " + json.dumps(items)).encode()
    whole = read(tmp_path, "archive", data[:-60])
    assert [row["native"] for row in whole.tables["posts"].to_pylist()] == ["1"]
    assert whole.refused[-1].reason == "the file breaks off inside an object"


@pytest.mark.parametrize(
    "start", [b"", b"window.YTD.tweets.part0 = ", b"window.YTD.tweets = [", b"window.ytd.tweets.part0 = [", b"[{"]
)
def test_a_file_without_its_assignment_is_refused(tmp_path: Path, start: bytes) -> None:
    whole = read(tmp_path, "archive", start)
    assert not whole.rows
    assert whole.refused[0].reason == "no list assigned to window.YTD: not a file of a Twitter archive"


def test_items_that_are_no_tweets_are_refused_alone(tmp_path: Path) -> None:
    data = b'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1"}}, {"like": {}}, 7, {"tweet": "ba"}]'
    whole = read(tmp_path, "archive", data)
    assert not whole.tables.get("posts")
    assert {one.reason for one in whole.refused} == {"no text, or not a text", "no numeric tweet id", NOT_JSON}


def test_an_object_larger_than_memory_allows_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actionday.observe.tabular.jsonshaped.LONGEST", 1000)
    page = json.dumps({"data": [{"id": "7", "text": "ba" * 2000}]}, indent=1).encode()
    assert "one object a line" in read(tmp_path, "v2", page).refused[0].reason


def test_a_page_of_the_wrong_kinds_says_what_its_tweets_lack(tmp_path: Path) -> None:
    page = {"data": [{"id": 7, "text": "ba", "author_id": [1], "created_at": 5}, "tweet", None], "includes": [1]}
    whole = read(tmp_path, "v2", json.dumps(page).encode())
    assert not whole.rows
    assert whole.refused[0].reason == "no numeric id of the author"


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), whole_first=st.booleans())
def test_arbitrary_bytes_never_raise(tmp_path: Path, kind: str, data: bytes, whole_first: bool) -> None:
    first = next(iter(READERS[kind].examples().values())) if whole_first else b"window.YTD.tweets.part0 = ["
    reader = READERS[kind]
    assert 0 <= reader.recognise(first + data, NAMES[kind]).certainty <= 100
    read(tmp_path, kind, first + data)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
ID = st.integers(1, 10**19).map(str)
POST = st.fixed_dictionaries(
    {
        "native": ID,
        "author": st.sampled_from(["501", "502"]),
        "at": st.integers(1_300_000_000, 1_900_000_000),
        "text": TEXT.filter(lambda text: not text.startswith("RT @")),
        "reply_to": st.none() | ID,
        "language": st.sampled_from([None, "la", "ar"]),
        "hrefs": st.none() | st.lists(TEXT.filter(bool), min_size=1, max_size=3, unique=True),
    }
)


@pytest.mark.parametrize("kind", ["v1", "v2", "archive"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(POST, min_size=1, max_size=6, unique_by=lambda one: one["native"]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, kind: str, made: list[dict[str, Any]]
) -> None:
    posts = [
        {
            **one,
            "channel": f"twitter:account:{one['author']}",
            "author": f"twitter:account:{one['author']}",
            "platform": "twitter",
            "at": one["at"] * 1_000_000,
            "kind": "original",
            "n_media": 0,
        }
        for one in made
    ]
    table = pa.Table.from_pylist(posts, schema=staged_schema("posts"))
    folder, reader = tmp_path_factory.mktemp("written"), READERS[kind]
    wholes = [
        conformance.read_whole(reader, Source(path, path.name)) for path in reader.write({"posts": table}, folder)
    ]
    assert not [one for whole in wholes for one in whole.refused]
    back = [row for whole in wholes if "posts" in whole.tables for row in whole.tables["posts"].to_pylist()]
    key = "native"
    assert sorted(back, key=lambda row: row[key]) == sorted(table.to_pylist(), key=lambda row: row[key])
