"""What the scenario wrote is what the archive holds, row for row: every reader, through its own `write` and the real import."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.observe.round_trips import GAINS, LOSSES, Row, Test

from actionday.measure.scenario import Export, generate
from actionday.observe.ingest import Ingest, Means
from actionday.observe.orders import ImportOptions
from actionday.observe.pipeline import finish
from actionday.observe.platforms.twitter.compliance import RULE, STATES
from actionday.observe.pool import Pool
from actionday.observe.reader import Chunk, Source, staged_schema
from actionday.observe.registry import readers
from actionday.observe.treatment import Treatment
from actionday.playbook.scenario import write_export
from actionday.records import Silent, SystemClock
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import HomePolicy, make_home
from actionday.stores.archive.schemas import TABLES

KEY = bytes(range(32))
PEOPLE_AND_PLACES = ("accounts", "channels", "memberships", "affiliations", "announced")
COMPARED = (*PEOPLE_AND_PLACES, "posts", "media", "links", "moves", "sightings")
OFFICERS = "officers"  # the folder that is read first
SIBLINGS = {
    "synapse_export": "element_export",
    "rocketchat_export": "rocketchat_api",
    "twitter_archive": "twitter_v2",
    "twitter_v1": "twitter_v2",
    "gnusocial_atom": "gnusocial",
    "diaspora": "diaspora_api",
    "activitypub": "gnusocial",
    "mastodon_api": "gnusocial",
    "telegram_html": "telegram_export",
}
"""Formats in which the scenario writes nothing: whose exports they are given."""
RENAMED = {"activitypub": ("gnusocial", "mastodon"), "mastodon_api": ("gnusocial", "mastodon")}
DECLARED = {"threema": ImportOptions(zone="UTC", private_basis="order 1")}
"""What a person says of files that do not say it."""
NO_SCENARIO = "known_content"
"""The scenario has no lists of known content; the conformance suite holds that reader to what it wrote."""
PERSONS = ("twitter", "gnusocial", "diaspora", "friendica", "mastodon", "rocketchat")
"""Platforms whose exports hold profiles of accounts."""
VENUES, LOOKS = 12, 5_000
"""The busiest venues of an export are enough where each has a file of its own, and so are the first looks."""


@pytest.fixture(scope="module")
def exports() -> dict[str, list[Export]]:
    """The exports of a small world by reader: of series that overlap the fullest one alone."""
    found: dict[str, list[Export]] = {}
    for export in generate(20_000, 7).exports():
        found.setdefault(export.reader, []).append(export)
    for name in ("telegram_export", "sightings", "snapshots"):
        found[name] = [max(found[name], key=lambda one: sum(map(len, one.tables.values())))]
    (checks,) = found["sightings"]
    looks = {"sightings": checks.tables["sightings"].slice(0, LOOKS)}
    found["sightings"] = [Export(checks.reader, checks.folder, looks, checks.options)]
    return found


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(dict(os.environ), size=1) as started:
        yield started


def staged(reader: str, exports: dict[str, list[Export]]) -> list[Export]:
    """What this reader is given."""
    if reader == "threema":
        return [Export(reader, "one", {"posts": _of(exports, "posts", "threema")})]
    if reader == "twitter_compliance":
        return [Export(reader, "one", {"sightings": _verdicts(exports)})]
    mine = exports[SIBLINGS.get(reader, reader)]
    if reader in (
        "table",
        "sightings",
        "snapshots",
        "announced",
        "telegram_export",
        "telegram_html",
        "tgdataset",
        "fourcat",
    ):
        return [Export(reader, f"{n:02d}", one.tables, one.options) for n, one in enumerate(mine)]
    tables = dict(mine[0].tables)
    platform = tables["posts"]["platform"][0].as_py()
    if platform in PERSONS:
        tables["accounts"] = _of(exports, "accounts", platform, seen_at=None)
    busiest = tables["posts"]["channel"].value_counts().to_pylist()
    busiest = sorted(busiest, key=lambda one: (-one["counts"], one["values"]))
    tables = _about(tables, pa.array([one["values"] for one in busiest[:VENUES]]))
    if reader == "rocketchat_export":
        del tables["accounts"]
        tables["posts"] = _by_name(tables["posts"])
    if reader in RENAMED:
        tables = {name: _renamed(table, *RENAMED[reader]) for name, table in tables.items()}
    return [Export(reader, "one", tables)]


def _about(tables: Mapping[str, pa.Table], venues: pa.Array) -> dict[str, pa.Table]:
    """The rows about some venues, and all profiles."""
    columns = {"posts": "channel", "media": "channel", "channels": "subject", "moves": "subject"}
    kept = {n: t.filter(pc.is_in(t[columns[n]], venues)) for n, t in tables.items() if n in columns}
    return {**tables, **kept}


def _of(exports: dict[str, list[Export]], name: str, platform: str, **given: object) -> pa.Table:
    rows = [one.tables[name] for one in exports["table"] if name in one.tables]
    table = pa.concat_tables(rows).filter(pc.equal(pa.concat_tables(rows)["platform"], platform))
    for column, value in given.items():
        kind = table.schema.field(column).type
        table = table.set_column(table.schema.get_field_index(column), column, pa.array([value] * len(table), kind))
    return table.cast(staged_schema(name))


def _renamed(table: pa.Table, old: str, new: str) -> pa.Table:
    """The same people on another platform, at hosts whose names do not say otherwise."""
    for number, field in enumerate(table.schema):
        if field.name in ("subject", "channel", "author", "forward_from", "platform", "native", "handle"):
            fresh = pc.replace_substring_regex(table[field.name], f"^{old}", new)
            fresh = pc.replace_substring_regex(fresh, r"^([^@]+@)quitter\.", r"\1")
            table = table.set_column(number, field, fresh)
    return table


def _by_name(posts: pa.Table) -> pa.Table:
    """People by name alone, which is all that an export of one room says of them."""
    named = pc.replace_substring_regex(posts["author"], r"/([^/]+)$", r"/@\1")
    return posts.set_column(posts.schema.get_field_index("author"), "author", named)


def _verdicts(exports: dict[str, list[Export]]) -> pa.Table:
    """Looks at accounts, each with the reason for which Twitter would list it."""
    listed = [one.tables["accounts"] for one in exports["table"] if "accounts" in one.tables]
    subjects = [s for t in listed for s in t["subject"].to_pylist() if s.startswith("twitter:")]
    rows = [
        {"subject": subject, "platform": "twitter", "at": 1_574_000_000_000_000 + n * 1_000_000, "basis": "listing"}
        | {"state": str(STATES[reason]), "rule": RULE + reason, "vantage": None, "confidence": None}
        for n, (subject, reason) in enumerate(zip(subjects, list(STATES) * len(subjects), strict=False))
    ]
    return pa.Table.from_pylist(rows, schema=staged_schema("sightings"))


def expected(given: Iterable[Export], officers: frozenset[str], *, hidden: bool) -> dict[str, Counter[str]]:
    """The rows that the pipeline makes of what was staged; without `hidden` of text alone, not of addresses behind it."""
    rows: dict[str, Counter[str]] = {name: Counter() for name in COMPARED}
    treatment = Treatment("text", "unit", KEY)
    for export in given:
        posts = export.tables.get("posts")
        tables = dict(export.tables)
        if posts is not None:
            text = pc.fill_null(posts["text"], "")
            posts = posts.set_column(posts.schema.get_field_index("text"), posts.schema.field("text"), text)
            hrefs = posts["hrefs"] if hidden else pa.nulls(len(posts), posts.schema.field("hrefs").type)
            tables["posts"] = posts.set_column(
                posts.schema.get_field_index("hrefs"), posts.schema.field("hrefs"), hrefs
            )
        done = finish(Chunk(tables), Source(Path("x"), "x"), treatment, lambda: officers)
        for name in COMPARED:
            if name in done.tables:
                rows[name].update(_lines(done.tables[name]))
    return rows


def _lines(table: pa.Table) -> list[str]:
    return [json.dumps(row, default=str, sort_keys=True) for row in table.to_pylist()]


def people(given: Iterable[Export]) -> list[str]:
    """Every account that is named, so that all keep their ids and can be compared."""
    named: set[str] = set()
    for export in given:
        for table in export.tables.values():
            for column in {"subject", "account", "channel", "author", "forward_from", "target"} & {*table.column_names}:
                named.update(who for who in table[column].unique().to_pylist() if who and ":account:" in who)
    return sorted(named)


def imported(reader: str, given: list[Export], folder: Path, pool: Pool) -> dict[str, Counter[str]]:
    """The archive's rows after the export files were written and imported."""
    known = people(given)
    if known:
        held = [
            {"account": who, "channel": "telegram:channel:1", "platform": "telegram", "role": "admin"} for who in known
        ]
        rows = pa.Table.from_pylist(held, schema=staged_schema("memberships"))
        write_export(Export("table", OFFICERS, {"memberships": rows}, {"format": "csv"}), folder / "exports" / OFFICERS)
    for export in given:
        assert write_export(export, folder / "exports" / reader / export.folder), f"{reader} wrote nothing"
    home = make_home(folder / "home", HomePolicy("text", "unit"), SystemClock().now())
    archive = Archive(home)
    report = Ingest(archive, pool, Means(SystemClock(), KEY, Silent(), 50_000)).run(
        [folder / "exports"], DECLARED.get(reader, ImportOptions())
    )
    read = {one["format"] for one in report.read if OFFICERS not in one["file"]}
    assert read == {reader}, (read, report.passed_over)
    view = archive.view()
    assert not len(view.arrow(view.table("quarantine"))), view.arrow(view.table("quarantine")).to_pylist()[:3]
    found: dict[str, Counter[str]] = {}
    for name in COMPARED:
        table = view.arrow(view.table(name)).select(TABLES[name].payload.names)
        lines = _lines(table)
        mine = [line for line in lines if name != "memberships" or '"telegram:channel:1"' not in line]
        found[name] = Counter(mine)
    return found


class Comparison:
    """Staged rows beside the archive's, with some values blanked and some rows left out, as declared."""

    def __init__(self, reader: str, given: list[Export], have: dict[str, Counter[str]]) -> None:
        officers = frozenset(people(given))
        self.losses, self.gains = LOSSES.get(reader, []), GAINS.get(reader, [])
        self.want = {hidden: _parsed(expected(given, officers, hidden=hidden)) for hidden in (True, False)}
        self.have = _parsed(have)

    def difference(self, skip: object = None) -> tuple[list[str], list[str]]:
        """What is missing and what nobody staged, were `skip` not declared."""
        losses = [loss for loss in self.losses if loss is not skip]
        gains = [gain for gain in self.gains if gain is not skip]
        staged_ = self.want[all(loss.what != "posts.hrefs" for loss in losses)]
        missing: list[str] = []
        extra: list[str] = []
        for name in COMPARED:
            blank = [(x.what.partition(".")[2], x.where) for x in losses if x.what.startswith(f"{name}.")]
            want = _left(staged_, name, blank, [x.where for x in losses if x.what == name])
            have = _left(self.have, name, blank, [x.where for x in gains if x.table == name])
            missing += [f"{name} {line}" for line in want - have]
            extra += [f"{name} {line}" for line in have - want]
        return missing, extra


Parsed = dict[str, list[Row]]


def _parsed(tables: Mapping[str, Counter[str]]) -> Parsed:
    return {name: [json.loads(line) for line in lines.elements()] for name, lines in tables.items()}


def _left(
    tables: Parsed, name: str, blank: list[tuple[str, Test | None]], without: Iterable[Test | None]
) -> Counter[str]:
    left: Counter[str] = Counter()
    for row in tables[name]:
        if any(test is None or test(row, tables) for test in without):
            continue
        lost = {column for column, test in blank if test is None or test(row, tables)}
        left[json.dumps({key: value for key, value in row.items() if key not in lost})] += 1
    return left


@pytest.mark.parametrize("reader", sorted(set(readers()) - {NO_SCENARIO}))
def test_what_is_written_is_what_the_archive_holds(
    reader: str, exports: dict[str, list[Export]], tmp_path: Path, pool: Pool
) -> None:
    given = staged(reader, exports)
    both = Comparison(reader, given, imported(reader, given, tmp_path, pool))
    missing, extra = both.difference()
    assert not missing, (len(missing), missing[:3], extra[:3])
    assert not extra, (len(extra), extra[:3])
    for declared in (*both.losses, *both.gains):
        assert any(map(len, both.difference(declared))), f"{reader}: {declared} is declared, yet it does come back"
