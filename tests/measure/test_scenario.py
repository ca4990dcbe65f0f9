"""The synthetic world: repeatable, well formed, consistent with itself and with its truth."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from actionday.measure import scenario
from actionday.measure.scenario import Export, Observer, Parameters, World, generate
from actionday.measure.scenario.listings import moves_table
from actionday.measure.scenario.parameters import posts_of
from actionday.observe.reader import staged_schema
from actionday.records import GONE, PLATFORMS, State, SubjectId, load_campaign
from actionday.stores.archive.schemas import TABLES

READERS = {"telegram_export", "tgdataset", "fourcat", "table", "sightings", "snapshots", "announced"}
READERS |= {
    "xmpp_export",
    "element_export",
    "rocketchat_api",
    "twitter_v2",
    "gnusocial",
    "diaspora_api",
    "friendica",
    "warc",
}
RELAYS = ("matrix:account:@relay:", "xmpp:account:relay@")
SYLLABLE_LETTERS = set("kalomirustvepd") | set("калоируствепдм") | set("كالوميرستفبد")
OTHER_LETTERS = set("هxhtpsj")  # digits and addresses are stripped before this is compared


@pytest.fixture(scope="module")
def world() -> World:
    return generate("tiny", 7)


@pytest.fixture(scope="module")
def exports(world: World) -> list[Export]:
    return list(world.exports())


@pytest.fixture(scope="module")
def lives(world: World) -> dict[str, dict[str, Any]]:
    return {row["subject"]: row for row in world.lives().to_pylist()}


def rows(exports: list[Export], table: str, reader: str | None = None) -> list[dict[str, Any]]:
    found = [e.tables[table] for e in exports if table in e.tables and reader in (None, e.reader)]
    return [row for t in found for row in t.to_pylist()]


def _is_relay(who: str) -> bool:
    return who.startswith(RELAYS) or who.endswith("/relay")


def day(world: World, at: datetime) -> float:
    return (at - world.parameters.origin).total_seconds() / 86_400


def test_public_names_are_sorted_and_exist() -> None:
    assert list(scenario.__all__) == sorted(scenario.__all__)
    assert all(hasattr(scenario, name) for name in scenario.__all__)


def test_same_size_and_seed_give_the_same_world(world: World, exports: list[Export]) -> None:
    again = list(generate("tiny", 7).exports())
    assert [(e.reader, e.folder, e.options) for e in again] == [(e.reader, e.folder, e.options) for e in exports]
    for one, other in zip(exports, again, strict=True):
        assert {name: t.equals(other.tables[name]) for name, t in one.tables.items()} == dict.fromkeys(one.tables, True)
    assert json.dumps(world.truth()) == json.dumps(generate("tiny", 7).truth())
    assert not generate("tiny", 8).lives().equals(world.lives())


def test_one_stage_does_not_reshuffle_another(world: World) -> None:
    other = generate("tiny", 7, Parameters(observer=Observer(goes_private=0.9, joined=(0.1, 0.1))))
    keep = ["subject", "born", "ended", "cause", "found"]
    assert other.lives().select(keep).equals(world.lives().select(keep))
    assert other.truth()["activity"] == world.truth()["activity"]
    assert other.truth()["observer"] != world.truth()["observer"]


@pytest.mark.parametrize("size", ["huge", "12.5", 499, "0"])
def test_an_unknown_size_is_refused(size: str | int) -> None:
    with pytest.raises(ValueError, match=r"valid|invalid|at least"):
        generate(size, 1)


def test_sizes() -> None:
    assert posts_of("10M") == 10_000_000
    assert posts_of("100M") == 100_000_000
    assert posts_of("7000") == posts_of(7_000) == 7_000


def test_every_reader_gets_staged_tables() -> None:
    exports = list(generate(20_000, 7).exports())
    assert {e.reader for e in exports} == READERS
    folders = [e.folder for e in exports]
    assert len(set(folders)) == len(folders)
    for export in exports:
        assert not Path(export.folder).is_absolute()
        for name, table in export.tables.items():
            assert table.schema == staged_schema(name), (export.folder, name)
            assert 0 < len(table) <= 500_000
            required = [f.name for f in table.schema if not f.nullable]
            assert {column: table[column].null_count for column in required} == dict.fromkeys(required, 0)
    assert {e.options["format"] for e in exports if e.reader == "table"} == {"csv", "jsonl", "parquet"}


def test_table_exports_cover_the_kinds_asked_for(exports: list[Export]) -> None:
    kinds = {tuple(e.tables) for e in exports if e.reader == "table"}
    assert kinds == {("posts",), ("channels",), ("accounts",), ("memberships",), ("affiliations",), ("moves",)} | {
        ("link_judgements",),
        ("referrals", "referral_events", "audits"),  # a unit's one sheet
    }


def test_subjects_parse_and_lie_on_known_platforms_and_reserved_hosts(lives: dict[str, dict[str, Any]]) -> None:
    names = {p.name for p in PLATFORMS}
    for text, life in lives.items():
        subject = SubjectId.parse(text)
        assert subject.platform in names
        assert (subject.kind == "channel") == (life["kind"] == "channel")
        if subject.platform in ("xmpp", "matrix", "gnusocial", "diaspora", "friendica", "website"):
            assert subject.native.endswith(".example")
        if subject.platform == "threema":
            assert len(subject.native) == 8
        if subject.platform in ("telegram", "twitter"):
            assert subject.native.isdigit()


def test_references_hold(world: World, exports: list[Export], lives: dict[str, dict[str, Any]]) -> None:
    for table, columns in {
        "posts": ("channel", "author", "forward_from"),
        "memberships": ("account", "channel"),
        "moves": ("subject", "target"),
        "affiliations": ("subject",),
        "sightings": ("subject",),
        "accounts": ("subject",),
        "channels": ("subject",),
        "media": ("channel",),
    }.items():
        for column in columns:
            named = {row[column] for row in rows(exports, table)} - {None}
            assert named, (table, column)
            unknown = named - lives.keys()
            assert column == "author" or not unknown, (table, column)
            assert all(map(_is_relay, unknown)), unknown
    profiled = {r["subject"] for t in ("accounts", "channels") for r in rows(exports, t)}
    assert {r["channel"] for r in rows(exports, "posts")} <= profiled
    assert {r["subject"] for r in rows(exports, "affiliations")} <= profiled


def test_where_every_message_has_a_sender_each_post_has_one(exports: list[Export]) -> None:
    spoken = {"xmpp", "matrix", "rocketchat", "twitter", "gnusocial", "diaspora", "friendica"}
    unsigned = {row["platform"] for row in rows(exports, "posts") if row["author"] is None}
    assert unsigned
    assert not unsigned & spoken


def test_an_edit_is_a_message_of_its_own_where_the_platform_sends_one(exports: list[Export]) -> None:
    posts = [row for row in rows(exports, "posts") if row["platform"] in ("xmpp", "matrix")]
    first = {(row["channel"], row["native"]): row for row in posts if row["edited_at"] is None}
    edits = [row for row in posts if row["edited_at"] is not None]
    assert edits
    for edit in edits:
        sent = first[edit["channel"], edit["native"]]["at"]
        assert edit["edited_at"] > sent
        assert edit["at"] == (edit["edited_at"] if edit["platform"] == "matrix" else sent)


def test_who_publishes_owns_the_timeline(exports: list[Export]) -> None:
    owners = {row["account"] for row in rows(exports, "memberships") if row["role"] == "owner"}
    assert {row["channel"] for row in rows(exports, "posts") if ":account:" in row["channel"]} <= owners


def test_a_room_that_is_exported_says_itself_where_it_went(world: World, exports: list[Export]) -> None:
    told = rows(exports, "moves")
    assert len(told) == len(moves_table(world.book))
    assert {row["platform"] for row in rows(exports, "moves", "element_export")} <= {"matrix"}


def test_posts_are_written_by_the_living(world: World, exports: list[Export], lives: dict[str, dict[str, Any]]) -> None:
    second = 1.0 / 86_400
    horizon = world.parameters.days
    for post in rows(exports, "posts"):
        at = day(world, post["at"])
        for who in (post["channel"], post["author"]):
            if who is not None and not _is_relay(who):
                assert lives[who]["born"] - second <= at <= (lives[who]["ended"] or horizon) + second
        if post["forward_from"] is not None:
            assert lives[post["forward_from"]]["born"] - second <= at


def test_an_export_holds_only_what_could_still_be_read(exports: list[Export], lives: dict[str, dict[str, Any]]) -> None:
    origin = datetime(2018, 9, 1, tzinfo=UTC)
    for export in (e for e in exports if e.reader == "telegram_export"):
        taken = datetime.fromisoformat(str(export.options["seen_at"]))
        held = (taken - origin).total_seconds() / 86_400
        for subject in export.tables["posts"]["channel"].unique().to_pylist():
            assert held <= (lives[subject]["ended"] or float("inf"))
        assert pc.max(export.tables["posts"]["at"]).as_py() <= taken
        edited = pc.max(export.tables["posts"]["edited_at"]).as_py()
        assert edited is None or edited < taken


def test_collectors_overlap_in_time_and_between_each_other(exports: list[Export]) -> None:
    seen: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for export in (e for e in exports if e.reader == "telegram_export" and e.options["layout"] == "full"):
        for post in export.tables["posts"].select(["channel", "native"]).to_pylist():
            seen[str(export.options["vantage"])][(post["channel"], post["native"])] += 1
    first, second = seen["collector-1"], seen["collector-2"]
    assert first.keys() & second.keys()
    assert first.keys() - second.keys()
    assert max(first.values()) > 1
    assert any(e.options["layout"] == "single" for e in exports if e.reader == "telegram_export")


def test_messages_are_numbered_in_order_and_creations_come_first(exports: list[Export]) -> None:
    posts = {(r["channel"], int(r["native"])): r for r in rows(exports, "posts", "telegram_export")}
    ordered = sorted(posts)
    for (channel, one), (other, two) in pairwise(ordered):
        if channel == other:
            assert posts[channel, one]["at"] <= posts[channel, two]["at"]
    created = [r for r in posts.values() if r["kind"] == "service"]
    assert {r["native"] for r in created} == {"1"}
    assert {r["action"] for r in created} == {"create_channel", "create_group"}
    assert {r["text"] for r in created} == {None}
    kinds = {r["kind"] for r in posts.values()}
    assert kinds == {"original", "forward", "service"}
    for post in posts.values():
        if post["reply_to"] is not None:
            assert 1 < int(post["reply_to"]) < int(post["native"])


def test_texts_are_syllables(exports: list[Export], world: World) -> None:
    said = world._said.halves.to_pylist()
    letters = {c for text in said for c in text if c.isalpha()}
    assert letters <= SYLLABLE_LETTERS
    stripped = [r["text"] for r in rows(exports, "posts") if r["text"]]
    banned = ("kill", "bomb", "attack", "jihad", "war ", "убий", "бомб", "взрыв", "قتل", "قنبل", "جهاد", "حرب")
    assert not [text for text in stripped for word in banned if word in text.casefold()]
    scripts = {next((c for c in text if c.isalpha()), "?") for text in stripped}
    assert any("a" <= c <= "z" for c in scripts)
    assert any("а" <= c <= "я" for c in scripts)
    assert any("\u0600" <= c <= "\u06ff" for c in scripts)


def test_links_are_shown_hidden_bare_and_defanged() -> None:
    posts = rows(list(generate(20_000, 3).exports()), "posts")
    texts = " ".join(r["text"] or "" for r in posts)
    for mark in ("https://t.me/", "hxxps://", "[.]", " t.me/", "https://t.me/joinchat/", "https://matrix.to/#/"):
        assert mark in texts, mark
    hidden = [r for r in posts if r["hrefs"]]
    assert hidden
    assert all(href not in r["text"] for r in hidden for href in r["hrefs"])


def test_announced_totals_are_a_checksum(exports: list[Export]) -> None:
    running: dict[tuple[int, int], int] = defaultdict(int)
    lines = rows(exports, "announced")
    for line in lines:
        running[line["day"].year, line["day"].month] += line["count"]
        assert line["total"] == running[line["day"].year, line["day"].month]
    peak = {line["day"].isoformat(): line["count"] for line in lines}
    assert (peak["2019-11-22"], peak["2019-11-23"]) == (2_096, 2_959)


def test_snapshots_list_who_is_there(world: World, exports: list[Export], lives: dict[str, dict[str, Any]]) -> None:
    listed = rows(exports, "sightings", "snapshots")
    assert {r["basis"] for r in listed} == {"listing"}
    for row in listed:
        at, life = day(world, row["at"]), lives[row["subject"]]
        assert life["born"] <= at <= (life["ended"] or float("inf"))
    assert len({r["at"] for r in listed}) >= 10


def test_three_misses_confirm_the_true_end() -> None:
    """Without wrong answers, removals derived from one sighted vantage are the true ones, each inside its bracket."""
    world = generate("tiny", 7, Parameters(observer=Observer(false_miss=0.0)))
    exports, lives = list(world.exports()), {row["subject"]: row for row in world.lives().to_pylist()}
    gone, looks = {s.value for s in GONE}, defaultdict(list)
    for row in rows(exports, "sightings", "sightings"):
        if row["vantage"] == "collector-1":
            looks[row["subject"]].append((day(world, row["at"]), row["state"]))
    confirmed = {}
    for subject, seen in looks.items():
        alive: float | None = None
        misses: list[float] = []
        for at, state in sorted(seen):
            if state in ("present", "renamed"):
                alive, misses = at, []
            elif state in gone:
                misses.append(at)
        if len(misses) >= 3:
            confirmed[subject] = (alive, misses[0])
    assert len(confirmed) > 40
    for subject, (alive, miss) in confirmed.items():
        ended = lives[subject]["ended"]
        assert ended is not None
        assert (alive or lives[subject]["born"]) <= ended <= miss
    late = world.parameters.days - 30
    due = {s for s, r in lives.items() if r["found"] is not None and r["ended"] is not None and r["ended"] < late}
    assert len(due - confirmed.keys()) <= 0.02 * len(due)


def test_truth_counts_what_the_lives_say(world: World, lives: dict[str, dict[str, Any]]) -> None:
    truth = world.truth()
    acts = ("background", "first_day", "second_day", "denied")
    ended = [r for r in lives.values() if r["ended"] is not None and r["ended"] >= 0 and r["cause"] in acts]
    assert sum(r["count"] for r in truth["removals"]) == len(ended)
    assert sum(r["found"] for r in truth["removals"]) == sum(r["found"] is not None for r in ended)
    struck = [r for r in truth["removals"] if r["cause"] == "second_day"]
    assert {r["day"] for r in struck} == {"2019-11-22", "2019-11-23"}
    assert {r["platform"] for r in struck} == {"telegram"}
    assert len(truth["subjects"]) == len(lives)
    by_name = {r["subject"]: r for r in truth["subjects"]}
    for name, life in lives.items():
        assert by_name[name]["cause"] == life["cause"]
        assert (by_name[name]["ended"] is None) == (life["ended"] is None)
    for pair in truth["pairs"]:
        assert pair["from"] in lives
        assert pair["to"] in lives
    for move in truth["migrations"]:
        assert move["destination"] == lives[move["to"]]["platform"]
        assert (move["fate"] == "denied") == (lives[move["to"]]["cause"] == "denied")
    assert json.loads(json.dumps(truth)) == truth


def test_truth_has_every_kind_of_pair() -> None:
    truth = generate(120_000, 5).truth()
    kinds = {pair["kind"] for pair in truth["pairs"]}
    assert kinds == {"successor", "backup", "rename", "sibling", "same_operator", "unrelated"}
    successors = [p for p in truth["pairs"] if p["kind"] == "successor"]
    assert 0.01 < sum(p["similar"] for p in successors) / len(successors) < 0.2
    assert {m["fate"] for m in truth["migrations"]} == {"arrived", "denied", "silent"}
    assert {m["destination"] for m in truth["migrations"]} == set(Parameters().destinations)
    hhi = {(r["organisation"], r["period"]): r["hhi"] for r in truth["concentration"]}
    assert hhi["Organisation A", "after"] < hhi["Organisation A", "before"]
    assert hhi["Organisation B", "after"] > hhi["Organisation B", "before"]


def test_truth_ties_venues_by_either_of_their_operators() -> None:
    world = generate(20_000, 3)
    ties = {frozenset((p["from"], p["to"])) for p in world.truth()["pairs"] if p["kind"] == "sibling"}
    operators, names = world.book.tied.operators, world.book.profile.subject.to_pylist()
    for one, other in combinations(np.flatnonzero(operators[:, 0] >= 0)[:200].tolist(), 2):
        if set(operators[one].tolist()) & set(operators[other].tolist()) - {-1}:
            assert frozenset((names[one], names[other])) in ties


def test_large_worlds_carry_no_lists_of_subjects() -> None:
    truth = generate(600_000, 1).truth()
    assert not {"subjects", "pairs", "migrations"} & truth.keys()
    assert truth["removals"]


def test_day_toml_loads(world: World, tmp_path: Path) -> None:
    path = tmp_path / "day.toml"
    path.write_text(world.day_toml(), "utf-8")
    campaign = load_campaign(path)
    assert campaign.synthetic
    assert campaign.comparison_platforms == ("twitter",)
    assert campaign.start == datetime(2019, 11, 22, tzinfo=UTC)
    assert [e.kind for e in campaign.coinciding()] == ["outage"]


def test_archive_tables_are_payloads_and_agree_with_the_exports(world: World, exports: list[Export]) -> None:
    pieces = list(world.archive_tables())
    names = {name for piece in pieces for name in piece}
    assert names >= {"accounts", "channels", "memberships", "affiliations", "moves", "announced", "posts", "links"}
    for piece in pieces:
        for name, table in piece.items():
            assert table.schema == TABLES[name].payload
    posts = pa.concat_tables([p["posts"] for p in pieces if "posts" in p])
    assert posts["text"].null_count == posts["text_sha256"].null_count == len(posts)
    keys = set(zip(posts["channel"].to_pylist(), posts["native"].to_pylist(), strict=True))
    assert len(keys) == len(posts)
    assert {(r["channel"], r["native"]) for r in rows(exports, "posts")} <= keys
    assert 0.8 * world.posts < len(posts) < 1.25 * world.posts
    looks = pa.concat_tables([p["sightings"] for p in pieces if "sightings" in p])
    assert len(looks) == len(rows(exports, "sightings", "sightings"))


def test_archive_tables_name_no_ordinary_member(world: World) -> None:
    members = {r["subject"] for r in world.lives().to_pylist() if r["kind"] == "user" and r["platform"] == "telegram"}
    for piece in world.archive_tables():
        for name, table in piece.items():
            for column in TABLES[name].subjects:
                assert not members & set(table[column].unique().to_pylist())
    assert any(
        SubjectId.parse(s).kind == "pseudonym"
        for piece in world.archive_tables()
        for s in piece.get("accounts", pa.table({"subject": pa.array([], pa.string())}))["subject"].to_pylist()
    )


def test_the_second_collector_goes_blind(world: World, exports: list[Export]) -> None:
    blind_from = world.parameters.instant(world.parameters.blind_from)
    taken = {
        str(e.options["seen_at"])
        for e in exports
        if e.options.get("vantage") == "collector-2" and "layout" in e.options
    }
    assert max(datetime.fromisoformat(t) for t in taken) <= blind_from
    looks = [
        r for r in rows(exports, "sightings", "sightings") if r["platform"] == "telegram" and r["at"] >= blind_from
    ]
    after = {r["state"] for r in looks if r["vantage"] == "collector-2"}
    assert after <= {State.PRIVATE_OR_PROBER_BLOCKED.value, State.UNREACHABLE.value}
    assert "present" in {r["state"] for r in looks if r["vantage"] == "collector-1"}
