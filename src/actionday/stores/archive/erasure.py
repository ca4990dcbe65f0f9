"""`forget` and `retention`: taking rows out of the archive so that no byte of them stays.

`forget` plans first (which rows go, which only lose a name), writes the erasure record, then changes each table in one
Delta commit and deletes every file that is not part of the newest version. Profiles go last, so that a run that was killed
finds the subject's names again. Delta's log holds no values (see `archive`) and merges name surrogate row keys only.
What stays is a keyed hash, who asked, when, and counts. Not for: files outside the home (`playbook` names them).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

from actionday.records import UsageError, name_hash, subject_hash
from actionday.stores.archive.archive import Archive, numbered
from actionday.stores.archive.growth import FILES, filled, grow
from actionday.stores.archive.schemas import TABLES, TableSpec
from actionday.stores.archive.spill import Spill
from actionday.stores.archive.subjects import ERASED, Subject, name_hashes

_ORDER = tuple(sorted(TABLES, key=lambda name: name in ("accounts", "channels")))
# Columns whose words are ours or a list's: no name is looked for in them, since a channel may be called "channel".
_OURS = frozenset({
    "platform", "target_platform", "target_kind", "kind", "role", "state", "basis", "phase", "format", "stance", "language", "mime",
    "sha256", "counts", "organisation", "list", "list_version", "scope", "what", "judged", "relation", "part", "route", "act", "step",
    "verdict",
})  # fmt: skip
# Columns that make a row the subject's own; in the others its name is taken out and the row stays.
_OWN = {
    "accounts": ("subject", "pseudonym"), "channels": ("subject",), "memberships": ("account", "channel"),
    "posts": ("channel", "author"), "links": ("channel", "author", "target"), "moves": ("subject", "target"),
    "sightings": ("subject",), "probe_plan": ("subject",), "media": ("channel",), "affiliations": ("subject",),
    "known_content": ("target",), "matches": ("channel",),
    "proposals": ("subject", "target"),
    "link_draws": ("subject", "target"),
    "link_judgements": ("subject", "target"),
    "referrals": ("subject",), "referral_events": ("subject",), "audits": ("subject",),
}  # fmt: skip
_TIMES = {
    "posts": "at", "links": "at", "media": "at", "sightings": "at", "moves": "at", "accounts": "seen_at", "channels": "seen_at",
    "memberships": "seen_at", "matches": "matched_at", "quarantine": None, "referral_events": "at", "audits": "audited_at",
}  # fmt: skip


@dataclass(slots=True)
class Plan:
    """By table: rows that go and rows that are rewritten (complete rows)."""

    gone: dict[str, pa.Array] = field(default_factory=dict)
    rewritten: dict[str, pa.Table] = field(default_factory=dict)

    def counts(self) -> dict[str, dict[str, int]]:
        """Rows erased and rewritten by table."""
        names = sorted(self.gone.keys() | self.rewritten.keys())
        return {n: {"erased": len(self.gone.get(n, ())), "rewritten": len(self.rewritten.get(n, ()))} for n in names}


def forget(
    archive: Archive, subject: Subject, key: bytes, by: str, now: datetime, reason: str = ""
) -> dict[str, dict[str, int]]:
    """Erase a subject. Returns rows erased and rewritten by table. Repeating it is harmless."""
    hashed = frozenset(name_hash(key, name) for name in subject.names)
    subject = Subject(subject.ids, subject.references, subject.names, hashed)
    plan = _plan(archive, subject)
    counts = plan.counts()
    stays = {"by": by, "at": now, "counts": json.dumps(counts), "reason": reason}
    record = [
        {"subject_hash": subject_hash(key, word), "kind": "forget", **stays}
        for word in sorted(subject.ids | subject.references)
    ]
    record += [{"subject_hash": hashed, "kind": "name", **stays} for hashed in name_hashes(subject, key)]
    _record(archive, record)
    for name in _ORDER:
        _apply(archive, name, plan.gone.get(name), plan.rewritten.get(name))
    return counts


def retain(archive: Archive, days: Mapping[str, int], by: str, now: datetime) -> dict[str, dict[str, int]]:
    """Erase rows older than so many days, by table. Raises UsageError for a table that has no time."""
    plan = Plan()
    for name, keep in days.items():
        column = _TIMES.get(name)
        if column is None:
            raise UsageError(
                f"retention knows no time for table {name!r}; one of {', '.join(k for k, v in _TIMES.items() if v)}"
            )
        query = f'SELECT "row" FROM {FILES} WHERE "{column}" < $cutoff'
        plan.gone[name] = _rows(archive, name, query, cutoff=now - timedelta(days=keep))
    _orphans(archive, plan)
    counts = plan.counts()
    _record(
        archive,
        [
            {
                "subject_hash": "-",
                "kind": "retention",
                "by": by,
                "at": now,
                "counts": json.dumps(counts),
                "reason": json.dumps(dict(days)),
            }
        ],
    )
    for name in _ORDER:
        _apply(archive, name, plan.gone.get(name), None)
    return counts


def _plan(archive: Archive, subject: Subject) -> Plan:
    plan = Plan()
    for name, spec in TABLES.items():
        if name == "erasures" or not archive.exists(name):
            continue
        own = _OWN.get(name, ())
        if own:
            test = " OR ".join(f'"{column}" IN (SELECT unnest($exact))' for column in own)
            plan.gone[name] = _rows(archive, name, f'SELECT "row" FROM {FILES} WHERE {test}', exact=subject.exact)
        stored = _stored(archive, name)
        tests = {column: patterns for column, patterns in _tests(spec).items() if column in stored}
        found = _named_in(archive, name, tests, subject)
        kept = _without_rows(found, plan.gone.get(name))
        if kept is not None and len(kept):
            plan.rewritten[name] = filled(name, _redacted(kept, tests, subject))
    _orphans(archive, plan)
    return plan


def _orphans(archive: Archive, plan: Plan) -> None:
    """What hangs on erased posts goes too: their links, media and matches, and fingerprints that no other post shares."""
    gone = plan.gone.get("posts")
    if gone is None or not len(gone):
        return
    files = archive.files("posts")
    for name in ("links", "media", "matches"):
        query = (
            f'SELECT t."row" FROM {FILES} t SEMI JOIN (SELECT p.channel, p."native" FROM read_parquet($posts) p '
            'SEMI JOIN gone ON p."row" = gone."row") g ON t.channel = g.channel AND t.post = g."native"'
        )
        more = _rows(archive, name, query, gone=gone, posts=files)
        have = plan.gone.get(name, pa.array([], pa.int64()))
        plan.gone[name] = pa.concat_arrays([have, more]).unique()
        if name in plan.rewritten:
            rest = _without_rows(plan.rewritten[name], plan.gone[name])
            plan.rewritten[name] = rest if rest is not None else TABLES[name].schema.empty_table()
    query = (
        f'SELECT f."row" FROM {FILES} f '
        'SEMI JOIN (SELECT text_sha256 AS d FROM read_parquet($posts) p SEMI JOIN gone ON p."row" = gone."row") g ON f.digest = g.d '
        'ANTI JOIN (SELECT text_sha256 AS d FROM read_parquet($posts) p ANTI JOIN gone ON p."row" = gone."row") k ON f.digest = k.d'
    )
    plan.gone["fingerprints"] = _rows(archive, "fingerprints", query, gone=gone, posts=files)


def _tests(spec: TableSpec) -> dict[str, tuple[str, ...]]:
    """By column the patterns that are looked for in it: in cells that hold one name a handle that stands whole or behind a
    sign that says it is one, in free text every word and name.
    """
    texts = [column.name for column in spec.columns if column.type == pa.string() and column.name not in _OURS]
    return {name: ("words", "free") if name in spec.free else ("handles",) for name in texts}


def _named_in(archive: Archive, name: str, tests: Mapping[str, tuple[str, ...]], subject: Subject) -> pa.Table | None:
    """Rows in which a cell is the subject, or names it."""
    if not tests:
        return None
    hits = [f'"{column}" IN (SELECT unnest($exact))' for column in tests]
    hits += [f'regexp_matches("{column}", ${pattern})' for column, patterns in tests.items() for pattern in patterns]
    return _query(archive, name, f"SELECT * FROM {FILES} WHERE {' OR '.join(hits)}", **_parameters(subject))


def _parameters(subject: Subject) -> dict[str, object]:
    return {"exact": subject.exact, "words": subject.words, "free": subject.free, "handles": subject.handles}


def _redacted(rows: pa.Table, tests: Mapping[str, tuple[str, ...]], subject: Subject) -> pa.Table:
    """The rows without the subject's names in every cell that may hold them; cells that are its id become null or `[erased]`."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("rows", rows)
    cells = []
    for column in rows.schema:
        cell = f'"{column.name}"'
        if column.name not in tests:
            cells.append(cell)
            continue
        for pattern in tests[column.name]:
            group = pattern != "free"
            fresh = f"\\1{ERASED}\\3" if group else ERASED
            # Twice: two names with one sign between them share that sign.
            for _ in range(2 if group else 1):
                cell = f"regexp_replace({cell}, ${pattern}, '{fresh}', 'g')"
        whole = "NULL" if column.nullable else f"'{ERASED}'"
        cells.append(
            f'CASE WHEN "{column.name}" IN (SELECT unnest($exact)) THEN {whole} ELSE {cell} END AS "{column.name}"'
        )
    query = f"SELECT {', '.join(cells)} FROM rows"
    parameters = {key: value for key, value in _parameters(subject).items() if f"${key}" in query}
    fresh_rows = connection.execute(query, parameters).to_arrow_table()
    connection.close()
    return fresh_rows.cast(rows.schema)


def _apply(archive: Archive, name: str, gone: pa.Array | None, rewritten: pa.Table | None) -> None:
    """One atomic commit for a table, then no file that is not part of it."""
    if not archive.exists(name):
        return
    delta = DeltaTable(str(archive.home.archive / name))
    grow(delta, name)
    spec = TABLES[name]
    pieces = []
    if gone is not None and len(gone):
        blank = {column.name: pa.nulls(len(gone), column.type) for column in spec.schema}
        # nulls stand for values that the merge never reads: the row is deleted
        loose = pa.schema([pa.field(column.name, column.type) for column in spec.schema])
        pieces.append(pa.table({**blank, "row": gone}, schema=loose).append_column("erase", pa.repeat(True, len(gone))))
    if rewritten is not None and len(rewritten):
        loose = pa.schema([pa.field(column.name, column.type) for column in spec.schema])
        pieces.append(rewritten.cast(loose).append_column("erase", pa.repeat(False, len(rewritten))))
    if pieces:
        merge = delta.merge(pa.concat_tables(pieces), predicate='t."row" = s."row"', source_alias="s", target_alias="t")
        merge = merge.when_matched_delete(predicate="s.erase")
        merge.when_matched_update(
            updates={f'"{column.name}"': f's."{column.name}"' for column in spec.columns}, predicate="NOT s.erase"
        ).execute()
    # Also after a commit that a killed run made: whatever the newest version does not name is deleted.
    DeltaTable(str(archive.home.archive / name)).vacuum(
        retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True
    )


def _record(archive: Archive, records: list[dict[str, Any]]) -> None:
    view = archive.view()
    chunk = int(view.table("erasures").count().to_pyarrow().as_py())
    rows = pa.Table.from_pylist(records, schema=TABLES["erasures"].payload)
    archive.append("erasures", numbered("erasures", rows, 0, chunk))


def _rows(archive: Archive, name: str, query: str, **parameters: object) -> pa.Array:
    found = _query(archive, name, query, **parameters)
    return pa.array([], pa.int64()) if found is None else found["row"].combine_chunks()


def _query(archive: Archive, name: str, query: str, **parameters: object) -> pa.Table | None:
    files = archive.files(name)
    if not files:
        return None
    # spilled to the home, so that nothing of the subject is ever written elsewhere
    spill = Spill(archive.home.spill)
    connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": spill.option})
    connection.execute("SET TimeZone = 'UTC'")
    bound: dict[str, object] = {"files": files}
    for key, value in parameters.items():
        if isinstance(value, pa.Array):
            connection.register(key, pa.table({"row": value}))
        else:
            bound[key] = value
    bound = {key: value for key, value in bound.items() if f"${key}" in query}
    try:
        return connection.execute(query, bound).to_arrow_table()
    finally:
        connection.close()


def _stored(archive: Archive, name: str) -> set[str]:
    """The columns that the table's files have."""
    empty = _query(archive, name, f"SELECT * FROM {FILES} LIMIT 0")
    return set() if empty is None else set(empty.column_names)


def _without_rows(table: pa.Table | None, gone: pa.Array | None) -> pa.Table | None:
    if table is None or gone is None or not len(gone):
        return table
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("kept", table)
    connection.register("gone", pa.table({"row": gone}))
    rest = connection.execute('SELECT kept.* FROM kept ANTI JOIN gone ON kept."row" = gone."row"').to_arrow_table()
    connection.close()
    return rest.cast(table.schema)
