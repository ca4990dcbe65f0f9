"""Friendica's exports: items and the account, without the keys in them."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.observe.broken_json import BROKEN_BYTES, natives, read, said, with_broken

from actionday.observe import conformance
from actionday.observe.platforms.friendica import examples
from actionday.observe.platforms.friendica.bbcode import plain_text
from actionday.observe.platforms.friendica.export import Friendica
from actionday.observe.reader import Source, staged_schema

LOREM = "friendica:account:lorem@friendica.example"
WRAP = (b'{"item":[', b"]}\n")
SECRETS = ("bG9yZW0", "PRIVATE KEY", "loremipsumdolorsitamet", "lorem@mail", "lorem-secret-token", "ffd8")


def backup() -> bytes:
    return Friendica().examples()["lorem.backup.json"]


def test_a_backup_gives_posts_comments_and_shares(tmp_path: Path) -> None:
    whole = read(Friendica(), tmp_path / "x.json", backup())
    posts = whole.tables["posts"].to_pylist()
    assert [post["native"][-1] for post in posts] == ["1", "2", "5", "6"]
    first, second, comment, shared = posts
    assert first["text"] == "Lorem @ipsum@other.example dolor sit"
    assert first["hrefs"] == ["https://example.org/sit"]
    assert first["at"] == datetime(2019, 11, 22, 10, 0, 1, tzinfo=UTC)
    assert first["at_offset"] is None
    assert (second["text"], second["edited_at"]) == ("amet\n\nunlisted", datetime(2019, 11, 22, 11, tzinfo=UTC))
    assert (comment["channel"], comment["author"]) == (LOREM, "mastodon:account:ipsum@other.example")
    assert comment["reply_to"] == first["native"]
    assert (shared["kind"], shared["forward_from"]) == ("forward", "friendica:account:ipsum@friendica.example")
    assert said(whole) == "1 posts that only chosen contacts may read: not imported"


def test_only_who_publishes_on_their_own_is_an_owner(tmp_path: Path) -> None:
    whole = read(Friendica(), tmp_path / "x.json", backup())
    assert whole.tables["memberships"]["account"].to_pylist() == [LOREM]


def test_private_items_are_read_on_a_basis(tmp_path: Path) -> None:
    whole = read(Friendica(), tmp_path / "x.json", backup(), private_basis="order 7")
    assert len(natives(whole)) == 5
    assert whole.refused == []


def everything(whole: conformance.Whole) -> str:
    rows = [table.to_pylist() for table in whole.tables.values()]
    return json.dumps(rows, default=str) + str(whole.refused)


@pytest.mark.parametrize("name", sorted(examples.FRIENDICA))
def test_keys_and_passwords_are_nowhere_however_the_file_is_damaged(tmp_path: Path, name: str) -> None:
    data = examples.FRIENDICA[name]
    assert all(secret in data.decode() for secret in SECRETS)
    for label, bad in {"sound": data, **conformance.damaged(data)}.items():
        found = everything(read(Friendica(), tmp_path / "x.json", bad))
        assert not [secret for secret in SECRETS if secret in found], label


@pytest.mark.parametrize("label", sorted(BROKEN_BYTES))
def test_a_broken_item_is_refused_and_what_came_before_is_kept(tmp_path: Path, label: str) -> None:
    broken, words = BROKEN_BYTES[label]
    rows = [examples.item(n, f"sed {n}") for n in (1, 2, 3)]
    whole = read(Friendica(), tmp_path / "x.json", with_broken(rows, broken, WRAP))
    assert re.search(words, said(whole)), whole.refused
    assert len(natives(whole)) == (3 if "deep" not in words and "brackets" not in words else 1)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("uri", None, "no id"),
        ("uri", {"a": 1}, "no id"),
        ("author-link", "nowhere", "no author"),
        ("author-link", None, "no author"),
        ("created", "yesterday", "not a time"),
        ("created", None, "no time"),
        ("created", "2019-02-30 10:00:00", "time"),
        ("created", "0001-01-01 00:00:00", "1970 to 2200"),
        ("private", 7, "chosen contacts"),
        ("private", None, "chosen contacts"),
    ],
)
def test_an_item_that_lacks_something_is_refused_alone(tmp_path: Path, field: str, value: object, words: str) -> None:
    rows = [examples.item(n, f"sed {n}") for n in (1, 2, 3)]
    rows[1][field] = value
    whole = read(Friendica(), tmp_path / "x.json", json.dumps({"item": rows}).encode())
    assert len(natives(whole)) == 2
    assert words in said(whole)


@pytest.mark.parametrize(
    "junk", [b"", b"[]", b"{}", b"null", b"<html>", b'{"item": 5}', b'{"user": {"nickname": "a"}}']
)
def test_what_is_something_else_is_refused_in_words(tmp_path: Path, junk: bytes) -> None:
    whole = read(Friendica(), tmp_path / "x.json", junk)
    assert whole.tables == {}
    assert whole.refused


@pytest.mark.parametrize(
    ("body", "text", "hrefs"),
    [
        ("[b]a[/b] [i]b[/i]", "a b", None),
        ("[url=https://a.example/x]words[/url]", "words", ["https://a.example/x"]),
        ("[url]https://a.example/x[/url]", "https://a.example/x", None),
        ("[bookmark=https://a.example]t[/bookmark]", "t", ["https://a.example"]),
        ("@[url=https://a.example/profile/ba]Ba B[/url]!", "@ba@a.example!", None),
        ("x [img=https://a.example/i.png]alt[/img] y", "x  y", None),
        ("example[.]org [1] [unknown]", "example[.]org [1] [unknown]", None),
        ("[share author='A' profile='p']said[/share]", "said", None),
        ("[url=https://a.example", "[url=https://a.example", None),
    ],
)
def test_bbcode_is_read(body: str, text: str, hrefs: list[str] | None) -> None:
    plain = plain_text(pa.array([body]))
    assert (plain.text[0].as_py(), plain.hrefs[0].as_py()) == (text, hrefs)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0[]"), max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=5), hrefs=st.none() | st.just(["https://a.example/?x=1&y=2"]))
def test_what_is_written_is_read_row_for_row(tmp_path: Path, texts: list[str], hrefs: list[str] | None) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC)
    base = {"channel": LOREM, "author": LOREM, "platform": "friendica", "kind": "original", "n_media": 0, "at": at}
    rows = [{**base, "native": f"n{n}", "text": text, "hrefs": hrefs} for n, text in enumerate(texts)]
    table = pa.Table.from_pylist(rows, schema=staged_schema("posts"))
    (path,) = Friendica().write({"posts": table}, tmp_path / "out")
    back = conformance.read_whole(Friendica(), Source(path, path.name))
    assert back.refused == []
    assert back.tables["posts"].to_pylist() == table.to_pylist()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.text('{}[]",:itemuser \\\n0é', max_size=200).map(str.encode))
def test_arbitrary_bytes_never_raise(tmp_path: Path, data: Any) -> None:  # noqa: ANN401 - bytes
    Friendica().recognise(data, "x.json")
    read(Friendica(), tmp_path / "x.json", data)
