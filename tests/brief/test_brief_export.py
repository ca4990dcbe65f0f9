"""CSV, codebook and brief.json: complete, tidy, and without a small cell or a subject."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.brief import world
from tests.brief.hostile import CORPUS

from actionday.brief.codebook import TABLE_SAYS, says
from actionday.brief.export import document, table_frames, write_tables
from actionday.brief.material import Material, prepare
from actionday.brief.origin import SYNTHETIC
from actionday.measure.schemas import TABLES
from actionday.records import Measure

COUNTS = {
    "removals_by_day": ("count",),
    "posts_by_day": ("count",),
    "coverage_by_day": ("readable", "gone_private", "gone", "panel_readable", "panel"),
    "flows": ("count",),
    "destinations": ("venues", "looked_at", "arrived", "denied_1", "denied_7", "denied_30", "still_there", "silent"),
    "nodes": ("degree",),
    "edges": ("weight",),
    "generations": ("count",),
}


@pytest.fixture(scope="module")
def material() -> Material:
    return prepare(world.measures(), world.campaign(), world.origin(), world.KEY)


def test_the_codebook_covers_every_column_of_every_table() -> None:
    assert set(TABLE_SAYS) == set(TABLES)
    for table, schema in TABLES.items():
        for column in schema.names:
            assert says(table, column), (table, column)


def test_files_hold_the_declared_columns_and_the_codebook_names_them(material: Material, tmp_path: Path) -> None:
    files = write_tables(material, tmp_path)
    tables = {p.stem: p for p in files if p.suffix == ".csv" and p.stem != "codebook"}
    assert set(tables) == set(TABLES)
    for name, path in tables.items():
        with path.open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == TABLES[name].names
    with (tmp_path / "codebook.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["table"], row["column"]) for row in rows} == {(t, c) for t, s in TABLES.items() for c in s.names}


def test_curves_of_returns_do_not_tell_small_numbers(material: Material) -> None:
    row = {"cause": "returned", "group_by": "all", "group": "all", "low": None, "high": None}
    told = [(0.0, 0.0, 100), (1.0, 0.02, 98), (7.0, 0.05, 95)]
    rows = [{**row, "figure": "confirmed", "days": day, "value": value, "at_risk": n} for day, value, n in told]
    rows += [{**row, "figure": "none", "days": 1.0, "value": 0.03, "at_risk": None}]
    table = pl.DataFrame(rows, schema=pl.DataFrame(pl.from_arrow(TABLES["incidence"].empty_table())).schema)
    frames = table_frames(replace(material, frames={**material.frames, "incidence": table}))
    found = frames["incidence"].select("figure", "days", "value").rows()
    assert found == [("confirmed", 0.0, 0.0), ("confirmed", 1.0, None), ("confirmed", 7.0, 0.05), ("none", 1.0, None)]


def test_the_codebook_says_when_the_world_is_made_up(material: Material, tmp_path: Path) -> None:
    made_up = replace(material, origin=replace(material.origin, synthetic=True))
    real = replace(
        material,
        origin=replace(material.origin, synthetic=False),
        campaign=replace(material.campaign, synthetic=False),
    )
    for one, marked in ((made_up, True), (real, False)):
        write_tables(one, tmp_path)
        assert (SYNTHETIC.capitalize() in (tmp_path / "codebook.md").read_text("utf-8")) is marked


def test_no_small_cell_is_written(material: Material) -> None:
    frames = table_frames(material)
    for name, columns in COUNTS.items():
        for column in columns:
            cells = set(
                frames[name]
                .filter(
                    pl.lit(name != "removals_by_day") | (pl.col("basis") != "announced")
                    if name == "removals_by_day"
                    else pl.lit(value=True)
                )[column]
                .cast(pl.String)
                .drop_nulls()
            )
            assert not cells & {"1", "2", "3", "4"}, (name, column)
    assert "<5" in set(frames["removals_by_day"]["count"])


def test_no_written_removal_follows_from_a_total_that_the_page_prints(material: Material) -> None:
    written = table_frames(material)["removals_by_day"].filter(pl.col("basis") != "announced")
    written = written.with_columns(material.period_of(pl.col("day")).alias("period"))
    true = material.frame("removals_by_day").filter(pl.col("basis") != "announced")
    true = true.with_columns(material.period_of(pl.col("day")).alias("period"))
    for keys in (["day", "basis"], ["platform", "basis", "period"], ["kind", "basis", "period"]):
        for group in written.partition_by(keys):
            total = int(true.join(group.select(keys).unique(), on=keys, how="semi")["count"].sum())
            withheld = pl.col("count").is_in(["<5", "hidden"])
            held = group.filter(withheld)["count"].to_list()
            residue = total - int(group.filter(~withheld)["count"].cast(pl.Int64).sum())
            if total < 5 or not held or "hidden" in held:
                continue
            assert residue > len(held), (keys, group)
            assert residue != 4 * len(held), (keys, group)


def test_announced_counts_are_public_and_stay(material: Material) -> None:
    announced = table_frames(material)["removals_by_day"].filter(pl.col("basis") == "announced")
    assert announced["count"].str.contains("^[0-9]+$").all()


def test_lifetimes_are_pseudonymous_merged_and_unordered(material: Material) -> None:
    lives = table_frames(material)["lifetimes"]
    assert lives["subject"].str.contains("^s-[0-9a-f]{16}$").all()
    assert lives["subject"].is_sorted()
    sizes = lives.group_by("clock", "platform", "kind", "organisation", "period").agg(pl.col("subject").n_unique())
    assert (sizes["subject"] >= 5).all()
    assert set(lives["event"].drop_nulls()) == {"removed"}


def test_curves_end_where_fewer_than_five_are_at_risk(material: Material) -> None:
    curves = table_frames(material)["curves"]
    few = curves.filter(pl.col("at_risk") == "<5")
    assert len(few)
    assert few["survival"].is_null().all()
    assert few["low"].is_null().all()


def test_the_document_holds_every_estimate_with_all_its_parts(material: Material) -> None:
    made = document(material, ["index.html"])
    told = [(e["name"], e["group"]) for e in made["estimates"]]
    assert len(told) == sum(len(m.estimates) for m in world.measures())
    for estimate in made["estimates"]:
        assert {"name", "group", "value", "low", "high", "level", "unit", "n", "method", "caveats"} <= set(estimate)
        assert estimate["n"] == "<5" or estimate["n"] == "hidden" or not 0 < estimate["n"] < 5
    assert made["synthetic"] == "synthetic world; we put the effect in"
    assert [sorted(i) for i in made["inputs"]] == [["format", "rows", "sha256"]] * 9
    json.dumps(made, allow_nan=False)


def test_negative_numbers_stay_numbers_and_hostile_organisations_stay_text(tmp_path: Path) -> None:
    hostile = [t for t in CORPUS if "\ud800" not in t]
    rows = [
        {
            "week": world.days()[0],
            "organisation": text,
            "hhi": -0.5,
            "low": -1.0,
            "high": 0.5,
            "destinations": 2,
            "n": 50,
        }
        for text in hostile
    ]
    measure = Measure("migration", (), {"concentration": world.table("concentration", rows)})
    write_tables(prepare([measure], world.campaign(), world.origin(), world.KEY), tmp_path)
    with (tmp_path / "concentration.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(hostile)
    for row in written:
        assert float(row["hhi"]) == -0.5
        assert not row["organisation"].lstrip().startswith(("=", "+", "-", "@", "＝"))


def test_a_table_without_a_declared_column_is_refused() -> None:
    lacking = world.table("concentration", []).drop_columns(["hhi"])
    with pytest.raises(ValueError, match="concentration lacks hhi"):
        prepare([Measure("m", (), {"concentration": lacking})], world.campaign(), world.origin(), world.KEY)


def test_undeclared_tables_and_columns_go_nowhere(tmp_path: Path) -> None:
    named = world.table("edges", [{"source": "1", "target": "2", "kind": "link", "weight": 9}])
    named = named.append_column("secret_handle", [["@somebody"]])
    tables = {"edges": named, "people": named}
    write_tables(prepare([Measure("network", (), tables)], world.campaign(), world.origin(), world.KEY), tmp_path)
    assert not (tmp_path / "people.csv").exists()
    assert all(b"somebody" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_measure_taken_twice_counts_once() -> None:
    twice = (*world.measures(), *world.measures())
    once = prepare(world.measures(), world.campaign(), world.origin(), world.KEY)
    again = prepare(twice, world.campaign(), world.origin(), world.KEY)
    assert again.frame("removals_by_day").equals(once.frame("removals_by_day"))
    assert len(again.told) == len(once.told)
