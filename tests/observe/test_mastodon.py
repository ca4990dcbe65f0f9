"""ActivityPub documents and answers of the Mastodon API: what ends up where, what is hidden, what is broken."""

import json
import re
import tarfile
import zipfile
from collections.abc import Callable
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
from actionday.observe.platforms.mastodon import examples
from actionday.observe.platforms.mastodon.export import ActivityPub
from actionday.observe.platforms.mastodon.rest import MastodonApi
from actionday.observe.reader import Reader, Source, staged_schema
from actionday.observe.tabular import jsonlists
from actionday.observe.unpack import Limits, unpack

LOREM = "mastodon:account:lorem@social.example"
SEEN = datetime(2024, 1, 1, tzinfo=UTC)
OUTBOX_WRAP = (
    b'{"@context":"https://www.w3.org/ns/activitystreams","type":"OrderedCollection","orderedItems":[',
    b"]}",
)
SOUND = {
    "activitypub": [examples.note(n, f"<p>sed {n}</p>", [examples.PUBLIC], []) for n in (1, 2, 3)],
    "mastodon_api": [examples.status(n, f"<p>sed {n}</p>", examples.account("lorem")) for n in (1, 2, 3)],
}
WRAPS = {"activitypub": OUTBOX_WRAP, "mastodon_api": (b"[", b"]")}
READERS: dict[str, Reader] = {"activitypub": ActivityPub(), "mastodon_api": MastodonApi()}


@pytest.fixture(params=sorted(READERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def outbox(*items: dict[str, Any]) -> bytes:
    return OUTBOX_WRAP[0] + b",".join(json.dumps(item).encode() for item in items) + OUTBOX_WRAP[1]


def test_an_outbox_gives_posts_boosts_and_files(tmp_path: Path) -> None:
    whole = read(ActivityPub(), tmp_path / "outbox.json", ActivityPub().examples()["outbox.json"])
    posts = whole.tables["posts"].to_pylist()
    assert [post["kind"] for post in posts] == ["original", "original", "forward", "original"]
    assert {post["channel"] for post in posts} == {post["author"] for post in posts} == {LOREM}
    first, second, boost, reply = posts
    assert first["native"] == "https://social.example/users/lorem/statuses/1"
    assert first["hrefs"] == ["https://example.org/dolor/sit?amet=1&b=2"]
    assert first["text"].endswith("@ipsum@other.example #elit")
    assert (first["language"], first["n_media"]) == ("la", 1)
    assert second["text"] == "eiusmod\n\nunlisted sed do"
    assert second["edited_at"] == datetime(2023, 3, 3, 11, tzinfo=UTC)
    assert boost["forward_from"] == "mastodon:account:ipsum@other.example"
    assert reply["reply_to"] == "https://other.example/users/ipsum/statuses/99"
    assert whole.tables["memberships"].select(["account", "channel", "role"]).to_pylist() == [
        {"account": LOREM, "channel": LOREM, "role": "owner"}
    ]
    assert whole.tables["media"]["name"].to_pylist() == ["media_attachments/files/1/original/a.jpg"]


def test_an_actor_says_where_it_went_and_who_it_was(tmp_path: Path) -> None:
    whole = read(ActivityPub(), tmp_path / "actor.json", ActivityPub().examples()["actor.json"], seen_at=SEEN)
    moves = whole.tables["moves"].select(["subject", "target", "kind", "confidence"]).to_pylist()
    assert moves == [
        {"subject": LOREM, "target": "mastodon:account:lorem@new.example", "kind": "move", "confidence": 1.0},
        {"subject": "mastodon:account:lorem@old.example", "target": LOREM, "kind": "announced", "confidence": 0.5},
    ]
    (person,) = whole.tables["accounts"].to_pylist()
    assert (person["handle"], person["display_name"]) == ("lorem@social.example", "Lorem Ipsum")
    assert person["bio"] == "dolor sit\nhttps://example.org/me\nsite: example.org\nhttps://example.org/"
    assert whole.tables["sightings"]["state"].to_pylist() == ["moved"]
    assert "BEGIN" not in json.dumps([t.to_pylist() for t in whole.tables.values()], default=str)


def test_an_actor_without_a_name_in_its_address_is_known_by_its_posts(tmp_path: Path) -> None:
    whole = read(ActivityPub(), tmp_path / "page.json", ActivityPub().examples()["page.json"])
    assert whole.tables["posts"]["author"].to_pylist() == ["mastodon:account:dolor@social.example"]
    bare = deepcopy(examples.PAGE["orderedItems"][0])
    del bare["object"]["url"]
    whole = read(ActivityPub(), tmp_path / "bare.json", outbox(bare))
    assert whole.tables["posts"]["author"].to_pylist() == ["mastodon:account:social.example/ap/users/116"]


def test_a_move_activity_is_a_move_with_its_time(tmp_path: Path) -> None:
    whole = read(ActivityPub(), tmp_path / "page.json", ActivityPub().examples()["page.json"])
    (move,) = whole.tables["moves"].to_pylist()
    assert (move["subject"], move["target"], move["kind"]) == (LOREM, "mastodon:account:lorem@new.example", "move")
    assert move["at"] == datetime(2023, 4, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("actor", "subject"),
    [
        ("https://a.example/users/Ba", "mastodon:account:ba@a.example"),
        ("https://a.example/@ba", "mastodon:account:ba@a.example"),
        ("https://quitter.se/user/12", "gnusocial:account:quitter.se/user/12"),
        ("https://f.example/profile/ba", "friendica:account:ba@f.example"),
        ("https://pod.example/people/0123456789abcdef", "diaspora:account:0123456789abcdef"),
        ("https://a.example/ap/users/9", "mastodon:account:a.example/ap/users/9"),
    ],
)
def test_actors_are_named_as_links_to_them_are(tmp_path: Path, actor: str, subject: str) -> None:
    item = examples.note(1, "x", [examples.PUBLIC], [])
    item["actor"] = item["object"]["attributedTo"] = actor
    item["object"].pop("url")
    whole = read(ActivityPub(), tmp_path / "x.json", outbox(item))
    assert whole.tables["posts"]["author"].to_pylist() == [subject]


@pytest.mark.parametrize(
    ("to", "cc", "hidden"),
    [
        ([examples.PUBLIC], [], None),
        ([], [examples.PUBLIC], None),
        (["as:Public"], [], None),
        (examples.PUBLIC, None, None),
        ([examples.FOLLOWERS], [], "followers"),
        (["https://other.example/users/ipsum"], [], "named people"),
        ([], [], "audience is not told"),
        (None, None, "audience is not told"),
    ],
)
def test_only_what_everybody_may_read_is_read(tmp_path: Path, to: list[str], cc: list[str], hidden: str | None) -> None:
    data = outbox(examples.note(1, "<p>x</p>", to, cc))
    whole = read(ActivityPub(), tmp_path / "x.json", data)
    if hidden is None:
        assert len(natives(whole)) == 1
        assert whole.refused == []
    else:
        assert natives(whole) == []
        assert hidden in said(whole)
        assert all(one.raw == "" for one in whole.refused)
        with_basis = read(ActivityPub(), tmp_path / "y.json", data, private_basis="order 7")
        assert len(natives(with_basis)) == 1
        assert with_basis.refused == []


def test_hidden_posts_are_counted_over_the_whole_file(tmp_path: Path) -> None:
    items = [examples.note(n, "x", [examples.FOLLOWERS], []) for n in range(1, 8)]
    whole = read(ActivityPub(), tmp_path / "x.jsonl", b"\n".join(outbox(*items[n : n + 2]) for n in (0, 2, 4)))
    assert [one.reason for one in whole.refused] == ["6 posts that only followers may read: not imported"]
    assert "lorem" not in whole.refused[0].position


def test_likes_and_bookmarks_are_passed_over_by_name() -> None:
    head = b'{"@context":"https://www.w3.org/ns/activitystreams","id":"likes.json","type":"OrderedCollection"}'
    opinion = ActivityPub().recognise(head, "likes.json")
    assert opinion.certainty == 0
    assert "likes" in opinion.says


def test_a_timeline_shows_one_servers_view(tmp_path: Path) -> None:
    data = MastodonApi().examples()
    whole = read(MastodonApi(), tmp_path / "s.json", data["statuses.json"])
    assert [post["text"][:5] for post in whole.tables["posts"].to_pylist()] == ["Lorem", "quiet", "said "]
    assert whole.tables["posts"]["forward_name"].to_pylist() == [None, None, "Ipsum"]
    assert said(whole).count("1 posts") == 2
    accounts = read(MastodonApi(), tmp_path / "a.json", data["accounts.json"], seen_at=SEEN, vantage="desk")
    seen = {row["subject"]: (row["state"], row["rule"]) for row in accounts.tables["sightings"].to_pylist()}
    assert seen == {
        "mastodon:account:sit@social.example": ("moved", "mastodon.export_moved"),
        "mastodon:account:amet@other.example": ("restricted", "mastodon.export_suspended_elsewhere"),
        "mastodon:account:elit@social.example": ("restricted", "mastodon.export_limited"),
    }
    undated = read(MastodonApi(), tmp_path / "b.json", data["accounts.json"])
    assert "sightings" not in undated.tables


def test_one_account_suspended_at_home_is_reversible(tmp_path: Path) -> None:
    data = json.dumps(examples.account("sit", suspended=True)).encode()
    whole = read(MastodonApi(), tmp_path / "a.json", data, seen_at=SEEN)
    assert whole.tables["sightings"]["state"].to_pylist() == ["suspended_reversible"]


def test_recorded_shapes_of_searches_and_threads(tmp_path: Path) -> None:
    statuses = json.dumps(SOUND["mastodon_api"])
    for key in ("statuses", "ancestors", "descendants"):
        assert len(natives(read(MastodonApi(), tmp_path / "x.json", f'{{"{key}": {statuses}}}'.encode()))) == 3


@pytest.mark.parametrize("label", sorted(BROKEN_BYTES))
def test_a_broken_row_is_refused_and_what_came_before_is_kept(tmp_path: Path, name: str, label: str) -> None:
    broken, words = BROKEN_BYTES[label]
    whole = read(READERS[name], tmp_path / "x.json", with_broken(SOUND[name], broken, WRAPS[name]))
    assert re.search(words, said(whole)), whole.refused
    assert len(natives(whole)) >= 1
    if "deep" not in words and "brackets" not in words:
        assert len(natives(whole)) == 3


FIELDS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no id": (lambda row: row.pop("uri"), "no id"),
    "an object for an id": (lambda row: row.update(uri={"a": 1}), "no id"),
    "no time": (lambda row: row.pop("created_at"), "no time"),
    "a word for a time": (lambda row: row.update(created_at="yesterday"), "not a time"),
    "a wall clock without zone": (lambda row: row.update(created_at="2023-03-02T10:00:00"), "without zone"),
    "a zone that is none": (lambda row: row.update(created_at="2023-03-02T10:00:00+99:99"), "time"),
    "a year out of range": (lambda row: row.update(created_at="9999-03-02T10:00:00Z"), "1970 to 2200"),
    "a day that never was": (lambda row: row.update(created_at="2023-02-30T10:00:00Z"), "time"),
    "no author": (lambda row: row["account"].update(acct="lorem", url="x", uri=None), "no author"),
    "an unknown visibility": (lambda row: row.update(visibility="circle"), "audience is not told"),
}


@pytest.mark.parametrize("label", sorted(FIELDS))
def test_a_row_that_lacks_something_is_refused_alone(tmp_path: Path, label: str) -> None:
    spoil, words = FIELDS[label]
    rows = deepcopy(SOUND["mastodon_api"])
    spoil(rows[1])
    whole = read(MastodonApi(), tmp_path / "x.json", json.dumps(rows).encode())
    assert len(natives(whole)) == 2
    assert words in said(whole)


def test_cut_files_give_what_stood_before_the_cut(tmp_path: Path, name: str) -> None:
    data = WRAPS[name][0] + b",".join(json.dumps(row).encode() for row in SOUND[name]) + WRAPS[name][1]
    for share in range(1, 10):
        whole = read(READERS[name], tmp_path / "x.json", data[: len(data) * share // 10])
        assert whole.refused
    assert len(natives(whole)) == 2
    assert len(natives(read(READERS[name], tmp_path / "x.json", data))) == 3


def test_one_object_larger_than_the_limit_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonlists, "BLOCK", 4_096)
    monkeypatch.setattr(jsonlists, "LONGEST", 20_000)
    rows = deepcopy(SOUND[name])
    assert len(natives(read(READERS[name], tmp_path / "x.json", with_broken(rows, b"{}", WRAPS[name])))) == 3
    huge = json.dumps({"id": "a" * 50_000}).encode()
    whole = read(READERS[name], tmp_path / "x.json", with_broken(rows, huge, WRAPS[name]))
    assert "longer than" in said(whole)
    assert len(natives(whole)) == 1


@pytest.mark.parametrize(
    "junk", [b"<html></html>", b"null", b"[]", b"{}", b"a,b\n1,2\n", b"[[[[", b'{"orderedItems": 7}']
)
def test_what_is_something_else_is_refused_in_words(tmp_path: Path, name: str, junk: bytes) -> None:
    whole = read(READERS[name], tmp_path / "x.json", junk)
    assert whole.tables == {}
    assert whole.refused


@pytest.mark.parametrize("packed", ["zip", "tar.gz"])
def test_an_archive_is_opened_and_read(tmp_path: Path, packed: str) -> None:
    path, data = tmp_path / f"archive.{packed}", ActivityPub().examples()
    if packed == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("outbox.json", data["outbox.json"])
            archive.writestr("../actor.json", data["actor.json"])
    else:
        (tmp_path / "outbox.json").write_bytes(data["outbox.json"])
        (tmp_path / "actor.json").write_bytes(data["actor.json"])
        (tmp_path / "link.json").symlink_to("/etc/passwd")
        with tarfile.open(path, "w:gz") as tar:
            for member in ("outbox.json", "actor.json", "link.json"):
                tar.add(tmp_path / member, member)
    members = list(unpack(path, tmp_path / "into", Limits()))
    read_ = [m for m in members if not m.reason]
    assert all(Path(m.path).resolve().is_relative_to(tmp_path / "into") for m in read_)
    whole = [conformance.read_whole(ActivityPub(), Source(Path(m.path), m.name)) for m in read_]
    assert [len(natives(one)) for one in whole] == [4, 0]
    assert [m.name for m in members if m.reason] == (["link.json"] if packed == "tar.gz" else [])


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
POSTS = st.lists(
    st.fixed_dictionaries(
        {
            "text": WORDS,
            "at": st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - made aware below
            "hrefs": st.none()
            | st.lists(st.sampled_from(["https://a.example/?x=1&y=2", "https://b.example/ü"]), min_size=1),
            "language": st.sampled_from([None, "ar", "ru", "de-AT"]),
            "kind": st.sampled_from(["original", "forward"]),
        }
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts=POSTS)
def test_what_is_written_is_read_row_for_row(tmp_path: Path, name: str, posts: list[dict[str, Any]]) -> None:
    rows = []
    for number, post in enumerate(posts):
        row = {"channel": LOREM, "author": LOREM, "native": f"n{number}", "platform": "mastodon", "n_media": 0, **post}
        row["at"] = post["at"].replace(tzinfo=UTC)
        if post["kind"] == "forward":
            row |= {"forward_from": "mastodon:account:ipsum@other.example", "hrefs": None}
            row["language"] = post["language"] if name == "mastodon_api" else None
        rows.append(row)
    table = pa.Table.from_pylist(rows, schema=staged_schema("posts"))
    paths = READERS[name].write({"posts": table}, tmp_path / "out")
    back = conformance.gather(
        chunk
        for path in paths
        for chunk in READERS[name].read(Source(path, path.name), next(READERS[name].parts(Source(path, "x"))))
    )
    assert back.refused == []
    assert back.tables["posts"].to_pylist() == table.to_pylist()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.text('{}[]",:orderedItemstype \\\n0é', max_size=200).map(str.encode))
def test_arbitrary_bytes_never_raise(tmp_path: Path, name: str, data: bytes) -> None:
    READERS[name].recognise(data, "x.json")
    read(READERS[name], tmp_path / "x.json", data)
