"""Lists of known content from files to matches: what files say, what an import matches, what is set aside, what `forget` takes."""

import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pdqhash
import pytest
from click.testing import CliRunner
from PIL import Image

from actionday import playbook
from actionday.console.terminal.main import actionday
from actionday.observe.conformance import gather
from actionday.observe.orders import ImportOptions
from actionday.observe.platforms.known.export import KnownContent
from actionday.observe.reader import Part, Source
from actionday.playbook.known import KnownOrder
from actionday.records import FixedClock, Silent, UsageError
from actionday.settings import Settings, load_settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import HomePolicy, make_home, open_home

CLOCK = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
LATER = FixedClock(datetime(2020, 2, 1, tzinfo=UTC))


def read(tmp_path: Path, name: str, text: str, **said: object) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    reader = KnownContent()
    whole = gather(reader.read(Source(path, name, mapping={"list": "desk", **said}), Part()))
    rows = whole.tables["known_content"].to_pylist() if whole.tables else []
    return rows, [(one.position, one.reason) for one in whole.refused]


def test_a_page_of_tech_against_terrorism_says_kind_ideology_and_withdrawal(tmp_path: Path) -> None:
    results = [
        {
            "id": 1,
            "hash_digest": "A" * 32,
            "algorithm": "MD5",
            "ideology": "islamist",
            "deleted": False,
            "updated_on": 1700000000.5,
        },
        {
            "id": 2,
            "hash_digest": "b" * 64,
            "algorithm": "PDQ",
            "ideology": "far-right",
            "deleted": True,
            "updated_on": 1700000000.5,
        },
        {
            "id": 3,
            "hash_digest": "c" * 64,
            "algorithm": "SHA256",
            "ideology": None,
            "deleted": False,
            "updated_on": None,
        },
        {
            "id": 4,
            "hash_digest": "d" * 128,
            "algorithm": "SHA512",
            "ideology": "islamist",
            "deleted": False,
            "updated_on": 1.0,
        },
        {"id": 5, "hash_digest": "e" * 31, "algorithm": "MD5", "deleted": False},
    ]
    rows, refused = read(
        tmp_path, "all.json", json.dumps({"count": 5, "next": None, "checkpoint": "1,5", "results": results})
    )
    assert [(row["kind"], row["value"], row["label"], row["withdrawn"]) for row in rows] == [
        ("md5", "a" * 32, "islamist", False), ("pdq", "b" * 64, "far-right", True), ("sha256", "c" * 64, None, False),
    ]  # fmt: skip
    assert rows[0]["listed_at"] == datetime(2023, 11, 14, 22, 13, 20, 500_000, UTC)
    assert rows[2]["listed_at"] is None
    assert [position for position, _ in refused] == ["row 4", "row 5"]


def test_the_csv_of_urls_is_read_as_links_in_posts_are(tmp_path: Path) -> None:
    text = (
        "ID,Created On,Description,URL,Extreme Content,Pi I,Core Terrorist Group -> Terrorist Group Fk -> Name\n"
        '1,01/31/24 10:00:00,"a, note",hxxps://t[.]me/LoremIpsum,NO,NO,example group\n'
        "2,01/31/24 10:00:00,,https://Example.org/a?utm_source=x,NO,NO,example group\n"
        "3,01/31/24 10:00:00,,nothing,NO,NO,example group\n"
    )
    rows, refused = read(tmp_path, "urls.csv", text)
    assert [(row["kind"], row["value"], row["target"], row["label"]) for row in rows] == [
        ("url", "https://t.me/LoremIpsum", "telegram:@loremipsum", "example group"),
        ("url", "https://example.org/a", "website:channel:example.org", "example group"),
    ]
    assert [position for position, _ in refused] == ["row 3"]
    assert KnownContent().recognise(text.encode(), "urls.csv").certainty == 90


def test_bare_hashes_need_their_kind_where_two_kinds_look_alike(tmp_path: Path) -> None:
    text = f"# a comment\n{'a' * 64}\n\n{'B' * 32}\nhttps://example.org/x\nnot a hash\n"
    rows, refused = read(tmp_path, "list.txt", text)
    assert [(row["kind"], row["value"]) for row in rows] == [("md5", "b" * 32), ("url", "https://example.org/x")]
    assert [position for position, _ in refused] == ["row 2", "row 6"]
    assert "--kind" in refused[0][1]
    rows, refused = read(tmp_path, "list.txt", text, kind="pdq", negative=True)
    assert [(row["kind"], row["value"], row["negative"]) for row in rows] == [("pdq", "a" * 64, True)]
    assert len(refused) == 3


def test_a_list_without_a_name_or_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    for said in ({"list": ""}, {"kind": "tlsh"}, {"lists": "x"}):
        rows, refused = read(tmp_path, "list.txt", "a" * 32, **said)
        assert rows == []
        assert refused[0][0] == "mapping"


@pytest.mark.parametrize(
    ("name", "text"),
    [("urls.json", '{"results": [{"id": 1, "url": "\\udc00\\ud800", "extreme_content_flag": false}]}'), ("list.txt", "# nothing\n"), ("list.txt", "")],
)  # fmt: skip
def test_half_characters_and_lists_with_nothing_in_them_are_refused_in_words(
    tmp_path: Path, name: str, text: str
) -> None:
    rows, refused = read(tmp_path, name, text)
    assert (rows, len(refused)) == ([], 1)


def picture(path: Path, seed: int) -> bytes:
    """A made-up picture with enough detail for PDQ; its bytes."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (12, 12, 3), dtype=np.uint8))
    small.resize((256, 256), Image.Resampling.BICUBIC).save(path)
    return path.read_bytes()


def settings_of(tmp_path: Path) -> Settings:
    environment = {"ACTIONDAY_HOME": str(tmp_path / "case.d"), "ACTIONDAY_BY": "tester", "ACTIONDAY_PARSERS": "1"}
    return load_settings({**os.environ, **environment}, tmp_path)


def export(folder: Path, channel: int, photos: dict[int, int], text: str = "la li lo") -> dict[int, bytes]:
    """A Telegram export whose messages carry pictures by number; their bytes."""
    folder.mkdir(parents=True)
    kept, messages = {}, []
    for number, seed in photos.items():
        kept[number] = picture(folder / f"photo_{number}.png", seed)
        messages.append(
            {
                "id": number, "type": "message", "date": "2019-11-20T10:00:00", "date_unixtime": "1574244000", "from": f"Venue {channel}",
                "from_id": f"channel{channel}", "photo": f"photo_{number}.png", "text": text, "text_entities": [{"type": "plain", "text": text}],
            }
        )  # fmt: skip
    chat = {"name": f"Venue {channel}", "type": "public_channel", "id": channel, "messages": messages}
    (folder / "result.json").write_text(json.dumps(chat))
    return kept


def take_in(settings: Settings, path: Path, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    report = playbook.import_exports(settings, [path], ImportOptions(**options), HomePolicy(), CLOCK, Silent())
    return report.as_dict()


def rows_of(settings: Settings, name: str) -> list[dict[str, Any]]:
    view = Archive(open_home(settings.home)).view()
    rows: list[dict[str, Any]] = view.arrow(view.table(name)).to_pylist()
    return rows


def test_a_list_matches_what_is_there_and_each_import_what_comes(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    kept = export(tmp_path / "a", 1, {1: 11, 2: 12})
    assert "matches" not in take_in(settings, tmp_path / "a"), "without a list there is nothing to match"
    bits, _ = pdqhash.compute(np.asarray(Image.open(tmp_path / "a" / "photo_2.png")))
    near = np.array(bits, np.uint8)
    near[:20] ^= 1
    values = [
        f"{hashlib.md5(kept[1]).hexdigest()},md5",
        f"{np.packbits(near).tobytes().hex()},pdq",
        f"{'0' * 64},sha256",
    ]
    path = tmp_path / "list.csv"
    path.write_text("value,kind\n" + "\n".join(values) + "\n")
    report = playbook.import_known(settings, KnownOrder(path, "desk"), CLOCK, Silent())
    assert report["rows"]["known_content"] == 3
    assert (report["matches"]["new"], report["matches"]["standing"]) == (2, 2)
    assert "lead" in report["matches"]["lead"]
    again = playbook.import_known(settings, KnownOrder(path, "desk"), LATER, Silent())
    assert (again["matches"]["new"], again["matches"]["standing"]) == (0, 2)
    export(tmp_path / "b", 2, {7: 11})
    assert take_in(settings, tmp_path / "b")["matches"]["new"] == 1
    export(tmp_path / "c", 3, {8: 12})
    assert take_in(settings, tmp_path / "c", private_basis="order 7")["matches"]["new"] == 0, (
        "private material is never matched"
    )
    found = [
        (row["channel"], row["post"], row["kind"], row["distance"], row["state"])
        for row in rows_of(settings, "matches")
    ]
    assert sorted(found) == [
        ("telegram:channel:1", "1", "md5", None, "matched"), ("telegram:channel:1", "2", "pdq", 20, "matched"),
        ("telegram:channel:2", "7", "md5", None, "matched"),
    ]  # fmt: skip
    assert playbook.stats(settings)["unfinished"] == []


def test_floods_are_shown_set_aside_and_withdrawn_and_harmless_lists_undo(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    kept = export(tmp_path / "a", 1, {number: 11 + (number == 1) for number in range(1, 8)})
    take_in(settings, tmp_path / "a")
    values = {name: hashlib.sha256(kept[number]).hexdigest() for name, number in (("alone", 1), ("everywhere", 2))}
    path = tmp_path / "list.txt"
    path.write_text("\n".join(values.values()))
    order = KnownOrder(path, "desk", "sha256")
    assert playbook.import_known(settings, order, CLOCK, Silent())["matches"]["standing"] == 7
    calm = playbook.match(replace(settings, flood_posts=5), LATER, Silent())
    assert (calm["standing"], calm["withdrawn"]) == (1, 6)
    assert calm["floods"] == [{"list": "desk", "kind": "sha256", "value": values["everywhere"], "posts": 6}]
    (aside,) = rows_of(settings, "quarantine")
    assert aside["position"] == f"desk: sha256:{values['everywhere']}"
    assert "flood" in aside["reason"]
    before = Archive(open_home(settings.home)).versions()
    even_later = FixedClock(LATER.now() + timedelta(days=1))
    assert playbook.match(replace(settings, flood_posts=5), even_later, Silent())["floods"] == calm["floods"]
    assert Archive(open_home(settings.home)).versions() == before, "a flood that is known adds nothing"
    path.write_text(values["alone"])
    told = playbook.import_known(settings, KnownOrder(path, "stock", "sha256", negative=True), LATER, Silent())
    assert (told["matches"]["harmless"], told["matches"]["withdrawn"]) == (1, 1)


def test_a_research_home_is_matched_with_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    make_home(settings.home, HomePolicy("hash", "research"), CLOCK.now())
    path = tmp_path / "list.txt"
    path.write_text("a" * 32)
    with pytest.raises(UsageError, match="research"):
        playbook.import_known(settings, KnownOrder(path, "desk"), CLOCK, Silent())
    assert "skipped" in playbook.match(settings, CLOCK, Silent())


def test_forget_takes_matches_and_listed_urls_of_the_subject(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    export(tmp_path / "a", 1, {1: 11}, text="see https://t.me/sunny_painter")
    export(tmp_path / "b", 2, {2: 12}, text="see https://example.org/a")
    take_in(settings, tmp_path / "a")
    take_in(settings, tmp_path / "b")
    path = tmp_path / "list.txt"
    path.write_text("https://t.me/sunny_painter\nhttps://example.org/a\n")
    report = playbook.import_known(settings, KnownOrder(path, "desk"), CLOCK, Silent())
    assert report["matches"]["standing"] == 2
    playbook.forget(settings, "telegram:@sunny_painter", "asked", CLOCK)
    assert [row["value"] for row in rows_of(settings, "known_content")] == ["https://example.org/a"]
    assert not [row for row in rows_of(settings, "matches") if "sunny_painter" in row["value"]]
    playbook.forget(settings, "telegram:channel:2", "asked", CLOCK)
    assert not [row for row in rows_of(settings, "matches") if row["channel"] == "telegram:channel:2"]


def test_the_commands_print_and_answer_in_json(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    kept = export(tmp_path / "a", 1, {1: 11})
    take_in(settings, tmp_path / "a")
    path = tmp_path / "list.txt"
    path.write_text(hashlib.md5(kept[1]).hexdigest() + "\n" + "a" * 64)
    home = ["--home", str(settings.home)]
    command = ["link", "known", "import", str(path), "--list", "desk", *home]
    told = CliRunner().invoke(actionday, command, catch_exceptions=False).output
    assert "list desk: 1 new listings, 1 rows refused" in told
    assert "desk, md5: 1 matches in 1 posts, 1 venues" in told
    assert "a lead, not a finding" in told
    answer = json.loads(
        CliRunner().invoke(actionday, ["link", "match", *home, "--json"], catch_exceptions=False).output
    )
    assert (answer["standing"], answer["new"]) == (1, 0)
