"""Twitter's formats: which value ends up where, and what is refused, in the archive's files, both APIs and compliance results."""

import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from actionday.observe import conformance, files, unpack
from actionday.observe.conformance import Whole
from actionday.observe.platforms.twitter import examples
from actionday.observe.platforms.twitter.archive import TwitterArchive
from actionday.observe.platforms.twitter.compliance import TwitterCompliance
from actionday.observe.platforms.twitter.v1 import TwitterV1
from actionday.observe.platforms.twitter.v2 import TwitterV2
from actionday.observe.reader import Reader, Source
from actionday.observe.tabular import jsonshaped

V1, V2, ARCHIVE, COMPLIANCE = TwitterV1(), TwitterV2(), TwitterArchive(), TwitterCompliance()
SEEN = datetime(2019, 12, 1, tzinfo=UTC)
TIME = "Fri Nov 22 10:00:00 +0000 2019"
Read = Callable[..., Whole]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reads(reader: Reader, data: object, name: str = "tweets.jsonl", **said: Any) -> Whole:  # noqa: ANN401
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, list):
            data = "".join(json.dumps(row) + "\n" for row in data)
        path.write_bytes(data if isinstance(data, bytes) else str(data).encode())
        return conformance.read_whole(reader, Source(path, name, **said))

    return reads


def rows(whole: Whole, table: str = "posts") -> list[dict[str, Any]]:
    found = whole.tables.get(table)
    listed: list[dict[str, Any]] = found.to_pylist() if found is not None else []
    return listed


def reasons(whole: Whole) -> list[str]:
    return [one.reason for one in whole.refused]


def tweet(number: int = 7, **more: object) -> dict[str, Any]:
    user = {"id_str": "501", "screen_name": "Lorem", "name": "Lorem"}
    return {"created_at": TIME, "id_str": str(number), "full_text": "ba", "lang": "la", "user": user, **more}


def item(number: int = 7, **more: object) -> dict[str, Any]:
    return {"id": str(number), "text": "ba", "author_id": "501", "created_at": "2019-11-22T10:00:00.250Z", **more}


def archived(*tweets: Mapping[str, Any], name: str = "tweets") -> str:
    wrapped = [{"tweet": {key: value for key, value in one.items() if key != "user"}} for one in tweets]
    return f"window.YTD.{name}.part0 = " + json.dumps(wrapped)


# --- v1.1


def test_a_tweet_lies_on_its_author_s_timeline(read: Read) -> None:
    post = rows(read(V1, [tweet(lang="und")]))[0]
    assert post["channel"] == post["author"] == "twitter:account:501"
    assert (post["native"], post["kind"], post["text"], post["language"]) == ("7", "original", "ba", None)
    assert post["at"] == datetime(2019, 11, 22, 10, tzinfo=UTC)
    assert post["at_offset"] is None, "Twitter's own +0000 is nobody's wall clock"


def test_whoever_publishes_owns_the_timeline_and_others_do_not(read: Read) -> None:
    original = tweet(1, user={"id_str": "502", "screen_name": "Ipsum", "name": "Ipsum"})
    whole = read(V1, [tweet(retweeted_status=original)])
    assert [(row["account"], row["role"]) for row in rows(whole, "memberships")] == [("twitter:account:501", "owner")]
    assert {row["handle"] for row in rows(whole, "accounts")} == {"Lorem", "Ipsum"}


def test_a_retweet_carries_the_original_s_text_and_links(read: Read) -> None:
    links = {"urls": [{"expanded_url": "https://ba.example/a"}, {"expanded_url": "https://ba.example/a"}]}
    original = tweet(1, full_text="whole", entities=links, user={"id_str": "502", "screen_name": "I", "name": "Ipsum"})
    post = rows(read(V1, [tweet(full_text="RT @I: who…", retweeted_status=original)]))[0]
    assert (post["kind"], post["forward_from"], post["forward_name"]) == ("forward", "twitter:account:502", "Ipsum")
    assert (post["text"], post["hrefs"]) == ("whole", ["https://ba.example/a"])


def test_an_original_that_is_known_by_handle_only_is_a_reference(read: Read) -> None:
    post = rows(read(V1, [tweet(retweeted_status={"full_text": "whole", "user": {"screen_name": "IPSUM"}})]))[0]
    assert post["forward_from"] == "twitter:@ipsum"


def test_the_long_text_of_the_stream_goes_first(read: Read) -> None:
    cut = tweet(text="sho…", extended_tweet={"full_text": "not short", "entities": {"urls": []}})
    del cut["full_text"]
    assert rows(read(V1, [cut]))[0]["text"] == "not short"


def test_ids_beyond_a_float_keep_their_digits(read: Read) -> None:
    assert rows(read(V1, [tweet(1197800000000000003)]))[0]["native"] == "1197800000000000003"


def test_protected_accounts_are_counted_and_not_read(read: Read) -> None:
    closed = {"id_str": "504", "screen_name": "C", "name": "C", "protected": True}
    data = [tweet(1), tweet(2, user=closed, full_text="not to be read"), tweet(3, user=closed)]
    whole = read(V1, data)
    assert [row["native"] for row in rows(whole)] == ["1"]
    assert reasons(whole) == ["2 tweets that only followers may read are not imported"]
    assert not any("not to be read" in one.raw or "504" in one.position for one in whole.refused)
    assert len(rows(read(V1, data, private_basis="order 12/2019"))) == 3


def test_withholding_in_countries_is_restricted_and_never_a_removal(read: Read) -> None:
    user = {"id_str": "505", "screen_name": "W", "name": "W", "withheld_in_countries": ["XY", "XX"]}
    whole = read(V1, [tweet(user=user)], seen_at=SEEN, vantage="desk")
    look = rows(whole, "sightings")[0]
    assert (look["subject"], look["state"], look["at"]) == ("twitter:account:505", "restricted", SEEN)
    assert look["evidence"] == "withheld in XX, XY"
    assert not rows(read(V1, [tweet(user=user)]), "sightings"), "a look has a time, or it is none"


def test_other_zones_are_kept_as_offsets(read: Read) -> None:
    post = rows(read(V1, [tweet(created_at="Fri Nov 22 12:00:00 +0200 2019"), tweet(8)]))[0]
    assert (post["at"], post["at_offset"]) == (datetime(2019, 11, 22, 10, tzinfo=UTC), 120)


# --- v2


def test_a_page_is_joined_with_what_it_includes(read: Read) -> None:
    page = {
        "data": [item(3, text="RT @i: who…", referenced_tweets=[{"type": "retweeted", "id": "1"}])],
        "includes": {
            "users": [{"id": "502", "username": "I", "name": "Ipsum"}],
            "tweets": [{"id": "1", "text": "whole", "author_id": "502", "attachments": {"media_keys": ["3_1"]}}],
            "media": [{"media_key": "3_1", "type": "video", "url": "https://v.example/a.mp4?x=1", "duration_ms": 1500}],
        },
    }
    whole = read(V2, [page])
    post, file = rows(whole)[0], rows(whole, "media")[0]
    assert (post["forward_from"], post["forward_name"], post["text"]) == ("twitter:account:502", "Ipsum", "whole")
    assert (file["kind"], file["name"], file["seconds"], post["n_media"]) == ("video", "a.mp4", 1.5, 1)
    assert post["at"].microsecond == 250_000


def test_pages_do_not_lend_each_other_their_users(read: Read) -> None:
    open_, closed = ({"users": [{"id": "501", "username": "l", "protected": shut}]} for shut in (False, True))
    whole = read(V2, [{"data": [item(1)], "includes": open_}, {"data": [item(2)], "includes": closed}])
    assert [row["native"] for row in rows(whole)] == ["1"]


def test_a_retweet_whose_original_is_missing_has_a_handle(read: Read) -> None:
    page = {"data": [item(3, text="RT @Ipsum: who…", referenced_tweets=[{"type": "retweeted", "id": "1"}])]}
    assert rows(read(V2, [page]))[0]["forward_from"] == "twitter:@ipsum"


def test_answers_and_quotes_are_originals(read: Read) -> None:
    refers = [{"type": "quoted", "id": "1"}, {"type": "replied_to", "id": "2"}]
    post = rows(read(V2, [{"data": [item(3, referenced_tweets=refers)]}]))[0]
    assert (post["kind"], post["reply_to"]) == ("original", "2")


def test_one_tweet_and_one_pretty_page_are_pages_too(read: Read) -> None:
    assert len(rows(read(V2, json.dumps({"data": item()})))) == 1
    assert len(rows(read(V2, json.dumps({"data": [item(1), item(2)]}, indent=2), "page.json"))) == 2
    assert len(rows(read(V2, json.dumps([{"data": [item(1)]}, {"data": [item(2)]}], indent=2), "pages.json"))) == 2


def test_long_tweets_and_links_to_own_files(read: Read) -> None:
    urls = [
        {"expanded_url": "https://ba.example/a"},
        {"expanded_url": "https://x.com/i/status/1/photo/1", "media_key": "3_1"},
    ]
    post = rows(read(V2, [{"data": [item(note_tweet={"text": "longer", "entities": {"urls": urls}})]}]))[0]
    assert (post["text"], post["hrefs"]) == ("longer", ["https://ba.example/a"])


def test_users_on_a_page_are_accounts_and_no_posts(read: Read) -> None:
    users = {"data": [{"id": "1", "username": "a", "name": "A", "public_metrics": {"followers_count": 5}}]}
    whole = read(V2, [users])
    assert rows(whole, "accounts")[0]["followers"] == 5
    assert not rows(whole)
    assert not whole.refused


# --- archive


def archive_folder(folder: Path, **more: str) -> Path:
    for name, data in {**examples.ARCHIVE, **{k: v.encode() for k, v in more.items()}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder / "data"


def of_archive(path: Path, **said: Any) -> Whole:  # noqa: ANN401
    return conformance.read_whole(ARCHIVE, Source(path, path.name, **said))


def test_the_owner_comes_from_the_account_file_beside(tmp_path: Path) -> None:
    whole = of_archive(archive_folder(tmp_path) / "tweets.js")
    assert {row["author"] for row in rows(whole)} == {"twitter:account:501"}
    account = rows(whole, "accounts")[0]
    assert (account["handle"], account["bio"]) == ("Lorem_501", "ipsum")
    assert "example.org" not in json.dumps(rows(whole, "accounts"), default=str), "the e-mail address stays out"


def test_without_an_owner_the_file_is_refused_or_declared(read: Read) -> None:
    whole = read(ARCHIVE, archived(tweet()), "tweets.js")
    assert not whole.rows
    assert "account.js" in reasons(whole)[0]
    declared = read(ARCHIVE, archived(tweet()), "tweets.js", mapping={"account": "77"})
    assert rows(declared)[0]["author"] == "twitter:account:77"


def test_retweets_are_told_by_text_and_mention(tmp_path: Path) -> None:
    post = rows(of_archive(archive_folder(tmp_path) / "tweets.js"))[1]
    assert (post["kind"], post["forward_from"], post["forward_name"]) == ("forward", "twitter:account:502", "Lorem 502")


def test_files_lie_where_the_archive_keeps_them(tmp_path: Path) -> None:
    place = archive_folder(tmp_path)
    assert rows(of_archive(place / "tweets.js"), "media")[0]["name"] == "tweets_media/1197800000000000004-ccc.jpg"
    (place / "tweet_media").mkdir()
    assert rows(of_archive(place / "tweets.js"), "media")[0]["name"] == "tweet_media/1197800000000000004-ccc.jpg"


def test_old_archives_are_read_too(read: Read) -> None:
    bare = "window.YTD.tweet.part0 = " + json.dumps([{k: v for k, v in tweet(5).items() if k != "user"}], indent=2)
    assert rows(read(ARCHIVE, bare, "tweet.js", mapping={"account": "77"}))[0]["native"] == "5"


def test_nothing_is_evaluated(read: Read) -> None:
    data = archived(tweet(full_text="window.YTD = [0] // ]; alert(1)")) + ";\nalert(1)"
    assert (
        rows(read(ARCHIVE, data, "tweets.js", mapping={"account": "7"}))[0]["text"] == "window.YTD = [0] // ]; alert(1)"
    )
    called = read(ARCHIVE, 'window.YTD.tweets.part0 = eval("[]")', "tweets.js", mapping={"account": "7"})
    assert reasons(called) == ["no list assigned to window.YTD: not a file of a Twitter archive"]


@pytest.mark.parametrize("basis", [None, "order 12/2019"])
def test_direct_messages_are_counted_and_never_read(read: Read, basis: str | None) -> None:
    held = [{"messageCreate": {"id": str(n), "text": "not to be read"}} for n in range(3)]
    data = "window.YTD.direct_messages.part0 = " + json.dumps([{"dmConversation": {"messages": held}}] * 2)
    whole = read(ARCHIVE, data, "direct-messages.js", private_basis=basis)
    assert not whole.rows
    assert reasons(whole) == ["direct messages are never read: 3 skipped"] * 2
    assert not any(one.raw for one in whole.refused)


def test_broken_direct_messages_leave_no_words_either(read: Read) -> None:
    data = b'window.YTD.direct_messages.part0 = [ {"dmConversation": }, {"text": "not to be read" ]'
    assert not any("read" in one.raw for one in read(ARCHIVE, data, "direct-messages.js").refused)


def test_changes_of_name_and_suspensions_are_sightings(tmp_path: Path) -> None:
    place = archive_folder(tmp_path)
    change = rows(of_archive(place / "screen-name-change.js", vantage="owner"), "sightings")[0]
    assert (change["state"], json.loads(change["evidence"])["to"], change["basis"]) == (
        "renamed",
        "Lorem_501",
        "export",
    )
    looks = rows(of_archive(place / "account-suspension.js"), "sightings")
    assert [look["state"] for look in looks] == ["suspended_reversible", "present"]


def test_an_unknown_action_is_refused(read: Read) -> None:
    data = 'window.YTD.account_suspension.part0 = [{"accountSuspension": {"timeStamp": "2019-11-22T10:00:00.000Z", "action": "Bounce"}}]'
    whole = read(ARCHIVE, data, "account-suspension.js", mapping={"account": "7"})
    assert reasons(whole) == ["an action that is not known"]


def test_a_whole_archive_is_found_by_its_assignments(tmp_path: Path) -> None:
    folder = archive_folder(
        tmp_path, **{"data/like.js": "window.YTD.like.part0 = [ ]", "assets/js/app.js": "alert(1)"}
    ).parent
    found = [one for one in files.discover([folder], None) if isinstance(one, files.Found)]
    assert {one.path.name for one in found} == {Path(name).name for name in examples.ARCHIVE} | {"like.js"}
    like = ARCHIVE.recognise(b"window.YTD.like.part0 = [ ]", "like.js")
    assert (like.certainty, like.says) == (0, "a Twitter archive's like: not imported")


def test_an_archive_unpacks_with_its_files_side_by_side(tmp_path: Path) -> None:
    packed = tmp_path / "twitter.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in examples.ARCHIVE.items():
            archive.writestr(name, data)
    members = {one.name: one.path for one in unpack.unpack(packed, tmp_path / "out", unpack.Limits())}
    assert len(rows(of_archive(Path(members["data/tweets.js"])))) == 3


def test_a_link_in_place_of_the_account_file_is_not_followed(tmp_path: Path) -> None:
    place = archive_folder(tmp_path)
    (tmp_path / "elsewhere.js").write_bytes((place / "account.js").read_bytes())
    (place / "account.js").unlink()
    (place / "account.js").symlink_to(tmp_path / "elsewhere.js")
    assert "account.js" in reasons(of_archive(place / "tweets.js"))[0]


# --- compliance


def result(**more: object) -> dict[str, Any]:
    return {"id": "7", "action": "delete", "redacted_at": "2019-11-22T10:00:00.000Z", "reason": "suspended", **more}


def test_results_about_users_are_sightings(read: Read) -> None:
    look = rows(read(COMPLIANCE, [result()], "users.json"), "sightings")[0]
    assert (look["subject"], look["state"]) == ("twitter:account:7", "suspended_reversible")
    assert look["rule"] == "twitter.compliance.suspended"


def test_results_about_tweets_say_nothing_of_an_account(read: Read) -> None:
    whole = read(COMPLIANCE, [result(), result(id="8")], "tweets-result.json")
    assert not whole.rows
    assert reasons(whole) == ["2 results about tweets name no account, so they say nothing of one"]


def test_what_the_ids_are_must_be_told(read: Read) -> None:
    assert "mapping" in reasons(read(COMPLIANCE, [result()], "result.json"))[0]
    assert COMPLIANCE.recognise(json.dumps(result()).encode(), "result.json").needs == ("mapping",)
    assert rows(read(COMPLIANCE, [result()], "result.json", mapping={"ids": "users"}), "sightings")


@pytest.mark.parametrize(
    ("amiss", "reason"),
    [
        ({"id": "x"}, "no numeric account id"),
        ({"action": "undelete"}, "an action that is not known"),
        ({"reason": "scrub_geo"}, "a reason that says nothing of an account's state"),
        ({"redacted_at": "soon"}, "not a time that is understood"),
    ],
)
def test_results_that_cannot_be_used_are_refused_alone(read: Read, amiss: dict[str, object], reason: str) -> None:
    whole = read(COMPLIANCE, [result(**amiss), result()], "users.json")
    assert len(rows(whole, "sightings")) == 1
    assert reasons(whole)[0].startswith(reason)


# --- sizes


def test_many_blocks_give_the_same_rows_as_one(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    data = [tweet(n, full_text="ba " * (n % 50)) for n in range(1, 400)]
    once = read(V1, data)
    monkeypatch.setattr(jsonshaped, "BLOCK", 4096)
    again = read(V1, data)
    assert again.tables["posts"].equals(once.tables["posts"])
    assert pl.DataFrame(once.tables["posts"])["native"].to_list() == [str(n) for n in range(1, 400)]
