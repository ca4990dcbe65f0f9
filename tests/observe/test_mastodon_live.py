"""Reading the fediverse live: Mastodon.py on our wire against recorded answers, outboxes against a server of another make."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.observe.broken_json import natives
from tests.observe.outsides import with_outside
from tests.servers.fedify import fedify
from tests.servers.recorded import HOST, NAME, mastodon, recorded, statuses
from tests.wire.served import Asked, Said, Served, serving

from actionday.observe import conformance
from actionday.observe.live import Collected
from actionday.observe.platforms.mastodon.export import ActivityPub
from actionday.observe.platforms.mastodon.live import MastodonLive, OutboxLive
from actionday.observe.platforms.mastodon.rest import MastodonApi
from actionday.observe.prober_conformance import target_of
from actionday.observe.reader import Reader, Source
from actionday.records import InputError
from actionday.wire import HostResting

SUBJECT = f"mastodon:account:{NAME}@{HOST}"


def collect(served: Served, folder: Path, cursor: str | None = None, token: str | None = None) -> Collected:
    bases = {f"fediverse.{HOST}": served.url}
    return with_outside(lambda way: MastodonLive().collect(target_of(SUBJECT), cursor, folder, way), bases, token)


def read(reader: Reader, paths: tuple[Path, ...]) -> conformance.Whole:
    return conformance.gather(
        chunk
        for path in paths
        for part in reader.parts(Source(path, path.name))
        for chunk in reader.read(Source(path, path.name), part)
    )


def test_statuses_are_fetched_page_by_page_as_they_came(tmp_path: Path) -> None:
    with mastodon() as served:
        collected = collect(served, tmp_path)
        assert {one.method for one in served.asked} == {"GET"}
        assert not [one for one in served.asked if "authorization" in one.headers]
    lines = (tmp_path / "statuses.jsonl").read_text().splitlines()
    fetched = [row for line in lines for row in json.loads(line)]
    assert fetched[: len(statuses())] == statuses()
    assert len(fetched) == len(statuses()) + 3
    assert collected.cursor == statuses()[0]["id"]
    whole = read(MastodonApi(), collected.files)
    assert SUBJECT in whole.tables["posts"]["channel"].to_pylist()
    assert whole.tables["accounts"]["handle"].to_pylist()[0] == f"{NAME}@{HOST}"


def test_only_what_is_new_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    with mastodon() as served:
        first = collect(served, tmp_path)
        second = collect(served, tmp_path / "again", first.cursor)
        assert "since_id=" in served.asked[-1].path
    assert (second.says, second.cursor) == ("0 statuses", first.cursor)
    assert not natives(read(MastodonApi(), second.files))


def test_a_token_is_sent_and_written_nowhere(tmp_path: Path) -> None:
    with mastodon() as served:
        collect(served, tmp_path, token="tok-lorem")
        assert {one.headers.get("authorization") for one in served.asked} == {"Bearer tok-lorem"}
    assert "tok-lorem" not in "".join(path.read_text() for path in tmp_path.iterdir())


@pytest.mark.parametrize("code", [401, 403, 404, 410, 500])
def test_an_account_that_is_not_shown_is_said_to_be_so(tmp_path: Path, code: int) -> None:
    with (
        mastodon(codes={"/api/v1/accounts/lookup": code}) as served,
        pytest.raises(InputError, match="does not show it"),
    ):
        collect(served, tmp_path)


def test_a_server_that_wants_rest_is_left_alone(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Said:
        return Said(429, b"{}", {"Retry-After": "7200"})

    with serving(answer) as served, pytest.raises(HostResting) as resting:
        collect(served, tmp_path)
    assert resting.value.until == datetime(2024, 6, 1, 12, tzinfo=UTC) + timedelta(hours=2)
    assert len(served.asked) == 1


def test_an_outbox_of_another_make_is_read_and_taken_up_again(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    with fedify() as host:
        bases = {f"fediverse.{host}": f"http://{host}"}
        target = target_of(f"friendica:account:alice@{host}")
        first = with_outside(lambda way: OutboxLive().collect(target, None, tmp_path, way), bases)
        second = with_outside(lambda way: OutboxLive().collect(target, first.cursor, tmp_path / "again", way), bases)
        nobody = target_of(f"friendica:account:nobody@{host}")
        with pytest.raises(InputError, match="does not show it"):
            with_outside(lambda way: OutboxLive().collect(nobody, None, tmp_path, way), bases)
    whole = read(ActivityPub(), first.files)
    alice = f"mastodon:account:alice@{host}"
    assert [native.rpartition("/")[2] for native in natives(whole)] == ["6", "5", "3", "2", "1"]
    assert set(whole.tables["posts"]["author"].to_pylist()) == {alice}
    assert whole.tables["posts"]["forward_from"].to_pylist()[0] == "mastodon:account:ipsum@other.example"
    assert "1 posts that only followers may read" in whole.refused[-1].reason
    assert whole.tables["accounts"]["display_name"].to_pylist() == ["Alice Lorem"]
    assert whole.tables["moves"]["subject"].to_pylist() == [f"mastodon:account:old@{host}"]
    assert first.cursor == f"http://{host}/users/alice/boosts/6"
    assert second.cursor == first.cursor
    assert (
        len((tmp_path / "again" / "outbox.jsonl").read_text().splitlines()) == 2
    )  # the collection, and its newest page


@pytest.mark.parametrize(
    ("cassette", "posts"),
    [("test_account_statuses_exclude_direct", 1), ("test_public_tl_anonymous", None), ("test_search", 0)],
)
def test_recorded_answers_are_read(tmp_path: Path, cassette: str, posts: int | None) -> None:
    bodies = [body for path, code, body in recorded(cassette) if code == 200 and "instance" not in path]
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\n".join(bodies))
    assert MastodonApi().recognise(path.read_bytes()[:65_536], path.name).certainty > 80
    whole = conformance.check_chunks(MastodonApi(), Source(path, path.name))
    listed = [row for body in bodies for row in (json.loads(body) if body.startswith(b"[") else [])]
    shown = [row["uri"] for row in listed if row["visibility"] in ("public", "unlisted")]
    assert natives(whole) == shown
    assert posts is None or len(natives(whole)) == posts
    assert whole.tables["accounts"].num_rows >= 1
