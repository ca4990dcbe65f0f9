import json
import tarfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.observe.platforms.snapshots import documents, plan
from actionday.observe.platforms.snapshots.export import Snapshots
from actionday.observe.platforms.snapshots.ledger import AGAIN, CHANGED, FIRST, LAST, LISTED, MISSED, Ledger
from actionday.observe.reader import Refused, Source

FORMAT = Snapshots()
HERE = Path(__file__).resolve()
DATA = next((p / "shared" / "data" for p in HERE.parents if (p / "shared" / "data").is_dir()), Path("shared/data"))
EXAMPLES = HERE.parents[2] / "docs" / "worked-examples"
DATE = {"pattern": r"(\d{4}-\d{2}-\d{2})", "format": "%Y-%m-%d", "zone": "UTC"}
PLAN: dict[str, Any] = {
    "files": "*.csv",
    "format": "csv",
    "date": DATE,
    "vantage": "list",
    "rows": [
        {
            "table": "channels",
            "platform": "website",
            "columns": {"subject": {"from": "d", "id": "channel"}, "title": "t"},
        }
    ],
}
Tables = dict[str, pl.DataFrame]


def read(folder: Path, plan: dict[str, Any] | None = None) -> tuple[Tables, list[Refused]]:
    source = Source(folder, folder.name, mapping=plan)
    tables: dict[str, list[pa.Table]] = {}
    refused: list[Refused] = []
    for part in FORMAT.parts(source):
        for chunk in FORMAT.read(source, part):
            refused += chunk.refused
            for name, table in chunk.tables.items():
                tables.setdefault(name, []).append(table)
    return {name: pl.DataFrame(pa.concat_tables(held)) for name, held in tables.items()}, refused


def lists(folder: Path, *days: str | None) -> Path:
    """One CSV a day from 2020-01-01; a day is domains with titles ("a=A b"), None is a file that is not there."""
    for number, day in enumerate(days, 1):
        if day is not None:
            rows = "".join(f"{x.partition('=')[0]},{x.partition('=')[2]}\n" for x in day.split())
            (folder / f"x-2020-01-{number:02}.csv").write_text("d,t\n" + rows, "utf-8")
    return folder


def told(tables: Tables, subject: str) -> list[tuple[int, str, str]]:
    rows = tables["sightings"].filter(pl.col("subject") == f"website:channel:{subject}").sort("at")
    return [(r["at"].day, r["state"], r["rule"]) for r in rows.iter_rows(named=True)]


def test_spells_of_a_list(tmp_path: Path) -> None:
    tables, refused = read(lists(tmp_path, "a b", "a b c", "a c", "a c", "a b c", "a c", "a"), PLAN)
    assert refused == []
    assert told(tables, "a") == [(1, "present", "first snapshot"), (7, "present", "still listed")]
    assert told(tables, "b") == [
        (1, "present", "first snapshot"), (2, "present", "still listed"), (3, "unknown", "not listed"), (4, "unknown", "not listed"),
        (5, "present", "listed again"), (6, "unknown", "not listed"), (7, "unknown", "not listed"),
    ]  # fmt: skip
    assert told(tables, "c") == [(2, "present", "listed"), (6, "present", "still listed"), (7, "unknown", "not listed")]
    first = tables["sightings"].filter(pl.col("rule") == "first snapshot")
    assert set(first["evidence"]) == {"x-2020-01-01.csv, first snapshot"}
    assert set(tables["sightings"]["vantage"]) == {"list"}
    assert set(tables["sightings"]["basis"]) == {"listing"}


def test_a_missing_file_and_a_broken_one_are_no_removal(tmp_path: Path) -> None:
    folder = lists(tmp_path, "a b", None, "a b", "a b")
    (folder / "x-2020-01-03.csv").write_bytes(b"d,t\n\xff,\n")
    tables, refused = read(folder, PLAN)
    assert told(tables, "b") == [(1, "present", "first snapshot"), (4, "present", "still listed")]
    assert [(r.position, r.reason[:16]) for r in refused] == [("x-2020-01-03.csv", "snapshot skipped")]


def test_a_section_that_vanishes_is_a_change_of_layout(tmp_path: Path) -> None:
    folder = lists(tmp_path, "a b", "a b", "a")
    (folder / "x-2020-01-02.csv").write_text("domain,t\na,\nb,\n", "utf-8")
    tables, refused = read(folder, PLAN)
    assert told(tables, "b") == [(1, "present", "first snapshot"), (3, "unknown", "not listed")]
    assert any("layout may have changed" in r.reason for r in refused)
    (tmp_path / "x").mkdir()
    empty = lists(tmp_path / "x", "a", "", "a")
    assert told(read(empty, PLAN)[0], "a") == [(1, "present", "first snapshot"), (3, "present", "still listed")]
    allowed = PLAN | {"rows": [PLAN["rows"][0] | {"allow_empty": True}]}
    assert [s for _, s, _ in told(read(empty, allowed)[0], "a")] == ["present", "unknown", "present"]


def test_profiles_are_noted_when_they_change(tmp_path: Path) -> None:
    tables, _ = read(lists(tmp_path, "a=A b=B", "a=A b=C", "a=A b=B"), PLAN)
    rows = tables["channels"].sort("seen_at").select("native", "title", pl.col("seen_at").dt.day())
    assert rows.rows() == [("a", "A", 1), ("b", "B", 1), ("b", "C", 2), ("b", "B", 3)]


def test_absence_and_misses_are_declared(tmp_path: Path) -> None:
    plan = PLAN | {"absence": "closed_by_owner", "misses": 1}
    tables, _ = read(lists(tmp_path, "a b", "a", "a", "a"), plan)
    assert told(tables, "b")[1:] == [(2, "closed_by_owner", "not listed")]


def test_a_longer_series_says_nothing_else_about_the_past(tmp_path: Path) -> None:
    """Rows written from a shorter series must all stand when files are added: old rows cannot be taken back."""
    (tmp_path / "s").mkdir()
    (tmp_path / "l").mkdir()
    days = ["a b", "a", "a b c", "c", "a c"]
    short, _ = read(lists(tmp_path / "s", *days[:4]), PLAN)
    long, _ = read(lists(tmp_path / "l", *days), PLAN)
    keys = ["subject", "at", "state"]
    lost = short["sightings"].join(long["sightings"], on=keys, how="anti")
    assert lost.filter(pl.col("rule") != "still listed").height == 0


def test_folders_are_series_and_vantages(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    lists(tmp_path / "one", "a", "a", "a")
    lists(tmp_path / "two", "a b", "b")
    (tmp_path / "two" / "undated.csv").write_text("d,t\n", "utf-8")
    plan = {k: v for k, v in PLAN.items() if k != "vantage"} | {"files": "*/*.csv", "series": "folder"}
    tables, refused = read(tmp_path, plan)
    assert [r.position for r in refused] == ["two/undated.csv"]
    seen = tables["sightings"].filter(pl.col("state") == "unknown")
    assert seen.select("subject", "vantage").rows() == [("website:channel:a", "two")]


MOVES: dict[str, Any] = {
    "files": "*.json",
    "format": "json",
    "date": DATE,
    "rows": [
        {
            "table": "moves",
            "platform": "reddit",
            "each": ["subs[].links[]", "list{}"],
            "columns": {
                "subject": {"from": ["^name", "@key"], "id": "channel"},
                "target": {"from": ["url", "href"], "id": "channel", "platform": "lemmy"},
                "confidence": {"from": "official", "values": {"true": "0.9"}, "otherwise": "0.5", "default": "0.5"},
            },
        }
    ],
}


def test_pairs_become_moves_are_confirmed_and_withdrawn(tmp_path: Path) -> None:
    days: list[Any] = [
        {"list": {"s": {"href": "x"}}},
        {
            "subs": [
                {"name": "s", "links": [{"url": "x"}, {"url": "y", "official": False}]},
                {"name": "t", "links": [{}]},
            ]
        },
        {"subs": [{"name": "s", "links": [{"url": "x", "official": True}]}, {"name": "t", "links": [{}]}]},
        {"subs": [{"name": "s", "links": [{"url": "x", "official": True}, {"url": "y"}]}]},
    ]
    for number, day in enumerate(days, 1):
        (tmp_path / f"2020-01-{number:02}.json").write_text(json.dumps(day), "utf-8")
    tables, refused = read(tmp_path, MOVES)
    rows = tables["moves"].sort("at", "target").select(pl.col("at").dt.day(), "target", "kind", "confidence")
    assert rows.rows() == [
        (1, "lemmy:channel:x", "announced", 0.5),
        (2, "lemmy:channel:y", "announced", 0.5),
        (3, "lemmy:channel:x", "announced", 0.9),
        (3, "lemmy:channel:y", "withdrawn", 0.0),
        (4, "lemmy:channel:y", "announced", 0.5),
    ]
    assert set(tables["moves"]["target_platform"]) == {"lemmy"}
    assert tables["moves"].sort("at")["evidence"][0] == "listed in 2020-01-01.json, first snapshot"
    assert [r.position for r in refused] == ["2020-01-02.json, entry 3"]  # told once, not in every snapshot


def test_ids_are_learned_where_the_series_agrees(tmp_path: Path) -> None:
    people = ["- {p: 1, h: Lorem}\n- {p: 2, h: ipsum}\n", "- {p: 1, h: lorem, i: 007}\n- {p: 2, h: ipsum}\n"]
    for number, text in enumerate(people, 1):
        (tmp_path / f"2020-01-{number:02}.yaml").write_text(text, "utf-8")
    subject = {"from": "i", "handle": "h", "id": "account"}
    rows = {
        "table": "accounts",
        "platform": "twitter",
        "learn": ["p", "h"],
        "columns": {"subject": subject, "handle": "h"},
    }
    tables, _ = read(tmp_path, {"files": "*.yaml", "format": "yaml", "date": DATE, "rows": [rows]})
    assert tables["accounts"].sort("seen_at", "subject")["subject"].to_list() == [
        "twitter:account:007", "twitter:account:@ipsum", "twitter:account:007",
    ]  # fmt: skip
    assert tables["sightings"]["state"].unique().to_list() == ["present"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x [1]\nb: [*x, *x]\n", "aliases are not accepted"),
        ("[" * 5000, "nested deeper"),
        ("a: [", "not YAML"),
        ("? [a]: b\n: [", "not YAML"),
    ],
)
def test_hostile_yaml_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    with pytest.raises(documents.Unreadable, match=says):
        documents.load(tmp_path / "x.yaml", "yaml")


def test_yaml_scalars_stay_as_written_and_marks_in_texts_are_fine(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("- {a: 02019, b: no, c: 'R&D *x', d: 1e3}  # *note\n", "utf-8")
    assert documents.load(tmp_path / "x.yaml", "yaml") == [{"a": "02019", "b": "no", "c": "R&D *x", "d": "1e3"}]


def test_deep_and_large_json_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.json").write_text("[" * 100_000, "utf-8")
    with pytest.raises(documents.Unreadable):
        documents.load(tmp_path / "x.json", "json")
    monkeypatch.setattr(documents, "LARGEST", 10)
    with pytest.raises(documents.Unreadable, match="larger than"):
        documents.load(tmp_path / "x.json", "json")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": "xml"}, "`format`"),
        ({"files": "../*.csv"}, "`files`"),
        ({"date": {"pattern": "x"}}, "`date`"),
        ({"date": DATE | {"zone": "Mars"}}, "time zone"),
        ({"series": "both"}, "`series`"),
        ({"misses": 0}, "`misses`"),
        ({"absence": "present"}, "`absence`"),
        ({"rows": []}, "[[rows]]"),
        ({"rows": [{"table": "posts"}]}, "`table`"),
        ({"colour": 1}, "unknown key"),
    ],
)
def test_faults_of_the_toml_are_named(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    tables, refused = read(tmp_path, PLAN | change)
    assert tables == {}
    assert says in refused[0].reason


def test_the_example_and_its_round_trip(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in FORMAT.examples().items():
        (folder / name).write_bytes(content)
    tables, refused = read(folder)
    assert refused == []
    assert tables["sightings"].height == 6
    files = FORMAT.write({k: v.to_arrow() for k, v in tables.items()}, tmp_path / "out")
    back, refused = read(files[0].parent)
    assert refused == []
    keys = {
        "sightings": ["subject", "at", "state", "rule", "vantage"],
        "channels": ["subject", "seen_at", "title", "vantage"],
    }
    for name, columns in keys.items():
        assert back[name].select(columns).sort(columns).equals(tables[name].select(columns).sort(columns))
    head = (folder / "snapshots.toml").read_bytes()
    assert FORMAT.recognise(head, "in/snapshots.toml").certainty == 100
    assert FORMAT.recognise(head, "other.toml").certainty == 0


def test_the_docs_name_every_key_and_the_example_parses() -> None:
    page = (HERE.parents[2] / "docs" / "formats" / "snapshots.md").read_text("utf-8")
    block = page.split("```toml")[1].split("```")[0]
    assert plan.parse_plan(tomllib.loads(block), "x").format == "json"
    assert all(f"| `{key}` |" in page for key in plan._KEYS | plan._OWN)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, 4)), min_size=1, max_size=8), st.integers(1, 3))
def test_the_ledger_notes_exactly_the_edges_of_spells(days: list[set[int]], misses: int) -> None:
    ledger = Ledger(misses)
    for at, day in enumerate(days):
        keys = np.array(sorted(day), dtype=np.int64)
        ledger.step(at, keys, np.zeros(len(keys), np.int64))
    ledger.finish()
    notes = {(int(n), int(k), int(at)) for n, k, at, _ in ledger.take_notes()}
    expected: set[tuple[int, int, int]] = set()
    for key in range(5):
        here = [key in day for day in days]
        for at, now in enumerate(here):
            before, ever = at > 0 and here[at - 1], any(here[:at])
            if now and not before:
                expected.add((FIRST if at == 0 else AGAIN if ever else LISTED, key, at))
                if not ever:
                    expected.add((CHANGED, key, at))
            if now and before and (at + 1 == len(days) or not here[at + 1]):
                expected.add((LAST, key, at))
            run = next((n for n, h in enumerate(reversed(here[:at])) if h), None)
            if not now and run is not None and run < misses:
                expected.add((MISSED, key, at))
    assert notes == expected


def unpacked(tmp_path: Path, name: str) -> Path:
    archive = DATA / f"{name}.tar.xz"
    if not archive.exists():
        pytest.skip(f"{archive.name} is not here")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    return tmp_path / name


def worked(folder: Path, example: str) -> tuple[Tables, list[Refused]]:
    return read(folder, tomllib.loads((EXAMPLES / example / "snapshots.toml").read_text("utf-8")))


@pytest.mark.slow
def test_blocklists(tmp_path: Path) -> None:
    """Daily-last snapshots miss what came and went between two of them: the source counts over all commits
    409/13, 1,242/76/4 and 1,546/145/1 (ever, removed, relisted)."""
    tables, refused = worked(unpacked(tmp_path, "fediverse_blocklists"), "blocklists")
    assert refused == []
    seen = tables["sightings"]
    by = {
        "mastodon.social": (181, 396, 408, 12, 0),
        "mastodon.art": (550, 1174, 1241, 68, 3),
        "rage.love": (1236, 1402, 1546, 145, 1),
    }
    for vantage, (first, last, ever, removed, relisted) in by.items():
        own = seen.filter(pl.col("vantage") == vantage)
        count = {rule: own.filter(pl.col("rule") == rule)["subject"].n_unique() for rule in own["rule"].unique()}
        latest = own.sort("at").group_by("subject").last()
        assert count["first snapshot"] == first
        assert latest.filter(pl.col("state") == "present").height == last
        assert own["subject"].n_unique() == ever
        assert count["not listed"] == removed
        assert count.get("listed again", 0) == relisted
    assert tables["channels"].filter(pl.col("kind") != "site")["subject"].n_unique() == 142


@pytest.mark.slow
def test_subreddits(tmp_path: Path) -> None:
    """Pairs as written are (name, link); ours are ids, so four malformed links are refused, spellings of one address are
    one, and a link listed under two services is two: 1,370 pairs stand instead of 1,372, 1,514 ever instead of 1,507."""
    folder = unpacked(tmp_path, "subreddit_migrations") / "subreddits"
    tables, refused = worked(folder, "subreddits")
    assert [r.position for r in refused if r.reason.startswith("snapshot skipped")] == ["2023-06-16T143823.json"]
    assert sorted(r.reason for r in refused)[:4] == ["moves.target: empty"] * 4
    latest = tables["sightings"].sort("at").group_by("subject").last()
    assert latest.filter(pl.col("state") == "present").height == 882
    moves = tables["moves"].sort("at", maintain_order=True)
    pairs = moves.unique(["subject", "target"], keep="last")
    standing = pairs.filter(pl.col("kind") != "withdrawn")
    services = dict(standing.group_by("target_platform").len().iter_rows())
    assert services == {
        "lemmy": 715, "kbin": 230, "squabbles": 175, "discord": 156, "website": 54, "raddle": 31, "matrix": 9,
    }  # fmt: skip
    assert (pairs.height, pairs.height - standing.height) == (1514, 144)
    written = [listed(file) for file in sorted(folder.glob("*.json")) if file.name != "2023-06-16T143823.json"]
    ever, last = set().union(*written), written[-1]
    assert (len(written), len({p[:2] for p in ever}), len({p[:2] for p in last})) == (94, 1507, 1372)
    # 62 more when the service counts, 4 fewer when misc and web are both websites, 4 malformed; 47 spellings of another
    assert (len(ever), len({(n, u, "web" if s == "misc" else s) for n, u, s in ever})) == (1569, 1565)
    assert pairs.height == 1565 - 4 - 47
    kbin = {u for n, u, s in last if n == "r/Python" and s == "kbin"}
    assert kbin == {"https://kbin.social/m/python", "https://kbin.social/m/python/microblog"}
    squabbles = {u for n, u, s in last if n == "r/cozygames" and s == "squabbles"}
    assert squabbles == {"https://squabbles.io/s/cozygames", "https://squabbles.io/s/Cozygames"}


def listed(file: Path) -> set[tuple[str, str, str]]:
    """Subreddit, link as written and service of every pair in a snapshot, read with nothing of ours."""
    subs = json.loads(file.read_text("utf-8"))["subs"]
    return {(s["name"], link.get("url") or link["href"], link["service"]) for s in subs for link in s.get("links", [])}


@pytest.mark.slow
def test_legislators(tmp_path: Path) -> None:
    """People with a handle change, as the source counts them over all commits: Twitter 134, Facebook 119, YouTube 52."""
    tables, refused = worked(unpacked(tmp_path, "congress_social_media") / "legislators-social-media", "legislators")
    assert refused == []
    rows = tables["accounts"].with_columns(pl.col("handle").str.to_lowercase())
    changed = (
        rows.group_by("platform", "display_name").agg(pl.col("handle").n_unique().alias("n")).filter(pl.col("n") > 1)
    )
    assert dict(changed.group_by("platform").len().iter_rows()) == {
        "twitter": 130,
        "facebook": 115,
        "youtube": 52,
        "instagram": 10,
    }
    by_id = rows.filter((pl.col("platform") == "twitter") & ~pl.col("native").str.starts_with("@"))
    assert by_id["subject"].n_unique() == 843
    assert (by_id.group_by("display_name").agg(pl.col("subject").n_unique().alias("n"))["n"] > 1).sum() == 15
    renamed = by_id.group_by("subject").agg(pl.col("handle").n_unique().alias("n")).filter(pl.col("n") > 1)
    assert renamed.height == 34
    seen = tables["sightings"].filter(pl.col("state") == "present").group_by("subject").agg(pl.col("at").max())
    latest = rows.sort("seen_at").group_by("subject", maintain_order=True).last().join(seen, on="subject").sort("at")
    last = latest.group_by("platform", "display_name", maintain_order=True).last()
    by_person = last.pivot(on="platform", index="display_name", values="handle").drop_nulls(["twitter", "instagram"])
    assert (by_person.height, (by_person["twitter"] == by_person["instagram"]).sum()) == (575, 423)
    pairs = last.pivot(on="platform", index="display_name", values="handle").drop_nulls(["twitter", "facebook"])
    # over all commits 893 and 431; the files hold 891, of which one page is listed for two people
    assert (pairs.height, (pairs["twitter"] == pairs["facebook"]).sum()) == (890, 430)
    assert rows["seen_at"].min() == datetime(2012, 9, 27, 20, 43, 45, tzinfo=UTC)
