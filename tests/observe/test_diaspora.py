"""diaspora*: the account archive without its key, and answers of the API."""

import json
import re
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.observe.broken_json import BROKEN_BYTES, natives, read, said, with_broken

from actionday.observe import conformance
from actionday.observe.platforms.diaspora import examples
from actionday.observe.platforms.diaspora.export import Diaspora
from actionday.observe.platforms.diaspora.rest import DiasporaApi
from actionday.observe.reader import Reader, Source, staged_schema

LOREM = "diaspora:account:lorem@pod.example"
SECRETS = ("bG9yZW0", "PRIVATE KEY", "lorem@mail.example")
READERS: dict[str, Reader] = {"diaspora": Diaspora(), "diaspora_api": DiasporaApi()}
SOUND = {
    "diaspora": [examples.entity("status_message", n, text=f"sed {n}", public=True) for n in (1, 2, 3)],
    "diaspora_api": [examples.post(n, f"sed {n}") for n in (1, 2, 3)],
}
WRAPS = {
    "diaspora": (b'{"user":{"username":"lorem","posts":[', b']},"version":"2.0"}'),
    "diaspora_api": (b"[", b"]"),
}


def archive() -> bytes:
    return Diaspora().examples()["lorem_diaspora_data.json"]


def test_an_archive_gives_posts_reshares_and_comments_on_public_posts(tmp_path: Path) -> None:
    whole = read(Diaspora(), tmp_path / "x.json", archive())
    posts = {int(post["native"], 16): post for post in whole.tables["posts"].to_pylist()}
    assert sorted(posts) == [1, 3, 4, 7, 90]
    assert posts[1]["text"] == "Lorem @ipsum@other.example [dolor](https://example.org/sit) **amet**"
    assert (posts[3]["kind"], posts[3]["forward_from"]) == ("forward", "diaspora:account:ipsum@other.example")
    assert posts[4]["reply_to"] == posts[1]["native"]
    assert (posts[7]["channel"], posts[7]["author"]) == (LOREM, "diaspora:account:ipsum@other.example")
    assert whole.tables["media"]["name"].to_pylist() == ["a.jpg"]
    assert "1 posts that only chosen contacts may read" in said(whole)
    assert "the post they answer is not in the file" in said(whole)


def test_what_is_hidden_is_read_on_a_basis(tmp_path: Path) -> None:
    whole = read(Diaspora(), tmp_path / "x.json", archive(), private_basis="order 7")
    assert len(natives(whole)) == 7


def test_the_key_is_nowhere_however_the_archive_is_damaged(tmp_path: Path) -> None:
    assert all(secret in archive().decode() for secret in SECRETS)
    for label, bad in {"sound": archive(), **conformance.damaged(archive())}.items():
        whole = read(Diaspora(), tmp_path / "x.json", bad)
        found = json.dumps([t.to_pylist() for t in whole.tables.values()], default=str) + str(whole.refused)
        assert not [secret for secret in SECRETS if secret in found], label


def test_the_api_gives_public_posts_and_people(tmp_path: Path) -> None:
    whole = read(DiasporaApi(), tmp_path / "x.json", DiasporaApi().examples()["stream.json"])
    first, reshare = whole.tables["posts"].to_pylist()
    assert (first["channel"], first["at"]) == (LOREM, datetime(2019, 11, 22, 10, 0, 1, tzinfo=UTC))
    assert (reshare["kind"], reshare["text"], reshare["forward_name"]) == ("forward", "the root", "Ipsum")
    assert "comments do not say it" in said(whole)
    assert whole.tables["accounts"]["display_name"].to_pylist() == ["Lorem", "Ipsum"]


@pytest.mark.parametrize("name", sorted(READERS))
@pytest.mark.parametrize("label", sorted(BROKEN_BYTES))
def test_a_broken_row_is_refused_and_what_came_before_is_kept(tmp_path: Path, name: str, label: str) -> None:
    broken, words = BROKEN_BYTES[label]
    whole = read(READERS[name], tmp_path / "x.json", with_broken(SOUND[name], broken, WRAPS[name]))
    assert re.search(words, said(whole)), whole.refused
    assert len(natives(whole)) == (3 if "deep" not in words and "brackets" not in words else 1)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("guid", None, "no id"),
        ("guid", {"a": 1}, "no id"),
        ("author", "nowhere", "no author"),
        ("created_at", "yesterday", "not a time"),
        ("created_at", None, "no time"),
        ("created_at", "2019-11-22 10:00:00", "without zone"),
        ("public", None, "chosen contacts"),
        ("public", "perhaps", "chosen contacts"),
    ],
)
def test_a_row_that_lacks_something_is_refused_alone(tmp_path: Path, field: str, value: object, words: str) -> None:
    rows = deepcopy(SOUND["diaspora"])
    rows[1]["entity_data"][field] = value
    data = json.dumps({"user": {"posts": rows}, "version": "2.0"}).encode()
    whole = read(Diaspora(), tmp_path / "x.json", data)
    assert len(natives(whole)) == 2
    assert words in said(whole)


@pytest.mark.parametrize("name", sorted(READERS))
@pytest.mark.parametrize("junk", [b"", b"[]", b"{}", b"null", b"<html>", b'{"user": 5}', b"[[[["])
def test_what_is_something_else_is_refused_in_words(tmp_path: Path, name: str, junk: bytes) -> None:
    whole = read(READERS[name], tmp_path / "x.json", junk)
    assert whole.tables == {}
    assert whole.refused


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0{}"), max_size=40)


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_what_is_written_is_read_row_for_row(tmp_path: Path, name: str, texts: list[str]) -> None:
    base = {"channel": LOREM, "author": LOREM, "platform": "diaspora", "n_media": 0, "kind": "original"}
    rows: list[dict[str, Any]] = [
        {**base, "native": f"n{n}", "text": text, "at": datetime(2020, 1, 1, 0, 0, n, 1_000 * n, tzinfo=UTC)}
        for n, text in enumerate(texts)
    ]
    if name == "diaspora":
        other = {"author": "diaspora:account:ipsum@other.example", "reply_to": "n0"}
        rows.append({**rows[0], **other, "native": "c", "text": "comment"})
    table = pa.Table.from_pylist(rows, schema=staged_schema("posts"))
    (path,) = READERS[name].write({"posts": table}, tmp_path / "out")
    back = conformance.read_whole(READERS[name], Source(path, path.name))
    assert back.refused == []
    assert back.tables["posts"].to_pylist() == table.to_pylist()


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.text('{}[]",:userposts \\\n0é', max_size=200).map(str.encode))
def test_arbitrary_bytes_never_raise(tmp_path: Path, name: str, data: Any) -> None:  # noqa: ANN401 - bytes
    READERS[name].recognise(data, "x.json")
    read(READERS[name], tmp_path / "x.json", data)
